//! The shape of `ddlint.toml`, as people write it.
//!
//! The doc comments of the fields are what editors show: `docs/ddlint.schema.json` is made from them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// Settings of ddlint for a project.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "ddlint.toml")]
pub(super) struct Settings {
    /// The least severity that makes the exit status 1. `never` stands for no finding at all.
    #[serde(default)]
    #[schemars(with = "FailOnName")]
    pub(super) fail_on: Option<Spanned<String>>,
    /// The exit status is 1 if there are more warnings than that, whatever `fail-on` says.
    #[serde(default)]
    #[schemars(with = "usize")]
    pub(super) max_warnings: Option<usize>,
    /// Notices make the exit status 1, too: files that cannot be read, comments that hide nothing, stale entries of the
    /// baseline.
    #[serde(default)]
    pub(super) strict: bool,
    /// Whether a comment that hides a finding has to say why. `true` unless it is said otherwise.
    #[serde(default)]
    #[schemars(with = "bool")]
    pub(super) require_reason: Option<bool>,
    /// Files and folders that are not read: globs that start from the project's root.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) exclude: Vec<Spanned<String>>,
    /// Folders with rules of your own.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) rules: Vec<Spanned<String>>,
    /// The file with the findings that are known already. `ddlint-baseline.json` unless it is said otherwise.
    #[serde(default)]
    #[schemars(with = "String")]
    pub(super) baseline: Option<Spanned<String>>,
    /// Severities of rules, by the rule's id or the library's name. A rule's own entry wins over its library's.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, SeverityName>")]
    pub(super) severity: BTreeMap<Spanned<String>, Spanned<String>>,
    /// What files are for, if ddlint guesses it wrongly: globs by role.
    #[serde(default)]
    #[schemars(with = "BTreeMap<RoleName, Vec<String>>")]
    pub(super) roles: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    /// What is taken for granted.
    #[serde(default)]
    pub(super) assume: Assume,
    /// Settings for some files only. The last one that fits a file wins.
    #[serde(default, rename = "override")]
    pub(super) special: Vec<Special>,
    /// The address of the schema, for editors.
    #[serde(default, rename = "$schema")]
    #[schemars(with = "String")]
    #[allow(dead_code, reason = "editors read it")]
    schema: Option<String>,
}

/// What a project takes for granted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assume {
    /// Values of environment variables, by name. Conditions on them are decided then.
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
}

/// Settings for some files.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Special {
    /// The files: globs that start from the project's root. A folder stands for all files below it.
    #[schemars(with = "Vec<String>")]
    pub(super) files: Vec<Spanned<String>>,
    /// Severities of rules in these files.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, SeverityName>")]
    pub(super) severity: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// The least severity that fails a run.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "only the schema is made from it")]
enum FailOnName {
    Error,
    Warning,
    Note,
    Never,
}

/// What a rule can be set to.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "only the schema is made from it")]
enum SeverityName {
    Error,
    Warning,
    Note,
    Off,
}

/// The roles of files.
#[derive(JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "only the schema is made from it")]
enum RoleName {
    Application,
    Script,
    Migration,
    Test,
    Example,
}

/// The JSON schema of the file.
pub(crate) fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Settings);
    schema.insert("$id".into(), super::SCHEMA_URL.into());
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;
    use ddlint_core::finding::Severity;
    use ddlint_core::rule::Role;

    use super::*;
    use crate::cli::FailOn;

    fn names(schema: &serde_json::Value, name: &str) -> Vec<String> {
        let list = schema["$defs"][name]["enum"].as_array().unwrap();
        let mut names: Vec<String> =
            list.iter().map(|name| name.as_str().unwrap().into()).collect();
        names.sort();
        names
    }

    fn sorted(names: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort();
        names
    }

    /// The schema has lists of its own; the words themselves are elsewhere.
    #[test]
    fn the_schema_knows_every_word() {
        let schema = schema();
        let severities = Severity::ALL.iter().map(|severity| severity.name().to_owned());
        assert_eq!(names(&schema, "SeverityName"), sorted(severities.chain(["off".into()])));
        let fail_on = FailOn::value_variants().iter().filter_map(FailOn::to_possible_value);
        assert_eq!(
            names(&schema, "FailOnName"),
            sorted(fail_on.map(|value| value.get_name().to_owned()))
        );
        let roles = schema["properties"]["roles"]["properties"].as_object().unwrap();
        assert_eq!(
            sorted(roles.keys().cloned()),
            sorted(Role::ALL.iter().map(|role| role.name().to_owned()))
        );
    }
}
