//! The text of an expression in PL/pgSQL, as far as it is constant.

use std::ops::Range;
use std::rc::Rc;

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
    /// A literal, from an offset on.
    Text(Rc<DecodedText>, usize),
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
            Some((offset, Part::Text(decoded, from))) => within(decoded, from + offset),
            Some((_, Part::Hole(place))) => place.start,
            None => 0,
        };
        // What ends with a part ends in it, not where the next one begins.
        let end = match part(range.end.saturating_sub(1)) {
            Some((offset, Part::Text(decoded, from))) => within(decoded, from + offset + 1),
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
    let known = constant.parts.iter().any(|(_, part)| matches!(part, Part::Text(..)));
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
            let list = tree::child(node, Kind::ARG_LIST);
            let arguments: Vec<SyntaxNode> = list
                .iter()
                .flat_map(|list| tree::children(list, Kind::ARG))
                .filter_map(|argument| argument.first_child())
                .collect();
            let Some((template, arguments)) = arguments.split_first() else { return };
            if let Some(template) = tree::string(template) {
                format(&Rc::new(template), arguments, constant);
                return;
            }
            let before = constant.text.len();
            add(template, constant);
            let formatted = formatted(&constant.text[before..]);
            constant.text.replace_range(before.., &formatted);
        }
        _ => match tree::string(node) {
            Some(decoded) => {
                constant.text.push_str(decoded.text());
                constant.parts.push((start, Part::Text(Rc::new(decoded), 0)));
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

/// A place of a template of `format`: its width, the number of its argument if it has one, and its kind.
fn specifier(text: &str) -> Option<(usize, Option<usize>, u8)> {
    let behind = text.strip_prefix('%')?;
    let is_skipped = |b: &u8| b.is_ascii_digit() || matches!(b, b'$' | b'-');
    let skipped = behind.bytes().take_while(is_skipped).count();
    let number = behind[..skipped].split_once('$').and_then(|(number, _)| number.parse().ok());
    let kind = *behind.as_bytes().get(skipped)?;
    matches!(kind, b'I' | b's' | b'L' | b'%').then_some((skipped + 2, number, kind))
}

/// What `format` makes of a literal and its arguments. Those that are no literals are holes.
fn format(template: &Rc<DecodedText>, arguments: &[SyntaxNode], constant: &mut Constant) {
    let text = template.text();
    let (mut at, mut next) = (0, 0);
    while at < text.len() {
        let end = text[at..].find('%').map_or(text.len(), |found| at + found);
        if end > at {
            constant.parts.push((constant.text.len(), Part::Text(Rc::clone(template), at)));
            constant.text.push_str(&text[at..end]);
            at = end;
            continue;
        }
        let Some((width, number, kind)) = specifier(&text[at..]) else {
            // The server refuses such a template.
            constant.text.push('%');
            at += 1;
            continue;
        };
        constant.parts.push((constant.text.len(), Part::Text(Rc::clone(template), at)));
        at += width;
        if kind == b'%' {
            constant.text.push('%');
            continue;
        }
        let position = number.map_or(next, |number: usize| number.saturating_sub(1));
        next = position + 1;
        let argument = arguments.get(position);
        if let Some((place, (_, part))) = argument.map(tree::range).zip(constant.parts.last_mut()) {
            *part = Part::Hole(place);
        }
        let known = argument.and_then(tree::string);
        let quoted = |text: &str, quote: &str| {
            format!("{quote}{}{quote}", text.replace(quote, &quote.repeat(2)))
        };
        constant.text.push_str(&match (known, kind) {
            (Some(known), b'I') => quoted(known.text(), "\""),
            (Some(known), b'L') => quoted(known.text(), "'"),
            (Some(known), _) => known.text().to_owned(),
            (None, b'L') => "''".to_owned(),
            (None, _) => hole::name(WIDTH),
        });
    }
}

/// A template of `format` with holes of the same width for `%I`, `%s`, `%1$I`, and an empty string for `%L`.
fn formatted(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match specifier(rest) {
            Some((width, _, b'I' | b's')) => {
                out.push_str(&hole::name(width));
                rest = &rest[width..];
            }
            Some((width, _, b'L')) => {
                out.extend(["'", &" ".repeat(width - 2), "'"]);
                rest = &rest[width..];
            }
            _ => {
                out.push('%');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}
