//! Texts that are put together of parts.

use super::scope::named_children;
use super::text::unescaped;
use super::{Evaluator, Expr, Kind, Origin, Text, Unknown, Value};

/// Bytes. A text that is put together grows no longer: a few lines of code can double it again and again.
pub(super) const MOST_TEXT: usize = 4 << 20;

impl<'p> Evaluator<'p> {
    /// `` `CREATE TABLE ${name}` ``
    pub(super) fn template(&self, expr: &Expr<'p>) -> Value<'p> {
        let parts = named_children(expr.node).map(|part| {
            let part = expr.with(part);
            if part.node.kind() == "template_substitution" {
                (part.clone(), self.first(&part))
            } else {
                let text = Text::written(&unescaped(self.slice(&part)), part.span());
                (part, Value::new(Kind::Text(text)))
            }
        });
        put_together(parts.collect())
    }
}

/// A text of parts. If some are not known, only a sketch of it is.
pub(super) fn put_together<'p>(parts: Vec<(Expr<'p>, Value<'p>)>) -> Value<'p> {
    let mut texts: Vec<Text> = Vec::new();
    let mut origin: Option<Origin> = None;
    for (expr, value) in parts {
        texts.push(value.written_or_hole(&expr));
        if texts.iter().map(|text| text.len()).sum::<usize>() > MOST_TEXT {
            return Value::unknown();
        }
        if value.as_text().is_none() {
            let new = value.origin().unwrap_or(Origin::Unknown);
            origin = Some(origin.map_or(new.clone(), |old| old.weaker(new)));
        }
    }
    let text = Text::joined(&texts);
    Value::new(match origin {
        None => Kind::Text(text),
        Some(origin) => Kind::Unknown(Unknown { sketch: Some(text), ..Unknown::text(origin) }),
    })
}
