//! Texts that know where in the sources they stand: what is wrong in the middle of an SQL text is shown there.

use std::cell::OnceCell;
use std::ops::{Deref, Range};
use std::rc::Rc;

use crate::schema;
use crate::source::{FileId, Source, Span};

/// A text, put together from pieces of sources.
#[derive(Debug, Clone)]
pub struct Text {
    text: Rc<str>,
    /// Sorted; what lies between them was computed.
    pieces: Rc<[Piece]>,
}

/// A part of a text that stands in a source.
#[derive(Debug, Clone)]
struct Piece {
    /// Byte offsets in the text.
    start: u32,
    end: u32,
    /// How many bytes of it were cut off before.
    cut: u32,
    /// The inside of the literal, or what is only known at run time.
    span: Span,
    /// If there are escapes in the literal: where, worked out when a place is first asked for, once for all texts that it
    /// is a part of.
    escapes: Option<Rc<OnceCell<Vec<Escape>>>>,
}

/// An escape in a literal, or what stands behind it up to the next one.
#[derive(Debug, Clone, Copy)]
struct Escape {
    /// Where what it means begins, in bytes from the piece's beginning.
    plain: u32,
    /// Where it is written, in bytes from the literal's beginning.
    written: u32,
    /// Its width. Behind an escape each character means itself, and has its own.
    width: Option<u32>,
}

impl Text {
    /// A text that stands nowhere: it was computed.
    pub fn computed(text: &str) -> Self {
        Self { text: text.into(), pieces: Rc::new([]) }
    }

    /// A text that is written at a place. `span` is what lies between the quotes.
    pub fn written(text: &str, span: Span) -> Self {
        let end = text.len() as u32;
        let escapes = (span.end - span.start != end).then(Rc::default);
        let piece = Piece { start: 0, end, cut: 0, span, escapes };
        Self { text: text.into(), pieces: Rc::new([piece]) }
    }

    /// Something that is only known at run time, as a name of the same width.
    pub fn hole(span: Span) -> Self {
        Self::written(&schema::hole((span.end - span.start) as usize), span)
    }

    /// One text behind the other.
    #[must_use]
    pub fn joined(parts: &[Text]) -> Self {
        let mut text = String::new();
        let mut pieces = Vec::new();
        for part in parts {
            let offset = text.len() as u32;
            pieces.extend(part.pieces.iter().map(|piece| Piece {
                start: piece.start + offset,
                end: piece.end + offset,
                ..piece.clone()
            }));
            text.push_str(part);
        }
        Self { text: text.into(), pieces: pieces.into() }
    }

    /// A part of the text, which still knows where it stands.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let (first, last) = (range.start as u32, range.end as u32);
        let overlapping =
            self.pieces.iter().filter(|piece| piece.start < last && first < piece.end);
        let pieces = overlapping.map(|piece| {
            let cut = first.saturating_sub(piece.start);
            Piece {
                start: piece.start + cut - first,
                end: piece.end.min(last) - first,
                cut: piece.cut + cut,
                ..piece.clone()
            }
        });
        Self { text: self.text[range].into(), pieces: pieces.collect() }
    }

    /// Where a range of the text stands, if that can be told. `source` gives the source of a file.
    pub fn place<'s>(
        &self,
        range: Range<usize>,
        source: impl Fn(FileId) -> Option<&'s Source>,
    ) -> Option<Span> {
        let last = range.end.saturating_sub(1).max(range.start);
        let start = self.offset(range.start, &source)?;
        let end = self.offset(last, &source).filter(|end| end.file == start.file);
        let end = end.map_or(start.end, |end| end.end.max(start.end));
        Some(Span { end, ..start })
    }

    /// The place of the character at an offset.
    fn offset<'s>(
        &self,
        at: usize,
        source: &impl Fn(FileId) -> Option<&'s Source>,
    ) -> Option<Span> {
        let at = at as u32;
        let piece = self.pieces.get(self.pieces.partition_point(|piece| piece.end <= at))?;
        let inside = at.checked_sub(piece.start)? + piece.cut;
        let Span { file, start, end } = piece.span;
        let Some(escapes) = &piece.escapes else {
            let start = start + inside;
            return Some(Span { file, start, end: start + 1 });
        };
        let literal = source(file)?.text.get(start as usize..end as usize)?;
        let escapes = escapes.get_or_init(|| self::escapes(literal));
        let before = escapes.partition_point(|escape| escape.plain <= inside).checked_sub(1);
        let nearest = before.and_then(|before| escapes.get(before));
        let (written, width) = match nearest {
            Some(Escape { written, width: Some(width), .. }) => (*written, *width),
            _ => {
                let (plain, written) = nearest.map_or((0, 0), |e| (e.plain, e.written));
                let at = literal.floor_char_boundary((written + inside - plain) as usize);
                (at as u32, first(&literal[at..]).map_or(0, |(width, _)| width as u32))
            }
        };
        Some(Span { file, start: start + written, end: start + written + width })
    }
}

/// Where a literal's escapes are, and what stands behind each.
fn escapes(literal: &str) -> Vec<Escape> {
    let mut found = Vec::new();
    let (mut plain, mut rest) = (0, literal);
    while let Some((width, meant)) = first(rest) {
        let is_escape = rest.starts_with('\\');
        let written = (literal.len() - rest.len()) as u32;
        if is_escape {
            found.push(Escape { plain, written, width: Some(width as u32) });
        }
        plain += meant.map_or(0, char::len_utf8) as u32;
        rest = &rest[width..];
        if is_escape {
            found.push(Escape { plain, written: written + width as u32, width: None });
        }
    }
    found
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

/// The first character or escape of what stands between quotes: its width, and what it means. A line break behind a
/// backslash means nothing.
fn first(text: &str) -> Option<(usize, Option<char>)> {
    let mut chars = text.chars();
    let c = chars.next()?;
    if c != '\\' {
        return Some((c.len_utf8(), Some(c)));
    }
    let Some(escaped) = chars.next() else { return Some((1, Some('\\'))) };
    let width = 1 + escaped.len_utf8();
    Some(match escaped {
        'n' => (width, Some('\n')),
        't' => (width, Some('\t')),
        'r' => (width, Some('\r')),
        '\n' => (width, None),
        '\r' if chars.next() == Some('\n') => (width + 1, None),
        'x' => numbered(text, 2..4).unwrap_or((width, Some('x'))),
        'u' if text[2..].starts_with('{') => {
            let end = text.find('}').unwrap_or(2);
            numbered(text, 3..end).map_or((width, Some('u')), |(_, c)| (end + 1, c))
        }
        'u' => numbered(text, 2..6).unwrap_or((width, Some('u'))),
        other => (width, Some(other)),
    })
}

/// A character that is written by its number.
fn numbered(text: &str, digits: Range<usize>) -> Option<(usize, Option<char>)> {
    let number = u32::from_str_radix(text.get(digits.clone())?, 16).ok()?;
    Some((digits.end, Some(char::from_u32(number)?)))
}

/// What stands between quotes, without its escapes.
pub(super) fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((width, meant)) = first(rest) {
        plain.extend(meant);
        rest = &rest[width..];
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn shown(code: &str, inside: Range<usize>, wanted: &str) -> String {
        let source = Source::new("a.ts".into(), Language::TypeScript, code.into());
        let span = Span { file: FileId(0), start: inside.start as u32, end: inside.end as u32 };
        let text = Text::written(&unescaped(&code[inside]), span);
        let at = text.find(wanted).unwrap();
        let place = text.place(at..at + wanted.len(), |_| Some(&source)).unwrap();
        code[place.start as usize..place.end as usize].to_owned()
    }

    #[test]
    fn places_are_found_through_escapes() {
        let code = r#""CREATE \"a\"\n\u00e9 TABLE""#;
        assert_eq!(shown(code, 1..code.len() - 1, "CREATE"), "CREATE");
        assert_eq!(shown(code, 1..code.len() - 1, "\"a\""), r#"\"a\""#);
        assert_eq!(shown(code, 1..code.len() - 1, "TABLE"), "TABLE");
        assert_eq!(shown(code, 1..code.len() - 1, "é"), r"\u00e9");
        let continued = "a\\\n表b\\tc";
        assert_eq!(shown(continued, 0..continued.len(), "a"), "a");
        assert_eq!(shown(continued, 0..continued.len(), "表"), "表");
        assert_eq!(shown(continued, 0..continued.len(), "b\tc"), "b\\tc");
        assert_eq!(unescaped(r"\x41\u{1F600}\u0042\'"), "A😀B'");
        assert_eq!(unescaped(r"\u{zz}\x"), "u{zz}x");
    }

    #[test]
    fn parts_know_where_they_stand() {
        let code = r#""a
b c d""#;
        let source = Source::new("a.ts".into(), Language::TypeScript, code.into());
        let text = Text::written("a\nb c d", Span { file: FileId(0), start: 1, end: 9 });
        let cut = Text::joined(&[text.part(2..4), Text::computed("xyz"), text.part(5..7)]);
        assert_eq!(&*cut, "b xyz d");
        let place = |range: Range<usize>| {
            let place = cut.place(range, |_| Some(&source));
            place.map(|place| &code[place.start as usize..place.end as usize])
        };
        assert_eq!(place(0..1), Some("b"));
        assert_eq!(place(6..7), Some("d"));
        assert_eq!(place(2..3), None);
    }

    #[test]
    fn many_places_behind_many_escapes_are_found_at_once() {
        let code = r"INSERT 1;\n".repeat(100_000);
        let source = Source::new("a.ts".into(), Language::TypeScript, code.clone());
        let span = Span { file: FileId(0), start: 0, end: code.len() as u32 };
        let text = Text::written(&unescaped(&code), span);
        // One after the other from the beginning of the literal takes minutes.
        for (at, statement) in text.match_indices("INSERT 1;") {
            let place = text.place(at..at + statement.len(), |_| Some(&source)).unwrap();
            assert_eq!(&code[place.start as usize..place.end as usize], statement);
        }
    }

    #[test]
    fn joined_texts_keep_their_places() {
        let span = |start, end| Span { file: FileId(0), start, end };
        let text = Text::joined(&[
            Text::written("DROP ", span(10, 15)),
            Text::hole(span(20, 27)),
            Text::computed("!"),
        ]);
        let none = |_| None;
        assert_eq!(text.place(0..4, none), Some(span(10, 14)));
        assert_eq!(text.place(5..12, none), Some(span(20, 27)));
        assert_eq!(text.place(12..13, none), None);
    }
}
