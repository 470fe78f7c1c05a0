//! What functions are handed: arguments of calls, elements of lists, what a promise waits for.

use tree_sitter::Node;

use crate::rule::fits;

use super::host::FILE_SYSTEMS;
use super::scope::{is_function, named_children};
use super::{Argument, Evaluator, Expr, Foreign, Kind, Origin, Value};

impl<'p> Evaluator<'p> {
    /// The argument for a parameter, if the way here leads through a call of the function.
    pub(super) fn argument(
        &self,
        usage: &Expr<'p>,
        function: Node<'p>,
        index: usize,
        default: Option<Node<'p>>,
    ) -> Value<'p> {
        let mut frame = usage.frame.as_ref();
        while let Some(call) = frame {
            if call.function != function.id() {
                frame = call.outer.as_ref();
                continue;
            }
            let Some(arguments) = &call.arguments else { return Value::unknown() };
            let is_spread = arguments.iter().take(index + 1).any(|argument| {
                matches!(argument, Argument::Written(expr) if expr.node.kind() == "spread_element")
            });
            let value = match arguments.get(index) {
                _ if is_spread => Value::unknown(),
                Some(Argument::Written(argument)) => self.eval(argument),
                Some(Argument::Known(value)) => value.clone(),
                None => Value::undefined(),
            };
            let default = default.map(|default| usage.with(default));
            return match default {
                Some(default) => value.or_default(|| self.eval(&default)),
                None => value,
            };
        }
        let (function, default) = (usage.with(function), default.map(|node| usage.with(node)));
        self.passed(&function, index)
            .or_else(|| self.by_callers(&function, index, default.as_ref()))
            .or_else(|| self.by_factory(&function, index))
            .unwrap_or_else(Value::unknown)
    }

    /// What is passed to a callback: what `promise.then(value => …)` waits for, or something of the library that is
    /// called. Access paths write the latter as a member of what the call returns: `transaction().$0`.
    pub(super) fn passed(&self, function: &Expr<'p>, index: usize) -> Option<Value<'p>> {
        let around = self.ancestors(function);
        if let Some(value) = self.handed(function, &around).filter(|_| index == 0) {
            return Some(value);
        }
        let [arguments, call, ..] = &*around else { return None };
        let callee =
            call.child_by_field_name("function").filter(|_| arguments.kind() == "arguments")?;
        let is_then = callee
            .child_by_field_name("property")
            .is_some_and(|name| self.slice(&function.with(name)) == "then");
        if is_then && index == 0 && arguments.named_child(0) == Some(function.node) {
            return Some(self.eval(&function.with(callee.child_by_field_name("object")?)));
        }
        if let Some(element) = self.element_passed(function, callee, index) {
            return Some(element);
        }
        let callee = self.eval(&function.with(callee));
        let position = || named_children(*arguments).position(|one| one == function.node);
        if let Some(declared) = position().and_then(|at| self.declared_to_pass(&callee, at, index))
        {
            return Some(declared);
        }
        let reads = |foreign: &&Foreign<'p>| {
            FILE_SYSTEMS.contains(&foreign.path.module.as_str()) && index == 1
        };
        // `readFile(path, (error, text) => …)`
        if let Some(reader) = callee.foreign().find(reads) {
            let arguments = self.arguments(&function.with(*call));
            return self.file_function(reader.path.last_name(), &arguments);
        }
        let passed =
            callee.foreign().filter(|foreign| !foreign.path.module.is_empty()).map(|foreign| {
                Value::new(Kind::Foreign(self.passed_by(foreign, &function.with(*call), index)))
            });
        let passed: Vec<_> = passed.collect();
        (!passed.is_empty()).then(|| Value::choice(passed, Origin::Condition))
    }

    /// What something of a library passes to a callback: what it is called on, if rule files say so, or a thing of its own.
    pub(crate) fn passed_by(
        &self,
        callee: &Foreign<'p>,
        call: &Expr<'p>,
        index: usize,
    ) -> Foreign<'p> {
        let passing = &self.index.rules.passing;
        if index == 0 && passing.iter().any(|path| fits(path, &callee.path).is_some()) {
            let mut path = callee.path.clone();
            path.steps.pop();
            return Foreign { path, ..callee.clone() };
        }
        callee.called(Some(call)).member(format!("${index}"))
    }

    /// The element of a list that `list.forEach(element => …)` passes on: each of them, one after the other.
    fn element_passed(
        &self,
        function: &Expr<'p>,
        callee: Node<'p>,
        index: usize,
    ) -> Option<Value<'p>> {
        let name = self.slice(&function.with(callee.child_by_field_name("property")?));
        let is_round = matches!(name, "forEach" | "map" | "flatMap" | "filter" | "some" | "every");
        if !is_round || index != 0 {
            return None;
        }
        let list = self.eval(&function.with(callee.child_by_field_name("object")?));
        match list.kind {
            Kind::List(elements) => Some(Value::choice(elements.to_vec(), Origin::Each)),
            _ => None,
        }
    }

    /// What `new Promise(resolve => …)` is once awaited: what `resolve` is called with. Known by its name, since old code
    /// brings one of its own.
    pub(super) fn promised(&self, class: &Expr<'p>, expr: &Expr<'p>) -> Option<Value<'p>> {
        if self.slice(class) != "Promise" {
            return None;
        }
        let executor = self.arguments(expr).into_iter().next()?;
        let executor = Some(executor).filter(|executor| is_function(executor.node.kind()))?;
        let field = |name| executor.node.child_by_field_name(name);
        let first = field("parameter").or_else(|| named_children(field("parameters")?).next())?;
        let resolve =
            self.slice(&executor.with(first.child_by_field_name("pattern").unwrap_or(first)));
        let mut found = Vec::new();
        let mut waiting = vec![field("body")?];
        while let Some(node) = waiting.pop() {
            let callee = node.child_by_field_name("function");
            if callee.is_some_and(|callee| self.slice(&executor.with(callee)) == resolve) {
                let argument = self.arguments(&executor.with(node)).into_iter().next();
                found.push(argument.map_or_else(Value::undefined, |value| self.eval(&value)));
            }
            waiting.extend(named_children(node));
        }
        (!found.is_empty()).then(|| Value::choice(found, Origin::Condition))
    }
}

/// The element that a loop has reached, if the way here leads through a round of it.
pub(super) fn round<'p>(usage: &Expr<'p>, statement: Node<'p>) -> Option<Value<'p>> {
    let mut frame = usage.frame.as_ref();
    while let Some(call) = frame {
        if call.function == statement.id() {
            return match call.arguments.as_deref() {
                Some([Argument::Known(element)]) => Some(element.clone()),
                _ => None,
            };
        }
        frame = call.outer.as_ref();
    }
    None
}
