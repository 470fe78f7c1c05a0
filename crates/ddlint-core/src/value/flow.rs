//! Control flow: what a function returns.

use std::cell::OnceCell;

use tree_sitter::Node;

use super::scope::named_children;
use super::{Evaluator, Expr, Hop, Kind, Origin, Truth, Value};

impl<'p> Evaluator<'p> {
    /// The value that a block returns. `None` if it runs to its end, `Some` of a choice if only some ways return.
    pub(super) fn block(&self, block: &Expr<'p>) -> Option<Value<'p>> {
        let statements: Vec<_> = named_children(block.node).collect();
        self.statements(block, &statements)
    }

    fn statements(&self, at: &Expr<'p>, statements: &[Node<'p>]) -> Option<Value<'p>> {
        let (first, rest) = statements.split_first()?;
        let statement = at.with(*first);
        match first.kind() {
            "return_statement" => {
                let value = named_children(*first).find(|child| child.kind() != "comment");
                Some(value.map_or_else(Value::undefined, |value| self.eval(&statement.with(value))))
            }
            "throw_statement" => Some(never()),
            "if_statement" => {
                let condition = first
                    .child_by_field_name("condition")
                    .map(|condition| statement.with(condition));
                let way = |field| {
                    let way = first.child_by_field_name(field)?;
                    let way = if way.kind() == "else_clause" { way.named_child(0)? } else { way };
                    self.statement(&statement.with(way))
                };
                // Both ways may lead there, and what it returns is the same.
                let behind = OnceCell::new();
                let rest = || behind.get_or_init(|| self.statements(at, rest)).clone();
                let condition = condition?;
                self.one_of(&condition, || way("consequence"), || way("alternative"), rest)
            }
            "switch_statement" => self.switch(&statement).or_else(|| self.statements(at, rest)),
            "try_statement" => {
                let value_of = |block: Node<'p>| {
                    self.block(&statement.with(block.child_by_field_name("body")?))
                };
                let Some(value) = value_of(*first) else { return self.statements(at, rest) };
                // What is tried may fail.
                let failed = first.child_by_field_name("handler").and_then(value_of);
                Some(match failed.filter(|failed| !is_never(failed)) {
                    Some(failed) => Value::choice(vec![value, failed], Origin::Condition),
                    None => value,
                })
            }
            "statement_block" => self.block(&statement).or_else(|| self.statements(at, rest)),
            _ => self.statements(at, rest),
        }
    }

    fn statement(&self, statement: &Expr<'p>) -> Option<Value<'p>> {
        if statement.node.kind() == "statement_block" {
            return self.block(statement);
        }
        self.statements(statement, &[statement.node])
    }

    /// The value of the way that a condition takes, or of the rest behind both if it leads there. A way that ends in
    /// `throw` returns nothing and does not count.
    fn one_of(
        &self,
        condition: &Expr<'p>,
        yes: impl FnOnce() -> Option<Value<'p>>,
        no: impl FnOnce() -> Option<Value<'p>>,
        rest: impl Fn() -> Option<Value<'p>>,
    ) -> Option<Value<'p>> {
        match self.eval(condition).truthy() {
            Truth::Yes => yes().or_else(rest),
            Truth::No => no().or_else(rest),
            Truth::Maybe(_) => {
                let (yes, no) = (yes(), no());
                if yes.is_none() && no.is_none() {
                    return rest();
                }
                match (yes.or_else(&rest), no.or_else(&rest)) {
                    (Some(yes), Some(no)) if is_never(&yes) => Some(no),
                    (Some(yes), Some(no)) if is_never(&no) => Some(yes),
                    (None, None) => None,
                    (yes, no) => {
                        let value = |way: Option<Value<'p>>| way.unwrap_or_else(Value::undefined);
                        Some(self.either(condition, || value(yes), || value(no)))
                    }
                }
            }
        }
    }

    fn switch(&self, statement: &Expr<'p>) -> Option<Value<'p>> {
        let subject = statement.with(statement.node.child_by_field_name("value")?);
        let body = statement.node.child_by_field_name("body")?;
        let mut open = Vec::new();
        let mut origin = None;
        // What the subject comes from: it decides each of the ways.
        let mut decided_by: Vec<Hop> = Vec::new();
        // A case without statements of its own falls through to the next.
        let mut falls: Vec<Expr<'p>> = Vec::new();
        for case in named_children(body) {
            if case.kind() == "comment" {
                continue;
            }
            falls.extend(case.child_by_field_name("value").map(|value| statement.with(value)));
            let mut cursor = case.walk();
            let statements: Vec<_> = case.children_by_field_name("body", &mut cursor).collect();
            if statements.is_empty() {
                continue;
            }
            let labels = std::mem::take(&mut falls);
            let is_default = case.kind() == "switch_default";
            let mut truth = Truth::of(is_default);
            for label in labels {
                let compared = self.compare(&subject, &label);
                decided_by.clone_from(&compared.trail);
                truth = match (truth, compared.truthy()) {
                    (Truth::Yes, _) | (_, Truth::Yes) => Truth::Yes,
                    (Truth::No, other) => other,
                    (maybe, _) => maybe,
                };
            }
            let value = self.statements(statement, &statements);
            match (truth, value) {
                (Truth::Yes, Some(value)) if !is_default => return Some(value),
                (Truth::No, _) | (_, None) => {}
                (Truth::Maybe(new), Some(value)) => {
                    origin = Some(origin.map_or(new.clone(), |old: Origin| old.weaker(new)));
                    open.push(value.after(&decided_by));
                }
                (Truth::Yes, Some(value)) => open.push(value.after(&decided_by)),
            }
        }
        open.retain(|value| !is_never(value));
        let origin =
            origin.filter(|origin| *origin != Origin::Unknown).unwrap_or(Origin::Condition);
        (!open.is_empty()).then(|| Value::choice(open, origin))
    }
}

/// The value of a way that throws: nobody sees it.
fn never<'p>() -> Value<'p> {
    Value::new(Kind::Choice([].into(), Origin::Condition))
}

fn is_never(value: &Value<'_>) -> bool {
    matches!(&value.kind, Kind::Choice(branches, _) if branches.is_empty())
}
