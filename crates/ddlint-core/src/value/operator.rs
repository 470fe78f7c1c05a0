//! Operators.

use super::template::put_together;
use super::{Evaluator, Expr, Kind, Origin, Truth, Unknown, Value};

impl<'p> Evaluator<'p> {
    pub(super) fn unary(&self, expr: &Expr<'p>) -> Value<'p> {
        let Some(argument) = expr.node.child_by_field_name("argument") else {
            return Value::unknown();
        };
        let operator =
            expr.node.child_by_field_name("operator").map(|node| self.slice(&expr.with(node)));
        let value = self.eval(&expr.with(argument));
        match operator {
            Some("!") => boolean(value.truthy().opposite(), &value),
            Some("void") => Value::undefined(),
            Some("-") => match value.kind {
                Kind::Number(number) => Value::new(Kind::Number(-number)),
                _ => open(&[&value]),
            },
            _ => open(&[&value]),
        }
    }

    pub(super) fn binary(&self, expr: &Expr<'p>) -> Value<'p> {
        let field = |name| expr.node.child_by_field_name(name).map(|node| expr.with(node));
        let (Some(left), Some(right), Some(operator)) =
            (field("left"), field("right"), field("operator"))
        else {
            return Value::unknown();
        };
        match self.slice(&operator) {
            "&&" => {
                let value = self.eval(&left);
                match self.way(value.truthy()) {
                    Truth::Yes => self.eval(&right),
                    Truth::No => value,
                    Truth::Maybe(origin) => both(&value, self.eval(&right), origin, &Truth::No),
                }
            }
            "||" => {
                let value = self.eval(&left);
                match self.way(value.truthy()) {
                    Truth::Yes => value,
                    Truth::No => self.eval(&right),
                    Truth::Maybe(origin) => both(&value, self.eval(&right), origin, &Truth::Yes),
                }
            }
            "??" => {
                let value = self.eval(&left);
                match value.present() {
                    Truth::Yes => value,
                    Truth::No => self.eval(&right),
                    Truth::Maybe(origin) => {
                        let trail = value.trail.clone();
                        let mut choice = Value::choice(vec![value, self.eval(&right)], origin);
                        choice.trail = trail;
                        choice
                    }
                }
            }
            "===" => self.compare(&left, &right),
            "==" => self.compare_loosely(&left, &right),
            "!==" => {
                let equal = self.compare(&left, &right);
                boolean(equal.truthy().opposite(), &equal)
            }
            "!=" => {
                let equal = self.compare_loosely(&left, &right);
                boolean(equal.truthy().opposite(), &equal)
            }
            "+" => self.added(&left, &self.eval(&left), &right),
            _ => open(&[&self.eval(&left), &self.eval(&right)]),
        }
    }

    /// What `left + right` is.
    pub(super) fn added(&self, left: &Expr<'p>, start: &Value<'p>, right: &Expr<'p>) -> Value<'p> {
        let end = self.eval(right);
        let is_text = |value: &Value<'p>| match &value.kind {
            Kind::Text(_) => true,
            Kind::Unknown(unknown) => unknown.sketch.is_some(),
            _ => false,
        };
        match (&start.kind, &end.kind) {
            (Kind::Number(a), Kind::Number(b)) => Value::new(Kind::Number(a + b)),
            _ if is_text(start) || is_text(&end) => {
                put_together(vec![(left.clone(), start.clone()), (right.clone(), end)])
            }
            _ => open(&[start, &end]),
        }
    }

    /// Whether two values are equal. `NODE_ENV === "test"` is not: tests are not judged.
    fn equal(&self, left: &Value<'p>, right: &Value<'p>) -> Truth {
        let is_setting = |value: &Value<'p>| {
            matches!(value.origin(), Some(Origin::Environment(_) | Origin::Configuration(_)))
        };
        for (value, other) in [(left, right), (right, left)] {
            if let Kind::Text(text) = &other.kind {
                self.note_compared(value, text);
            }
        }
        let is_text = |value: &Value<'p>| matches!(value.kind, Kind::Text(_));
        if (self.is_another(left) && is_text(right)) || (is_text(left) && self.is_another(right)) {
            return Truth::No;
        }
        let is_left_out = |value: &Value<'p>| match &value.kind {
            Kind::Text(text) => self.index.assumed.not.iter().any(|not| **not == **text),
            _ => false,
        };
        if (is_setting(left) && is_left_out(right)) || (is_left_out(left) && is_setting(right)) {
            return Truth::No;
        }
        equal(left, right)
    }

    /// Whether two expressions are equal.
    pub(crate) fn equal_expressions(&self, left: &Expr<'p>, right: &Expr<'p>) -> Truth {
        self.compare(left, right).truthy()
    }

    /// Whether two expressions are equal, as a value.
    pub(super) fn compare(&self, left: &Expr<'p>, right: &Expr<'p>) -> Value<'p> {
        let (left, right) = (self.eval(left), self.eval(right));
        self.compared(&left, &right)
    }

    /// Whether two expressions are equal to `==`, as a value. It takes `undefined` for `null`; what else it converts (a
    /// text to a number, say) is not followed.
    fn compare_loosely(&self, left: &Expr<'p>, right: &Expr<'p>) -> Value<'p> {
        let (left, right) = (self.eval(left), self.eval(right));
        let is_nothing = |value: &Value<'p>| matches!(value.kind, Kind::Undefined | Kind::Null);
        if is_nothing(&left) || is_nothing(&right) {
            let other = if is_nothing(&left) { &right } else { &left };
            return boolean(other.present().opposite(), other);
        }
        let converts = |value: &Value<'p>, other: &Value<'p>| {
            let is_number = matches!(other.kind, Kind::Bool(_) | Kind::Number(_));
            let same = std::mem::discriminant(&value.kind) == std::mem::discriminant(&other.kind);
            is_number && !same
        };
        if converts(&left, &right) || converts(&right, &left) {
            return open(&[&left, &right]);
        }
        self.compared(&left, &right)
    }

    /// Whether two values are equal, as a value.
    pub(super) fn compared(&self, left: &Value<'p>, right: &Value<'p>) -> Value<'p> {
        let spelled = |value: &Value<'p>| matches!(value.kind, Kind::Choice(_, Origin::Spelling));
        let is_spelling = spelled(left) || spelled(right);
        let truth = match (left.branches(), right.branches()) {
            ([one], many) | (many, [one]) => {
                let origin = left.origin().or_else(|| right.origin()).unwrap_or(Origin::Condition);
                let answers = many.iter().map(|other| self.equal(one, other));
                if is_spelling && answers.clone().any(|answer| answer == Truth::Yes) {
                    return boolean(Truth::Yes, left);
                }
                answers.reduce(|a, b| if a == b { a } else { Truth::Maybe(origin.clone()) })
            }
            _ => None,
        };
        let truth = truth.unwrap_or_else(|| Truth::Maybe(left.origin().unwrap_or(Origin::Unknown)));
        let mut value = boolean(truth, left);
        value.trail.extend(right.trail.iter().filter(|hop| !left.trail.contains(hop)).cloned());
        value
    }
}

/// Whether two values that are no choices are equal. Text that JavaScript would convert is not compared.
fn equal(left: &Value<'_>, right: &Value<'_>) -> Truth {
    match (&left.kind, &right.kind) {
        (Kind::Unknown(a), Kind::Unknown(b)) => {
            Truth::Maybe(a.origin.clone().weaker(b.origin.clone()))
        }
        // `process.env.X === true` never holds: the variable is a text.
        (Kind::Unknown(Unknown { text: true, .. }), Kind::Bool(_) | Kind::Number(_))
        | (Kind::Bool(_) | Kind::Number(_), Kind::Unknown(Unknown { text: true, .. })) => Truth::No,
        (Kind::Unknown(unknown), _) | (_, Kind::Unknown(unknown)) => {
            Truth::Maybe(unknown.origin.clone())
        }
        (Kind::Text(a), Kind::Text(b)) => Truth::of(a == b),
        (Kind::Bool(a), Kind::Bool(b)) => Truth::of(a == b),
        // As JavaScript does: exactly.
        (Kind::Number(a), Kind::Number(b)) => Truth::of(a.total_cmp(b).is_eq()),
        (Kind::Undefined, Kind::Undefined) | (Kind::Null, Kind::Null) => Truth::Yes,
        (Kind::Foreign(_), _) | (_, Kind::Foreign(_)) => Truth::Maybe(Origin::Unknown),
        (a, b) if std::mem::discriminant(a) != std::mem::discriminant(b) => Truth::No,
        _ => Truth::Maybe(Origin::Unknown),
    }
}

/// `left && right` or `left || right` where code does not tell what `left` is. If it is `kept`, `left` is the result.
fn both<'p>(left: &Value<'p>, right: Value<'p>, origin: Origin, kept: &Truth) -> Value<'p> {
    let trail = left.trail.clone();
    let branches = left
        .branches()
        .iter()
        .filter(|branch| branch.truthy() == *kept || branch.origin().is_some());
    let mut branches: Vec<_> = branches.cloned().collect();
    for branch in &mut branches {
        match &mut branch.kind {
            // What is left of an open value when it is false: nothing that an option would take for true.
            Kind::Unknown(_) if *kept == Truth::No => branch.kind = Kind::Bool(false),
            Kind::Unknown(unknown) => unknown.truthy = true,
            _ => {}
        }
    }
    branches.push(right);
    let origin = if origin == Origin::Unknown { Origin::Condition } else { origin };
    Value::choice(branches, origin).after(&trail)
}

/// A truth as a value, with the story of the value it was read from.
pub(super) fn boolean<'p>(truth: Truth, of: &Value<'p>) -> Value<'p> {
    let mut value = match truth {
        Truth::Yes => Value::new(Kind::Bool(true)),
        Truth::No => Value::new(Kind::Bool(false)),
        Truth::Maybe(origin) => Value::from_origin(origin),
    };
    value.trail.clone_from(&of.trail);
    value
}

/// A value computed from others in a way that is not followed: whatever decides them decides it.
pub(super) fn open<'p>(from: &[&Value<'p>]) -> Value<'p> {
    let origins = from.iter().filter_map(|value| value.origin());
    let known = origins.filter(|origin| *origin != Origin::Unknown).reduce(Origin::weaker);
    let mut value = Value::from_origin(known.unwrap_or(Origin::Unknown));
    for part in from {
        value.trail.extend(part.trail.iter().cloned());
    }
    value
}
