//! Calls: functions of the project, the few of the host that pass values on, and those of libraries.

use std::rc::Rc;

use tree_sitter::Node;

use crate::access_path::{AccessPath, Step};
use crate::rule::{Registration, SettingFileId};
use crate::source::FileId;

use super::operator::{boolean, open};
use super::scope::{WHOLE, named_children};
use super::{Call, Evaluator, Expr, Foreign, Kind, Member, Object, Truth, Value};

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
        let origin = function.origin().unwrap_or(super::Origin::Condition);
        Value::choice(results, origin)
    }

    pub(super) fn new_expression(&self, expr: &Expr<'p>) -> Value<'p> {
        let Some(class) =
            expr.node.child_by_field_name("constructor").map(|class| expr.with(class))
        else {
            return Value::unknown();
        };
        let class = self.eval(&class);
        let made = class.branches().iter().map(|branch| match &branch.kind {
            Kind::Class(class) => Value::new(Kind::Instance(class.clone())),
            Kind::Foreign(foreign) => made_by(foreign, Some(expr.clone())),
            _ => Value::unknown(),
        });
        Value::choice(made.collect(), super::Origin::Condition)
    }

    /// What a function returns when nothing is known of its arguments.
    pub fn called(&self, function: &Value<'p>) -> Value<'p> {
        let results = function.branches().iter().map(|branch| match &branch.kind {
            Kind::Undefined => Value::undefined(),
            Kind::Class(class) => Value::new(Kind::Instance(class.clone())),
            Kind::Function(function) => self.apply(function, None),
            Kind::Foreign(foreign) => made_by(foreign, None),
            _ => open(&[branch]),
        });
        Value::choice(results.collect(), function.origin().unwrap_or(super::Origin::Condition))
    }

    /// The arguments of a call or construction, or of a list of arguments.
    pub fn arguments(&self, call: &Expr<'p>) -> Vec<Expr<'p>> {
        let list = call.node.child_by_field_name("arguments").unwrap_or(call.node);
        let nodes = Some(list)
            .filter(|list| list.kind() == "arguments")
            .into_iter()
            .flat_map(named_children);
        nodes.filter(|node| node.kind() != "comment").map(|node| call.with(node)).collect()
    }

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
            let is_spread = arguments
                .iter()
                .take(index + 1)
                .any(|argument| argument.node.kind() == "spread_element");
            let value = match arguments.get(index) {
                _ if is_spread => Value::unknown(),
                Some(argument) => self.eval(argument),
                None => Value::undefined(),
            };
            let default = default.map(|default| usage.with(default));
            return match default {
                Some(default) => value.or_default(|| self.eval(&default)),
                None => value,
            };
        }
        self.passed(&usage.with(function), index).unwrap_or_else(Value::unknown)
    }

    /// What is passed to a callback: what `promise.then(value => …)` waits for, or something of the library that is
    /// called. Access paths write the latter as a member of what the call returns: `transaction().$0`.
    fn passed(&self, function: &Expr<'p>, index: usize) -> Option<Value<'p>> {
        let around = self.ancestors(function);
        let [arguments, call, ..] = around.as_slice() else { return None };
        let callee =
            call.child_by_field_name("function").filter(|_| arguments.kind() == "arguments")?;
        let is_then = callee
            .child_by_field_name("property")
            .is_some_and(|name| self.slice(&function.with(name)) == "then");
        if is_then && index == 0 && arguments.named_child(0) == Some(function.node) {
            return Some(self.eval(&function.with(callee.child_by_field_name("object")?)));
        }
        let callee = self.eval(&function.with(callee));
        let passed =
            callee.foreign().filter(|foreign| !foreign.path.module.is_empty()).map(|foreign| {
                let site = Some(function.with(*call));
                let path = foreign.path.then(Step::Call).then(Step::Member(format!("${index}")));
                let sites = foreign.sites.iter().cloned().chain([site]).collect();
                Value::new(Kind::Foreign(Foreign { path, sites }))
            });
        let passed: Vec<_> = passed.collect();
        (!passed.is_empty()).then(|| Value::choice(passed, super::Origin::Condition))
    }

    fn call(&self, function: &Value<'p>, expr: &Expr<'p>, arguments: &[Expr<'p>]) -> Value<'p> {
        match &function.kind {
            Kind::Function(function) => self.apply(function, Some(arguments.to_vec())),
            Kind::Foreign(foreign) => self
                .host_function(foreign, expr, arguments)
                .or_else(|| self.located(foreign, arguments))
                .or_else(|| self.setting(foreign, expr, arguments))
                .or_else(|| self.read_by(foreign, expr.file))
                .unwrap_or_else(|| made_by(foreign, Some(expr.clone()))),
            Kind::Unknown(_) => {
                // What is computed from environment values by code we cannot see is decided by them.
                let arguments: Vec<_> =
                    arguments.iter().map(|argument| self.eval(argument)).collect();
                open(&arguments.iter().chain([function]).collect::<Vec<_>>())
            }
            _ => Value::unknown(),
        }
    }

    /// What a function of the project returns for these arguments, or for whatever it is called with.
    pub(super) fn apply(&self, function: &Expr<'p>, arguments: Option<Vec<Expr<'p>>>) -> Value<'p> {
        let Some(body) = function.node.child_by_field_name("body") else { return Value::unknown() };
        let parameters = function.node.child_by_field_name("parameters");
        let takes_none = parameters.is_some_and(|parameters| parameters.named_child_count() == 0);
        // Without parameters every call is the same, and known once it has been looked at.
        let frame = if takes_none {
            function.frame.clone()
        } else {
            Some(Rc::new(Call {
                function: function.node.id(),
                arguments,
                outer: function.frame.clone(),
            }))
        };
        let body = Expr { file: function.file, node: body, frame };
        if body.node.kind() == "statement_block" {
            return self.block(&body).unwrap_or_else(Value::undefined);
        }
        self.eval(&body)
    }

    /// Functions of the host that pass a value on or decide a truth.
    fn host_function(
        &self,
        foreign: &Foreign<'p>,
        expr: &Expr<'p>,
        arguments: &[Expr<'p>],
    ) -> Option<Value<'p>> {
        if matches!(foreign.path.module.as_str(), "path" | "node:path") {
            return self.path_function(foreign.path.last_name(), arguments);
        }
        if !foreign.path.module.is_empty() {
            return None;
        }
        let first = || arguments.first().map(|argument| self.eval(argument));
        let path = foreign.path.to_string();
        match path.as_str() {
            "#require" => Some(self.required(expr, arguments.first(), Some(WHOLE))),
            "#Boolean" => first().map(|value| boolean(value.truthy(), &value)),
            "#JSON.parse" => first().map(|value| parsed(&value)),
            "#Object.freeze" | "#Object.seal" | "#structuredClone" | "#Promise.resolve" => first(),
            "#String" => first().map(|value| match value.as_text() {
                Some(text) => Value::text(&text),
                None => open(&[&value]),
            }),
            "#Object.assign" => {
                let target = arguments.first()?;
                let members = arguments.iter().map(|argument| {
                    let value = self.eval(argument);
                    let value = match value.kind {
                        // What a library returned was merged into: not known.
                        Kind::Foreign(_) => Value::unknown(),
                        _ => value,
                    };
                    Member::Spread { span: argument.span(), value }
                });
                let span = arguments
                    .iter()
                    .find(|argument| argument.node.kind() == "object")
                    .unwrap_or(target)
                    .span();
                Some(Value::new(Kind::Object(Object { span, members: members.collect() })))
            }
            "#process.cwd" => {
                let folder = self.index.project.package_folder(expr.file);
                Some(Value::text(&format!("/{}", folder.trim_end_matches('/'))))
            }
            "#Object.values" => Some(self.members(&first()?)),
            _ => {
                let arguments: Vec<_> =
                    arguments.iter().map(|argument| self.eval(argument)).collect();
                Some(open(&arguments.iter().collect::<Vec<_>>()))
            }
        }
    }

    /// `path.join`, `path.resolve`: what globs are written with.
    fn path_function(&self, name: &str, arguments: &[Expr<'p>]) -> Option<Value<'p>> {
        if !matches!(name, "join" | "resolve") {
            return None;
        }
        let parts: Vec<_> = arguments.iter().map(|argument| self.eval(argument)).collect();
        let mut joined = String::new();
        for part in &parts {
            let Some(text) = part.as_text() else {
                return Some(open(&parts.iter().collect::<Vec<_>>()));
            };
            if name == "resolve" && text.starts_with('/') {
                joined.clear();
            }
            if !joined.is_empty() && !joined.ends_with('/') && !text.starts_with('/') {
                joined.push('/');
            }
            joined.push_str(&text);
        }
        Some(Value::text(&joined))
    }

    /// The values of all members, as a list.
    fn members(&self, value: &Value<'p>) -> Value<'p> {
        let values = match &value.kind {
            Kind::Exports(file) => self.exports(*file),
            Kind::Object(object) => {
                let value = |member: &Member<'p>| match member {
                    Member::Pair { value, .. } => self.eval(value),
                    _ => Value::unknown(),
                };
                object.members.iter().map(value).collect()
            }
            _ => return open(&[value]),
        };
        Value::new(Kind::List(values.into()))
    }

    /// Methods of texts and lists that comparisons are written with.
    fn method_of_host(&self, callee: &Expr<'p>, arguments: &[Expr<'p>]) -> Option<Value<'p>> {
        let name = callee
            .node
            .child_by_field_name("property")
            .map(|name| self.slice(&callee.with(name)))?;
        if !matches!(
            name,
            "toLowerCase" | "toUpperCase" | "trim" | "toString" | "includes" | "bind"
        ) {
            return None;
        }
        let value = self.eval(&callee.with(callee.node.child_by_field_name("object")?));
        match (name, &value.kind) {
            ("toLowerCase", Kind::Text(text)) => Some(Value::text(&text.to_lowercase())),
            ("toUpperCase", Kind::Text(text)) => Some(Value::text(&text.to_uppercase())),
            ("trim", Kind::Text(text)) => Some(Value::text(text.trim())),
            ("toString", _) => value.as_text().map(|text| Value::text(&text)),
            ("includes", Kind::List(elements)) => {
                let wanted = self.eval(arguments.first()?);
                let text = wanted.as_text();
                let is_there = text.map(|text| {
                    elements.iter().any(|element| element.as_text().as_deref() == Some(&text))
                });
                Some(match is_there {
                    Some(is_there) => boolean(Truth::of(is_there), &wanted),
                    None => open(&[&wanted]),
                })
            }
            ("bind", Kind::Function(_)) => Some(value),
            (_, Kind::Unknown(unknown)) => {
                let text = unknown.text && name != "includes";
                let kind = Kind::Unknown(super::Unknown {
                    origin: unknown.origin.clone(),
                    text,
                    truthy: false,
                });
                Some(Value { kind, ..value })
            }
            _ => None,
        }
    }

    /// A value of the application's configuration.
    fn setting(
        &self,
        foreign: &Foreign<'p>,
        expr: &Expr<'p>,
        arguments: &[Expr<'p>],
    ) -> Option<Value<'p>> {
        let settings = &self.index.rules.settings;
        let id = settings.iter().position(|setting| setting.paths.contains(&foreign.path))?;
        let key = arguments.get(settings[id].key).and_then(|key| self.eval(key).as_text());
        let Some(key) = key else { return Some(Value::from_origin(super::Origin::Condition)) };
        if let Some(value) = self.index.assumed.values.get(&key) {
            return Some(Value::text(value));
        }
        if let Some(value) = self.registered_at(id, &key) {
            return Some(value.via(expr.span(), format!("`{key}` comes from the configuration")));
        }
        let value = Value::from_origin(super::Origin::Configuration(key.as_str().into()));
        Some(value.via(expr.span(), format!("`{key}` comes from the configuration")))
    }

    /// What a call somewhere in the project has registered under a key, or under the beginning of one: `database.url`
    /// is the `url` of what is registered as `database`.
    fn registered_at(&self, setting: usize, key: &str) -> Option<Value<'p>> {
        let registration = self.index.rules.settings[setting].registered.as_ref()?;
        let (name, rest) =
            key.split_once('.').map_or((key, None), |(name, rest)| (name, Some(rest)));
        let span = self.index.registered(setting, name)?;
        let (_, root) = self.index.tree(span.file)?;
        let node = root.descendant_for_byte_range(span.start as usize, span.end as usize)?;
        let call = Expr { file: span.file, node, frame: None };
        let value = self.registered_by(&call, registration)?;
        let keys = rest.into_iter().flat_map(|rest| rest.split('.'));
        let value = keys.fold(value, |value, key| self.get(&value, key));
        (!matches!(value.kind, Kind::Undefined)).then_some(value)
    }

    /// What a registering call registers.
    fn registered_by(&self, call: &Expr<'p>, registration: &Registration) -> Option<Value<'p>> {
        let arguments = self.arguments(call);
        Some(self.called(&self.eval(arguments.get(registration.value)?)))
    }

    /// What a type such as `ConfigType<typeof databaseConfig>` stands for.
    pub(super) fn registered_type(&self, annotation: &Expr<'p>) -> Option<Value<'p>> {
        let field =
            |name| annotation.node.child_by_field_name(name).map(|child| annotation.with(child));
        let name = self.type_value(&field("name")?)?;
        let mut registrations =
            self.index.rules.settings.iter().filter_map(|setting| setting.registered.as_ref());
        let is_meant = |registration: &&Registration| {
            name.foreign().any(|foreign| registration.types.contains(&foreign.path))
        };
        let registration = registrations.find(is_meant)?;
        let query = field("type_arguments")?
            .node
            .named_child(0)
            .filter(|inner| inner.kind() == "type_query")?;
        let value = self.eval(&annotation.with(query.named_child(0)?));
        let site = value.foreign().find_map(|foreign| foreign.sites.last().cloned().flatten())?;
        self.registered_by(&site, registration)
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

    /// What a call finds in a configuration file.
    fn read_by(&self, called: &Foreign<'p>, at: FileId) -> Option<Value<'p>> {
        let files = &self.index.rules.files;
        let id = files.iter().position(|file| file.paths.contains(&called.path))?;
        let value = self.configured(SettingFileId(id), at);
        Some(match &value.kind {
            // Several connections: which one is meant is told by name.
            Kind::List(all) => Value::choice(all.to_vec(), super::Origin::Condition),
            _ => value,
        })
    }

    /// The value in a configuration file of the package that a file belongs to. Unknown if there is no such file: it may
    /// come with the deployment.
    pub fn configured(&self, id: SettingFileId, at: FileId) -> Value<'p> {
        let project = self.index.project;
        let folder = project.package_folder(at);
        let mut names = self.index.rules.files[id.0].names.iter();
        let found = names.find_map(|name| project.file(&format!("{folder}{name}")));
        let Some(file) = found else { return Value::unknown() };
        let value = self.export(file, "default");
        match &value.kind {
            Kind::Function(_) => self.called(&value),
            _ => value,
        }
    }

    /// What `require` brings, or `import` as a function, which brings all exports.
    fn required(
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

/// What calling or constructing a foreign value gives.
fn made_by<'p>(foreign: &Foreign<'p>, site: Option<Expr<'p>>) -> Value<'p> {
    let mut sites = foreign.sites.clone();
    sites.push(site);
    Value::new(Kind::Foreign(Foreign { path: foreign.path.then(Step::Call), sites }))
}

/// `JSON.parse`: a constant text, or something that an open text decides.
fn parsed<'p>(value: &Value<'p>) -> Value<'p> {
    let results = value.branches().iter().map(|branch| match branch.as_text().as_deref() {
        Some("true") => Value::new(Kind::Bool(true)),
        Some("false") => Value::new(Kind::Bool(false)),
        Some("null") => Value::new(Kind::Null),
        _ => open(&[branch]),
    });
    let mut parsed =
        Value::choice(results.collect(), value.origin().unwrap_or(super::Origin::Condition));
    parsed.trail.clone_from(&value.trail);
    parsed
}
