//! Every fixture of every rule: what its comments expect is found, and nothing else.

#![allow(
    clippy::unwrap_used,
    reason = "clippy takes only the functions marked `#[test]` for tests"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ddlint_core::files::MemoryFiles;
use ddlint_core::harness::check;
use ddlint_core::lint::{Options, lint};
use ddlint_core::rule::{RuleFile, RuleSet, check as check_rules, load};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder, by their path relative to it.
fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let relative = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            found.insert(relative, fs::read(&path).unwrap());
        }
    }
    found
}

fn rule_files() -> Vec<RuleFile> {
    let files = files_below(&root().join("rules")).into_iter();
    let toml = files
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|ending| ending == "toml"));
    toml.map(|(path, text)| RuleFile {
        path,
        text: String::from_utf8(text).unwrap(),
        builtin: true,
    })
    .collect()
}

fn rules() -> RuleSet {
    load(&rule_files()).unwrap_or_else(|errors| panic!("{:?}", miette::Report::new(errors)))
}

/// The folders of a rule's fixtures: each a small project of its own.
fn cases(rule: &str) -> BTreeMap<String, MemoryFiles> {
    let folder = root().join("fixtures/rules").join(rule);
    let Ok(entries) = fs::read_dir(&folder) else { return BTreeMap::new() };
    let folders = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    folders
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().into(), MemoryFiles(files_below(&path)))
        })
        .collect()
}

#[test]
fn every_query_of_a_built_in_rule_compiles() {
    if let Err(errors) = check_rules(&rule_files()) {
        panic!("{:?}", miette::Report::new(errors));
    }
}

#[test]
fn fixtures_find_what_they_expect_and_nothing_else() {
    let rules = rules();
    let mut told = Vec::new();
    for rule in &rules.rules {
        for (case, files) in cases(&rule.id) {
            let (_, _, mismatches) = check(&files, &rules, Some(&rule.id));
            told.extend(mismatches.iter().map(|mismatch| format!("{}/{case}/{mismatch}", rule.id)));
        }
    }
    assert!(told.is_empty(), "{} mismatches:\n{}", told.len(), told.join("\n"));
}

#[test]
fn every_rule_has_a_bad_and_a_good_project() {
    let rules = rules();
    for rule in &rules.rules {
        let cases = cases(&rule.id);
        let bad = cases.get("bad").unwrap_or_else(|| panic!("{} has no `bad`", rule.id));
        let expects =
            bad.0.values().any(|text| String::from_utf8_lossy(text).contains("ddlint-expect:"));
        assert!(expects, "{}/bad expects nothing", rule.id);
        let good = cases.get("good").unwrap_or_else(|| panic!("{} has no `good`", rule.id));
        let expects =
            good.0.values().any(|text| String::from_utf8_lossy(text).contains("ddlint-expect:"));
        assert!(!expects, "{}/good expects something", rule.id);
    }
}

#[test]
fn every_fixture_belongs_to_a_rule() {
    let rules = rules();
    for path in files_below(&root().join("fixtures/rules")).keys() {
        let known = rules.rules.iter().any(|rule| path.starts_with(&format!("{}/", rule.id)));
        assert!(known, "fixtures/rules/{path} belongs to no rule");
    }
}

/// Invariant 7: the prefilter loses nothing.
#[test]
fn the_prefilter_changes_no_finding() {
    let rules = rules();
    for rule in &rules.rules {
        for (case, files) in cases(&rule.id) {
            let run = |no_prefilter| {
                let options = Options { no_prefilter, ..Options::default() };
                lint(&files, files.paths(), &rules, &options).1.findings
            };
            assert_eq!(run(false), run(true), "{}/{case}", rule.id);
        }
    }
}

/// Invariant 4: the number of threads changes nothing.
#[test]
fn the_number_of_threads_changes_no_report() {
    let rules = rules();
    let mut all = MemoryFiles::default();
    for (path, text) in files_below(&root().join("fixtures/rules")) {
        all.0.insert(path, text);
    }
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| lint(&all, all.paths(), &rules, &Options::default()).1)
    };
    assert_eq!(run(1), run(4));
}
