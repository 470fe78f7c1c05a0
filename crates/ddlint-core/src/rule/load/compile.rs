//! What tree-sitter says about a query: whether it compiles for each of its languages.

use std::ops::Range;

use tree_sitter::{QueryError, QueryErrorKind};

use crate::language::Language;
use crate::rule::query::QueryText;
use crate::suggest;

/// Why a query does not compile.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CompileError {
    /// Bytes of the query's text.
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Compiles a query for each of its languages; the first error that there is.
pub(super) fn compile(
    text: &str,
    languages: &[Language],
    read: &QueryText,
) -> Result<(), CompileError> {
    let mut good = Vec::new();
    let mut bad = Vec::new();
    for language in languages {
        let Some(grammar) = language.grammar() else { continue };
        match tree_sitter::Query::new(&grammar, text) {
            Ok(query) if !query.general_predicates(0).is_empty() => {
                // The reader knows all predicates; if it and tree-sitter disagree, nothing may pass.
                let at = read.predicates.first().map_or(0..0, |predicate| predicate.at.clone());
                let message = "tree-sitter does not evaluate a predicate of this query".to_owned();
                return Err(CompileError { at, message, help: None });
            }
            Ok(_) => good.push(*language),
            Err(error) => bad.push((*language, error)),
        }
    }
    let Some((language, error)) = bad.first() else { return Ok(()) };
    let mut found = explain(text, *language, error, read);
    if !good.is_empty() {
        let names: Vec<String> =
            good.iter().map(|language| format!("\"{}\"", language.name())).collect();
        found.help = Some(format!(
            "for a match in these languages only: `languages = [{}]`",
            names.join(", ")
        ));
    }
    Err(found)
}

fn explain(text: &str, language: Language, error: &QueryError, read: &QueryText) -> CompileError {
    let name = error.message.trim_matches('"');
    let at = error.offset.min(text.len());
    let named = at..(at + name.len()).min(text.len());
    // The start of a token: one character is enough to point at it.
    let point = at..at + text[at..].chars().next().map_or(0, char::len_utf8);
    let in_language = language.name();
    match error.kind {
        QueryErrorKind::NodeType => CompileError {
            at: named,
            message: format!("`{name}` is no kind of node in {in_language}"),
            help: nearest(name, &kinds(language)),
        },
        QueryErrorKind::Field => CompileError {
            at: named,
            message: format!("`{name}` is no field in {in_language}"),
            help: nearest(name, &fields(language)),
        },
        QueryErrorKind::Capture => CompileError {
            at: named,
            message: format!("nothing is captured as `@{name}`"),
            help: suggest::help_written(
                name,
                read.captures.iter().map(|capture| capture.name.as_str()),
                |name| format!("@{name}"),
            ),
        },
        QueryErrorKind::Structure => CompileError {
            at: point,
            message: format!("no {in_language} code can have this structure"),
            help: Some("a node here never has such a child, field or order of children".into()),
        },
        QueryErrorKind::Predicate => CompileError {
            at: bad_predicate(text, language, read),
            message: format!(
                "a predicate of this query is wrong: {}",
                error.message.trim_end_matches('.')
            ),
            help: None,
        },
        QueryErrorKind::Syntax | QueryErrorKind::Language => CompileError {
            at: point,
            message: "tree-sitter cannot read the query from here on".into(),
            help: None,
        },
    }
}

/// Tree-sitter does not say which predicate it means: it is the one without which the query compiles no better alone.
fn bad_predicate(text: &str, language: Language, read: &QueryText) -> Range<usize> {
    let Some(grammar) = language.grammar() else { return 0..0 };
    let is_bad = |index: usize| {
        let mut alone = text.to_owned();
        for (_, other) in read.predicates.iter().enumerate().filter(|(other, _)| *other != index) {
            alone.replace_range(other.at.clone(), &" ".repeat(other.at.len()));
        }
        tree_sitter::Query::new(&grammar, &alone).is_err()
    };
    let found = (0..read.predicates.len()).find(|index| is_bad(*index));
    found.map_or(0..0, |index| read.predicates[index].at.clone())
}

fn nearest(name: &str, known: &[String]) -> Option<String> {
    let nearest = suggest::nearest(name, known.iter().map(String::as_str))?;
    Some(format!("did you mean `{nearest}`?"))
}

fn kinds(language: Language) -> Vec<String> {
    let Some(grammar) = language.grammar() else { return Vec::new() };
    let ids = (0..grammar.node_kind_count()).map(|id| id as u16);
    let named =
        ids.filter(|id| grammar.node_kind_is_named(*id) && grammar.node_kind_is_visible(*id));
    named.filter_map(|id| grammar.node_kind_for_id(id)).map(str::to_owned).collect()
}

fn fields(language: Language) -> Vec<String> {
    let Some(grammar) = language.grammar() else { return Vec::new() };
    let ids = (1..=grammar.field_count()).map(|id| id as u16);
    ids.filter_map(|id| grammar.field_name_for_id(id)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str, languages: &[Language]) -> String {
        let error = compile(text, languages, &QueryText::parse(text).unwrap()).unwrap_err();
        format!("{}: {} ({})", &text[error.at], error.message, error.help.unwrap_or_default())
    }

    #[test]
    fn errors_have_places_and_suggestions() {
        let all = &Language::ALL;
        assert_eq!(
            error("(call_expresion) @at", all),
            "call_expresion: `call_expresion` is no kind of node in typescript (did you mean `call_expression`?)"
        );
        assert_eq!(
            error("(call_expression functon: (_)) @at", all),
            "functon: `functon` is no field in typescript (did you mean `function`?)"
        );
        assert_eq!(
            error("((identifier) @at (#eq? @att \"x\"))", all),
            "att: nothing is captured as `@att` (did you mean `@at`?)"
        );
        assert_eq!(
            error("(variable_declarator (type_annotation)) @at", all),
            "type_annotation: `type_annotation` is no kind of node in javascript (for a match in these languages only: `languages = [\"typescript\", \"tsx\"]`)"
        );
        assert!(
            error("(arguments (program)) @at", all)
                .starts_with("(: no typescript code can have this structure")
        );
    }

    #[test]
    fn the_wrong_predicate_is_found_by_searching() {
        let text = r#"((identifier) @at (#eq? @at "x") (#match? @at "(") (#eq? @at "y"))"#;
        assert_eq!(
            error(text, &Language::ALL),
            r#"(#match? @at "("): a predicate of this query is wrong: Invalid regex '(' ()"#
        );
    }
}
