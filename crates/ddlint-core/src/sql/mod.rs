//! SQL text as steps: what PostgreSQL would do with it.

mod alter;
mod block;
mod command;
mod constant;
mod create;
mod depth;
mod dialect;
mod hole;
mod piece;
mod skim;
mod split;
mod statement;
#[cfg(test)]
mod tests;
mod tree;

use std::fmt;
use std::ops::Range;

use crate::schema::Step;
pub use skim::may_hold_ddl;

/// What a text of SQL says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// The statements, in order. Those in the body of a `DO` stand behind it, as statements of their own.
    pub statements: Vec<Statement>,
    /// What was not read, in order.
    pub unread: Vec<Unread>,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its bytes in the text, without the semicolon.
    pub range: Range<usize>,
    /// The bytes of the name of the table (view, extension) that it is about.
    pub name_range: Option<Range<usize>>,
    /// What it does: one step for each action of an `ALTER TABLE`, each table of a `DROP TABLE`. Mentions come first.
    /// Never empty.
    pub steps: Vec<StepAt>,
    /// Whether it stands under a condition: in an `IF` of a `DO` block.
    pub conditional: bool,
    /// Whether all of it was understood.
    pub clean: bool,
    /// The other system that it is written for, if it is not for PostgreSQL. Its steps are a guess then.
    pub dialect: Option<Dialect>,
}

/// A step and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepAt {
    /// What is done.
    pub step: Step,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// A part of a text that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Why not.
    pub reason: Reason,
}

/// Why a part of a text was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It nests deeper than any hand-made statement.
    TooDeep,
    /// It is longer than any hand-made statement.
    TooLong,
    /// A statement whose command is only known at run time.
    Hole,
    /// It looks like DDL, but not like any statement of PostgreSQL.
    Syntax,
}

/// A system other than PostgreSQL. Of several whose signs a statement has, the first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// ClickHouse.
    ClickHouse,
    /// MySQL and MariaDB.
    MySql,
    /// Microsoft SQL Server.
    SqlServer,
    /// SQLite.
    Sqlite,
    /// Athena, Hive, Spark.
    Hive,
}

/// For people.
impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClickHouse => "ClickHouse",
            Self::MySql => "MySQL",
            Self::SqlServer => "SQL Server",
            Self::Sqlite => "SQLite",
            Self::Hive => "Hive",
        })
    }
}

/// Reads all statements of a text. What is only known at run time is to be filled with [`crate::schema::hole`] before.
pub fn read(text: &str) -> Reading {
    let filled = hole::Filled::new(text);
    let mut reading = Reading::default();
    let origin = |range: &Range<usize>| filled.origin(range);
    let context = piece::Context { origin: &origin, conditional: false, level: 0 };
    piece::read(&filled.text, context, &mut reading);
    reading
}
