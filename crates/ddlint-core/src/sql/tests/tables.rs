//! `CREATE TABLE` and its relatives.

use super::{steps, table};

#[test]
fn a_key_is_a_columns_or_the_tables() {
    assert_eq!(
        table("CREATE TABLE users (id serial PRIMARY KEY, name text)"),
        "create users id:serial[key] name:text"
    );
    assert_eq!(
        table("CREATE TABLE users (id serial CONSTRAINT k PRIMARY KEY DEFERRABLE)"),
        "create users id:serial[key k deferrable]"
    );
    assert_eq!(
        table("CREATE TABLE users (a int, b int, PRIMARY KEY (a, b))"),
        "create users a:int b:int key(a,b)"
    );
    assert_eq!(
        table(r#"CREATE TABLE "user" ("id" uuid NOT NULL, CONSTRAINT "PK_1" PRIMARY KEY ("id"))"#),
        "create user id:uuid! key PK_1(id)"
    );
    assert_eq!(
        table("CREATE TABLE x (a int, PRIMARY KEY (a) INCLUDE (b) INITIALLY DEFERRED)"),
        "create x a:int key(a) deferrable"
    );
    assert_eq!(
        table("CREATE TABLE x (a int, PRIMARY KEY (a) NOT DEFERRABLE INITIALLY IMMEDIATE)"),
        "create x a:int key(a)"
    );
}

#[test]
fn what_looks_like_a_key_is_none() {
    assert_eq!(table("CREATE TABLE x (a int UNIQUE)"), "create x a:int unique(a)");
    assert_eq!(
        table("CREATE TABLE x (a int, CONSTRAINT u UNIQUE (a))"),
        "create x a:int unique u(a)"
    );
    assert_eq!(
        table("CREATE TABLE x (a bigint GENERATED ALWAYS AS IDENTITY (START WITH 1))"),
        "create x a:bigint"
    );
    assert_eq!(
        table(
            "CREATE TABLE x (a int /* PRIMARY KEY */, b text DEFAULT 'PRIMARY KEY') -- PRIMARY KEY"
        ),
        "create x a:int b:text"
    );
    assert_eq!(
        table(r#"CREATE TABLE x ("primary key" int, CHECK ("primary key" > 0))"#),
        "create x primary key:int"
    );
}

#[test]
fn persistence_and_if_not_exists() {
    assert_eq!(table("CREATE UNLOGGED TABLE x (a int)"), "create x unlogged a:int");
    for temporary in ["TEMP", "TEMPORARY", "LOCAL TEMP", "GLOBAL TEMPORARY"] {
        let text = format!("CREATE {temporary} TABLE x (a int) ON COMMIT DROP");
        assert_eq!(table(&text), "create x temporary a:int");
    }
    assert_eq!(table("CREATE TABLE pg_temp.x (a int)"), "create pg_temp.x temporary a:int");
    assert_eq!(table("create table if not exists x (a int)"), "create x if-not-exists a:int");
}

#[test]
fn tables_of_queries() {
    assert_eq!(table("CREATE TABLE x AS SELECT 1"), "create x query");
    assert_eq!(table("CREATE TABLE x (a) AS SELECT 1 WITH NO DATA"), "create x query a");
    assert_eq!(
        table("CREATE TEMP TABLE IF NOT EXISTS x AS TABLE y"),
        "create x temporary if-not-exists query"
    );
    assert_eq!(table("SELECT * INTO x FROM y"), "create x into");
    assert_eq!(table("SELECT * INTO UNLOGGED TABLE s.x FROM y"), "create s.x unlogged into");
    assert_eq!(table("SELECT a INTO x FROM y UNION SELECT 1"), "create x into");
    assert_eq!(steps("INSERT INTO x SELECT 1"), ["INSERT x"]);
}

#[test]
fn tables_of_tables() {
    assert_eq!(table("CREATE TABLE x (LIKE y)"), "create x like y");
    assert_eq!(table("CREATE TABLE x (LIKE y INCLUDING DEFAULTS)"), "create x like y");
    assert_eq!(table("CREATE TABLE x (LIKE y INCLUDING ALL)"), "create x like y+indexes");
    assert_eq!(table("CREATE TABLE x (LIKE y INCLUDING INDEXES)"), "create x like y+indexes");
    assert_eq!(table("CREATE TABLE x (LIKE y INCLUDING ALL EXCLUDING INDEXES)"), "create x like y");
    assert_eq!(
        table("CREATE TABLE x (LIKE y EXCLUDING INDEXES INCLUDING ALL)"),
        "create x like y+indexes"
    );
    assert_eq!(
        table("CREATE TABLE x (LIKE s.y INCLUDING DEFAULTS, PRIMARY KEY (id))"),
        "create x key(id) like s.y"
    );
    assert_eq!(table("CREATE TABLE x () INHERITS (y, s.z)"), "create x inherits y inherits s.z");
    assert_eq!(table("CREATE TABLE x (a int) INHERITS (y)"), "create x a:int inherits y");
    assert_eq!(table("CREATE TABLE x OF t (PRIMARY KEY (a))"), "create x of t key(a)");
}

#[test]
fn partitions() {
    assert_eq!(
        table("CREATE TABLE x (a int) PARTITION BY RANGE (a)"),
        "create x a:int partitioned"
    );
    assert_eq!(
        table("CREATE TABLE y PARTITION OF s.x FOR VALUES FROM (1) TO (2)"),
        "create y partition-of s.x"
    );
    assert_eq!(
        table("CREATE TABLE y PARTITION OF x (PRIMARY KEY (a)) DEFAULT"),
        "create y partition-of x key(a)"
    );
}

#[test]
fn columns_tell_their_types() {
    assert_eq!(
        table(
            "CREATE TABLE x (a character varying(255)[], b double precision, \
             c timestamp(3) with time zone, d public.geometry(Point, 4326), e numeric(10, 2), \
             f int ARRAY, g \"Mood\", h INTEGER)"
        ),
        "create x a:character varying[] b:double precision c:timestamp with time zone \
         d:public.geometry e:numeric f:int[] g:Mood h:integer"
    );
}

#[test]
fn foreign_keys() {
    assert_eq!(
        table(
            "CREATE TABLE x (a int REFERENCES users (id) ON DELETE CASCADE, b int NOT NULL, \
             CONSTRAINT f FOREIGN KEY (b, c) REFERENCES s.posts (b, c))"
        ),
        "create x a:int b:int! (a)->users (b,c)->s.posts"
    );
}

#[test]
fn names_are_folded_and_unquoted() {
    assert_eq!(table("CREATE TABLE Users (ID int)"), "create users id:int");
    assert_eq!(table(r#"CREATE TABLE "Users" ("ID" int)"#), "create Users ID:int");
    assert_eq!(table(r#"CREATE TABLE "a""b"."c.d" (x int)"#), "create a\"b.c.d x:int");
    assert_eq!(table(r#"create table db.public."T" (x int)"#), "create public.T x:int");
    let long = "x".repeat(70);
    assert_eq!(
        table(&format!("CREATE TABLE {long} (a int)")),
        format!("create {} a:int", "x".repeat(63))
    );
}

#[test]
fn a_schema_may_come_with_its_tables() {
    assert_eq!(
        steps("CREATE SCHEMA s CREATE TABLE t (a int) CREATE VIEW public.v AS SELECT 1"),
        ["create-schema s", "create s.t a:int", "view public.v view"]
    );
    assert_eq!(
        steps("CREATE SCHEMA IF NOT EXISTS s; CREATE TABLE t (a int)"),
        ["create-schema s", "create t a:int"]
    );
}
