//! The conditions under which code runs.

use std::rc::Rc;

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
            let truth = self.decided(&condition).truthy();
            match if wanted { truth } else { truth.opposite() } {
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
        // Anybody may call what is exported.
        let is_exported = scopes.exports.iter().any(|export| {
            export.node.start_byte() <= name.start_byte()
                && name.end_byte() <= export.node.end_byte()
        });
        let Some((source, root)) = self.index.tree(at.file).filter(|_| !is_exported) else {
            return Guard::Open;
        };
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
        found.unwrap_or(Guard::Open)
    }

    /// Whether a statement before it always leaves the block. A function that is declared there can still be called.
    fn is_behind_an_end(&self, at: &Expr<'p>) -> bool {
        let mut node = at.node;
        for parent in self.ancestors(at).iter().copied() {
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

    /// Whether a place inside of a node is reached whenever the node is.
    pub(super) fn decided_within(&self, at: &Expr<'p>, outermost: Node<'p>) -> Truth {
        let conditions = self.conditions_around(at).into_iter();
        let within = conditions.filter(|(condition, _)| {
            outermost.byte_range().contains(&condition.place().node.start_byte())
        });
        let truths = within.map(|(condition, wanted)| {
            let truth = self.decided(&condition).truthy();
            if wanted { truth } else { truth.opposite() }
        });
        let both = |one: Truth, other: Truth| match (one, other) {
            (Truth::No, _) | (_, Truth::No) => Truth::No,
            (Truth::Yes, other) => other,
            (maybe, _) => maybe,
        };
        truths.fold(Truth::Yes, both)
    }

    fn decided(&self, condition: &Condition<'p>) -> Value<'p> {
        match condition {
            Condition::Truthy(condition) => self.eval(condition),
            Condition::OneOf(subject, labels) => {
                let compared = labels.iter().map(|label| self.compare(subject, label));
                let either = |one: Value<'p>, other: Value<'p>| match one.truthy() {
                    Truth::Yes => one,
                    Truth::Maybe(_) if other.truthy() == Truth::No => one,
                    Truth::No | Truth::Maybe(_) => other,
                };
                compared.reduce(either).unwrap_or_else(Value::unknown)
            }
        }
    }

    /// What something open is where a condition around it has compared it: `switch (type) { case "mysql": return { type } }`.
    pub(super) fn narrowed(&self, usage: &Expr<'p>, value: Value<'p>) -> Value<'p> {
        if value.origin().is_none() {
            return value;
        }
        let written = self.slice(usage);
        let compared = |condition: &Condition<'p>, wanted: bool| match condition {
            Condition::OneOf(subject, labels) => match labels.as_slice() {
                [label] => wanted.then(|| (subject.clone(), label.clone())),
                _ => None,
            },
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
                side.node != usage.node
                    && self.slice(&side) == written
                    && self.is_same_unchanged(&side, usage)
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

    /// Whether two expressions of the same words mean the same: the name that they begin with is not another one's, and is
    /// not set between them.
    fn is_same_unchanged(&self, before: &Expr<'p>, usage: &Expr<'p>) -> bool {
        let root = |expr: &Expr<'p>| {
            let mut node = expr.node;
            while let Some(object) = node.child_by_field_name("object") {
                node = object;
            }
            node
        };
        let Some(scopes) = self.index.scopes(usage.file) else { return false };
        let name = self.slice(&usage.with(root(usage)));
        let of = |expr: &Expr<'p>| scopes.resolve(name, root(expr).start_byte());
        let (Some(first), Some(second)) = (of(before), of(usage)) else {
            return of(before).is_none() && of(usage).is_none();
        };
        let between = before.node.end_byte()..usage.node.start_byte();
        let mut assignments = scopes.assignments(name, second).into_iter();
        first.node == second.node
            && !assignments.any(|assignment| between.contains(&assignment.node.start_byte()))
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
enum Condition<'p> {
    Truthy(Expr<'p>),
    /// The subject of a `switch` is one of these labels.
    OneOf(Expr<'p>, Vec<Expr<'p>>),
}

impl<'p> Condition<'p> {
    /// Where it stands.
    fn place(&self) -> &Expr<'p> {
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
fn bare(mut node: Node<'_>) -> Node<'_> {
    while node.kind() == "parenthesized_expression"
        && let Some(inner) = named_children(node).find(|inner| inner.kind() != "comment")
    {
        node = inner;
    }
    node
}
