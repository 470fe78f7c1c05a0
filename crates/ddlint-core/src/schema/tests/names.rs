//! Which table a name means, and which name a key has. All of it as seen on PostgreSQL 15.

use super::{replay, told};
use crate::schema::naming::{Label, choose};
use crate::schema::{Name, TableName};

fn chosen(table: &str, columns: &[&str], label: Label, taken: &[&str]) -> String {
    let columns: Vec<Name> = columns.iter().map(|column| Name::new(column)).collect();
    let is_taken = |name: &Name| taken.contains(&name.as_str());
    choose(&Name::new(table), &columns, label, is_taken).to_string()
}

#[test]
fn default_names_of_constraints() {
    assert_eq!(chosen("t", &["a"], Label::Key, &[]), "t_pkey");
    assert_eq!(chosen("t", &["a"], Label::Key, &["t_pkey", "t_pkey1"]), "t_pkey2");
    assert_eq!(chosen("u", &["a", "b"], Label::Unique, &[]), "u_a_b_key");
    assert_eq!(chosen("u", &["d"], Label::Reference, &[]), "u_d_fkey");
    assert_eq!(chosen("u", &["d"], Label::Index, &[]), "u_d_idx");
    assert_eq!(
        chosen(
            "this_is_a_very_long_table_name_that_goes_beyond_the_limit_of_pkey",
            &[],
            Label::Key,
            &[]
        ),
        "this_is_a_very_long_table_name_that_goes_beyond_the_limit__pkey"
    );
    // 59 bytes, but characters are not cut in two.
    let name = format!("{}1", "é".repeat(29));
    assert_eq!(chosen(&name, &[], Label::Key, &[]), format!("{}_pkey", "é".repeat(29)));
    assert_eq!(
        chosen(
            "multi",
            &["a_long_column_name_number_one", "b_long_column_name_number_two"],
            Label::Unique,
            &[]
        ),
        "multi_a_long_column_name_number_one_b_long_column_name_numb_key"
    );
    assert_eq!(chosen("a\u{10}", &[], Label::Key, &[]), "a…_pkey");
}

#[test]
fn a_key_keeps_its_name_and_a_new_one_gets_another() {
    assert_eq!(
        told(
            "CREATE TABLE a (x int PRIMARY KEY); ALTER TABLE a RENAME TO b; CREATE TABLE a (x int PRIMARY KEY)"
        ),
        ["a a_pkey1(x)", "b a_pkey(x)"]
    );
    assert_eq!(
        told(
            "CREATE TABLE s.a (x int PRIMARY KEY); ALTER TABLE s.a SET SCHEMA t; CREATE TABLE a (x int PRIMARY KEY)"
        ),
        ["a a_pkey(x)", "t.a a_pkey(x)"]
    );
}

#[test]
fn a_name_with_the_default_schema_and_one_without_are_one() {
    assert_eq!(
        told(
            "CREATE TABLE public.a (x int); ALTER TABLE a ADD PRIMARY KEY (x); CREATE TABLE IF NOT EXISTS public.a (y int)"
        ),
        ["a a_pkey(x)"]
    );
    assert_eq!(
        told(
            "CREATE TABLE A (x int); ALTER TABLE \"a\" ADD PRIMARY KEY (x); ALTER TABLE \"A\" ADD y int"
        ),
        ["A unknown", "a a_pkey(x)"]
    );
    assert_eq!(
        told("CREATE TABLE s.a (x int); CREATE TABLE a (y int PRIMARY KEY)"),
        ["a a_pkey(y)", "s.a none"]
    );
}

#[test]
fn the_search_path_leads() {
    assert_eq!(
        told(
            "SET search_path TO s, public; CREATE TABLE a (x int); RESET search_path; ALTER TABLE s.a ADD PRIMARY KEY (x); \
              CREATE TABLE b (x int)"
        ),
        ["b none", "s.a a_pkey(x)"]
    );
    assert_eq!(
        told(
            "CREATE TABLE a (x int); SET search_path TO s, public; ALTER TABLE a ADD PRIMARY KEY (x)"
        ),
        ["a a_pkey(x)"]
    );
    assert_eq!(
        told("SET search_path = '$user', pg_catalog, s; CREATE TABLE a (x int)"),
        ["s.a none"]
    );
    assert_eq!(
        told(
            "SELECT set_config('search_path', '', false); CREATE TABLE public.a (x int); CREATE TABLE b (x int)"
        ),
        ["a none", "b none"]
    );
    assert_eq!(
        told(
            "DROP SCHEMA s; SET search_path TO s, public; CREATE TABLE a (x int); CREATE SCHEMA s; CREATE TABLE b (x int)"
        ),
        ["a none", "s.b none"]
    );
    // It ends with its file: another migration is another session.
    let schema = replay(&["SET search_path TO s", "CREATE TABLE a (x int)"]);
    assert_eq!(schema.tables()[0].name, TableName::qualified("public", "a"));
}

#[test]
fn connections_may_set_a_path_of_their_own() {
    assert_eq!(
        told("CREATE TABLE s.a (x int); ALTER TABLE a ADD PRIMARY KEY (x)"),
        ["s.a a_pkey(x)"]
    );
    // Two may be meant, so neither is.
    assert_eq!(
        told(
            "CREATE TABLE s.a (x int); CREATE TABLE t.a (x int); ALTER TABLE a ADD PRIMARY KEY (x)"
        ),
        ["a a_pkey(x)", "s.a none", "t.a none"]
    );
    // What is dropped may well not be there.
    assert_eq!(told("CREATE TABLE s.a (x int); DROP TABLE IF EXISTS a"), ["s.a none"]);
}

#[test]
fn schemas_are_renamed_and_dropped() {
    assert_eq!(
        told(
            "CREATE TABLE s.a (x int); ALTER SCHEMA s RENAME TO t; ALTER TABLE t.a ADD PRIMARY KEY (x)"
        ),
        ["t.a a_pkey(x)"]
    );
    assert_eq!(
        told(
            "CREATE TABLE s.a (x int) PARTITION BY RANGE (x); CREATE TABLE b PARTITION OF s.a DEFAULT; DROP SCHEMA s CASCADE; \
              CREATE TABLE s.c (x int)"
        ),
        ["s.c none"]
    );
    assert_eq!(
        told("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE a (x int)"),
        ["a none"]
    );
}

#[test]
fn schemas_that_only_run_time_knows() {
    assert_eq!(
        told("CREATE TABLE @.a (x int); ALTER TABLE @.a ADD PRIMARY KEY (x)"),
        ["….a a_pkey(x)"]
    );
    assert_eq!(
        told("CREATE TABLE @.a (x int); ALTER TABLE a ADD PRIMARY KEY (x)"),
        ["….a a_pkey(x)"]
    );
    assert_eq!(
        told("CREATE TABLE a (x int); ALTER TABLE @.a ADD PRIMARY KEY (x)"),
        ["a a_pkey(x)"]
    );
    assert_eq!(
        told("CREATE TABLE @.a (x int); DROP TABLE @.a; CREATE TABLE s.b (x int); DROP TABLE @.b"),
        [""; 0]
    );
    assert_eq!(
        told("SET search_path TO @; CREATE TABLE a (x int); ALTER TABLE a ADD PRIMARY KEY (x)"),
        ["….a a_pkey(x)"]
    );
}

#[test]
fn temporary_tables_hide_others_and_end_with_the_session() {
    assert_eq!(
        told(
            "CREATE TABLE a (x int PRIMARY KEY); CREATE TEMP TABLE a (x int); ALTER TABLE a ADD y int; DROP TABLE a"
        ),
        ["a a_pkey(x)"]
    );
    let schema = replay(&[
        "CREATE TEMP TABLE a (x int)",
        "CREATE TABLE a (x int); ALTER TABLE a ADD PRIMARY KEY (x)",
    ]);
    assert_eq!(schema.tables().len(), 1);
    assert!(schema.tables()[0].keyless_since().is_none());
}

#[test]
fn indexes_are_found_in_the_schema_of_their_table() {
    assert_eq!(
        told(
            "CREATE TABLE a (x int CONSTRAINT k PRIMARY KEY); CREATE TABLE s.a (x int CONSTRAINT k PRIMARY KEY); \
              ALTER INDEX k RENAME TO l; ALTER INDEX s.k RENAME TO m"
        ),
        ["a l(x)", "s.a m(x)"]
    );
}
