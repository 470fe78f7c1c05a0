//! What reports look like, and what is in none of them.

use std::fs;

use crate::sandbox::Sandbox;
use crate::{CONDITIONAL, DATA_SOURCE};

/// A project that brings about every part of a report.
fn shop() -> Sandbox {
    Sandbox::new([
        (
            "src/base.ts",
            "export const base = {\n  type: \"postgres\" as const, password: \"hunter2\",\n  synchronize: true,\n};\n",
        ),
        (
            "src/é/orders.ts",
            "import { DataSource } from \"typeorm\";\nimport { base } from \"../base\";\n/* é */ export const orders = new DataSource({ ...base, installExtensions: false });\n",
        ),
        ("src/reports.ts", CONDITIONAL),
        ("src/users.spec.ts", DATA_SOURCE),
        (
            "src/users.ts",
            "import { DataSource } from \"typeorm\";\nexport const users = (options: object) => new DataSource({ type: \"postgres\", ...options });\n",
        ),
        ("src/latin.ts", "\u{0}\u{1}\u{2}"),
    ])
}

#[test]
fn the_report_for_people() {
    let outcome = shop().run(&["--select", "typeorm/synchronize", "--show-notes"]);
    assert_eq!(outcome.stderr, "");
    insta::assert_snapshot!("human", outcome.stdout);
}

#[test]
fn the_report_for_programs() {
    let outcome = shop().run(&["--select", "typeorm/synchronize", "--format", "json"]);
    assert_eq!(outcome.stderr, "");
    insta::assert_snapshot!("json", outcome.stdout);
}

#[test]
fn the_report_for_github() {
    let sandbox = shop();
    let outcome = sandbox.run(&["--select", "typeorm/synchronize", "--format", "github"]);
    insta::assert_snapshot!("github", outcome.stdout);
    // Annotations want paths from the repository on, wherever ddlint's root is.
    let mut command = sandbox.command(&["--root", "src", "--format", "github"]);
    fs::copy(sandbox.path("package.json"), sandbox.path("src/package.json")).unwrap();
    let output = command.env("GITHUB_WORKSPACE", sandbox.path("")).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains(" file=src/base.ts,line=3"), "{stdout}");
}

#[test]
fn the_places_in_json_are_those_of_the_file() {
    let report = shop().json(&[]);
    let findings = report["findings"].as_array().unwrap();
    let base = findings.iter().find(|finding| finding["path"] == "src/base.ts").unwrap();
    assert_eq!((&base["start"]["line"], &base["start"]["column"]), (&3.into(), &3.into()));
    let text = fs::read_to_string(shop().path("src/base.ts")).unwrap();
    let range = base["start"]["offset"].as_u64().unwrap() as usize
        ..base["end"]["offset"].as_u64().unwrap() as usize;
    assert_eq!(&text[range], "synchronize: true");
}

#[test]
fn no_report_shows_a_secret() {
    let sandbox = Sandbox::new([
        ("src/data-source.ts", DATA_SOURCE),
        ("src/one-line.ts", &DATA_SOURCE.replace('\n', " ")),
        (
            "migrations/1_roles.sql",
            "CREATE ROLE app LOGIN PASSWORD 'hunter2'; CREATE TABLE log (message text);\n",
        ),
    ]);
    for args in [
        &[][..],
        &["--format", "json"],
        &["--format", "github"],
        &["--show-notes", "--color", "always"],
    ] {
        let outcome = sandbox.run(args);
        assert_eq!(outcome.status, Some(1), "{}", outcome.stderr);
        assert!(
            !outcome.stdout.contains("hunter2") && !outcome.stderr.contains("hunter2"),
            "{args:?}: {}",
            outcome.stdout
        );
    }
}

#[test]
fn colors_are_for_terminals() {
    let sandbox = Sandbox::new([("src/data-source.ts", DATA_SOURCE)]);
    assert!(!sandbox.run(&[]).stdout.contains('\u{1b}'));
    assert!(sandbox.run(&["--color", "always"]).stdout.contains("\u{1b}["));
    assert!(!sandbox.run(&["--color", "never"]).stdout.contains('\u{1b}'));
    let output =
        sandbox.command(&[]).env("FORCE_COLOR", "1").env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(!output.stdout.contains(&0x1b), "only --color decides");
}

#[test]
fn reports_do_not_depend_on_threads_or_the_prefilter() {
    let sandbox = shop();
    for at in 0..60 {
        sandbox.write(
            &format!("lib/{}/data-{at}.ts", at % 7),
            if at % 2 == 0 { DATA_SOURCE } else { CONDITIONAL },
        );
    }
    for format in ["human", "json", "github"] {
        let run =
            |args: &[&str]| sandbox.run(&[&["--show-notes", "--format", format], args].concat());
        let expected = run(&["--threads", "1"]);
        assert_eq!(expected.status, Some(1));
        for _ in 0..3 {
            assert_eq!(run(&["--threads", "8"]), expected);
        }
        assert_eq!(run(&["--no-prefilter"]), expected);
    }
}

#[test]
fn every_library_of_the_rules_is_looked_for() {
    let source = "import { Sequelize } from 'sequelize';\nconst db = new Sequelize({ dialect: 'postgres' });\nvoid db.sync({ force: true });\n";
    let sandbox = Sandbox::new([("src/db.ts", source)]);
    let report = sandbox.json(&[]);
    assert_eq!(
        (&report["findings"][0]["rule"], &report["findings"][0]["start"]["line"]),
        (&"sequelize/sync".into(), &3.into())
    );
}
