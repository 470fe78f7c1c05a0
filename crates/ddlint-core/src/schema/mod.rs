//! What a schema is after its history: tables, their keys and how they came to them, extensions.
//!
//! [`Step`] is what one statement does; [`Schema`] applies steps in order and tells what is left. It judges nothing.

mod alter;
mod constraint;
mod create;
mod extension;
mod name;
mod naming;
mod part;
mod replay;
mod step;
mod table;
mod tables;
#[cfg(test)]
mod tests;

pub use extension::ExtensionStep;
pub use name::{HOLE, Name, TableName, hole};
pub use part::{
    Column, CreateTable, DataType, Identity, InlineKey, Key, Like, MentionKind, Origin,
    Persistence, Reference, Unique, ViewKind,
};
pub use replay::Schema;
pub use step::Step;
pub use table::{Event, KeyState, Table, TableKey};
pub use tables::TEMPORARY;
