//! Methods of texts and lists.

use super::operator::{boolean, open};
use super::template::{MOST_TEXT, put_together};
use super::{Argument, Evaluator, Expr, Kind, Origin, Text, Truth, Unknown, Value};

/// The methods whose results are known. Others of that name are only looked at if what they are called on is known.
const KNOWN: [&str; 23] = [
    "toLowerCase",
    "toUpperCase",
    "trim",
    "trimStart",
    "trimEnd",
    "toString",
    "startsWith",
    "endsWith",
    "split",
    "replace",
    "replaceAll",
    "includes",
    "join",
    "concat",
    "map",
    "flatMap",
    "filter",
    "flat",
    "sort",
    "reverse",
    "values",
    "entries",
    "bind",
];

impl<'p> Evaluator<'p> {
    /// What a method of the host returns: those that comparisons, lists of columns and texts of SQL are written with.
    pub(super) fn method_of_host(
        &self,
        callee: &Expr<'p>,
        arguments: &[Expr<'p>],
    ) -> Option<Value<'p>> {
        let property = callee.node.child_by_field_name("property")?;
        let name = self.slice(&callee.with(property));
        if !KNOWN.contains(&name) {
            return None;
        }
        let value = self.eval(&callee.with(callee.node.child_by_field_name("object")?));
        self.method_of(name, &value, callee, arguments)
    }

    fn method_of(
        &self,
        name: &str,
        value: &Value<'p>,
        callee: &Expr<'p>,
        arguments: &[Expr<'p>],
    ) -> Option<Value<'p>> {
        match &value.kind {
            // `(process.env.SYNC ?? "").toLowerCase()`
            Kind::Choice(branches, origin) => {
                let results =
                    branches.iter().map(|branch| self.method_of(name, branch, callee, arguments));
                let results = results.collect::<Option<Vec<_>>>()?;
                Some(Value::choice(results, origin.clone()).after(&value.trail))
            }
            Kind::Text(text) => self.method_of_text(name, text, value, arguments),
            Kind::List(elements) => self.method_of_list(name, elements, callee, arguments),
            Kind::Function(_) if name == "bind" => Some(value.clone()),
            Kind::Foreign(_) if name == "bind" && arguments.len() < 2 => Some(value.clone()),
            Kind::Unknown(unknown) => Some(self.method_of_unknown(name, unknown, value, arguments)),
            _ if name == "toString" => value.as_text().map(|text| Value::text(&text)),
            _ => None,
        }
    }

    /// What is made of a text that is known in part is known in part.
    fn method_of_unknown(
        &self,
        name: &str,
        unknown: &Unknown,
        value: &Value<'p>,
        arguments: &[Expr<'p>],
    ) -> Value<'p> {
        let as_it_is = matches!(name, "trim" | "trimStart" | "trimEnd" | "toString");
        let as_it_is = as_it_is || matches!(name, "replace" | "replaceAll");
        if name == "split"
            && unknown.sketch.is_some()
            && arguments.first().is_some_and(|separator| self.splits_statements(separator))
        {
            return Value::new(Kind::List([value.clone()].into()));
        }
        let kind = Kind::Unknown(Unknown {
            text: unknown.text && (as_it_is || matches!(name, "toLowerCase" | "toUpperCase")),
            sketch: unknown.sketch.clone().filter(|_| as_it_is),
            ..Unknown::new(unknown.origin.clone())
        });
        Value { kind, ..value.clone() }
    }

    /// Whether what is split there are statements. Those are run one after the other, which is what the whole text does,
    /// and that knows where it stands.
    fn splits_statements(&self, separator: &Expr<'p>) -> bool {
        let text = self.separator(separator);
        text.is_some_and(|text| text.contains(';') || text.starts_with("--"))
    }

    fn separator(&self, separator: &Expr<'p>) -> Option<String> {
        let written = || self.slice(separator).trim_start_matches('/').to_owned();
        let is_regex = separator.node.kind() == "regex";
        self.eval(separator).as_text().or_else(|| is_regex.then(written))
    }

    fn method_of_text(
        &self,
        name: &str,
        text: &Text,
        value: &Value<'p>,
        arguments: &[Expr<'p>],
    ) -> Option<Value<'p>> {
        let first = || arguments.first().map(|argument| self.eval(argument));
        let asked = |is: fn(&str, &str) -> bool| {
            let wanted = first()?;
            let truth = wanted.as_text().map(|wanted| Truth::of(is(text, &wanted)));
            Some(truth.map_or_else(|| open(&[&wanted]), |truth| boolean(truth, &wanted)))
        };
        match name {
            "toLowerCase" => Some(Value::text(&text.to_lowercase())),
            "toUpperCase" => Some(Value::text(&text.to_uppercase())),
            // Where an SQL text begins is no matter. A file that is read is a text, with an encoding or without.
            "trim" | "trimStart" | "trimEnd" | "toString" => Some(value.clone()),
            "includes" => asked(|text, wanted| text.contains(wanted)),
            "startsWith" => asked(|text, wanted| text.starts_with(wanted)),
            "endsWith" => asked(|text, wanted| text.ends_with(wanted)),
            "replace" | "replaceAll" => {
                if let Some(text) = self.replaced(name, text, arguments) {
                    return Some(Value::new(Kind::Text(text)));
                }
                // What is replaced is not known; the rest of the text is.
                let unknown = Unknown::text(Origin::Unknown);
                let sketch = Some(text.clone());
                Some(Value::new(Kind::Unknown(Unknown { sketch, ..unknown })))
            }
            "split" => {
                let separator = arguments.first()?;
                if self.splits_statements(separator) {
                    return Some(Value::new(Kind::List([value.clone()].into())));
                }
                let between = self.eval(separator).as_text().filter(|text| !text.is_empty())?;
                Some(Value::new(Kind::List(text.split(&between).map(Value::text).collect())))
            }
            _ => None,
        }
    }

    /// `text.replace("a", "b")`, `text.replace(/a/g, "b")`: the text that it makes, where both are plain words.
    fn replaced(&self, name: &str, text: &Text, arguments: &[Expr<'p>]) -> Option<Text> {
        let [wanted, by] = arguments else { return None };
        let by = match self.eval(by).kind {
            // `$1` and the like stand for what was found.
            Kind::Text(by) if !by.contains('$') => by,
            _ => return None,
        };
        let (wanted, all) = if wanted.node.kind() == "regex" {
            let field = |name| wanted.node.child_by_field_name(name).map(|node| wanted.with(node));
            let flags = field("flags").map_or("", |flags| self.slice(&flags));
            let pattern = self.slice(&field("pattern")?);
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ');
            let is_known = pattern.chars().all(is_plain) && matches!(flags, "" | "g");
            (is_known.then(|| pattern.to_owned())?, flags == "g")
        } else {
            (String::from(&*self.eval(wanted).as_text()?), name == "replaceAll")
        };
        if wanted.is_empty() {
            return None;
        }
        let times = if all { text.matches(&wanted).count() } else { 1 };
        if times.saturating_mul(by.len()) + text.len() > MOST_TEXT {
            return None;
        }
        let mut parts = Vec::new();
        let mut end = 0;
        for (at, found) in text.match_indices(&wanted).take(if all { usize::MAX } else { 1 }) {
            parts.extend([text.part(end..at), by.clone()]);
            end = at + found.len();
        }
        parts.push(text.part(end..text.len()));
        Some(Text::joined(&parts))
    }

    fn method_of_list(
        &self,
        name: &str,
        elements: &[Value<'p>],
        callee: &Expr<'p>,
        arguments: &[Expr<'p>],
    ) -> Option<Value<'p>> {
        let first = || arguments.first().map(|argument| self.eval(argument));
        let list = |elements: Vec<Value<'p>>| Some(Value::new(Kind::List(elements.into())));
        let flat = |elements: Vec<Value<'p>>| {
            let inner = |value: Value<'p>| match &value.kind {
                Kind::List(inner) => inner.to_vec(),
                _ => vec![value],
            };
            list(elements.into_iter().flat_map(inner).collect())
        };
        match name {
            "join" => {
                let between = match first() {
                    Some(between) => between.sketch()?,
                    None => Text::computed(","),
                };
                let mut parts = Vec::new();
                for element in elements {
                    parts.push((callee.clone(), Value::new(Kind::Text(between.clone()))));
                    parts.push((callee.clone(), element.clone()));
                }
                Some(put_together(parts.split_off(parts.len().min(1))))
            }
            "concat" => {
                let more = arguments.iter().map(|argument| self.eval(argument));
                let more = more.flat_map(|value| match value.kind {
                    Kind::List(elements) => elements.to_vec(),
                    _ => vec![value],
                });
                list(elements.iter().cloned().chain(more).collect())
            }
            "map" => list(self.each(elements, &first()?)?),
            "flatMap" => flat(self.each(elements, &first()?)?),
            "flat" => flat(elements.to_vec()),
            // Of an element that may be left out nobody knows: it is taken for one.
            "filter" => {
                let wanted = first()?;
                let is_boolean = wanted.foreign().any(|host| host.path.is_global("Boolean"));
                let asked =
                    if is_boolean { elements.to_vec() } else { self.each(elements, &wanted)? };
                let kept = elements.iter().zip(asked);
                let kept = kept.filter(|(_, asked)| asked.truthy() != Truth::No);
                list(kept.map(|(element, _)| element.clone()).collect())
            }
            "sort" | "values" => list(elements.to_vec()),
            "entries" => {
                let entry = |(index, element): (u32, &Value<'p>)| {
                    let index = Value::new(Kind::Number(index.into()));
                    Value::new(Kind::List([index, element.clone()].into()))
                };
                list((0..).zip(elements).map(entry).collect())
            }
            "reverse" => list(elements.iter().rev().cloned().collect()),
            "includes" => {
                let wanted = first()?;
                let answers =
                    elements.iter().map(|element| self.compared(element, &wanted).truthy());
                Some(match answers.collect::<Vec<_>>() {
                    all if all.contains(&Truth::Yes) => boolean(Truth::Yes, &wanted),
                    all if all.iter().all(|answer| *answer == Truth::No) => {
                        boolean(Truth::No, &wanted)
                    }
                    _ => open(&elements.iter().chain([&wanted]).collect::<Vec<_>>()),
                })
            }
            _ => None,
        }
    }

    /// What a function of the project makes of each element.
    fn each(&self, elements: &[Value<'p>], function: &Value<'p>) -> Option<Vec<Value<'p>>> {
        let Kind::Function(function) = &function.kind else { return None };
        let made = |(index, element): (u32, &Value<'p>)| {
            let index = Value::new(Kind::Number(index.into()));
            let arguments = [element.clone(), index].map(Argument::Known);
            self.apply(function, Some(arguments.into()))
        };
        Some((0..).zip(elements).map(made).collect())
    }
}
