//! The values of an `enum`.

use super::scope::named_children;
use super::{Evaluator, Expr, Kind, Member, Object, Value};

impl<'p> Evaluator<'p> {
    /// An `enum` as the object that it is when the code runs.
    pub(super) fn enumeration(&self, expr: &Expr<'p>) -> Object<'p> {
        let body = expr.node.child_by_field_name("body");
        let mut members = Vec::new();
        // A member without a value is one more than the one before it.
        let mut next = Some(0.0);
        for member in body.into_iter().flat_map(named_children) {
            let name = member.child_by_field_name("name").unwrap_or(member);
            let Ok(key) = self.key(&expr.with(name)) else { continue };
            let span = expr.with(member).span();
            let value = match member.child_by_field_name("value") {
                Some(value) => self.eval(&expr.with(value)),
                None => next.map_or_else(Value::unknown, |n| Value::new(Kind::Number(n))),
            };
            next = match value.kind {
                Kind::Number(number) => Some(number + 1.0),
                _ => None,
            };
            members.push(Member::Later { key, span, value });
        }
        Object { span: expr.span(), members: members.into() }
    }
}
