//! Annotations in GitHub Actions, one workflow command a line, and then the text for people.
//!
//! Whatever a line of output holds, the runner takes it for a command if it begins like one. So every text of the
//! checked project is escaped in commands, and commands are switched off while the text for people is written.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step and drops the others without a word
//! (actions/toolkit, docs/problem-matchers.md). So no more are written, the first ten of each, and the last line says
//! how many findings have none.

use std::fmt::Write as _;
use std::io::{self, Write};

use ddlint_core::finding::{Finding, Severity};
use ddlint_core::hash::Hash;
use ddlint_core::project::Project;
use ddlint_core::report::{Notice, Report};

use super::{Common, Human, Place, Reporter, message, text};
use crate::terminal::Terminal;

/// How many annotations of one kind a step may have.
const MOST: usize = 10;

/// Workflow commands.
#[derive(Debug)]
pub(crate) struct Github {
    /// What it has in common with other formats.
    pub(crate) common: Common,
    /// Whether to leave out notices and counts.
    pub(crate) quiet: bool,
}

impl Reporter for Github {
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()> {
        self.annotations(out, project, report)?;
        let human = Human {
            terminal: Terminal::PLAIN,
            show_notes: self.common.show_notes,
            quiet: self.quiet,
        };
        let mut text = Vec::new();
        human.report(&mut text, project, report)?;
        if text.is_empty() {
            return Ok(());
        }
        // Made of the text itself, which therefore cannot hold it, and the same for the same text.
        let mut hash = Hash::default();
        hash.add(&text);
        let token = format!("ddlint-{:016x}", hash.value());
        writeln!(out, "::stop-commands::{token}")?;
        out.write_all(&text)?;
        writeln!(out, "::{token}::")
    }
}

impl Github {
    fn annotations(
        &self,
        out: &mut dyn Write,
        project: &Project,
        report: &Report,
    ) -> io::Result<()> {
        let findings: Vec<&Finding> = self.common.findings(report).collect();
        let mut left_out = 0;
        for severity in Severity::ALL.into_iter().rev() {
            let of_severity = findings.iter().filter(|finding| finding.severity == severity);
            // The closing line is a notice itself.
            let most = if severity == Severity::Note { MOST - 1 } else { MOST };
            for finding in of_severity.clone().take(most) {
                writeln!(out, "{}", self.finding(project, finding))?;
            }
            left_out += of_severity.count().saturating_sub(most);
        }
        let notes = findings.iter().filter(|finding| finding.severity == Severity::Note).count();
        let notices: Vec<&Notice> =
            if self.quiet { Vec::new() } else { self.common.notices(report).collect() };
        let room = (MOST - 1).saturating_sub(notes);
        for notice in notices.iter().take(room) {
            writeln!(out, "{}", self.notice(project, notice))?;
        }
        let mut rest = Vec::new();
        for (count, one, many) in [
            (left_out, "more finding", "more findings"),
            (notices.len().saturating_sub(room), "more notice", "more notices"),
        ] {
            if count > 0 {
                rest.push(text::counted(count, one, many));
            }
        }
        if !rest.is_empty() {
            let title = [("title", "ddlint".to_owned())];
            let message = format!(
                "{}: GitHub shows no more annotations of a step. The log and the summary of the job have all.",
                text::listed(&rest)
            );
            writeln!(out, "{}", command("notice", &title, &message))?;
        }
        Ok(())
    }

    fn finding(&self, project: &Project, finding: &Finding) -> String {
        let Place { path, start, end } = Place::of(project, finding.primary().span);
        let path = self.common.path(path);
        let mut message = format!("{path}:{}:{}: {}", start.line, start.column, message(finding));
        for line in self.common.details(project, finding) {
            message.push('\n');
            message.push_str(&line);
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
        let path = self.common.path(&notice.path);
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

    fn written(prefix: &str, show_notes: bool) -> String {
        let common = Common { prefix: prefix.into(), show_notes };
        hand_made::reported(&Github { common, quiet: false })
    }

    #[test]
    fn no_text_of_the_project_begins_a_command() {
        let text = written("apps/api/", true);
        let (commands, rest) = text.split_once("::stop-commands::").unwrap();
        insta::assert_snapshot!(commands);
        let lines = commands
            .split(|c: char| c.is_control() || c == '\u{2028}')
            .filter(|line| !line.is_empty());
        assert!(lines.clone().all(|line| line.contains(" file=apps/api/src/")), "{commands}");
        assert_eq!(lines.count(), 3 + 2);
        let (token, human) = rest.split_once('\n').unwrap();
        let human = human.strip_suffix(&format!("::{token}::\n")).unwrap();
        assert!(
            !human.contains(token) && human.contains("1 error, 1 warning and 1 note"),
            "{human}"
        );
    }

    #[test]
    fn notes_are_not_annotated_unless_asked_for() {
        let text = written("", false);
        assert!(!text.contains("may create its table"), "{text}");
        assert!(!text.contains("::notice file=src/sto%2Cre.ts"), "{text}");
        assert!(
            text.contains(
                " file=src/sto%2Cre.ts,line=2,endLine=5,col=32,title=ddlint (store/create)::"
            ),
            "{text}"
        );
    }
}
