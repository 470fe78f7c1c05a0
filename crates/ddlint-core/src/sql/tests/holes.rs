//! What is only known at run time.

use super::{holed, steps, unread};
use crate::schema::{Name, TableName, hole};
use crate::sql::{Reason, read};

fn told(text: &str) -> Vec<String> {
    steps(&holed(text))
}

#[test]
fn names_may_have_holes_of_any_width() {
    for width in 1..8 {
        let text =
            format!("CREATE TABLE {}.x (a int); DROP TABLE \"{}_y\"", hole(width), hole(width));
        assert_eq!(steps(&text), ["create ….x a:int", "drop …_y"], "{width}");
        let reading = read(&text);
        let names: Vec<&str> =
            reading.statements.iter().map(|s| &text[s.name_range.clone().unwrap()]).collect();
        assert_eq!(names[0], format!("{}.x", hole(width)));
        assert_eq!(names[1], format!("\"{}_y\"", hole(width)));
    }
}

#[test]
fn a_hole_in_the_place_of_columns_leaves_the_table() {
    assert_eq!(told("CREATE TABLE x (@@@@)"), ["create x ..."]);
    assert_eq!(told("CREATE TABLE x (a int, @@@@)"), ["create x a:int ..."]);
    assert_eq!(told("CREATE TABLE x (a int @@@@, b text)"), ["create x a:int b:text ..."]);
    assert_eq!(told("CREATE TABLE x @@@@"), ["create x ..."]);
    assert_eq!(told("CREATE TABLE x (id @@@@)"), ["create x id:…[key maybe]"]);
    assert_eq!(told("CREATE TABLE x (id @@@@ PRIMARY KEY)"), ["create x id:…[key]"]);
    assert_eq!(told("CREATE TABLE x (a int, PRIMARY KEY (@@@@))"), ["create x a:int key()"]);
    assert_eq!(told("CREATE TABLE x (a int DEFAULT @@@@)"), ["create x a:int"]);
    assert_eq!(told("CREATE TABLE x (a varchar(@@@@)) @@@@"), ["create x a:varchar"]);
}

#[test]
fn a_hole_in_front_of_a_name_is_an_option() {
    assert_eq!(told("CREATE TABLE @@@@ x (a int)"), ["create x a:int"]);
    assert_eq!(told("CREATE TABLE @@@@ \"as\" (a int)"), ["create as a:int"]);
    assert_eq!(
        told("ALTER TABLE @@@@ x ADD PRIMARY KEY (a)"),
        told("ALTER TABLE x ADD PRIMARY KEY (a)")
    );
    assert_eq!(told("DROP TABLE @@@@ x"), ["drop x"]);
    assert_eq!(told("CREATE @@@@ INDEX @@@@ i ON x (a)"), told("CREATE INDEX i ON x (a)"));
    assert_eq!(told("ALTER TABLE @@@@ ADD PRIMARY KEY (a)").len(), 1);
    assert_eq!(told("CREATE TABLE @@@@ AS SELECT 1").len(), 1);
}

#[test]
fn a_hole_in_the_place_of_an_action_leaves_the_table() {
    assert_eq!(told("ALTER TABLE x @@@@"), ["unreadable ALTER TABLE x drops"]);
    assert_eq!(told("ALTER TABLE x ADD @@@@"), ["unreadable ALTER TABLE x"]);
    assert_eq!(told("ALTER TABLE x ADD CONSTRAINT y @@@@"), ["unreadable ALTER TABLE x"]);
    assert_eq!(told("ALTER TABLE x ADD PRIMARY KEY @@@@"), ["add x key()"]);
    assert_eq!(
        told("ALTER TABLE x ADD a int, @@@@"),
        ["add x a", "unreadable ALTER TABLE x drops"]
    );
    assert_eq!(
        told(
            "ALTER TABLE x DROP CONSTRAINT \"PK_@@@\", ADD CONSTRAINT \"@@@\" PRIMARY KEY (\"id\")"
        ),
        ["drop x constraint PK_…", "add x key …(id)"]
    );
}

#[test]
fn a_hole_in_the_place_of_a_command_is_told() {
    let text = holed("@@@@; DROP TABLE a");
    assert_eq!(steps(&text), ["drop a"]);
    assert_eq!(unread(&text), [(Reason::Hole, holed("@@@@").as_str())]);
    let text = holed("@@@@ TABLE x ADD a int");
    assert_eq!(steps(&text), ["unreadable  x drops"]);
    assert_eq!(unread(&text), [(Reason::Hole, text.as_str())]);
    let text = holed("CREATE @@@@ TABLE x (a int)");
    assert_eq!(steps(&text), ["unreadable CREATE TABLE x drops"]);
}

#[test]
fn a_hole_before_a_statement_does_not_hide_it() {
    assert_eq!(told("@@@@ CREATE TABLE x (a int)"), ["create x a:int"]);
    assert_eq!(told("DROP TABLE a; @@@@\nDROP TABLE b"), ["drop a", "drop b"]);
}

#[test]
fn placeholders_of_libraries_are_holes() {
    assert_eq!(steps("ALTER TABLE ?? ADD PRIMARY KEY (??)"), ["add … key()"]);
    assert_eq!(steps("ALTER TABLE :SCHEMA.x DROP COLUMN a"), ["drop ….x.a"]);
    assert_eq!(steps("DROP TABLE ${schema}.x; DROP TABLE {{prefix}}_y"), ["drop ….x", "drop …_y"]);
    // These are none.
    assert_eq!(
        steps("ALTER TABLE x ALTER a SET DEFAULT b::text, ADD c int DEFAULT 'd'::int"),
        ["ddl ALTER TABLE x", "add x c"]
    );
    assert_eq!(
        steps("CREATE TABLE x (a jsonb CHECK (a ? 'b'), c text DEFAULT ':d ??')"),
        ["create x a:jsonb c:text"]
    );
}

#[test]
fn names_that_may_be_the_same() {
    let may = |a: &str, b: &str| Name::new(&holed(a)).may_be(&Name::new(&holed(b)));
    assert!(may("abc", "abc") && !may("abc", "abd"));
    assert!(may("@", "abc") && may("abc", "@") && may("@", "@") && may("@", ""));
    assert!(may("a@c", "abc") && may("a@c", "ac") && !may("a@c", "ab"));
    assert!(may("@_pkey", "users_pkey") && !may("FK_@", "users_pkey"));
    assert!(may("a@", "@b") && !may("a@", "b@"));
    assert!(may("@a@", "bab") && !may("@a@", "bcb"));
    assert!(!Name::new(&holed("a@@@b")).is_known());
    assert_eq!(Name::new(&holed("a@@@b")).to_string(), "a…b");
    assert_eq!(TableName::dotted("a.b.c"), TableName::qualified("b", "c"));
    assert_eq!(TableName::dotted("c"), TableName::new("c"));
}
