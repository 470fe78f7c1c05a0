//! What steps are made of: tables, columns, keys.

use super::name::{Name, TableName};

/// A new table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTable {
    /// Its name.
    pub table: TableName,
    /// Nothing happens if there is a table of that name.
    pub if_not_exists: bool,
    /// How long it lasts, and whether it is logged.
    pub persistence: Persistence,
    /// Where its columns come from.
    pub origin: Origin,
    /// Its own columns, those of other tables left out.
    pub columns: Vec<Column>,
    /// Whether that is all of what stands between the parentheses. If not, the key is unknown unless one is seen.
    pub columns_known: bool,
    /// The key, if it is a table constraint. The columns with a key make one otherwise.
    pub key: Option<Key>,
    /// Unique constraints, of columns and of the table.
    pub uniques: Vec<Unique>,
    /// Foreign keys, of columns and of the table.
    pub references: Vec<Reference>,
    /// `LIKE`: tables whose columns are copied.
    pub likes: Vec<Like>,
    /// `INHERITS`.
    pub inherits: Vec<TableName>,
    /// Whether it is a partitioned table (`PARTITION BY`).
    pub partitioned: bool,
    /// The columns that it is partitioned by, as far as they are told. An expression has a name that is not known.
    pub partitioned_by: Vec<Name>,
}

/// Where the columns of a new table come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The statement lists them, or copies them (`LIKE`, `INHERITS`).
    Plain,
    /// A query: `CREATE TABLE … AS`. Such a table has no key.
    Query,
    /// `SELECT … INTO`, the same in other words.
    SelectInto,
    /// It is a partition of this table.
    PartitionOf(TableName),
    /// A composite type: `CREATE TABLE … OF`.
    Type(TableName),
}

/// `LIKE other INCLUDING …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Like {
    /// The other table.
    pub table: TableName,
    /// Whether its indexes are copied, and with them its key.
    pub indexes: bool,
}

/// How long a table lasts, and whether it is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Persistence {
    /// An ordinary table.
    #[default]
    Permanent,
    /// Gone at the end of the session.
    Temporary,
    /// Not in the log, so not replicated.
    Unlogged,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// Its type, if it is known.
    pub data_type: Option<DataType>,
    /// `NOT NULL` is said. The columns of a key need not say it.
    pub not_null: bool,
    /// Whether it is of the table's key.
    pub key: Option<InlineKey>,
}

/// `PRIMARY KEY` at a column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InlineKey {
    /// The constraint's name. `None` is the server's default, a name with a hole one that somebody else makes up.
    pub name: Option<Name>,
    /// `DEFERRABLE`: such a key identifies no row to subscribers.
    pub deferrable: bool,
    /// Only run time tells whether it is there.
    pub maybe: bool,
}

/// A primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The constraint's name. `None` is the server's default, a name with a hole one that somebody else makes up.
    pub name: Option<Name>,
    /// Its columns. Empty if they are not known.
    pub columns: Vec<Name>,
    /// `DEFERRABLE`: such a key identifies no row to subscribers.
    pub deferrable: bool,
}

/// A unique constraint or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    /// Its name. `None` is the server's default.
    pub name: Option<Name>,
    /// Its columns. Empty if they are not known.
    pub columns: Vec<Name>,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The constraint's name. `None` is the server's default.
    pub name: Option<Name>,
    /// The columns that refer. Empty if they are not known.
    pub columns: Vec<Name>,
    /// The table that is referred to.
    pub to: TableName,
}

/// A type: `uuid`, `character varying`, `public.citext`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataType {
    /// Its schema, if it is said.
    pub schema: Option<Name>,
    /// Its name in lower case with single spaces, as written (`int`, not `integer`), without length and brackets.
    pub name: Name,
    /// Whether it is an array of that type.
    pub array: bool,
}

/// What identifies a row of a table to subscribers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Identity {
    /// The key.
    #[default]
    Default,
    /// Nothing: updates fail.
    Nothing,
    /// The whole row.
    Full,
    /// A unique index.
    Index(Name),
}

/// What has a table's name but is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewKind {
    /// A view.
    View,
    /// A materialized view.
    Materialized,
    /// A foreign table.
    Foreign,
}

/// What is mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MentionKind {
    /// A function that is called.
    Function,
    /// A type.
    Type,
    /// An operator class of an index.
    OperatorClass,
}

impl CreateTable {
    /// A permanent table without columns.
    pub fn new(table: TableName) -> Self {
        Self {
            table,
            if_not_exists: false,
            persistence: Persistence::Permanent,
            origin: Origin::Plain,
            columns: Vec::new(),
            columns_known: true,
            key: None,
            uniques: Vec::new(),
            references: Vec::new(),
            likes: Vec::new(),
            inherits: Vec::new(),
            partitioned: false,
            partitioned_by: Vec::new(),
        }
    }
}

impl Column {
    /// A column that may be null and is of no key.
    pub fn new(name: Name, data_type: Option<DataType>) -> Self {
        Self { name, data_type, not_null: false, key: None }
    }
}

impl Key {
    /// A key with the default name.
    pub fn over(columns: Vec<Name>) -> Self {
        Self { name: None, columns, deferrable: false }
    }
}
