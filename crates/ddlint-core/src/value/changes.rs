//! What happens to a named value behind its declaration: assignments, members set from outside, functions that it is
//! handed to.

use tree_sitter::Node;

use super::call::entered;
use super::scope::{Assignment, Change, is_function, named_children};
use super::{Argument, Evaluator, Expr, Kind, Member, Object, Origin, Truth, Value};

/// More assignments to one name than people write by hand: unknown, rather than slow.
const MOST_ASSIGNMENTS: usize = 24;

impl<'p> Evaluator<'p> {
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
        let around = self.ancestors(usage);
        let function = around.iter().find(|node| is_function(node.kind()));
        let function = function.map(Node::byte_range);
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
                let is_sure = assignment.block == binding.block
                    || binding.function_body().is_some_and(|body| assignment.block == body);
                let truth = if is_sure { Truth::Yes } else { self.is_done(assignment.node, usage) };
                if truth != Truth::No {
                    value = self.changed(usage, name, value, assignment, truth == Truth::Yes);
                }
            }
        }
        value
    }

    /// Whether what stands before a use is done whenever the use is reached: conditions around it alone decide that.
    fn is_done(&self, before: Node<'p>, usage: &Expr<'p>) -> Truth {
        let before = usage.with(before);
        let around = self.ancestors(&before);
        let shared = around.iter().position(|node| contains(*node, usage.node));
        let (apart, shared) = around.split_at(shared.unwrap_or(around.len()));
        // The innermost node around both: each may be in a way of its own.
        match shared.first().map(|both| (both.kind(), both.child_by_field_name("condition"))) {
            Some(("if_statement", condition))
                if condition.is_none_or(|condition| !contains(condition, usage.node)) =>
            {
                return Truth::No;
            }
            Some(("try_statement", _)) => return Truth::Maybe(Origin::Condition),
            _ => {}
        }
        let is_plain = |node: &Node<'p>| {
            matches!(
                node.kind(),
                "if_statement" | "else_clause" | "statement_block" | "expression_statement"
            )
        };
        match apart.last().filter(|_| apart.iter().all(is_plain)) {
            Some(outermost) => self.decided_within(&before, *outermost),
            None => Truth::Maybe(Origin::Condition),
        }
    }

    /// Whether something is done between its declaration and here to what a name stands for: a method is called on it, or
    /// a member set. Of a thing of a library nobody here knows what that does.
    pub(crate) fn is_worked_on(&self, usage: &Expr<'p>) -> bool {
        if usage.node.kind() != "identifier" {
            return false;
        }
        let name = self.slice(usage);
        let (Some(scopes), Some((source, root))) =
            (self.index.scopes(usage.file), self.index.tree(usage.file))
        else {
            return false;
        };
        let Some(binding) = scopes.resolve(name, usage.node.start_byte()) else { return false };
        let (from, to) = (binding.node.end_byte(), usage.node.start_byte());
        let Some(between) = source.text.get(from..to) else { return false };
        between.match_indices(&format!("{name}.")).any(|(at, _)| {
            let at = from + at;
            let node = root.descendant_for_byte_range(at, at + name.len());
            let Some(node) = node.filter(|node| node.byte_range() == (at..at + name.len())) else {
                return false;
            };
            let is_meant = scopes.resolve(name, at).is_some_and(|found| found.node == binding.node);
            let around = self.ancestors(&usage.with(node));
            let mut way = around.iter().skip_while(|node| {
                matches!(node.kind(), "member_expression" | "subscript_expression")
            });
            let is_done = way.next().is_some_and(|outer| {
                let field = |name| outer.child_by_field_name(name);
                let target = field("function").or(field("left"));
                target.is_some_and(|target| contains(target, node))
            });
            is_meant && is_done
        })
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
            (Change::Append, []) => {
                let longer = self.added(&set, &value, &new);
                let longer = longer.via(set.span(), format!("`{name}` is added to here"));
                if is_sure {
                    longer
                } else {
                    Value::choice(vec![value, longer], self.guard_origin(&set))
                }
            }
            (Change::SetIfFalsy | Change::SetIfAbsent, keys) => {
                let old = keys.iter().fold(value.clone(), |value, key| self.get(&value, key));
                let is_kept = match assignment.change {
                    Change::SetIfFalsy => old.truthy(),
                    _ => old.present(),
                };
                let new = || match is_kept.clone() {
                    Truth::No => self.eval(&new),
                    Truth::Yes => old.clone(),
                    Truth::Maybe(origin) => {
                        Value::choice(vec![old.clone(), self.eval(&new)], origin)
                    }
                };
                match (keys, is_sure || is_kept == Truth::Yes) {
                    ([], true) => new(),
                    ([], false) => Value::choice(vec![old.clone(), new()], self.guard_origin(&set)),
                    (keys, _) => self.with_later(value, keys, &new, &set, &unless_sure),
                }
            }
            (Change::Compute, []) => Value::unknown(),
            (Change::Append | Change::Compute, keys) => {
                self.with_later(value, keys, &Value::unknown, &set, &unless_sure)
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
            (Change::Push, keys) => {
                let list = keys.iter().fold(value.clone(), |value, key| self.get(&value, key));
                let Kind::List(elements) = &list.kind else { return value };
                let more = match self.eval(&new) {
                    // `list.push(...others)`
                    Value { kind: Kind::List(more), .. } if new.node.kind() == "spread_element" => {
                        more.to_vec()
                    }
                    other => vec![other.decided_at(new.span())],
                };
                let longer = elements.iter().cloned().chain(more).collect();
                let longer = Value { kind: Kind::List(longer), ..list.clone() };
                let new = if is_sure {
                    longer
                } else {
                    Value::choice(vec![list.clone(), longer], self.guard_origin(&set))
                };
                match keys {
                    [] => new,
                    keys => self.with_later(value, keys, &|| new.clone(), &set, &|member| member),
                }
            }
            (Change::Handed(index), _) => self.handed_over(&new, index, value, is_sure),
            // An element, or a member of one, of a list: which is not told.
            (Change::SetAny, _) if matches!(value.kind, Kind::List(_)) => {
                Value { kind: Value::unknown().kind, ..value }
            }
            (Change::SetAny, _) => with_last(value, Member::AnyKey(Origin::Unknown)),
        }
    }

    /// A value behind a call of a function of the project that gets it as an argument.
    fn handed_over(
        &self,
        call: &Expr<'p>,
        index: usize,
        value: Value<'p>,
        is_sure: bool,
    ) -> Value<'p> {
        let may_change =
            |branch: &Value<'p>| matches!(branch.kind, Kind::Object(_) | Kind::List(_));
        if !value.branches().iter().any(may_change) {
            return value;
        }
        let callee = call.node.child_by_field_name("function").map(|callee| call.with(callee));
        let Some(Kind::Function(function)) = callee.map(|callee| self.eval(&callee).kind) else {
            return value;
        };
        let arguments = self.arguments(call).into_iter().map(Argument::Written).collect();
        let Some(body) = entered(&function, Some(arguments)) else { return value };
        let Some(scopes) = self.index.scopes(body.file) else { return value };
        let list = function.node.child_by_field_name("parameters");
        let parameter = list.and_then(|list| {
            named_children(list).filter(|child| child.kind() != "comment").nth(index)
        });
        let name = parameter.map(|node| node.child_by_field_name("pattern").unwrap_or(node));
        let Some(name) = name.filter(|name| name.kind() == "identifier") else { return value };
        let name = self.slice(&body.with(name));
        let Some(binding) = scopes.resolve(name, body.node.start_byte()) else { return value };
        let inside = |value: Value<'p>| {
            let assignments = scopes.assignments(name, binding);
            if assignments.len() > MOST_ASSIGNMENTS {
                return Value::unknown();
            }
            // `o = other` changes nothing outside.
            let members = assignments.into_iter().filter(|assignment| {
                !assignment.keys.is_empty() || assignment.change != Change::Set
            });
            members.fold(value, |value, assignment| {
                let is_sure = is_sure && assignment.block == body.node.byte_range();
                self.changed(&body, name, value, assignment, is_sure)
            })
        };
        self.deeper(|| inside(value)).unwrap_or_else(Value::unknown)
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

fn contains(outer: Node<'_>, inner: Node<'_>) -> bool {
    outer.start_byte() <= inner.start_byte() && inner.end_byte() <= outer.end_byte()
}

/// An object with one more member; if it may be several, each of them.
pub(super) fn with_last<'p>(value: Value<'p>, member: Member<'p>) -> Value<'p> {
    if let Kind::Choice(branches, origin) = &value.kind {
        let longer = branches.iter().map(|branch| with_last(branch.clone(), member.clone()));
        return Value { kind: Kind::Choice(longer.collect(), origin.clone()), ..value };
    }
    let Kind::Object(object) = &value.kind else { return value };
    let members = object.members.iter().cloned().chain([member]).collect();
    Value { kind: Kind::Object(Object { span: object.span, members }), ..value }
}
