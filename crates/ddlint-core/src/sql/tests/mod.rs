//! What is read of SQL texts. Steps are compared in a short form: see [`short`].

mod alterations;
mod blocks;
mod dialects;
mod guards;
mod holes;
mod short;
mod tables;
mod texts;

use super::{Reading, Reason, read};
use crate::schema::{HOLE, Step};
use short::short;

/// All steps of a text but mentions, in short.
fn steps(text: &str) -> Vec<String> {
    let steps = read(text).statements.into_iter().flat_map(|statement| statement.steps);
    let own = steps.filter(|step| !matches!(step.step, Step::Mention { .. }));
    own.map(|step| short(&step.step)).collect()
}

/// What was not read, with the reason.
fn unread(text: &str) -> Vec<(Reason, &str)> {
    let unread = read(text).unread;
    unread.into_iter().map(|unread| (unread.reason, &text[unread.range])).collect()
}

/// A text with holes where `@` stands, one byte each.
fn holed(text: &str) -> String {
    text.replace('@', &HOLE.to_string())
}

/// The only `CREATE TABLE` of a text, in short.
fn table(text: &str) -> String {
    let steps = steps(text);
    assert_eq!(steps.len(), 1, "{steps:?}");
    steps[0].clone()
}

/// The ranges of a reading, as texts.
fn ranges<'t>(text: &'t str, reading: &Reading) -> Vec<&'t str> {
    reading.statements.iter().map(|statement| &text[statement.range.clone()]).collect()
}
