//! The engine of ddlint.
//!
//! A straight line of data: sources become a [`project::Project`], rules find matches in it, the options at a match are
//! evaluated to what they effectively are, and a rule's cases judge them. No IO: files come through [`files::Files`].

pub mod access_path;
mod directive;
pub mod document;
mod fact;
pub mod files;
pub mod finding;
pub mod harness;
pub mod hash;
pub mod history;
pub mod index;
pub mod inspect;
mod judge;
pub mod language;
pub mod lint;
pub mod lockfile;
pub mod manifest;
mod matcher;
mod parse;
mod prefilter;
pub mod project;
pub mod report;
mod resolve;
pub mod rule;
pub mod schema;
pub mod secret;
mod set;
mod setting_file;
mod settle;
pub mod source;
pub mod sql;
pub mod suggest;
pub mod toml_file;
pub mod value;
pub mod version;
