//! What cannot be known is said.

use super::{blamed, replay, the, told};
use crate::schema::{
    Column, CreateTable, DataType, Event, InlineKey, Key, KeyState, Name, Schema, Step, TableName,
};
use crate::source::{FileId, Span};

const X: &str = "CREATE TABLE x (a int PRIMARY KEY, b int);";
const Y: &str = "CREATE TABLE y (a int);";

#[test]
fn a_cure_under_a_condition_is_a_cure() {
    assert_eq!(
        told(&format!(
            "{Y} DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'y_pkey') THEN \
             ALTER TABLE y ADD CONSTRAINT y_pkey PRIMARY KEY (a); END IF; END $$"
        )),
        ["y y_pkey(a)"]
    );
    assert_eq!(
        told("DO $$ BEGIN IF NOT EXISTS (SELECT 1) THEN CREATE TABLE y (a int); END IF; END $$"),
        ["y none"]
    );
}

#[test]
fn a_loss_under_a_condition_is_open() {
    let conditional =
        |action: &str| format!("{X} DO $$ BEGIN IF a THEN ALTER TABLE x {action}; END IF; END $$");
    assert_eq!(told(&conditional("DROP CONSTRAINT x_pkey")), ["x maybe x_pkey(a)"]);
    assert_eq!(told(&conditional("DROP COLUMN a")), ["x maybe x_pkey(a)"]);
    assert_eq!(told(&conditional("DROP CONSTRAINT other")), ["x x_pkey(a)"]);
    assert_eq!(blamed(&conditional("DROP CONSTRAINT x_pkey")), "DROP CONSTRAINT x_pkey");
    let schema = replay(&[&format!("{Y} DO $$ BEGIN IF a THEN DROP TABLE y; END IF; END $$")]);
    assert!(the(&schema, "y").may_be_gone);
    assert!(the(&schema, "y").story.iter().any(|(_, event)| *event == Event::MaybeDropped));
}

#[test]
fn a_constraint_whose_name_is_not_known_may_be_the_key() {
    assert_eq!(told(&format!("{X} ALTER TABLE x DROP CONSTRAINT \"@\"")), ["x maybe x_pkey(a)"]);
    assert_eq!(
        told(&format!("{X} ALTER TABLE x DROP CONSTRAINT \"@_pkey\"")),
        ["x maybe x_pkey(a)"]
    );
    assert_eq!(told(&format!("{X} ALTER TABLE x DROP CONSTRAINT \"FK_@\"")), ["x x_pkey(a)"]);
    assert_eq!(
        told(&format!(
            "{X} ALTER TABLE x DROP CONSTRAINT \"@\"; ALTER TABLE x ADD PRIMARY KEY (b)"
        )),
        ["x x_pkey(b)"]
    );
}

#[test]
fn a_key_whose_name_is_not_known_may_be_any_constraint() {
    let x =
        "CREATE TABLE x (a int, b int, CONSTRAINT \"@\" PRIMARY KEY (a), CONSTRAINT u UNIQUE (b));";
    assert_eq!(told(&format!("{x} ALTER TABLE x DROP CONSTRAINT \"PK_1\"")), ["x maybe …(a)"]);
    for other in ["u", "\"FK_1\"", "\"UQ_1\"", "x_b_fkey", "x_b_check", "x_b_foreign"] {
        let text = format!("{x} ALTER TABLE x DROP CONSTRAINT {other}");
        assert_eq!(told(&text), ["x …(a)"], "{other}");
    }
    let x = "CREATE TABLE x (a int, CONSTRAINT \"PK_@\" PRIMARY KEY (a));";
    assert_eq!(told(&format!("{x} ALTER TABLE x DROP CONSTRAINT other")), ["x PK_…(a)"]);
    assert_eq!(told(&format!("{x} ALTER TABLE x DROP CONSTRAINT \"PK_1\"")), ["x maybe PK_…(a)"]);
}

#[test]
fn columns_that_are_not_known_may_hold_a_key() {
    assert_eq!(told("CREATE TABLE x (@)"), ["x unknown"]);
    assert_eq!(told("CREATE TABLE x (a @)"), ["x maybe"]);
    assert_eq!(told("CREATE TABLE x (a int PRIMARY KEY, @)"), ["x x_pkey(a)"]);
    assert_eq!(told("CREATE TABLE x (LIKE elsewhere INCLUDING ALL)"), ["x unknown"]);
    assert_eq!(told("CREATE TABLE x (LIKE elsewhere)"), ["x none"]);
    assert_eq!(told(&format!("{Y} ALTER TABLE y ADD b @")), ["y maybe"]);
    assert_eq!(told(&format!("{X} ALTER TABLE x ADD c @")), ["x x_pkey(a)"]);
}

#[test]
fn what_cannot_be_read_may_do_anything() {
    assert_eq!(told(&format!("{Y} ALTER TABLE y @")), ["y maybe"]);
    assert_eq!(told(&format!("{X} ALTER TABLE x @")), ["x maybe x_pkey(a)"]);
    assert_eq!(told(&format!("{X} ALTER TABLE x FROBNICATE a")), ["x x_pkey(a)"]);
    assert_eq!(told(&format!("{X} ALTER TABLE x FROBNICATE DROP a")), ["x maybe x_pkey(a)"]);
    assert_eq!(told("CREATE @ TABLE z (a int)"), ["z unknown"]);
}

#[test]
fn a_key_for_a_table_whose_name_is_not_known() {
    // It may be for any that has none and whose name fits.
    assert_eq!(
        told(&format!("{X} {Y} ALTER TABLE @ ADD PRIMARY KEY (a)")),
        ["x x_pkey(a)", "y maybe"]
    );
    assert_eq!(told(&format!("{Y} ALTER TABLE \"z@\" ADD PRIMARY KEY (a)")), ["y none"]);
    // What it drops is no table's in particular.
    assert_eq!(
        told(&format!("{X} ALTER TABLE @ DROP CONSTRAINT x_pkey; DROP TABLE @")),
        ["x x_pkey(a)"]
    );
    // A table of the very same name is meant.
    assert_eq!(
        told(&format!("{Y} CREATE TABLE @ (a int); ALTER TABLE @ ADD PRIMARY KEY (a)")),
        ["y none", "… …_pkey(a)"]
    );
    assert_eq!(
        told("CREATE TABLE @ (a int PRIMARY KEY); CREATE TABLE @ (a int)"),
        ["… none", "… …_pkey(a)"]
    );
    assert_eq!(told("CREATE TABLE @ (a int); DROP TABLE @"), [""; 0]);
}

#[test]
fn tables_that_are_made_elsewhere() {
    assert_eq!(told("ALTER TABLE z ADD b int"), ["z unknown"]);
    assert_eq!(told("ALTER TABLE z ADD PRIMARY KEY (b)"), ["z z_pkey(b)"]);
    assert_eq!(
        told("ALTER TABLE z DROP CONSTRAINT z_b_key; ALTER TABLE z DROP COLUMN a"),
        ["z unknown"]
    );
    for name in ["z_pkey", "\"PK_1234\"", "pk_z", "z_pk"] {
        let text = format!("ALTER TABLE z DROP CONSTRAINT {name}");
        assert_eq!(told(&text), ["z maybe"], "{name}");
        assert_eq!(blamed(&text), format!("DROP CONSTRAINT {name}"));
    }
    assert_eq!(
        told("ALTER TABLE z DROP CONSTRAINT z_pkey; ALTER TABLE z ADD PRIMARY KEY (a)"),
        ["z z_pkey(a)"]
    );
    assert!(replay(&["ALTER TABLE z ADD b int"]).tables()[0].created.is_none());
}

#[test]
fn a_table_that_is_made_twice_keeps_what_is_better() {
    let later = "ALTER TABLE y ADD PRIMARY KEY (a);";
    assert_eq!(told(&format!("{Y} CREATE TABLE y (a int PRIMARY KEY)")), ["y y_pkey(a)"]);
    assert_eq!(told(&format!("CREATE TABLE y (a int PRIMARY KEY); {Y}")), ["y y_pkey(a)"]);
    assert_eq!(told(&format!("{Y} {later} {Y}")), ["y y_pkey(a)"]);
    assert_eq!(told(&format!("{Y} {Y}")), ["y none"]);
    assert_eq!(told(&format!("{Y} CREATE TABLE y (@)")), ["y maybe"]);
    assert_eq!(told(&format!("{Y} CREATE TABLE IF NOT EXISTS y (a int PRIMARY KEY)")), ["y none"]);
    // Files in another order than they run.
    assert_eq!(told(&format!("{later} {Y}")), ["y y_pkey(a)"]);
    assert_eq!(told(&format!("ALTER TABLE y ADD b int; {Y}")), ["y none"]);
}

/// Steps that only builders have.
fn built(steps: &[Step]) -> KeyState {
    let mut schema = Schema::new();
    for (number, step) in steps.iter().enumerate() {
        let at = Span { file: FileId(0), start: number as u32, end: number as u32 + 1 };
        schema.apply(step, at, false);
    }
    schema.tables()[0].key.clone()
}

fn column(name: &str, key: Option<InlineKey>) -> Column {
    let data_type = DataType { schema: None, name: "int".into(), array: false };
    Column { key, ..Column::new(name.into(), Some(data_type)) }
}

fn table(keyed: &[&str]) -> Step {
    let mut create = CreateTable::new(TableName::new("t"));
    for name in ["a", "b", "c"] {
        let key = keyed.contains(&name).then(InlineKey::default);
        create.columns.push(column(name, key));
    }
    Step::CreateTable(Box::new(create))
}

fn columns(state: &KeyState) -> String {
    match state {
        KeyState::Present(key) => {
            key.columns.iter().map(Name::as_str).collect::<Vec<_>>().join(",")
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn builders_make_keys_of_several_columns() {
    assert_eq!(columns(&built(&[table(&["a", "c"])])), "a,c");
    let maybe = InlineKey { maybe: true, ..InlineKey::default() };
    let mut create = CreateTable::new(TableName::new("t"));
    create.columns.push(column("a", Some(maybe)));
    assert_eq!(built(&[Step::CreateTable(Box::new(create))]), KeyState::Uncertain(None));
}

#[test]
fn builders_replace_and_drop_keys_whatever_their_name() {
    let t = || TableName::new("t");
    let replace = Step::ReplaceKey { table: t(), key: Key::over(vec!["b".into()]) };
    let drop = Step::DropKey { table: t() };
    assert_eq!(columns(&built(&[table(&["a"]), replace.clone()])), "b");
    assert_eq!(columns(&built(&[table(&[]), replace.clone()])), "b");
    assert_eq!(built(&[table(&["a"]), drop.clone()]), KeyState::Missing);
    assert_eq!(built(std::slice::from_ref(&drop)), KeyState::Uncertain(None));
    assert_eq!(columns(&built(&[drop, replace])), "b");
}

#[test]
fn builders_make_the_key_again_when_columns_come_and_go() {
    let t = || TableName::new("t");
    let add = |extends_key| Step::AddColumn {
        table: t(),
        column: column("d", Some(InlineKey::default())),
        if_not_exists: false,
        extends_key,
    };
    let drop =
        |name: &str| Step::DropColumn { table: t(), column: name.into(), keeps_rest_of_key: true };
    assert_eq!(columns(&built(&[table(&["a"]), add(true)])), "a,d");
    assert_eq!(columns(&built(&[table(&["a"]), add(false)])), "a");
    assert_eq!(columns(&built(&[table(&[]), add(true)])), "d");
    assert_eq!(columns(&built(&[table(&["a", "b"]), drop("a")])), "b");
    assert_eq!(built(&[table(&["a"]), drop("a")]), KeyState::Missing);
    assert_eq!(columns(&built(&[table(&["a"]), drop("c")])), "a");
}

#[test]
fn builders_change_columns() {
    let change = |from: &str, to: &str, key: Option<InlineKey>| Step::ChangeColumn {
        table: TableName::new("t"),
        column: from.into(),
        to: column(to, key),
    };
    let keyed = || Some(InlineKey::default());
    let maybe = || Some(InlineKey { maybe: true, ..InlineKey::default() });
    assert_eq!(columns(&built(&[table(&["a"]), change("a", "a", keyed())])), "a");
    assert_eq!(columns(&built(&[table(&["a"]), change("a", "d", keyed())])), "d");
    assert_eq!(built(&[table(&["a"]), change("a", "a", None)]), KeyState::Missing);
    assert_eq!(columns(&built(&[table(&["a", "b"]), change("a", "d", None)])), "b");
    assert_eq!(columns(&built(&[table(&["a"]), change("b", "b", None)])), "a");
    assert_eq!(columns(&built(&[table(&["a"]), change("b", "b", keyed())])), "a,b");
    assert_eq!(columns(&built(&[table(&[]), change("b", "b", keyed())])), "b");
    assert!(matches!(
        built(&[table(&["a"]), change("a", "a", maybe())]),
        KeyState::Uncertain(Some(_))
    ));
    assert_eq!(built(&[table(&[]), change("a", "a", maybe())]), KeyState::Uncertain(None));
}
