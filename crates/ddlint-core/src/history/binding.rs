//! Names that are bound to a text of SQL: `raw("DROP TABLE ??", ["a"])`, `raw("DROP TABLE :name:", { name: "a" })`,
//! `sql("DROP TABLE {name}", { name: "a" })`.
//!
//! Values are not put in: `?` and `:name` stand for no name of a table or a column.

use std::ops::Range;

use crate::value::{Evaluator, Kind, Value};

/// How a text says where names belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `??` and `:name:`, with `\\` in front of what is none. A dot tells parts of a name apart.
    Marks,
    /// `{name}`
    Braces,
}

/// A text with the names that are known in it.
pub(super) struct Bound {
    pub(super) text: String,
    /// What was put in, and what stood there before.
    edits: Vec<(Range<usize>, Range<usize>)>,
}

impl Bound {
    /// Puts in what bindings say. What they do not say stays as it is: a hole.
    pub(super) fn new<'p>(
        text: &str,
        form: Form,
        bindings: &Value<'p>,
        evaluator: &Evaluator<'p>,
    ) -> Self {
        let mut bound = Self { text: String::with_capacity(text.len()), edits: Vec::new() };
        let begins = |c: char| match form {
            Form::Marks => matches!(c, '?' | ':'),
            Form::Braces => c == '{',
        };
        let (mut at, mut next) = (0, 0);
        while let Some(mark) = text[at..].find(begins).map(|found| at + found) {
            bound.text.push_str(&text[at..mark]);
            let rest = &text[mark..];
            let (width, value) = match form {
                // What stands for nothing may hold something that does: `{ {name} }`.
                Form::Braces => {
                    let found = braced(rest)
                        .and_then(|name| Some((name.len() + 2, named(bindings, name, evaluator)?)));
                    found.map_or((1, None), |(width, value)| (width, Some(value)))
                }
                Form::Marks if text[..mark].ends_with('\\') => (1, None),
                Form::Marks if rest.starts_with('?') => {
                    next += 1;
                    if rest.starts_with("??") {
                        (2, positional(bindings, next - 1))
                    } else {
                        (1, None)
                    }
                }
                // `::type:` is a cast.
                Form::Marks => {
                    match between_colons(rest).filter(|_| !text[..mark].ends_with(':')) {
                        Some(name) => (name.len() + 2, named(bindings, name, evaluator)),
                        None => (1, None),
                    }
                }
            };
            match value {
                Some(name) => {
                    let start = bound.text.len();
                    bound.text.push_str(&quoted(&name, form));
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

/// The name in `{name}`.
fn braced(text: &str) -> Option<&str> {
    Some(text.strip_prefix('{')?.split_once('}')?.0)
}

/// The name in `:name:`.
fn between_colons(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix(':')?.split_once(':')?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(is_word)).then_some(name)
}

/// A name as SQL writes it.
fn quoted(name: &str, form: Form) -> String {
    let quoted = |part: &str| format!("\"{}\"", part.replace('"', "\"\""));
    match form {
        Form::Marks => name.split('.').map(quoted).collect::<Vec<_>>().join("."),
        Form::Braces => quoted(name),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_a_whole() {
        assert_eq!(quoted("public.a", Form::Marks), r#""public"."a""#);
        assert_eq!(quoted("public.a", Form::Braces), r#""public.a""#);
        assert_eq!(quoted(r#"say "a""#, Form::Marks), r#""say ""a""""#);
    }

    #[test]
    fn marks_have_an_end() {
        assert_eq!(braced("{name} x}"), Some("name"));
        assert_eq!(braced("{name"), None);
        assert_eq!(between_colons(":name: x"), Some("name"));
        assert_eq!(between_colons(":name, :other"), None);
        assert_eq!(between_colons("::int"), None);
    }
}
