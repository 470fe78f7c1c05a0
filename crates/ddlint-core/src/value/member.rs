//! Members of values: keys of objects, fields and getters of classes, exports of files.

use crate::access_path::Step;
use crate::rule::{OptionPath, OptionStep};

use super::eval::is_getter;
use super::scope::{Assignment, Change, is_function, named_children};
use super::{Evaluator, Expr, Foreign, Kind, Member, Object, Origin, Unknown, Value};

/// More assignments to one name than people write by hand: unknown, rather than slow.
const MOST_ASSIGNMENTS: usize = 24;

/// The objects of the host that hold environment variables, as access paths: globals have no module.
const ENVIRONMENTS: [&str; 6] = [
    "#process.env",
    "process#env",
    "node:process#env",
    "#import.meta.env",
    "#Bun.env",
    "#globalThis.process.env",
];

impl<'p> Evaluator<'p> {
    pub(super) fn member_expression(&self, expr: &Expr<'p>) -> Value<'p> {
        let node = expr.node;
        let Some(object) = node.child_by_field_name("object").map(|object| expr.with(object))
        else {
            return Value::unknown();
        };
        let property = node
            .child_by_field_name("property")
            .map(|property| self.slice(&expr.with(property)).to_string());
        let index = node.child_by_field_name("index").map(|index| self.eval(&expr.with(index)));
        let Some(key) = property.or_else(|| index.as_ref()?.as_text()) else {
            return index
                .map_or_else(Value::unknown, |index| self.chosen(&self.eval(&object), &index));
        };
        if key == "dirname" && object.node.kind() == "meta_property" {
            return Value::text(&self.folder(expr.file));
        }
        let value = if object.node.kind() == "super" {
            self.super_member(expr, &key)
        } else {
            self.get(&self.eval(&object), &key)
        };
        match &value.kind {
            Kind::Unknown(Unknown { origin: Origin::Environment(name), text: true, .. })
                if value.trail.is_empty() =>
            {
                let text = format!("`{name}` comes from the environment");
                value.via(expr.span(), text)
            }
            _ => value,
        }
    }

    /// One of an object's values, as something that code does not tell chooses it: `byEnvironment[process.env.NODE_ENV]`.
    fn chosen(&self, object: &Value<'p>, index: &Value<'p>) -> Value<'p> {
        let (Kind::Object(object), Some(origin)) = (&object.kind, index.origin()) else {
            return Value::unknown();
        };
        let value = |member: &Member<'p>| match member {
            Member::Pair { value, span, .. } => self.eval(value).decided_at(*span),
            Member::Later { value, span, .. } => value.clone().decided_at(*span),
            Member::Spread { .. } | Member::AnyKey(_) => Value::unknown(),
        };
        let origin = if origin == Origin::Unknown { Origin::Condition } else { origin };
        Value::choice(object.members.iter().map(value).collect(), origin).after(&index.trail)
    }

    /// What an option is, at the end of a path.
    pub fn option(&self, value: &Value<'p>, path: &OptionPath) -> Value<'p> {
        path.0.iter().fold(value.clone(), |value, step| match step {
            OptionStep::Key(key) => self.get(&value, key),
            OptionStep::Returned => self.called(&value),
        })
    }

    /// A member of something that a library made: a variable, if it is the environment.
    fn foreign_member(&self, foreign: &Foreign<'p>, key: &str) -> Value<'p> {
        if !ENVIRONMENTS.contains(&foreign.path.to_string().as_str()) {
            let path = foreign.path.then(Step::Member(key.into()));
            return Value::new(Kind::Foreign(Foreign { path, sites: foreign.sites.clone() }));
        }
        match self.index.assumed.values.get(key) {
            Some(value) => Value::text(value),
            None => Value::new(Kind::Unknown(Unknown::text(Origin::Environment(key.into())))),
        }
    }

    /// A member of a value; undefined if it has none of that name.
    pub fn get(&self, value: &Value<'p>, key: &str) -> Value<'p> {
        let found = self.lookup(value, key, &mut || None).unwrap_or_else(Value::undefined);
        if matches!(found.kind, Kind::Undefined) { found } else { found.after(&value.trail) }
    }

    /// An element of a list.
    pub(super) fn element(&self, value: &Value<'p>, index: usize) -> Value<'p> {
        match &value.kind {
            Kind::List(elements) => elements.get(index).cloned().unwrap_or_else(Value::undefined),
            _ => self.get(value, &index.to_string()),
        }
    }

    /// A member of a value. `None` if it surely has none of that name; where only a branch has none, `rest` is what
    /// stands behind it.
    fn lookup(
        &self,
        value: &Value<'p>,
        key: &str,
        rest: &mut dyn FnMut() -> Option<Value<'p>>,
    ) -> Option<Value<'p>> {
        match &value.kind {
            Kind::Object(object) => self.lookup_members(&object.members, key, rest),
            Kind::Choice(branches, origin) => {
                let mut rest_of_all: Option<Option<Value<'p>>> = None;
                let mut found = Vec::new();
                let mut is_somewhere = false;
                for branch in branches.iter() {
                    let mut behind = || rest_of_all.get_or_insert_with(&mut *rest).clone();
                    let member = self.lookup(branch, key, &mut behind);
                    is_somewhere |= member.is_some();
                    found.push(member.unwrap_or_else(Value::undefined));
                }
                is_somewhere.then(|| Value::choice(found, origin.clone()))
            }
            Kind::Exports(file) => Some(self.export(*file, key)),
            Kind::Instance(class) => self.class_member(class, key, false),
            Kind::Class(class) => self.class_member(class, key, true),
            Kind::Foreign(foreign) => Some(self.foreign_member(foreign, key)),
            Kind::List(elements) => {
                let index: Option<usize> = key.parse().ok();
                index.map_or(Some(Value::unknown()), |index| elements.get(index).cloned())
            }
            // The members of an environment text are computed from it: `process.env.URL.split`.
            Kind::Unknown(unknown) => Some(Value::from_origin(unknown.origin.clone())),
            Kind::Function(_) | Kind::Opaque => Some(Value::unknown()),
            Kind::Undefined | Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => {
                rest()
            }
        }
    }

    /// Later members win: a pair answers, a spread answers if it has the key, an unknown spread leaves it open.
    fn lookup_members(
        &self,
        members: &[Member<'p>],
        key: &str,
        rest: &mut dyn FnMut() -> Option<Value<'p>>,
    ) -> Option<Value<'p>> {
        for (position, member) in members.iter().enumerate().rev() {
            match member {
                Member::Pair { key: name, span, value, getter } if **name == *key => {
                    let value = self.eval(value);
                    let value = if *getter { self.called(&value) } else { value };
                    return Some(value.decided_at(*span));
                }
                Member::Later { key: name, span, value } if **name == *key => {
                    return Some(value.clone().decided_at(*span));
                }
                Member::Pair { .. } | Member::Later { .. } => {}
                Member::AnyKey(origin) => return Some(Value::from_origin(origin.clone())),
                Member::Spread { span, value } => {
                    let mut used_rest = false;
                    let mut behind = || {
                        used_rest = true;
                        self.lookup_members(&members[..position], key, rest)
                    };
                    let found = self.deeper(|| self.lookup_spread(value, key, &mut behind));
                    match found.unwrap_or_else(|| Some(Value::unknown())) {
                        Some(found) if used_rest => return Some(found),
                        Some(found) => {
                            return Some(found.after(&value.trail).via(*span, "spread in here"));
                        }
                        None if used_rest => return None,
                        None => {}
                    }
                }
            }
        }
        rest()
    }

    /// A member of what is spread into an object.
    fn lookup_spread(
        &self,
        value: &Value<'p>,
        key: &str,
        rest: &mut dyn FnMut() -> Option<Value<'p>>,
    ) -> Option<Value<'p>> {
        match &value.kind {
            // A text has no keys that an option could have.
            Kind::Unknown(Unknown { text: true, .. }) => None,
            // Which keys it has is not known, whatever decides what it is.
            Kind::Unknown(_) => Some(Value::unknown()),
            // What a library returned is not known; only its things have known members.
            Kind::Foreign(foreign) if foreign.path.steps.last() == Some(&Step::Call) => {
                Some(Value::unknown())
            }
            _ => self.lookup(value, key, rest),
        }
    }

    /// What `this` is: an instance of the class around, or the object the function is called on.
    pub(super) fn this(&self, expr: &Expr<'p>) -> Value<'p> {
        let mut node = expr.node;
        for parent in self.ancestors(expr) {
            match parent.kind() {
                "class_declaration" | "abstract_class_declaration" | "class" => {
                    let class = Expr { file: expr.file, node: parent, frame: expr.frame.clone() };
                    return Value::new(Kind::Instance(class));
                }
                // A member of a class: `this` is the class itself in a static one.
                "class_body" if has_child(Some(node), "static") => {
                    let class = parent.parent().map(|class| expr.with(class));
                    return class
                        .map_or_else(Value::unknown, |class| Value::new(Kind::Class(class)));
                }
                "function_declaration" | "function_expression" => return Value::unknown(),
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
    pub(crate) fn ancestors(&self, expr: &Expr<'p>) -> Vec<tree_sitter::Node<'p>> {
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

    fn super_member(&self, expr: &Expr<'p>, key: &str) -> Value<'p> {
        let Value { kind: Kind::Instance(class), .. } = self.this(expr) else {
            return Value::unknown();
        };
        self.inherited(&class, key, false).unwrap_or_else(Value::undefined)
    }

    /// A field, getter or method of a class, its own or inherited.
    fn class_member(&self, class: &Expr<'p>, key: &str, of_class: bool) -> Option<Value<'p>> {
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
            let value = self.eval(&member.with(value));
            return value.via(member.span(), format!("`{key}` is set here"));
        }
        let assigned = self.constructor_member(class, key);
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
                let typed = annotation
                    .and_then(|annotation| self.instance_of_type(&class.with(annotation)));
                return Some(typed.unwrap_or_else(Value::unknown));
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
    pub(super) fn constructor(&self, class: &Expr<'p>) -> Option<tree_sitter::Node<'p>> {
        let is_constructor = |node: &tree_sitter::Node<'p>| {
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
            Kind::Foreign(foreign) => {
                let mut sites = foreign.sites.clone();
                sites.push(None);
                let instance = Foreign { path: foreign.path.then(Step::Call), sites };
                Some(self.foreign_member(&instance, key))
            }
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

    /// The value of a variable as a use sees it: declared, assigned again, or with members set from outside.
    pub(super) fn reassigned(
        &self,
        usage: &Expr<'p>,
        name: &str,
        binding: &super::scope::Binding<'p>,
        declared: Value<'p>,
    ) -> Value<'p> {
        let Some(scopes) = self.index.scopes(usage.file) else { return declared };
        let assignments = scopes.assignments(name, binding);
        if assignments.is_empty() {
            return declared;
        }
        if assignments.len() > MOST_ASSIGNMENTS {
            return Value::unknown();
        }
        let around = self.ancestors(usage).into_iter().find(|node| is_function(node.kind()));
        let function = around.map(|function| function.byte_range());
        let mut value = declared;
        for assignment in assignments {
            let same_function = match &function {
                Some(function) => assignment.function == *function,
                // Outside of functions is the whole file.
                None => assignment.function.contains(&usage.node.start_byte()),
            };
            let comes_later =
                same_function && assignment.node.start_byte() >= usage.node.start_byte();
            if !comes_later && !contains(assignment.node, usage.node) {
                value =
                    self.changed(usage, name, value, assignment, assignment.block == binding.block);
            }
        }
        value
    }

    /// A value behind an assignment to it or into it.
    fn changed(
        &self,
        usage: &Expr<'p>,
        name: &str,
        value: Value<'p>,
        assignment: &Assignment<'p>,
        is_sure: bool,
    ) -> Value<'p> {
        let set = usage.with(assignment.node);
        let new = usage.with(assignment.value);
        let unless_sure = |member: Member<'p>| {
            if is_sure {
                return member;
            }
            let with_member = Object { span: set.span(), members: [member].into() };
            let branches = vec![Value::undefined(), Value::new(Kind::Object(with_member))];
            Member::Spread {
                span: set.span(),
                value: Value::choice(branches, self.guard_origin(&set)),
            }
        };
        match (assignment.change, assignment.keys.as_slice()) {
            (Change::Set, []) if is_sure => {
                self.eval(&new).via(set.span(), format!("`{name}` is set here"))
            }
            (Change::Set, []) => {
                let set_here = self.eval(&new).via(set.span(), format!("`{name}` may be set here"));
                // Which of two things of a library it is decides nothing that a condition could ask.
                let is_plain = set_here.foreign().next().is_none();
                let origin = if is_plain { self.guard_origin(&set) } else { Origin::Condition };
                Value::choice(vec![value, set_here], origin)
            }
            (Change::Set, keys) => {
                self.with_later(value, keys, &|| self.eval(&new), &set, &unless_sure)
            }
            (Change::Delete, []) => value,
            (Change::Delete, keys) => {
                self.with_later(value, keys, &Value::undefined, &set, &unless_sure)
            }
            (Change::Merge, []) => {
                let merged = self.eval(&new);
                with_last(value, unless_sure(Member::Spread { span: set.span(), value: merged }))
            }
            (Change::Merge, _) => value,
            (Change::SetAny, _) => with_last(value, Member::AnyKey(Origin::Unknown)),
        }
    }

    /// An object in which a key, or a key of an object in it, was given a value behind the literal.
    fn with_later(
        &self,
        value: Value<'p>,
        keys: &[&str],
        new: &dyn Fn() -> Value<'p>,
        set: &Expr<'p>,
        unless_sure: &dyn Fn(Member<'p>) -> Member<'p>,
    ) -> Value<'p> {
        let (Kind::Object(_), [key, inner @ ..]) = (&value.kind, keys) else { return value };
        let new = match inner {
            [] => new(),
            inner => self.with_later(self.get(&value, key), inner, new, set, unless_sure),
        };
        let later = Member::Later { key: (*key).into(), span: set.span(), value: new };
        with_last(value, if inner.is_empty() { unless_sure(later) } else { later })
    }
}

fn has_child(node: Option<tree_sitter::Node<'_>>, kind: &str) -> bool {
    node.is_some_and(|node| {
        let mut cursor = node.walk();
        node.children(&mut cursor).any(|child| child.kind() == kind)
    })
}

fn contains(outer: tree_sitter::Node<'_>, inner: tree_sitter::Node<'_>) -> bool {
    outer.start_byte() <= inner.start_byte() && inner.end_byte() <= outer.end_byte()
}

/// An object with one more member.
fn with_last<'p>(value: Value<'p>, member: Member<'p>) -> Value<'p> {
    let Kind::Object(object) = &value.kind else { return value };
    let members = object.members.iter().cloned().chain([member]).collect();
    Value { kind: Kind::Object(Object { span: object.span, members }), ..value }
}
