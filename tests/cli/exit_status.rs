//! What the exit status says.

use std::process::Stdio;

use crate::sandbox::Sandbox;
use crate::{CONDITIONAL, DATA_SOURCE};

#[test]
fn the_exit_status_depends_on_the_worst_finding() {
    let status = |source: &str, args: &[&str]| {
        let sandbox = Sandbox::new([("src/data-source.ts", source)]);
        sandbox.run(&[&["--select", "typeorm/synchronize"], args].concat()).status
    };
    assert_eq!(status("export {};", &[]), Some(0));
    assert_eq!(status(DATA_SOURCE, &[]), Some(1));
    assert_eq!(status(DATA_SOURCE, &["--fail-on", "never"]), Some(0));
    assert_eq!(status(CONDITIONAL, &[]), Some(0));
    assert_eq!(status(CONDITIONAL, &["--fail-on", "warning"]), Some(1));
    assert_eq!(status(CONDITIONAL, &["--fail-on", "note"]), Some(1));
}

#[test]
fn settings_change_severities_and_the_exit_status() {
    let sandbox = Sandbox::new([("src/data-source.ts", CONDITIONAL)]);
    let status = |settings: &str, args: &[&str]| {
        sandbox.write("ddlint.toml", settings);
        sandbox.run(args).status
    };
    assert_eq!(status("fail-on = 'warning'", &[]), Some(1));
    assert_eq!(status("fail-on = 'warning'", &["--fail-on", "error"]), Some(0));
    let off = "fail-on = 'note'\n[severity]\n'typeorm/synchronize' = 'off'";
    assert_eq!(
        status(off, &["--select", "typeorm"]),
        Some(1),
        "who selects a rule wants to see it"
    );
    assert_eq!(status(off, &[]), Some(0));
    assert_eq!(status("exclude = ['src']\nfail-on = 'note'", &[]), Some(0));
}

#[test]
fn an_assumed_environment_decides() {
    let source = CONDITIONAL.replace("DB_SYNC === \"yes\"", "NODE_ENV !== \"production\"");
    let sandbox = Sandbox::new([("src/data-source.ts", &source)]);
    assert_eq!(sandbox.found(&[]), ["src/data-source.ts"]);
    sandbox.write("ddlint.toml", "[assume.env]\nNODE_ENV = 'production'");
    assert_eq!(sandbox.found(&[]), Vec::<String>::new());
}

#[test]
fn who_stops_reading_is_not_told_off() {
    let sandbox = Sandbox::new([("src/data-source.ts", DATA_SOURCE)]);
    let mut command = sandbox.command(&["--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()),
        (Some(0), "")
    );
}

#[test]
fn what_is_left_out_for_another_database_is_no_trouble() {
    let sandbox = Sandbox::new([
        ("db/migrations/0001_a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n"),
        (
            "db/migrations/0002_b.sql",
            "CREATE TABLE b (id int AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;\n",
        ),
    ]);
    let outcome = sandbox.run(&["--strict"]);
    assert_eq!(outcome.status, Some(0), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("left out: 1 place of other databases"), "{}", outcome.stdout);
}
