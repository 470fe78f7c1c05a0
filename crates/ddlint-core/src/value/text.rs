//! Texts that know where in the sources they stand: what is wrong in the middle of an SQL text is shown there.

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
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Byte offsets in the text.
    start: u32,
    end: u32,
    /// The inside of the literal, or what is only known at run time.
    span: Span,
}

impl Text {
    /// A text that stands nowhere: it was computed.
    pub fn computed(text: &str) -> Self {
        Self { text: text.into(), pieces: Rc::new([]) }
    }

    /// A text that is written at a place. `span` is what lies between the quotes.
    pub fn written(text: &str, span: Span) -> Self {
        let piece = Piece { start: 0, end: text.len() as u32, span };
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
                span: piece.span,
            }));
            text.push_str(part);
        }
        Self { text: text.into(), pieces: pieces.into() }
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
        let piece =
            self.pieces.iter().find(|piece| (piece.start..piece.end).contains(&(at as u32)))?;
        let inside = at - piece.start as usize;
        let written = (piece.span.end - piece.span.start) as usize;
        if written == (piece.end - piece.start) as usize {
            let start = piece.span.start + inside as u32;
            return Some(Span { file: piece.span.file, start, end: start + 1 });
        }
        // There are escapes in the literal: count what each stands for.
        let source = source(piece.span.file)?;
        let literal = source.text.get(piece.span.start as usize..piece.span.end as usize)?;
        let (mut plain, mut rest) = (0, literal);
        while let Some((width, meant)) = first(rest) {
            if plain + meant.map_or(0, char::len_utf8) > inside {
                break;
            }
            plain += meant.map_or(0, char::len_utf8);
            rest = &rest[width..];
        }
        let start = piece.span.end - rest.len() as u32;
        let width = first(rest).map_or(0, |(width, _)| width as u32);
        Some(Span { file: piece.span.file, start, end: start + width })
    }
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
        assert_eq!(unescaped(r"\x41\u{1F600}\u0042\'"), "A😀B'");
        assert_eq!(unescaped(r"\u{zz}\x"), "u{zz}x");
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
