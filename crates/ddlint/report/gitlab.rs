//! GitLab's code quality report: a list of issues with fingerprints.

use std::io::{self, Write};

use ddlint_core::finding::{Finding, Severity};
use ddlint_core::project::Project;
use ddlint_core::report::Report;
use serde::Serialize;

use super::text::cleaned;
use super::{Common, Place, Reporter, message, write_pretty};

/// A list of issues.
#[derive(Debug)]
pub(crate) struct Gitlab(pub(crate) Common);

impl Reporter for Gitlab {
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()> {
        let issues: Vec<_> =
            self.0.findings(report).map(|finding| self.issue(project, finding)).collect();
        write_pretty(out, &issues)
    }
}

#[derive(Debug, Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
    content: Content,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    positions: Positions,
}

#[derive(Debug, Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Debug, Serialize)]
struct Position {
    line: usize,
    column: usize,
}

#[derive(Debug, Serialize)]
struct Content {
    body: String,
}

impl Gitlab {
    fn issue(&self, project: &Project, finding: &Finding) -> Issue {
        let Place { path, start, end } = Place::of(project, finding.primary().span);
        let details = self.0.details(project, finding);
        Issue {
            description: cleaned(&message(finding)),
            check_name: finding.rule.clone(),
            fingerprint: finding.fingerprint.clone(),
            severity: match finding.severity {
                Severity::Error => "critical",
                Severity::Warning => "major",
                Severity::Note => "info",
            },
            location: Location {
                path: self.0.path(path),
                positions: Positions {
                    begin: Position { line: start.line, column: start.column },
                    end: Position { line: end.line, column: end.column },
                },
            },
            content: Content {
                body: details.iter().map(|line| cleaned(line)).collect::<Vec<_>>().join("\n"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hand_made;

    #[test]
    fn issues_have_what_gitlab_asks_for() {
        let common = Common { prefix: "apps/api/".into(), show_notes: true };
        let text = hand_made::reported(&Gitlab(common));
        insta::assert_snapshot!(text);
    }
}
