//! Control flow: what a function returns.

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
        for (position, node) in statements.iter().enumerate() {
            let statement = at.with(*node);
            let returned = match node.kind() {
                "return_statement" => {
                    let value = named_children(*node).find(|child| child.kind() != "comment");
                    let value = value.map(|value| self.eval(&statement.with(value)));
                    Some(value.unwrap_or_else(Value::undefined))
                }
                "throw_statement" => Some(never()),
                "if_statement" => match self.ways_of_if(&statement) {
                    Ways::One(returned) => returned,
                    Ways::Both(condition, yes, no) => {
                        // One of them may lead to what is behind it.
                        let behind = || self.behind(at, &statements[position + 1..]);
                        let rest = if yes.is_some() && no.is_some() { None } else { behind() };
                        let (yes, no) = (yes.or_else(|| rest.clone()), no.or(rest));
                        return Some(self.one_of(&condition, yes, no));
                    }
                },
                "switch_statement" => {
                    let Switch { returned, leads_on } = self.switch(&statement);
                    match returned {
                        // Other values of the subject lead to what is behind it.
                        Some((value, origin)) if leads_on => {
                            let behind = self.behind(at, &statements[position + 1..]);
                            let both = [Some(value), behind].into_iter().flatten().collect();
                            return Some(Value::choice(both, origin));
                        }
                        returned => returned.map(|(value, _)| value),
                    }
                }
                "try_statement" => self.tried(&statement),
                "statement_block" => {
                    self.deeper(|| self.block(&statement)).unwrap_or_else(|| Some(Value::unknown()))
                }
                _ => None,
            };
            if returned.is_some() {
                return returned;
            }
        }
        None
    }

    /// What the statements behind one return of which not all ways do: a question of its own.
    fn behind(&self, at: &Expr<'p>, statements: &[Node<'p>]) -> Option<Value<'p>> {
        let returned = self.deeper(|| self.statements(at, statements));
        returned.unwrap_or_else(|| Some(Value::unknown()))
    }

    fn ways_of_if(&self, statement: &Expr<'p>) -> Ways<'p> {
        let field = |name| statement.node.child_by_field_name(name);
        let way = |name| {
            let way = field(name)?;
            let way = if way.kind() == "else_clause" { way.named_child(0)? } else { way };
            let returned = self.deeper(|| self.statement(&statement.with(way)));
            returned.unwrap_or_else(|| Some(Value::unknown()))
        };
        let Some(condition) = field("condition").map(|condition| statement.with(condition)) else {
            return Ways::One(None);
        };
        match self.way(self.eval(&condition).truthy()) {
            Truth::Yes => Ways::One(way("consequence")),
            Truth::No => Ways::One(way("alternative")),
            Truth::Maybe(_) => match (way("consequence"), way("alternative")) {
                (None, None) => Ways::One(None),
                (yes, no) => Ways::Both(condition, yes, no),
            },
        }
    }

    fn tried(&self, statement: &Expr<'p>) -> Option<Value<'p>> {
        let value_of =
            |block: Node<'p>| self.block(&statement.with(block.child_by_field_name("body")?));
        let value = value_of(statement.node)?;
        // What is tried may fail.
        let failed = statement.node.child_by_field_name("handler").and_then(value_of);
        Some(match failed.filter(|failed| !is_never(failed)) {
            Some(failed) => Value::choice(vec![value, failed], Origin::Condition),
            None => value,
        })
    }

    fn statement(&self, statement: &Expr<'p>) -> Option<Value<'p>> {
        if statement.node.kind() == "statement_block" {
            return self.block(statement);
        }
        self.statements(statement, &[statement.node])
    }

    /// The value of one of two ways, as a condition decides. A way that ends in `throw` returns nothing and does not count.
    fn one_of(
        &self,
        condition: &Expr<'p>,
        yes: Option<Value<'p>>,
        no: Option<Value<'p>>,
    ) -> Value<'p> {
        match (yes, no) {
            (Some(yes), Some(no)) if is_never(&yes) => no,
            (Some(yes), Some(no)) if is_never(&no) => yes,
            (yes, no) => {
                let value = |way: Option<Value<'p>>| way.unwrap_or_else(Value::undefined);
                self.either(condition, || value(yes), || value(no))
            }
        }
    }

    fn switch(&self, statement: &Expr<'p>) -> Switch<'p> {
        let field = |name| statement.node.child_by_field_name(name);
        let (Some(subject), Some(body)) = (field("value"), field("body")) else {
            return Switch { returned: None, leads_on: true };
        };
        let subject = statement.with(subject);
        let mut leads_on = true;
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
            match (self.way(truth), value) {
                (Truth::Yes, Some(value)) if !is_default => {
                    let returned = Some((value, Origin::Condition));
                    return Switch { returned, leads_on: false };
                }
                (Truth::No, _) | (_, None) => {}
                (Truth::Maybe(new), Some(value)) => {
                    origin = Some(origin.map_or(new.clone(), |old: Origin| old.weaker(new)));
                    open.push(value.after(&decided_by));
                }
                (Truth::Yes, Some(value)) => {
                    leads_on = false;
                    open.push(value.after(&decided_by));
                }
            }
        }
        open.retain(|value| !is_never(value));
        let origin =
            origin.filter(|origin| *origin != Origin::Unknown).unwrap_or(Origin::Condition);
        let returned = (!open.is_empty()).then(|| (Value::choice(open, origin.clone()), origin));
        Switch { returned, leads_on }
    }
}

/// What a `switch` returns.
struct Switch<'p> {
    /// What its cases return, and what decides between them.
    returned: Option<(Value<'p>, Origin)>,
    /// Whether it may lead to what is behind it.
    leads_on: bool,
}

/// What an `if` returns.
enum Ways<'p> {
    /// What is returned for sure; `None` if it leads to what is behind it.
    One(Option<Value<'p>>),
    /// The condition, and what each way returns; not both lead to what is behind it.
    Both(Expr<'p>, Option<Value<'p>>, Option<Value<'p>>),
}

/// The value of a way that throws: nobody sees it.
fn never<'p>() -> Value<'p> {
    Value::new(Kind::Choice([].into(), Origin::Condition))
}

fn is_never(value: &Value<'_>) -> bool {
    matches!(&value.kind, Kind::Choice(branches, _) if branches.is_empty())
}
