//! The documentation that is made from rule files, fixtures and the binary is what is committed.

#![allow(
    clippy::unwrap_used,
    reason = "clippy takes only the functions marked `#[test]` for tests"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ddlint_core::document::{pages, with_example_output};
use ddlint_core::files::MemoryFiles;
use ddlint_core::finding::Hazard;
use ddlint_core::rule::{RuleFile, RuleSet, check, load};

const STALE: &str = "run `cargo xtask docs` and look at what changed";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder, by their path relative to it.
fn files_below(folder: &Path) -> MemoryFiles {
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
    MemoryFiles(found)
}

fn rules() -> RuleSet {
    let files = files_below(&root().join("rules")).0.into_iter();
    let files = files
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|ending| ending == "toml"));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let files = files.map(|(path, bytes)| RuleFile { path, text: text(bytes), builtin: true });
    load(&files.collect::<Vec<_>>()).unwrap()
}

#[test]
fn every_rule_has_a_fresh_page_and_no_other_is_there() {
    let made = pages(&rules(), &files_below(&root().join("fixtures/rules")));
    let committed = files_below(&root().join("docs/rules")).0;
    assert_eq!(committed.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>(), "{STALE}");
    for (path, text) in made {
        let committed = String::from_utf8(committed[&path].clone()).unwrap();
        assert!(committed == text, "docs/rules/{path} is stale: {STALE}");
    }
}

#[test]
fn every_page_shows_what_is_flagged_and_what_is_printed() {
    for (path, text) in pages(&rules(), &files_below(&root().join("fixtures/rules"))) {
        if path == "README.md" {
            continue;
        }
        for heading in ["## Flagged", "## Fine", "## Example output"] {
            assert!(text.contains(heading), "docs/rules/{path} has no `{heading}`");
        }
    }
}

#[test]
fn the_readme_shows_what_the_binary_prints() {
    let output = Command::new(env!("CARGO_BIN_EXE_ddlint"))
        .args(["--color", "never", "fixtures/projects/nest-shop"])
        .current_dir(root())
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_WORKSPACE")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let fresh = with_example_output(&readme, &String::from_utf8(output.stdout).unwrap());
    let fresh = fresh.expect("README.md has no place for the example output");
    assert!(readme == fresh, "the example output in README.md is stale: {STALE}");
}

/// A fenced block of TOML says behind `toml` what it is: a path, for a file or a further part of it, `match` for matches
/// of a rule, `where` for conditions, one a line.
#[test]
fn every_example_of_the_rule_format_loads() {
    let page = fs::read_to_string(root().join("docs/rule-format.md")).unwrap();
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (number, block) in page.split("\n```toml").skip(1).enumerate() {
        let (kind, rest) = block.split_once('\n').unwrap();
        let (text, _) = rest.split_once("\n```").unwrap();
        let head =
            "schema = 1\ntitle = 't'\nsince = '0.1.0'\nhazard = 'schema-sync'\nseverity = 'note'";
        let case = "[[case]]\nmessage = 'm'\nlabel = 'l'";
        let docs = "[docs]\nwhat = 'w'\nwhy = 'w'\nfix = 'f'";
        let id = format!("typeorm/example-{number}.toml");
        match kind.trim() {
            "match" => {
                files.insert(id, [head, text, case, docs].join("\n"));
            }
            "where" => {
                let subject = "subject = 'typeorm:options'";
                let conditions = text.replace('\n', ",\n");
                let conditions = format!("where = [\n{conditions}\n]");
                files.insert(id, [head, subject, case, &conditions, docs].join("\n"));
            }
            "" => panic!("docs/rule-format.md: a block does not say what it is:\n{text}"),
            path => files.entry(path.to_owned()).or_default().extend([text, "\n\n"]),
        }
    }
    let files = files.into_iter().map(|(path, text)| RuleFile { path, text, builtin: false });
    let loaded = check(&files.collect::<Vec<_>>());
    let rules = loaded.unwrap_or_else(|errors| panic!("{:?}", miette::Report::new(errors)));
    // Nothing was overlooked.
    assert!(rules.rules.len() >= 4 && !rules.roles.is_empty() && !rules.locators.is_empty());
    assert!(!rules.facts.is_empty() && !rules.sets.is_empty() && !rules.files.is_empty());
    assert!(!rules.histories.is_empty() && rules.events.len() >= 2 && !rules.known.is_empty());
    assert!(!rules.wrappers.is_empty() && !rules.extensions.is_empty());
}

/// The pages of rules link to it.
#[test]
fn every_hazard_has_a_heading() {
    let hazards = fs::read_to_string(root().join("docs/hazards.md")).unwrap();
    for hazard in Hazard::ALL {
        let heading = format!("### `{}`", hazard.name());
        assert!(hazards.lines().any(|line| line == heading), "docs/hazards.md has no `{heading}`");
    }
}

/// `docs/architecture.md` names the test that holds each invariant: `file::test`.
#[test]
fn every_test_that_the_architecture_names_is_there() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let code = page.split('`').skip(1).step_by(2);
    let named: Vec<_> = code.filter_map(|code| code.rsplit_once("::")).collect();
    assert!(named.len() > 5, "{named:?}");
    for (file, test) in named {
        let file = file.replace("::", "/");
        let text = fs::read_to_string(root().join(format!("tests/{file}.rs"))).unwrap();
        assert!(text.contains(&format!("fn {test}()")), "tests/{file}.rs has no test `{test}`");
    }
}

#[test]
fn the_schema_of_the_settings_is_fresh() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_ddlint")).arg("settings-schema").output().unwrap();
    let committed = fs::read(root().join("docs/ddlint.schema.json")).unwrap_or_default();
    assert!(committed == output.stdout, "docs/ddlint.schema.json is stale: {STALE}");
}

/// The picture in the README shows what the binary prints.
#[test]
fn the_picture_is_fresh() {
    let svg = fs::read_to_string(root().join("docs/images/report.svg")).unwrap_or_default();
    let mut shown = String::new();
    for line in svg.lines().filter(|line| line.starts_with("<text")) {
        let texts = line.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, text)| text);
        shown.extend(texts);
        shown.push('\n');
    }
    for (escaped, c) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
        shown = shown.replace(escaped, c);
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_ddlint"));
    command.args(["--select", "typeorm/install-extensions", "fixtures/projects/nest-shop"]);
    let output = command.current_dir(root()).env_remove("GITHUB_ACTIONS").output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(shown == format!("$ ddlint\n{printed}"), "docs/images/report.svg is stale: {STALE}");
}
