//! Names that are bound to a text of SQL: `raw("DROP TABLE ??", ["a"])`, `raw("DROP TABLE :name:", { name: "a" })`,
//! `sql("DROP TABLE {name}", { name: "a" })`.
//!
//! Values are not put in: `?` and `:name` stand for no name of a table or a column.

use std::ops::Range;

use crate::value::{Evaluator, Kind, Value};

/// A text with the names that are known in it.
pub(super) struct Bound {
    pub(super) text: String,
    /// What was put in, and what stood there before.
    edits: Vec<(Range<usize>, Range<usize>)>,
}

impl Bound {
    /// Puts in what bindings say. What they do not say stays as it is: a hole.
    pub(super) fn new<'p>(text: &str, bindings: &Value<'p>, evaluator: &Evaluator<'p>) -> Self {
        let mut bound = Self { text: String::with_capacity(text.len()), edits: Vec::new() };
        let (mut at, mut next) = (0, 0);
        while let Some(mark) = text[at..].find(['?', ':', '{']).map(|found| at + found) {
            bound.text.push_str(&text[at..mark]);
            let rest = &text[mark..];
            let is_escaped = text[..mark].ends_with('\\');
            let (width, value) = if is_escaped {
                (1, None)
            } else if rest.starts_with("??") {
                next += 1;
                (2, positional(bindings, next - 1))
            } else if rest.starts_with('?') {
                next += 1;
                (1, None)
            } else if let Some(behind) = rest.strip_prefix('{') {
                let inside = behind.split_once('}').map(|(name, _)| name);
                match inside.and_then(|name| Some((name, named(bindings, name, evaluator)?))) {
                    Some((name, value)) => (name.len() + 2, Some(value)),
                    None => (1, None),
                }
            } else {
                let name = rest[1..].split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next();
                let name = name.unwrap_or_default();
                let is_name = !name.is_empty() && rest[1 + name.len()..].starts_with(':');
                let is_cast = text[..mark].ends_with(':');
                if is_name && !is_cast {
                    (name.len() + 2, named(bindings, name, evaluator))
                } else {
                    (1, None)
                }
            };
            let start = bound.text.len();
            match value.as_deref() {
                Some(name) => {
                    let parts =
                        name.split('.').map(|part| format!("\"{}\"", part.trim_matches('"')));
                    bound.text.push_str(&parts.collect::<Vec<_>>().join("."));
                    bound.edits.push((start..bound.text.len(), mark..mark + width));
                }
                None => bound.text.push_str(&rest[..width]),
            }
            at = mark + width;
        }
        bound.text.push_str(&text[at..]);
        bound
    }

    /// Where a range of the text stood before anything was put in.
    pub(super) fn origin(&self, range: Range<usize>) -> Range<usize> {
        let before = |at: usize, is_end: bool| {
            let edits =
                self.edits.partition_point(|(new, _)| new.start < at || new.start == at && !is_end);
            match self.edits[..edits].last() {
                Some((new, old)) if at < new.end => {
                    if is_end {
                        old.end
                    } else {
                        old.start
                    }
                }
                Some((new, old)) => old.end + at - new.end,
                None => at,
            }
        };
        before(range.start, false)..before(range.end, true)
    }
}

fn positional(bindings: &Value<'_>, index: usize) -> Option<String> {
    match &bindings.kind {
        Kind::List(all) => all.get(index)?.as_text(),
        Kind::Text(_) if index == 0 => bindings.as_text(),
        _ => None,
    }
}

fn named<'p>(bindings: &Value<'p>, name: &str, evaluator: &Evaluator<'p>) -> Option<String> {
    matches!(bindings.kind, Kind::Object(_)).then(|| evaluator.get(bindings, name).as_text())?
}
