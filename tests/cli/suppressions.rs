//! Comments that hide findings.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// A data source with a synchronized schema, which two places share.
const SHARED: &str = r#"import { DataSource } from "typeorm";
const base = {
  type: "postgres" as const,
  installExtensions: false,
  synchronize: true,
};
export const one = new DataSource(base);
export const two = new DataSource({ ...base, schema: "two" });
"#;

/// The kinds of the notices of a report.
fn kinds(report: &Value) -> Vec<&str> {
    let notices = report["notices"].as_array().unwrap();
    notices.iter().map(|notice| notice["kind"].as_str().unwrap()).collect()
}

#[test]
fn a_comment_at_the_key_hides_the_finding_and_is_counted() {
    let text = SHARED.replace("true,", "true, // ddlint-ignore: typeorm/synchronize -- in memory");
    let sandbox = Sandbox::new([("src/data-source.ts", &text)]);
    let report = sandbox.json(&[]);
    assert_eq!(report["findings"], Value::Array(vec![]));
    assert_eq!((&report["summary"]["suppressed"], kinds(&report)), (&1.into(), vec![]));
    let outcome = sandbox.run(&[]);
    assert_eq!(outcome.status, Some(0), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("1 finding suppressed by comments"), "{}", outcome.stdout);
}

#[test]
fn a_comment_at_one_of_two_calls_hides_nothing_of_the_other() {
    let above = |text: &str, call: &str| {
        let comment = "// ddlint-ignore: typeorm/synchronize -- in memory\n";
        text.replace(call, &format!("{comment}{call}"))
    };
    let one = above(SHARED, "export const one");
    let sandbox = Sandbox::new([("src/data-source.ts", &one)]);
    assert_eq!(sandbox.json(&[])["summary"]["errors"], 1);
    sandbox.write("src/data-source.ts", above(&one, "export const two"));
    let report = sandbox.json(&[]);
    assert_eq!(
        (&report["summary"]["errors"], &report["summary"]["suppressed"]),
        (&0.into(), &1.into())
    );
    assert_eq!(kinds(&report), Vec::<&str>::new());
}

#[test]
fn what_hides_nothing_is_told_and_counts_if_asked_to() {
    let sandbox = Sandbox::new([
        (
            "src/a.ts",
            "// ddlint-ignore: typeorm/synchronize -- gone long ago\nexport const a = 1;\n",
        ),
        ("src/b.ts", "// ddlint-ignore: typeorm/syncronize -- mistyped\nexport const a = 1;\n"),
        ("src/c.ts", "// ddlint-ignore: typeorm/synchronize\nexport const a = 1;\n"),
        ("src/d.spec.ts", "// ddlint-ignore: typeorm/synchronize -- tests are not looked at\n"),
    ]);
    let report = sandbox.json(&[]);
    assert_eq!(kinds(&report), ["unused-directive", "directive", "directive"]);
    insta::assert_snapshot!("directives", sandbox.run(&[]).stdout);
    assert_eq!(sandbox.run(&[]).status, Some(0));
    assert_eq!(sandbox.run(&["--strict"]).status, Some(1));
    assert_eq!(kinds(&sandbox.json(&["src/c.ts"])), ["directive"], "a hook asks about one file");

    sandbox.write("ddlint.toml", "require-reason = false");
    assert_eq!(kinds(&sandbox.json(&[])), ["unused-directive", "directive", "unused-directive"]);
    let others = ["--select", "sequelize", "--format", "json"];
    let report: Value = serde_json::from_str(&sandbox.run(&others).stdout).unwrap();
    assert_eq!(kinds(&report), ["directive"], "a rule that does not run finds nothing anyway");
}

#[test]
fn a_comment_without_a_reason_hides_nothing_unless_the_settings_allow_it() {
    let text = SHARED.replace("true,", "true, // ddlint-ignore: typeorm/synchronize");
    let sandbox = Sandbox::new([("src/data-source.ts", &text)]);
    assert_eq!(sandbox.json(&[])["summary"]["errors"], 1);
    sandbox.write("ddlint.toml", "require-reason = false");
    assert_eq!(sandbox.json(&[])["summary"]["suppressed"], 1);
}

#[test]
fn a_comment_may_speak_for_a_whole_file() {
    let text = format!("// ddlint-ignore-file: typeorm/synchronize -- a seed script\n{SHARED}");
    let sandbox = Sandbox::new([("src/data-source.ts", &text)]);
    let report = sandbox.json(&[]);
    assert_eq!(
        (&report["summary"]["errors"], &report["summary"]["suppressed"]),
        (&0.into(), &1.into())
    );
}
