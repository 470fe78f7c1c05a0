//! The report for people: each finding with the code that decides it, then what was looked at and what is not shown.

use std::fmt;
use std::io::{self, Write};

use ddlint_core::finding::{Certainty, Finding, Label, Severity};
use ddlint_core::project::Project;
use ddlint_core::report::{Notice, Report};
use ddlint_core::source::FileId;
use miette::{Diagnostic, LabeledSpan, SourceCode};

use super::excerpt::{Excerpt, Mark};
use super::text::{cleaned, counted, listed, wrapped};
use super::{Place, Reporter};
use crate::terminal::Terminal;

/// How many related places of one finding are shown. More than that nobody follows.
const MOST_RELATED: usize = 6;

/// Text for a terminal.
#[derive(Debug)]
pub(crate) struct Human {
    /// What can be shown.
    pub(crate) terminal: Terminal,
    /// Whether to write notes, too.
    pub(crate) show_notes: bool,
    /// Whether to write findings only.
    pub(crate) quiet: bool,
}

impl Reporter for Human {
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()> {
        for finding in &report.findings {
            if self.show_notes || finding.severity > Severity::Note {
                self.finding(out, project, finding)?;
            }
        }
        if self.quiet {
            return Ok(());
        }
        let mut has_notices = false;
        for notice in &report.notices {
            if self.show_notes || notice.kind.is_loud() {
                writeln!(out, "notice: {}", notice_line(project, notice))?;
                has_notices = true;
            }
        }
        if has_notices {
            writeln!(out)?;
        }
        for line in summary(report, self.show_notes) {
            writeln!(out, "{}", cleaned(&line))?;
        }
        Ok(())
    }
}

impl Human {
    fn finding(&self, out: &mut dyn Write, project: &Project, finding: &Finding) -> io::Result<()> {
        let width = self.terminal.width;
        let mut rendered = String::new();
        let diagnostic = Shown::new(project, finding, width);
        self.terminal
            .renderer()
            .render_report(&mut rendered, &diagnostic)
            .map_err(io::Error::other)?;
        out.write_all(rendered.as_bytes())?;
        let hidden = finding.related().count().saturating_sub(MOST_RELATED);
        if hidden > 0 {
            writeln!(out, "  and {} more", counted(hidden, "place", "places"))?;
        }
        // Not left to miette, which puts the help before the related places: first all that is wrong, then the remedy.
        if !finding.help.is_empty() {
            let help = wrapped(&cleaned(&finding.help), width - 8).replace('\n', "\n        ");
            writeln!(out, "  {} {help}", self.heading("help:"))?;
        }
        if !finding.url.is_empty() {
            writeln!(out, "   {} {}", self.heading("see:"), self.link(&cleaned(&finding.url)))?;
        }
        writeln!(out)
    }

    fn heading(&self, text: &str) -> String {
        if self.terminal.color { format!("\u{1b}[36m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn link(&self, url: &str) -> String {
        if self.terminal.links {
            format!("\u{1b}]8;;{url}\u{1b}\\{url}\u{1b}]8;;\u{1b}\\")
        } else {
            url.to_owned()
        }
    }
}

/// The closing lines of a report.
pub(super) fn summary(report: &Report, show_notes: bool) -> Vec<String> {
    let (errors, warnings, notes) = (
        report.count(Severity::Error),
        report.count(Severity::Warning),
        report.count(Severity::Note),
    );
    let summary = &report.summary;

    let mut found = Vec::new();
    for (count, one, many) in [(errors, "error", "errors"), (warnings, "warning", "warnings")] {
        if count > 0 {
            found.push(counted(count, one, many));
        }
    }
    if show_notes && notes > 0 {
        found.push(counted(notes, "note", "notes"));
    }
    let found = match (found.is_empty(), notes) {
        (false, _) => listed(&found),
        (true, 0) => "No hidden DDL found".to_owned(),
        (true, _) => "No errors and no warnings".to_owned(),
    };
    let mut lines = vec![format!("{found} in {}", counted(summary.files, "file", "files"))];

    let tallies = summary.recognized.iter().filter(|tally| tally.count > 0);
    let mut seen: Vec<String> =
        tallies.map(|tally| counted(tally.count, &tally.one, &tally.many)).collect();
    if seen.is_empty() {
        let migrations = summary.statements > 0;
        let only = if migrations { "migrations" } else { "nothing that the rules are about" };
        seen.push(only.to_owned());
    }
    let mut recognized = format!("  recognized: {}", seen.join(", "));
    let skipped = summary.skipped.iter().filter(|(_, count)| *count > 0);
    let skipped: Vec<String> = skipped
        .map(|(role, count)| format!("{} as {}s", counted(*count, "file", "files"), role.name()))
        .collect();
    if !skipped.is_empty() {
        recognized = format!("{recognized}; skipped: {}", skipped.join(", "));
    }
    lines.push(recognized);
    if summary.statements > 0 {
        let read = summary.statements - summary.unread_statements.min(summary.statements);
        let all = counted(summary.statements, "migration statement", "migration statements");
        lines.push(format!("  {read} of {all} read"));
    }

    let mut hidden = Vec::new();
    if !show_notes && notes > 0 {
        hidden.push(format!("{} (--show-notes lists them)", counted(notes, "note", "notes")));
    }
    if summary.suppressed > 0 {
        hidden.push(format!(
            "{} suppressed by comments",
            counted(summary.suppressed, "finding", "findings")
        ));
    }
    if summary.baselined > 0 {
        hidden
            .push(format!("{} in the baseline", counted(summary.baselined, "finding", "findings")));
    }
    if summary.unchanged > 0 {
        hidden.push(format!(
            "{} that no change brings",
            counted(summary.unchanged, "finding", "findings")
        ));
    }
    if !hidden.is_empty() {
        lines.push(format!("  not shown: {}", hidden.join(", ")));
    }

    let where_listed = if show_notes { "see above" } else { "--show-notes lists them" };
    let kinds = || report.notices.iter().map(|notice| notice.kind);
    let left_out = kinds().filter(|kind| !kind.is_trouble()).count();
    if left_out > 0 {
        let places = counted(left_out, "place", "places");
        lines.push(format!("  left out: {places} of other databases ({where_listed})"));
    }
    let written = kinds().filter(|kind| kind.is_trouble() && !kind.is_unread()).count();
    if written > 0 {
        lines
            .push(format!("  to put right: {} (see above)", counted(written, "notice", "notices")));
    }
    let quiet = kinds().filter(|kind| kind.is_unread() && !kind.is_loud()).count();
    let loud = kinds().filter(|kind| kind.is_unread() && kind.is_loud()).count();
    let mut unread = Vec::new();
    if loud > 0 {
        unread.push(format!("{loud} (see above)"));
    }
    if quiet > 0 {
        unread.push(format!("{quiet} in part ({where_listed})"));
    }
    if !unread.is_empty() {
        lines.push(format!("  could not read: {}", unread.join(", ")));
    }
    lines
}

fn notice_line(project: &Project, notice: &Notice) -> String {
    let place = match notice.span {
        Some(span) => format!("{}:{}", notice.path, Place::of(project, span).start.line),
        None => notice.path.clone(),
    };
    cleaned(&format!("{place}: {}", notice.message))
}

/// A finding, or a place related to one, as miette wants it.
#[derive(Debug)]
struct Shown {
    code: Option<String>,
    severity: miette::Severity,
    message: String,
    excerpt: Option<Excerpt>,
    related: Vec<Shown>,
}

impl Shown {
    fn new(project: &Project, finding: &Finding, width: usize) -> Self {
        let primary = finding.primary();
        let mut code = format!("{}[{}]", finding.severity.name(), finding.rule);
        if finding.certainty != Certainty::Certain {
            code = format!("{code} ({})", finding.certainty.name());
        }
        let related: Vec<&Label> = finding.related().take(MOST_RELATED).collect();
        let mut marks = vec![mark(primary, true)];
        // All marks of one excerpt share its file, and miette shows them from the top down. What stands in another file,
        // or well above the primary place, gets an excerpt of its own: a reader should see the primary place first.
        let line = |label: &Label| Place::of(project, label.span).start.line;
        let first = line(primary).saturating_sub(1);
        let is_near = |label: &&Label| label.span.file == primary.span.file && line(label) >= first;
        marks.extend(related.iter().copied().filter(is_near).map(|label| mark(label, false)));
        let far = related.iter().copied().filter(|label| !is_near(label));
        Self {
            code: Some(cleaned(&code)),
            severity: match finding.severity {
                Severity::Error => miette::Severity::Error,
                Severity::Warning => miette::Severity::Warning,
                Severity::Note => miette::Severity::Advice,
            },
            message: wrapped(&cleaned(&finding.message), width - 4),
            excerpt: Some(excerpt(project, primary.span.file, &marks, width)),
            related: far.map(|label| Self::elsewhere(project, label, width)).collect(),
        }
    }

    fn elsewhere(project: &Project, label: &Label, width: usize) -> Self {
        // The text stands above the excerpt, so the mark needs none.
        let mark = Mark { text: String::new(), ..mark(label, true) };
        Self {
            code: None,
            severity: miette::Severity::Advice,
            message: wrapped(&cleaned(&label.text), width - 12),
            excerpt: Some(excerpt(project, label.span.file, &[mark], width)),
            related: Vec::new(),
        }
    }
}

fn mark(label: &Label, primary: bool) -> Mark {
    let (start, end) = (label.span.start as usize, label.span.end as usize);
    Mark { start, end, text: label.text.clone(), primary }
}

fn excerpt(project: &Project, file: FileId, marks: &[Mark], width: usize) -> Excerpt {
    let text = project.source(file).map_or("", |source| source.text.as_str());
    Excerpt::new(project.path(file), text, project.secrets(file), marks, width)
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        Some(Box::new(excerpt.labels().iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(self.related.iter().map(|shown| shown as &dyn Diagnostic)))
    }
}

#[cfg(test)]
mod tests {
    use ddlint_core::report::{Summary, Tally};
    use ddlint_core::rule::Role;

    use super::*;
    use crate::report::hand_made;

    #[test]
    fn a_clean_run_says_what_it_looked_at() {
        let tally =
            |count, one: &str, many: &str| Tally { count, one: one.into(), many: many.into() };
        let recognized =
            vec![tally(2, "data source", "data sources"), tally(0, "entity", "entities")];
        let skipped = vec![(Role::Test, 31)];
        let summary = Summary {
            files: 120,
            recognized,
            skipped,
            suppressed: 1,
            baselined: 2,
            unchanged: 3,
            ..Summary::default()
        };
        let report = Report { summary, ..Report::default() };
        insta::assert_snapshot!(super::summary(&report, false).join("\n"), @r"
        No hidden DDL found in 120 files
          recognized: 2 data sources; skipped: 31 files as tests
          not shown: 1 finding suppressed by comments, 2 findings in the baseline, 3 findings that no change brings
        ");
    }

    #[test]
    fn a_run_that_saw_nothing_says_so() {
        insta::assert_snapshot!(summary(&Report::default(), false).join("\n"), @r"
        No hidden DDL found in 0 files
          recognized: nothing that the rules are about
        ");
    }

    #[test]
    fn findings_show_what_decides_them_and_what_to_do() {
        let terminal = Terminal::PLAIN;
        insta::assert_snapshot!(hand_made::reported(&Human { terminal, show_notes: false, quiet: false }), @r#"
        error[store/create]

          × the store creates its table each time it is made
           ╭─[src/sto,re.ts:2:32]
         2 │ export const store = new Store({ // 表
           ·                                ───┬───
           ·                                   ╰── `create` is `true`
         3 │   ...base,
           ·   ───┬───
           ·      ╰── `base` is spread here
           ╰────
          ╰─▶   ☞ set here
                 ╭─[src/base.ts:3:3]
               3 │   create: true,
                 ·   ────────────
                 ╰────
          help: set `create: false` and write the table as a migration, so that it is made once and on
                purpose, not by chance
           see: https://example.org/store/create

        warning[store/create] (conditional)

          ⚠ 100% ::error::gotcha?[2J¿2J
           ╭─[src/sto,re.ts:4:3]
         4 │   schema: ensure(),
           ·   ────────┬───────
           ·           ╰── a  ::warning::b�
           ╰────
          help: set `create: false` and write the table as a migration, so that it is made once and on
                purpose, not by chance
           see: https://example.org/store/create

        notice: src/::error:: ::error::a.ts: it holds "quotes" ::error::and breaks

        1 error and 1 warning in 120 files
          recognized: 1 store; skipped: 31 files as tests
          not shown: 1 note (--show-notes lists them), 1 finding suppressed by comments, 2 findings in the baseline
          could not read: 1 (see above), 1 in part (--show-notes lists them)
        "#);
    }

    #[test]
    fn notes_and_quiet_notices_are_listed_on_request() {
        let text = hand_made::reported(&Human {
            terminal: Terminal::PLAIN,
            show_notes: true,
            quiet: false,
        });
        assert!(text.contains("note[store/create] (latent)"), "{text}");
        assert!(text.contains("notice: src/sto,re.ts:2: the grammar does not know this"), "{text}");
    }

    #[test]
    fn colors_and_links_are_written_for_terminals() {
        let terminal = Terminal { color: true, links: true, width: 60 };
        let text = hand_made::reported(&Human { terminal, show_notes: false, quiet: false });
        assert!(text.contains("\u{1b}]8;;https://example.org/store/create\u{1b}\\"), "{text}");
        assert!(!text.contains("\u{1b}[2J"), "{text}");
    }
}
