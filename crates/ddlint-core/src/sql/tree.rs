//! Small questions to the syntax tree.

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode as _, LitKind};
use squawk_syntax::decoded_text::DecodedText;
use squawk_syntax::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};

use super::hole;
use crate::schema::{DataType, Name, TableName};

pub(super) fn range(node: &SyntaxNode) -> Range<usize> {
    let range = node.text_range();
    usize::from(range.start())..usize::from(range.end())
}

/// The bytes of a statement without the semicolon and what stands before it.
pub(super) fn statement_range(node: &SyntaxNode) -> Range<usize> {
    let whole = range(node);
    let tokens = node.children_with_tokens().filter(|part| !is_trivia(part.kind()));
    let last = tokens.filter(|part| part.kind() != SyntaxKind::SEMICOLON).last();
    let end = last.map_or(whole.end, |part| usize::from(part.text_range().end()));
    whole.start..end
}

pub(super) fn is_trivia(kind: SyntaxKind) -> bool {
    matches!(kind, SyntaxKind::WHITESPACE | SyntaxKind::COMMENT)
}

pub(super) fn child(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxNode> {
    node.children().find(|child| child.kind() == kind)
}

pub(super) fn children(node: &SyntaxNode, kind: SyntaxKind) -> impl Iterator<Item = SyntaxNode> {
    node.children().filter(move |child| child.kind() == kind)
}

pub(super) fn has(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    node.children_with_tokens().any(|part| part.kind() == kind)
}

pub(super) fn descendant(node: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxNode> {
    node.descendants().find(|found| found.kind() == kind)
}

/// The tokens below a node that are neither space nor comments.
pub(super) fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    let elements = node.descendants_with_tokens().filter_map(SyntaxElement::into_token);
    elements.filter(|token| !is_trivia(token.kind()))
}

/// A name of one token: of a column, a constraint, a schema.
pub(super) fn name(node: &SyntaxNode) -> Option<Name> {
    tokens(node).next().map(|token| token_name(token.text()))
}

/// The last part of a name that may have others before it.
pub(super) fn last_name(node: &SyntaxNode) -> Option<Name> {
    tokens(node).last().map(|token| token_name(token.text()))
}

/// A name with its schema. A database before it is left out.
pub(super) fn table_name(node: &SyntaxNode) -> Option<TableName> {
    let is_segment = |node: &SyntaxNode| {
        matches!(node.kind(), SyntaxKind::PATH_SEGMENT | SyntaxKind::PATH_SEGMENT_REF)
    };
    let segments = node.descendants().filter(is_segment);
    let mut names: Vec<Name> = segments.filter_map(|segment| name(&segment)).collect();
    let last = names.pop()?;
    Some(TableName { schema: names.pop(), name: last })
}

/// The names of the columns in a list.
pub(super) fn columns(list: &SyntaxNode) -> Vec<Name> {
    let refs = children(list, SyntaxKind::COLUMN_NAME_REF);
    refs.filter_map(|column| name(&column)).collect()
}

/// The name that the server makes of an identifier.
pub(super) fn token_name(text: &str) -> Name {
    let text = hole::told(text);
    let quoted = text.strip_prefix("U&").or_else(|| text.strip_prefix("u&")).unwrap_or(&text);
    match quoted.strip_prefix('"') {
        Some(inner) => Name::new(&inner.strip_suffix('"').unwrap_or(inner).replace("\"\"", "\"")),
        // The server folds ASCII letters only where the encoding has more than one byte for a character.
        None => Name::new(&text.to_ascii_lowercase()),
    }
}

/// The text of a string literal. Numbers and parameters are literals too, and would pass for empty ones.
pub(super) fn string(node: &SyntaxNode) -> Option<DecodedText> {
    let literal = ast::Literal::cast(node.clone())?;
    let is_string = matches!(
        literal.kind()?,
        LitKind::String(_)
            | LitKind::EscString(_)
            | LitKind::DollarQuotedString(_)
            | LitKind::UnicodeEscString(_)
    );
    literal.decoded_value().filter(|_| is_string)
}

/// The type that a column or a cast names.
pub(super) fn data_type(node: &SyntaxNode) -> Option<DataType> {
    let array = descendant(node, SyntaxKind::ARRAY_TYPE);
    let named = node
        .descendants()
        .find(|node| is_type(node.kind()) && node.kind() != SyntaxKind::ARRAY_TYPE)?;
    let TableName { schema, name } = match child(&named, SyntaxKind::PATH_REF) {
        Some(path) => table_name(&path)?,
        None => TableName::new(&words(&named)),
    };
    Some(DataType { schema, name, array: array.is_some() })
}

/// `double precision`, `timestamp with time zone`: the words of a type, what is in parentheses left out.
fn words(node: &SyntaxNode) -> String {
    let mut depth = 0;
    let mut words: Vec<String> = Vec::new();
    for token in tokens(node) {
        match token.kind() {
            SyntaxKind::L_PAREN => depth += 1,
            SyntaxKind::R_PAREN => depth -= 1,
            _ if depth == 0 => words.push(token.text().to_ascii_lowercase()),
            _ => {}
        }
    }
    words.join(" ")
}

pub(super) fn is_type(kind: SyntaxKind) -> bool {
    use SyntaxKind as Kind;
    matches!(
        kind,
        Kind::ARRAY_TYPE
            | Kind::BIT_TYPE
            | Kind::BIT_VARYING_TYPE
            | Kind::CHARACTER_TYPE
            | Kind::DOUBLE_TYPE
            | Kind::INTERVAL_TYPE
            | Kind::PATH_TYPE
            | Kind::TIME_TYPE
            | Kind::TIMESTAMP_TYPE
            | Kind::VARCHAR_TYPE
    )
}
