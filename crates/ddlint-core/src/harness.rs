//! Fixtures: small projects whose files say what should be found in them.
//!
//! `// ddlint-expect: typeorm/synchronize error "every time"` expects a finding on the next line that is no expectation.
//! Behind the rule's id may stand a severity, a certainty and a part of the message, in any order. An expectation
//! without a finding fails, and so does a finding without an expectation.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;

use crate::files::MemoryFiles;
use crate::finding::{Certainty, Finding, Severity};
use crate::lint::{Options, lint};
use crate::project::Project;
use crate::report::Report;
use crate::rule::RuleSet;

/// What an expectation begins with.
pub(crate) const MARK: &str = "ddlint-expect:";

/// What a fixture expects at a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The file, relative to the fixture's root.
    pub path: String,
    /// The 1-based line on which the finding starts.
    pub line: usize,
    /// The rule's id.
    pub rule: String,
    /// The severity, if it matters.
    pub severity: Option<Severity>,
    /// The certainty, if it matters.
    pub certainty: Option<Certainty>,
    /// A part of the message, if it matters.
    pub message: Option<String>,
}

/// A difference between what a fixture expects and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// Nothing was found where something is expected.
    Missing(Expectation),
    /// Something was found where nothing is expected.
    Unexpected(String),
    /// An expectation that cannot be read, with the reason.
    Unreadable(String),
}

/// Lints a fixture and compares. With `rule`, only that rule runs.
pub fn check<'f>(
    files: &'f MemoryFiles,
    rules: &RuleSet,
    rule: Option<&str>,
) -> (Project<'f>, Report, Vec<Mismatch>) {
    let select = rule.map(String::from).into_iter().collect();
    let options = Options { select, ..Options::default() };
    let (project, report) = lint(files, files.paths(), rules, &options);
    let mut mismatches = Vec::new();
    let mut expected = Vec::new();
    for (path, bytes) in &files.0 {
        let read = expectations(path, &String::from_utf8_lossy(bytes));
        for expectation in read {
            match expectation {
                Ok(expectation) => expected.push(expectation),
                Err(reason) => mismatches.push(Mismatch::Unreadable(reason)),
            }
        }
    }
    for finding in &report.findings {
        match expected.iter().position(|expectation| expectation.fits(&project, finding)) {
            Some(position) => {
                expected.remove(position);
            }
            None => mismatches.push(Mismatch::Unexpected(described(&project, finding))),
        }
    }
    mismatches.extend(expected.into_iter().map(Mismatch::Missing));
    (project, report, mismatches)
}

/// The expectations in a file, or for each that cannot be read the reason.
fn expectations(path: &str, text: &str) -> Vec<Result<Expectation, String>> {
    let mut found = Vec::new();
    let mut waiting: Vec<&str> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if let Some((_, wanted)) = line.split_once(MARK) {
            waiting.push(wanted.trim().trim_end_matches("*/").trim());
            continue;
        }
        for wanted in waiting.drain(..) {
            found.push(expectation(path, number + 1, wanted).ok_or_else(|| {
                format!("{path}:{}: `{MARK} {wanted}`: write a rule's id, then perhaps a severity, a certainty and a \"part of the message\"", number + 1)
            }));
        }
    }
    found.extend(
        waiting
            .into_iter()
            .map(|wanted| Err(format!("{path}: `{MARK} {wanted}` has no line behind it"))),
    );
    found
}

fn expectation(path: &str, line: usize, wanted: &str) -> Option<Expectation> {
    static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#""([^"]*)"|\S+"#).ok());
    let mut words = WORD.as_ref()?.captures_iter(wanted);
    let rule = words.next()?.get(0)?.as_str().to_string();
    let (path, message) = (path.to_string(), None);
    let mut expectation =
        Expectation { path, line, rule, severity: None, certainty: None, message };
    for word in words {
        let text = word.get(0)?.as_str();
        match (word.get(1), Severity::from_name(text), Certainty::from_name(text)) {
            (Some(message), ..) => expectation.message = Some(message.as_str().into()),
            (None, Some(severity), _) => expectation.severity = Some(severity),
            (None, None, Some(certainty)) => expectation.certainty = Some(certainty),
            (None, None, None) => return None,
        }
    }
    Some(expectation)
}

impl Expectation {
    fn fits(&self, project: &Project<'_>, finding: &Finding) -> bool {
        let place = finding.primary().span;
        self.rule == finding.rule
            && self.path == project.path(place.file)
            && project
                .source(place.file)
                .is_some_and(|source| source.position(place.start).line == self.line)
            && self.severity.is_none_or(|severity| severity == finding.severity)
            && self.certainty.is_none_or(|certainty| certainty == finding.certainty)
            && self.message.as_ref().is_none_or(|part| finding.message.contains(part))
    }
}

fn described(project: &Project<'_>, finding: &Finding) -> String {
    let place = finding.primary().span;
    let line = project.source(place.file).map_or(0, |source| source.position(place.start).line);
    let (severity, certainty) = (finding.severity.name(), finding.certainty.name());
    format!(
        "{}:{line}: {} {severity} {certainty} \"{}\"",
        project.path(place.file),
        finding.rule,
        finding.message
    )
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unexpected(found) => write!(f, "not expected: {found}"),
            Self::Unreadable(reason) => f.write_str(reason),
            Self::Missing(expected) => {
                write!(f, "not found: {}:{}: {}", expected.path, expected.line, expected.rule)?;
                let severity = expected.severity.map(Severity::name);
                let certainty = expected.certainty.map(Certainty::name);
                for word in severity.into_iter().chain(certainty) {
                    write!(f, " {word}")?;
                }
                expected.message.iter().try_for_each(|message| write!(f, " \"{message}\""))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_is_about_the_next_line_that_is_none() {
        let text = "// ddlint-expect: a/b error\n// ddlint-expect: c/d latent \"two words\"\nx()\n";
        let read: Vec<_> = expectations("a.ts", text).into_iter().map(Result::unwrap).collect();
        assert_eq!(read.iter().map(|e| e.line).collect::<Vec<_>>(), [3, 3]);
        assert_eq!(read[0].severity, Some(Severity::Error));
        assert_eq!(read[1].certainty, Some(Certainty::Latent));
        assert_eq!(read[1].message.as_deref(), Some("two words"));
    }

    #[test]
    fn what_is_no_expectation_says_why() {
        assert!(expectations("a.ts", "// ddlint-expect: a/b sometimes\nx()").remove(0).is_err());
        assert!(expectations("a.ts", "// ddlint-expect: a/b").remove(0).is_err());
    }

    #[test]
    fn both_kinds_of_mismatch_are_told() {
        let files = MemoryFiles::from([("a.ts", "// ddlint-expect: a/b\nx()")]);
        let (_, _, mismatches) = check(&files, &RuleSet::default(), None);
        assert_eq!(
            mismatches.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["not found: a.ts:2: a/b"]
        );
    }
}
