//! The shape of `_history.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{ConditionTable, OneOrMany, Text, Texts};
use crate::rule::Literal;

/// `_history.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct HistoryFile {
    pub(in crate::rule) schema: Option<Spanned<i64>>,
    #[serde(default)]
    pub(in crate::rule) database: Vec<Spanned<ConditionTable>>,
    #[serde(default)]
    pub(in crate::rule) history: Vec<Spanned<HistoryTable>>,
    #[serde(default)]
    pub(in crate::rule) event: Vec<Spanned<EventTable>>,
    #[serde(default)]
    pub(in crate::rule) model: Vec<Spanned<EventTable>>,
    #[serde(default)]
    pub(in crate::rule) known: Vec<Spanned<KnownTable>>,
    #[serde(default)]
    pub(in crate::rule) wrapper: Vec<Spanned<WrapperTable>>,
    #[serde(default)]
    pub(in crate::rule) passing: Vec<Spanned<WrapperTable>>,
    #[serde(default)]
    pub(in crate::rule) extension: Vec<Spanned<ExtensionTable>>,
    pub(in crate::rule) plural: Option<Spanned<PluralTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct HistoryTable {
    pub(in crate::rule) name: Option<Text>,
    pub(in crate::rule) doc: Option<Text>,
    pub(in crate::rule) files: Option<Texts>,
    pub(in crate::rule) elsewhere: Option<Texts>,
    pub(in crate::rule) databases: Option<Texts>,
    pub(in crate::rule) code: Option<Spanned<CodeTable>>,
    pub(in crate::rule) configured: Option<Spanned<ConfiguredTable>>,
    #[serde(default)]
    pub(in crate::rule) directory: Vec<Spanned<DirectoryTable>>,
    #[serde(default)]
    pub(in crate::rule) scripts: Vec<Spanned<ScriptsTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct DirectoryTable {
    pub(in crate::rule) files: Option<Texts>,
    pub(in crate::rule) of: Option<Text>,
    pub(in crate::rule) option: Option<Text>,
    pub(in crate::rule) beside: Option<Texts>,
    pub(in crate::rule) says: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct CodeTable {
    pub(in crate::rule) method: Option<Text>,
    pub(in crate::rule) exported: Option<Text>,
    #[serde(default)]
    pub(in crate::rule) returns: bool,
    pub(in crate::rule) handed: Option<Texts>,
    pub(in crate::rule) order: Option<Text>,
    pub(in crate::rule) named: Option<Text>,
    pub(in crate::rule) group: Option<Text>,
    pub(in crate::rule) listed: Option<Spanned<ListedTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ListedTable {
    pub(in crate::rule) of: Option<Text>,
    pub(in crate::rule) option: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ConfiguredTable {
    pub(in crate::rule) files: Option<Texts>,
    pub(in crate::rule) option: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ScriptsTable {
    pub(in crate::rule) files: Option<Text>,
    pub(in crate::rule) beside: Option<Texts>,
    pub(in crate::rule) says: Option<Text>,
    #[serde(default)]
    pub(in crate::rule) required: bool,
    pub(in crate::rule) up: Option<Text>,
    pub(in crate::rule) down: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct EventTable {
    pub(in crate::rule) call: Option<Texts>,
    pub(in crate::rule) does: Option<Text>,
    #[serde(default, rename = "where")]
    pub(in crate::rule) conditions: Vec<Spanned<ConditionTable>>,
    #[serde(default)]
    pub(in crate::rule) from: BTreeMap<Text, Texts>,
    #[serde(default)]
    pub(in crate::rule) default: BTreeMap<Text, Literal>,
    pub(in crate::rule) column: Option<Spanned<ColumnTable>>,
    pub(in crate::rule) key_by: Option<Texts>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ColumnTable {
    pub(in crate::rule) name: Option<Text>,
    #[serde(rename = "type")]
    pub(in crate::rule) kind: Option<Text>,
    pub(in crate::rule) key: Option<Text>,
    pub(in crate::rule) key_name: Option<Text>,
    pub(in crate::rule) generated: Option<Spanned<GeneratedTable>>,
    pub(in crate::rule) not_null: Option<Text>,
    pub(in crate::rule) nullable: Option<Text>,
    pub(in crate::rule) allow_null: Option<Text>,
    pub(in crate::rule) unique: Option<Text>,
    pub(in crate::rule) references: Option<Text>,
    pub(in crate::rule) default: Option<Text>,
    pub(in crate::rule) key_type: Option<Text>,
    pub(in crate::rule) shorthands: Option<Text>,
    pub(in crate::rule) key_call: Option<Text>,
    pub(in crate::rule) not_null_call: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct PluralTable {
    #[serde(default)]
    pub(in crate::rule) same: Vec<Text>,
    #[serde(default)]
    pub(in crate::rule) rules: Vec<Vec<Text>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct GeneratedTable {
    pub(in crate::rule) option: Option<Text>,
    pub(in crate::rule) is: Option<Spanned<Literal>>,
    pub(in crate::rule) default: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct KnownTable {
    pub(in crate::rule) value: Option<Texts>,
    pub(in crate::rule) is: Option<OneOrMany<Literal>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct ExtensionTable {
    pub(in crate::rule) name: Option<Text>,
    pub(in crate::rule) functions: Option<Texts>,
    pub(in crate::rule) types: Option<Texts>,
    pub(in crate::rule) classes: Option<Texts>,
    pub(in crate::rule) needs: Option<Texts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rule) struct WrapperTable {
    pub(in crate::rule) call: Option<Texts>,
}
