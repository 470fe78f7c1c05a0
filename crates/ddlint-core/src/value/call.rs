//! Calls: functions of the project, and those of libraries.

use std::rc::Rc;

use crate::access_path::{AccessPath, Step};

use super::operator::open;
use super::scope::named_children;
use super::{Argument, Call, Evaluator, Expr, Foreign, Kind, Origin, Value};

impl<'p> Evaluator<'p> {
    pub(super) fn call_expression(&self, expr: &Expr<'p>) -> Value<'p> {
        let Some(callee) =
            expr.node.child_by_field_name("function").map(|callee| expr.with(callee))
        else {
            return Value::unknown();
        };
        let arguments = self.arguments(expr);
        if callee.node.kind() == "import" {
            return self.required(expr, arguments.first(), None);
        }
        if let Some(value) = self.method_of_host(&callee, &arguments) {
            return value;
        }
        let function = self.eval(&callee);
        let results =
            function.branches().iter().map(|branch| self.call(branch, expr, &arguments)).collect();
        let origin = function.origin().unwrap_or(Origin::Condition);
        Value::choice(results, origin)
    }

    pub(super) fn new_expression(&self, expr: &Expr<'p>) -> Value<'p> {
        let Some(class) =
            expr.node.child_by_field_name("constructor").map(|class| expr.with(class))
        else {
            return Value::unknown();
        };
        if let Some(value) = self.promised(&class, expr) {
            return value;
        }
        let class = self.eval(&class);
        if class.foreign().any(|host| host.path.is_global("URL")) {
            return self.address(&self.arguments(expr));
        }
        let made = class.branches().iter().map(|branch| match &branch.kind {
            Kind::Class(class) => Value::new(Kind::Instance(class.clone())),
            Kind::Foreign(foreign) => self
                .known_as(&foreign.path.then(Step::Call))
                .unwrap_or_else(|| made_by(foreign, Some(expr))),
            _ => Value::unknown(),
        });
        Value::choice(made.collect(), Origin::Condition)
    }

    /// What a function returns when nothing is known of its arguments.
    pub fn called(&self, function: &Value<'p>) -> Value<'p> {
        let results = function.branches().iter().map(|branch| match &branch.kind {
            Kind::Undefined => Value::undefined(),
            Kind::Class(class) => Value::new(Kind::Instance(class.clone())),
            Kind::Function(function) => self.apply(function, None),
            Kind::Foreign(foreign) => {
                self.registered_value(foreign).unwrap_or_else(|| made_by(foreign, None))
            }
            _ => open(&[branch]),
        });
        Value::choice(results.collect(), function.origin().unwrap_or(Origin::Condition))
    }

    /// The arguments of a call or construction, or of a list of arguments.
    pub fn arguments(&self, call: &Expr<'p>) -> Vec<Expr<'p>> {
        let list = call.node.child_by_field_name("arguments").unwrap_or(call.node);
        match list.kind() {
            "arguments" => named_children(list)
                .filter(|node| node.kind() != "comment")
                .map(|node| call.with(node))
                .collect(),
            // A tagged template is a call with the text as its argument.
            "template_string" => vec![call.with(list)],
            _ => Vec::new(),
        }
    }

    fn call(&self, function: &Value<'p>, expr: &Expr<'p>, arguments: &[Expr<'p>]) -> Value<'p> {
        match &function.kind {
            Kind::Function(function) => {
                let arguments = arguments.iter().cloned().map(Argument::Written);
                self.apply(function, Some(arguments.collect()))
            }
            Kind::Foreign(foreign) => self
                .host_function(foreign, expr, arguments)
                .or_else(|| self.located(foreign, arguments))
                .or_else(|| self.setting(foreign, expr, arguments))
                .or_else(|| self.read_by(foreign, expr.file, arguments))
                .or_else(|| self.registered_value(foreign))
                .or_else(|| self.known_as(&foreign.path.then(Step::Call)))
                .unwrap_or_else(|| made_by(foreign, Some(expr))),
            Kind::Unknown(_) => {
                // What is computed from environment values by code we cannot see is decided by them.
                let arguments: Vec<_> =
                    arguments.iter().map(|argument| self.eval(argument)).collect();
                open(&arguments.iter().chain([function]).collect::<Vec<_>>())
            }
            _ => Value::unknown(),
        }
    }

    /// The calls in the body of a function of the project that is called with these arguments and in those that it calls,
    /// with what they call.
    pub(crate) fn calls_inside(
        &self,
        function: &Value<'p>,
        arguments: &[Expr<'p>],
        level: u32,
    ) -> Vec<(Expr<'p>, Value<'p>)> {
        /// Decorators that are made of others are short, and not made of many others.
        const DEEPEST: u32 = 2;
        const MOST: usize = 32;
        let mut found = Vec::new();
        for branch in function.branches() {
            let Kind::Function(function) = &branch.kind else { continue };
            let arguments = arguments.iter().cloned().map(Argument::Written).collect();
            let Some(body) = entered(function, Some(arguments)) else { continue };
            let mut open = vec![body.node];
            while let Some(node) = open.pop().filter(|_| found.len() < MOST) {
                open.extend(named_children(node));
                let call = body.with(node);
                let callee = node.child_by_field_name("function");
                let Some(callee) = callee.filter(|_| node.kind() == "call_expression") else {
                    continue;
                };
                let called = self.eval(&call.with(callee));
                if level < DEEPEST {
                    found.extend(self.calls_inside(&called, &self.arguments(&call), level + 1));
                }
                found.push((call, called));
            }
        }
        found
    }

    /// What a function of the project returns for these arguments, or for whatever it is called with.
    pub(crate) fn apply(
        &self,
        function: &Expr<'p>,
        arguments: Option<Vec<Argument<'p>>>,
    ) -> Value<'p> {
        let Some(body) = entered(function, arguments) else { return Value::unknown() };
        let value = if body.node.kind() == "statement_block" {
            self.block(&body).unwrap_or_else(Value::undefined)
        } else {
            self.eval(&body)
        };
        let declared = function.node.child_by_field_name("return_type");
        self.or_typed(value, function, declared.and_then(|declared| declared.named_child(0)))
    }

    /// What a container hands out: an instance of the class that it is asked for.
    fn located(&self, foreign: &Foreign<'p>, arguments: &[Expr<'p>]) -> Option<Value<'p>> {
        let locators = &self.index.rules.locators;
        let locator = locators.iter().find(|locator| locator.paths.contains(&foreign.path))?;
        let class = self.eval(arguments.get(locator.class)?);
        Some(match class.kind {
            Kind::Class(class) => Value::new(Kind::Instance(class)),
            Kind::Foreign(class) => made_by(&class, None),
            _ => Value::unknown(),
        })
    }

    /// What `require` brings, or `import` as a function, which brings all exports.
    pub(super) fn required(
        &self,
        expr: &Expr<'p>,
        module: Option<&Expr<'p>>,
        name: Option<&str>,
    ) -> Value<'p> {
        let module = module.map(|module| self.eval(module)).and_then(|module| module.as_text());
        match module {
            Some(module) => self.import(expr.file, expr.span(), &module, name),
            None => Value::unknown(),
        }
    }

    /// The library's class that a class of the project is derived from, if it is one of `paths`. A class with a
    /// constructor of its own does not count: what the library gets is what its `super(…)` says.
    pub fn base(&self, value: &Value<'p>, paths: &[AccessPath]) -> Option<Foreign<'p>> {
        self.deeper(|| self.base_of_class(value, paths))?
    }

    /// What a class of the project hands to the library's class that it is derived from, when it is made with these
    /// arguments: the library's class and the call of `super`.
    pub(crate) fn handed_to_base(
        &self,
        class: &Value<'p>,
        arguments: Vec<Expr<'p>>,
        paths: &[AccessPath],
    ) -> Option<(Foreign<'p>, Expr<'p>)> {
        let Kind::Class(class) = &class.kind else { return None };
        let function = class.with(self.constructor(class)?);
        let parent = self.superclass(class)?;
        let arguments = arguments.into_iter().map(Argument::Written).collect();
        let body = entered(&function, Some(arguments))?;
        let calls = named_children(body.node).filter_map(|statement| {
            let call = statement.named_child(0).filter(|node| node.kind() == "call_expression")?;
            let callee = call.child_by_field_name("function")?;
            (callee.kind() == "super").then(|| body.with(call))
        });
        let call = calls.into_iter().next()?;
        let found = parent.foreign().find(|foreign| paths.contains(&foreign.path)).cloned();
        if let Some(found) = found.or_else(|| self.base(&parent, paths)) {
            return Some((found, call));
        }
        let arguments = self.arguments(&call);
        self.deeper(|| self.handed_to_base(&parent, arguments, paths))?
    }

    fn base_of_class(&self, value: &Value<'p>, paths: &[AccessPath]) -> Option<Foreign<'p>> {
        let Kind::Class(class) = &value.kind else { return None };
        if self.constructor(class).is_some() {
            return None;
        }
        let parent = self.superclass(class)?;
        let found = parent.foreign().find(|foreign| paths.contains(&foreign.path)).cloned();
        found.or_else(|| self.base(&parent, paths))
    }
}

/// The body of a function, as these arguments enter it.
pub(crate) fn entered<'p>(
    function: &Expr<'p>,
    arguments: Option<Vec<Argument<'p>>>,
) -> Option<Expr<'p>> {
    let body = function.node.child_by_field_name("body")?;
    let parameters = function.node.child_by_field_name("parameters");
    let takes_none = parameters.is_some_and(|parameters| parameters.named_child_count() == 0)
        && function.node.child_by_field_name("parameter").is_none();
    // Without parameters every call is the same, and known once it has been looked at.
    let frame = if takes_none {
        function.frame.clone()
    } else {
        Some(Rc::new(Call {
            function: function.node.id(),
            arguments,
            outer: function.frame.clone(),
            this: None,
        }))
    };
    Some(Expr { file: function.file, node: body, frame })
}

/// What calling or constructing a foreign value gives.
fn made_by<'p>(foreign: &Foreign<'p>, site: Option<&Expr<'p>>) -> Value<'p> {
    Value::new(Kind::Foreign(foreign.called(site)))
}
