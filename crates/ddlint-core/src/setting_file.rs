//! Files of settings that are no code: YAML, and variables of the environment. What stands in them, and where.

mod variables;
mod yaml;

use std::ops::Range;

use crate::language::Language;

/// What stands in a file of settings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting {
    /// What it is.
    pub(crate) kind: SettingKind,
    /// Where it stands.
    pub(crate) span: Range<u32>,
}

/// The kinds of settings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SettingKind {
    /// Nothing, or `null`.
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Setting>),
    /// Keys and what stands behind them.
    Map(Vec<Entry>),
}

/// A key and what stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Key and value.
    pub(crate) span: Range<u32>,
    /// The value.
    pub(crate) value: Setting,
    /// Whether the value's entries count as entries of the map around (`<<: *base`), if that does not have them.
    pub(crate) is_merged: bool,
}

/// Where a file stops making sense, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) at: Range<u32>,
    pub(crate) message: String,
}

/// Reads a file of settings. Variables are a map of texts.
pub(crate) fn read(language: Language, text: &str) -> Result<Setting, Broken> {
    match language {
        Language::Yaml => yaml::read(text),
        _ => Ok(variables::read(text)),
    }
}
