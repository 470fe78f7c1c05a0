//! The formats besides the human one and JSON, and where they go.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::{CONDITIONAL, DATA_SOURCE};

/// All formats.
const FORMATS: [&str; 10] = [
    "human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "rdjson", "junit", "markdown",
];

/// Forty errors and twenty warnings, each in a file of its own.
fn many() -> Sandbox {
    let sandbox = Sandbox::new([]);
    for at in 0..60 {
        let text = if at % 3 == 0 { CONDITIONAL } else { DATA_SOURCE };
        sandbox.write(&format!("src/db-{at:02}.ts"), text);
    }
    sandbox
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn begin(log: &str, what: &str) -> usize {
    log.lines().filter(|line| line.starts_with(what)).count()
}

#[test]
fn a_workflow_gets_annotations_within_the_limits_and_loses_nothing() {
    let sandbox = many();
    let mut command = sandbox.command(&[]);
    let summary = sandbox.path("summary.md");
    fs::write(&summary, "# before\n").unwrap();
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &summary);
    let output = command.env("GITHUB_WORKSPACE", sandbox.path("")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let log = text(output.stdout);
    assert_eq!(
        (begin(&log, "::error "), begin(&log, "::warning "), begin(&log, "::notice ")),
        (10, 10, 1)
    );
    let (annotations, rest) = log.split_once("::stop-commands::").unwrap();
    assert!(annotations.starts_with("::error "));
    assert!(
        annotations
            .trim_end()
            .lines()
            .last()
            .unwrap()
            .starts_with("::notice title=ddlint::40 more findings: ")
    );
    let summary = fs::read_to_string(summary).unwrap();
    assert!(summary.starts_with("# before\n### ddlint: 40 errors and 20 warnings in 60 files\n"));
    for at in 0..60 {
        let path = format!("src/db-{at:02}.ts:");
        assert!(rest.contains(&path), "{path} is not in the log");
        assert!(summary.contains(&path), "{path} is not in the summary");
    }
    assert!(rest.contains("40 errors and 20 warnings in 60 files"));

    let mut command = sandbox.command(&["--format", "concise"]);
    let log = text(command.env("GITHUB_ACTIONS", "true").output().unwrap().stdout);
    assert_eq!((begin(&log, "::"), log.lines().count()), (0, 60), "who asks for a format gets it");
}

#[test]
fn a_report_may_go_to_a_file() {
    let sandbox = many();
    let outcome = sandbox.run(&["--format", "sarif", "--output", "out.sarif"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(1), ""));
    assert!(
        outcome
            .stdout
            .ends_with("40 errors and 20 warnings in 60 files\n  recognized: 60 data sources\n")
    );
    let report: Value =
        serde_json::from_slice(&fs::read(sandbox.path("out.sarif")).unwrap()).unwrap();
    assert_eq!(report["runs"][0]["results"].as_array().unwrap().len(), 60);
    let outcome = sandbox.run(&["--format", "json", "-q", "-o", "out.json"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(1), ""));
    let outcome = sandbox.run(&["-o", "no/such/folder/x"]);
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("cannot be written"), "{}", outcome.stderr);
}

#[test]
fn every_format_has_every_finding_once() {
    let sandbox = many();
    for format in FORMATS {
        let report = sandbox.run(&["--format", format]).stdout;
        let found = (0..60).filter(|at| report.contains(&format!("src/db-{at:02}.ts"))).count();
        assert_eq!(found, 60, "{format}");
    }
    assert_eq!(
        sandbox.run(&["--format", "concise"]).stdout.lines().next().unwrap(),
        "src/db-00.ts:5:3: warning typeorm/synchronize TypeORM changes the database schema to fit the entities each time this data source connects (conditional)"
    );
}

#[test]
fn no_format_shows_a_secret() {
    let environment = "DB_PASSWORD=hunter2\nDATABASE_URL=postgres://shop:hunter2@db/shop\n";
    let hidden = DATA_SOURCE
        .replace("synchronize: true,", "// ddlint-ignore: typeorm/hunter2\n  synchronize: true,");
    let sandbox = Sandbox::new([
        (".env", environment),
        ("src/data-source.ts", DATA_SOURCE),
        ("src/one-line.ts", &DATA_SOURCE.replace('\n', " ")),
        (
            "src/fallback.ts",
            &DATA_SOURCE.replace("\"hunter2\"", "process.env.DB_PASSWORD ?? \"hunter2\""),
        ),
        ("src/ignored.ts", &hidden.replace("typeorm/hunter2", "typeorm/synchronize")),
    ]);
    let summary = sandbox.path("summary.md");
    for format in FORMATS {
        let mut command = sandbox.command(&["--format", format, "--show-notes", "-v"]);
        let output = command.env("GITHUB_STEP_SUMMARY", &summary).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}");
        let (out, err) = (text(output.stdout), text(output.stderr));
        assert!(out.contains("src/fallback.ts"), "{format}: {out}");
        assert!(!out.contains("hunter2") && !err.contains("hunter2"), "{format}: {out}");
    }
    assert!(!fs::read_to_string(summary).unwrap().contains("hunter2"));
    sandbox.run(&["baseline"]);
    sandbox.run(&["init", "--overwrite"]);
    for file in ["ddlint-baseline.json", "ddlint.toml"] {
        assert!(!fs::read_to_string(sandbox.path(file)).unwrap().contains("hunter2"), "{file}");
    }
}

#[test]
fn no_format_depends_on_threads_or_time() {
    let sandbox = many();
    for format in FORMATS {
        let run = |threads: &str| sandbox.run(&["--format", format, "--threads", threads]);
        let expected = run("1");
        assert!(!expected.stdout.is_empty());
        assert_eq!(run("7"), expected, "{format}");
    }
}

#[test]
fn a_finding_keeps_its_fingerprint() {
    let fingerprints = |text: &str, path: &str| {
        let sandbox = Sandbox::new([(path, text)]);
        let report: Value =
            serde_json::from_str(&sandbox.run(&["--format", "sarif"]).stdout).unwrap();
        let results = report["runs"][0]["results"].as_array().unwrap().clone();
        let of = |result: &Value| {
            result["partialFingerprints"]["ddlintFingerprint/v1"].as_str().unwrap().to_owned()
        };
        results.iter().map(of).collect::<Vec<_>>()
    };
    let text = "import { DataSource, Entity, PrimaryGeneratedColumn } from \"typeorm\";\nexport const source = new DataSource({ type: \"postgres\", entities: [A], synchronize: true });\n@Entity() class A { @PrimaryGeneratedColumn(\"uuid\") id: string }\n";
    let expected = fingerprints(text, "src/a.ts");
    assert_eq!(expected.len(), 2, "one for a key, one for the key that is not there");
    // Each sandbox is another checkout already.
    assert_eq!(fingerprints(text, "src/a.ts"), expected);
    let moved = text.replacen('\n', "\n\n// A comment.\n\n", 1);
    assert_eq!(fingerprints(&moved, "src/a.ts"), expected);
    let formatted = text
        .replace('"', "'")
        .replace("{ type", "{\n\ttype")
        .replace(", synchronize: true }", ",\n\tsynchronize: true,\n}");
    assert_eq!(fingerprints(&formatted, "src/a.ts"), expected);
    assert_ne!(fingerprints(text, "src/b.ts"), expected);
}

/// The script of the action, as the runner runs it.
#[test]
#[cfg(unix)]
fn the_action_runs_what_its_inputs_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let action = fs::read_to_string(root.join("action.yml")).unwrap();
    let (_, script) = action.split_once("DDLINT_ARGS: ${{ inputs.args }}\n      run: |\n").unwrap();
    let (script, _) = script.split_once("\n    - name:").unwrap();
    assert!(!script.contains("${{"), "inputs come through the environment");

    let sandbox = many();
    let bin = sandbox.path("temp/ddlint/bin");
    fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_ddlint"), bin.join("ddlint")).unwrap();
    let run = |inputs: &[(&str, &str)]| {
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]);
        command.current_dir(sandbox.path("")).env("RUNNER_TEMP", sandbox.path("temp"));
        command.env("GITHUB_ACTIONS", "true").env_remove("GITHUB_STEP_SUMMARY");
        for name in ["PATHS", "DIFF", "FAIL_ON", "SARIF", "ARGS"] {
            command.env(format!("DDLINT_{name}"), "");
        }
        command.env("DDLINT_FORMAT", "github");
        for (name, value) in inputs {
            command.env(format!("DDLINT_{name}"), value);
        }
        let output = command.output().unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (status, log, errors) = run(&[]);
    assert_eq!((status, begin(&log, "::error "), errors.as_str()), (Some(1), 10, ""));
    let (status, log, _) =
        run(&[("PATHS", "src/db-00.ts\n\nsrc/db-03.ts\n"), ("FAIL_ON", "error")]);
    assert_eq!((status, begin(&log, "::warning ")), (Some(0), 2));
    let (status, log, _) = run(&[("SARIF", "out.sarif"), ("ARGS", "--select\nsequelize")]);
    assert_eq!((status, begin(&log, "::error ")), (Some(0), 0));
    assert!(sandbox.path("out.sarif").is_file());
    let (status, _, errors) = run(&[("DIFF", "$(touch pwned)"), ("PATHS", "; touch pwned")]);
    assert_eq!(status, Some(2), "{errors}");
    assert!(!sandbox.path("pwned").exists());
}

#[test]
fn no_json_steers_a_terminal() {
    let sandbox = Sandbox::new([
        ("src/a\u{202e}.ts", DATA_SOURCE),
        ("migrations/1\u{2066}.sql", "CREATE TABLE \"a\u{9b}2Jb\" (message text);\n"),
    ]);
    let steers = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{2066}".contains(c);
    for args in [
        &["--format", "json"][..],
        &["--format", "jsonl"],
        &["--format", "gitlab"],
        &["--format", "rdjson"],
        &["--format", "sarif"],
        &["schema", "--format", "json"],
    ] {
        let written = sandbox.run(args).stdout;
        assert!(written.contains("CREATE TABLE") || written.contains("2Jb"), "{written}");
        assert_eq!(written.chars().find(|c| steers(*c)), None, "{args:?}: {written}");
    }
}
