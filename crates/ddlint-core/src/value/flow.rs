//! Control flow: what a function returns, and the conditions under which code runs.

use std::cell::OnceCell;

use tree_sitter::Node;

use super::scope::{is_function, named_children};
use super::{Evaluator, Expr, Hop, Kind, Origin, Truth, Value};

/// The conditions around a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guard {
    /// Nothing that code can tell keeps it from running.
    Open,
    /// It never runs.
    Closed,
    /// The environment or the configuration decides, at these conditions.
    Conditional(Vec<Hop>),
}

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

    /// What keeps a place from running, as far as the environment or the configuration decides it.
    ///
    /// Other conditions (is a migration pending? was a flag given?) weaken nothing: the code is there to run.
    pub fn guard(&self, at: &Expr<'p>) -> Guard {
        if self.is_behind_an_end(at) {
            return Guard::Closed;
        }
        let mut conditions = match self.deeper(|| self.callers_guard(at)).unwrap_or(Guard::Open) {
            Guard::Closed => return Guard::Closed,
            Guard::Open => Vec::new(),
            Guard::Conditional(hops) => hops,
        };
        for (condition, wanted) in self.conditions_around(at) {
            let value = self.decided(&condition);
            let truth = if wanted { value.truthy() } else { value.truthy().opposite() };
            match truth {
                Truth::Yes
                | Truth::Maybe(
                    Origin::Unknown | Origin::Condition | Origin::Spelling | Origin::Each,
                ) => {}
                Truth::No => return Guard::Closed,
                Truth::Maybe(Origin::Environment(name) | Origin::Configuration(name)) => {
                    conditions.push(Hop::at(
                        condition.place(),
                        format!("runs only if this allows it: depends on `{name}`"),
                    ));
                }
            }
        }
        if conditions.is_empty() { Guard::Open } else { Guard::Conditional(conditions) }
    }

    /// What keeps the function around a place from being called, as far as its own file tells: all its calls are seen
    /// only if nobody else can have it.
    fn callers_guard(&self, at: &Expr<'p>) -> Guard {
        let around = self.ancestors(at);
        let function = around.iter().position(|node| is_function(node.kind()));
        let Some(position) = function else { return Guard::Open };
        let (function, parent) = (around[position], around.get(position + 1));
        // `function reset() {}`, `const reset = () => {}`
        let holder = match parent {
            Some(parent) if parent.kind() == "variable_declarator" => *parent,
            _ => function,
        };
        let Some(name) = holder.child_by_field_name("name") else { return Guard::Open };
        let Some(scopes) = self.index.scopes(at.file) else { return Guard::Open };
        let text = self.slice(&at.with(name));
        let binding = scopes.resolve(text, name.start_byte());
        let Some(binding) = binding.filter(|binding| binding.node == holder) else {
            return Guard::Open;
        };
        let Some((source, root)) = self.index.tree(at.file) else { return Guard::Open };
        let mut found = None;
        let is_part = |byte: Option<&u8>| {
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'))
        };
        for (start, _) in source.text.match_indices(text) {
            let bytes = source.text.as_bytes();
            let before = start.checked_sub(1).and_then(|before| bytes.get(before));
            if is_part(before) || is_part(bytes.get(start + text.len())) {
                continue;
            }
            let node = root.descendant_for_byte_range(start, start + text.len());
            let node = node.filter(|node| node.byte_range() == (start..start + text.len()));
            let Some(node) = node.filter(|node| *node != name) else { continue };
            let is_meant =
                scopes.resolve(text, start).is_some_and(|other| other.node == binding.node);
            let is_name = matches!(
                node.kind(),
                "identifier" | "shorthand_property_identifier" | "type_identifier"
            );
            if !is_meant || !is_name {
                continue;
            }
            let usage = Expr { file: at.file, node, frame: None };
            let outside = self.ancestors(&usage);
            let call = outside.first().filter(|call| {
                call.kind() == "call_expression"
                    && call.child_by_field_name("function") == Some(node)
            });
            // Whoever else gets it may call it.
            let Some(call) = call else { return Guard::Open };
            // It calls itself only if somebody calls it.
            if call.start_byte() >= function.start_byte() && call.end_byte() <= function.end_byte()
            {
                continue;
            }
            match (self.guard(&usage.with(*call)), &mut found) {
                (Guard::Open, _) => return Guard::Open,
                (Guard::Closed, None) => found = Some(Guard::Closed),
                (guard @ Guard::Conditional(_), None | Some(Guard::Closed)) => found = Some(guard),
                (Guard::Closed | Guard::Conditional(_), Some(_)) => {}
            }
        }
        let is_exported = scopes.exports.iter().any(|export| {
            export.node.start_byte() <= name.start_byte()
                && name.end_byte() <= export.node.end_byte()
        });
        if is_exported { Guard::Open } else { found.unwrap_or(Guard::Open) }
    }

    /// Whether a statement before it always leaves the block. A function that is declared there can still be called.
    fn is_behind_an_end(&self, at: &Expr<'p>) -> bool {
        let mut node = at.node;
        for parent in self.ancestors(at) {
            let is_block =
                matches!(parent.kind(), "statement_block" | "switch_case" | "switch_default");
            if is_block && node.kind() != "function_declaration" {
                let mut before = named_children(parent).take_while(|child| *child != node);
                if before
                    .any(|child| matches!(child.kind(), "return_statement" | "throw_statement"))
                {
                    return true;
                }
            }
            node = parent;
        }
        false
    }

    fn decided(&self, condition: &Condition<'p>) -> Value<'p> {
        match condition {
            Condition::Truthy(condition) => self.eval(condition),
            Condition::Equal(left, right) => self.compare(left, right),
        }
    }

    /// What something open is where a condition around it has compared it: `switch (type) { case "mysql": return { type } }`.
    pub(super) fn narrowed(&self, usage: &Expr<'p>, value: Value<'p>) -> Value<'p> {
        if value.origin().is_none() {
            return value;
        }
        let written = self.slice(usage);
        let compared = |condition: &Condition<'p>, wanted: bool| match condition {
            Condition::Equal(left, right) => wanted.then(|| (left.clone(), right.clone())),
            Condition::Truthy(condition) => {
                let node = bare(condition.node);
                let field = |name| node.child_by_field_name(name);
                let holds = match field("operator")?.kind() {
                    "===" | "==" => wanted,
                    "!==" | "!=" => !wanted,
                    _ => false,
                };
                let sides = field("left").zip(field("right")).filter(|_| holds)?;
                Some((condition.with(sides.0), condition.with(sides.1)))
            }
        };
        let conditions = self.conditions_around(usage).into_iter();
        let sides = conditions.filter_map(|(condition, wanted)| compared(&condition, wanted));
        let other = sides.into_iter().find_map(|(left, right)| {
            let is_meant = |side: &Expr<'p>| {
                let side = side.with(bare(side.node));
                side.node != usage.node && self.slice(&side) == written
            };
            if is_meant(&left) {
                return Some(right);
            }
            is_meant(&right).then_some(left)
        });
        let known = other.map(|other| self.eval(&other));
        let known = known
            .filter(|known| matches!(known.kind, Kind::Text(_) | Kind::Bool(_) | Kind::Number(_)));
        known.map_or(value.clone(), |known| Value { kind: known.kind, ..value })
    }

    /// What decides whether a place runs, for a value that is set there.
    pub(super) fn guard_origin(&self, at: &Expr<'p>) -> Origin {
        let conditions = self.conditions_around(at).into_iter();
        let origins = conditions.filter_map(|(condition, _)| self.decided(&condition).origin());
        origins
            .filter(|origin| *origin != Origin::Unknown)
            .reduce(Origin::weaker)
            .unwrap_or(Origin::Condition)
    }

    /// The conditions around a place, and what each must be for the place to run.
    fn conditions_around(&self, at: &Expr<'p>) -> Vec<(Condition<'p>, bool)> {
        let mut found = Vec::new();
        let mut node = at.node;
        for parent in self.ancestors(at) {
            let field = |name| parent.child_by_field_name(name);
            let is = |name| field(name) == Some(node);
            match parent.kind() {
                "if_statement" | "ternary_expression" if !is("condition") => {
                    let condition =
                        field("condition").map(|condition| Condition::Truthy(at.with(condition)));
                    found.extend(condition.map(|condition| (condition, is("consequence"))));
                }
                "binary_expression" if is("right") => {
                    let wanted = match field("operator").map(|operator| operator.kind()) {
                        Some("&&") => Some(true),
                        Some("||") => Some(false),
                        _ => None,
                    };
                    let left = field("left").map(|left| Condition::Truthy(at.with(left)));
                    found.extend(left.zip(wanted));
                }
                "switch_body" => found.extend(case(at, parent, node).map(|case| (case, true))),
                _ => {}
            }
            if matches!(
                parent.kind(),
                "statement_block" | "program" | "switch_case" | "switch_default"
            ) {
                found.extend(
                    self.early_exits(at, parent, node).map(|exit| (Condition::Truthy(exit), false)),
                );
            }
            node = parent;
        }
        found
    }

    /// The conditions of `if (condition) return` in front of a statement: none must hold.
    fn early_exits(
        &self,
        at: &Expr<'p>,
        block: Node<'p>,
        statement: Node<'p>,
    ) -> impl Iterator<Item = Expr<'p>> {
        let before = named_children(block).take_while(|child| *child != statement);
        let ifs = before.filter(|node| {
            node.kind() == "if_statement" && node.child_by_field_name("alternative").is_none()
        });
        let mut found = Vec::new();
        for node in ifs {
            let exit =
                node.child_by_field_name("consequence").and_then(|way| self.exit(&at.with(way)));
            let (Some(exit), Some(condition)) = (exit, node.child_by_field_name("condition"))
            else {
                continue;
            };
            let condition = at.with(condition);
            // `if (!process.env.DATABASE_URL) throw …` insists on a setting: nothing runs without it.
            if exit == Exit::Return || !self.asks_for_presence(&condition) {
                found.push(condition);
            }
        }
        found.into_iter()
    }

    /// How a statement leaves the function, if it always does.
    fn exit(&self, statement: &Expr<'p>) -> Option<Exit> {
        let inner =
            || named_children(statement.node).filter(|node| node.kind() != "comment").last();
        match statement.node.kind() {
            "return_statement" => Some(Exit::Return),
            "throw_statement" => Some(Exit::Failure),
            "statement_block" => self.exit(&statement.with(inner()?)),
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
enum Condition<'p> {
    Truthy(Expr<'p>),
    Equal(Expr<'p>, Expr<'p>),
}

impl<'p> Condition<'p> {
    /// Where it stands.
    fn place(&self) -> &Expr<'p> {
        match self {
            Self::Truthy(condition) => condition,
            Self::Equal(_, case) => case,
        }
    }
}

/// How a statement leaves the function around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Return,
    /// An error, or the end of the process.
    Failure,
}

/// What a `switch` compares for a case to run. A case that others fall into runs for those, too.
fn case<'p>(at: &Expr<'p>, body: Node<'p>, case: Node<'p>) -> Option<Condition<'p>> {
    let cases: Vec<_> = named_children(body).filter(|child| child.kind() != "comment").collect();
    let position = cases.iter().position(|child| *child == case)?;
    let mut cursor = case.walk();
    let falls_in = position
        .checked_sub(1)
        .and_then(|before| cases.get(before))
        .is_some_and(|before| before.children_by_field_name("body", &mut cursor).count() == 0);
    if falls_in {
        return None;
    }
    let subject = body.parent()?.child_by_field_name("value")?;
    Some(Condition::Equal(at.with(subject), at.with(case.child_by_field_name("value")?)))
}

/// An expression without the parentheses around it.
fn bare(mut node: Node<'_>) -> Node<'_> {
    while node.kind() == "parenthesized_expression"
        && let Some(inner) = named_children(node).find(|inner| inner.kind() != "comment")
    {
        node = inner;
    }
    node
}

/// The value of a way that throws: nobody sees it.
fn never<'p>() -> Value<'p> {
    Value::new(Kind::Choice([].into(), Origin::Condition))
}

fn is_never(value: &Value<'_>) -> bool {
    matches!(&value.kind, Kind::Choice(branches, _) if branches.is_empty())
}
