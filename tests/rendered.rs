//! What the findings of each rule's fixtures look like, as the real binary prints them: one snapshot beside them.
//!
//! `INSTA_UPDATE=always cargo test --test rendered` writes them anew.

#![allow(
    clippy::unwrap_used,
    reason = "clippy takes only the functions marked `#[test]` for tests"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ddlint_core::document::case_heading;
use rayon::prelude::*;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rules")
}

/// The folders in a folder, by name.
fn folders(of: &Path) -> Vec<String> {
    let entries = fs::read_dir(of).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<String> =
        folders.map(|folder| folder.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What the binary prints about a case.
fn rendered(rule: &str, case: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ddlint"));
    command.args(["--color", "never", "--show-notes", "--select", rule, "--root"]);
    command.arg(fixtures().join(rule).join(case)).stdin(Stdio::null());
    let output =
        command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_WORKSPACE").output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    assert_eq!(stderr.unwrap(), "", "{rule}/{case}");
    assert!(matches!(output.status.code(), Some(0 | 1)), "{rule}/{case}: {}", output.status);
    format!("{}\n\n{}\n", case_heading(case), stdout.unwrap())
}

#[test]
fn findings_look_like_their_snapshots() {
    let libraries = folders(&fixtures()).into_iter();
    let of_library = |library: String| {
        let rules = folders(&fixtures().join(&library)).into_iter();
        rules.map(move |rule| format!("{library}/{rule}")).collect::<Vec<_>>()
    };
    let mut changed = Vec::new();
    for rule in libraries.flat_map(of_library) {
        let folder = fixtures().join(&rule);
        let cases = folders(&folder);
        let all: Vec<String> = cases.par_iter().map(|case| rendered(&rule, case)).collect();
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        // A change of the renderer changes them all: show it for every rule and not only for the first.
        let compare = || settings.bind(|| insta::assert_snapshot!("expected", all.concat()));
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(compare)).is_err() {
            changed.push(rule);
        }
    }
    assert!(changed.is_empty(), "changed: {}", changed.join(", "));
}
