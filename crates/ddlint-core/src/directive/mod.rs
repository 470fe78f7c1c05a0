//! Comments that hide findings: `ddlint-ignore: rule[, rule] -- reason`, and `ddlint-ignore-file:`.
//!
//! A directive covers the line it stands on, or, if it stands alone, the next line with code. It hides a finding if any
//! of the finding's labels starts there, or stands in something that starts there: a decorated class, a chain of calls,
//! a template literal, an SQL statement. It never reaches into another object, list or function, so that a comment above
//! a module does not hide what is written in it next year.

mod comment;
mod place;

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::project::Project;
use crate::report::{Notice, NoticeKind};
use crate::rule::RuleSet;
use crate::source::{FileId, Source, Span};
use crate::suggest;

use comment::Comments;

/// What every directive begins with. Files with it are read even if no rule can match in them.
pub(crate) const MARK: &str = "ddlint-";

/// What a directive says, without the list of rules and the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Covers {
    /// Findings of the whole file.
    File,
    /// Findings at code that starts on this line, counted from one.
    Line(usize),
}

/// A rule that a directive names.
#[derive(Debug)]
struct Named {
    rule: String,
    span: Span,
    is_used: bool,
}

#[derive(Debug)]
struct Directive {
    covers: Covers,
    rules: Vec<Named>,
}

/// All directives of a project.
#[derive(Debug, Default)]
pub(crate) struct Directives {
    by_file: BTreeMap<FileId, Vec<Directive>>,
    /// What is wrong with those that cannot be used.
    notices: Vec<Notice>,
}

/// A comment that is meant as a directive, in its parts.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    is_file: bool,
    /// Names of rules, with where they start in the text.
    rules: Vec<(String, usize)>,
    has_reason: bool,
}

impl Directives {
    /// Reads the directives of all files that were loaded.
    pub(crate) fn of(project: &Project<'_>, rules: &RuleSet, is_reason_optional: bool) -> Self {
        let mut directives = Self::default();
        for (file, source) in project.loaded() {
            if source.text.contains(MARK) {
                directives.read(file, source, rules, is_reason_optional);
            }
        }
        directives
    }

    fn read(&mut self, file: FileId, source: &Source, rules: &RuleSet, is_reason_optional: bool) {
        let comments = Comments::of(source);
        for (start, text) in comments.lines(&source.text).filter(|(_, text)| text.starts_with(MARK))
        {
            let span = |from: usize, length: usize| Span {
                file,
                start: (start + from) as u32,
                end: (start + from + length) as u32,
            };
            let mut notices = Vec::new();
            let mut complain = |span, message: String| {
                let (path, kind) = (source.path.clone(), NoticeKind::Directive);
                notices.push(Notice { path, span: Some(span), kind, message });
            };
            let written = match parse(text) {
                Ok(Some(written)) => written,
                Ok(None) => continue,
                Err(message) => {
                    complain(span(0, text.len()), message);
                    self.notices.append(&mut notices);
                    continue;
                }
            };
            let mut known = Vec::new();
            for (rule, at) in written.rules {
                let span = span(at, rule.len());
                if rules.rule(&rule).is_some() {
                    known.push(Named { rule, span, is_used: false });
                    continue;
                }
                let ids = rules.rules.iter().map(|rule| rule.id.as_str());
                let similar = ids.clone().find(|id| id.rsplit('/').next() == Some(&rule));
                let closest = similar.or_else(|| suggest::nearest(&rule, ids));
                let hint = closest.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
                complain(span, format!("there is no rule `{rule}`, so this hides nothing{hint}"));
            }
            if !(written.has_reason || is_reason_optional) {
                let message = "a directive needs a reason, so this hides nothing: write ` -- ` and why behind the rules";
                complain(span(0, text.len()), message.into());
                known.clear();
            }
            self.notices.append(&mut notices);
            let covers = match (written.is_file, comments.line_of(source, start)) {
                (true, _) => Covers::File,
                (false, Some(line)) => Covers::Line(line),
                // Nothing follows: it stays unused.
                (false, None) => Covers::Line(0),
            };
            if !known.is_empty() {
                let directive = Directive { covers, rules: known };
                self.by_file.entry(file).or_default().push(directive);
            }
        }
    }

    /// Whether a directive hides a finding. All that do are used then.
    pub(crate) fn hide(&mut self, project: &Project<'_>, finding: &Finding) -> bool {
        let mut is_hidden = false;
        for label in &finding.labels {
            let file = label.span.file;
            let Some(directives) = self.by_file.get_mut(&file) else { continue };
            let Some(source) = project.source(file) else { continue };
            let mut lines: Option<Vec<usize>> = None;
            for directive in directives {
                let named = directive.rules.iter_mut().filter(|named| named.rule == finding.rule);
                for named in named {
                    let is_covered = match directive.covers {
                        Covers::File => true,
                        Covers::Line(line) => lines
                            .get_or_insert_with(|| place::first_lines(source, label.span))
                            .contains(&line),
                    };
                    named.is_used |= is_covered;
                    is_hidden |= is_covered;
                }
            }
        }
        is_hidden
    }

    /// What a reader should know of the directives. `judges` says whether a rule looked at a file at all: of what did not
    /// run nobody can tell whether it would have found something.
    pub(crate) fn notices(
        self,
        project: &Project<'_>,
        judges: impl Fn(&str, FileId) -> bool,
    ) -> Vec<Notice> {
        let mut notices = self.notices;
        for (file, directives) in self.by_file {
            let named = directives.into_iter().flat_map(|directive| directive.rules);
            for named in named.filter(|named| !named.is_used && judges(&named.rule, file)) {
                notices.push(Notice {
                    path: project.path(file).to_owned(),
                    span: Some(named.span),
                    kind: NoticeKind::UnusedDirective,
                    message: format!(
                        "nothing here is hidden by this: {} finds nothing that it covers",
                        named.rule
                    ),
                });
            }
        }
        notices
    }
}

/// Reads a comment that begins with [`MARK`]. `None` if it is not meant for a reader of code.
fn parse(text: &str) -> Result<Option<Written>, String> {
    const FORM: &str = "write `ddlint-ignore: rule -- reason`, or `ddlint-ignore-file:`";
    let verb: &str = text[MARK.len()..]
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .next()
        .unwrap_or_default();
    let rest = &text[MARK.len() + verb.len()..];
    let is_file = match verb {
        "ignore" => false,
        "ignore-file" => true,
        // What fixtures expect.
        "expect" => return Ok(None),
        _ => {
            let is_meant = rest.trim_start().starts_with(':')
                || ["ignore", "disable", "enable", "off", "suppress"]
                    .iter()
                    .any(|word| verb.starts_with(word));
            return if is_meant {
                Err(format!("there is no directive `{MARK}{verb}`: {FORM}"))
            } else {
                Ok(None)
            };
        }
    };
    let Some(list) = rest.trim_start().strip_prefix(':') else {
        return Err(format!("this hides nothing, for it has no colon: {FORM}"));
    };
    let (list, reason) = match list.split_once("--") {
        Some((list, reason)) => (list, reason.trim()),
        None => (list, ""),
    };
    let mut rules = Vec::new();
    let mut at = text.len() - rest.trim_start().len() + 1;
    for name in list.split(',') {
        let trimmed = name.trim();
        if trimmed.is_empty() {
            return Err(format!("this hides nothing, for it names no rule: {FORM}"));
        }
        if trimmed.contains(char::is_whitespace) {
            return Err(format!(
                "this hides nothing: rules are separated by commas, and ` -- ` stands before the reason; {FORM}"
            ));
        }
        rules.push((trimmed.to_owned(), at + (name.len() - name.trim_start().len())));
        at += name.len() + 1;
    }
    Ok(Some(Written { is_file, rules, has_reason: !reason.is_empty() }))
}

#[cfg(test)]
mod tests;
