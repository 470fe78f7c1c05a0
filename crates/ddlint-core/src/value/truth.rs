//! Three-valued truth, and the questions that conditions ask.

use super::{Expr, Kind, Origin, Text, Unknown, Value};

/// Whether something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// Something else decides.
    Maybe(Origin),
}

/// The answer to a condition, with the value that decided it.
#[derive(Debug, Clone)]
pub struct Verdict<'p> {
    /// Whether it holds.
    pub truth: Truth,
    /// The value, or the branch of it, that speaks for holding.
    pub value: Value<'p>,
}

impl Truth {
    /// Yes or no.
    pub fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// What both say; where they differ, a condition decides.
    #[must_use]
    pub fn agreed(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            _ => Self::Maybe(Origin::Condition),
        }
    }

    /// Whether a condition is as a place wants it: `true` keeps the answer, `false` turns it round.
    #[must_use]
    pub fn wanted(self, wanted: bool) -> Self {
        if wanted { self } else { self.opposite() }
    }

    /// The opposite.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            maybe @ Self::Maybe(_) => maybe,
        }
    }
}

impl<'p> Value<'p> {
    /// What JavaScript takes it for in a condition.
    pub fn truthy(&self) -> Truth {
        self.holds(&|kind| match kind {
            Kind::Undefined | Kind::Null | Kind::Bool(false) => Some(false),
            Kind::Number(number) => Some(*number != 0.0 && !number.is_nan()),
            Kind::Text(text) => Some(!text.is_empty()),
            Kind::Bool(true)
            | Kind::Object(_)
            | Kind::List(_)
            | Kind::Function(_)
            | Kind::Class(_)
            | Kind::Instance(_)
            | Kind::Exports(_)
            | Kind::Opaque => Some(true),
            Kind::Unknown(unknown) if unknown.truthy => Some(true),
            Kind::Foreign(_) | Kind::Choice(..) | Kind::Unknown(_) => None,
        })
    }

    /// Whether it is there: neither `undefined` nor `null`.
    pub fn present(&self) -> Truth {
        self.holds(&|kind| match kind {
            Kind::Undefined | Kind::Null => Some(false),
            Kind::Unknown(unknown) if unknown.truthy => Some(true),
            Kind::Choice(..) | Kind::Unknown(_) => None,
            // `globalThis.source ?? new DataSource()`: what was put there earlier, if anything was.
            Kind::Foreign(foreign) if foreign.path.module.is_empty() => None,
            _ => Some(true),
        })
    }

    /// Asks a question of the value, or of each branch. `None` as an answer means that the kind alone does not tell.
    pub fn holds(&self, question: &dyn Fn(&Kind<'p>) -> Option<bool>) -> Truth {
        match (&self.kind, question(&self.kind)) {
            (_, Some(answer)) => Truth::of(answer),
            (Kind::Choice(branches, origin), None) => {
                let answers = branches.iter().map(|branch| branch.holds(question));
                answers
                    .reduce(|left, right| left.or_else(right, origin))
                    .unwrap_or(Truth::Maybe(Origin::Unknown))
            }
            (Kind::Unknown(Unknown { origin, .. }), None) => Truth::Maybe(origin.clone()),
            (_, None) => Truth::Maybe(Origin::Unknown),
        }
    }

    /// The same, with the branch that speaks for it: the first that holds for sure, else the first that may.
    pub fn verdict(&self, question: &dyn Fn(&Kind<'p>) -> Option<bool>) -> Verdict<'p> {
        let truth = self.holds(question);
        let branches = || self.branches().iter().map(|branch| (branch, branch.holds(question)));
        let sure = branches().find(|(_, truth)| *truth == Truth::Yes);
        let open = || branches().find(|(_, truth)| matches!(truth, Truth::Maybe(_)));
        let value = sure.or_else(open).map_or(self, |(branch, _)| branch);
        let mut value = value.clone();
        if let (Kind::Choice(..), Truth::Maybe(_)) = (&self.kind, &truth) {
            // The branch alone would say "is `true`" of a value that may be another.
            value.trail.clone_from(&self.trail);
            value.trail.extend(self.branch_trail(question));
            value.trail.dedup();
        }
        value.place = value.place.or(self.place);
        Verdict { truth, value }
    }

    /// The value, unless it is absent: then the default.
    #[must_use]
    pub fn or_default(self, default: impl FnOnce() -> Value<'p>) -> Self {
        match &self.kind {
            Kind::Undefined => default(),
            Kind::Unknown(unknown) if unknown.text => {
                let origin = unknown.origin.clone();
                Self::choice(vec![self, default()], origin)
            }
            Kind::Choice(branches, origin)
                if branches.iter().any(|b| matches!(b.kind, Kind::Undefined)) =>
            {
                let default = default();
                let filled = |branch: &Value<'p>| match branch.kind {
                    Kind::Undefined => default.clone(),
                    _ => branch.clone(),
                };
                Self::choice(branches.iter().map(filled).collect(), origin.clone())
            }
            _ => self,
        }
    }

    /// The value as a template string would print it, if that is known.
    pub fn as_text(&self) -> Option<String> {
        match &self.kind {
            Kind::Text(text) => Some(text.to_string()),
            Kind::Number(number) => Some(number.to_string()),
            Kind::Bool(value) => Some(value.to_string()),
            _ => None,
        }
    }

    /// The value as text that knows where it stands, as far as it is known.
    pub fn sketch(&self) -> Option<Text> {
        match &self.kind {
            Kind::Text(text) => Some(text.clone()),
            Kind::Unknown(unknown) => unknown.sketch.clone(),
            _ => self.as_text().map(|text| Text::computed(&text)),
        }
    }

    /// The value as a part of a text: a hole if it is not known.
    pub(super) fn written_or_hole(&self, expr: &Expr<'p>) -> Text {
        self.sketch().unwrap_or_else(|| Text::hole(expr.span()))
    }

    fn branch_trail(&self, question: &dyn Fn(&Kind<'p>) -> Option<bool>) -> Vec<super::Hop> {
        let branch = self.branches().iter().find(|branch| branch.holds(question) != Truth::No);
        branch.map(|branch| branch.trail.clone()).unwrap_or_default()
    }
}

impl Truth {
    /// The answer of two branches of which one is taken as `origin` decides.
    fn or_else(self, other: Self, origin: &Origin) -> Self {
        match (self, other) {
            (Self::Yes, Self::Yes) => Self::Yes,
            (Self::No, Self::No) => Self::No,
            (Self::Maybe(left), Self::Maybe(right)) => Self::Maybe(left.weaker(right)),
            // One branch is known to hold: that the other is open makes it no weaker than the choice itself.
            (Self::Maybe(_), Self::Yes) | (Self::Yes, Self::Maybe(_)) => {
                Self::Maybe(origin.clone())
            }
            (Self::Maybe(open), Self::No) | (Self::No, Self::Maybe(open)) => Self::Maybe(open),
            (Self::Yes, Self::No) | (Self::No, Self::Yes) => Self::Maybe(origin.clone()),
        }
    }
}
