//! The conditions under which code runs.

use tree_sitter::Node;

use super::condition::{Condition, bare};
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
            match self.decided(&condition).truthy().wanted(wanted) {
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
        let truths =
            within.map(|(condition, wanted)| self.decided(&condition).truthy().wanted(wanted));
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
}
