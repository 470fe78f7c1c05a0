//! Texts with placeholders: `` `synchronize` {origin} ``.

use std::ops::Range;

/// A text with `{placeholder}`s. A brace of the text itself is doubled: `{{ force: true }}`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Placeholder { name: String, at: Range<usize> },
}

/// Why a text is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A brace that neither begins nor ends a placeholder.
    #[error("a brace of the text itself is written twice: `{{{{` or `}}}}`")]
    LoneBrace(Range<usize>),
    /// Braces with something between that cannot be a name.
    #[error(
        "a placeholder is a name between braces, and a brace of the text itself is written twice: `{{{{` or `}}}}`"
    )]
    BadName(Range<usize>),
}

impl TemplateError {
    /// Bytes of the text.
    pub fn span(&self) -> Range<usize> {
        match self {
            Self::LoneBrace(span) | Self::BadName(span) => span.clone(),
        }
    }
}

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut at = 0;
        while let Some(found) = text[at..].find(['{', '}']) {
            let brace = at + found;
            literal.push_str(&text[at..brace]);
            let rest = &text[brace..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                literal.push_str(&rest[..1]);
                at = brace + 2;
                continue;
            }
            let Some(end) = rest.find('}').filter(|_| rest.starts_with('{')) else {
                return Err(TemplateError::LoneBrace(brace..brace + 1));
            };
            let name = &rest[1..end];
            let span = brace..brace + end + 1;
            if !is_placeholder(name) {
                return Err(TemplateError::BadName(span));
            }
            if !literal.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut literal)));
            }
            at = span.end;
            pieces.push(Piece::Placeholder { name: name.into(), at: span });
        }
        literal.push_str(&text[at..]);
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        Ok(Self { pieces })
    }

    /// The names of the placeholders and where they stand in the text, braces included.
    pub fn placeholders(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Placeholder { name, at } => Some((name.as_str(), at.clone())),
        })
    }

    /// The text with every placeholder filled in.
    pub fn render(&self, fill: &dyn Fn(&str) -> String) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Placeholder { name, .. } => fill(name),
        };
        self.pieces.iter().map(piece).collect()
    }
}

/// Whether a placeholder may be called that.
pub(super) fn is_placeholder(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in() {
        let template = Template::parse("`{option}` {origin}, so {{ it }} counts").unwrap();
        let names: Vec<_> = template.placeholders().collect();
        assert_eq!(names, [("option", 1..9), ("origin", 11..19)]);
        assert_eq!(template.render(&str::to_uppercase), "`OPTION` ORIGIN, so { it } counts");
    }

    #[test]
    fn what_is_no_template_says_where() {
        assert_eq!(Template::parse("a {b"), Err(TemplateError::LoneBrace(2..3)));
        assert_eq!(Template::parse("a }"), Err(TemplateError::LoneBrace(2..3)));
        assert_eq!(Template::parse("é { force: true }"), Err(TemplateError::BadName(3..18)));
        assert_eq!(Template::parse("{}"), Err(TemplateError::BadName(0..2)));
    }
}
