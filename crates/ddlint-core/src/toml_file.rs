//! TOML files written by people: all mistakes at once, each with its place, in plain words.
//!
//! `serde` stops at the first mistake. So what it stumbled over is cut out of the parsed table, and it tries again.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::suggest;

/// Something in a TOML file that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TomlMistake {
    /// Bytes of the file.
    pub span: Range<usize>,
    /// What is wrong, as a clause without a full stop.
    pub message: String,
    /// What to write instead, if that can be told.
    pub help: Option<String>,
}

/// No file that a person would want to see corrected in one go has more mistakes.
const MOST_MISTAKES: usize = 50;

/// Reads a file, with every mistake in its shape.
///
/// If there are mistakes, the value (if any) is what the rest of the file says: good for finding further mistakes, not
/// for use.
pub fn read<T: DeserializeOwned>(text: &str) -> (Option<T>, Vec<TomlMistake>) {
    let Ok(table) = DeTable::parse(text) else { return (None, syntax_mistakes(text)) };
    let mut rest = table.clone();
    let mut error = match T::deserialize(Deserializer::from(table)) {
        Ok(value) => return (Some(value), Vec::new()),
        Err(error) => error,
    };
    let mut mistakes = Vec::new();
    let mut cut_keys = Vec::new();
    for _ in 0..MOST_MISTAKES {
        let span = error.span().unwrap_or_default();
        // A key that is missing because it was cut is no mistake of its own.
        let is_echo =
            missing_field(error.message()).is_some_and(|key| cut_keys.iter().any(|cut| cut == key));
        let mistake = explain(error.message(), span.clone());
        // Of a list of tables only one is cut at a time: their name is told once.
        if !is_echo && !mistakes.contains(&mistake) {
            mistakes.push(mistake);
        }
        // The root table has an empty span: a key is missing there, and nothing can be cut.
        if span.is_empty() {
            break;
        }
        let Some(key) = cut(rest.get_mut(), &span) else { break };
        cut_keys.push(key);
        error = match T::deserialize(Deserializer::from(rest.clone())) {
            Ok(value) => return (Some(value), mistakes),
            Err(error) => error,
        };
    }
    (None, mistakes)
}

/// What no TOML parser can read. What follows the first such place is often an echo of it, so only mistakes on later
/// lines are added.
fn syntax_mistakes(text: &str) -> Vec<TomlMistake> {
    let (_, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().unwrap_or_default().start);
    let mut mistakes: Vec<TomlMistake> = Vec::new();
    for error in errors.into_iter().take(MOST_MISTAKES) {
        let span = error.span().unwrap_or_default();
        let line = |offset: usize| text[..offset.min(text.len())].matches('\n').count();
        if mistakes.last().is_some_and(|last| line(last.span.end) >= line(span.start)) {
            continue;
        }
        mistakes.push(explain(error.message(), span));
    }
    mistakes
}

/// Cuts the innermost key or list element that contains the span, and says which key that was (empty for an element).
fn cut(table: &mut DeTable<'_>, span: &Range<usize>) -> Option<String> {
    // Spans of parents do not contain those of their children (a header's table spans the header), so all are visited.
    let mut found = None;
    for (key, value) in table.iter_mut() {
        if let Some(cut) = cut_inside(value.get_mut(), span) {
            return Some(cut);
        }
        if contains(&key.span(), span) || contains(&value.span(), span) {
            found = Some(key.get_ref().to_string());
        }
    }
    let key = found?;
    table.remove(key.as_str());
    Some(key)
}

fn cut_inside(value: &mut DeValue<'_>, span: &Range<usize>) -> Option<String> {
    match value {
        DeValue::Table(table) => cut(table, span),
        DeValue::Array(elements) => {
            for element in elements.iter_mut() {
                if let Some(cut) = cut_inside(element.get_mut(), span) {
                    return Some(cut);
                }
            }
            let index =
                elements.iter().position(|element: &Spanned<_>| contains(&element.span(), span))?;
            let rest = elements.clone().into_iter().enumerate().filter(|(at, _)| *at != index);
            *elements = rest.map(|(_, element)| element).collect();
            Some(String::new())
        }
        _ => None,
    }
}

fn contains(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The first name in backticks.
fn quoted(text: &str) -> Option<&str> {
    text.split('`').nth(1)
}

fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field ").and_then(quoted)
}

/// Says what serde says in words for people who do not know serde.
fn explain(message: &str, span: Range<usize>) -> TomlMistake {
    let mistake =
        |message: String, help: Option<String>| TomlMistake { span: span.clone(), message, help };
    if let Some(key) = missing_field(message) {
        return mistake(format!("the key `{key}` is missing"), None);
    }
    for (start, noun) in [("unknown field ", "key"), ("unknown variant ", "value")] {
        let Some(rest) = message.strip_prefix(start) else { continue };
        // Every second piece stands between backticks: the unknown name, then the known ones.
        let mut names = rest.split('`').skip(1).step_by(2);
        let name = names.next().unwrap_or_default();
        return mistake(format!("unknown {noun} `{name}`"), suggest::help(name, names));
    }
    for start in ["invalid type: ", "invalid value: ", "invalid length "] {
        let Some(rest) = message.strip_prefix(start) else { continue };
        // What is expected never holds ", expected "; a text that was found may.
        let Some((found, expected)) = rest.rsplit_once(", expected ") else { continue };
        let found = if start == "invalid length " {
            format!("a list of {found}")
        } else {
            plain_found(found)
        };
        let expected = plain_expected(expected);
        let help = (expected == "a list" && found == "a table").then(|| {
            "each table of a list of tables is headed `[[name]]`, with two brackets".to_owned()
        });
        return mistake(format!("expected {expected}, found {found}"), help);
    }
    if message.starts_with("string values must be quoted") {
        return mistake("expected a value".into(), Some("a text stands in quotes".into()));
    }
    if message.starts_with("invalid float") || message.starts_with("invalid integer") {
        return mistake("this is no number".into(), Some("a text stands in quotes".into()));
    }
    mistake(message.to_owned(), None)
}

fn plain_found(found: &str) -> String {
    match found {
        "map" => "a table".into(),
        "sequence" => "a list".into(),
        _ => {
            let words = [
                ("string ", "the text "),
                ("integer ", "the number "),
                ("floating point ", "the number "),
                ("boolean ", "the value "),
            ];
            let word = words
                .iter()
                .find_map(|(start, plain)| Some(format!("{plain}{}", found.strip_prefix(start)?)));
            word.unwrap_or_else(|| found.to_owned())
        }
    }
}

fn plain_expected(expected: &str) -> String {
    match expected {
        "a map" => "a table".into(),
        "a sequence" => "a list".into(),
        "a string" => "a text in quotes".into(),
        "a boolean" => "`true` or `false`".into(),
        "i64" | "u64" | "u32" | "i32" | "usize" => "a whole number".into(),
        _ if expected.starts_with("struct ") || expected.starts_with("a table with ") => {
            "a table".into()
        }
        _ => expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct File {
        name: String,
        #[serde(default)]
        level: BTreeMap<String, Level>,
        #[serde(default)]
        item: Vec<Item>,
        #[serde(default)]
        docs: Option<Docs>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "kebab-case")]
    enum Level {
        Error,
        Off,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Item {
        id: u32,
        #[serde(default)]
        tags: Vec<String>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Docs {
        what: String,
    }

    /// Each mistake as `marked text: message (help)`.
    fn mistakes(text: &str) -> Vec<String> {
        let (_, mistakes) = read::<File>(text);
        let line = |mistake: &TomlMistake| {
            let help = mistake.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{}: {}{help}", &text[mistake.span.clone()], mistake.message)
        };
        mistakes.iter().map(line).collect()
    }

    #[test]
    fn a_good_file_has_no_mistakes() {
        let (file, mistakes) = read::<File>("name = 'a'\n[[item]]\nid = 1\n");
        assert_eq!(mistakes, []);
        assert_eq!(file.unwrap().item, [Item { id: 1, tags: Vec::new() }]);
    }

    #[test]
    fn all_mistakes_are_found_at_once() {
        let text = "name = 'a'\nnmae = 'b'\nlevel = { a = 'eror', b = 'off' }\n\n[[item]]\nid = 'x'\n\n[[item]]\nid = 1\ntags = ['a', 2]\n";
        let mut found = mistakes(text);
        found.sort();
        assert_eq!(
            found,
            [
                "'eror': unknown value `eror` (did you mean `error`?)",
                "'x': expected a whole number, found the text \"x\"",
                "2: expected a text in quotes, found the number `2`",
                "nmae: unknown key `nmae` (did you mean `name`?)",
            ]
        );
        let (rest, _) = read::<File>(text);
        assert_eq!(rest.unwrap().level, BTreeMap::from([("b".into(), Level::Off)]));
    }

    #[test]
    fn a_missing_key_points_at_its_table_and_stops_only_at_the_root() {
        assert_eq!(
            mistakes("name = 'a'\n[[item]]\ntags = []\n"),
            ["[[item]]: the key `id` is missing"]
        );
        assert_eq!(mistakes("item = []\n"), [": the key `name` is missing"]);
        // The key was there: what is wrong with it is said once.
        assert_eq!(mistakes("name = 3\n"), ["3: expected a text in quotes, found the number `3`"]);
    }

    #[test]
    fn a_table_where_a_list_of_tables_should_be_is_explained() {
        assert_eq!(
            mistakes("name = 'a'\n[item]\nid = 1\n"),
            [
                "[item]: expected a list, found a table (each table of a list of tables is headed `[[name]]`, with two brackets)"
            ]
        );
    }

    #[test]
    fn a_list_where_a_table_should_be_is_explained() {
        assert_eq!(
            mistakes("name = 'a'\ndocs = []\n"),
            ["[]: expected a table, found a list of 0"]
        );
    }

    #[test]
    fn what_is_no_toml_is_reported_at_its_place() {
        assert_eq!(
            mistakes("name = \nitem = []\nlevel = 'x\n"),
            [
                ": expected a value (a text stands in quotes)",
                ": invalid literal string, expected `'`"
            ]
        );
    }
}
