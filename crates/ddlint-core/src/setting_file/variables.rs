//! `.env`: `NAME=value` on a line, as the package dotenv reads it.

use std::sync::LazyLock;

use regex::Regex;

use super::{Entry, Setting, SettingKind};

/// A line with a variable. A value in quotes may go over several lines; behind a bare one, `#` begins a comment.
static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*(?:=|:[ \t])[ \t]*('[^']*'|"(?:\\.|[^"\\])*"|`[^`]*`|[^#\r\n]*)"#,
    )
    .ok()
});

/// The variables of a text. What is no variable is left out.
pub(super) fn read(text: &str) -> Setting {
    let lines = LINE.iter().flat_map(|pattern| pattern.captures_iter(text));
    let entry = |line: regex::Captures<'_>| {
        let (key, value) = (line.get(1)?, line.get(2)?);
        let written = value.as_str().trim_end();
        let span = key.start() as u32..(value.start() + written.len()) as u32;
        let value = Setting {
            kind: SettingKind::Text(plain(written)),
            span: value.start() as u32..span.end,
        };
        Some(Entry { key: key.as_str().to_owned(), span, value, is_merged: false })
    };
    let entries = lines.filter_map(entry).collect();
    Setting { kind: SettingKind::Map(entries), span: 0..text.len() as u32 }
}

/// A value without its quotes.
fn plain(value: &str) -> String {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    let inside = quote.and_then(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    inside.unwrap_or(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(text: &str) -> Vec<(String, String)> {
        let SettingKind::Map(entries) = read(text).kind else { return Vec::new() };
        let pair = |entry: Entry| match entry.value.kind {
            SettingKind::Text(value) => (entry.key, value),
            _ => (entry.key, String::new()),
        };
        entries.into_iter().map(pair).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    }

    #[test]
    fn quotes_blanks_and_comments_are_no_part_of_a_value() {
        let text = "# A=0\nA=1\r\n  export B = 'two words' # three\nC=\"#4\"\nD=\nE: five\nno variable\nF=6 # 7";
        let expected =
            [("A", "1"), ("B", "two words"), ("C", "#4"), ("D", ""), ("E", "five"), ("F", "6")];
        assert_eq!(variables(text), pairs(&expected));
    }

    #[test]
    fn a_value_in_quotes_may_go_over_lines() {
        assert_eq!(variables("A=\"1\nB=2\"\nC=3"), pairs(&[("A", "1\nB=2"), ("C", "3")]));
    }

    #[test]
    fn places_are_exact() {
        let text = "# ä\nNAME = 'x'  # y\n";
        let SettingKind::Map(entries) = read(text).kind else { unreachable!() };
        let span = |range: &std::ops::Range<u32>| &text[range.start as usize..range.end as usize];
        assert_eq!(span(&entries[0].span), "NAME = 'x'");
        assert_eq!(span(&entries[0].value.span), "'x'");
    }
}
