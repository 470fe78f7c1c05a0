//! Annotations in GitHub Actions: one workflow command a line.
//!
//! Whatever a line of output holds, the runner takes it for a command if it begins like one. So every text of the
//! checked project is escaped, and no other line begins with it.

use std::fmt::Write as _;
use std::io::{self, Write};

use ddlint_core::finding::{Certainty, Finding, Severity};
use ddlint_core::project::Project;
use ddlint_core::report::{Notice, Report};

use super::{Place, Reporter, human, text};

/// Workflow commands.
#[derive(Debug)]
pub(crate) struct Github {
    /// The root's path below the repository, with a `/` at the end; empty if they are the same. Annotations want paths
    /// from the repository on.
    pub(crate) prefix: String,
    /// Whether to write notes, too.
    pub(crate) show_notes: bool,
}

impl Reporter for Github {
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()> {
        for finding in &report.findings {
            if self.show_notes || finding.severity > Severity::Note {
                writeln!(out, "{}", self.finding(project, finding))?;
            }
        }
        for notice in &report.notices {
            if self.show_notes || notice.kind.is_loud() {
                writeln!(out, "{}", self.notice(project, notice))?;
            }
        }
        for line in human::summary(report, self.show_notes) {
            writeln!(out, "ddlint: {}", text::cleaned(&line))?;
        }
        Ok(())
    }
}

impl Github {
    fn finding(&self, project: &Project, finding: &Finding) -> String {
        let Place { path, start, end } = Place::of(project, finding.primary().span);
        let path = format!("{}{path}", self.prefix);
        let mut message = format!("{path}:{}:{}: {}", start.line, start.column, finding.message);
        if finding.certainty != Certainty::Certain {
            message = format!("{message} ({})", finding.certainty.name());
        }
        let mut lines = vec![finding.primary().text.clone()];
        for label in finding.related() {
            let Place { path, start, .. } = Place::of(project, label.span);
            lines.push(format!(
                "{}{path}:{}:{}: {}",
                self.prefix, start.line, start.column, label.text
            ));
        }
        lines.push(format!("help: {}", finding.help));
        lines.push(format!("see: {}", finding.url));
        for line in lines.iter().filter(|line| !line.is_empty()) {
            message.push('\n');
            message.push_str(line);
        }
        let mut properties = vec![
            ("file", path),
            ("line", start.line.to_string()),
            ("endLine", end.line.to_string()),
        ];
        properties.push(("col", start.column.to_string()));
        // An end column means something only on the line where the mark starts.
        if start.line == end.line {
            properties.push(("endColumn", end.column.to_string()));
        }
        properties.push(("title", format!("ddlint ({})", finding.rule)));
        let name = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        command(name, &properties, &message)
    }

    fn notice(&self, project: &Project, notice: &Notice) -> String {
        let path = format!("{}{}", self.prefix, notice.path);
        let line = notice.span.map_or(1, |span| Place::of(project, span).start.line);
        let message = format!("{path}:{line}: {}", notice.message);
        let title = format!("ddlint ({})", notice.kind.name());
        command("notice", &[("file", path), ("line", line.to_string()), ("title", title)], &message)
    }
}

/// A workflow command.
fn command(name: &str, properties: &[(&str, String)], message: &str) -> String {
    let mut command = format!("::{name}");
    for (at, (key, value)) in properties.iter().enumerate() {
        let separator = if at == 0 { ' ' } else { ',' };
        // Writing to a string cannot fail.
        let _ = write!(command, "{separator}{key}={}", escaped_property(value));
    }
    command.push_str("::");
    command.push_str(&escaped(message));
    command
}

/// Text after the second `::`. Line breaks are written so that they stay in the message.
fn escaped(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    // The other control characters cannot end the line, but they can steer who reads the log in a terminal.
    text::cleaned(&text)
}

/// A property's value, which ends at `,` and at `::`.
fn escaped_property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hand_made;

    #[test]
    fn messages_keep_their_line_breaks_as_escapes() {
        assert_eq!(escaped("100%\r\n::error::x: y, z"), "100%25%0D%0A::error::x: y, z");
        assert_eq!(escaped("%0A"), "%250A");
    }

    #[test]
    fn properties_cannot_end_early() {
        assert_eq!(escaped_property("a,b=c::d\n%"), "a%2Cb=c%3A%3Ad%0A%25");
    }

    #[test]
    fn a_command_is_one_line() {
        let properties = [("file", "src/a,b.ts".to_owned()), ("line", "3".to_owned())];
        let written = command("error", &properties, "first\n::set-output name=x::y\u{1b}");
        assert_eq!(written, "::error file=src/a%2Cb.ts,line=3::first%0A::set-output name=x::y?");
    }

    #[test]
    fn no_text_of_the_project_begins_a_line() {
        let text = hand_made::reported(&Github { prefix: "apps/api/".into(), show_notes: true });
        insta::assert_snapshot!(text, @r#"
        ::error file=apps/api/src/sto%2Cre.ts,line=2,endLine=5,col=32,title=ddlint (store/create)::apps/api/src/sto,re.ts:2:32: the store creates its table each time it is made%0A`create` is `true`%0Aapps/api/src/sto,re.ts:3:3: `base` is spread here%0Aapps/api/src/base.ts:3:3: set here%0Ahelp: set `create: false` and write the table%0Aas a migration, so that it is made once and on purpose, not by chance%0Asee: https://example.org/store/create
        ::warning file=apps/api/src/sto%2Cre.ts,line=4,endLine=4,col=3,endColumn=19,title=ddlint (store/create)::apps/api/src/sto,re.ts:4:3: 100%25%0A::error::gotcha?[2J (conditional)%0Aa%0D%0A::warning::b�%0Ahelp: set `create: false` and write the table%0Aas a migration, so that it is made once and on purpose, not by chance%0Asee: https://example.org/store/create
        ::notice file=apps/api/src/sto%2Cre.ts,line=2,endLine=5,col=32,title=ddlint (store/create)::apps/api/src/sto,re.ts:2:32: the store may create its table (latent)%0A`create` is `true`%0Aapps/api/src/sto,re.ts:3:3: `base` is spread here%0Aapps/api/src/base.ts:3:3: set here%0Ahelp: set `create: false` and write the table%0Aas a migration, so that it is made once and on purpose, not by chance%0Asee: https://example.org/store/create
        ::notice file=apps/api/src/%3A%3Aerror%3A%3A%0A%3A%3Aerror%3A%3Aa.ts,line=1,title=ddlint (not-text)::apps/api/src/::error::%0A::error::a.ts:1: it holds "quotes"%0A::error::and breaks
        ::notice file=apps/api/src/sto%2Cre.ts,line=2,title=ddlint (syntax)::apps/api/src/sto,re.ts:2: the grammar does not know this
        ddlint: 1 error, 1 warning and 1 note in 120 files
        ddlint:   recognized: 1 store; skipped: 31 files as tests
        ddlint:   not shown: 1 finding suppressed by comments, 2 findings in the baseline
        ddlint:   could not read: 1 (see above), 1 in part (see above)
        "#);
        let lines =
            text.split(|c: char| c.is_control() || c == '\u{2028}').filter(|line| !line.is_empty());
        let is_ours =
            |line: &str| line.starts_with("ddlint: ") || line.contains(" file=apps/api/src/");
        assert!(lines.clone().all(is_ours), "{text}");
        assert_eq!(lines.count(), 3 + 2 + 4);
    }

    #[test]
    fn notes_are_not_annotated_unless_asked_for() {
        let text = hand_made::reported(&Github { prefix: String::new(), show_notes: false });
        assert!(
            !text.contains("may create its table") && !text.contains("does not know"),
            "{text}"
        );
        assert!(
            text.contains(
                " file=src/sto%2Cre.ts,line=2,endLine=5,col=32,title=ddlint (store/create)::"
            ),
            "{text}"
        );
    }
}
