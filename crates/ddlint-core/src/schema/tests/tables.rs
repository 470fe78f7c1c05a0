//! What else is known of a table.

use super::{replay, the, told};
use crate::schema::{Identity, Name, Persistence, Table};

fn suggested(text: &str) -> Option<String> {
    let schema = replay(&[text]);
    let columns = the(&schema, "x").suggest_key()?;
    Some(columns.iter().map(Name::as_str).collect::<Vec<_>>().join(","))
}

#[test]
fn tables_move_and_go() {
    assert_eq!(told("CREATE TABLE x (a int); DROP TABLE x"), [""; 0]);
    assert_eq!(
        told("CREATE TABLE x (a int PRIMARY KEY); DROP TABLE x; CREATE TABLE x (a int)"),
        ["x none"]
    );
    assert_eq!(
        told(
            "CREATE TABLE x (a int); ALTER TABLE x RENAME TO y; CREATE TABLE x (a int PRIMARY KEY); ALTER TABLE y ADD PRIMARY KEY (a)"
        ),
        ["x x_pkey(a)", "y y_pkey(a)"]
    );
    assert_eq!(
        told(
            "CREATE TABLE x (a int); CREATE TABLE new_x (a int PRIMARY KEY); DROP TABLE x; ALTER TABLE new_x RENAME TO x"
        ),
        ["x new_x_pkey(a)"]
    );
    assert_eq!(
        told("ALTER TABLE x RENAME TO y; ALTER TABLE y ADD PRIMARY KEY (a)"),
        ["y y_pkey(a)"]
    );
    assert_eq!(told("CREATE TABLE x (a int); ALTER TABLE x SET SCHEMA s; DROP TABLE s.x"), [""; 0]);
    assert_eq!(
        told(
            "CREATE TABLE t (a int); CREATE TABLE x () INHERITS (t); ALTER TABLE t RENAME TO u; DROP TABLE u CASCADE"
        ),
        [""; 0]
    );
    assert_eq!(
        told(
            "CREATE TABLE t (a int); CREATE TABLE x () INHERITS (t); ALTER TABLE x NO INHERIT t; DROP TABLE t"
        ),
        ["x none"]
    );
}

#[test]
fn columns_are_followed() {
    let schema = replay(&[
        "CREATE TABLE x (a int, b json, c oid NOT NULL); ALTER TABLE x DROP a, ALTER b TYPE jsonb, ALTER c DROP NOT NULL; \
         ALTER TABLE x RENAME b TO d; ALTER TABLE x ADD e text[] NOT NULL; ALTER TABLE x ADD IF NOT EXISTS e int; \
         CREATE TABLE y (LIKE x); CREATE TABLE z (f int) INHERITS (x)",
    ]);
    let columns = |table: &Table| -> Vec<String> {
        let column = |column: &crate::schema::Column| {
            let kind = column.data_type.as_ref().unwrap();
            let array = if kind.array { "[]" } else { "" };
            format!(
                "{}:{}{array}{}",
                column.name,
                kind.name,
                if column.not_null { "!" } else { "" }
            )
        };
        table.columns.iter().map(column).collect()
    };
    assert_eq!(columns(the(&schema, "x")), ["d:jsonb", "c:oid", "e:text[]!"]);
    assert_eq!(columns(the(&schema, "y")), ["d:jsonb", "c:oid", "e:text[]!"]);
    assert_eq!(columns(the(&schema, "z")), ["d:jsonb", "c:oid", "e:text[]!", "f:int"]);
}

#[test]
fn identities_and_persistence() {
    let identity = |text: &str| the(&replay(&[text]), "x").identity.clone();
    let x = "CREATE TABLE x (a int NOT NULL, b int PRIMARY KEY); CREATE UNIQUE INDEX i ON x (a);";
    assert_eq!(identity(x), Identity::Default);
    assert_eq!(identity(&format!("{x} ALTER TABLE x REPLICA IDENTITY FULL")), Identity::Full);
    let using = format!("{x} ALTER TABLE x REPLICA IDENTITY USING INDEX i");
    assert_eq!(identity(&using), Identity::Index("i".into()));
    assert_eq!(
        identity(&format!("{using}; ALTER INDEX i RENAME TO j")),
        Identity::Index("j".into())
    );
    // The server does not fall back to the key.
    assert_eq!(identity(&format!("{using}; DROP INDEX i")), Identity::Nothing);
    let persistence = |text: &str| the(&replay(&[text]), "x").persistence;
    assert_eq!(persistence("CREATE UNLOGGED TABLE x (a int)"), Persistence::Unlogged);
    assert_eq!(
        persistence("CREATE TABLE x (a int); ALTER TABLE x SET UNLOGGED"),
        Persistence::Unlogged
    );
    assert_eq!(
        persistence("CREATE UNLOGGED TABLE x (a int); ALTER TABLE x SET LOGGED"),
        Persistence::Permanent
    );
}

#[test]
fn a_key_is_suggested() {
    // What is unique and never null.
    assert_eq!(
        suggested("CREATE TABLE x (a int NOT NULL, b int NOT NULL UNIQUE)").as_deref(),
        Some("b")
    );
    assert_eq!(
        suggested("CREATE TABLE \"x\" (a int NOT NULL, b int NOT NULL); CREATE UNIQUE INDEX \"x_AB\" ON \"x\"(a, b)").as_deref(),
        Some("a,b")
    );
    assert_eq!(
        suggested("CREATE TABLE x (id int, a int NOT NULL, b int NOT NULL, UNIQUE (a, b)); ALTER TABLE x ADD c int NOT NULL UNIQUE").as_deref(),
        Some("c")
    );
    assert_eq!(
        suggested("CREATE TABLE t (a int NOT NULL UNIQUE); CREATE TABLE x (LIKE t INCLUDING ALL)")
            .as_deref(),
        Some("a")
    );
    assert_eq!(
        suggested("CREATE TABLE t (a int NOT NULL); CREATE TABLE x (a int UNIQUE) INHERITS (t)")
            .as_deref(),
        Some("a")
    );
    // What joins two tables.
    assert_eq!(
        suggested("CREATE TABLE x (a int REFERENCES y, b int); ALTER TABLE x ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES z").as_deref(),
        Some("a,b")
    );
    // One that may be null is no part of what is joined.
    assert_eq!(
        suggested(
            "CREATE TABLE x (a int NOT NULL REFERENCES y, b int NOT NULL REFERENCES y, c int REFERENCES y)"
        ),
        None
    );
    assert_eq!(
        suggested("CREATE TABLE x (a int REFERENCES y, b int REFERENCES z, c timestamptz)")
            .as_deref(),
        Some("a,b")
    );
    // A table with a number of its own is none that joins.
    assert_eq!(
        suggested("CREATE TABLE x (id int, a int REFERENCES y, b int REFERENCES z)").as_deref(),
        Some("id")
    );
    assert_eq!(suggested("CREATE TABLE x (id serial, a int UNIQUE)").as_deref(), Some("id"));
    for nothing in [
        "CREATE TABLE x (a int UNIQUE)",
        "CREATE TABLE x (a int REFERENCES y)",
        "CREATE TABLE x (id int REFERENCES y, b int)",
        // Several rows may join the same two.
        "CREATE TABLE x (a int REFERENCES y, b int REFERENCES z, c jsonb)",
        "CREATE TABLE x (a int NOT NULL); CREATE UNIQUE INDEX i ON x (a) WHERE a > 0",
        "CREATE TABLE x (a int NOT NULL UNIQUE); ALTER TABLE x DROP CONSTRAINT x_a_key",
        "CREATE TABLE x (a int NOT NULL UNIQUE); ALTER TABLE x ALTER a DROP NOT NULL",
        "CREATE TABLE x (a int NOT NULL); CREATE UNIQUE INDEX i ON x (a); DROP INDEX i",
        "CREATE TABLE x AS SELECT 1",
    ] {
        assert_eq!(suggested(nothing), None, "{nothing}");
    }
}
