//! How tables get keys, and how they lose them.

use super::{blamed, replay, the, told};
use crate::schema::Event;

#[test]
fn tables_of_raw_sql() {
    // The forms that were seen to make tables without a key, and with one.
    for text in [
        "CREATE TABLE x (a int UNIQUE)",
        "CREATE TABLE x AS SELECT 1",
        "SELECT 1 AS a INTO x",
        "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE x (LIKE t); DROP TABLE t",
        "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE x (LIKE t INCLUDING DEFAULTS); DROP TABLE t",
        "CREATE TABLE x (a serial)",
        "CREATE TABLE x (a int GENERATED ALWAYS AS IDENTITY)",
        "CREATE TABLE x (a int); CREATE UNIQUE INDEX ON x (a)",
        "CREATE UNLOGGED TABLE x (a int)",
        "DO $$ BEGIN CREATE TABLE x (a int); END $$",
        "SELECT 1; CREATE TABLE x (a int)",
    ] {
        assert_eq!(told(text), ["x none"], "{text}");
    }
    for text in [
        "CREATE TABLE x (a int PRIMARY KEY)",
        "CREATE TABLE x (a int, PRIMARY KEY (a))",
        "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE x (LIKE t INCLUDING ALL); DROP TABLE t",
        "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE x (LIKE t INCLUDING INDEXES); DROP TABLE t",
        "CREATE TABLE t (a int); CREATE TABLE x (LIKE t, PRIMARY KEY (a)); DROP TABLE t",
        "CREATE TABLE x (a int); ALTER TABLE x ADD PRIMARY KEY (a)",
        "CREATE TABLE x (b int); ALTER TABLE x ADD a serial PRIMARY KEY",
    ] {
        assert_eq!(told(text), ["x x_pkey(a)"], "{text}");
    }
}

#[test]
fn inherited_keys_are_none() {
    assert_eq!(
        told("CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE x () INHERITS (t)"),
        ["t t_pkey(a)", "x none"]
    );
}

#[test]
fn partitions_have_the_key_of_their_parent() {
    assert_eq!(
        told(
            "CREATE TABLE t (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE x PARTITION OF t DEFAULT; \
              CREATE TABLE y (a int); ALTER TABLE t ATTACH PARTITION y DEFAULT"
        ),
        ["t t_pkey(a)", "x t_pkey(a)", "y t_pkey(a)"]
    );
    assert_eq!(
        told(
            "CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE x PARTITION OF t DEFAULT; \
              ALTER TABLE t ADD PRIMARY KEY (a)"
        ),
        ["t t_pkey(a)", "x t_pkey(a)"]
    );
    assert_eq!(
        told(
            "CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE x PARTITION OF t (PRIMARY KEY (a)) DEFAULT"
        ),
        ["t none", "x x_pkey(a)"]
    );
    // A partition keeps what it had when it leaves, and goes with its table.
    assert_eq!(
        told(
            "CREATE TABLE t (a int PRIMARY KEY) PARTITION BY RANGE (a); CREATE TABLE x PARTITION OF t DEFAULT; \
              ALTER TABLE t DETACH PARTITION x; CREATE TABLE y PARTITION OF t DEFAULT; DROP TABLE t"
        ),
        ["x x_pkey(a)"]
    );
    let schema = replay(&[
        "CREATE TABLE t (a int) PARTITION BY RANGE (a); CREATE TABLE x PARTITION OF t DEFAULT",
    ]);
    let parent = the(&schema, "t");
    assert!(parent.partitioned);
    assert!(the(&schema, "x").parent.is_some());
    // What is made elsewhere may have a key.
    assert_eq!(told("CREATE TABLE x PARTITION OF t DEFAULT"), ["x unknown"]);
}

#[test]
fn a_key_is_dropped_by_its_real_name() {
    let x = "CREATE TABLE x (a int PRIMARY KEY, b int CONSTRAINT u UNIQUE);";
    assert_eq!(told(&format!("{x} ALTER TABLE x DROP CONSTRAINT x_pkey")), ["x none"]);
    assert_eq!(told(&format!("{x} ALTER TABLE x DROP CONSTRAINT u")), ["x x_pkey(a)"]);
    assert_eq!(told(&format!("{x} ALTER TABLE x DROP CONSTRAINT \"PK_1\"")), ["x x_pkey(a)"]);
    assert_eq!(
        told(&format!("{x} ALTER TABLE x RENAME TO y; ALTER TABLE y DROP CONSTRAINT y_pkey")),
        ["y x_pkey(a)"]
    );
    assert_eq!(
        told(&format!("{x} ALTER TABLE x RENAME TO y; ALTER TABLE y DROP CONSTRAINT x_pkey")),
        ["y none"]
    );
    assert_eq!(
        told(&format!(
            "{x} ALTER TABLE x RENAME CONSTRAINT x_pkey TO k; ALTER TABLE x DROP CONSTRAINT k"
        )),
        ["x none"]
    );
    assert_eq!(
        told(&format!("{x} ALTER INDEX x_pkey RENAME TO k; ALTER TABLE x DROP CONSTRAINT k")),
        ["x none"]
    );
}

#[test]
fn a_key_goes_with_its_columns() {
    let x = "CREATE TABLE x (a int, b int, c int, PRIMARY KEY (a, b));";
    assert_eq!(told(&format!("{x} ALTER TABLE x DROP COLUMN b")), ["x none"]);
    assert_eq!(told(&format!("{x} ALTER TABLE x DROP COLUMN c")), ["x x_pkey(a,b)"]);
    assert_eq!(
        told(&format!("{x} ALTER TABLE x RENAME b TO d; ALTER TABLE x DROP b")),
        ["x x_pkey(a,d)"]
    );
    assert_eq!(told(&format!("{x} ALTER TABLE x RENAME b TO d; ALTER TABLE x DROP d")), ["x none"]);
    assert_eq!(told(&format!("{x} ALTER TABLE x ALTER a TYPE bigint")), ["x x_pkey(a,b)"]);
    assert_eq!(
        told(
            "CREATE TABLE t (a int, b int); CREATE TABLE x () INHERITS (t); ALTER TABLE x ADD PRIMARY KEY (a); \
              ALTER TABLE t RENAME a TO c; ALTER TABLE t DROP c"
        ),
        ["t none", "x none"]
    );
}

#[test]
fn a_key_is_replaced() {
    let x = "CREATE TABLE x (a int PRIMARY KEY, b int);";
    // In one statement, with a comma, in either order: the server drops first.
    for actions in [
        "DROP CONSTRAINT x_pkey, ADD CONSTRAINT x_pkey PRIMARY KEY (b)",
        "ADD CONSTRAINT x_pkey PRIMARY KEY (b), DROP CONSTRAINT x_pkey",
        "ADD PRIMARY KEY (b), DROP CONSTRAINT x_pkey",
        "DROP COLUMN a, ADD PRIMARY KEY (b)",
    ] {
        assert_eq!(told(&format!("{x} ALTER TABLE x {actions}")), ["x x_pkey(b)"], "{actions}");
    }
    assert_eq!(
        told(&format!(
            "{x} ALTER TABLE x DROP CONSTRAINT x_pkey; UPDATE x SET b = 1; ALTER TABLE x ADD PRIMARY KEY (a, b)"
        )),
        ["x x_pkey(a,b)"]
    );
    // Dropped with its column, and made again with a new one of that name.
    assert_eq!(
        told(&format!(
            "{x} ALTER TABLE x DROP COLUMN a; ALTER TABLE x ADD COLUMN a uuid; ALTER TABLE x ADD PRIMARY KEY (a)"
        )),
        ["x x_pkey(a)"]
    );
}

#[test]
fn a_key_is_made_of_an_index() {
    let x = "CREATE TABLE x (a int, b int); CREATE UNIQUE INDEX i ON x (a, b);";
    assert_eq!(told(&format!("{x} ALTER TABLE x ADD PRIMARY KEY USING INDEX i")), ["x i(a,b)"]);
    assert_eq!(
        told(&format!("{x} ALTER TABLE x ADD CONSTRAINT k PRIMARY KEY USING INDEX i DEFERRABLE")),
        ["x k(a,b) deferrable"]
    );
    assert_eq!(
        told("CREATE TABLE x (a int); ALTER TABLE x ADD PRIMARY KEY USING INDEX i"),
        ["x i()"]
    );
}

#[test]
fn dumps_add_their_keys_at_the_end() {
    assert_eq!(
        told(
            "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.x (a int NOT NULL); \
              CREATE TABLE public.y (a int NOT NULL); ALTER TABLE ONLY public.x ADD CONSTRAINT x_pkey PRIMARY KEY (a);"
        ),
        ["x x_pkey(a)", "y none"]
    );
}

#[test]
fn the_statement_that_left_it_keyless_is_blamed() {
    assert_eq!(blamed("CREATE TABLE x (a int); ALTER TABLE x ADD b int"), "CREATE TABLE x (a int)");
    assert_eq!(
        blamed(
            "CREATE TABLE x (a int PRIMARY KEY); ALTER TABLE x DROP CONSTRAINT x_pkey; ALTER TABLE x ADD b int"
        ),
        "DROP CONSTRAINT x_pkey"
    );
    assert_eq!(
        blamed("CREATE TABLE x (a int PRIMARY KEY); ALTER TABLE x ADD b int, DROP COLUMN a"),
        "DROP COLUMN a"
    );
    assert_eq!(
        blamed(
            "CREATE TABLE x (a int PRIMARY KEY); ALTER TABLE x DROP CONSTRAINT x_pkey; ALTER TABLE x ADD CONSTRAINT k PRIMARY KEY (a); \
             ALTER TABLE x DROP CONSTRAINT IF EXISTS k"
        ),
        "DROP CONSTRAINT IF EXISTS k"
    );
    assert!(replay(&["CREATE TABLE x (a int PRIMARY KEY)"]).tables()[0].keyless_since().is_none());
}

#[test]
fn a_table_tells_its_story() {
    let schema = replay(&[
        "CREATE TABLE x (a int PRIMARY KEY); ALTER TABLE x RENAME TO y; ALTER TABLE y DROP CONSTRAINT x_pkey; \
         ALTER TABLE y SET UNLOGGED; ALTER TABLE y REPLICA IDENTITY FULL; ALTER TABLE y ADD PRIMARY KEY (a)",
    ]);
    let events: Vec<Event> = the(&schema, "y").story.iter().map(|(_, event)| *event).collect();
    assert_eq!(
        events,
        [
            Event::Created,
            Event::Renamed,
            Event::KeyDropped,
            Event::Persistence,
            Event::Identity,
            Event::KeyAdded
        ]
    );
}
