//! A table as its history leaves it.

use super::name::{Name, TableName};
use super::part::{Column, Identity, Key, Origin, Persistence, Reference, Unique};
use crate::source::Span;

/// A table, its key, and how it came to be as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name now. The schema is always said; [`super::TEMPORARY`] is the one of temporary tables.
    pub name: TableName,
    /// Where it was made. `None` if that is not in the history, only what was done to it since.
    pub created: Option<Span>,
    /// Where its columns come from.
    pub origin: Origin,
    /// How long it lasts, and whether it is logged.
    pub persistence: Persistence,
    /// Its columns, as far as they are known. Whether they are of the key is told by the key alone.
    pub columns: Vec<Column>,
    /// Its key.
    pub key: KeyState,
    /// What identifies its rows to subscribers.
    pub identity: Identity,
    /// The table that it is a partition of. Its rows are identified by that one's key, unless it has one of its own.
    pub parent: Option<TableName>,
    /// The tables that it inherits from. It goes when one of them does, but inherits no key.
    pub inherits: Vec<TableName>,
    /// Whether it has partitions, or is made for some.
    pub partitioned: bool,
    /// The columns that it is partitioned by, as far as they are told: a key needs all of them.
    pub partitioned_by: Vec<Name>,
    /// Its unique constraints and unique indexes, the key left out. All have a name.
    pub uniques: Vec<Unique>,
    /// Its foreign keys. All have a name.
    pub references: Vec<Reference>,
    /// Whether it may be gone: it was dropped under a condition.
    pub may_be_gone: bool,
    /// What happened to it, in order.
    pub story: Vec<(Span, Event)>,
}

/// What is known of a table's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// There is none.
    Missing,
    /// There is one.
    Present(TableKey),
    /// There may be one: what decides it is only known at run time. With the key that it would be, if that is known.
    Uncertain(Option<TableKey>),
    /// Nothing is known: the table was made elsewhere, or of parts that could not be read.
    Unknown,
}

/// The key of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableKey {
    /// The constraint's name: the given one, or what the server makes of the table's name at that time.
    pub name: Name,
    /// Its columns. Empty if they are not known.
    pub columns: Vec<Name>,
    /// A deferrable key identifies no row to subscribers.
    pub deferrable: bool,
    /// Where the table got it.
    pub at: Span,
}

/// What happened to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It was made, with or without a key.
    Created,
    /// It was made again without having been dropped: in another branch of the history.
    Redefined,
    /// It got a key, or another one.
    KeyAdded,
    /// It may have got a key.
    KeyMaybeAdded,
    /// Its key was dropped.
    KeyDropped,
    /// A column of its key was dropped, and the key with it.
    KeyColumnDropped,
    /// Its key may have been dropped.
    KeyMaybeDropped,
    /// It may have been dropped.
    MaybeDropped,
    /// It got another name or schema.
    Renamed,
    /// It became logged or unlogged.
    Persistence,
    /// Its replica identity was set.
    Identity,
    /// It became a partition, or a table of its own again.
    Partition,
}

impl Table {
    /// The statement that left it without a key, as far as it has none for sure or perhaps: where the key was dropped,
    /// or where the table was made.
    pub fn keyless_since(&self) -> Option<Span> {
        if matches!(self.key, KeyState::Present(_) | KeyState::Unknown) {
            return None;
        }
        let since = || self.story.iter().rev().take_while(|(_, event)| *event != Event::KeyAdded);
        let dropped = |events: &[Event]| since().find(|(_, event)| events.contains(event));
        let dropped = dropped(&[Event::KeyDropped, Event::KeyColumnDropped])
            .or_else(|| dropped(&[Event::KeyMaybeDropped]));
        dropped.map(|(at, _)| *at).or(self.created)
    }

    /// Columns that would make a key, if the table has none: those of the shortest unique constraint without nulls;
    /// else `id`, unless it refers to another table; else those of all foreign keys, if they are at least two, none may be
    /// null if others may not, and nothing but times stands beside them, as in a table that joins two others.
    pub fn suggest_key(&self) -> Option<Vec<Name>> {
        let of_unique = self.uniques.iter().map(|unique| &unique.columns);
        let never_null = of_unique
            .filter(|columns| !columns.is_empty() && columns.iter().all(|c| self.is_not_null(c)));
        if let Some(columns) = never_null.min_by_key(|columns| columns.len()) {
            return Some(columns.clone());
        }
        let refers = |column: &&Column| {
            self.references.iter().any(|reference| reference.columns.contains(&column.name))
        };
        let id = self.columns.iter().find(|column| column.name.as_str() == "id");
        if let Some(id) = id.filter(|id| !refers(id)) {
            return Some(vec![id.name.clone()]);
        }
        let (referring, others): (Vec<&Column>, Vec<&Column>) =
            self.columns.iter().partition(refers);
        let is_time = |column: &&Column| {
            let kind = column.data_type.as_ref().map_or("", |kind| kind.name.as_str());
            kind.starts_with("timestamp") || kind.starts_with("date")
        };
        // One that may be null beside others that may not says more than what is joined.
        let (filled, open): (Vec<&Column>, Vec<&Column>) =
            referring.iter().copied().partition(|column| column.not_null);
        let is_even = filled.is_empty() || open.is_empty();
        let joins = referring.len() > 1 && is_even && others.iter().all(is_time);
        joins.then(|| referring.into_iter().map(|column| column.name.clone()).collect())
    }

    fn is_not_null(&self, column: &Name) -> bool {
        self.columns.iter().any(|known| known.name == *column && known.not_null)
    }

    /// The columns of a column list that the whole table is looked through for.
    pub(super) fn rename_column(&mut self, from: &Name, to: &Name) {
        let own = self.columns.iter_mut().map(|column| &mut column.name);
        let unique = self.uniques.iter_mut().flat_map(|unique| &mut unique.columns);
        let referring = self.references.iter_mut().flat_map(|reference| &mut reference.columns);
        let key = self.key.key_mut().into_iter().flat_map(|key| &mut key.columns);
        let partitioned = self.partitioned_by.iter_mut();
        own.chain(unique)
            .chain(partitioned)
            .chain(referring)
            .chain(key)
            .filter(|name| *name == from)
            .for_each(|name| name.clone_from(to));
    }

    /// Takes a column away, and the constraints that need it. The key is another matter.
    pub(super) fn drop_column(&mut self, name: &Name, at: Span) {
        self.columns.retain(|column| column.name != *name);
        if let Identity::Index(index) = &self.identity {
            let mut uniques = self.uniques.iter();
            let is_gone = uniques
                .any(|unique| unique.name.as_ref() == Some(index) && unique.columns.contains(name));
            if is_gone {
                self.lose_identity(&index.clone(), at);
            }
        }
        self.uniques.retain(|unique| !unique.columns.contains(name));
        self.references.retain(|reference| !reference.columns.contains(name));
    }

    /// Sets the key.
    pub(super) fn get_key(&mut self, key: TableKey) {
        for column in self.columns.iter_mut().filter(|column| key.columns.contains(&column.name)) {
            column.not_null = true;
        }
        self.key = KeyState::Present(key);
    }

    pub(super) fn tell(&mut self, at: Span, event: Event) {
        self.story.push((at, event));
    }

    /// The key goes away; only perhaps, if that hangs on a condition.
    pub(super) fn lose_key(&mut self, at: Span, event: Event, perhaps: bool) {
        let before = std::mem::replace(&mut self.key, KeyState::Missing);
        if let (Some(key), false) = (before.key(), perhaps) {
            self.lose_identity(&key.name.clone(), at);
        }
        let known = match before {
            KeyState::Missing => return,
            KeyState::Present(key) => Some(key),
            KeyState::Uncertain(key) => key,
            KeyState::Unknown => None,
        };
        // Of a table that was made elsewhere nobody knows that it had a key to lose, and got no other.
        if perhaps || self.created.is_none() {
            self.key = KeyState::Uncertain(known);
        }
        self.tell(at, if perhaps { Event::KeyMaybeDropped } else { event });
    }

    /// There may be a key now, where there was none.
    pub(super) fn maybe_get_key(&mut self, at: Span) {
        if self.key == KeyState::Missing {
            self.key = KeyState::Uncertain(None);
            self.tell(at, Event::KeyMaybeAdded);
        }
    }
}

impl KeyState {
    /// The key that there is or may be.
    pub fn key(&self) -> Option<&TableKey> {
        match self {
            Self::Present(key) | Self::Uncertain(Some(key)) => Some(key),
            _ => None,
        }
    }

    pub(super) fn key_mut(&mut self) -> Option<&mut TableKey> {
        match self {
            Self::Present(key) | Self::Uncertain(Some(key)) => Some(key),
            _ => None,
        }
    }

    /// What two branches of a history leave: the better of both.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Present(key), _) | (_, Self::Present(key)) => Self::Present(key),
            (Self::Uncertain(Some(key)), _) | (_, Self::Uncertain(Some(key))) => {
                Self::Uncertain(Some(key))
            }
            (Self::Missing, Self::Missing) => Self::Missing,
            (Self::Unknown, Self::Unknown) => Self::Unknown,
            _ => Self::Uncertain(None),
        }
    }
}

impl TableKey {
    pub(super) fn new(key: &Key, name: Name, at: Span) -> Self {
        Self { name, columns: key.columns.clone(), deferrable: key.deferrable, at }
    }
}
