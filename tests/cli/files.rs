//! Which files are looked at and reported.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use serde_json::Value;

use crate::DATA_SOURCE;
use crate::sandbox::Sandbox;

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
fn migrations_that_nest_deeper_than_a_stack_are_a_notice() {
    let step = |number: u32, body: &str| {
        format!("export class A165000000000{number} {{ async up(runner) {{ {body} }} }}")
    };
    let sum = format!("await runner.query('CREATE TABLE a (b int)'{});", " + ' '".repeat(50_000));
    let blocks =
        format!("{}await runner.query('SELECT 1'){}", "{".repeat(9_000), "}".repeat(9_000));
    let sandbox = Sandbox::new([
        ("src/migrations/1650000000001-A.ts", &step(1, &sum)),
        ("src/migrations/1650000000002-B.ts", &step(2, &blocks)),
    ]);
    sandbox.write("package.json", r#"{ "dependencies": { "typeorm": "0.3.20", "pg": "8.11.0" } }"#);
    let outcome = sandbox.run(&["--show-notes"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
    assert!(outcome.stdout.contains("0 of 2 migration statements read"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("it nests too deep"), "{}", outcome.stdout);
}

#[test]
fn loops_that_go_to_a_long_sum_are_no_trouble() {
    let step = |number: u32, end: &str| {
        let body = "await runner.query(`CREATE TABLE a${i} (b int primary key)`)";
        let up = format!("for (let i = 0; i < {end}; i++) {{ {body} }}");
        format!("export class A165000000000{number} {{ async up(runner) {{ {up} }} }}")
    };
    let names = "const names = [];\n";
    let numbers = format!("1{}", " + 1".repeat(100_000));
    let lengths = format!("names.length{}", " + names.length".repeat(4_000));
    let sandbox = Sandbox::new([
        ("src/migrations/1650000000001-A.ts", &step(1, &numbers)),
        ("src/migrations/1650000000002-B.ts", &format!("{names}{}", step(2, &lengths))),
    ]);
    sandbox.write("package.json", r#"{ "dependencies": { "typeorm": "0.3.20", "pg": "8.11.0" } }"#);
    let outcome = sandbox.run(&["--show-notes"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
}

#[test]
fn patterns_of_any_depth_are_no_trouble() {
    let depth = 20_000;
    let patterns = [
        format!("const {}b{} = x;\n", "{ a:\n".repeat(depth), " }".repeat(depth)),
        format!("const {}b{} = x;\n", "[\n".repeat(depth), "]".repeat(depth)),
        format!("function f({}b{}) {{}}\n", "[...\n".repeat(depth), "]".repeat(depth)),
        format!("const {}b{} = x;\n", "{ a:\n".repeat(depth), " = 1 }".repeat(depth)),
    ];
    for pattern in patterns {
        let sandbox = Sandbox::new([("src/a.ts", &format!("{DATA_SOURCE}{pattern}"))]);
        assert_eq!(sandbox.found(&[]), ["src/a.ts"], "{}", &pattern[..20]);
    }
}

#[test]
fn what_a_minifier_made_is_not_read_but_a_long_line_in_a_migration_is() {
    let bundle = format!("{};{DATA_SOURCE}", "var a=1;".repeat(4_000).replace('\n', " "));
    let long = format!(
        "export class Long1700000000000 {{ async up(queryRunner) {{ await queryRunner.query(`{}\
         CREATE TABLE a (b int)`) }} }}",
        "SELECT 1;".repeat(4_000)
    );
    let sandbox =
        Sandbox::new([("src/bundle.js", &bundle), ("src/migrations/1700000000000-Long.ts", &long)]);
    let report = sandbox.json(&[]);
    assert_eq!(
        (&report["notices"][0]["kind"], &report["notices"][0]["path"]),
        (&"minified".into(), &"src/bundle.js".into())
    );
    let outcome = sandbox.run(&["--format", "concise"]);
    assert!(
        outcome.stdout.starts_with("src/migrations/1700000000000-Long.ts:1:36083: error"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn marks_far_to_the_right_are_shown() {
    let padding = "x={a:1};".repeat(2_000);
    let source = format!(
        "import {{ DataSource }} from 'typeorm';{padding}new DataSource({{ type: 'postgres', synchronize: true }});"
    );
    let sandbox = Sandbox::new([("src/bundle.js", &source)]);
    let outcome = sandbox.run(&["--select", "typeorm/synchronize"]);
    assert!(outcome.stdout.contains("src/bundle.js:1:16073"), "{}", outcome.stdout);
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

#[test]
fn batches_find_together_what_one_run_finds() {
    let uses = "import { DataSource } from \"typeorm\";\nimport { base } from \"./base\";\nexport const source = new DataSource({ ...base, type: \"postgres\" });\n";
    let base = "export const base = { installExtensions: false, synchronize: true };\n";
    let sandbox = Sandbox::new([("src/base.ts", base), ("src/uses.ts", uses)]);
    for at in 0..6 {
        sandbox.write(&format!("src/{at}.ts"), DATA_SOURCE);
    }
    let found = |files: &[&str]| {
        let report = sandbox.json(&[&["--force-exclude"], files].concat());
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .map(|found| found["fingerprint"].as_str().unwrap().to_owned())
            .collect::<BTreeSet<_>>()
    };
    let all = found(&[]);
    assert_eq!(all.len(), 7);
    let batches = [
        &["src/base.ts", "src/0.ts", "src/1.ts"][..],
        &["src/2.ts"],
        &["src/3.ts", "src/4.ts", "src/5.ts"],
    ];
    let together: BTreeSet<_> = batches.iter().flat_map(|batch| found(batch)).collect();
    assert_eq!(together, all);
    // The finding lies in one file and comes from another.
    assert_eq!(found(&["src/uses.ts"]), found(&["src/base.ts"]));
}

#[test]
fn an_unknown_version_counts_as_the_newest_and_is_told() {
    let sandbox = Sandbox::new([("a.ts", "import \"typeorm\";\n")]);
    sandbox.write("package.json", r#"{ "dependencies": { "typeorm": "latest", "pg": "8" } }"#);
    let report = sandbox.json(&[]);
    assert_eq!(report["notices"][0]["kind"], "unknown-version");
    assert_eq!(report["notices"][0]["path"], "package.json");
    sandbox.write("package.json", r#"{ "dependencies": { "typeorm": "0.3.20", "pg": "8" } }"#);
    assert_eq!(sandbox.json(&[])["notices"].as_array().map(Vec::len), Some(0));
}

#[test]
fn small_notices_are_about_the_files_that_are_given() {
    let options = "import { options } from './missing';\n";
    let code = format!("{options}{DATA_SOURCE}export const other = new DataSource(options);\n");
    let sandbox = Sandbox::new([("src/a.ts", code.as_str()), ("src/b.ts", DATA_SOURCE)]);
    let told = |path: &str| sandbox.run(&["--show-notes", path]).stdout;
    assert!(told("src/a.ts").contains("`./missing` leads to no file"), "{}", told("src/a.ts"));
    assert!(!told("src/b.ts").contains("./missing"), "{}", told("src/b.ts"));
}
