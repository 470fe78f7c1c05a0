//! Settings: where they are found, what they say, how they are started.

use std::fs;

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::{CONDITIONAL, DATA_SOURCE};

/// A project without a settings file, in a repository of its own.
fn bare(files: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::new([]);
    fs::remove_file(sandbox.path("ddlint.toml")).unwrap();
    fs::create_dir(sandbox.path(".git")).unwrap();
    for (path, text) in files {
        sandbox.write(path, text);
    }
    sandbox
}

#[test]
fn settings_are_found_under_any_of_their_names() {
    let manifest =
        r#"{ "dependencies": { "typeorm": "0.3.20" }, "ddlint": { "fail-on": "warning" } }"#;
    for (path, text) in [
        ("ddlint.toml", "fail-on = 'warning'"),
        (".ddlint.toml", "fail-on = 'warning'"),
        (".config/ddlint.toml", "fail-on = 'warning'"),
        ("package.json", manifest),
    ] {
        let sandbox = bare(&[("src/a.ts", CONDITIONAL)]);
        assert_eq!(sandbox.run(&[]).status, Some(0));
        sandbox.write(path, text);
        assert_eq!(sandbox.run(&[]).status, Some(1), "{path}");
        assert_eq!(sandbox.run(&["src"]).status, Some(1), "{path}, from a folder below");
        assert_eq!(sandbox.run(&["--no-config"]).status, Some(0));
        let told = sandbox.run(&["-v"]).stderr;
        assert!(told.contains(&format!("settings: {path}\n")), "{told}");
    }
}

#[test]
fn mistakes_in_a_package_point_into_it() {
    let manifest = "{\n  \"name\": \"shop\",\n  \"ddlint\": {\n    \"fail-om\": \"warning\",\n    \"severity\": { \"typeorm/syncronize\": \"off\" }\n  }\n}\n";
    let sandbox = bare(&[("package.json", manifest)]);
    let outcome = sandbox.run(&[]);
    assert_eq!(outcome.status, Some(2));
    insta::assert_snapshot!("package", outcome.stderr);
    sandbox.write("package.json", manifest.replace("fail-om", "fail-on"));
    insta::assert_snapshot!("package_rules", sandbox.run(&[]).stderr);
}

#[test]
fn settings_of_any_depth_are_refused_with_a_place() {
    let depth = 150_000;
    for (open, close) in [("[", "]"), ("{ \"a\": ", "}")] {
        let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let manifest = format!("{{\n  \"ddlint\": {{\n    \"exclude\": {nested}\n  }}\n}}\n");
        let outcome = bare(&[("package.json", &manifest)]).run(&[]);
        assert_eq!(outcome.status, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("package.json:3:"), "{}", outcome.stderr);
    }
}

#[test]
fn mistakes_show_no_secret() {
    let sandbox = Sandbox::new([]);
    for settings in [
        "[assume.env]\nDB_PASSWORD = hunter2\n",
        "[assume.env]\nDB_PASS = hunter2x\n",
        "[assume.env]\nSIGNING_KEY = hunter2x\n",
        "[assume.env]\nURL = 'pg://u:hunter2@h' x\n",
    ] {
        sandbox.write("ddlint.toml", settings);
        let outcome = sandbox.run(&[]);
        assert_eq!(outcome.status, Some(2));
        assert!(
            outcome.stderr.contains("ddlint.toml:2") && !outcome.stderr.contains("hunter2"),
            "{}",
            outcome.stderr
        );
    }
}

#[test]
fn settings_may_be_for_some_files_only() {
    let sandbox = Sandbox::new([("apps/a/a.ts", DATA_SOURCE), ("apps/b/b.ts", DATA_SOURCE)]);
    let severities = |settings: &str| {
        sandbox.write("ddlint.toml", settings);
        let report = sandbox.json(&[]);
        let findings = report["findings"].as_array().unwrap();
        let said = |found: &Value| {
            format!("{} {}", found["path"].as_str().unwrap(), found["severity"].as_str().unwrap())
        };
        findings.iter().map(said).collect::<Vec<_>>()
    };
    let special =
        "[[override]]\nfiles = ['apps/b']\nseverity = { 'typeorm/synchronize' = 'note' }\n";
    assert_eq!(severities(special), ["apps/a/a.ts error", "apps/b/b.ts note"]);
    let off = format!("[severity]\ntypeorm = 'off'\n{special}");
    assert_eq!(severities(&off), ["apps/b/b.ts note"]);
    let last = format!(
        "{special}[[override]]\nfiles = ['apps/*/*.ts']\nseverity = {{ typeorm = 'off' }}\n"
    );
    assert_eq!(severities(&last), Vec::<String>::new());
}

#[test]
fn what_is_in_force_is_shown_with_reasons() {
    let settings = "fail-on = 'warning'\nexclude = ['old']\n[severity]\n\"typeorm/synchronize\" = 'off'\nsequelize = 'note'\n[assume.env]\nNODE_ENV = 'production'\nDB_URL = 'postgres://u:hunter2@h/d'\n[roles]\ntest = ['qa/**']\n";
    let sandbox = Sandbox::new([("ddlint.toml", settings)]);
    let outcome = sandbox.run(&["--show-config", "--max-warnings", "3"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
    let shown: Vec<_> = outcome
        .stdout
        .lines()
        .filter(|line| !line.contains("# the default") || line.starts_with(['#', '[']))
        .collect();
    insta::assert_snapshot!("in_force", shown.join("\n"));
    assert!(!outcome.stdout.contains("hunter2"));
}

#[test]
fn a_settings_file_to_start_from_fits_the_project() {
    let sandbox = bare(&[("src/a.ts", DATA_SOURCE), ("src/generated/b.ts", DATA_SOURCE)]);
    let outcome = sandbox.run(&["init"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!("init", outcome.stdout);
    insta::assert_snapshot!("start_file", fs::read_to_string(sandbox.path("ddlint.toml")).unwrap());
    // It changes nothing yet, and every line that is a comment only for now is right.
    assert_eq!(sandbox.json(&[])["summary"]["errors"], 2);
    let text = fs::read_to_string(sandbox.path("ddlint.toml")).unwrap();
    let all: Vec<_> = text
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .filter(|rest| rest.contains(" = ") || rest.starts_with('['))
                .unwrap_or(line)
        })
        .collect();
    let all = all.join("\n").replace("library/rule", "typeorm/synchronize");
    sandbox.write("ddlint.toml", &all);
    let outcome = sandbox.run(&[]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(1), ""), "{all}");

    let again = sandbox.run(&["init"]);
    assert_eq!(again.status, Some(2));
    assert!(again.stderr.contains("there are settings in"), "{}", again.stderr);
    assert_eq!(sandbox.run(&["init", "--overwrite"]).status, Some(0));
}

#[test]
fn too_many_warnings_fail_a_run() {
    let sandbox = Sandbox::new([("src/a.ts", CONDITIONAL), ("src/b.ts", CONDITIONAL)]);
    let status = |args: &[&str]| sandbox.run(args).status;
    assert_eq!(status(&["--max-warnings", "2"]), Some(0));
    assert_eq!(status(&["--max-warnings", "1"]), Some(1));
    assert_eq!(status(&["--deny-warnings"]), Some(1));
    assert_eq!(status(&["--max-warnings", "1", "--exit-zero"]), Some(0));
    sandbox.write("ddlint.toml", "max-warnings = 1");
    assert_eq!(status(&[]), Some(1));
    assert_eq!(status(&["--max-warnings", "2"]), Some(0));
}

/// The example in `docs/configuration.md` has every key, and loads.
#[test]
fn the_documented_settings_load() {
    let page = include_str!("../../docs/configuration.md");
    let (_, block) = page.split_once("```toml\n").unwrap();
    let (text, _) = block.split_once("\n```").unwrap();
    let sandbox = Sandbox::new([("src/a.ts", CONDITIONAL)]);
    sandbox.write("ddlint.toml", text.replace("rules = [\"lint/ddlint\"]", "rules = []"));
    sandbox.write("ddlint-baseline.json", "{ \"schema_version\": 1 }");
    let outcome = sandbox.run(&[]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));

    let schema: Value = serde_json::from_str(&sandbox.run(&["settings-schema"]).stdout).unwrap();
    for key in schema["properties"].as_object().unwrap().keys().filter(|key| *key != "$schema") {
        let is_there = [format!("\n{key} = "), format!("\n[{key}"), format!("\n[[{key}]]")];
        assert!(
            is_there.iter().any(|form| text.contains(form)),
            "docs/configuration.md lacks `{key}`"
        );
    }
}
