//! Only what changed: the baseline, `--diff`, `--staged`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::DATA_SOURCE;
use crate::sandbox::Sandbox;

/// A data source without a hazard.
const CLEAN: &str = "import { DataSource } from \"typeorm\";\nexport const source = new DataSource({\n  type: \"postgres\",\n  installExtensions: false,\n  synchronize: false,\n});\n";

impl Sandbox {
    /// Runs git in the project.
    fn git(&self, args: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(self.path("")).args(["-c", "user.name=t", "-c", "user.email=t@t"]);
        for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
            command.env_remove(name);
        }
        let output = command.args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Makes the project a repository, with all that is there in a first commit on the branch `main`.
    fn committed(self) -> Self {
        self.git(&["init", "--quiet", "--initial-branch=main"]);
        self.commit("first");
        self
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    /// The places with findings: `path:line`.
    fn places(&self, args: &[&str]) -> Vec<String> {
        let report = self.json(args);
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .map(|found| format!("{}:{}", found["path"].as_str().unwrap(), found["start"]["line"]))
            .collect()
    }

    /// A run with a text on standard input.
    fn fed(&self, args: &[&str], text: &str) -> Value {
        let mut command = self.command(&[&["--format", "json"], args].concat());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() != Some(2), "{stderr}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

// ---- the baseline ---------------------------------------------------------------------------------------------------

#[test]
fn what_is_in_the_baseline_is_not_reported_again() {
    let sandbox = Sandbox::new([("src/old.ts", DATA_SOURCE)]);
    let outcome = sandbox.run(&["baseline"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
    assert!(outcome.stdout.starts_with("ddlint-baseline.json: 1 error and 0 warnings\n"));
    assert_eq!(sandbox.run(&[]).status, Some(0));
    assert_eq!(sandbox.json(&[])["summary"]["baselined"], 1);
    assert_eq!(sandbox.run(&["--no-baseline"]).status, Some(1));

    // Lines that move, and another style, change nothing.
    let moved =
        DATA_SOURCE.replace("import", "\n// moved\n\nimport").replace('"', "'").replace("  ", "\t");
    sandbox.write("src/old.ts", moved);
    assert_eq!(sandbox.run(&[]).status, Some(0));

    sandbox.write("src/new.ts", DATA_SOURCE);
    assert_eq!(sandbox.found(&[]), ["src/new.ts"]);
}

#[test]
fn what_the_baseline_has_in_vain_is_told() {
    let sandbox = Sandbox::new([("src/a.ts", DATA_SOURCE), ("src/b.ts", DATA_SOURCE)]);
    sandbox.run(&["baseline"]);
    sandbox.write("src/a.ts", CLEAN);
    let outcome = sandbox.run(&[]);
    assert_eq!(outcome.status, Some(0));
    let told = "notice: ddlint-baseline.json: 1 entry is found no longer (typeorm/synchronize in src/a.ts): `ddlint baseline` drops it\n";
    assert!(outcome.stdout.contains(told), "{}", outcome.stdout);
    assert_eq!(sandbox.run(&["--strict"]).status, Some(1));
    // Nor does a rule that is off matter.
    sandbox.write("ddlint.toml", "severity = { sequelize = 'off' }");
    assert_eq!(sandbox.run(&["--strict"]).status, Some(1));
    sandbox.write("ddlint.toml", "severity = { typeorm = 'off' }");
    assert_eq!(sandbox.run(&["--strict"]).status, Some(0));
    sandbox.write("ddlint.toml", "");
    // Who asks about a part hears nothing about the rest.
    assert!(!sandbox.run(&["src/a.ts"]).stdout.contains("no longer"));
    assert!(!sandbox.run(&["--select", "sequelize"]).stdout.contains("no longer"));
    sandbox.run(&["baseline"]);
    assert_eq!(sandbox.run(&["--strict"]).status, Some(0));
}

#[test]
fn what_becomes_worse_is_news() {
    let conditional = DATA_SOURCE.replace("synchronize: true", "synchronize: isDev");
    let open = format!("const isDev = process.env.DEV === '1';\n{conditional}");
    let sandbox = Sandbox::new([("src/a.ts", &open)]);
    sandbox.run(&["baseline"]);
    assert_eq!(sandbox.json(&[])["summary"]["baselined"], 1);
    sandbox.write("src/a.ts", format!("const isDev = true;\n{conditional}"));
    assert_eq!(sandbox.found(&[]), ["src/a.ts"]);
}

#[test]
fn a_baseline_that_cannot_be_read_is_told() {
    let sandbox = Sandbox::new([("ddlint-baseline.json", "{}")]);
    let outcome = sandbox.run(&[]);
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("`ddlint-baseline.json` cannot be read"), "{}", outcome.stderr);
    assert_eq!(sandbox.run(&["--no-baseline"]).status, Some(0));
    assert_eq!(sandbox.run(&["--baseline", "gone.json"]).status, Some(2));
}

// ---- changes --------------------------------------------------------------------------------------------------------

#[test]
fn a_branch_is_asked_only_for_what_it_brings() {
    let sandbox =
        Sandbox::new([("src/old.ts", DATA_SOURCE), ("src/both.ts", DATA_SOURCE)]).committed();
    sandbox.git(&["switch", "--quiet", "--create", "branch"]);
    assert_eq!(sandbox.places(&["--diff", "main"]), Vec::<String>::new());

    // Lines before it move the old finding; the new one looks just like it.
    let second = DATA_SOURCE.split_once("\n\n").unwrap().1.replace("source", "second");
    sandbox.write("src/both.ts", format!("{}\n{second}", DATA_SOURCE.replacen('\n', "\n\n\n", 1)));
    sandbox.commit("one more");
    assert_eq!(sandbox.places(&[]), ["src/both.ts:9", "src/both.ts:16", "src/old.ts:7"]);
    assert_eq!(sandbox.places(&["--diff", "main"]), ["src/both.ts:16"]);
    assert_eq!(sandbox.json(&["--diff", "main"])["summary"]["unchanged"], 2);

    // What the other branch does meanwhile is not this one's matter.
    sandbox.git(&["switch", "--quiet", "main"]);
    sandbox.write("src/old.ts", CLEAN);
    sandbox.commit("clean");
    sandbox.git(&["switch", "--quiet", "branch"]);
    assert_eq!(sandbox.places(&["--diff", "main"]), ["src/both.ts:16"]);

    // What is not committed yet counts, and so do files that git does not know.
    sandbox.write("src/new.ts", DATA_SOURCE);
    assert_eq!(sandbox.places(&["--diff", "main"]), ["src/both.ts:16", "src/new.ts:7"]);
}

#[test]
fn a_finding_in_an_old_line_is_new_if_a_change_elsewhere_brings_it() {
    let uses = "import { DataSource } from \"typeorm\";\nimport { base } from \"./base\";\nexport const source = new DataSource({ ...base, type: \"postgres\" });\n";
    let base = "export const isOn = false;\nexport const base = {\n  installExtensions: false,\n  synchronize: isOn,\n};\n";
    let sandbox = Sandbox::new([("src/base.ts", base), ("src/uses.ts", uses)]).committed();
    sandbox.write("src/base.ts", base.replace("false;", "true;"));
    assert_eq!(sandbox.places(&["--diff", "main"]), ["src/base.ts:4"]);
    sandbox.git(&["checkout", "--quiet", "."]);
    // A line that goes can bring one, too.
    let gone = uses.replace(" });", ",\n  synchronize: false,\n});");
    sandbox.write("src/base.ts", base.replace("false;", "true;"));
    sandbox.write("src/uses.ts", gone);
    sandbox.commit("guarded");
    assert_eq!(sandbox.places(&["--diff", "main"]), Vec::<String>::new());
    sandbox.write("src/uses.ts", uses);
    assert_eq!(sandbox.places(&["--diff", "main"]), ["src/base.ts:4"]);
}

#[test]
fn no_attribute_hides_a_change() {
    let sandbox =
        Sandbox::new([(".gitattributes", "*.ts -diff\n"), ("src/a.ts", CLEAN)]).committed();
    sandbox.write("src/a.ts", DATA_SOURCE);
    assert_eq!(sandbox.places(&["--diff", "main"]), ["src/a.ts:7"]);
    sandbox.commit("bad");
    sandbox.git(&["config", "diff.noprefix", "true"]);
    sandbox.git(&["config", "color.ui", "always"]);
    sandbox.git(&["config", "diff.external", "false"]);
    assert_eq!(sandbox.places(&["--diff", "HEAD~1"]), ["src/a.ts:7"]);
}

#[test]
fn a_file_that_moves_brings_nothing() {
    let sandbox = Sandbox::new([("src/old.ts", DATA_SOURCE)]).committed();
    sandbox.git(&["mv", "src/old.ts", "src/new.ts"]);
    assert_eq!(sandbox.places(&["--diff", "main"]), Vec::<String>::new());
    assert_eq!(sandbox.places(&["--staged"]), Vec::<String>::new());
    assert_eq!(sandbox.places(&[]), ["src/new.ts:7"]);
}

#[test]
fn a_commit_is_asked_for_what_is_staged() {
    let sandbox = Sandbox::new([("src/a.ts", CLEAN), ("src/b.ts", CLEAN)]).committed();
    sandbox.write("src/a.ts", DATA_SOURCE);
    assert_eq!(sandbox.places(&["--staged"]), Vec::<String>::new());
    sandbox.git(&["add", "src/a.ts"]);
    assert_eq!(sandbox.places(&["--staged"]), ["src/a.ts:7"]);
    // What is staged counts, whatever is on disk by now.
    sandbox.write("src/a.ts", CLEAN);
    sandbox.write("src/b.ts", DATA_SOURCE);
    sandbox.write("src/untracked.ts", DATA_SOURCE);
    assert_eq!(sandbox.places(&["--staged"]), ["src/a.ts:7"]);
    assert_eq!(sandbox.places(&["--staged", "src/b.ts"]), Vec::<String>::new());
}

#[test]
fn a_patch_may_come_through_a_pipe() {
    let sandbox =
        Sandbox::new([("app/ddlint.toml", ""), ("app/a.ts", CLEAN), ("app/b.ts", DATA_SOURCE)])
            .committed();
    sandbox.write("app/a.ts", DATA_SOURCE);
    sandbox.write("other.ts", "");
    sandbox.git(&["add", "other.ts"]);
    let patch = sandbox.git(&["diff", "HEAD"]);
    let report = sandbox.fed(&["--root", "app", "--select", "typeorm", "--diff", "-"], &patch);
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{report}");
    assert_eq!((&findings[0]["path"], &findings[0]["start"]["line"]), (&"a.ts".into(), &7.into()));
}

#[test]
fn a_project_may_be_a_part_of_the_repository() {
    let sandbox = Sandbox::new([
        ("apps/a/ddlint.toml", "exclude = ['old']"),
        ("apps/a/package.json", r#"{ "dependencies": { "typeorm": "0.3.20" } }"#),
        ("apps/a/src/a.ts", CLEAN),
        ("apps/b/b.ts", CLEAN),
    ])
    .committed();
    for file in ["apps/a/src/a.ts", "apps/a/src/new é.ts", "apps/a/old/x.ts", "apps/b/b.ts"] {
        sandbox.write(file, DATA_SOURCE);
    }
    let places = ["src/a.ts:7", "src/new é.ts:7"];
    assert_eq!(sandbox.places(&["apps/a", "--diff", "main"]), places);
    sandbox.git(&["add", "--all"]);
    assert_eq!(sandbox.places(&["apps/a", "--diff", "main"]), places);
    assert_eq!(sandbox.places(&["apps/a", "--staged"]), places);
}

#[test]
fn what_git_cannot_tell_comes_with_advice() {
    let sandbox = Sandbox::new([("src/a.ts", CLEAN)]);
    let outcome = sandbox.run(&["--diff", "main"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""));
    assert!(outcome.stderr.contains("not a git repository"), "{}", outcome.stderr);

    let sandbox = sandbox.committed();
    for reference in ["origin/gone", "gone", "--output=x"] {
        let outcome = sandbox.run(&[&format!("--diff={reference}")]);
        assert_eq!(outcome.status, Some(2));
        assert!(outcome.stderr.contains("git knows no commit"), "{}", outcome.stderr);
    }
    sandbox.commit("second");
    let clone = Sandbox::new([]);
    let from = format!("file://{}", sandbox.path("").display());
    clone.git(&["clone", "--quiet", "--depth=1", &from, "shallow"]);
    let outcome = clone.run(&["--root", "shallow", "--diff", "HEAD~1"]);
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("fetch-depth: 0"), "{}", outcome.stderr);
}

#[test]
fn text_on_standard_input_stands_for_a_file() {
    let sandbox = Sandbox::new([
        ("src/a.ts", CLEAN),
        ("src/other.ts", DATA_SOURCE),
        ("src/base.ts", "export const isOn = true;\n"),
    ]);
    let text = "import { isOn } from \"./base\";\n".to_owned()
        + &CLEAN.replace("synchronize: false", "synchronize: isOn");
    for file in ["src/a.ts", "src/unsaved.ts"] {
        let report = sandbox.fed(&["--select", "typeorm", "--stdin-filename", file, "-"], &text);
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{report}");
        assert_eq!(findings[0]["path"], *file);
    }
}
