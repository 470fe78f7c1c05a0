//! `[[match]]`: a query or a shorthand for one, and whose thing it must be.

use std::ops::Range;

use toml::Spanned;

use super::check::{Content, FileCheck};
use super::compile;
use super::names::Names;
use super::paths::{CALLEE, access_paths, needles};
use super::shorthand;
use crate::access_path::AccessPath;
use crate::language::Language;
use crate::rule::file::{MatchTable, Text, Texts};
use crate::rule::query::{NoKind, QueryText, TEXT_PREDICATES};
use crate::rule::{OptionsAt, Pattern, Query, QueryId};
use crate::suggest;

/// The queries of all patterns, each once.
#[derive(Debug, Default)]
pub(super) struct Queries {
    pub(super) all: Vec<Query>,
}

impl Queries {
    pub(super) fn add(&mut self, text: &str, languages: &[Language]) -> QueryId {
        let known =
            self.all.iter().position(|query| query.text == text && query.languages == languages);
        QueryId(known.unwrap_or_else(|| {
            self.all.push(Query { text: text.to_owned(), languages: languages.to_vec() });
            self.all.len() - 1
        }))
    }
}

const AT: &str = "at";
const OPTIONS: &str = "options";
const OPTIONS_RETURNED: &str = "options.returned";

/// Reads the matches of a subject, a fact or a rule.
pub(super) fn patterns(
    check: &mut FileCheck<'_>,
    tables: &[Spanned<MatchTable>],
    names: &Names,
    queries: &mut Queries,
) -> Vec<Pattern> {
    tables.iter().flat_map(|table| pattern(check, table, names, queries)).collect()
}

/// The patterns that a match stands for: one, or several for a shorthand with several forms.
fn pattern(
    check: &mut FileCheck<'_>,
    table: &Spanned<MatchTable>,
    names: &Names,
    queries: &mut Queries,
) -> Vec<Pattern> {
    let entry = table.get_ref();
    let mut given: Vec<(&str, Range<usize>)> = Vec::new();
    given.extend(entry.query.as_ref().map(|query| ("query", query.span())));
    given.extend(shorthand::given(entry).map(|(short, paths)| (short.key, paths.span.clone())));
    match given.as_slice() {
        [] => {
            check
                .missing(
                    table.span(),
                    "a match without `call`, `new`, `decorator`, `typed` or `query`",
                )
                .map(|mistake| mistake.label("matches nothing"));
            return Vec::new();
        }
        [_] => {}
        [(first, at), (second, other), ..] => {
            check
                .refuse(other.clone(), format!("a match has `{first}` or `{second}`, not both"))
                .and(at.clone(), "the other one")
                .help("write a `[[match]]` for each: any of them may match");
            return Vec::new();
        }
    }
    if let Some(query) = &entry.query {
        return from_query(check, entry, query, names, queries).into_iter().collect();
    }
    shorthand::given(entry)
        .next()
        .map(|(short, paths)| shorthand::patterns(check, entry, short, paths, names, queries))
        .unwrap_or_default()
}

fn from_query(
    check: &mut FileCheck<'_>,
    entry: &MatchTable,
    query: &Text,
    names: &Names,
    queries: &mut Queries,
) -> Option<Pattern> {
    if let Some(options) = &entry.options {
        check
            .refuse(options.span.clone(), "`options` goes with `call`, `new` and `decorator`, not with `query`")
            .help("capture the value as `@options`, or the function that returns it as `@options.returned`");
    }
    if let Some(option) = entry.positional.iter().flat_map(|positional| positional.keys()).next() {
        check.refuse(
            option.span(),
            "`positional` goes with `call`, `new` and `decorator`, not with `query`",
        );
    }
    let languages = match &entry.languages {
        Some(names) => languages(check, names),
        None => Language::ALL.to_vec(),
    };
    // Mistakes in here are told even if the query cannot be read.
    let mut value_of = Vec::new();
    for (capture, paths) in entry.value_of.iter().flatten() {
        value_of.push((capture, access_paths(check, paths, capture.get_ref(), names)));
    }
    let Some(content) = check.content(&query.span()).filter(|content| content.is_literal) else {
        check
            .refuse(query.span(), "a query stands between single quotes: `'''`")
            .help("in double quotes, escapes would change it before tree-sitter sees it");
        return None;
    };
    let read = match QueryText::parse(content.text) {
        Ok(read) => read,
        Err(bad) => {
            let at = content.at + bad.at.start..content.at + bad.at.end;
            check.refuse(at, "the query cannot be read").label(bad.message);
            return None;
        }
    };
    let kind = root(check, content, &read)?;
    let is_sound =
        predicates(check, content, &read) & is_concrete(check, content, &kind, &languages);
    for (capture, _) in &value_of {
        if read.capture(capture.get_ref()).is_none() {
            let known = read.captures.iter().map(|capture| capture.name.as_str());
            let help = suggest::help_written(capture.get_ref(), known, |name| format!("@{name}"));
            check
                .refuse(capture.span(), format!("the query captures no `@{}`", capture.get_ref()))
                .help_if(help);
        }
    }
    let options = captures(check, content, query, &read, &value_of);
    if check.compile
        && is_sound
        && let Err(error) = compile::compile(content.text, &languages, &read)
    {
        let at = content.at + error.at.start..content.at + error.at.end;
        check.refuse(at, error.message).help_if(error.help);
    }
    let value_of: Vec<_> =
        value_of.into_iter().map(|(capture, paths)| (capture.get_ref().clone(), paths)).collect();
    // A capture of that name elsewhere, say on the receiver, tells nothing about names at the call.
    let is_call = read
        .capture(CALLEE)
        .is_some_and(|callee| callee.mandatory && callee.field.as_deref() == Some("function"));
    let mut needles = needles(&value_of, is_call);
    needles.local.extend(read.needles());
    let query = queries.add(content.text, &languages);
    Some(Pattern {
        query,
        value_of,
        options,
        positional: Vec::new(),
        needs: None,
        unless: None,
        fallback: entry.fallback,
        needles,
    })
}

/// The one pattern of the query: its node kind and where that stands.
fn root(
    check: &mut FileCheck<'_>,
    content: Content<'_>,
    read: &QueryText,
) -> Option<(String, Range<usize>)> {
    let place = |at: &Range<usize>| content.at + at.start..content.at + at.end;
    let [root] = read.roots.as_slice() else {
        match read.roots.as_slice() {
            [first, second, ..] => check
                .refuse(place(&second.at), "a query has one pattern")
                .label("a second one begins here")
                .and(place(&first.at), "the first one")
                .help("write a `[[match]]` for each, or one pattern that encloses both"),
            _ => check.refuse(content.at..content.at + content.text.len(), "the query is empty"),
        };
        return None;
    };
    match &root.kind {
        Ok(kind) => Some(kind.clone()),
        Err(why) => {
            let label = match why {
                NoKind::Wildcard => "this matches any node",
                NoKind::Alternation => "this is an alternation",
                NoKind::Token => "this is a token",
                NoKind::Siblings => "this is no single node",
                NoKind::Quantified => "this may match several nodes or none",
            };
            check
                .refuse(place(&root.at), "a query begins with a certain kind of node")
                .label(label)
                .help("for example `(call_expression …)`: else the pattern is tried at every node");
            None
        }
    }
}

/// Whether all predicates are ones that tree-sitter evaluates.
fn predicates(check: &mut FileCheck<'_>, content: Content<'_>, read: &QueryText) -> bool {
    let mut is_sound = true;
    for predicate in &read.predicates {
        if TEXT_PREDICATES.contains(&predicate.name.as_str()) {
            continue;
        }
        is_sound = false;
        let at = content.at + predicate.at.start..content.at + predicate.at.end;
        let help =
            suggest::help_written(&predicate.name, TEXT_PREDICATES, |name| format!("#{name}"));
        check.refuse(at, format!("unknown predicate `#{}`", predicate.name)).help_if(help);
    }
    is_sound
}

/// Whether the kind is one of nodes and not a name for many kinds.
fn is_concrete(
    check: &mut FileCheck<'_>,
    content: Content<'_>,
    (kind, at): &(String, Range<usize>),
    languages: &[Language],
) -> bool {
    let is_supertype = languages.iter().any(|language| {
        language.grammar().is_some_and(|grammar| {
            grammar.supertypes().iter().any(|id| grammar.node_kind_for_id(*id) == Some(kind))
        })
    });
    if is_supertype {
        check
            .refuse(
                content.at + at.start..content.at + at.end,
                "a query begins with a certain kind of node",
            )
            .label(format!("`{kind}` stands for many kinds"));
    }
    !is_supertype
}

/// Checks which captures there are, and says where the judged value stands.
fn captures(
    check: &mut FileCheck<'_>,
    content: Content<'_>,
    query: &Text,
    read: &QueryText,
    value_of: &[(&Text, Vec<AccessPath>)],
) -> Vec<OptionsAt> {
    let place = |at: &Range<usize>| content.at + at.start..content.at + at.end;
    if read.capture(AT).is_none() {
        check
            .refuse(query.span(), "the query captures no `@at`")
            .help("`@at` is where the finding's reader should look");
    }
    for capture in &read.captures {
        let name = capture.name.as_str();
        let is_known = [AT, OPTIONS, OPTIONS_RETURNED].contains(&name) || name.starts_with('_');
        if is_known || read.is_tested(name) || value_of.iter().any(|(key, _)| key.get_ref() == name)
        {
            continue;
        }
        let known = [AT, OPTIONS, OPTIONS_RETURNED]
            .into_iter()
            .chain(value_of.iter().map(|(key, _)| key.get_ref().as_str()));
        let help = match suggest::nearest(name, known) {
            Some(nearest) => format!("did you mean `@{nearest}`?"),
            None => format!(
                "ask for its value in `value_of`, or call it `@_{name}` if it only makes the query readable"
            ),
        };
        check.refuse(place(&capture.at), format!("nothing uses `@{name}`")).help(help);
    }
    let captured = [(OPTIONS, false), (OPTIONS_RETURNED, true)];
    let found: Vec<_> = captured
        .iter()
        .filter_map(|(name, returned)| Some((read.capture(name)?, *returned)))
        .collect();
    if let [(value, _), (function, _)] = found.as_slice() {
        check
            .refuse(
                place(&function.at),
                "a query captures `@options` or `@options.returned`, not both",
            )
            .and(place(&value.at), "the other one")
            .help("write a `[[match]]` for each");
    }
    found
        .iter()
        .map(|(capture, returned)| OptionsAt::Capture {
            name: capture.name.clone(),
            returned: *returned,
        })
        .collect()
}

fn languages(check: &mut FileCheck<'_>, names: &Texts) -> Vec<Language> {
    let names = check.some(names, "languages");
    let languages = names
        .iter()
        .filter_map(|name| check.named(name, "language", &Language::ALL, Language::name));
    let mut languages: Vec<Language> = languages.collect();
    languages.sort_unstable();
    languages.dedup();
    languages
}
