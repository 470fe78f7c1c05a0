//! Texts of several statements, and what stands between them.

use super::{ranges, steps, unread};
use crate::schema::Step;
use crate::sql::{may_hold_ddl, read};

#[test]
fn statements_and_names_have_their_places() {
    let text = "-- first\nCREATE TABLE a.\"B\" (x int) ;\n\n  /* second */ DROP TABLE c, d; ";
    let reading = read(text);
    assert_eq!(ranges(text, &reading), ["CREATE TABLE a.\"B\" (x int)", "DROP TABLE c, d"]);
    let names: Vec<&str> =
        reading.statements.iter().map(|s| &text[s.name_range.clone().unwrap()]).collect();
    assert_eq!(names, ["a.\"B\"", "c"]);
    let places: Vec<&str> =
        reading.statements[1].steps.iter().map(|step| &text[step.range.clone()]).collect();
    assert_eq!(places, ["c", "d"]);
}

#[test]
fn actions_have_places_of_their_own() {
    let text = "ALTER TABLE x DROP CONSTRAINT x_pkey, ADD PRIMARY KEY (a)";
    let steps = &read(text).statements[0].steps;
    let places: Vec<&str> = steps.iter().map(|step| &text[step.range.clone()]).collect();
    assert_eq!(places, ["DROP CONSTRAINT x_pkey", "ADD PRIMARY KEY (a)"]);
}

#[test]
fn semicolons_end_statements_only_outside_of_texts() {
    assert_eq!(
        steps(
            "INSERT INTO x VALUES ('; DROP TABLE y;'); COMMENT ON TABLE x IS $t$; DROP TABLE z;$t$; DROP TABLE w"
        ),
        ["INSERT x", "ddl COMMENT x", "drop w"]
    );
    assert_eq!(steps("DROP TABLE a -- ; DROP TABLE b;\n; DROP TABLE c"), ["drop a", "drop c"]);
    assert_eq!(
        steps("DROP TABLE a /* ; /* nested; */ DROP TABLE b; */; DROP TABLE c"),
        ["drop a", "drop c"]
    );
    assert_eq!(steps(r"SELECT E'it\'s; DROP TABLE a'; DROP TABLE b"), ["SELECT", "drop b"]);
    assert_eq!(steps("CREATE TABLE \"a;b\" (x int)"), ["create a;b x:int"]);
}

#[test]
fn a_forgotten_mark_loses_nothing_else() {
    assert_eq!(
        steps("CREATE TABLE a (x int;\nCREATE TABLE b (y int);"),
        ["create a x:int", "create b y:int"]
    );
    assert_eq!(
        steps("CREATE TABLE a (x int)\nCREATE TABLE b (y int)"),
        ["create a x:int", "create b y:int"]
    );
    assert_eq!(steps("CREATE TABLE a (x int, );\nDROP TABLE b"), ["create a x:int", "drop b"]);
}

#[test]
fn types_that_take_their_columns_along() {
    assert_eq!(
        steps("DROP TYPE IF EXISTS s.mood, b CASCADE")[1..],
        ["drop type mood", "drop type b"]
    );
    assert_eq!(steps("DROP DOMAIN c CASCADE")[1..], ["drop type c"]);
    assert_eq!(steps("DROP TYPE mood"), ["ddl DROP TYPE"]);
    assert_eq!(steps("CREATE DOMAIN s.c AS text")[1..], ["define c"]);
    assert_eq!(steps("CREATE TYPE mood AS ENUM ('good')")[1..], ["define mood"]);
}

#[test]
fn bodies_of_functions_and_rules_are_no_statements() {
    assert_eq!(
        steps(
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE a; END $$; DROP TABLE b"
        ),
        ["ddl CREATE FUNCTION", "define f", "drop b"]
    );
    assert_eq!(
        steps(
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; DROP TABLE b"
        ),
        ["ddl CREATE FUNCTION", "define f", "drop b"]
    );
    assert_eq!(
        steps(
            "CREATE RULE r AS ON INSERT TO a DO ALSO (DELETE FROM b; DELETE FROM c); DROP TABLE d"
        ),
        ["ddl CREATE RULE a", "drop d"]
    );
    assert_eq!(
        steps(
            "CREATE OR REPLACE RULE r AS ON INSERT TO a DO ALSO (DELETE FROM b; DELETE FROM c); DROP TABLE d"
        ),
        ["ddl CREATE RULE a", "drop d"]
    );
}

#[test]
fn what_dumps_bring_along_does_no_harm() {
    let text = "\u{feff}--\n-- PostgreSQL database dump\n--\n\\restrict abc\n\\connect app\n\
                SET statement_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\n\
                CREATE TABLE public.a (\n    id integer NOT NULL\n);\nALTER TABLE public.a OWNER TO app;\n\
                COPY public.a (id) FROM stdin;\n1\tit's; DROP TABLE x;\n\\N\n\\.\n\n\
                ALTER TABLE ONLY public.a\n    ADD CONSTRAINT a_pkey PRIMARY KEY (id);\n\\unrestrict abc\n";
    assert_eq!(
        steps(text),
        [
            "SET",
            "SELECT",
            "path ",
            "create public.a id:integer!",
            "ddl ALTER TABLE public.a",
            "COPY public.a",
            "add public.a key a_pkey(id)"
        ]
    );
    assert_eq!(unread(text), []);
}

#[test]
fn breakpoints_of_migration_tools_are_comments() {
    assert_eq!(
        steps(
            "CREATE TABLE a (x int);\n--> statement-breakpoint\nALTER TABLE a ADD PRIMARY KEY (x);--> statement-breakpoint\n"
        ),
        ["create a x:int", "add a key(x)"]
    );
}

#[test]
fn prose_is_no_statement() {
    assert_eq!(steps("Failed to create table users"), [""; 0]);
    assert_eq!(steps("create table failed"), [""; 0]);
    assert_eq!(steps("create table users failed because of it"), [""; 0]);
    assert_eq!(steps("alter table failed"), [""; 0]);
    assert_eq!(steps("'CREATE TABLE', 'ALTER TABLE'"), [""; 0]);
    assert_eq!(steps("Please drop table users and create table posts"), [""; 0]);
    assert!(!read("drop table users failed").statements[0].clean);
    assert!(read("drop table users").statements[0].clean);
}

#[test]
fn a_statement_that_goes_on_strangely_is_kept() {
    assert_eq!(
        steps("CREATE TABLE x (id int PRIMARY KEY) WITH STRANGE OPTION"),
        ["create x id:int[key]"]
    );
    assert_eq!(
        steps("ALTER TABLE x ADD COLUMN a int, FROBNICATE b"),
        ["add x a", "unreadable ALTER TABLE x"]
    );
    let text = "ALTER TABLE x FROBNICATE b; DROP TABLE c";
    assert_eq!(steps(text), ["unreadable ALTER TABLE x", "drop c"]);
    let first = &read(text).statements[0];
    assert_eq!(&text[first.range.clone()], "ALTER TABLE x FROBNICATE b");
    assert!(!first.clean);
    // What was not read may hold the key, or it cannot.
    assert_eq!(steps("CREATE TABLE x (a int, b c%d, PRIMARY KEY (a))"), ["create x a:int b:c ..."]);
    assert_eq!(steps("CREATE TABLE x (a int, b c%d, e text)"), ["create x a:int b:c"]);
}

#[test]
fn nothing_is_made_of_nothing() {
    for text in ["", " ", ";", ";;\n;", "-- only\n/* comments */", "\u{feff}", "\\connect x"] {
        let reading = read(text);
        assert!(reading.statements.is_empty() && reading.unread.is_empty(), "{text:?}");
    }
}

#[test]
fn the_prefilter_lets_all_ddl_pass() {
    for text in [
        "Create Table x (a int)",
        "select 1 INTO x",
        "GRANT a TO b",
        "comment on table x is 'y'",
        "refresh materialized view x",
        "EXECUTE 'x'",
        "select set_config('search_path', '', false)",
    ] {
        assert!(may_hold_ddl(text), "{text}");
    }
    for text in ["SELECT * FROM x", "UPDATE x SET a = 1", "hello"] {
        assert!(!may_hold_ddl(text), "{text}");
    }
    // Whatever is DDL passes.
    let all = "CREATE TABLE a (b int); ALTER TABLE a ADD c int; DROP TABLE a; REASSIGN OWNED BY a TO b; \
               IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c; SECURITY LABEL ON TABLE a IS 'b'; REVOKE a FROM b";
    for statement in read(all).statements {
        assert!(statement.steps.iter().any(|step| step.step.is_ddl()));
        assert!(may_hold_ddl(&all[statement.range]));
    }
}

#[test]
fn steps_tell_their_table() {
    let reading = read(
        "ALTER TABLE a ADD b int; CREATE INDEX ON c (d); COMMENT ON COLUMN e.f IS 'g'; SELECT 1",
    );
    let tables: Vec<Option<String>> = reading
        .statements
        .iter()
        .map(|statement| statement.steps.iter().rfind(|s| !matches!(s.step, Step::Mention { .. })))
        .map(|step| step.and_then(|step| step.step.table()).map(ToString::to_string))
        .collect();
    assert_eq!(tables, [Some("a".into()), Some("c".into()), None, None]);
}
