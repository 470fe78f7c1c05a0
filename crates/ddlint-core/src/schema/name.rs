//! Names of a database's objects, as far as they are known before the program runs.

use std::fmt;
use std::sync::Arc;

/// Stands in names, and in text that is read as SQL, for what is only known at run time: the `${…}` of a template.
///
/// A control character of one byte, so that a hole of any width can be filled: nobody writes it, and [`crate::sql::read`]
/// takes a run of it for a part of an identifier, inside quotes and outside.
pub const HOLE: char = '\u{10}';

/// What is put in the place of a hole of so many bytes before the text is read as SQL.
pub fn hole(width: usize) -> String {
    HOLE.to_string().repeat(width)
}

/// A name as the catalog has it: without quotes, folded to lower case if it was written without them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// A name as the catalog has it: cut after 63 bytes. Each run of holes counts as one.
    pub fn new(text: &str) -> Self {
        if !text.contains(HOLE) {
            return Self(cut(text, MAX_BYTES).into());
        }
        let mut name = String::with_capacity(text.len());
        for part in text.chars() {
            if part != HOLE || !name.ends_with(HOLE) {
                name.push(part);
            }
        }
        Self(name.into())
    }

    /// A name of which nothing is known.
    pub fn unknown() -> Self {
        Self::new(&hole(1))
    }

    /// The name, with [`HOLE`] for each part that is only known at run time.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether no part of it is left to run time.
    pub fn is_known(&self) -> bool {
        !self.0.contains(HOLE)
    }

    /// Whether both may turn out to be the same name.
    pub fn may_be(&self, other: &Self) -> bool {
        let (mine, theirs): (Vec<char>, Vec<char>) =
            (self.0.chars().collect(), other.0.chars().collect());
        // Whether what is left of mine, from each place on, may be what is left of theirs.
        let mut below = vec![false; theirs.len() + 1];
        for at in (0..=mine.len()).rev() {
            let mut here = vec![false; theirs.len() + 1];
            for to in (0..=theirs.len()).rev() {
                let (a, b) = (mine.get(at), theirs.get(to));
                here[to] = match (a, b) {
                    (None, None) => true,
                    (Some(&HOLE), Some(&HOLE)) => below[to] || here[to + 1],
                    (Some(&HOLE), b) => below[to] || (b.is_some() && here[to + 1]),
                    (a, Some(&HOLE)) => here[to + 1] || (a.is_some() && below[to]),
                    (Some(a), Some(b)) => a == b && below[to + 1],
                    _ => false,
                };
            }
            below = here;
        }
        below[0]
    }
}

/// How many bytes of a name the server keeps (`NAMEDATALEN` less one).
pub(super) const MAX_BYTES: usize = 63;

/// The first bytes of a text, as many as whole characters allow.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// For people: a hole is three dots.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.replace(HOLE, "…"))
    }
}

/// The name of a table, or of whatever else shares the tables' names: views, sequences, indexes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// The schema, if it is said.
    pub schema: Option<Name>,
    /// The name in its schema.
    pub name: Name,
}

impl TableName {
    /// A name whose schema is the search path's matter.
    pub fn new(name: &str) -> Self {
        Self { schema: None, name: Name::new(name) }
    }

    /// A name in a schema.
    pub fn qualified(schema: &str, name: &str) -> Self {
        Self { schema: Some(Name::new(schema)), name: Name::new(name) }
    }

    /// A name as builders take it: `table`, `schema.table`, `database.schema.table`. They do not quote again what is in
    /// quotes.
    pub fn dotted(text: &str) -> Self {
        let mut parts = text.rsplit('.').map(|part| {
            let quoted = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
            quoted.unwrap_or(part)
        });
        let name = parts.next().unwrap_or_default();
        parts.next().map_or_else(|| Self::new(name), |schema| Self::qualified(schema, name))
    }

    /// Whether no part of it is left to run time.
    pub fn is_known(&self) -> bool {
        self.name.is_known() && self.schema.as_ref().is_none_or(Name::is_known)
    }
}

/// For people: `schema.name`, or `name` alone.
impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.schema.iter().try_for_each(|schema| write!(f, "{schema}."))?;
        write!(f, "{}", self.name)
    }
}
