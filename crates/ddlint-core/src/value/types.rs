//! Declared types, as far as they tell where a value comes from.

use tree_sitter::Node;

use super::scope::{Binding, Declared, named_children};
use super::{Evaluator, Expr, Kind, Origin, Value};

impl<'p> Evaluator<'p> {
    /// A value that code leaves open, as its declared type tells where it comes from.
    pub(super) fn or_typed(
        &self,
        value: Value<'p>,
        usage: &Expr<'p>,
        annotation: Option<Node<'p>>,
    ) -> Value<'p> {
        let Some(annotation) = annotation else { return value };
        let typed = || self.instance_of_type(&usage.with(annotation));
        match &value.kind {
            Kind::Undefined | Kind::Null => typed().unwrap_or(value),
            Kind::Unknown(unknown) if unknown.origin == Origin::Unknown => typed().unwrap_or(value),
            // What something of another library hands out is what it is said to be.
            Kind::Foreign(foreign) => {
                let is_other = |typed: &Value<'p>| {
                    typed.foreign().all(|typed| typed.path.module != foreign.path.module)
                };
                match typed().filter(is_other) {
                    Some(typed) => Value::choice(vec![typed, value], Origin::Condition),
                    None => value,
                }
            }
            _ => value,
        }
    }

    /// An instance of a declared type, if the type is a class of the project or of a library.
    pub(super) fn instance_of_type(&self, annotation: &Expr<'p>) -> Option<Value<'p>> {
        if annotation.node.kind() == "generic_type"
            && let Some(value) = self.registered_type(annotation)
        {
            return Some(value);
        }
        let class = self.type_value(annotation)?;
        let instance = |class: &Value<'p>| match &class.kind {
            Kind::Class(class) => Some(Value::new(Kind::Instance(class.clone()))),
            Kind::Foreign(class) => Some(Value::new(Kind::Foreign(class.called(None)))),
            _ => None,
        };
        let instances: Vec<_> = class.branches().iter().filter_map(instance).collect();
        (!instances.is_empty()).then(|| Value::choice(instances, Origin::Condition))
    }

    /// What a type's name means: a class, or something of a library.
    pub fn type_value(&self, annotation: &Expr<'p>) -> Option<Value<'p>> {
        self.deeper(|| self.type_kind(annotation))?
    }

    /// What a function that stands among the arguments of a call is called with, as the called function declares it:
    /// `withRunner(async (runner) => …)` where `withRunner(work: (runner: QueryRunner) => Promise<void>)`.
    pub(super) fn declared_to_pass(
        &self,
        callee: &Value<'p>,
        position: usize,
        index: usize,
    ) -> Option<Value<'p>> {
        let Kind::Function(function) = &callee.kind else { return None };
        let declared = function.with(type_of_parameter(function.node, position)?);
        let declared = self.spelled_out(&declared);
        let inner = (declared.node.kind() == "function_type").then_some(declared.node)?;
        self.instance_of_type(&declared.with(type_of_parameter(inner, index)?))
    }

    /// What a parameter of a function is declared to be.
    pub(crate) fn declared_parameter(
        &self,
        function: &Expr<'p>,
        index: usize,
    ) -> Option<Value<'p>> {
        self.instance_of_type(&function.with(type_of_parameter(function.node, index)?))
    }

    /// The type that a name stands for, if it is declared as another one in the same file.
    fn spelled_out(&self, annotation: &Expr<'p>) -> Expr<'p> {
        let name = self.slice(annotation);
        let scopes = self.index.scopes(annotation.file);
        let is_alias = |binding: &Binding<'p>| matches!(binding.declared, Declared::Alias(_));
        let binding = scopes
            .and_then(|scopes| scopes.resolve_that(name, annotation.node.start_byte(), is_alias));
        match binding.map(|binding| &binding.declared) {
            Some(Declared::Alias(node)) => annotation.with(*node),
            _ => annotation.clone(),
        }
    }

    fn type_kind(&self, annotation: &Expr<'p>) -> Option<Value<'p>> {
        let node = annotation.node;
        match node.kind() {
            "type_identifier" | "identifier" => {
                let name = self.slice(annotation);
                let scopes = self.index.scopes(annotation.file)?;
                let meant = self.spelled_out(annotation);
                if meant.node != node {
                    return self.type_value(&meant);
                }
                // `(user: user)`: a parameter is no type, whatever it is called.
                let is_type = |binding: &Binding<'p>| {
                    matches!(binding.declared, Declared::Definition(_) | Declared::Import { .. })
                };
                let binding = scopes.resolve_that(name, node.start_byte(), is_type)?;
                Some(self.binding(annotation, name, binding))
            }
            "nested_type_identifier" => {
                let module =
                    self.type_value(&annotation.with(node.child_by_field_name("module")?))?;
                let name = self.slice(&annotation.with(node.child_by_field_name("name")?));
                Some(self.get(&module, name))
            }
            // `Partial<X>`, `Promise<X>` and the like say as much of a value as `X` does.
            "generic_type" => {
                let name = self.slice(&annotation.with(node.child_by_field_name("name")?));
                let transparent = matches!(
                    name,
                    "Partial" | "Readonly" | "Required" | "Promise" | "Omit" | "Pick"
                );
                let inner =
                    node.child_by_field_name("type_arguments").and_then(|list| list.named_child(0));
                match inner.filter(|_| transparent) {
                    Some(inner) => self.type_value(&annotation.with(inner)),
                    None => self.type_value(&annotation.with(node.child_by_field_name("name")?)),
                }
            }
            "union_type" | "intersection_type" => {
                let parts =
                    named_children(node).filter_map(|part| self.type_value(&annotation.with(part)));
                let parts: Vec<_> = parts.collect();
                (!parts.is_empty()).then(|| Value::choice(parts, Origin::Condition))
            }
            "parenthesized_type" | "readonly_type" => {
                self.type_value(&annotation.with(node.named_child(0)?))
            }
            _ => None,
        }
    }
}

/// The declared type of a parameter.
fn type_of_parameter(function: Node<'_>, index: usize) -> Option<Node<'_>> {
    let list = function.child_by_field_name("parameters")?;
    let parameter = named_children(list).filter(|one| one.kind() != "comment").nth(index)?;
    parameter.child_by_field_name("type")?.named_child(0)
}
