//! The documentation that is made from rule files: a page for each rule, and a list of all.
//!
//! Only text is made here. `cargo xtask docs` writes it, a test compares it with what is committed, and `ddlint explain`
//! prints it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::files::MemoryFiles;
use crate::finding::Severity;
use crate::harness::MARK;
use crate::manifest::Manifest;
use crate::rule::{Package, Rule, RuleSet, Status};

/// Stands at the top of every file that is made here.
const GENERATED: &str =
    "<!-- Made from the rule file and its fixtures by `cargo xtask docs`. -->\n\n";

/// What stands before and behind the example output in the README.
const OUTPUT: (&str, &str) = ("<!-- example-output -->", "<!-- /example-output -->");

/// What a rule's fixtures add to its page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Examples {
    /// Files with something to find.
    pub bad: Vec<Example>,
    /// Files with nothing to find.
    pub good: Vec<Example>,
    /// One finding, as it is printed.
    pub output: Option<String>,
}

/// A file of a fixture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Relative to the fixture's root.
    pub path: String,
    /// Its text, without expectations.
    pub text: String,
}

impl Examples {
    /// The examples of a rule, from the files below `fixtures/rules/`: its folders `bad` and `good`, and the first
    /// finding of `bad` in `expected.snap`.
    pub fn of(rule: &str, fixtures: &MemoryFiles) -> Self {
        let below = |folder: &str| examples(fixtures, &format!("{rule}/{folder}/"));
        let snapshot = fixtures.0.get(&format!("{rule}/expected.snap"));
        let snapshot = snapshot.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let output = snapshot.and_then(|text| first_finding(&text, "bad"));
        Self { bad: below("bad"), good: below("good"), output }
    }
}

/// The heading of a case in a snapshot of rendered findings.
pub fn case_heading(case: &str) -> String {
    format!("== {case} ==")
}

/// The committed pages, by their path below `docs/rules/`. `fixtures` holds the files below `fixtures/rules/`.
pub fn pages(rules: &RuleSet, fixtures: &MemoryFiles) -> BTreeMap<String, String> {
    let page = |rule: &Rule| {
        let examples = Examples::of(&rule.id, fixtures);
        (format!("{}.md", rule.id), rule_page(rule, Some(&examples)))
    };
    let index = ("README.md".to_owned(), index_page(rules));
    rules.rules.iter().map(page).chain([index]).collect()
}

/// A rule's page. Without examples it is what a terminal shows: its links would lead nowhere.
pub fn rule_page(rule: &Rule, examples: Option<&Examples>) -> String {
    let mut page = String::new();
    if examples.is_some() {
        page.push_str(GENERATED);
    }
    push(&mut page, &format!("# {}\n\n{}.", rule.id, rule.title.trim_end_matches('.')));
    push(&mut page, &table(rule, examples.is_some()));
    section(&mut page, "What it does", &rule.docs.what);
    section(&mut page, "Why it is a problem", &rule.docs.why);
    section(&mut page, "How to fix it", &rule.docs.fix);
    if let Some(examples) = examples {
        files(&mut page, "Flagged", &examples.bad);
        files(&mut page, "Fine", &examples.good);
        if let Some(output) = &examples.output {
            section(&mut page, "Example output", &fenced("text", output));
        }
    }
    if !rule.docs.references.is_empty() {
        let link = |address: &String| format!("- <{address}>");
        let links: Vec<_> = rule.docs.references.iter().map(link).collect();
        section(&mut page, "References", &links.join("\n"));
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// The list of all rules, by library.
pub fn index_page(rules: &RuleSet) -> String {
    let mut page = GENERATED.to_owned();
    push(&mut page, "# Rules");
    push(
        &mut page,
        "What each hazard does to a database that is being replicated: [hazards](../hazards.md).",
    );
    let library = |rule: &Rule| {
        rule.id.split_once('/').map_or(rule.id.clone(), |(library, _)| library.to_owned())
    };
    let libraries: BTreeSet<String> = rules.rules.iter().map(library).collect();
    for name in libraries {
        let mut rows = String::from("| Rule | Severity | Hazard | |\n| --- | --- | --- | --- |\n");
        for rule in rules.rules.iter().filter(|rule| library(rule) == name) {
            let title = match rule.status {
                Status::Stable => cell(&rule.title),
                status => format!("{} ({})", cell(&rule.title), status.name()),
            };
            let (id, hazard) = (&rule.id, hazard_link(rule, "../"));
            let _ =
                writeln!(rows, "| [`{id}`]({id}.md) | {} | {hazard} | {title} |", severities(rule));
        }
        section(&mut page, &name, &rows);
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// The README with another example output. `None` if it has no place for one.
pub fn with_example_output(readme: &str, output: &str) -> Option<String> {
    let (before, rest) = readme.split_once(OUTPUT.0)?;
    let after = rest.split_once(OUTPUT.1).map_or(rest, |(_, after)| after);
    let block = fenced("text", output);
    Some(format!("{before}{}\n{block}\n{}{after}", OUTPUT.0, OUTPUT.1))
}

fn table(rule: &Rule, with_links: bool) -> String {
    let hazard =
        if with_links { hazard_link(rule, "../../") } else { format!("`{}`", rule.hazard.name()) };
    let mut rows = vec![
        ("Hazard", hazard),
        ("Severity", severities(rule)),
        ("Status", format!("{}, since {}", rule.status.name(), cell(&rule.since))),
    ];
    if !rule.packages.is_empty() {
        rows.push(("Packages", packages(rule.packages.iter())));
    }
    let special: Vec<_> = rule.cases.iter().flat_map(|case| &case.packages).collect();
    if !special.is_empty() {
        rows.push(("Told apart", packages(special.into_iter())));
    }
    let mut table = String::from("| | |\n| --- | --- |\n");
    for (name, text) in rows {
        let _ = writeln!(table, "| {name} | {text} |");
    }
    table
}

/// "error, warning": what its cases can be, the worst first.
fn severities(rule: &Rule) -> String {
    let of_cases = rule.cases.iter().map(|case| case.severity.unwrap_or(rule.severity));
    let all: BTreeSet<_> = of_cases.collect();
    all.into_iter().rev().map(Severity::name).collect::<Vec<_>>().join(", ")
}

fn packages<'r>(packages: impl Iterator<Item = &'r Package>) -> String {
    let written = |package: &Package| match &package.versions {
        Some(versions) => format!("`{}@{versions}`", package.name),
        None => format!("`{}`", package.name),
    };
    let mut names: Vec<String> = Vec::new();
    for name in packages.map(written) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

fn hazard_link(rule: &Rule, docs: &str) -> String {
    let hazard = rule.hazard.name();
    format!("[`{hazard}`]({docs}hazards.md#{hazard})")
}

fn files(page: &mut String, heading: &str, examples: &[Example]) {
    if examples.is_empty() {
        return;
    }
    push(page, &format!("## {heading}"));
    for example in examples {
        let ending = example.path.rsplit_once('.').map_or("", |(_, ending)| ending);
        push(page, &format!("`{}`:", example.path));
        push(page, &fenced(ending, &example.text));
    }
}

/// The files of a fixture folder that a reader should see: manifests only name versions.
fn examples(fixtures: &MemoryFiles, folder: &str) -> Vec<Example> {
    let below =
        fixtures.0.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(folder)?, bytes)));
    let shown = below.filter(|(path, _)| !Manifest::is_path(path));
    let example = |(path, bytes): (&str, &Vec<u8>)| {
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains(MARK)).collect();
        Example { path: path.to_owned(), text: lines.join("\n") }
    };
    shown.map(example).collect()
}

/// The first finding of a case in a snapshot: all from the case's heading to the line that names the rule's page.
fn first_finding(snapshot: &str, case: &str) -> Option<String> {
    let heading = case_heading(case);
    let lines = snapshot.lines().skip_while(|line| *line != heading).skip(1);
    let mut found: Vec<&str> = Vec::new();
    for line in lines.skip_while(|line| line.is_empty()) {
        if line.starts_with("== ") {
            break;
        }
        found.push(line);
        if line.trim_start().starts_with("see: ") {
            break;
        }
    }
    let text = found.join("\n");
    (!text.trim().is_empty()).then(|| text.trim_end().to_owned())
}

fn section(page: &mut String, heading: &str, text: &str) {
    push(page, &format!("## {heading}"));
    push(page, text);
}

/// Adds a block and the empty line behind it.
fn push(page: &mut String, block: &str) {
    page.push_str(block.trim_end());
    page.push_str("\n\n");
}

/// A block of code, in a fence that is longer than any in the text.
fn fenced(language: &str, text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or_default().max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}", text.trim_end())
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{RuleFile, load};

    const LIBRARY: &str =
        "schema = 1\nlibrary = \"acme\"\npackages = [\"acme\", \"acme-core@<2\"]\n";
    const RULE: &str = r#"
schema = 1
title = "acme | makes its table"
since = "0.1.0"
hazard = "library-ddl"
severity = "error"
[[match]]
new = "acme#Queue"
options = "0"
[[case]]
packages = "acme@<3"
where = [{ option = "migrate", default = true, truthy = true }]
message = "acme makes its table"
label = "`migrate` {origin}"
[[case]]
severity = "warning"
message = "acme makes its table"
label = "here"
[docs]
what = "What."
why = "Why."
fix = "Fix:\n\n```ts\nmigrate: false\n```\n"
references = ["https://acme.example/"]
"#;

    fn rules() -> RuleSet {
        let file = |path: &str, text: &str| RuleFile {
            path: path.into(),
            text: text.into(),
            builtin: true,
        };
        load(&[file("acme/_library.toml", LIBRARY), file("acme/queue.toml", RULE)]).unwrap()
    }

    #[test]
    fn a_page_has_everything_in_it() {
        let fixtures = MemoryFiles::from([
            ("acme/queue/bad/package.json", "{}"),
            (
                "acme/queue/bad/a.ts",
                "// ddlint-expect: acme/queue\nnew Queue();\nconst fence = '```';\n",
            ),
            ("acme/queue/good/a.ts", "new Queue({ migrate: false });\n"),
            (
                "acme/queue/expected.snap",
                "---\nsource: x\n---\n== a ==\n\nno\n\n== bad ==\n\nerror\n   see: here\n\nmore\n",
            ),
        ]);
        let pages = pages(&rules(), &fixtures);
        assert_eq!(pages.keys().collect::<Vec<_>>(), ["README.md", "acme/queue.md"]);
        insta::assert_snapshot!(format!("{}\n{}", pages["README.md"], pages["acme/queue.md"]));
    }

    #[test]
    fn without_examples_there_are_no_links_into_the_repository() {
        let page = rule_page(&rules().rules[0], None);
        assert!(page.starts_with("# acme/queue\n"), "{page}");
        assert!(!page.contains(".md"), "{page}");
    }

    #[test]
    fn the_example_output_is_replaced() {
        let first = with_example_output("a\n\n<!-- example-output -->\n\nb\n", "one\n").unwrap();
        assert_eq!(
            first,
            "a\n\n<!-- example-output -->\n```text\none\n```\n<!-- /example-output -->\n\nb\n"
        );
        let second = with_example_output(&first, "two").unwrap();
        assert_eq!(second, first.replace("one", "two"));
        assert_eq!(with_example_output("a", "b"), None);
    }
}
