//! The names that the server gives to constraints and indexes that have none.
//!
//! As `makeObjectName` and `ChooseIndexName` of the server do it; the cases in the tests were run on PostgreSQL 15.

use super::name::{HOLE, MAX_BYTES, Name, cut};

/// What a constraint or an index is for, by the word that its name ends with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Label {
    Key,
    Unique,
    Reference,
    Index,
}

impl Label {
    fn word(self) -> &'static str {
        match self {
            Self::Key => "pkey",
            Self::Unique => "key",
            Self::Reference => "fkey",
            Self::Index => "idx",
        }
    }
}

/// The name that a constraint of a table gets, the first that is not taken.
pub(super) fn choose(
    table: &Name,
    columns: &[Name],
    label: Label,
    taken: impl Fn(&Name) -> bool,
) -> Name {
    let columns: Vec<&str> = match label {
        Label::Key => Vec::new(),
        _ => columns.iter().map(Name::as_str).collect(),
    };
    let columns = columns.join("_");
    let numbered = (0..).map(|number: u32| {
        let number = if number == 0 { String::new() } else { number.to_string() };
        object_name(table.as_str(), &columns, &format!("{}{number}", label.word()))
    });
    numbered.into_iter().find(|name| !taken(name)).unwrap_or_else(Name::unknown)
}

/// `table_columns_label`, where table and columns are cut, the longer first, until all of it fits.
fn object_name(table: &str, columns: &str, label: &str) -> Name {
    if [table, columns].iter().any(|part| part.contains(HOLE)) {
        // Too long or not: nobody knows.
        let parts = [table, columns, label];
        let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        return Name::new(&said.join("_"));
    }
    let columns = cut(columns, MAX_BYTES);
    let separators = if columns.is_empty() { 1 } else { 2 };
    let room = MAX_BYTES - separators - label.len();
    let (mut first, mut second) = (table.len(), columns.len());
    while first + second > room {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let parts = [cut(table, first), cut(columns, second), label];
    let said: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Name::new(&said.join("_"))
}
