//! What is left of histories. They are written as SQL; what they leave was compared with PostgreSQL 15.

mod keys;
mod names;
mod open;
mod tables;

use super::{HOLE, KeyState, Schema, Table, TableName};
use crate::source::{FileId, Span};
use crate::sql;

/// The schema that these files leave, `@` standing for holes.
fn replay(files: &[&str]) -> Schema {
    let mut schema = Schema::new();
    for (number, text) in files.iter().enumerate() {
        let text = text.replace('@', &HOLE.to_string());
        let reading = sql::read(&text);
        for statement in &reading.statements {
            for step in &statement.steps {
                let (start, end) = (step.range.start as u32, step.range.end as u32);
                let at = Span { file: FileId(number as u32), start, end };
                schema.apply(&step.step, at, statement.conditional);
            }
        }
    }
    schema
}

/// All tables with their keys, sorted.
fn told(text: &str) -> Vec<String> {
    let schema = replay(&[text]);
    let mut told: Vec<String> = schema.tables().iter().map(|table| key(&schema, table)).collect();
    told.sort();
    told
}

/// A table of the default schema is told without it.
fn key(schema: &Schema, table: &Table) -> String {
    let name = table.name.to_string();
    let name = name.strip_prefix("public.").unwrap_or(&name);
    let key = |key: &super::TableKey| {
        let columns: Vec<String> = key.columns.iter().map(ToString::to_string).collect();
        let deferrable = if key.deferrable { " deferrable" } else { "" };
        format!("{}({}){deferrable}", key.name, columns.join(","))
    };
    match schema.key(table) {
        KeyState::Missing => format!("{name} none"),
        KeyState::Present(present) => format!("{name} {}", key(&present)),
        KeyState::Uncertain(None) => format!("{name} maybe"),
        KeyState::Uncertain(Some(maybe)) => format!("{name} maybe {}", key(&maybe)),
        KeyState::Unknown => format!("{name} unknown"),
    }
}

/// The statement that a finding about the only keyless table would point at.
fn blamed(text: &str) -> String {
    let schema = replay(&[text]);
    let spans: Vec<Span> = schema.tables().iter().filter_map(Table::keyless_since).collect();
    assert_eq!(spans.len(), 1, "{text}");
    text.get(spans[0].start as usize..spans[0].end as usize).unwrap_or_default().to_owned()
}

fn the<'s>(schema: &'s Schema, name: &str) -> &'s Table {
    schema.table(&TableName::dotted(name)).unwrap()
}

#[test]
fn a_schema_is_empty_before_and_tells_tables_in_their_order() {
    assert!(Schema::new().tables().is_empty());
    let schema =
        replay(&["CREATE TABLE b (x int)", "CREATE TABLE a (x int); CREATE TABLE c (x int)"]);
    let names: Vec<String> = schema.tables().iter().map(|t| t.name.to_string()).collect();
    assert_eq!(names, ["public.b", "public.a", "public.c"]);
    assert_eq!(the(&schema, "a").created.map(|at| at.file), Some(FileId(1)));
}

#[test]
fn what_is_no_table_is_none() {
    assert_eq!(
        told(
            "CREATE VIEW v AS SELECT 1; CREATE MATERIALIZED VIEW m AS SELECT 1; CREATE FOREIGN TABLE f (a int) SERVER s; \
              ALTER TABLE v RENAME TO w; ALTER TABLE f ADD b int; CREATE INDEX ON m (a)"
        ),
        [""; 0]
    );
    // The name is free again.
    assert_eq!(
        told("CREATE VIEW v AS SELECT 1; DROP VIEW v; ALTER TABLE v ADD a int"),
        ["v unknown"]
    );
}

#[test]
fn what_is_done_to_extensions_is_told_in_order() {
    let schema = replay(&[
        "SELECT 1",
        "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"; DROP EXTENSION \"uuid-ossp\"",
    ]);
    let steps: Vec<(bool, bool, FileId)> = schema
        .extension_steps()
        .iter()
        .map(|step| (step.creates, step.if_not_exists, step.at.file))
        .collect();
    assert_eq!(steps, [(true, true, FileId(1)), (false, false, FileId(1))]);
}

#[test]
fn steps_on_names_that_are_not_known_make_no_table() {
    let schema = replay(&["DROP TABLE @; ALTER TABLE \"@_x\" ADD a int; DROP TABLE b"]);
    assert!(schema.tables().is_empty());
}
