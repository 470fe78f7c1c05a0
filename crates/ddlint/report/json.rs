//! The report for programs. `docs/report-json.md` describes it, and others rely on it: fields may be added, but none
//! renamed without a new `schema_version`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use ddlint_core::finding::{Finding, Label, Severity};
use ddlint_core::project::Project;
use ddlint_core::report::{Notice, Report};
use ddlint_core::source::Span;
use serde::Serialize;

use super::text::steers;
use super::{Place, Reporter};

/// Raised when a field changes its name or its meaning.
const SCHEMA_VERSION: u32 = 1;

/// One JSON object.
#[derive(Debug)]
pub(crate) struct Json;

impl Reporter for Json {
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()> {
        let written = JsonReport::new(project, report);
        write_pretty(out, &written)
    }
}

/// One JSON object for each finding, on a line of its own.
#[derive(Debug)]
pub(crate) struct JsonLines;

impl Reporter for JsonLines {
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()> {
        for finding in &report.findings {
            let written = serde_json::to_string(&JsonFinding::new(project, finding))?;
            write_escaped(out, &written)?;
        }
        Ok(())
    }
}

/// Writes JSON for programs, which people look at, too: in a log, or with `cat`. No data is lost, but what could steer
/// their terminal or turn the reading direction stands there by its number.
pub(crate) fn write_pretty(out: &mut dyn Write, written: &impl Serialize) -> io::Result<()> {
    write_escaped(out, &serde_json::to_string_pretty(written)?)
}

fn write_escaped(out: &mut dyn Write, json: &str) -> io::Result<()> {
    // Only strings hold such characters; line breaks in strings are escaped already.
    for piece in json.split_inclusive(|c| steers(c) && c != '\n') {
        let last = piece.chars().next_back().filter(|c| steers(*c) && *c != '\n');
        out.write_all(&piece.as_bytes()[..piece.len() - last.map_or(0, char::len_utf8)])?;
        for unit in last.iter().flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec()) {
            write!(out, "\\u{unit:04x}")?;
        }
    }
    writeln!(out)
}

#[derive(Debug, Serialize)]
struct JsonReport<'a> {
    schema_version: u32,
    tool: JsonTool,
    summary: JsonSummary<'a>,
    findings: Vec<JsonFinding<'a>>,
    notices: Vec<JsonNotice<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct JsonSummary<'a> {
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
    baselined: usize,
    unchanged: usize,
    unread: usize,
    statements: usize,
    unread_statements: usize,
    recognized: Vec<JsonTally<'a>>,
    skipped: BTreeMap<&'static str, usize>,
}

#[derive(Debug, Serialize)]
struct JsonTally<'a> {
    name: &'a str,
    count: usize,
}

#[derive(Debug, Serialize)]
struct JsonFinding<'a> {
    rule: &'a str,
    hazard: &'static str,
    certainty: &'static str,
    severity: &'static str,
    message: &'a str,
    help: &'a str,
    url: &'a str,
    #[serde(flatten)]
    place: JsonPlace<'a>,
    label: &'a str,
    related: Vec<JsonRelated<'a>>,
    fingerprint: &'a str,
}

#[derive(Debug, Serialize)]
struct JsonRelated<'a> {
    #[serde(flatten)]
    place: JsonPlace<'a>,
    message: &'a str,
}

#[derive(Debug, Serialize)]
struct JsonNotice<'a> {
    kind: &'static str,
    path: &'a str,
    #[serde(flatten)]
    range: Option<JsonRange>,
    message: &'a str,
}

/// A place as all JSON of ddlint says it.
#[derive(Debug, Serialize)]
pub(crate) struct JsonPlace<'a> {
    path: &'a str,
    #[serde(flatten)]
    range: JsonRange,
}

#[derive(Debug, Serialize)]
struct JsonRange {
    start: JsonPosition,
    end: JsonPosition,
}

/// Line and column count from one, columns in code points; the offset counts bytes.
#[derive(Debug, Serialize)]
struct JsonPosition {
    line: usize,
    column: usize,
    offset: u32,
}

impl<'a> JsonReport<'a> {
    fn new(project: &'a Project, report: &'a Report) -> Self {
        let summary = &report.summary;
        let tallies = summary.recognized.iter();
        Self {
            schema_version: SCHEMA_VERSION,
            tool: JsonTool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            summary: JsonSummary {
                files: summary.files,
                errors: report.count(Severity::Error),
                warnings: report.count(Severity::Warning),
                notes: report.count(Severity::Note),
                suppressed: summary.suppressed,
                baselined: summary.baselined,
                unchanged: summary.unchanged,
                unread: report.notices.len(),
                statements: summary.statements,
                unread_statements: summary.unread_statements,
                recognized: tallies
                    .map(|tally| JsonTally { name: &tally.one, count: tally.count })
                    .collect(),
                skipped: summary
                    .skipped
                    .iter()
                    .map(|(role, count)| (role.name(), *count))
                    .collect(),
            },
            findings: report
                .findings
                .iter()
                .map(|finding| JsonFinding::new(project, finding))
                .collect(),
            notices: report.notices.iter().map(|notice| JsonNotice::new(project, notice)).collect(),
        }
    }
}

impl<'a> JsonFinding<'a> {
    fn new(project: &'a Project, finding: &'a Finding) -> Self {
        Self {
            rule: &finding.rule,
            hazard: finding.hazard.name(),
            certainty: finding.certainty.name(),
            severity: finding.severity.name(),
            message: &finding.message,
            help: &finding.help,
            url: &finding.url,
            place: JsonPlace::new(project, finding.primary().span),
            label: &finding.primary().text,
            related: finding.related().map(|label| JsonRelated::new(project, label)).collect(),
            fingerprint: &finding.fingerprint,
        }
    }
}

impl<'a> JsonRelated<'a> {
    fn new(project: &'a Project, label: &'a Label) -> Self {
        Self { place: JsonPlace::new(project, label.span), message: &label.text }
    }
}

impl<'a> JsonNotice<'a> {
    fn new(project: &'a Project, notice: &'a Notice) -> Self {
        Self {
            kind: notice.kind.name(),
            path: &notice.path,
            range: notice.span.map(|span| JsonPlace::new(project, span).range),
            message: &notice.message,
        }
    }
}

impl<'a> JsonPlace<'a> {
    /// A place in people's terms and in bytes.
    pub(crate) fn new(project: &'a Project, span: Span) -> Self {
        let Place { path, start, end } = Place::of(project, span);
        let start = JsonPosition { line: start.line, column: start.column, offset: span.start };
        let end = JsonPosition { line: end.line, column: end.column, offset: span.end };
        Self { path, range: JsonRange { start, end } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hand_made;

    #[test]
    fn everything_is_in_the_report() {
        insta::assert_snapshot!(hand_made::reported(&Json));
    }

    #[test]
    fn nothing_steers_a_terminal_and_nothing_is_lost() {
        let text = "a\u{9b}2J\u{202e}b\u{e0001}\u{7f}\u{1b}[2J\n\t\u{2028}é🦀";
        let mut out = Vec::new();
        write_pretty(&mut out, &[text]).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains(r"a\u009b2J\u202eb\udb40\udc01\u007f"), "{out}");
        assert!(!out.chars().any(|c| steers(c) && c != '\n'), "{out}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&out).unwrap(), [text]);
    }

    #[test]
    fn a_finding_is_a_line() {
        let text = hand_made::reported(&JsonLines);
        assert_eq!(text.lines().count(), 3);
        let rule = |line| serde_json::from_str::<serde_json::Value>(line).unwrap()["rule"].clone();
        assert!(text.lines().all(|line| rule(line) == "store/create"), "{text}");
    }
}
