//! One line for each finding: `path:line:column: severity rule message`, as compilers write it and editors read it.

use std::io::{self, Write};

use ddlint_core::project::Project;
use ddlint_core::report::Report;

use super::text::cleaned;
use super::{Common, Place, Reporter, message};

/// A line for each finding and each notice.
#[derive(Debug)]
pub(crate) struct Concise(pub(crate) Common);

impl Reporter for Concise {
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()> {
        for finding in self.0.findings(report) {
            let Place { path, start, .. } = Place::of(project, finding.primary().span);
            let (severity, rule, message) =
                (finding.severity.name(), &finding.rule, message(finding));
            let line =
                format!("{path}:{}:{}: {severity} {rule} {message}", start.line, start.column);
            writeln!(out, "{}", cleaned(&line))?;
        }
        for notice in self.0.notices(report) {
            let place = notice.span.map(|span| Place::of(project, span).start);
            let place = place.map(|start| format!("{}:{}:", start.line, start.column));
            let (path, place) = (&notice.path, place.unwrap_or_default());
            let line = format!("{path}:{place} notice {} {}", notice.kind.name(), notice.message);
            writeln!(out, "{}", cleaned(&line))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hand_made;

    #[test]
    fn a_finding_is_a_line() {
        insta::assert_snapshot!(hand_made::reported(&Concise(Common::default())));
    }
}
