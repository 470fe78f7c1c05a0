//! The conditions around a place, as they are written, and what each must be for the place to run.

use std::rc::Rc;

use tree_sitter::Node;

use super::scope::named_children;
use super::{Evaluator, Expr, Kind};

impl<'p> Evaluator<'p> {
    /// The conditions around a place, and what each must be for the place to run.
    pub(super) fn conditions_around(&self, at: &Expr<'p>) -> Vec<(Condition<'p>, bool)> {
        let mut found = Vec::new();
        let mut node = at.node;
        for parent in self.ancestors(at).iter().copied() {
            let field = |name| parent.child_by_field_name(name);
            let is = |name| field(name) == Some(node);
            match parent.kind() {
                "if_statement" | "ternary_expression" if !is("condition") => {
                    if let Some(condition) = field("condition") {
                        parts(&at.with(condition), is("consequence"), &mut found);
                    }
                }
                "binary_expression" if is("right") => {
                    let wanted = match field("operator").map(|operator| operator.kind()) {
                        Some("&&") => Some(true),
                        Some("||") => Some(false),
                        _ => None,
                    };
                    if let (Some(left), Some(wanted)) = (field("left"), wanted) {
                        parts(&at.with(left), wanted, &mut found);
                    }
                }
                "switch_body" => found.extend(case(at, parent, node)),
                _ => {}
            }
            if matches!(
                parent.kind(),
                "statement_block" | "program" | "switch_case" | "switch_default"
            ) {
                found.extend(self.early_exits(at, parent, node));
            }
            node = parent;
        }
        found
    }

    /// What must hold, or must not, for a statement to be reached, as far as those before it in its block may leave:
    /// `if (condition) return`, `switch (name) { case "production": return }`.
    fn early_exits(
        &self,
        at: &Expr<'p>,
        block: Node<'p>,
        statement: Node<'p>,
    ) -> Vec<(Condition<'p>, bool)> {
        let key = (at.file, block.id());
        let known = self.exits.borrow().get(&key).cloned();
        let exits = known.unwrap_or_else(|| {
            let exits: Rc<[_]> = self.exits_of(&at.with(block)).into();
            self.exits.borrow_mut().insert(key, exits.clone());
            exits
        });
        let mut found = Vec::new();
        for exit in exits.iter().filter(|exit| exit.end <= statement.start_byte()) {
            match exit.on {
                // `if (!process.env.DATABASE_URL) throw …` insists on a setting: nothing runs without it.
                On::Condition(condition, true)
                    if exit.exit == Exit::Failure
                        && self.asks_for_presence(&at.with(condition)) => {}
                On::Condition(condition, leaves_if) => {
                    parts(&at.with(condition), !leaves_if, &mut found);
                }
                On::Case(body, case) => {
                    let conditions = self::case(at, body, case).into_iter();
                    found.extend(conditions.map(|(condition, wanted)| (condition, !wanted)));
                }
            }
        }
        found
    }

    /// The statements of a block that leave it on a condition.
    fn exits_of(&self, block: &Expr<'p>) -> Vec<EarlyExit<'p>> {
        let mut found = Vec::new();
        for node in named_children(block.node) {
            let field = |name| node.child_by_field_name(name);
            let end = node.end_byte();
            match node.kind() {
                "if_statement" => {
                    let Some(condition) = field("condition") else { continue };
                    for (way, leaves_if) in [("consequence", true), ("alternative", false)] {
                        let exit = field(way).and_then(|way| self.exit(&block.with(way)));
                        if let Some(exit) = exit {
                            let on = On::Condition(condition, leaves_if);
                            found.push(EarlyExit { end, on, exit });
                        }
                    }
                }
                "switch_statement" => {
                    let Some(body) = field("body") else { continue };
                    let cases = named_children(body).filter(|case| case.kind() == "switch_case");
                    for case in cases {
                        let Some(last) = statements_of(case).last().copied() else { continue };
                        // `break` leaves the `switch`, and what is behind it runs.
                        let exit = self.exit(&block.with(last));
                        if let Some(exit) = exit.filter(|exit| *exit != Exit::Break) {
                            found.push(EarlyExit { end, on: On::Case(body, case), exit });
                        }
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// How a statement leaves the function or the round of a loop, if it always does.
    fn exit(&self, statement: &Expr<'p>) -> Option<Exit> {
        let inner =
            || named_children(statement.node).filter(|node| node.kind() != "comment").last();
        match statement.node.kind() {
            "return_statement" | "continue_statement" => Some(Exit::Return),
            "break_statement" => Some(Exit::Break),
            "throw_statement" => Some(Exit::Failure),
            "statement_block" | "else_clause" => self.exit(&statement.with(inner()?)),
            "expression_statement" => {
                let callee = inner()?.child_by_field_name("function")?;
                (self.slice(&statement.with(callee)) == "process.exit").then_some(Exit::Failure)
            }
            _ => None,
        }
    }

    /// Whether a condition only asks whether a variable of the environment is missing.
    fn asks_for_presence(&self, condition: &Expr<'p>) -> bool {
        let node = condition.node;
        let field = |name| node.child_by_field_name(name).map(|child| condition.with(child));
        let is_text = |expr: &Expr<'p>| match self.eval(expr).kind {
            Kind::Unknown(unknown) => unknown.text,
            _ => false,
        };
        match node.kind() {
            "parenthesized_expression" => node
                .named_child(0)
                .is_some_and(|inner| self.asks_for_presence(&condition.with(inner))),
            "unary_expression" => field("argument").is_some_and(|argument| is_text(&argument)),
            "binary_expression" => {
                let (Some(left), Some(right)) = (field("left"), field("right")) else {
                    return false;
                };
                let is_nothing = matches!(self.eval(&right).kind, Kind::Undefined | Kind::Null);
                let both = || self.asks_for_presence(&left) && self.asks_for_presence(&right);
                (is_nothing && is_text(&left)) || both()
            }
            _ => false,
        }
    }
}

/// What must hold, or must not, for a place to run.
pub(super) enum Condition<'p> {
    Truthy(Expr<'p>),
    /// The subject of a `switch` is one of these labels.
    OneOf(Expr<'p>, Vec<Expr<'p>>),
}

impl<'p> Condition<'p> {
    /// Where it stands.
    pub(super) fn place(&self) -> &Expr<'p> {
        match self {
            Self::Truthy(condition) => condition,
            Self::OneOf(subject, labels) => labels.first().unwrap_or(subject),
        }
    }
}

/// A statement like `if (condition) return`.
pub(super) struct EarlyExit<'p> {
    /// The offset where it ends.
    end: usize,
    on: On<'p>,
    exit: Exit,
}

/// On what a statement leaves.
enum On<'p> {
    /// On this condition, if it holds or if it does not.
    Condition(Node<'p>, bool),
    /// On this case of the body of a `switch`.
    Case(Node<'p>, Node<'p>),
}

/// How a statement leaves the function around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Of the function, or of the round of a loop.
    Return,
    /// Of the loop or the `switch` around it.
    Break,
    /// An error, or the end of the process.
    Failure,
}

/// The parts of a condition that each must be so: both sides of `a && b` if it holds, both sides of `a || b` if it does
/// not. Each is asked for itself, because one may be known where the other is not.
fn parts<'p>(condition: &Expr<'p>, wanted: bool, found: &mut Vec<(Condition<'p>, bool)>) {
    let mut open = vec![(condition.with(bare(condition.node)), wanted)];
    while let Some((part, wanted)) = open.pop() {
        let field = |name| part.node.child_by_field_name(name);
        let sides = field("left").zip(field("right"));
        let operator = field("operator").map(|operator| operator.kind());
        match (operator, sides) {
            (Some("&&"), Some((left, right))) if wanted => {
                open.extend([right, left].map(|side| (part.with(bare(side)), wanted)));
            }
            (Some("||"), Some((left, right))) if !wanted => {
                open.extend([right, left].map(|side| (part.with(bare(side)), wanted)));
            }
            (Some("!"), _) if let Some(inner) = field("argument") => {
                open.push((part.with(bare(inner)), !wanted));
            }
            _ => found.push((Condition::Truthy(part), wanted)),
        }
    }
}

/// What a `switch` compares for a case to run, and whether it must be equal: one of its own labels and those of the
/// cases that run into it; for `default`, none of those that leave before it.
fn case<'p>(at: &Expr<'p>, body: Node<'p>, case: Node<'p>) -> Option<(Condition<'p>, bool)> {
    let subject = at.with(body.parent()?.child_by_field_name("value")?);
    let cases: Vec<_> = named_children(body).filter(|child| child.kind() != "comment").collect();
    let position = cases.iter().position(|child| *child == case)?;
    let is_left = |case: &Node<'p>| statements_of(*case).last().is_some_and(|last| leaves(*last));
    let run_in = cases[..position].iter().rposition(is_left).map_or(0, |before| before + 1);
    let is_default = |case: &&Node<'p>| case.kind() == "switch_default";
    let runs_by_default = cases[run_in..=position].iter().find(is_default).is_some();
    let mut all = cases[..run_in].iter().chain(&cases[position + 1..]);
    let label = |case: &Node<'p>| Some(at.with(case.child_by_field_name("value")?));
    let labels: Vec<_> = if runs_by_default {
        all.by_ref().filter_map(label).collect()
    } else {
        cases[run_in..=position].iter().filter_map(label).collect()
    };
    (!labels.is_empty()).then_some((Condition::OneOf(subject, labels), !runs_by_default))
}

/// Whether what follows a statement in a `switch` is not reached.
fn leaves(statement: Node<'_>) -> bool {
    match statement.kind() {
        "break_statement" | "return_statement" | "throw_statement" | "continue_statement" => true,
        "statement_block" => named_children(statement).last().is_some_and(leaves),
        _ => false,
    }
}

/// The statements of a case.
fn statements_of(case: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = case.walk();
    let body = case.children_by_field_name("body", &mut cursor);
    body.filter(|statement| statement.is_named() && statement.kind() != "comment").collect()
}

/// An expression without the parentheses around it.
pub(super) fn bare(mut node: Node<'_>) -> Node<'_> {
    while node.kind() == "parenthesized_expression"
        && let Some(inner) = named_children(node).find(|inner| inner.kind() != "comment")
    {
        node = inner;
    }
    node
}
