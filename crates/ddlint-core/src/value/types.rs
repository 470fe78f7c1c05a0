//! Declared types, as far as they tell where a value comes from.

use tree_sitter::Node;

use crate::access_path::Step;

use super::scope::{Binding, Declared, named_children};
use super::{Evaluator, Expr, Foreign, Kind, Origin, Value};

impl<'p> Evaluator<'p> {
    /// A value that code leaves open, as its declared type tells where it comes from.
    pub(super) fn or_typed(
        &self,
        value: Value<'p>,
        usage: &Expr<'p>,
        annotation: Option<Node<'p>>,
    ) -> Value<'p> {
        let is_open = matches!(value.kind, Kind::Undefined | Kind::Null)
            || matches!(&value.kind, Kind::Unknown(unknown) if unknown.origin == Origin::Unknown);
        let Some(annotation) = annotation.filter(|_| is_open) else { return value };
        self.instance_of_type(&usage.with(annotation)).unwrap_or(value)
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
            Kind::Foreign(Foreign { path, sites }) => {
                let sites = sites.iter().cloned().chain([None]).collect();
                Some(Value::new(Kind::Foreign(Foreign { path: path.then(Step::Call), sites })))
            }
            _ => None,
        };
        let instances: Vec<_> = class.branches().iter().filter_map(instance).collect();
        (!instances.is_empty()).then(|| Value::choice(instances, Origin::Condition))
    }

    /// What a type's name means: a class, or something of a library.
    pub fn type_value(&self, annotation: &Expr<'p>) -> Option<Value<'p>> {
        self.deeper(|| self.type_kind(annotation))?
    }

    fn type_kind(&self, annotation: &Expr<'p>) -> Option<Value<'p>> {
        let node = annotation.node;
        match node.kind() {
            "type_identifier" | "identifier" => {
                let name = self.slice(annotation);
                let scopes = self.index.scopes(annotation.file)?;
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
