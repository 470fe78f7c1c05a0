//! Markdown: a table for a comment on a pull request, or for the summary of a job.

use std::collections::BTreeMap;
use std::io::{self, Write};

use ddlint_core::finding::Finding;
use ddlint_core::project::Project;
use ddlint_core::report::Report;

use super::text::{cleaned, counted};
use super::{Common, Place, Reporter, human, message};

/// A table, and how to fix what is in it.
#[derive(Debug)]
pub(crate) struct Markdown {
    /// What it has in common with other formats.
    pub(crate) common: Common,
    /// How many bytes it may take, roughly: findings behind that are only counted.
    pub(crate) most: Option<usize>,
}

impl Reporter for Markdown {
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()> {
        let mut findings: Vec<&Finding> = self.common.findings(report).collect();
        // The worst first: the table may be cut.
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let summary = human::summary(report, self.common.show_notes);
        let mut lines = summary.iter().map(|line| escaped(line.trim()));
        writeln!(out, "### ddlint: {}", lines.next().unwrap_or_default())?;
        let mut written = 0;
        let mut shown = 0;
        let mut helps: BTreeMap<&str, &Finding> = BTreeMap::new();
        if !findings.is_empty() {
            writeln!(out, "\n| | Rule | Where | What |\n| --- | --- | --- | --- |")?;
        }
        for finding in &findings {
            let row = self.row(project, finding);
            written += row.len();
            if self.most.is_some_and(|most| written > most) {
                break;
            }
            writeln!(out, "{row}")?;
            helps.entry(&finding.rule).or_insert(finding);
            shown += 1;
        }
        if shown < findings.len() {
            let rest = counted(findings.len() - shown, "more finding", "more findings");
            writeln!(out, "\n{rest}: see the log.")?;
        }
        if !helps.is_empty() {
            writeln!(out, "\n<details><summary>How to fix</summary>\n")?;
            for finding in helps.values() {
                let (rule, help) = (&finding.rule, escaped(&finding.help));
                writeln!(out, "- [{}]({}): {help}", escaped(rule), finding.url)?;
            }
            writeln!(out, "\n</details>")?;
        }
        for (at, line) in lines.enumerate() {
            writeln!(out, "{}- {line}", if at == 0 { "\n" } else { "" })?;
        }
        let notices: Vec<_> = self.common.notices(report).collect();
        if !notices.is_empty() {
            writeln!(out)?;
        }
        for notice in notices {
            let place = notice.span.map(|span| Place::of(project, span).start.line);
            let place = place.map(|line| format!(":{line}")).unwrap_or_default();
            let path = code(&format!("{}{place}", self.common.path(&notice.path)));
            writeln!(out, "- {path}: {}", escaped(&notice.message))?;
        }
        Ok(())
    }
}

impl Markdown {
    fn row(&self, project: &Project, finding: &Finding) -> String {
        let Place { path, start, .. } = Place::of(project, finding.primary().span);
        let place = code(&format!("{}:{}", self.common.path(path), start.line));
        let rule = format!("[{}]({})", escaped(&finding.rule), finding.url);
        let mut what = escaped(&message(finding));
        if !finding.primary().text.is_empty() {
            what = format!("{what}<br>{}", escaped(&finding.primary().text));
        }
        format!("| {} | {rule} | {place} | {what} |", finding.severity.name())
    }
}

/// A piece of code in a cell of a table.
fn code(text: &str) -> String {
    let text = cleaned(text).replace('`', "'").replace('|', "\\|");
    format!("`{text}`")
}

/// Prose that stays prose: no link, no mention, no markup but code between backticks.
fn escaped(text: &str) -> String {
    let text = cleaned(text);
    let parts: Vec<&str> = text.split('`').collect();
    let is_balanced = parts.len() % 2 == 1;
    let mut written = String::with_capacity(text.len());
    for (at, part) in parts.iter().enumerate() {
        if is_balanced && at % 2 == 1 && !part.trim().is_empty() {
            written.push_str(&code(part));
            continue;
        }
        if at > 0 && !(is_balanced && at % 2 == 0 && !parts[at - 1].trim().is_empty()) {
            written.push_str("\\`");
        }
        for c in part.chars() {
            match c {
                '<' => written.push_str("&lt;"),
                '>' => written.push_str("&gt;"),
                '@' => written.push_str("&#64;"),
                '\\' | '|' | '*' | '_' | '[' | ']' | '~' | '#' | '!' => written.extend(['\\', c]),
                _ => written.push(c),
            }
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hand_made;

    #[test]
    fn findings_are_rows() {
        let common = Common { prefix: "apps/api/".into(), show_notes: true };
        let text = hand_made::reported(&Markdown { common, most: None });
        insta::assert_snapshot!(text);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let markdown = Markdown { common: Common::default(), most: Some(1) };
        let text = hand_made::reported(&markdown);
        assert!(text.contains("\n2 more findings: see the log.\n"), "{text}");
    }

    #[test]
    fn prose_stays_prose() {
        assert_eq!(
            escaped("`a|b` is <b>@me</b> [x](y)"),
            "`a\\|b` is &lt;b&gt;&#64;me&lt;/b&gt; \\[x\\](y)"
        );
        assert_eq!(escaped("one ` alone | **x**"), "one \\` alone \\| \\*\\*x\\*\\*");
        assert_eq!(escaped("a `` b"), "a \\`\\` b");
    }
}
