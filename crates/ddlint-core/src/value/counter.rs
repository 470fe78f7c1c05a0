//! Loops that count: `for (let i = 0; i < list.length; i++)`.

use tree_sitter::Node;

use super::scope::named_children;
use super::{Evaluator, Expr};

/// What a loop counts with.
#[derive(Debug)]
pub(crate) struct Counter<'p> {
    /// The variable.
    pub(crate) name: &'p str,
    /// What it is in the first round.
    pub(crate) from: Expr<'p>,
    /// What each round adds to it.
    pub(crate) by: i64,
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
        let by = match (operator, increment.child_by_field_name("right")) {
            ("++", _) => 1,
            ("--", _) => -1,
            ("+=", Some(by)) => self.slice(&statement.with(by)).parse().ok()?,
            ("-=", Some(by)) => -self.slice(&statement.with(by)).parse::<i64>().ok()?,
            _ => return None,
        };
        (by != 0).then_some(Counter { name, from, by })
    }
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
