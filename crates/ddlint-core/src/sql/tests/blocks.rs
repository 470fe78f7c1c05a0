//! `DO` blocks.

use super::{holed, ranges, steps, unread};
use crate::sql::{Reason, read};

/// The steps of a text, those under a condition with a question mark before them.
fn told(text: &str) -> Vec<String> {
    let statements = read(text).statements.into_iter();
    statements
        .flat_map(|statement| {
            let mark = if statement.conditional { "?" } else { "" };
            statement
                .steps
                .into_iter()
                .map(move |step| format!("{mark}{}", super::short(&step.step)))
        })
        .filter(|step| !step.contains("Mention"))
        .collect()
}

#[test]
fn a_block_does_what_its_statements_do() {
    assert_eq!(
        told(
            "DO $$ BEGIN CREATE TABLE a (x int); ALTER TABLE b DROP CONSTRAINT c; END $$; DROP TABLE d"
        ),
        ["DO", "create a x:int", "drop b constraint c", "drop d"]
    );
    assert_eq!(told("DO LANGUAGE plpgsql 'BEGIN DROP TABLE \"it''s\"; END'"), ["DO", "drop it's"]);
}

#[test]
fn under_a_condition_is_told() {
    assert_eq!(
        told(
            "DO $$ BEGIN
               IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'a_pkey') THEN
                 ALTER TABLE a ADD CONSTRAINT a_pkey PRIMARY KEY (id);
               ELSIF true THEN DROP TABLE b;
               ELSE DROP TABLE c;
               END IF;
               CASE x WHEN 1 THEN DROP TABLE d; ELSE NULL; END CASE;
               FOR r IN SELECT 1 LOOP DROP TABLE e; END LOOP;
               BEGIN DROP TABLE f; EXCEPTION WHEN others THEN DROP TABLE g; END;
               LOOP DROP TABLE h; EXIT; END LOOP;
               DROP TABLE i;
             END $$"
        ),
        [
            "DO",
            "?add a key a_pkey(id)",
            "?drop b",
            "?drop c",
            "?drop d",
            "?drop e",
            "drop f",
            "?drop g",
            "drop h",
            "drop i"
        ]
    );
}

#[test]
fn what_follows_a_way_out_is_conditional() {
    assert_eq!(
        told(
            "DO $$ BEGIN DROP TABLE a; IF x THEN RETURN; END IF; DROP TABLE b; END $$; DROP TABLE c"
        ),
        ["DO", "drop a", "?drop b", "drop c"]
    );
}

#[test]
fn select_into_sets_a_variable_there() {
    assert_eq!(
        told(
            "DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM a; SELECT 1 INTO n; DROP TABLE b; END $$"
        ),
        ["DO", "drop b"]
    );
    assert_eq!(unread("DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM a; END $$"), []);
}

#[test]
fn executed_texts_are_read() {
    assert_eq!(
        told("DO $$ BEGIN EXECUTE 'CREATE TABLE \"it''s\" (a int)'; END $$"),
        ["DO", "create it's a:int"]
    );
    assert_eq!(
        told(
            "DO $$ BEGIN EXECUTE 'DROP TABLE ' || quote_ident(x) || ' CASCADE'; EXECUTE ('DROP TABLE a'); END $$"
        ),
        ["DO", "drop …", "drop a"]
    );
    assert_eq!(
        told(
            "DO $$ BEGIN EXECUTE format('ALTER TABLE %I.%1$I ADD PRIMARY KEY (%s), ALTER a SET DEFAULT %L', x, y, z); END $$"
        ),
        ["DO", "add ….… key()", "ddl ALTER TABLE ….…"]
    );
    assert_eq!(
        told("DO $a$ BEGIN EXECUTE $b$ DROP TABLE a; DROP TABLE b $b$; END $a$"),
        ["DO", "drop a", "drop b"]
    );
    assert_eq!(told("DO $$ BEGIN EXECUTE 'DROP TABLE a_' || 1; END $$"), ["DO", "drop a_…"]);
    let text = "DO $$ BEGIN EXECUTE command; END $$";
    assert_eq!(told(text), ["DO"]);
    assert_eq!(unread(text), [(Reason::Hole, "EXECUTE command;")]);
}

#[test]
fn places_lead_through_quotes() {
    let text =
        "DO E'BEGIN\\n EXECUTE ''DROP TABLE '' || x || ''.\"it\"; ALTER TABLE a ADD b int''; END'";
    let reading = read(text);
    let places: Vec<&str> =
        reading.statements[1..].iter().map(|statement| &text[statement.range.clone()]).collect();
    assert_eq!(places, ["DROP TABLE '' || x || ''.\"it\"", "ALTER TABLE a ADD b int"]);
    let name = reading.statements[1].name_range.clone().unwrap();
    assert_eq!(&text[name], "x || ''.\"it\"");
}

#[test]
fn other_languages_are_closed() {
    let text = "DO LANGUAGE plpython3u $$ plpy.execute('DROP TABLE a') $$";
    assert_eq!(steps(text), ["DO"]);
    assert_eq!(unread(text), [(Reason::Hole, text)]);
}

#[test]
fn what_a_block_says_that_cannot_be_read_is_told() {
    let text = "DO $$ BEGIN ALTER TABLE a FROBNICATE (b); DROP TABLE c; END $$";
    assert_eq!(told(text), ["DO", "unreadable ALTER TABLE a", "drop c"]);
    assert_eq!(unread(text), [(Reason::Syntax, "ALTER TABLE a FROBNICATE (b);")]);
}

#[test]
fn what_is_formatted_of_literals_is_known() {
    let block =
        |call: &str| steps(&format!("DO $$ BEGIN EXECUTE format({call}); END $$"))[1..].to_vec();
    assert_eq!(
        block("'alter table %I drop constraint %I', 'B', 'b_pkey'"),
        steps("ALTER TABLE \"B\" DROP CONSTRAINT b_pkey")
    );
    assert_eq!(
        block("'alter table %I.%I add constraint %1$I primary key (%I)', 'x', 'b', 'id'"),
        steps("ALTER TABLE x.b ADD CONSTRAINT x PRIMARY KEY (b)")
    );
    assert_eq!(
        block("'create table %s (a text default %L, b int default 5 %% 2)', 'a', 'it''s'"),
        steps("CREATE TABLE a (a text default 'it''s', b int default 5 % 2)")
    );
    // What is no literal is left open, and so is what is missing.
    assert_eq!(block("'drop table %I, %I', name, 'b'"), steps(&holed("DROP TABLE @, b")));
    assert_eq!(block("'drop table %I'"), steps(&holed("DROP TABLE @")));
}

#[test]
fn what_is_formatted_is_told_where_it_stands() {
    let text = "DO $$ BEGIN EXECUTE format('DROP TABLE %I; DROP TABLE c', 'b'); END $$";
    let reading = read(text);
    assert_eq!(ranges(text, &reading)[1..], ["DROP TABLE %I; DROP TABLE c', 'b'", "DROP TABLE c"]);
}
