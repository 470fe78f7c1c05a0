//! What a condition says of a value, and how a value is told.

use crate::rule::{Literal, Test};
use crate::sql;
use crate::value::{Kind, Origin, Truth, Unknown, Value, Verdict};

/// Asks a condition of a value.
pub(crate) fn ask<'p>(value: &Value<'p>, default: Option<&Literal>, test: &Test) -> Verdict<'p> {
    let holds = |kind: &Kind<'p>| -> Option<bool> {
        // Each branch has an answer of its own: the default stands for those that are absent.
        if matches!(kind, Kind::Choice(..)) {
            return None;
        }
        let literal = match (kind, default) {
            (Kind::Undefined, Some(default)) => Some(default.clone()),
            _ => literal(kind),
        };
        match test {
            Test::Truthy(wanted) => match (&literal, Value::new(kind.clone()).truthy()) {
                (Some(literal), _) => Some(is_truthy(literal) == *wanted),
                (None, Truth::Yes) => Some(*wanted),
                (None, Truth::No) => Some(!*wanted),
                (None, Truth::Maybe(_)) => None,
            },
            Test::Present(wanted) => match (&literal, Value::new(kind.clone()).present()) {
                (Some(_), _) | (None, Truth::Yes) => Some(*wanted),
                (None, Truth::No) => Some(!*wanted),
                (None, Truth::Maybe(_)) => None,
            },
            Test::Runs(tags) => Some(runs(kind, tags)),
            Test::Is(wanted) => is_one_of(kind, literal.as_ref(), wanted),
            Test::IsNot(wanted) => is_one_of(kind, literal.as_ref(), wanted).map(|is| !is),
            Test::Matches(pattern) => match (literal, kind) {
                (Some(Literal::Text(text)), _) => Some(pattern.is_match(&text)),
                (None, Kind::Unknown(_) | Kind::Choice(..)) => None,
                _ => Some(false),
            },
        }
    };
    value.verdict(&holds)
}

/// Whether a text of SQL has one of these commands, or any that is DDL. A text that nobody knows has none: every query
/// of an application would be suspected.
fn runs(kind: &Kind<'_>, tags: &[String]) -> bool {
    let texts = match kind {
        Kind::List(texts) => texts.to_vec(),
        kind => vec![Value::new(kind.clone())],
    };
    texts.iter().filter_map(Value::sketch).filter(|text| sql::may_hold_ddl(text)).any(|text| {
        let statements = sql::read(&text).statements;
        let mut steps = statements.iter().flat_map(|statement| &statement.steps);
        steps.any(|at| match tags {
            [] => at.step.is_ddl(),
            tags => tags.iter().any(|tag| tag == at.step.tag()),
        })
    })
}

fn is_one_of(kind: &Kind<'_>, literal: Option<&Literal>, wanted: &[Literal]) -> Option<bool> {
    match (literal, kind) {
        (Some(literal), _) => Some(wanted.contains(literal)),
        // An environment text is no boolean and no number.
        (None, Kind::Unknown(Unknown { text: true, .. }))
            if !wanted.iter().any(|w| matches!(w, Literal::Text(_))) =>
        {
            Some(false)
        }
        (None, Kind::Unknown(_) | Kind::Choice(..) | Kind::Foreign(_)) => None,
        (None, _) => Some(false),
    }
}

fn literal(kind: &Kind<'_>) -> Option<Literal> {
    match kind {
        Kind::Bool(value) => Some(Literal::Bool(*value)),
        Kind::Number(value) => Some(Literal::Number(*value)),
        Kind::Text(value) => Some(Literal::Text(value.to_string())),
        _ => None,
    }
}

fn is_truthy(literal: &Literal) -> bool {
    match literal {
        Literal::Bool(value) => *value,
        Literal::Number(value) => *value != 0.0,
        Literal::Text(value) => !value.is_empty(),
    }
}

/// Texts that are meant as an answer to a question; others may be anything, also secrets.
const ANSWERS: [&str; 11] =
    ["", "0", "1", "true", "false", "yes", "no", "on", "off", "null", "undefined"];

/// A value as people write it.
pub(super) fn written(value: &Value<'_>, default: Option<&Literal>) -> Option<String> {
    let literal = match (&value.kind, default) {
        (Kind::Undefined, Some(default)) => Some(default.clone()),
        (kind, _) => literal(kind),
    };
    Some(match literal? {
        Literal::Bool(value) => value.to_string(),
        Literal::Number(value) => value.to_string(),
        // What a text says is nobody's business, unless it is meant as an answer.
        Literal::Text(value) if ANSWERS.contains(&value.as_str()) => format!("\"{value}\""),
        Literal::Text(_) => "a text".into(),
    })
}

/// Why an option has its value: "defaults to `true`", "is `true`", "depends on `NODE_ENV`".
pub(crate) fn origin(verdict: &Verdict<'_>, default: Option<&Literal>) -> String {
    let value = &verdict.value;
    let open = match &verdict.truth {
        Truth::Maybe(origin) => Some(origin.clone()),
        _ => value.origin(),
    };
    match (&value.kind, open) {
        (Kind::Unknown(Unknown { text: true, .. }), Some(Origin::Environment(name))) => {
            format!("is the text of `{name}`: any text turns it on, `false` too")
        }
        (_, Some(Origin::Environment(name) | Origin::Configuration(name))) => {
            format!("depends on `{name}`")
        }
        (_, Some(Origin::Condition | Origin::Spelling | Origin::Each)) => {
            "depends on a condition".into()
        }
        (_, Some(Origin::Unknown)) => "cannot be known from the code".into(),
        (Kind::Undefined, None) => match written(value, default) {
            Some(default) if value.place.is_some() => {
                format!("is `undefined`, which means `{default}`")
            }
            Some(default) => format!("is absent and defaults to `{default}`"),
            None => "is absent".into(),
        },
        (Kind::Text(text), None) if !ANSWERS.contains(&&**text) => {
            "is a text: any text turns it on".into()
        }
        (_, None) => {
            written(value, default).map_or_else(|| "is on".into(), |value| format!("is `{value}`"))
        }
    }
}
