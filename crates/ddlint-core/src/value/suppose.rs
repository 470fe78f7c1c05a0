//! What follows if a variable of the environment, or a key of the configuration, has a certain value.

use std::rc::Rc;

use super::{Evaluator, Kind, Origin, Unknown, Value};

/// A variable whose value is supposed, or of which it is noted what it is compared with.
#[derive(Debug)]
pub(super) struct Supposed {
    name: Rc<str>,
    value: Supposition,
}

#[derive(Debug, Clone)]
enum Supposition {
    /// Not known: what it is compared with is noted.
    Noted,
    /// It is not set.
    Absent,
    /// A text that it is compared with nowhere.
    Another,
    Text(String),
}

impl<'p> Evaluator<'p> {
    /// Whether a variable can have a value with which something holds: one that code compares it with, another one, or
    /// none. `type: isProduction ? "postgres" : "sqlite"` and `synchronize: !isProduction` never hold together. `wanted` are
    /// texts that are asked for elsewhere than in code.
    pub(crate) fn can_hold(
        &self,
        name: &Rc<str>,
        wanted: &[&str],
        holds: impl Fn(&Self) -> bool,
    ) -> bool {
        let supposing = |value: Supposition| {
            let mut evaluator = Self::new(self.index);
            evaluator.supposed = Some(Supposed { name: name.clone(), value });
            evaluator
        };
        let noting = supposing(Supposition::Noted);
        noting.with_callers(|| holds(&noting));
        let compared = noting.compared.take().into_iter();
        // Tests are not judged.
        let compared = compared.filter(|text| !self.index.assumed.not.contains(text));
        let wanted = wanted.iter().map(|text| (*text).to_owned());
        let values = compared.chain(wanted).map(Supposition::Text);
        values.chain([Supposition::Another, Supposition::Absent]).any(|value| {
            let evaluator = supposing(value);
            evaluator.with_callers(|| holds(&evaluator))
        })
    }

    /// What a variable is: supposed for now, or said by the user.
    pub(super) fn assumed(&self, name: &str) -> Option<Value<'p>> {
        match &self.supposed {
            Some(Supposed { name: supposed, value }) if **supposed == *name => match value {
                Supposition::Noted => {}
                Supposition::Another => {
                    let origin = Origin::Environment(name.into());
                    let text = Unknown { truthy: true, ..Unknown::text(origin) };
                    return Some(Value::new(Kind::Unknown(text)));
                }
                Supposition::Absent => return Some(Value::undefined()),
                Supposition::Text(text) => return Some(Value::text(text)),
            },
            _ => {}
        }
        self.index.assumed.values.get(name).map(|value| Value::text(value))
    }

    /// Whether a value is supposed to be none of the texts that it is compared with.
    pub(super) fn is_another(&self, value: &Value<'p>) -> bool {
        let Some(Supposed { name, value: Supposition::Another }) = &self.supposed else {
            return false;
        };
        matches!(&value.kind, Kind::Unknown(Unknown { origin: Origin::Environment(of), text: true, .. }) if of == name)
    }

    /// Notes that a value is compared with a text.
    pub(super) fn note_compared(&self, value: &Value<'p>, text: &str) {
        let Some(Supposed { name, value: Supposition::Noted }) = &self.supposed else { return };
        let Kind::Unknown(Unknown { origin, .. }) = &value.kind else { return };
        if matches!(origin, Origin::Environment(of) | Origin::Configuration(of) if of == name) {
            self.compared.borrow_mut().insert(text.to_owned());
        }
    }
}
