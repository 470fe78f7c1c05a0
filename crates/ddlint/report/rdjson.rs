//! Reviewdog's diagnostic format: comments at the lines of a pull request. Its columns count bytes.

use std::io::{self, Write};

use ddlint_core::finding::{Finding, Severity};
use ddlint_core::project::Project;
use ddlint_core::report::Report;
use ddlint_core::source::Span;
use serde::Serialize;

use super::text::cleaned;
use super::{Common, Place, Reporter, message, write_pretty};

/// One object with all diagnostics.
#[derive(Debug)]
pub(crate) struct Rdjson(pub(crate) Common);

impl Reporter for Rdjson {
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()> {
        let diagnostics = self.0.findings(report);
        let written = Diagnostics {
            source: Source { name: env!("CARGO_PKG_NAME"), url: env!("CARGO_PKG_REPOSITORY") },
            severity: "ERROR",
            all: diagnostics.map(|finding| self.diagnostic(project, finding)).collect(),
        };
        write_pretty(out, &written)
    }
}

#[derive(Debug, Serialize)]
struct Diagnostics {
    source: Source,
    severity: &'static str,
    #[serde(rename = "diagnostics")]
    all: Vec<Diagnostic>,
}

#[derive(Debug, Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Debug, Serialize)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Debug, Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Debug, Serialize)]
struct Position {
    line: usize,
    column: usize,
}

#[derive(Debug, Serialize)]
struct Code {
    value: String,
    url: String,
}

impl Rdjson {
    fn diagnostic(&self, project: &Project, finding: &Finding) -> Diagnostic {
        let span = finding.primary().span;
        let mut lines = vec![message(finding)];
        lines.extend(self.0.details(project, finding));
        Diagnostic {
            message: lines.iter().map(|line| cleaned(line)).collect::<Vec<_>>().join("\n"),
            location: Location {
                path: self.0.path(project.path(span.file)),
                range: range(project, span),
            },
            severity: match finding.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Note => "INFO",
            },
            code: Code { value: finding.rule.clone(), url: finding.url.clone() },
        }
    }
}

fn range(project: &Project, span: Span) -> Range {
    let Place { start, end, .. } = Place::of(project, span);
    let position = |line: usize, offset: u32| {
        let line_start = project.source(span.file).and_then(|source| source.line(line));
        let column = offset.saturating_sub(line_start.map_or(0, |(start, _)| start)) + 1;
        Position { line, column: column as usize }
    };
    Range {
        start: position(start.line, span.start),
        end: position(end.line, span.end.max(span.start)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hand_made;

    #[test]
    fn columns_count_bytes() {
        let text = hand_made::reported(&Rdjson(Common::default()));
        insta::assert_snapshot!(text);
    }
}
