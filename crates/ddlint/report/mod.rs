//! Reports: what a run found, as bytes. One reporter for each format; none of them shows a secret, and none writes
//! text of the checked project without cleaning it.

pub(crate) mod excerpt;
mod github;
#[cfg(test)]
mod hand_made;
mod human;
mod json;
pub(crate) mod text;

use std::io::{self, Write};

use ddlint_core::project::Project;
use ddlint_core::report::Report;
use ddlint_core::source::{Position, Span};

pub(crate) use github::Github;
pub(crate) use human::Human;
pub(crate) use json::Json;

/// Writes a report in some format.
pub(crate) trait Reporter {
    /// Writes the whole report. Fails only as `out` does.
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()>;
}

/// A span in people's terms: where it starts, and where it ends (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place<'a> {
    path: &'a str,
    start: Position,
    end: Position,
}

impl<'a> Place<'a> {
    fn of(project: &'a Project, span: Span) -> Self {
        let first = Position { line: 1, column: 1 };
        let position =
            |offset| project.source(span.file).map_or(first, |source| source.position(offset));
        let (start, end) = (position(span.start), position(span.end.max(span.start)));
        Self { path: project.path(span.file), start, end }
    }
}
