//! Classes of the project: what `this` is, fields, getters and methods, what they inherit.

use std::rc::Rc;

use tree_sitter::Node;

use crate::source::Span;

use super::eval::is_getter;
use super::scope::{is_function, named_children};
use super::{Call, Evaluator, Expr, Kind, Origin, Value};

/// Of how many nodes the surroundings are remembered: deep ones have hundreds of nodes around them.
const MOST_SURROUNDINGS: usize = 20_000;

impl<'p> Evaluator<'p> {
    /// What `this` is: an instance of the class around, or the object the function is called on.
    pub(super) fn this(&self, expr: &Expr<'p>) -> Value<'p> {
        let mut node = expr.node;
        for parent in self.ancestors(expr).iter().copied() {
            match parent.kind() {
                kind if is_class(kind) => {
                    let class = || expr.with(parent);
                    let class = instance_in(expr, parent).unwrap_or_else(class);
                    return Value::new(Kind::Instance(class));
                }
                // A member of a class: `this` is the class itself in a static one.
                "class_body" if has_child(Some(node), "static") => {
                    let class = parent.parent().map(|class| expr.with(class));
                    return class
                        .map_or_else(Value::unknown, |class| Value::new(Kind::Class(class)));
                }
                // A library that calls a function on something hands that over as well.
                "function_expression" => {
                    return self.passed(&expr.with(parent), 0).unwrap_or_else(Value::unknown);
                }
                "function_declaration" => return Value::unknown(),
                "object" if node.kind() == "method_definition" => {
                    return self.eval(&expr.with(parent));
                }
                _ => {}
            }
            node = parent;
        }
        Value::unknown()
    }

    /// The nodes around an expression, the innermost first. One way down from the root: asking each node for its parent
    /// would start there every time.
    pub(crate) fn ancestors(&self, expr: &Expr<'p>) -> Rc<[Node<'p>]> {
        let key = (expr.file, expr.node.id());
        if let Some(around) = self.around.borrow().get(&key) {
            return around.clone();
        }
        let around: Rc<[_]> = self.nodes_around(expr).into();
        let mut known = self.around.borrow_mut();
        if known.len() >= MOST_SURROUNDINGS {
            known.clear();
        }
        known.insert(key, around.clone());
        around
    }

    /// The id of the function around a place.
    pub(crate) fn function_around(&self, span: Span) -> Option<usize> {
        let (_, root) = self.index.tree(span.file)?;
        let node = root.descendant_for_byte_range(span.start as usize, span.end as usize)?;
        let around = self.ancestors(&Expr { file: span.file, node, frame: None });
        around.iter().find(|node| is_function(node.kind())).map(Node::id)
    }

    fn nodes_around(&self, expr: &Expr<'p>) -> Vec<Node<'p>> {
        let mut around = Vec::new();
        let Some((_, root)) = self.index.tree(expr.file) else { return around };
        let mut at = Some(root).filter(|root| *root != expr.node);
        while let Some(node) = at {
            around.push(node);
            at = node.child_with_descendant(expr.node).filter(|child| *child != expr.node);
        }
        around.reverse();
        around
    }

    /// `super.key`: looked up above the class in which it is written; `this` stays what it is.
    pub(super) fn super_member(&self, expr: &Expr<'p>, key: &str) -> Value<'p> {
        let (Kind::Instance(class), Some(written_in)) =
            (self.this(expr).kind, self.class_around(expr))
        else {
            return Value::unknown();
        };
        let member = self.inherited(&written_in, key, false).unwrap_or_else(Value::undefined);
        self.of_instance(&class, member)
    }

    /// The class in which an expression is written.
    pub(super) fn class_around(&self, expr: &Expr<'p>) -> Option<Expr<'p>> {
        let around = self.ancestors(expr);
        let class = around.iter().find(|node| is_class(node.kind()))?;
        Some(expr.with(*class))
    }

    /// A member of an instance.
    pub(super) fn member_of_instance(&self, class: &Expr<'p>, key: &str) -> Option<Value<'p>> {
        Some(self.of_instance(class, self.class_member(class, key, false)?))
    }

    /// A member as one of an instance of a class. In a method that its class has inherited, `this` is an instance of its
    /// own class.
    fn of_instance(&self, class: &Expr<'p>, mut member: Value<'p>) -> Value<'p> {
        if let Kind::Function(method) = &mut member.kind {
            let around = self.ancestors(method);
            let of = around.iter().find(|node| is_class(node.kind()));
            if let Some(of) =
                of.filter(|of| **of != class.node && method.node.kind() == "method_definition")
            {
                method.frame = Some(Rc::new(Call {
                    function: of.id(),
                    arguments: None,
                    outer: method.frame.clone(),
                    this: Some(class.clone()),
                }));
            }
        }
        member
    }

    /// A field, getter or method of a class, its own or inherited.
    pub(super) fn class_member(
        &self,
        class: &Expr<'p>,
        key: &str,
        of_class: bool,
    ) -> Option<Value<'p>> {
        // Classes can extend each other in circles.
        self.deeper(|| self.member_of_class(class, key, of_class))
            .unwrap_or_else(|| Some(Value::unknown()))
    }

    fn member_of_class(&self, class: &Expr<'p>, key: &str, of_class: bool) -> Option<Value<'p>> {
        let body = class.node.child_by_field_name("body")?;
        for node in named_children(body) {
            let member = class.with(node);
            let name =
                node.child_by_field_name("name").or_else(|| node.child_by_field_name("property"));
            let is_named = name.is_some_and(|name| self.slice(&class.with(name)) == key);
            if is_named && has_child(Some(node), "static") == of_class {
                return Some(self.declared_member(class, &member, key));
            }
        }
        let from_constructor = if of_class { None } else { self.constructor_member(class, key) };
        from_constructor.or_else(|| self.inherited(class, key, of_class))
    }

    fn declared_member(&self, class: &Expr<'p>, member: &Expr<'p>, key: &str) -> Value<'p> {
        let node = member.node;
        if node.kind() == "method_definition" {
            let function = Value::new(Kind::Function(member.clone()));
            return if is_getter(member) { self.called(&function) } else { function };
        }
        if let Some(value) = node.child_by_field_name("value") {
            let initial = || {
                let value = self.eval(&member.with(value));
                value.via(member.span(), format!("`{key}` is set here"))
            };
            let value = self.constructor_member(class, key).unwrap_or_else(initial);
            return self.set_later(class, key, Some(value)).unwrap_or_else(Value::unknown);
        }
        let assigned = self.constructor_member(class, key);
        let assigned = self.set_later(class, key, assigned);
        let typed = || {
            let annotation = node
                .child_by_field_name("type")
                .and_then(|annotation| annotation.named_child(0))?;
            self.instance_of_type(&member.with(annotation))
        };
        assigned
            .filter(|value| value.origin() != Some(Origin::Unknown))
            .or_else(typed)
            .unwrap_or_else(Value::unknown)
    }

    /// A member's value, or one of those that methods of the class give it: nobody knows when these run.
    fn set_later(
        &self,
        class: &Expr<'p>,
        key: &str,
        before: Option<Value<'p>>,
    ) -> Option<Value<'p>> {
        /// More assignments to one member than people write by hand: unknown, rather than slow.
        const MOST: usize = 8;
        let set = self.assignments_to_member(class, key);
        if set.is_empty() {
            return before;
        }
        if set.len() > MOST {
            return Some(Value::unknown());
        }
        let later = set.into_iter().map(|value| {
            let is_read =
                value.node.parent().is_some_and(|set| set.kind() == "assignment_expression");
            let new = if is_read { self.eval(&value) } else { Value::unknown() };
            new.via(value.span(), format!("`{key}` may be set here"))
        });
        let later: Vec<_> = later.collect();
        // A mark such as `this.isReady = true` is missing until it is set.
        let is_mark = |value: &Value<'p>| {
            matches!(value.kind, Kind::Bool(_) | Kind::Number(_) | Kind::Text(_))
        };
        let missing = || later.iter().all(is_mark).then(Value::undefined);
        let before = before.or_else(missing).into_iter();
        Some(Value::choice(before.chain(later.iter().cloned()).collect(), Origin::Condition))
    }

    /// What stands at the right of `this.key = …` in the methods of a class. The statements of a constructor are its
    /// declaration.
    fn assignments_to_member(&self, class: &Expr<'p>, key: &str) -> Vec<Expr<'p>> {
        let Some((source, root)) = self.index.tree(class.file) else { return Vec::new() };
        let written = format!("this.{key}");
        let within = class.node.byte_range();
        let constructor = self.constructor(class);
        let statements = constructor.and_then(|node| node.child_by_field_name("body"));
        let places = source.text[within.clone()].match_indices(&written);
        let set = places.filter_map(|(at, _)| {
            let start = within.start + at;
            let member = root.descendant_for_byte_range(start, start + written.len())?;
            let is_whole = member.byte_range() == (start..start + written.len());
            let set = member.parent().filter(|set| {
                is_whole
                    && set.kind().ends_with("assignment_expression")
                    && set.child_by_field_name("left") == Some(member)
            })?;
            let statement = set.parent()?;
            let is_declared = statements.is_some() && statement.parent() == statements;
            if is_declared { None } else { set.child_by_field_name("right") }
        });
        set.map(|value| class.with(value)).collect()
    }

    /// `constructor(private readonly key: Type)`, or `this.key = value` in a constructor.
    fn constructor_member(&self, class: &Expr<'p>, key: &str) -> Option<Value<'p>> {
        let constructor = self.constructor(class)?;
        let parameters = constructor.child_by_field_name("parameters")?;
        for parameter in named_children(parameters) {
            let Some(pattern) = parameter.child_by_field_name("pattern") else { continue };
            let is_field = has_child(Some(parameter), "accessibility_modifier")
                || has_child(Some(parameter), "readonly");
            if is_field && self.slice(&class.with(pattern)) == key {
                let annotation = parameter
                    .child_by_field_name("type")
                    .and_then(|annotation| annotation.named_child(0));
                // What the class is made with says more than a type.
                let usage = class.with(pattern);
                return Some(self.or_typed(self.name(&usage), &usage, annotation));
            }
        }
        let statements = constructor.child_by_field_name("body")?;
        let assigned = named_children(statements).filter_map(|statement| {
            let assignment =
                statement.named_child(0).filter(|node| node.kind() == "assignment_expression")?;
            let left = assignment.child_by_field_name("left")?;
            let is_this =
                left.child_by_field_name("object").is_some_and(|object| object.kind() == "this");
            let property = left.child_by_field_name("property")?;
            (is_this && self.slice(&class.with(property)) == key)
                .then(|| assignment.child_by_field_name("right"))?
        });
        let value = assigned.last().map(|value| class.with(value))?;
        Some(self.eval(&value).decided_at(value.span()))
    }

    /// The constructor that a class itself has.
    pub(super) fn constructor(&self, class: &Expr<'p>) -> Option<Node<'p>> {
        let is_constructor = |node: &Node<'p>| {
            let name =
                node.child_by_field_name("name").filter(|_| node.kind() == "method_definition");
            name.is_some_and(|name| self.slice(&class.with(name)) == "constructor")
        };
        named_children(class.node.child_by_field_name("body")?).find(is_constructor)
    }

    fn inherited(&self, class: &Expr<'p>, key: &str, of_class: bool) -> Option<Value<'p>> {
        let parent = self.superclass(class)?;
        match &parent.kind {
            Kind::Class(parent) => self.class_member(parent, key, of_class),
            Kind::Foreign(foreign) if of_class => Some(self.foreign_member(foreign, key)),
            Kind::Foreign(foreign) => Some(self.foreign_member(&foreign.called(None), key)),
            _ => Some(Value::unknown()),
        }
    }

    /// What a class extends.
    pub(crate) fn superclass(&self, class: &Expr<'p>) -> Option<Value<'p>> {
        let heritage = named_children(class.node).find(|child| child.kind() == "class_heritage")?;
        let clause = named_children(heritage).next()?;
        // TypeScript wraps the class, JavaScript has the expression itself.
        let parent = if clause.kind() == "extends_clause" {
            clause.child_by_field_name("value")?
        } else {
            clause
        };
        (clause.kind() != "implements_clause").then(|| self.eval(&class.with(parent)))
    }
}

/// Whether nodes of that kind are classes.
pub(crate) fn is_class(kind: &str) -> bool {
    matches!(kind, "class_declaration" | "abstract_class_declaration" | "class")
}

/// The class whose instance a method of another class is called on, if the way here leads through such a call.
fn instance_in<'p>(expr: &Expr<'p>, class: Node<'p>) -> Option<Expr<'p>> {
    let mut frame = expr.frame.as_ref();
    while let Some(call) = frame {
        if call.function == class.id() && call.this.is_some() {
            return call.this.clone();
        }
        frame = call.outer.as_ref();
    }
    None
}

fn has_child(node: Option<Node<'_>>, kind: &str) -> bool {
    node.is_some_and(|node| {
        let mut cursor = node.walk();
        node.children(&mut cursor).any(|child| child.kind() == kind)
    })
}
