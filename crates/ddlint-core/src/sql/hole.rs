//! Holes: parts of a text that only run time fills.
//!
//! The parser takes nothing but names for names, so a hole becomes one: of letters that no Unicode version has assigned,
//! and of the same width, so that places stay what they are. Only a hole of one byte has to grow.

use std::borrow::Cow;
use std::ops::Range;

use crate::schema::HOLE;

/// Two bytes of a hole.
const TWO: char = '\u{378}';
/// Three bytes of a hole.
const THREE: char = '\u{2fe0}';

/// A text whose holes are names.
pub(super) struct Filled<'a> {
    /// The text that is parsed.
    pub(super) text: Cow<'a, str>,
    /// Offsets behind each byte that it has more than the original.
    grown: Vec<usize>,
}

impl<'a> Filled<'a> {
    /// Fills the holes of a text: runs of [`HOLE`], and what placeholders of tools for `.sql` files leave open.
    pub(super) fn new(text: &'a str) -> Self {
        if !text.contains(HOLE) && !text.contains("${") && !text.contains("{{") {
            return Self { text: text.into(), grown: Vec::new() };
        }
        let (mut filled, mut grown) = (String::with_capacity(text.len() + 8), Vec::new());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let width = width(rest);
            if width == 0 {
                filled.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
            if is_option(&filled, &rest[width..]) {
                filled.push_str(&" ".repeat(width));
            } else {
                filled.push_str(&name(width));
                if width == 1 {
                    grown.push(filled.len());
                }
            }
            rest = &rest[width..];
        }
        Self { text: filled.into(), grown }
    }

    /// Where a range of the parsed text lies in the original.
    pub(super) fn origin(&self, range: &Range<usize>) -> Range<usize> {
        let at = |offset: usize| offset - self.grown.partition_point(|grown| *grown <= offset);
        at(range.start)..at(range.end)
    }
}

/// Whether a hole stands where only options do: `CREATE TABLE ${ifNotExists} "a" (`, `CREATE ${unique} INDEX`. No statement
/// has two names there, so it is none.
fn is_option(before: &str, behind: &str) -> bool {
    /// What follows the name of a table or an index.
    const BEHIND_NAMES: [&str; 34] = [
        "add",
        "alter",
        "as",
        "attach",
        "cascade",
        "cluster",
        "detach",
        "disable",
        "drop",
        "enable",
        "force",
        "from",
        "in",
        "inherit",
        "inherits",
        "like",
        "no",
        "not",
        "of",
        "on",
        "only",
        "owner",
        "partition",
        "rename",
        "replica",
        "reset",
        "restrict",
        "select",
        "set",
        "tablespace",
        "using",
        "validate",
        "with",
        "without",
    ];
    let word = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .next()
            .map(str::to_ascii_lowercase)
    };
    let previous = before.split_whitespace().next_back().map(str::to_ascii_lowercase);
    let is_apart = before.ends_with(char::is_whitespace) && behind.starts_with(char::is_whitespace);
    let next = behind.trim_start();
    match (previous.as_deref(), word(next)) {
        _ if !is_apart => false,
        (Some("create"), Some(word)) => word == "index",
        (Some("table" | "index" | "concurrently" | "view"), Some(word)) => {
            next.starts_with('"') || !word.is_empty() && !BEHIND_NAMES.contains(&word.as_str())
        }
        _ => false,
    }
}

/// How many bytes of the text are a hole at its beginning.
fn width(text: &str) -> usize {
    let holes = text.bytes().take_while(|byte| char::from(*byte) == HOLE).count();
    if holes > 0 {
        return holes;
    }
    let closed_by = |close: &str| {
        let line = text.lines().next().unwrap_or_default();
        line.find(close).map_or(0, |at| at + close.len())
    };
    match text {
        _ if text.starts_with("${") => closed_by("}"),
        _ if text.starts_with("{{") => closed_by("}}"),
        _ => 0,
    }
}

/// A name of so many bytes that stands for a hole; of two if it should be one.
pub(super) fn name(width: usize) -> String {
    let odd = width % 2 == 1 && width > 1;
    let three = if odd { THREE.to_string() } else { String::new() };
    three + &TWO.to_string().repeat((width.max(2) - if odd { 3 } else { 0 }) / 2)
}

/// Whether a text of the tree holds a hole.
pub(super) fn is_in(text: &str) -> bool {
    text.contains([TWO, THREE])
}

/// Whether a text of the tree is nothing but a hole.
pub(super) fn is(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, TWO | THREE))
}

/// A text of the tree with holes as [`HOLE`].
pub(super) fn told(text: &str) -> Cow<'_, str> {
    if is_in(text) { text.replace([TWO, THREE], "\u{10}").into() } else { text.into() }
}
