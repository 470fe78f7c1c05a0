//! The result of a run: findings, notices and counts. What a reporter turns into bytes.

use crate::finding::{Finding, Severity};
use crate::rule::Role;
use crate::source::Span;

/// What kind of trouble a notice is about. A closed list, documented in `docs/report-json.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeKind {
    /// The file could not be read from disk.
    Unreadable,
    /// The file is no text: invalid UTF-8, or full of control bytes.
    NotText,
    /// The file is larger than ddlint reads.
    TooLarge,
    /// The file was made by a minifier.
    Minified,
    /// Parsing took longer than the deadline.
    ParseTimeout,
    /// The grammar does not know some of the file's syntax; it was read as far as it goes.
    Syntax,
    /// An import on a value's way leads nowhere that ddlint can see.
    Unresolved,
    /// The options at a place where a library takes them are not known at all.
    UnknownOptions,
    /// Nothing tells which version of a package is used, and rules would say different things of different ones.
    UnknownVersion,
    /// SQL, or a call of a migration, of which it is not known what it does.
    UnreadSql,
    /// SQL among that of PostgreSQL which is written for another database, and is left out.
    OtherDatabase,
    /// A `package.json` that is no JSON, or a lock file that cannot be read.
    Manifest,
    /// A comment that is meant to hide findings and cannot: without a reason, with an unknown rule, or not well written.
    Directive,
    /// A comment that hides no finding.
    UnusedDirective,
    /// Entries of the baseline that no finding matches any more.
    StaleBaseline,
}

impl NoticeKind {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotText => "not-text",
            Self::TooLarge => "too-large",
            Self::Minified => "minified",
            Self::ParseTimeout => "parse-timeout",
            Self::Syntax => "syntax",
            Self::Unresolved => "unresolved",
            Self::UnknownOptions => "unknown-options",
            Self::UnknownVersion => "unknown-version",
            Self::UnreadSql => "unread-sql",
            Self::OtherDatabase => "other-database",
            Self::Manifest => "manifest",
            Self::Directive => "directive",
            Self::UnusedDirective => "unused-directive",
            Self::StaleBaseline => "stale-baseline",
        }
    }

    /// Whether such a notice is about something that was not read, or not wholly. The others are about what was written
    /// for ddlint, or tell of what is none of its business.
    pub fn is_unread(self) -> bool {
        self.is_trouble()
            && !matches!(self, Self::Directive | Self::UnusedDirective | Self::StaleBaseline)
    }

    /// Whether there is something to mend: not in what is rightly left out.
    pub fn is_trouble(self) -> bool {
        self != Self::OtherDatabase
    }

    /// Whether such a notice means that ddlint may have missed something worth telling every reader about. The others
    /// are only counted and listed on request.
    pub fn is_loud(self) -> bool {
        !matches!(
            self,
            Self::Minified
                | Self::Syntax
                | Self::Unresolved
                | Self::UnknownOptions
                | Self::UnknownVersion
                | Self::UnreadSql
                | Self::OtherDatabase
        )
    }
}

/// Something about ddlint's own input that a reader should know: never a finding, never silent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// The file it is about, relative to the project's root.
    pub path: String,
    /// The place in the file, if there is one.
    pub span: Option<Span>,
    /// What kind of trouble it is.
    pub kind: NoticeKind,
    /// One sentence without a full stop.
    pub message: String,
}

/// A count of things that were recognized, such as "2 data sources".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: usize,
    /// The noun for one.
    pub one: String,
    /// The noun for any other number.
    pub many: String,
}

/// Counts for the closing lines of a report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Files that were looked at.
    pub files: usize,
    /// What was recognized in them, in the order of the rule files.
    pub recognized: Vec<Tally>,
    /// Files that were left out because of their role, by role.
    pub skipped: Vec<(Role, usize)>,
    /// Statements and calls of migrations.
    pub statements: usize,
    /// How many of them were not read.
    pub unread_statements: usize,
    /// Findings hidden by comments.
    pub suppressed: usize,
    /// Findings hidden by the baseline.
    pub baselined: usize,
    /// Findings that are left out because they are not new: whoever compares with an earlier state counts them.
    pub unchanged: usize,
}

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Sorted by path, start, rule.
    pub findings: Vec<Finding>,
    /// Sorted by path and place.
    pub notices: Vec<Notice>,
    /// Counts.
    pub summary: Summary,
    /// Fingerprints of the baseline that nothing was found for, whether it was looked for or not.
    pub missing: Vec<String>,
}

impl Report {
    /// The number of findings of that severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}
