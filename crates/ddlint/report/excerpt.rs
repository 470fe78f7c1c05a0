//! The few lines of a file that a message is about, fit to be shown.
//!
//! miette would print a marked line whole, however long, with the control characters in it, and it panics on a mark far
//! to the right. So it never sees a file: it gets the marked lines, clipped, cleaned, and with secrets blanked, and is
//! told their true numbers.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::text;

/// How much narrower a line is than the terminal: room for line numbers, and for being nested.
const MARGIN: usize = 20;

/// The widest a line gets.
const MOST_CHARS: usize = 120;

/// A marked place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Byte offset of the first byte. Need not lie on a character or in the text.
    pub(crate) start: usize,
    /// Byte offset behind the last byte.
    pub(crate) end: usize,
    /// What there is to say about it; may be empty.
    pub(crate) text: String,
    /// Whether the heading of the excerpt names this place.
    pub(crate) primary: bool,
}

/// The lines of a text on which marks start, each clipped to what is round them.
#[derive(Debug)]
pub(crate) struct Excerpt {
    name: String,
    data: String,
    lines: Vec<Line>,
    labels: Vec<LabeledSpan>,
    /// The true columns of the labels, by their offset in `data`.
    columns: HashMap<usize, usize>,
}

/// A mark, and the part of it that lies on its first line.
type Placed<'a> = (Range<usize>, &'a Mark);

/// A line of an excerpt.
#[derive(Debug)]
struct Line {
    /// Where it stands in the excerpt, without a line break.
    range: Range<usize>,
    /// Its number in the file, counted from zero.
    number: usize,
}

/// A piece of a line that is shown.
#[derive(Debug)]
struct Piece {
    /// Where it stands in the file.
    source: Range<usize>,
    /// Where it begins in the excerpt.
    at: usize,
}

impl Excerpt {
    /// The lines of `text` on which `marks` start. `secrets` are byte ranges, sorted; `width` is the terminal's.
    pub(crate) fn new(
        path: &str,
        text: &str,
        secrets: &[Range<usize>],
        marks: &[Mark],
        width: usize,
    ) -> Self {
        let most = MOST_CHARS.min(width.saturating_sub(MARGIN)).max(20);
        let mut excerpt = Self {
            name: text::cleaned(path),
            data: String::new(),
            lines: Vec::new(),
            labels: Vec::new(),
            columns: HashMap::new(),
        };
        let mut by_line: BTreeMap<usize, (Range<usize>, Vec<Placed<'_>>)> = BTreeMap::new();
        for mark in marks {
            let (line, range) = on_one_line(text, mark);
            by_line.entry(line.start).or_insert_with(|| (line, Vec::new())).1.push((range, mark));
        }
        let (mut number, mut counted) = (0, 0);
        for (line, mut marks) in by_line.into_values() {
            part(text, &mut marks);
            number += text[counted..line.start].bytes().filter(|byte| *byte == b'\n').count();
            counted = line.start;
            excerpt.push_line(text, secrets, line, number, &marks, most);
        }
        excerpt
    }

    /// The marks, as places in the excerpt.
    pub(crate) fn labels(&self) -> &[LabeledSpan] {
        &self.labels
    }

    fn push_line(
        &mut self,
        text: &str,
        secrets: &[Range<usize>],
        line: Range<usize>,
        number: usize,
        marks: &[Placed<'_>],
        most: usize,
    ) {
        if !self.data.is_empty() {
            self.data.push('\n');
        }
        let start = self.data.len();
        let mut pieces = Vec::new();
        let mut shown_to = line.start;
        for source in windows(text, &line, marks, most) {
            if source.start > shown_to {
                self.data.push('…');
            }
            pieces.push(Piece { source: source.clone(), at: self.data.len() });
            push_shown(&mut self.data, text, secrets, &source);
            shown_to = source.end;
        }
        if shown_to < line.end {
            self.data.push('…');
        }
        // Every mark needs a character to stand under, also at the end of a line.
        if self.data.len() == start || marks.iter().any(|(range, _)| range.start == line.end) {
            self.data.push(' ');
        }
        for (range, mark) in marks {
            let Some(piece) = pieces.iter().rev().find(|piece| piece.source.start <= range.start)
            else {
                continue;
            };
            let end = range.end.min(piece.source.end).max(range.start);
            let at = piece.at + (range.start - piece.source.start);
            let span = SourceSpan::new(at.into(), end - range.start);
            let label = Some(text::cleaned(&mark.text)).filter(|label| !label.is_empty());
            self.columns.insert(at, text[line.start..range.start].chars().count());
            self.labels.push(if mark.primary {
                LabeledSpan::new_primary_with_span(label, span)
            } else {
                LabeledSpan::new_with_span(label, span)
            });
        }
        self.lines.push(Line { range: start..self.data.len(), number });
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let line_of = |offset: usize| {
            let found = self
                .lines
                .iter()
                .position(|line| line.range.start <= offset && offset <= line.range.end);
            found.ok_or(MietteError::OutOfBounds)
        };
        let (first, last) = (line_of(span.offset())?, line_of(span.offset() + span.len())?);
        let lines = &self.lines[first..=last];
        // The reader of this counts lines on from the first one; so what is not adjacent in the file is not given as one.
        if lines.windows(2).any(|pair| pair[0].number + 1 != pair[1].number) {
            return Err(MietteError::OutOfBounds);
        }
        let range = lines[0].range.start..lines[lines.len() - 1].range.end;
        let column = self.columns.get(&span.offset()).copied().unwrap_or_default();
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &self.data.as_bytes()[range.clone()],
            SourceSpan::new(range.start.into(), range.len()),
            lines[0].number,
            column,
            lines.len(),
        )))
    }
}

/// The line on which a mark starts, without its break, and the part of the mark that lies on it, on whole characters.
fn on_one_line(text: &str, mark: &Mark) -> (Range<usize>, Range<usize>) {
    let start = text.floor_char_boundary(mark.start);
    let end = text.ceil_char_boundary(mark.end.max(start));
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line_end = line_start + text[line_start..line_end].trim_end_matches('\r').len();
    let start = start.min(line_end);
    let end = if end > line_end { start + text[start..line_end].trim_end().len() } else { end };
    (line_start..line_end, start..end)
}

/// Shortens marks that reach into the next one: underlines lie side by side, so a mark round another one would push the
/// inner one out of its place.
fn part(text: &str, marks: &mut [Placed<'_>]) {
    marks.sort_by_key(|(range, _)| (range.start, range.end));
    for at in 1..marks.len() {
        let next = marks[at].0.start;
        let before = &mut marks[at - 1].0;
        if before.start < next && next < before.end {
            before.end = before.start + text[before.start..next].trim_end().len();
        }
    }
}

/// The parts of a line to show: all of it if it is short enough, else what is round each mark. In order, disjoint.
fn windows(
    text: &str,
    line: &Range<usize>,
    marks: &[Placed<'_>],
    most: usize,
) -> Vec<Range<usize>> {
    // No more than `most + 1` characters are looked at, however long the line.
    if text[line.clone()].chars().nth(most).is_none() {
        return vec![line.clone()];
    }
    let mut windows: Vec<Range<usize>> = marks
        .iter()
        .map(|(mark, _)| {
            let before = text[line.start..mark.start].char_indices().rev().nth(most / 3 - 1);
            let after = text[mark.start..line.end].char_indices().nth(most - most / 3);
            before.map_or(line.start, |(at, _)| line.start + at)
                ..after.map_or(line.end, |(at, _)| mark.start + at)
        })
        .collect();
    windows.sort_by_key(|window| window.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for window in windows {
        match merged.last_mut() {
            Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
            _ => merged.push(window),
        }
    }
    merged
}

/// Adds a part of the text, byte for byte as long as it is, without what must not be shown.
fn push_shown(data: &mut String, text: &str, secrets: &[Range<usize>], source: &Range<usize>) {
    let mut secrets = &secrets[secrets.partition_point(|secret| secret.end <= source.start)..];
    for (at, c) in text[source.clone()].char_indices() {
        let at = source.start + at;
        while secrets.first().is_some_and(|secret| secret.end <= at) {
            secrets = &secrets[1..];
        }
        if secrets.first().is_some_and(|secret| secret.start < at + c.len_utf8()) {
            data.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            data.extend(text::visible(c).chars());
        }
    }
}

#[cfg(test)]
mod tests;
