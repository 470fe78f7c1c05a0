//! Reports: what a run found, as bytes. One reporter for each format; none of them shows a secret, and none writes
//! text of the checked project without cleaning it.

mod concise;
pub(crate) mod excerpt;
mod github;
mod gitlab;
#[cfg(test)]
mod hand_made;
mod human;
mod json;
mod junit;
mod markdown;
mod rdjson;
mod sarif;
pub(crate) mod text;

use std::io::{self, Write};

use ddlint_core::finding::{Certainty, Finding, Severity};
use ddlint_core::project::Project;
use ddlint_core::report::{Notice, Report};
use ddlint_core::source::{Position, Span};

pub(crate) use concise::Concise;
pub(crate) use github::Github;
pub(crate) use gitlab::Gitlab;
pub(crate) use human::Human;
pub(crate) use json::{Json, JsonLines, JsonPlace, write_pretty};
pub(crate) use junit::Junit;
pub(crate) use markdown::Markdown;
pub(crate) use rdjson::Rdjson;
pub(crate) use sarif::Sarif;

/// Writes a report in some format.
pub(crate) trait Reporter {
    /// Writes the whole report. Fails only as `out` does.
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()>;
}

/// What several formats have in common.
#[derive(Debug, Clone, Default)]
pub(crate) struct Common {
    /// The root's path below the repository, with a `/` at the end; empty if they are the same. What shows findings
    /// beside the code wants paths from the repository on.
    pub(crate) prefix: String,
    /// Whether to write notes and quiet notices, too.
    pub(crate) show_notes: bool,
}

impl Common {
    /// The findings to write, in their order.
    fn findings<'r>(&self, report: &'r Report) -> impl Iterator<Item = &'r Finding> {
        let least = if self.show_notes { Severity::Note } else { Severity::Warning };
        report.findings.iter().filter(move |finding| finding.severity >= least)
    }

    /// The notices to write, in their order.
    fn notices<'r>(&self, report: &'r Report) -> impl Iterator<Item = &'r Notice> {
        let all = self.show_notes;
        report.notices.iter().filter(move |notice| all || notice.kind.is_loud())
    }

    /// A path from the repository on.
    fn path(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// All there is to say about a finding besides its message, a line each.
    fn details(&self, project: &Project, finding: &Finding) -> Vec<String> {
        let mut lines = vec![finding.primary().text.clone()];
        for label in finding.related() {
            let Place { path, start, .. } = Place::of(project, label.span);
            let path = self.path(path);
            lines.push(format!("{path}:{}:{}: {}", start.line, start.column, label.text));
        }
        for (word, text) in [("help", &finding.help), ("see", &finding.url)] {
            if !text.is_empty() {
                lines.push(format!("{word}: {text}"));
            }
        }
        lines.retain(|line| !line.is_empty());
        lines
    }
}

/// A finding's message, with its certainty if it is not certain.
fn message(finding: &Finding) -> String {
    match finding.certainty {
        Certainty::Certain => finding.message.clone(),
        certainty => format!("{} ({})", finding.message, certainty.name()),
    }
}

/// A span in people's terms: where it starts, and where it ends (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// The file, relative to the root.
    pub(crate) path: &'a str,
    /// Line and column.
    pub(crate) start: Position,
    end: Position,
}

impl<'a> Place<'a> {
    /// Where a span lies.
    pub(crate) fn of(project: &'a Project, span: Span) -> Self {
        let first = Position { line: 1, column: 1 };
        let position =
            |offset| project.source(span.file).map_or(first, |source| source.position(offset));
        let (start, end) = (position(span.start), position(span.end.max(span.start)));
        Self { path: project.path(span.file), start, end }
    }
}
