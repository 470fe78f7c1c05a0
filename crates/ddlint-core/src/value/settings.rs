//! The application's configuration: what reads it, and what the project itself says of it.

use tree_sitter::Node;

use crate::access_path::Step;
use crate::index::Index;
use crate::rule::{Handed, OptionPath, OptionStep, Registration};
use crate::source::{FileId, Span};

use super::{Evaluator, Expr, Foreign, Kind, Value};

impl<'p> Evaluator<'p> {
    /// A value of the application's configuration.
    pub(super) fn setting(
        &self,
        foreign: &Foreign<'p>,
        expr: &Expr<'p>,
        arguments: &[Expr<'p>],
    ) -> Option<Value<'p>> {
        let settings = &self.index.rules.settings;
        let id = settings.iter().position(|setting| setting.paths.contains(&foreign.path))?;
        let key = arguments.get(settings[id].key).and_then(|key| self.eval(key).as_text());
        let Some(key) = key else { return Some(Value::from_origin(super::Origin::Condition)) };
        if let Some(value) = self.assumed(&key) {
            return Some(value);
        }
        let loaded = || self.loaded_at(id, &key, expr.file);
        if let Some(value) = self.registered_at(id, &key).or_else(loaded) {
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
        let call = self.call_at(span)?;
        let value = self.registered_by(&call, registration)?;
        let keys = rest.into_iter().flat_map(|rest| rest.split('.'));
        let value = keys.fold(value, |value, key| self.get(&value, key));
        (!matches!(value.kind, Kind::Undefined)).then_some(value)
    }

    /// What a function returns that the configuration of a package is loaded with, at the end of a path of keys.
    fn loaded_at(&self, setting: usize, key: &str, at: FileId) -> Option<Value<'p>> {
        let (index, path) = &self.index.rules.settings[setting].loaded.as_ref()?.functions;
        let folder = self.index.project.package_folder(at);
        let call = self.call_at(self.index.registered(setting, &Index::loaded_key(folder))?)?;
        let functions = self.option(&self.eval(self.arguments(&call).get(*index)?), path);
        let Kind::List(functions) = &functions.kind else { return None };
        let own = functions.iter().filter(|one| matches!(one.kind, Kind::Function(_)));
        own.rev().find_map(|function| {
            let value =
                key.split('.').fold(self.called(function), |value, key| self.get(&value, key));
            (!matches!(value.kind, Kind::Undefined)).then_some(value)
        })
    }

    /// The call at a place.
    fn call_at(&self, span: Span) -> Option<Expr<'p>> {
        let (_, root) = self.index.tree(span.file)?;
        let node = root.descendant_for_byte_range(span.start as usize, span.end as usize)?;
        Some(Expr { file: span.file, node, frame: None })
    }

    /// What calling a value of a library gives, if that is what a call has registered: `databaseConfig()`.
    pub(super) fn registered_value(&self, called: &Foreign<'p>) -> Option<Value<'p>> {
        let path = called.path.then(Step::Call);
        let registrations =
            self.index.rules.settings.iter().filter_map(|setting| setting.registered.as_ref());
        let registration =
            registrations.into_iter().find(|registration| registration.paths.contains(&path))?;
        self.registered_by(called.sites.iter().flatten().next()?, registration)
    }

    /// What a function that stands among the arguments of a call is called with first: something else that stands there.
    pub(super) fn handed(&self, function: &Expr<'p>, around: &[Node<'p>]) -> Option<Value<'p>> {
        // Most functions stand elsewhere: that is seen without asking what is called.
        let holder = around.first().filter(|node| node.kind() == "pair").unwrap_or(&function.node);
        let key =
            holder.child_by_field_name("key").or_else(|| holder.child_by_field_name("name"))?;
        let key = self.slice(&function.with(key));
        let is_named =
            |handed: &Handed| handed.function.1.0.last() == Some(&OptionStep::Key(key.into()));
        if !self.index.rules.handed.iter().any(is_named) {
            return None;
        }
        let call = around.iter().take(4).find(|node| node.kind() == "call_expression")?;
        let call = function.with(*call);
        let callee = self.eval(&call.with(call.node.child_by_field_name("function")?));
        let handed =
            self.index.rules.handed.iter().find(|handed| {
                callee.foreign().any(|foreign| handed.paths.contains(&foreign.path))
            })?;
        let arguments = self.arguments(&call);
        let at = |(index, path): &(usize, OptionPath)| {
            Some(self.option(&self.eval(arguments.get(*index)?), path))
        };
        let is_meant = at(&handed.function)?.branches().iter().any(
            |branch| matches!(&branch.kind, Kind::Function(meant) if meant.node == function.node),
        );
        let mut values = handed.values.iter().filter_map(at);
        values.find(|value| is_meant && !matches!(value.kind, Kind::Undefined))
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
}
