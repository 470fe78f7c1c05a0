//! `JUnit` XML: a suite for each file, a failed test for each finding. Without a finding there is a test that passes, for
//! some readers take an empty report for a broken one.

use std::collections::BTreeMap;
use std::io::{self, Write};

use ddlint_core::finding::Finding;
use ddlint_core::project::Project;
use ddlint_core::report::Report;

use super::text::cleaned;
use super::{Common, Place, Reporter, message};

/// Test suites.
#[derive(Debug)]
pub(crate) struct Junit(pub(crate) Common);

impl Reporter for Junit {
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()> {
        let mut by_path: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
        for finding in self.0.findings(report) {
            let path = self.0.path(project.path(finding.primary().span.file));
            by_path.entry(path).or_default().push(finding);
        }
        let failures: usize = by_path.values().map(Vec::len).sum();
        let tests = failures.max(1);
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(
            out,
            r#"<testsuites name="ddlint" tests="{tests}" failures="{failures}" errors="0">"#
        )?;
        if by_path.is_empty() {
            writeln!(out, r#"  <testsuite name="ddlint" tests="1" failures="0" errors="0">"#)?;
            writeln!(out, r#"    <testcase name="no hidden DDL" classname="ddlint"/>"#)?;
            writeln!(out, "  </testsuite>")?;
        }
        for (path, findings) in by_path {
            let (path, count) = (escaped(&path), findings.len());
            writeln!(
                out,
                r#"  <testsuite name="{path}" tests="{count}" failures="{count}" errors="0">"#
            )?;
            for finding in findings {
                self.case(out, project, finding, &path)?;
            }
            writeln!(out, "  </testsuite>")?;
        }
        writeln!(out, "</testsuites>")
    }
}

impl Junit {
    fn case(
        &self,
        out: &mut dyn Write,
        project: &Project,
        finding: &Finding,
        path: &str,
    ) -> io::Result<()> {
        let Place { start, .. } = Place::of(project, finding.primary().span);
        let (line, column) = (start.line, start.column);
        let (rule, severity) = (escaped(&finding.rule), finding.severity.name());
        let message = escaped(&message(finding));
        writeln!(
            out,
            r#"    <testcase name="{rule} at line {line}" classname="{path}" file="{path}" line="{line}">"#
        )?;
        writeln!(out, r#"      <failure message="{message}" type="{severity}">"#)?;
        writeln!(out, "{path}:{line}:{column}: {message}")?;
        for detail in self.0.details(project, finding) {
            writeln!(out, "{}", escaped(&detail))?;
        }
        writeln!(out, "      </failure>")?;
        writeln!(out, "    </testcase>")
    }
}

/// Text for XML. What XML 1.0 cannot hold at all is not left by [`cleaned`], but for two characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in cleaned(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use ddlint_core::files::MemoryFiles;

    use super::*;
    use crate::report::hand_made;

    #[test]
    fn findings_are_failures() {
        let text = hand_made::reported(&Junit(Common::default()));
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_clean_run_is_a_test_that_passes() {
        let files = MemoryFiles::default();
        let project = Project::load(&files, Vec::new(), &[]);
        let mut out = Vec::new();
        Junit(Common::default()).report(&mut out, &project, &Report::default()).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains("tests=\"1\" failures=\"0\"") && text.contains("<testcase"),
            "{text}"
        );
    }

    #[test]
    fn nothing_breaks_out_of_its_place() {
        assert_eq!(
            escaped("a<b>&\"'\u{0}\u{ffff}\n]]>"),
            "a&lt;b&gt;&amp;&quot;&apos;?\u{fffd} ]]&gt;"
        );
    }
}
