//! YAML, with places in bytes.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use super::{Broken, Entry, Setting, SettingKind};

/// How deep lists and maps may nest: far beyond what people write, far below what a stack holds.
const DEEPEST: usize = 64;
/// How many values a file may hold, with what its anchors repeat: a few lines of aliases can stand for billions.
const MOST_VALUES: usize = 20_000;

/// The first document of a text.
pub(super) fn read(text: &str) -> Result<Setting, Broken> {
    let mut reader = Reader {
        places: Places::of(text),
        events: Parser::new_from_str(text),
        anchors: HashMap::new(),
        values: 0,
    };
    loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentStart(_), _) => {}
            (Event::StreamEnd, span) => {
                return Ok(Setting { kind: SettingKind::Null, span: reader.range(&span) });
            }
            (event, span) => return reader.value(event, &span, 0),
        }
    }
}

struct Reader<'t> {
    places: Places<'t>,
    events: Parser<'t, saphyr_parser::StrInput<'t>>,
    anchors: HashMap<usize, Setting>,
    values: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), Broken> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let at = self.places.offset(error.marker());
                Err(Broken { at: at..at, message: format!("this is no YAML: {}", error.info()) })
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn value(&mut self, event: Event<'t>, span: &Span, depth: usize) -> Result<Setting, Broken> {
        let start = self.range(span);
        self.count(1, &start, depth)?;
        let (anchor, kind, end) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain || tag.is_some();
                let kind = if is_text { SettingKind::Text(text.into()) } else { plain(&text) };
                (anchor, kind, start.end)
            }
            Event::SequenceStart(anchor, _) => {
                let mut elements = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::SequenceEnd | Event::StreamEnd, span) => {
                            break self.range(&span).end;
                        }
                        (event, span) => elements.push(self.value(event, &span, depth + 1)?),
                    }
                };
                let end =
                    elements.last().map_or(end, |last: &Setting| last.span.end.max(start.end));
                (anchor, SettingKind::List(elements), end)
            }
            Event::MappingStart(anchor, _) => {
                let mut entries: Vec<Entry> = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::MappingEnd | Event::StreamEnd, span) => {
                            break self.range(&span).end;
                        }
                        (event, span) => entries.extend(self.entry(event, &span, depth + 1)?),
                    }
                };
                let end = entries.last().map_or(end, |last| last.span.end.max(start.end));
                (anchor, SettingKind::Map(entries), end)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let known = known.map_or(SettingKind::Null, |known| known.kind);
                self.count(size(&known), &start, depth)?;
                (0, known, start.end)
            }
            _ => (0, SettingKind::Null, start.end),
        };
        let value = Setting { kind, span: start.start..end };
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    /// A key and its value. `None` if the key is no text: no option is called so.
    fn entry(
        &mut self,
        key: Event<'t>,
        span: &Span,
        depth: usize,
    ) -> Result<Option<Entry>, Broken> {
        let key = self.value(key, span, depth)?;
        let (event, span) = self.next()?;
        let value = self.value(event, &span, depth)?;
        let place = key.span.start..value.span.end.max(key.span.end);
        let entry = |key: String| Entry { is_merged: key == "<<", key, span: place, value };
        Ok(match key.kind {
            SettingKind::Text(text) => Some(entry(text)),
            SettingKind::Number(number) => Some(entry(number.to_string())),
            SettingKind::Bool(value) => Some(entry(value.to_string())),
            _ => None,
        })
    }

    fn count(&mut self, more: usize, at: &Range<u32>, depth: usize) -> Result<(), Broken> {
        self.values += more;
        if self.values <= MOST_VALUES && depth <= DEEPEST {
            return Ok(());
        }
        let message = "the file holds more than ddlint reads".into();
        Err(Broken { at: at.clone(), message })
    }

    fn range(&self, span: &Span) -> Range<u32> {
        self.places.offset(&span.start)..self.places.offset(&span.end)
    }
}

/// How many values a value holds.
fn size(kind: &SettingKind) -> usize {
    match kind {
        SettingKind::List(elements) => {
            1 + elements.iter().map(|element| size(&element.kind)).sum::<usize>()
        }
        SettingKind::Map(entries) => {
            1 + entries.iter().map(|entry| size(&entry.value.kind)).sum::<usize>()
        }
        _ => 1,
    }
}

/// A text without quotes (YAML 1.2, 10.3.2).
fn plain(text: &str) -> SettingKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => SettingKind::Null,
        "true" | "True" | "TRUE" => SettingKind::Bool(true),
        "false" | "False" | "FALSE" => SettingKind::Bool(false),
        _ => {
            let is_number = text
                .bytes()
                .next()
                .is_some_and(|first| first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.'));
            let number = text.parse().ok().filter(|number: &f64| is_number && number.is_finite());
            number.map_or_else(|| SettingKind::Text(text.into()), SettingKind::Number)
        }
    }
}

/// Lines and columns as offsets.
struct Places<'t> {
    text: &'t str,
    lines: Vec<usize>,
}

impl<'t> Places<'t> {
    fn of(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { text, lines: std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect() }
    }

    fn offset(&self, marker: &Marker) -> u32 {
        let line = self.lines.get(marker.line().saturating_sub(1)).copied();
        let Some(line) = line else { return self.text.len() as u32 };
        let column = self.text[line..].char_indices().nth(marker.col());
        column.map_or(self.text.len(), |(at, _)| line + at) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        fn show(value: &Setting) -> String {
            match &value.kind {
                SettingKind::Null => "null".into(),
                SettingKind::Bool(value) => value.to_string(),
                SettingKind::Number(number) => number.to_string(),
                SettingKind::Text(text) => format!("{text:?}"),
                SettingKind::List(all) => {
                    format!("[{}]", all.iter().map(show).collect::<Vec<_>>().join(", "))
                }
                SettingKind::Map(entries) => {
                    let entry = |entry: &Entry| format!("{}: {}", entry.key, show(&entry.value));
                    format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
                }
            }
        }
        match read(text) {
            Ok(value) => show(&value),
            Err(broken) => broken.message,
        }
    }

    #[test]
    fn values_have_their_kinds() {
        assert_eq!(
            shown("a: true\nb: 'true'\nc: 1.5\nd: ~\ne: .5x\nf: !!str true\n"),
            r#"{a: true, b: "true", c: 1.5, d: null, e: ".5x", f: "true"}"#
        );
        assert_eq!(shown("- [a, {b: c}]\n"), r#"[["a", {b: "c"}]]"#);
        assert_eq!(shown(""), "null");
    }

    #[test]
    fn anchors_are_followed() {
        assert_eq!(
            shown("a: &x {b: 1}\nc:\n  <<: *x\n  d: 2"),
            "{a: {b: 1}, c: {<<: {b: 1}, d: 2}}"
        );
    }

    #[test]
    fn what_grows_without_end_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let before = format!("*a{}, ", level - 1).repeat(10);
            text.extend([format!("a{level}: &a{level} [{before}]\n")]);
        }
        assert_eq!(shown(&text), "the file holds more than ddlint reads");
        assert_eq!(shown(&"[".repeat(100)), "the file holds more than ddlint reads");
        assert!(shown(&"[".repeat(10_000)).starts_with("this is no YAML"));
    }

    #[test]
    fn places_are_exact() {
        let text = "ä: 1\r\ndefault:\r\n  synchronize:   true # on\r\n  list:\r\n    - a\r\n";
        let SettingKind::Map(entries) = read(text).unwrap().kind else { unreachable!() };
        let SettingKind::Map(inner) = &entries[1].value.kind else { unreachable!() };
        let slice = |span: &Range<u32>| &text[span.start as usize..span.end as usize];
        assert_eq!(slice(&inner[0].span), "synchronize:   true");
        assert_eq!(slice(&inner[0].value.span), "true");
        assert_eq!(slice(&inner[1].span), "list:\r\n    - a");
        assert_eq!(slice(&entries[1].span), slice(&(7..inner[1].span.end)));
    }

    #[test]
    fn what_is_no_yaml_says_where() {
        let broken = read("a: [1\nb: 2: 3\n").unwrap_err();
        assert!(broken.message.starts_with("this is no YAML: "), "{broken:?}");
        assert!(broken.at.start > 0);
    }
}
