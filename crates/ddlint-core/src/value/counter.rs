//! Loops that count: `for (let i = 0; i < list.length; i++)`.

use tree_sitter::Node;

use super::scope::named_children;
use super::{Evaluator, Expr};

/// How far from zero the numbers of a loop may be: sums and products of two of them stay far from overflowing.
pub(crate) const FARTHEST: u64 = 1_000_000_000;

/// What a loop counts with.
#[derive(Debug)]
pub(crate) struct Counter<'p> {
    /// The variable.
    pub(crate) name: &'p str,
    /// What it is in the first round.
    pub(crate) from: Expr<'p>,
    /// What each round adds to it: not zero, and not beyond [`FARTHEST`].
    pub(crate) by: i64,
    /// Where it is declared.
    declarator: Node<'p>,
}

impl<'p> Evaluator<'p> {
    /// What a loop counts with, if each round adds the same to a variable that its head declares.
    pub(crate) fn counter(&self, statement: &Expr<'p>) -> Option<Counter<'p>> {
        let name = self.slice(&statement.with(counted(statement.node)?));
        let initializer = statement.node.child_by_field_name("initializer")?;
        let declared = named_children(initializer).find(|declarator| {
            let declared = declarator.child_by_field_name("name");
            declared.is_some_and(|node| self.slice(&statement.with(node)) == name)
        })?;
        let from = statement.with(declared.child_by_field_name("value")?);
        let increment = statement.node.child_by_field_name("increment")?;
        let operator = increment.child_by_field_name("operator")?.kind();
        let written = || {
            let by = self.slice(&statement.with(increment.child_by_field_name("right")?));
            by.parse::<i64>().ok().filter(|by| by.unsigned_abs() <= FARTHEST)
        };
        let by = match operator {
            "++" => 1,
            "--" => -1,
            "+=" => written()?,
            "-=" => -written()?,
            _ => return None,
        };
        (by != 0).then_some(Counter { name, from, by, declarator: declared })
    }

    /// Whether something within the loop sets what it counts with, too.
    pub(crate) fn is_set_within(&self, counter: &Counter<'p>, within: &Expr<'p>) -> bool {
        let Some(scopes) = self.index.scopes(within.file) else { return true };
        // Another variable of that name is not meant.
        let is_counter = |node: Node<'p>| {
            let found = || scopes.resolve(counter.name, node.start_byte());
            self.slice(&within.with(node)) == counter.name
                && found().is_some_and(|found| found.node == counter.declarator)
        };
        let mut open = vec![within.node];
        while let Some(node) = open.pop() {
            let target = match node.kind() {
                "update_expression" => node.child_by_field_name("argument"),
                "assignment_expression"
                | "augmented_assignment_expression"
                | "for_in_statement" => node.child_by_field_name("left"),
                _ => None,
            };
            let is_set = target.is_some_and(|target| match target.kind() {
                // `[i, rest.length] = pair`
                "array_pattern" | "object_pattern" => names_in(target).into_iter().any(is_counter),
                _ => is_counter(target),
            });
            if is_set {
                return true;
            }
            open.extend(named_children(node));
        }
        false
    }
}

/// The names that a pattern sets, and those that it uses to tell where.
fn names_in(pattern: Node<'_>) -> Vec<Node<'_>> {
    let (mut names, mut open) = (Vec::new(), vec![pattern]);
    while let Some(node) = open.pop() {
        if matches!(node.kind(), "identifier" | "shorthand_property_identifier_pattern") {
            names.push(node);
        }
        open.extend(named_children(node));
    }
    names
}

/// The variable that each round of a loop changes.
pub(super) fn counted(statement: Node<'_>) -> Option<Node<'_>> {
    let increment = statement.child_by_field_name("increment")?;
    let changed = match increment.kind() {
        "update_expression" => increment.child_by_field_name("argument"),
        "augmented_assignment_expression" => increment.child_by_field_name("left"),
        _ => None,
    };
    changed.filter(|changed| changed.kind() == "identifier")
}
