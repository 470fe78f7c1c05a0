//! What identifies a finding, however its file is moved about and formatted.

use tree_sitter::Node;

use crate::finding::Finding;
use crate::hash::Hash;
use crate::project::Project;
use crate::source::{Source, Span};

/// How many tokens of a marked place count: enough to tell places apart, and no more, so that an option that is added at
/// the end of an object does not make it another finding.
const ENOUGH: usize = 16;

/// Rule, path and marked code.
pub(super) fn hash(project: &Project<'_>, finding: &Finding, path: &str) -> u64 {
    let mut hash = Hash::default();
    let mut add = |text: &str| {
        hash.add(text.as_bytes());
        hash.add(&[0]);
    };
    let span = finding.primary().span;
    add(&finding.rule);
    add(path);
    if let Some(source) = project.source(span.file) {
        tokens(source, span).into_iter().for_each(&mut add);
    }
    hash.value()
}

/// The first tokens of a marked place. What no grammar takes apart, such as the SQL in a template literal, counts by its
/// words.
fn tokens(source: &Source, span: Span) -> Vec<&str> {
    let leaves = source.root().map(|root| leaves(root, span)).unwrap_or_default();
    let sticks_out = |leaf: &Node<'_>| {
        leaf.start_byte() < span.start as usize || leaf.end_byte() > span.end as usize
    };
    match leaves.as_slice() {
        [] => words(source, span),
        [only] if sticks_out(only) => words(source, span),
        _ => leaves.iter().filter_map(|leaf| source.text.get(leaf.byte_range())).collect(),
    }
}

fn words(source: &Source, span: Span) -> Vec<&str> {
    source.slice(span.start, span.end).split_whitespace().take(ENOUGH).collect()
}

fn leaves(root: Node<'_>, span: Span) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let is_apart =
            node.end_byte() <= span.start as usize || node.start_byte() >= span.end as usize;
        if !is_apart {
            // Formatters add and drop these.
            let is_punctuation =
                matches!(node.kind(), "," | ";" | "(" | ")" | "\"" | "'" | "comment");
            if node.child_count() == 0 && !is_punctuation {
                found.push(node);
            }
            if found.len() == ENOUGH {
                return found;
            }
            if cursor.goto_first_child() {
                continue;
            }
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}
