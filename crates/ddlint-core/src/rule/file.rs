//! The shape of rule files, as serde reads it.
//!
//! Nearly everything is optional here although it is not: what is missing is told by the loader, so that one missing key
//! does not hide the other mistakes of a file.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use toml::Spanned;

mod history;

use super::Literal;

pub(super) use history::{
    CodeTable, ColumnTable, ConfiguredTable, DirectoryTable, EventTable, ExtensionTable,
    GeneratedTable, HistoryFile, HistoryTable, KnownTable, ListedTable, PluralTable, ScriptsTable,
    WrapperTable,
};

pub(super) type Text = Spanned<String>;
pub(super) type Texts = OneOrMany<String>;

/// `roles.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RolesFile {
    pub(super) schema: Option<Spanned<i64>>,
    #[serde(default)]
    pub(super) role: Vec<Spanned<RoleTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleTable {
    pub(super) name: Option<Text>,
    pub(super) files: Option<Texts>,
    pub(super) environments: Option<Texts>,
    pub(super) imports: Option<Texts>,
    pub(super) mentions: Option<Texts>,
}

/// `_library.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LibraryFile {
    pub(super) schema: Option<Spanned<i64>>,
    pub(super) library: Option<Text>,
    pub(super) packages: Option<Texts>,
    #[serde(default)]
    pub(super) drivers: BTreeMap<String, Texts>,
    #[serde(default)]
    pub(super) subject: Vec<Spanned<SubjectTable>>,
    #[serde(default)]
    pub(super) fact: Vec<Spanned<FactTable>>,
    #[serde(default)]
    pub(super) value: Vec<Spanned<ValueTable>>,
    #[serde(default)]
    pub(super) setting: Vec<Spanned<SettingTable>>,
    #[serde(default)]
    pub(super) set: Vec<Spanned<SetTable>>,
    #[serde(default)]
    pub(super) file: Vec<Spanned<FileTable>>,
    #[serde(default)]
    pub(super) locator: Vec<Spanned<LocatorTable>>,
    #[serde(default)]
    pub(super) handed: Vec<Spanned<HandedTable>>,
    #[serde(default)]
    pub(super) factory: Vec<Spanned<FactoryTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactoryTable {
    pub(super) parameter: Option<Text>,
    pub(super) is: Option<Texts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocatorTable {
    pub(super) call: Option<Texts>,
    pub(super) class: Option<Spanned<i64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileTable {
    pub(super) name: Option<Text>,
    pub(super) packages: Option<Texts>,
    pub(super) files: Option<Texts>,
    pub(super) call: Option<Texts>,
    pub(super) several: Option<Spanned<SeveralTable>>,
    #[serde(default)]
    pub(super) source: Vec<Spanned<SourceTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeveralTable {
    pub(super) option: Option<Text>,
    pub(super) default: Option<Text>,
    pub(super) argument: Option<Spanned<i64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceTable {
    pub(super) files: Option<Texts>,
    pub(super) packages: Option<Texts>,
    #[serde(default)]
    pub(super) keyed: bool,
    pub(super) needs: Option<Texts>,
    #[serde(default)]
    pub(super) variable: Vec<Spanned<VariableTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariableTable {
    pub(super) name: Option<Text>,
    pub(super) option: Option<Text>,
    pub(super) on: Option<Texts>,
    pub(super) separator: Option<Text>,
    pub(super) before: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetTable {
    pub(super) name: Option<Text>,
    pub(super) doc: Option<Text>,
    pub(super) listed: Option<Texts>,
    #[serde(default)]
    pub(super) called: Vec<Spanned<CalledTable>>,
    #[serde(default)]
    pub(super) embedded: Vec<Spanned<MatchTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalledTable {
    pub(super) when: Option<Text>,
    pub(super) several: Option<Spanned<SeveralTable>>,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<Spanned<MatchTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ValueTable {
    pub(super) name: Option<Text>,
    pub(super) is: Option<Texts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingTable {
    pub(super) call: Option<Texts>,
    pub(super) key: Option<Spanned<i64>>,
    pub(super) members: Option<Texts>,
    pub(super) loaded: Option<Spanned<LoadedTable>>,
    pub(super) registered: Option<Spanned<RegisteredTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoadedTable {
    pub(super) call: Option<Texts>,
    pub(super) functions: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HandedTable {
    pub(super) call: Option<Texts>,
    pub(super) function: Option<Text>,
    pub(super) value: Option<Texts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisteredTable {
    pub(super) call: Option<Texts>,
    pub(super) key: Option<Spanned<i64>>,
    pub(super) value: Option<Spanned<i64>>,
    #[serde(rename = "type")]
    pub(super) types: Option<Texts>,
    pub(super) is: Option<Texts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubjectTable {
    pub(super) name: Option<Text>,
    pub(super) doc: Option<Text>,
    pub(super) counts: Option<Texts>,
    pub(super) kept: Option<Texts>,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<Spanned<MatchTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactTable {
    pub(super) name: Option<Text>,
    pub(super) over: Option<Text>,
    pub(super) lacks: Option<Texts>,
    pub(super) doc: Option<Text>,
    pub(super) counts: Option<Texts>,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<Spanned<MatchTable>>,
    #[serde(default)]
    pub(super) case: Vec<Spanned<FactCaseTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactCaseTable {
    pub(super) packages: Option<Texts>,
    #[serde(default, rename = "where")]
    pub(super) conditions: Vec<Spanned<ConditionTable>>,
    #[serde(default)]
    pub(super) gives: BTreeMap<Text, GivenValue>,
    pub(super) label: Option<Text>,
}

/// Any other file: a rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleTable {
    pub(super) schema: Option<Spanned<i64>>,
    pub(super) title: Option<Text>,
    pub(super) since: Option<Text>,
    pub(super) status: Option<Text>,
    pub(super) hazard: Option<Text>,
    pub(super) severity: Option<Text>,
    pub(super) packages: Option<Texts>,
    pub(super) roles: Option<Texts>,
    pub(super) subject: Option<Text>,
    pub(super) over: Option<Text>,
    pub(super) relied_on: Option<Text>,
    #[serde(default, rename = "match")]
    pub(super) matches: Vec<Spanned<MatchTable>>,
    #[serde(default)]
    pub(super) case: Vec<Spanned<CaseTable>>,
    pub(super) docs: Option<Spanned<DocsTable>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MatchTable {
    pub(super) query: Option<Text>,
    pub(super) call: Option<Texts>,
    pub(super) new: Option<Texts>,
    pub(super) decorator: Option<Texts>,
    pub(super) typed: Option<Texts>,
    pub(super) value_of: Option<BTreeMap<Text, Texts>>,
    pub(super) options: Option<Texts>,
    pub(super) positional: Option<BTreeMap<Text, Spanned<i64>>>,
    pub(super) unless: Option<Text>,
    pub(super) needs: Option<Text>,
    pub(super) languages: Option<Texts>,
    #[serde(default)]
    pub(super) fallback: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseTable {
    #[serde(default, rename = "where")]
    pub(super) conditions: Vec<Spanned<ConditionTable>>,
    pub(super) message: Option<Text>,
    pub(super) label: Option<Text>,
    pub(super) help: Option<Text>,
    pub(super) severity: Option<Text>,
    pub(super) certainty: Option<Text>,
    pub(super) packages: Option<Texts>,
    #[serde(default)]
    pub(super) quiet: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConditionTable {
    pub(super) fact: Option<Text>,
    pub(super) seen: Option<bool>,
    pub(super) option: Option<Text>,
    pub(super) of: Option<Text>,
    pub(super) default: Option<Literal>,
    pub(super) drivers: Option<Spanned<bool>>,
    pub(super) is: Option<OneOrMany<Literal>>,
    pub(super) is_not: Option<OneOrMany<Literal>>,
    pub(super) truthy: Option<bool>,
    pub(super) present: Option<bool>,
    pub(super) matches: Option<Text>,
    pub(super) runs: Option<Texts>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DocsTable {
    pub(super) what: Option<Text>,
    pub(super) why: Option<Text>,
    pub(super) fix: Option<Text>,
    #[serde(default)]
    pub(super) references: Vec<String>,
}

/// `"uuid-ossp"` or `{ option = "uuidExtension", default = "uuid-ossp" }`
#[derive(Debug)]
pub(super) enum GivenValue {
    Text(String),
    Option(GivenTable),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenTable {
    pub(super) option: Text,
    pub(super) default: String,
}

impl<'de> Deserialize<'de> for GivenValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct GivenVisitor;

        impl<'de> Visitor<'de> for GivenVisitor {
            type Value = GivenValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in quotes or `{ option = \"…\", default = \"…\" }`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<GivenValue, E> {
                Ok(GivenValue::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<GivenValue, A::Error> {
                GivenTable::deserialize(MapAccessDeserializer::new(map)).map(GivenValue::Option)
            }
        }

        deserializer.deserialize_any(GivenVisitor)
    }
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LiteralVisitor;

        #[expect(clippy::cast_precision_loss, reason = "numbers of JavaScript are no more precise")]
        impl Visitor<'_> for LiteralVisitor {
            type Value = Literal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true`, `false`, a number or a text in quotes")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Literal, E> {
                Ok(Literal::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Literal, E> {
                Ok(Literal::Number(value as f64))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Literal, E> {
                Ok(Literal::Number(value as f64))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Literal, E> {
                Ok(Literal::Number(value))
            }

            fn visit_str<E>(self, value: &str) -> Result<Literal, E> {
                Ok(Literal::Text(value.to_owned()))
            }
        }

        deserializer.deserialize_any(LiteralVisitor)
    }
}

/// A value, or a list of them.
///
/// A visitor and no untagged enum: that would hide which element of a list is wrong, and why.
#[derive(Debug)]
pub(super) struct OneOrMany<T> {
    pub(super) span: Range<usize>,
    pub(super) items: Vec<Spanned<T>>,
}

/// What may stand alone or in a list.
pub(super) trait Item: for<'de> Deserialize<'de> {
    const EXPECTED: &'static str;
}

impl Item for String {
    const EXPECTED: &'static str = "a text in quotes or a list of them";
}

impl Item for Literal {
    const EXPECTED: &'static str = "`true`, `false`, a number, a text in quotes, or a list of them";
}

enum Items<T> {
    One(T),
    Many(Vec<Spanned<T>>),
}

impl<'de, T: Item> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Spanned::<Items<T>>::deserialize(deserializer)?;
        let span = items.span();
        let items = match items.into_inner() {
            Items::One(item) => vec![Spanned::new(span.clone(), item)],
            Items::Many(items) => items,
        };
        Ok(Self { span, items })
    }
}

impl<'de, T: Item> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemsVisitor(PhantomData))
    }
}

struct ItemsVisitor<T>(PhantomData<T>);

impl<'de, T: Item> Visitor<'de> for ItemsVisitor<T> {
    type Value = Items<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Items<T>, E> {
        T::deserialize(value.into_deserializer()).map(Items::One)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Items<T>, E> {
        T::deserialize(value.into_deserializer()).map(Items::One)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Items<T>, E> {
        T::deserialize(value.into_deserializer()).map(Items::One)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Items<T>, E> {
        T::deserialize(value.into_deserializer()).map(Items::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element::<Spanned<T>>()? {
            items.push(item);
        }
        Ok(Items::Many(items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toml_file;

    #[derive(Debug, Deserialize)]
    struct File {
        is: OneOrMany<Literal>,
    }

    fn items(text: &str) -> Vec<Literal> {
        let (file, mistakes) = toml_file::read::<File>(text);
        assert_eq!(mistakes, []);
        file.unwrap().is.items.into_iter().map(Spanned::into_inner).collect()
    }

    #[test]
    fn one_is_a_list_of_one() {
        assert_eq!(items("is = 'a'"), [Literal::Text("a".into())]);
        assert_eq!(
            items("is = ['a', true, 1]"),
            [Literal::Text("a".into()), Literal::Bool(true), Literal::Number(1.0)]
        );
        assert_eq!(items("is = []"), []);
    }

    #[test]
    fn the_wrong_element_is_named() {
        let text = "is = ['a', {}, 1]";
        let (_, mistakes) = toml_file::read::<File>(text);
        assert_eq!(&text[mistakes[0].span.clone()], "{}");
        assert_eq!(
            mistakes[0].message,
            "expected `true`, `false`, a number or a text in quotes, found a table"
        );
    }
}
