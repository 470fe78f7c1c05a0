//! The lines on which a marked place, and what it is a part of, begin.

use tree_sitter::Node;

use super::comment::{SqlToken, Style, sql};
use crate::source::{Source, Span};

/// Where a walk upwards ends: what holds other things that a comment above it says nothing about.
const CONTAINERS: [&str; 10] = [
    "program",
    "document",
    "statement_block",
    "class_body",
    "class_static_block",
    "interface_body",
    "object",
    "array",
    "switch_body",
    "jsx_expression",
];

/// The lines, counted from one, on which a comment hides the finding with this label: the label's own first line, and
/// those on which the expressions, the statement or the decorators round it begin.
pub(super) fn first_lines(source: &Source, span: Span) -> Vec<usize> {
    let line = |offset: usize| source.position(offset as u32).line;
    let mut lines = vec![line(span.start as usize)];
    match Style::of(&source.path) {
        Some(Style::Sql) => lines.push(line(statement_start(&source.text, span.start as usize))),
        Some(_) => {}
        None => source
            .root()
            .into_iter()
            .for_each(|root| starts(root, span, &mut |at| lines.push(line(at)))),
    }
    lines
}

fn starts(root: Node<'_>, span: Span, found: &mut dyn FnMut(usize)) {
    let (start, end) = (span.start as usize, span.end.max(span.start) as usize);
    let Some(mut node) = root.named_descendant_for_byte_range(start, end) else { return };
    // A mark may be a part of the node only: then the node is not what is marked.
    if node.start_byte() != start && CONTAINERS.contains(&node.kind()) {
        return;
    }
    loop {
        found(node.start_byte());
        // Decorators of a member stand before it, not in it.
        let mut before = node.prev_named_sibling();
        while let Some(sibling) =
            before.filter(|node| matches!(node.kind(), "decorator" | "comment"))
        {
            if sibling.kind() == "decorator" {
                found(sibling.start_byte());
            }
            before = sibling.prev_named_sibling();
        }
        match node.parent() {
            Some(parent) if !holds(parent, node) => node = parent,
            _ => return,
        }
    }
}

/// Whether a node holds another one as one of many, or as what it will do.
fn holds(parent: Node<'_>, node: Node<'_>) -> bool {
    let is_body = parent.child_by_field_name("parameters").is_some()
        || parent.child_by_field_name("parameter").is_some();
    CONTAINERS.contains(&parent.kind())
        || is_body && parent.child_by_field_name("body").is_some_and(|body| body.id() == node.id())
}

/// Where the statement round an offset starts: at its first code.
fn statement_start(text: &str, offset: usize) -> usize {
    let mut start = 0;
    let mut comments = Vec::new();
    sql(text, &mut |token| match token {
        SqlToken::End(end) if end <= offset => start = end,
        SqlToken::Comment(range) => comments.push(range),
        SqlToken::End(_) => {}
    });
    for (at, c) in text[start..].char_indices() {
        let at = start + at;
        let is_comment = comments.iter().any(|comment| comment.contains(&at));
        if !c.is_whitespace() && !is_comment {
            return at.min(offset);
        }
    }
    offset
}
