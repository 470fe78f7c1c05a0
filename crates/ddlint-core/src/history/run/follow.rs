//! Where a run goes on: functions of the project, callbacks, and lists that are gone through.

use crate::rule::leads_to;
use crate::value::{Argument, Expr, Foreign, Kind, Value, is_function, named_children};

use super::{DEEPEST, Runner, handed};

impl<'p> Runner<'_, 'p> {
    /// Runs a function of the project that is called. In other files one that gets nothing which leads to a database is
    /// only followed so far: an application is large.
    pub(super) fn follow(&mut self, call: &Expr<'p>, function: &Expr<'p>, arguments: &[Expr<'p>]) {
        let is_bare = function.file != call.file
            && !arguments.iter().any(|argument| {
                is_function(argument.node.kind()) || {
                    let value = self.evaluator.eval(argument);
                    self.leads_on(&value)
                }
            });
        if is_bare && self.bare == 0 {
            return;
        }
        self.bare -= usize::from(is_bare);
        self.function(function, arguments.iter().cloned().map(Argument::Written).collect());
        self.bare += usize::from(is_bare);
    }

    /// Whether a value is, or holds, something of a library with which something happens that rule files tell of.
    fn leads_on(&mut self, value: &Value<'p>) -> bool {
        value.branches().iter().any(|branch| match &branch.kind {
            Kind::Foreign(foreign) => {
                let rules = self.rules;
                *self.leading.entry(foreign.path.clone()).or_insert_with_key(|path| {
                    let mut paths = rules.events.iter().flat_map(|event| &event.calls);
                    paths.any(|event| leads_to(event, path))
                })
            }
            Kind::List(elements) => elements.iter().any(|element| self.leads_on(element)),
            Kind::Object(_) => {
                let entries = self.evaluator.entries(branch).entries;
                entries.iter().any(|(_, value)| {
                    !matches!(value.kind, Kind::Object(_)) && self.leads_on(value)
                })
            }
            _ => false,
        })
    }

    /// Runs the functions that are handed to something: with what that hands them, or with nothing that is known.
    pub(super) fn callbacks(
        &mut self,
        call: &Expr<'p>,
        library: Option<&Foreign<'p>>,
        arguments: &[Expr<'p>],
    ) {
        // `series([callback => …, callback => …])`
        let listed = arguments.iter().filter(|argument| argument.node.kind() == "array");
        let listed = listed.flat_map(|list| {
            let functions = named_children(list.node).filter(|node| is_function(node.kind()));
            functions.map(|node| list.with(node)).collect::<Vec<_>>()
        });
        let listed: Vec<Expr<'p>> = listed.collect();
        for argument in arguments.iter().chain(&listed) {
            let is_written = is_function(argument.node.kind());
            let value = self.evaluator.eval(argument);
            let Kind::Function(function) = value.kind else { continue };
            if self.inside.len() >= DEEPEST {
                continue;
            }
            if !is_written {
                // A function that is only named may be called with anything, at any time. What a library does with one is
                // what it does with one that is written there.
                let handed = library
                    .map(|library| handed(self.evaluator, call, library))
                    .unwrap_or_default();
                let leads_on = handed.iter().any(|argument| match argument {
                    Argument::Known(value) => self.leads_on(value),
                    Argument::Written(_) => false,
                });
                if leads_on || library.is_some() && function.file == call.file {
                    self.function(&function, handed);
                }
                continue;
            }
            let Some(body) = function.node.child_by_field_name("body") else { continue };
            self.inside.push(function.node.id());
            self.body(&function.with(body));
            self.inside.pop();
        }
    }

    /// The list whose elements a method such as `forEach` goes through.
    pub(super) fn listed(&self, callee: &Expr<'p>, object: &Expr<'p>) -> Option<Vec<Value<'p>>> {
        self.goes_through(callee).then(|| self.elements(object))?
    }

    /// The same for a function of a library that gets the list first: `Promise.map(list, …)`, `_.forEach(list, …)`.
    pub(super) fn gone_through(
        &self,
        callee: &Expr<'p>,
        arguments: &[Expr<'p>],
    ) -> Option<Vec<Value<'p>>> {
        let [list, function, ..] = arguments else { return None };
        let is_meant = self.goes_through(callee) && is_function(function.node.kind());
        is_meant.then(|| self.elements(list))?
    }

    fn goes_through(&self, callee: &Expr<'p>) -> bool {
        let name = callee.node.child_by_field_name("property");
        name.is_some_and(|name| {
            matches!(
                self.evaluator.slice(&callee.with(name)),
                "forEach"
                    | "each"
                    | "map"
                    | "flatMap"
                    | "reduce"
                    | "filter"
                    | "some"
                    | "every"
                    | "mapSeries"
                    | "eachSeries"
                    | "forEachSeries"
            )
        })
    }

    fn elements(&self, list: &Expr<'p>) -> Option<Vec<Value<'p>>> {
        match self.evaluator.eval(list).kind {
            Kind::List(elements) => Some(elements.to_vec()),
            _ => None,
        }
    }

    pub(super) fn each(
        &mut self,
        callee: &Expr<'p>,
        elements: &[Value<'p>],
        arguments: &[Expr<'p>],
    ) {
        let Some(function) = arguments.first() else { return };
        let Kind::Function(function) = self.evaluator.eval(function).kind else { return };
        let name = callee.node.child_by_field_name("property");
        let folds = name.is_some_and(|name| self.evaluator.slice(&callee.with(name)) == "reduce");
        for (index, element) in elements.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "lists in code are short")]
            let position = Argument::Known(Value::new(Kind::Number(index as f64)));
            let element = Argument::Known(element.clone());
            let handed = if folds {
                vec![Argument::Known(Value::unknown()), element, position]
            } else {
                vec![element, position]
            };
            self.function(&function, handed);
        }
    }
}
