//! Who calls a function of the project: what its parameters are where nothing on the way says so.

use std::rc::Rc;

use tree_sitter::Node;

use crate::rule::{Package, Role};
use crate::source::FileId;

use super::scope::{Declared, is_function, named_children};
use super::{Evaluator, Expr, Foreign, Hop, Kind, Origin, Value};

/// A function that is called more often is a tool of many: what it gets is not told by its calls.
const MOST_CALLS: usize = 16;
/// Functions that hand on what they were handed: so far back.
const DEEPEST: u32 = 3;

/// What a reader is told of a call that hands a value on.
const PASSING: &str = "it is passed here";

impl Hop {
    /// Whether it is a call that hands the value to a function of the project.
    pub(crate) fn is_passing(&self) -> bool {
        self.text == PASSING
    }
}

impl<'p> Evaluator<'p> {
    /// Answers a question in which parameters are what the calls in the project pass. Without it they are unknown outside
    /// of calls: most questions are about where something comes from, and many.
    pub(crate) fn with_callers<T>(&self, answer: impl FnOnce() -> T) -> T {
        let before = self.asks_callers.replace(true);
        let answer = answer();
        self.asks_callers.set(before);
        answer
    }

    /// What a parameter is of a function that a file exports as a whole, as rule files say by its name.
    pub(super) fn by_factory(&self, function: &Expr<'p>, index: usize) -> Option<Value<'p>> {
        let factories = &self.index.rules.factories;
        let list = function.node.child_by_field_name("parameters")?;
        let parameter = named_children(list).filter(|one| one.kind() != "comment").nth(index)?;
        let name = parameter.child_by_field_name("pattern").unwrap_or(parameter);
        let name = self.slice(&function.with(name));
        let brings = |package: &Package| self.index.project.brings(function.file, &package.name);
        let factory = factories
            .iter()
            .find(|one| one.parameter == name && one.packages.iter().any(brings))?;
        let is_whole = match self.export(function.file, "default").kind {
            Kind::Function(exported) => exported.node == function.node,
            _ => false,
        };
        let sites = vec![None; factory.path.calls()];
        let handed = Foreign { sites, ..Foreign::at(factory.path.clone()) };
        is_whole.then(|| Value::new(Kind::Foreign(handed)))
    }

    /// What the calls of a function pass for a parameter. `None` if none is seen, or too many.
    pub(super) fn by_callers(
        &self,
        function: &Expr<'p>,
        index: usize,
        default: Option<&Expr<'p>>,
    ) -> Option<Value<'p>> {
        if !self.asks_callers.get() || self.callers_deep.get() >= DEEPEST {
            return None;
        }
        // What migrations pass is their business, and told of with them.
        let is_application = |call: &&Expr<'p>| self.role(call) != Role::Migration;
        let calls = self.callers(function);
        let calls: Vec<_> = calls.iter().filter(is_application).collect();
        if calls.is_empty() || calls.len() > MOST_CALLS {
            return None;
        }
        self.callers_deep.set(self.callers_deep.get() + 1);
        let passed = calls.iter().map(|call| {
            let arguments = self.arguments(call);
            let is_spread = arguments
                .iter()
                .take(index + 1)
                .any(|argument| argument.node.kind() == "spread_element");
            let value = match arguments.get(index) {
                _ if is_spread => Value::unknown(),
                Some(argument) => self.eval(argument),
                None => Value::undefined(),
            };
            let value = match default {
                Some(default) => value.or_default(|| self.eval(default)),
                None => value,
            };
            value.via(call.span(), PASSING)
        });
        let passed = passed.collect();
        self.callers_deep.set(self.callers_deep.get() - 1);
        Some(Value::choice(passed, Origin::Each))
    }

    /// Whether an expression is reached from a parameter of which no type says what it is, `client.query`, of a function
    /// that its own file calls: to look for the callers of all others would parse half of the project.
    pub(crate) fn begins_with_untyped_parameter(&self, expr: &Expr<'p>) -> bool {
        let mut root = expr.node;
        while let Some(inner) =
            root.child_by_field_name("object").or_else(|| root.child_by_field_name("function"))
        {
            root = inner;
        }
        let name = self.slice(&expr.with(root));
        let scopes = self.index.scopes(expr.file).filter(|_| root.kind() == "identifier");
        let binding = scopes.and_then(|scopes| scopes.resolve(name, root.start_byte()));
        let function = binding.and_then(|binding| match binding.declared {
            Declared::Parameter { function, annotation: None, .. } => Some(expr.with(function)),
            _ => None,
        });
        let called = function.and_then(|function| self.called_name(&function));
        called.is_some_and(|called| !self.calls_of_name(expr.file, called).is_empty())
    }

    /// Whether a place is in a function that only migrations call, directly or through others.
    pub(crate) fn is_only_called_by_migrations(&self, at: &Expr<'p>) -> bool {
        self.is_of_migrations(at, 0)
    }

    fn is_of_migrations(&self, at: &Expr<'p>, level: u32) -> bool {
        let around = self.ancestors(at);
        let functions = around.iter().filter(|node| is_function(node.kind()));
        let mut calls = functions.map(|function| self.callers(&at.with(*function)));
        let Some(calls) = calls.find(|calls| !calls.is_empty()) else { return false };
        calls.iter().all(|call| {
            self.role(call) == Role::Migration
                || (level < DEEPEST && self.is_of_migrations(call, level + 1))
        })
    }

    /// The calls of a function in the project, tests left out, as far as its name tells where to look.
    fn callers(&self, function: &Expr<'p>) -> Rc<[Expr<'p>]> {
        let key = function.node.id();
        if let Some(known) = self.callers.borrow().get(&key) {
            return known.clone();
        }
        // Who asks meanwhile is inside of the answer.
        self.callers.borrow_mut().insert(key, Rc::new([]));
        let found: Rc<[Expr<'p>]> = self.find_callers(function).into();
        self.callers.borrow_mut().insert(key, found.clone());
        found
    }

    fn find_callers(&self, function: &Expr<'p>) -> Vec<Expr<'p>> {
        let Some(name) = self.called_name(function) else { return Vec::new() };
        let files = self.index.calling(name);
        let of_code = files.iter().filter(|file| self.index.project.role(**file) != Role::Test);
        let mut found = Vec::new();
        for file in of_code {
            for call in self.calls_of_name(*file, name) {
                if found.len() > MOST_CALLS {
                    return found;
                }
                if self.calls(&call, function) {
                    found.push(call);
                }
            }
        }
        found
    }

    /// The name by which a function is called: its own, or that of its class for a constructor.
    fn called_name(&self, function: &Expr<'p>) -> Option<&'p str> {
        let around = self.ancestors(function);
        let named = |node: Node<'p>, field| node.child_by_field_name(field);
        let name = match around.first().filter(|_| function.node.kind() != "method_definition") {
            Some(holder) if holder.kind() == "variable_declarator" => named(*holder, "name"),
            Some(holder) if holder.kind() == "pair" => named(*holder, "key"),
            Some(holder) if holder.kind().ends_with("field_definition") => {
                named(*holder, "name").or_else(|| named(*holder, "property"))
            }
            _ => named(function.node, "name"),
        };
        let name = self.slice(&function.with(name?));
        if name != "constructor" {
            return Some(name);
        }
        let class = around.iter().find(|node| node.kind().contains("class_declaration"))?;
        Some(self.slice(&function.with(named(*class, "name")?)))
    }

    /// Calls and constructions of something of that name in a file.
    fn calls_of_name(&self, file: FileId, name: &str) -> Vec<Expr<'p>> {
        let Some((source, root)) = self.index.tree(file) else { return Vec::new() };
        let call = |(start, _): (usize, &str)| {
            let node = root.descendant_for_byte_range(start, start + name.len())?;
            let node = Some(node).filter(|node| {
                node.byte_range() == (start..start + name.len())
                    && node.kind().contains("identifier")
            })?;
            let around = self.ancestors(&Expr { file, node, frame: None });
            let mut inner = node;
            for outer in around.iter().copied() {
                let is = |field| outer.child_by_field_name(field) == Some(inner);
                match outer.kind() {
                    "member_expression" if is("property") => inner = outer,
                    "call_expression" if is("function") => return Some(outer),
                    "new_expression" if is("constructor") => return Some(outer),
                    _ => return None,
                }
            }
            None
        };
        let calls = source.text.match_indices(name).filter_map(call);
        calls.map(|node| Expr { file, node, frame: None }).collect()
    }

    /// Whether a call is one of that function.
    fn calls(&self, call: &Expr<'p>, function: &Expr<'p>) -> bool {
        let field = |name| call.node.child_by_field_name(name).map(|node| call.with(node));
        let Some(callee) = field("function").or_else(|| field("constructor")) else { return false };
        let called = self.eval(&callee);
        called.branches().iter().any(|branch| match &branch.kind {
            Kind::Function(called) => called.node == function.node,
            Kind::Class(class) => {
                let body = class.node.child_by_field_name("body");
                let mut members = body.into_iter().flat_map(named_children);
                members.any(|member| member == function.node)
            }
            _ => false,
        })
    }
}
