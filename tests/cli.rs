//! The whole command, through the built binary.

#![allow(
    clippy::unwrap_used,
    reason = "clippy takes only the functions marked `#[test]` for tests"
)]

#[path = "cli/sandbox.rs"]
mod sandbox;

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// One error at line 7, and a password.
const DATA_SOURCE: &str = r#"import { DataSource } from "typeorm";

export const source = new DataSource({
  type: "postgres",
  url: "postgres://shop:hunter2@db/shop", password: "hunter2",
  installExtensions: false,
  synchronize: true, extra: { password: "hunter2" },
});
"#;

/// One warning at line 5: the environment decides.
const CONDITIONAL: &str = r#"import { DataSource } from "typeorm";
export const source = new DataSource({
  type: "postgres",
  installExtensions: false,
  synchronize: process.env.DB_SYNC === "yes",
});
"#;

// ---- usage ----------------------------------------------------------------------------------------------------------

#[test]
fn help_is_worth_reading() {
    let sandbox = Sandbox::new([]);
    let help = sandbox.run(&["--help"]);
    assert_eq!((help.status, help.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!("help", help.stdout);
    assert_eq!(sandbox.run(&["-h"]), help);
}

#[test]
fn the_version_is_told() {
    let outcome = Sandbox::new([]).run(&["--version"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "ddlint [version]\n"));
}

#[test]
fn unknown_names_are_usage_errors_with_a_suggestion() {
    let sandbox = Sandbox::new([]);
    let told = |args: &[&str]| {
        let outcome = sandbox.run(args);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{args:?}");
        format!("$ ddlint {}\n{}\n", args.join(" "), outcome.stderr)
    };
    let all = [
        told(&["--select", "typeorm/syncronize"]),
        told(&["--select", "typeorm", "--ignore", "sync,sequelise"]),
        told(&["explain", "typeorm/sync"]),
        told(&["--format", "jsn"]),
        told(&["--threads", "0"]),
        told(&["--shownotes"]),
        told(&["--rules", "rules-of-mine"]),
    ];
    insta::assert_snapshot!("unknown_names", all.concat());
}

#[test]
fn bad_settings_point_into_the_file() {
    let sandbox = Sandbox::new([("src/data-source.ts", DATA_SOURCE)]);
    let mut told = String::new();
    for settings in [
        "fail_on = \"error\"\nexclude = [\"src/[\"]\nrules = 3\n",
        "rules = [\"my-rules\"]\n",
        "fail-on = \"warnings\"\n",
        "[severity]\n\"typeorm/syncronize\" = \"warning\"\n\"typeorm/synchronize\" = \"fatal\"\n",
        "fail-on = \n",
    ] {
        sandbox.write("ddlint.toml", settings);
        let outcome = sandbox.run(&[]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{settings}");
        writeln!(told, "{settings}-----\n{}", outcome.stderr).unwrap();
    }
    insta::assert_snapshot!("bad_settings", told);

    assert_eq!(sandbox.run(&["--no-config", "--ignore", "typeorm"]).status, Some(0));
    assert_eq!(sandbox.run(&["--config", "nowhere.toml"]).status, Some(2));
}

#[test]
fn a_missing_path_is_told_after_what_was_found_elsewhere() {
    let sandbox = Sandbox::new([("src/data-source.ts", DATA_SOURCE)]);
    let outcome =
        sandbox.run(&["--select", "typeorm/synchronize", "src/datasource.ts", "src", "gone/*.ts"]);
    assert_eq!(outcome.status, Some(2));
    insta::assert_snapshot!("missing_path", outcome.stderr);
    assert!(outcome.stdout.contains("src/data-source.ts:7:3"), "{}", outcome.stdout);

    let outcome = sandbox.run(&["gone"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""));
}

#[test]
fn a_path_outside_of_the_root_is_refused() {
    let sandbox = Sandbox::new([("a/a.ts", ""), ("b/b.ts", "")]);
    let outcome = sandbox.run(&["--root", "a", "b"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""));
    assert!(outcome.stderr.contains("`b` lies outside of the root"), "{}", outcome.stderr);
    assert_eq!(sandbox.run(&["--root", "gone"]).status, Some(2));
}

// ---- exit status ----------------------------------------------------------------------------------------------------

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

// ---- files ----------------------------------------------------------------------------------------------------------

#[test]
fn paths_choose_what_is_reported() {
    let sandbox = Sandbox::new([
        ("a/one.ts", DATA_SOURCE),
        ("b/two.ts", DATA_SOURCE),
        ("bb/three.ts", DATA_SOURCE),
    ]);
    assert_eq!(sandbox.found(&[]), ["a/one.ts", "b/two.ts", "bb/three.ts"]);
    assert_eq!(sandbox.found(&["b"]), ["b/two.ts"]);
    assert_eq!(sandbox.found(&["./bb/../a/", "b/two.ts"]), ["a/one.ts", "b/two.ts"]);
    assert_eq!(sandbox.found(&["--root", "b"]), ["two.ts"]);
    let absolute = sandbox.path("a/one.ts");
    assert_eq!(sandbox.found(&[absolute.to_str().unwrap()]), ["a/one.ts"]);
}

#[test]
fn ignored_files_are_left_out_unless_they_are_named() {
    let sandbox = Sandbox::new([
        (".gitignore", "dist/\n"),
        (".ddlintignore", "old.ts\n"),
        ("ddlint.toml", "exclude = ['vendor/**']"),
        ("dist/one.ts", DATA_SOURCE),
        ("node_modules/x/index.js", DATA_SOURCE),
        ("src/.hidden/two.ts", DATA_SOURCE),
        ("src/old.ts", DATA_SOURCE),
        ("src/used.ts", DATA_SOURCE),
        ("vendor/three.ts", DATA_SOURCE),
    ]);
    assert_eq!(sandbox.found(&[]), ["src/used.ts"]);
    assert_eq!(sandbox.found(&["src"]), ["src/used.ts"]);
    assert_eq!(
        sandbox.found(&["dist/one.ts", "src/old.ts", "vendor"]),
        ["dist/one.ts", "src/old.ts", "vendor/three.ts"]
    );
    assert_eq!(sandbox.found(&["src/.hidden"]), ["src/.hidden/two.ts"]);
    assert_eq!(
        sandbox.found(&["--force-exclude", "dist/one.ts", "src/old.ts", "src/used.ts"]),
        ["src/used.ts"]
    );
}

#[test]
fn tests_are_skipped_and_counted() {
    let sandbox = Sandbox::new([("src/data-source.spec.ts", DATA_SOURCE)]);
    let report = sandbox.json(&[]);
    assert_eq!(
        (&report["findings"], &report["summary"]["skipped"]["test"]),
        (&Value::Array(vec![]), &1.into())
    );
    assert_eq!(sandbox.found(&["--include-tests"]), ["src/data-source.spec.ts"]);
}

#[test]
fn a_named_file_that_ddlint_does_not_read_is_told() {
    let sandbox = Sandbox::new([("notes.md", "")]);
    let outcome = sandbox.run(&["notes.md"]);
    assert_eq!(outcome.status, Some(0));
    assert_eq!(outcome.stderr, "ddlint: `notes.md` is not checked: ddlint reads no such files\n");
}

#[test]
fn what_is_no_source_is_a_notice_and_hides_nothing() {
    let sandbox = Sandbox::new([("src/data-source.ts", DATA_SOURCE)]);
    let bits: Vec<u8> =
        (0..100_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    sandbox.write("src/binary.ts", bits);
    sandbox.write("src/latin.ts", b"import 'typeorm'; // caf\xe9 DataSource");
    sandbox.write("src/empty.ts", "");
    let report = sandbox.json(&[]);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    let notices: Vec<_> = report["notices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| (&notice["kind"], &notice["path"]))
        .collect();
    let kind = Value::from("not-text");
    assert_eq!(notices, [(&kind, &"src/binary.ts".into()), (&kind, &"src/latin.ts".into())]);
    assert_eq!(report["summary"]["unread"], 2);
}

#[test]
fn a_line_of_ten_megabytes_is_no_trouble() {
    let sandbox = Sandbox::new([("src/data-source.ts", DATA_SOURCE)]);
    let line = format!("import {{ DataSource }} from 'typeorm';{}", "x={a:1};".repeat(1_250_000));
    sandbox.write(
        "src/bundle.js",
        format!("{line}new DataSource({{ type: 'postgres', synchronize: true }});"),
    );
    let outcome = sandbox.run(&["--select", "typeorm/synchronize"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(1), ""));
    assert!(outcome.stdout.len() < 4000, "{} bytes", outcome.stdout.len());
    assert!(
        outcome.stdout.contains("src/data-source.ts:7:3")
            && outcome.stdout.contains("src/bundle.js")
    );
}

#[test]
fn marks_far_to_the_right_are_shown() {
    let padding = "x={a:1};".repeat(9_000);
    let source = format!(
        "import {{ DataSource }} from 'typeorm';{padding}new DataSource({{ type: 'postgres', synchronize: true }});"
    );
    let sandbox = Sandbox::new([("src/bundle.js", &source)]);
    let outcome = sandbox.run(&["--select", "typeorm/synchronize"]);
    assert!(outcome.stdout.contains("src/bundle.js:1:72073"), "{}", outcome.stdout);
    assert!(
        outcome.stdout.contains("synchronize: true") && outcome.stdout.len() < 2000,
        "{}",
        outcome.stdout
    );
}

/// A socket stands for all that has a name and cannot be read; permissions would not stop a test that runs as root.
#[cfg(unix)]
#[test]
fn a_named_file_that_cannot_be_read_is_a_notice() {
    let sandbox = Sandbox::new([("src/data-source.ts", DATA_SOURCE)]);
    let _socket = std::os::unix::net::UnixListener::bind(sandbox.path("s.ts")).unwrap();
    let report = sandbox.json(&["s.ts", "src"]);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&report["notices"][0]["kind"], &report["notices"][0]["path"]),
        (&"unreadable".into(), &"s.ts".into())
    );
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_is_a_notice() -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = Sandbox::new([("src/data-source.ts", DATA_SOURCE), ("locked/a.ts", "")]);
    fs::set_permissions(sandbox.path("locked"), fs::Permissions::from_mode(0o000))?;
    let may_read_all = fs::read_dir(sandbox.path("locked")).is_ok();
    let report = sandbox.json(&[]);
    fs::set_permissions(sandbox.path("locked"), fs::Permissions::from_mode(0o755))?;
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    if !may_read_all {
        assert_eq!(
            (&report["notices"][0]["kind"], &report["notices"][0]["path"]),
            (&"unreadable".into(), &"locked".into())
        );
    }
    Ok(())
}

// ---- reports --------------------------------------------------------------------------------------------------------

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
    assert!(
        outcome.stdout.lines().all(|line| line.starts_with("::") || line.starts_with("ddlint: "))
    );

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

// ---- the other commands ---------------------------------------------------------------------------------------------

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
}

#[test]
fn a_file_is_inspected() {
    let sandbox = Sandbox::new([("a.ts", "f({ on: true });\n"), ("notes.md", "")]);
    insta::assert_snapshot!("inspect", sandbox.run(&["inspect", "a.ts"]).stdout);
    assert_eq!(sandbox.run(&["inspect", "notes.md"]).status, Some(2));
    assert_eq!(sandbox.run(&["inspect", "gone.ts"]).status, Some(2));

    sandbox.write("deep.js", "[".repeat(50_000));
    assert_eq!(sandbox.run(&["inspect", "deep.js"]).status, Some(0));
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
