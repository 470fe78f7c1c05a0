//! `ddlint schema`, and what `check` says of migrations.

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// A table with a key that comes later, one without, one that is not logged, and an extension that nothing creates.
const FIRST: &str = r#"CREATE TABLE "User" ("id" uuid NOT NULL DEFAULT uuid_generate_v4());
CREATE UNLOGGED TABLE cache (key text PRIMARY KEY);
CREATE TABLE _links (a int, b int);
CREATE TEMPORARY TABLE scratch (a int);
"#;
const SECOND: &str = r#"ALTER TABLE "User" ADD CONSTRAINT "User_pkey" PRIMARY KEY ("id");
CREATE EXTENSION citext;
"#;

fn shop() -> Sandbox {
    Sandbox::new([
        ("package.json", r#"{ "dependencies": { "prisma": "5.0.0" } }"#),
        ("prisma/migrations/migration_lock.toml", "provider = \"postgresql\"\n"),
        ("prisma/migrations/20240101000000_a/migration.sql", FIRST),
        ("prisma/migrations/20240102000000_b/migration.sql", SECOND),
    ])
}

#[test]
fn the_schema_that_migrations_leave_is_shown() {
    let sandbox = shop();
    let outcome = sandbox.run(&["schema"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!("schema", outcome.stdout);

    let of = |path: &str| sandbox.run(&["schema", path]).stdout;
    sandbox.write("docs/a.ts", "");
    assert_eq!(of("prisma/migrations/20240101000000_a"), outcome.stdout, "all of its history");
    assert_eq!(of("docs"), "No migrations found\n");
    assert_eq!(sandbox.run(&["schema", "gone"]).status, Some(2));
}

#[test]
fn the_schema_is_there_for_programs() {
    let outcome = shop().run(&["schema", "--format", "json"]);
    let written: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let history = &written["histories"][0];
    let told = |field: &str| history[field].clone();
    assert_eq!(
        ["name", "folder", "files", "statements", "unread_statements"].map(told),
        [json!("prisma:migrations"), json!("prisma/migrations"), json!(2), json!(6), json!(0)]
    );
    let tables: Vec<[&Value; 4]> = history["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| {
            let (key, name) = (&table["key"], &table["name"]);
            [name, &table["key_state"], &table["persistence"], &key["columns"]]
        })
        .collect();
    let null = Value::Null;
    let [missing, present] = [json!("missing"), json!("present")];
    let [permanent, unlogged] = [json!("permanent"), json!("unlogged")];
    assert_eq!(
        tables,
        [
            [&json!("User"), &present, &permanent, &json!(["id"])],
            [&json!("cache"), &present, &unlogged, &json!(["key"])],
            [&json!("_links"), &missing, &permanent, &null],
        ]
    );
    let key = &history["tables"][0]["key"];
    assert_eq!(key["path"], "prisma/migrations/20240102000000_b/migration.sql");
    assert_eq!(key["start"]["line"], 1);
    assert_eq!(history["tables"][2]["keyless_since"]["start"]["line"], 3);
    let names: Vec<_> = history["extensions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].as_str().unwrap(), one["created"].is_null(), one["used"].is_null()))
        .collect();
    assert_eq!(names, [("citext", false, true), ("uuid-ossp", true, false)]);
}

#[test]
fn unread_statements_are_counted_and_strictness_heeds_them() {
    let sandbox = shop();
    let path = "prisma/migrations/20240103000000_c/migration.sql";
    let status = |args: &[&str]| sandbox.run(&[&["--fail-on", "never"], args].concat()).status;
    let counts = || {
        let outcome = sandbox.run(&["--format", "json"]);
        let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let summary = report["summary"].clone();
        let mut kinds = Vec::new();
        for notice in report["notices"].as_array().unwrap() {
            kinds.push(notice["kind"].as_str().unwrap().to_owned());
        }
        (summary["statements"].clone(), summary["unread_statements"].clone(), kinds)
    };
    assert_eq!(counts(), (json!(6), json!(0), Vec::new()));
    assert_eq!(status(&["--strict"]), Some(0));

    sandbox.write(path, "CREATE TABEL t (id int);\n");
    assert_eq!(counts(), (json!(7), json!(1), vec!["unread-sql".to_owned()]));
    assert_eq!(status(&["--strict"]), Some(1));
    assert_eq!(status(&[]), Some(0));
    let text = sandbox.run(&[]).stdout;
    assert!(text.contains("\n  6 of 7 migration statements read\n"), "{text}");

    let plain = Sandbox::new([("src/a.ts", "export {};\n")]);
    assert!(!plain.run(&[]).stdout.contains("statement"), "nothing is said of migrations");
}

#[test]
fn files_that_are_no_code_are_counted_and_so_are_models() {
    let sandbox = Sandbox::new([
        ("migrations/1_log.sql", "CREATE TABLE log (message text);\n"),
        ("migrations/2_log.sql", "CREATE TABLE more (message text);\n"),
        ("notes.sql", "SELECT 1;\n"),
    ]);
    let closing = sandbox.run(&[]).stdout;
    assert!(closing.contains("2 errors in 2 files\n  recognized: migrations\n"), "{closing}");

    let models = "datasource db {\n  provider = \"postgresql\"\n  url = env(\"URL\")\n}\nmodel A {\n  id Int @id\n}\nmodel B {\n  name String @unique\n}\n";
    let sandbox = Sandbox::new([("prisma/schema.prisma", models)]);
    let closing = sandbox.run(&[]).stdout;
    assert!(closing.contains("1 error in 1 file\n  recognized: 2 models\n"), "{closing}");
}
