//! The text of an expression in PL/pgSQL, as far as it is constant.

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode as _};
use squawk_syntax::decoded_text::DecodedText;
use squawk_syntax::{SyntaxKind as Kind, SyntaxNode};

use super::{hole, tree};

/// How many bytes the name of a hole takes here.
const WIDTH: usize = 2;

/// A text that is put together, with holes for what is only known at run time.
pub(super) struct Constant {
    pub(super) text: String,
    /// Where each part begins in the text, and what it is.
    parts: Vec<(usize, Part)>,
}

enum Part {
    /// A literal.
    Text(DecodedText),
    /// An expression, and where it stands.
    Hole(Range<usize>),
}

impl Constant {
    /// Where a range of the text stands.
    pub(super) fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let part = |offset: usize| {
            let at = self.parts.partition_point(|(start, _)| *start <= offset);
            self.parts.get(at.saturating_sub(1)).map(|(start, part)| (offset - start, part))
        };
        let within = |decoded: &DecodedText, offset: usize| {
            usize::from(decoded.source_pos((offset as u32).into()))
        };
        let start = match part(range.start) {
            Some((offset, Part::Text(decoded))) => within(decoded, offset),
            Some((_, Part::Hole(place))) => place.start,
            None => 0,
        };
        // What ends with a part ends in it, not where the next one begins.
        let end = match part(range.end.saturating_sub(1)) {
            Some((offset, Part::Text(decoded))) => within(decoded, offset + 1),
            Some((_, Part::Hole(place))) => place.end,
            None => 0,
        };
        start..end.max(start)
    }
}

/// The text of an expression. `None` if nothing of it is known.
pub(super) fn of(expression: &SyntaxNode) -> Option<Constant> {
    let mut constant = Constant { text: String::new(), parts: Vec::new() };
    let target = tree::descendant(expression, Kind::TARGET)?;
    add(&target.first_child()?, &mut constant);
    let known = constant.parts.iter().any(|(_, part)| matches!(part, Part::Text(_)));
    known.then_some(constant)
}

/// Adds what an expression says. It nests no deeper than the measure of its statement allows.
fn add(node: &SyntaxNode, constant: &mut Constant) {
    let start = constant.text.len();
    let mut operands = node.children().filter(|child| ast::Expr::can_cast(child.kind()));
    match node.kind() {
        Kind::BIN_EXPR if is_concatenation(node) => operands.for_each(|part| add(&part, constant)),
        Kind::PAREN_EXPR if operands.next().is_some() => {
            node.children().for_each(|part| add(&part, constant));
        }
        Kind::CALL_EXPR if is_format(node) => {
            let template = tree::child(node, Kind::ARG_LIST);
            let template = template.and_then(|list| tree::child(&list, Kind::ARG)?.first_child());
            let before = constant.text.len();
            template.iter().for_each(|template| add(template, constant));
            let formatted = formatted(&constant.text[before..]);
            constant.text.replace_range(before.., &formatted);
        }
        _ => match tree::string(node) {
            Some(decoded) => {
                constant.text.push_str(decoded.text());
                constant.parts.push((start, Part::Text(decoded)));
            }
            None => {
                constant.text.push_str(&hole::name(WIDTH));
                constant.parts.push((start, Part::Hole(tree::range(node))));
            }
        },
    }
}

fn is_concatenation(node: &SyntaxNode) -> bool {
    tree::child(node, Kind::CUSTOM_OP).is_some_and(|operator| operator.text() == "||")
}

fn is_format(node: &SyntaxNode) -> bool {
    let callee = node.first_child().as_ref().and_then(tree::last_name);
    callee.is_some_and(|name| name.as_str() == "format")
}

/// A template of `format` with holes of the same width for `%I`, `%s`, `%1$I`, and an empty string for `%L`.
fn formatted(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let skipped =
            rest[1..].bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'$' | b'-'));
        let width = 2 + skipped.count();
        match rest.as_bytes().get(width - 1) {
            Some(b'I' | b's') => out.push_str(&hole::name(width)),
            Some(b'L') => out.extend(["'", &" ".repeat(width - 2), "'"]),
            _ => {
                out.push('%');
                rest = &rest[1..];
                continue;
            }
        }
        rest = &rest[width..];
    }
    out + rest
}
