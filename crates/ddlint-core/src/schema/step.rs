//! What one statement does to a schema.
//!
//! The closed vocabulary between those who read (SQL text, builder calls, schema files) and [`crate::schema::Schema`],
//! which replays. Plain data: nothing here points into a text.

use super::name::{Name, TableName};
use super::part::{
    Column, CreateTable, DataType, Identity, Key, MentionKind, Origin, Reference, Unique, ViewKind,
};

/// What a statement, or one action of it, does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A table is made, whatever the statement: `CREATE TABLE`, `… AS`, `SELECT INTO`, a builder's call.
    CreateTable(Box<CreateTable>),
    /// A table is gone, and with it what depends on it.
    DropTable {
        /// Which.
        table: TableName,
    },
    /// All tables are gone.
    DropAll,
    /// A table has another name in the same schema. Its key keeps its name.
    RenameTable {
        /// Which.
        table: TableName,
        /// Its new name.
        to: Name,
    },
    /// A table moves to another schema.
    SetSchema {
        /// Which.
        table: TableName,
        /// The other schema.
        to: Name,
    },
    /// A schema is made.
    CreateSchema {
        /// Which.
        schema: Name,
    },
    /// A schema has another name.
    RenameSchema {
        /// Which.
        schema: Name,
        /// Its new name.
        to: Name,
    },
    /// A schema is gone, with everything in it.
    DropSchema {
        /// Which.
        schema: Name,
    },
    /// A column is added.
    AddColumn {
        /// The table.
        table: TableName,
        /// The column. Its inline key, if any, is the table's from now on.
        column: Column,
        /// Nothing happens if there is a column of that name.
        if_not_exists: bool,
        /// A column with a key joins the columns of the key that is there, as some builders have it. SQL fails.
        extends_key: bool,
    },
    /// A column is gone, and with it the key, if it was one of the key's.
    DropColumn {
        /// The table.
        table: TableName,
        /// The column.
        column: Name,
        /// The key is made again over its other columns, if there are any, as some builders have it.
        keeps_rest_of_key: bool,
    },
    /// A column has another name.
    RenameColumn {
        /// The table.
        table: TableName,
        /// The old name.
        column: Name,
        /// The new name.
        to: Name,
    },
    /// A column has another type.
    RetypeColumn {
        /// The table.
        table: TableName,
        /// The column.
        column: Name,
        /// The new type.
        to: DataType,
    },
    /// A column may be null, or may no longer.
    SetNullable {
        /// The table.
        table: TableName,
        /// The column.
        column: Name,
        /// Whether it may.
        nullable: bool,
    },
    /// A column becomes another one, as some builders have it: afterwards the new one belongs to the key if it says so
    /// and else not; the key's other columns stay.
    ChangeColumn {
        /// The table.
        table: TableName,
        /// The name of the old one.
        column: Name,
        /// The new one.
        to: Column,
    },
    /// A key is added: `ADD PRIMARY KEY`.
    AddKey {
        /// The table.
        table: TableName,
        /// The key.
        key: Key,
        /// The index it is made of (`USING INDEX`): the key's columns are the index's, and so is its name by default.
        index: Option<Name>,
    },
    /// The key, if there is one, gives way to another, as some builders have it.
    ReplaceKey {
        /// The table.
        table: TableName,
        /// The new key.
        key: Key,
    },
    /// The key is dropped whatever its name, as some builders have it.
    DropKey {
        /// The table.
        table: TableName,
    },
    /// A unique constraint is added.
    AddUnique {
        /// The table.
        table: TableName,
        /// The constraint.
        unique: Unique,
    },
    /// A foreign key is added.
    AddReference {
        /// The table.
        table: TableName,
        /// The foreign key.
        reference: Reference,
    },
    /// A constraint is dropped by its name: the key, if that is the key's name.
    DropConstraint {
        /// The table.
        table: TableName,
        /// The name.
        name: Name,
    },
    /// A constraint has another name.
    RenameConstraint {
        /// The table.
        table: TableName,
        /// The old name.
        name: Name,
        /// The new name.
        to: Name,
    },
    /// An index has another name, and so has the constraint that it belongs to.
    RenameIndex {
        /// Which.
        index: TableName,
        /// Its new name.
        to: Name,
    },
    /// An index is made.
    CreateIndex {
        /// The table.
        table: TableName,
        /// The index. Its columns are empty if it is over expressions or over a part of the rows.
        index: Unique,
        /// Whether it is a unique one.
        unique: bool,
    },
    /// An index is gone.
    DropIndex {
        /// Which.
        index: TableName,
    },
    /// What identifies a row of the table to subscribers.
    ReplicaIdentity {
        /// The table.
        table: TableName,
        /// What does.
        identity: Identity,
    },
    /// A table becomes logged or unlogged.
    SetLogged {
        /// The table.
        table: TableName,
        /// Which of both.
        logged: bool,
    },
    /// A table becomes a partition of another.
    AttachPartition {
        /// The partitioned table.
        table: TableName,
        /// The new partition.
        partition: TableName,
    },
    /// A partition becomes a table of its own.
    DetachPartition {
        /// The partitioned table.
        table: TableName,
        /// The former partition.
        partition: TableName,
    },
    /// A table inherits from another, or does so no longer. No key is inherited.
    Inherit {
        /// The table.
        table: TableName,
        /// The other.
        parent: TableName,
        /// Whether it does.
        inherits: bool,
    },
    /// An extension is made.
    CreateExtension {
        /// Which.
        name: Name,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// An extension is gone.
    DropExtension {
        /// Which.
        name: Name,
    },
    /// A name is taken by something that needs no key.
    CreateView {
        /// The name.
        view: TableName,
        /// What it is.
        kind: ViewKind,
    },
    /// A view is gone.
    DropView {
        /// Which.
        view: TableName,
        /// What it is.
        kind: ViewKind,
    },
    /// A materialized view is filled again.
    RefreshView {
        /// Which.
        view: TableName,
    },
    /// A function, type or operator class is used. Which names matter is not known here, so all are told.
    Mention {
        /// What is used.
        kind: MentionKind,
        /// Its schema, if it is said.
        schema: Option<Name>,
        /// Its name.
        name: Name,
    },
    /// The history defines a function or a type by itself.
    Define {
        /// What it is.
        kind: MentionKind,
        /// Its name.
        name: Name,
    },
    /// A type is gone, and with it the columns of that type.
    DropType {
        /// Which.
        name: Name,
    },
    /// Names without a schema mean another one from now on.
    SetSearchPath {
        /// The schemas. Empty if the path is empty, `None` if it is only known at run time.
        schemas: Option<Vec<Name>>,
    },
    /// The search path is the server's again.
    ResetSearchPath,
    /// A statement that could not be read.
    Unreadable {
        /// The table that it may touch, if that is known.
        table: Option<TableName>,
        /// The command, as far as it is known: `ALTER TABLE`. Empty if nothing is.
        tag: &'static str,
        /// Whether it says that it drops something of the table, or leaves to run time what it does.
        drops: bool,
    },
    /// A statement, or an action of one, that changes neither tables nor their keys nor extensions.
    Other {
        /// The command: `GRANT`, `CREATE FUNCTION`.
        tag: &'static str,
        /// Whether it is DDL.
        ddl: bool,
        /// The table that it is about, if it is about one.
        table: Option<TableName>,
    },
}

impl Step {
    /// Whether the server counts it as data definition.
    ///
    /// What reads or writes rows, settings, locks or statistics is none; nor are `TRUNCATE` and `REINDEX`. `COMMENT` and
    /// `GRANT` are, and so is `REFRESH MATERIALIZED VIEW`: `log_statement = ddl` leaves it out, but event triggers for DDL
    /// fire (PostgreSQL 15).
    pub fn is_ddl(&self) -> bool {
        match self {
            Self::Mention { .. } | Self::SetSearchPath { .. } | Self::ResetSearchPath => false,
            Self::Other { ddl, .. } => *ddl,
            Self::Unreadable { tag, .. } => !tag.is_empty(),
            _ => true,
        }
    }

    /// The command in upper case, as the server names it: `CREATE TABLE`. Empty for a mention, and for a statement
    /// whose command is not known.
    pub fn tag(&self) -> &'static str {
        match self {
            Self::CreateTable(create) => match create.origin {
                Origin::Query => "CREATE TABLE AS",
                Origin::SelectInto => "SELECT INTO",
                _ => "CREATE TABLE",
            },
            Self::DropTable { .. } | Self::DropAll => "DROP TABLE",
            Self::CreateSchema { .. } => "CREATE SCHEMA",
            Self::RenameSchema { .. } => "ALTER SCHEMA",
            Self::DropSchema { .. } => "DROP SCHEMA",
            Self::RenameIndex { .. } => "ALTER INDEX",
            Self::CreateIndex { .. } => "CREATE INDEX",
            Self::DropIndex { .. } => "DROP INDEX",
            Self::CreateExtension { .. } => "CREATE EXTENSION",
            Self::DropExtension { .. } => "DROP EXTENSION",
            Self::DropType { .. } => "DROP TYPE",
            Self::CreateView { kind: ViewKind::View, .. } => "CREATE VIEW",
            Self::CreateView { kind: ViewKind::Materialized, .. } => "CREATE MATERIALIZED VIEW",
            Self::CreateView { kind: ViewKind::Foreign, .. } => "CREATE FOREIGN TABLE",
            Self::DropView { kind: ViewKind::View, .. } => "DROP VIEW",
            Self::DropView { kind: ViewKind::Materialized, .. } => "DROP MATERIALIZED VIEW",
            Self::DropView { kind: ViewKind::Foreign, .. } => "DROP FOREIGN TABLE",
            Self::RefreshView { .. } => "REFRESH MATERIALIZED VIEW",
            Self::SetSearchPath { .. } => "SET",
            Self::ResetSearchPath => "RESET",
            Self::Mention { .. } => "",
            Self::Define { kind: MentionKind::Function, .. } => "CREATE FUNCTION",
            Self::Define { kind: MentionKind::Type, .. } => "CREATE TYPE",
            Self::Define { kind: MentionKind::OperatorClass, .. } => "CREATE OPERATOR CLASS",
            Self::Unreadable { tag, .. } | Self::Other { tag, .. } => tag,
            _ => "ALTER TABLE",
        }
    }

    /// The table that it is about.
    pub fn table(&self) -> Option<&TableName> {
        match self {
            Self::CreateTable(create) => Some(&create.table),
            Self::DropTable { table }
            | Self::RenameTable { table, .. }
            | Self::SetSchema { table, .. }
            | Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::RetypeColumn { table, .. }
            | Self::SetNullable { table, .. }
            | Self::ChangeColumn { table, .. }
            | Self::AddKey { table, .. }
            | Self::ReplaceKey { table, .. }
            | Self::DropKey { table }
            | Self::AddUnique { table, .. }
            | Self::AddReference { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::RenameConstraint { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::ReplicaIdentity { table, .. }
            | Self::SetLogged { table, .. }
            | Self::AttachPartition { table, .. }
            | Self::DetachPartition { table, .. }
            | Self::Inherit { table, .. } => Some(table),
            Self::Unreadable { table, .. } | Self::Other { table, .. } => table.as_ref(),
            _ => None,
        }
    }
}
