//! The commands besides `check`, and rules of the user's own.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use crate::DATA_SOURCE;
use crate::sandbox::Sandbox;

#[test]
fn rules_are_listed() {
    let sandbox = Sandbox::new([]);
    let table = sandbox.run(&["rules"]);
    assert_eq!((table.status, table.stderr.as_str()), (Some(0), ""));
    let list = sandbox.run(&["rules", "--format", "json"]);
    let list: Value = serde_json::from_str(&list.stdout).unwrap();
    let rules = list["rules"].as_array().unwrap();
    assert_eq!(table.stdout.lines().count(), rules.len());
    for (line, rule) in table.stdout.lines().zip(rules) {
        let words: Vec<_> = line.split_whitespace().take(3).collect();
        assert_eq!(
            words,
            [&rule["id"], &rule["severity"], &rule["hazard"]].map(|value| value.as_str().unwrap())
        );
    }
}

#[test]
fn a_rule_is_explained() {
    let outcome = Sandbox::new([]).run(&["explain", "typeorm/synchronize"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
    assert!(
        outcome.stdout.starts_with("typeorm/synchronize") || outcome.stdout.starts_with("# "),
        "{}",
        outcome.stdout
    );
    assert!(outcome.stdout.contains("synchronize: false"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("\n// ddlint-ignore: typeorm/synchronize -- why\n"));
}

#[test]
fn a_file_is_inspected() {
    let sandbox = Sandbox::new([("a.ts", "f({ on: true });\n"), ("notes.md", "")]);
    insta::assert_snapshot!("inspect", sandbox.run(&["inspect", "a.ts"]).stdout);
    assert_eq!(sandbox.run(&["inspect", "notes.md"]).status, Some(2));
    assert_eq!(sandbox.run(&["inspect", "gone.ts"]).status, Some(2));

    sandbox.write("deep.js", "[\n".repeat(50_000));
    assert_eq!(sandbox.run(&["inspect", "deep.js"]).status, Some(0));
}

#[test]
fn shells_manuals_and_editors_are_served() {
    let sandbox = Sandbox::new([]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let outcome = sandbox.run(&["completions", shell]);
        assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
        assert!(outcome.stdout.contains("stdin-filename"), "{shell}");
    }
    let page = sandbox.run(&["man"]).stdout;
    assert!(page.starts_with(".ie") && page.contains(".TH ddlint 1"), "{page}");
    let schema: Value = serde_json::from_str(&sandbox.run(&["settings-schema"]).stdout).unwrap();
    assert_eq!(schema["properties"]["override"]["type"], "array");
}

#[test]
fn files_are_replaced_and_never_half_written() {
    let sandbox = Sandbox::new([("src/data-source.ts", DATA_SOURCE), ("report.json", "before")]);
    sandbox.write("ddlint-baseline.json", "before");
    sandbox.write("ddlint.toml", "# before");
    for (args, written) in [
        (
            &["--no-baseline", "--exit-zero", "-o", "report.json", "--format", "json"][..],
            "report.json",
        ),
        (&["baseline", "--output", "ddlint-baseline.json"], "ddlint-baseline.json"),
        (&["init", "--overwrite"], "ddlint.toml"),
    ] {
        let mut reader = File::open(sandbox.path(written)).unwrap();
        let outcome = sandbox.run(args);
        assert_eq!(outcome.status, Some(0), "{}", outcome.stderr);
        let mut read = String::new();
        reader.read_to_string(&mut read).unwrap();
        assert!(read.ends_with("before"), "who reads {written} meanwhile reads what was there");
        assert_ne!(fs::read_to_string(sandbox.path(written)).unwrap(), read);
    }
    let names = fs::read_dir(sandbox.path("")).unwrap();
    assert_eq!(names.count(), 5, "nothing is left behind");
}

#[test]
fn rules_of_the_users_own_are_run() {
    let own = Path::new("my-rules/acme/boot.toml");
    let rule = r#"schema = 1
title = "acme creates its tables at boot"
since = "1.0.0"
hazard = "library-ddl"
severity = "warning"
packages = ["acme"]

[[match]]
call = "acme#boot"

[[case]]
message = "`boot` creates tables"
label = "here"

[docs]
what = "A call of `boot`."
why = "It runs CREATE TABLE."
fix = "Do not."
"#;
    let library = "schema = 1\nlibrary = \"acme\"\npackages = [\"acme\"]\n";
    let sandbox = Sandbox::new([
        ("package.json", r#"{ "dependencies": { "acme": "1.0.0" } }"#),
        ("my-rules/acme/_library.toml", library),
        (own.to_str().unwrap(), rule),
        ("src/main.ts", "import { boot } from 'acme';\nboot();\n"),
    ]);
    let outcome = sandbox.run(&["--rules", "my-rules", "--select", "acme", "--fail-on", "warning"]);
    assert_eq!(outcome.status, Some(1), "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stdout.contains("warning[acme/boot]"), "{}", outcome.stdout);

    sandbox.write("ddlint.toml", "rules = ['my-rules']\n[severity]\n'acme/boot' = 'error'");
    assert_eq!(sandbox.run(&[]).status, Some(1));
    assert!(sandbox.run(&["rules"]).stdout.contains("acme/boot"));

    sandbox.write(
        own.to_str().unwrap(),
        rule.replace("hazard = \"library-ddl\"", "hazard = \"library-dll\""),
    );
    let outcome = sandbox.run(&[]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""));
    assert!(outcome.stderr.contains("library-ddl"), "{}", outcome.stderr);
}
