//! `ddlint.toml`: the settings of a project.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use ddlint_core::finding::Severity;
use ddlint_core::rule::{Role, RoleRule, RuleSet};
use ddlint_core::{suggest, toml_file};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use toml::Spanned;

use crate::cli::{FailOn, SetupArgs};
use crate::root::not_there;
use crate::rule_files;
use crate::trouble::{Mistake, Trouble};

/// The name of the settings file at a project's root.
pub(crate) const FILE_NAME: &str = "ddlint.toml";

/// What a rule can be set to besides a severity.
const OFF: &str = "off";

/// The shape of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    #[serde(default)]
    rules: Vec<Spanned<String>>,
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    fail_on: Option<Spanned<String>>,
    #[serde(default)]
    severity: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    roles: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    #[serde(default)]
    assume: Assume,
}

/// What a project takes for granted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Assume {
    /// Values of environment variables, by name.
    #[serde(default)]
    env: BTreeMap<String, String>,
}

/// The settings of a run. All defaults if there is no file.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// The file's name as it is shown.
    name: String,
    text: String,
    /// The folder that paths in the file start from.
    folder: PathBuf,
    settings: Settings,
    exclude: GlobSet,
    roles: Vec<RoleRule>,
    fail_on: Option<FailOn>,
}

/// What the settings say about rules.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Severities {
    /// Severities instead of the rules' own.
    pub(crate) set: BTreeMap<String, Severity>,
    /// Rules that are switched off.
    pub(crate) off: BTreeSet<String>,
}

impl Config {
    /// Reads the settings of the project at `root`, as the command line wants it.
    pub(crate) fn read(root: &Path, setup: &SetupArgs) -> Result<Self, Trouble> {
        if setup.no_config {
            return Ok(Self::default());
        }
        let (path, name) = match &setup.config {
            Some(path) => (path.clone(), path.display().to_string()),
            None => (root.join(FILE_NAME), FILE_NAME.to_owned()),
        };
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(name, text, path.parent().unwrap_or(root).to_path_buf()),
            Err(error) if error.kind() == io::ErrorKind::NotFound && setup.config.is_none() => {
                Ok(Self::default())
            }
            Err(error) => Err(not_there(&path, &error).into()),
        }
    }

    fn parse(name: String, text: String, folder: PathBuf) -> Result<Self, Trouble> {
        let (settings, wrong) = toml_file::read::<Settings>(&text);
        let mut mistakes = Vec::new();
        for toml_mistake in wrong {
            let mistake =
                Mistake::new(&toml_mistake.message).at(&name, &text, toml_mistake.span, "");
            mistakes.push(match toml_mistake.help {
                Some(help) => mistake.help(help),
                None => mistake,
            });
        }
        let mut config =
            Self { name, text, folder, settings: settings.unwrap_or_default(), ..Self::default() };
        match config.excluded() {
            Ok(globs) => config.exclude = globs,
            Err(mut wrong) => mistakes.append(&mut wrong),
        }
        match config.role_rules() {
            Ok(roles) => config.roles = roles,
            Err(mut wrong) => mistakes.append(&mut wrong),
        }
        for folder in &config.settings.rules {
            if !config.folder.join(folder.get_ref()).is_dir() {
                let mistake = Mistake::new(format!("there is no folder `{}`", folder.get_ref()));
                let mistake = mistake
                    .help(format!("paths in `{}` start from the folder it is in", config.name));
                mistakes.push(mistake.at(&config.name, &config.text, folder.span(), ""));
            }
        }
        match config.least_severity() {
            Ok(fail_on) => config.fail_on = fail_on,
            Err(wrong) => mistakes.push(wrong),
        }
        if mistakes.is_empty() { Ok(config) } else { Err(mistakes.into()) }
    }

    /// Which paths below the root to leave out, and everything below them.
    pub(crate) fn exclude(&self) -> &GlobSet {
        &self.exclude
    }

    /// What files are for, as the settings say it. They go before the rules' own word.
    pub(crate) fn take_roles(&mut self) -> Vec<RoleRule> {
        std::mem::take(&mut self.roles)
    }

    /// The least severity that fails a run, if the settings say so.
    pub(crate) fn fail_on(&self) -> Option<FailOn> {
        self.fail_on
    }

    /// The values of environment variables that are taken for granted.
    pub(crate) fn assumed(&self) -> &BTreeMap<String, String> {
        &self.settings.assume.env
    }

    /// The folders with rules of the user's own: those of the settings, then those of the command line.
    pub(crate) fn rule_folders(&self, setup: &SetupArgs) -> Vec<PathBuf> {
        let own = self.settings.rules.iter().map(|folder| self.folder.join(folder.get_ref()));
        own.chain(setup.rules.iter().cloned()).collect()
    }

    /// What the settings say about rules. Checked here, because the rules are known only after the settings.
    pub(crate) fn severities(&self, rules: &RuleSet) -> Result<Severities, Trouble> {
        let mut severities = Severities::default();
        let mut mistakes = Vec::new();
        for (id, value) in &self.settings.severity {
            if rules.rule(id.get_ref()).is_none() {
                mistakes.push(rule_files::unknown(id.get_ref(), rules).at(
                    &self.name,
                    &self.text,
                    id.span(),
                    "no such rule",
                ));
            }
            match (value.get_ref().as_str(), Severity::from_name(value.get_ref())) {
                (OFF, _) => _ = severities.off.insert(id.get_ref().clone()),
                (_, Some(severity)) => _ = severities.set.insert(id.get_ref().clone(), severity),
                (_, None) => {
                    let names =
                        Severity::ALL.iter().rev().map(|severity| severity.name()).chain([OFF]);
                    mistakes.push(self.wrong_word("severity", value, names));
                }
            }
        }
        if mistakes.is_empty() { Ok(severities) } else { Err(mistakes.into()) }
    }

    fn least_severity(&self) -> Result<Option<FailOn>, Mistake> {
        let Some(word) = &self.settings.fail_on else { return Ok(None) };
        if let Ok(fail_on) = FailOn::from_str(word.get_ref(), false) {
            return Ok(Some(fail_on));
        }
        Err(self.wrong_word("value for `fail-on`", word, ["error", "warning", "note", "never"]))
    }

    fn role_rules(&self) -> Result<Vec<RoleRule>, Vec<Mistake>> {
        let mut rules = Vec::new();
        let mut mistakes = Vec::new();
        for (name, patterns) in &self.settings.roles {
            let role = Role::from_name(name.get_ref());
            if role.is_none() {
                mistakes.push(self.wrong_word("role", name, Role::ALL.map(Role::name)));
            }
            match (role, self.globs(patterns, |text| text)) {
                (Some(role), Ok(files)) => {
                    rules.push(RoleRule { role, files, ..RoleRule::none(role) });
                }
                (None, Ok(_)) => {}
                (_, Err(mut wrong)) => mistakes.append(&mut wrong),
            }
        }
        if mistakes.is_empty() { Ok(rules) } else { Err(mistakes) }
    }

    fn excluded(&self) -> Result<GlobSet, Vec<Mistake>> {
        // What is below an excluded folder is excluded anyway; `legacy`, `legacy/` and `legacy/**` are the same.
        self.globs(&self.settings.exclude, |text| {
            text.strip_suffix("/**").unwrap_or(text).trim_end_matches('/')
        })
    }

    fn globs(
        &self,
        patterns: &[Spanned<String>],
        meant: fn(&str) -> &str,
    ) -> Result<GlobSet, Vec<Mistake>> {
        let mut globs = GlobSetBuilder::new();
        let mut mistakes = Vec::new();
        for pattern in patterns {
            let text = pattern.get_ref().trim_start_matches("./");
            match GlobBuilder::new(meant(text)).literal_separator(true).build() {
                Ok(glob) => _ = globs.add(glob),
                Err(error) => {
                    let message =
                        format!("`{}` is not a glob pattern: {}", pattern.get_ref(), error.kind());
                    mistakes.push(Mistake::new(message).at(
                        &self.name,
                        &self.text,
                        pattern.span(),
                        "",
                    ));
                }
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        globs.build().map_err(|error| {
            vec![Mistake::new(format!("these patterns cannot be used together: {error}"))]
        })
    }

    fn wrong_word<'a>(
        &self,
        what: &str,
        word: &Spanned<String>,
        known: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Mistake {
        let mistake = Mistake::new(format!("`{}` is no {what}", word.get_ref()));
        let mistake = mistake.at(&self.name, &self.text, word.span(), "");
        if let Some(closest) = suggest::nearest(word.get_ref(), known.clone()) {
            return mistake.help(format!("did you mean `{closest}`?"));
        }
        let known: Vec<String> = known.into_iter().map(|word| format!("`{word}`")).collect();
        mistake.help(format!("one of {}", known.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, Trouble> {
        Config::parse(FILE_NAME.into(), text.into(), PathBuf::from("project"))
    }

    #[test]
    fn an_empty_file_changes_nothing() {
        let config = parse("").unwrap();
        assert_eq!(config.fail_on(), None);
        assert!(config.exclude().is_empty());
        assert_eq!(config.severities(&RuleSet::default()).unwrap(), Severities::default());
    }

    #[test]
    fn a_folder_may_be_excluded_in_any_spelling() {
        let config =
            parse("exclude = ['legacy/**', './old/', 'src/*.gen.ts']\nfail-on = 'warning'")
                .unwrap();
        for path in ["legacy", "old", "src/a.gen.ts"] {
            assert!(config.exclude().is_match(path), "{path}");
        }
        assert!(!config.exclude().is_match("src/deep/a.gen.ts"));
        assert_eq!(config.fail_on(), Some(FailOn::Warning));
    }

    #[test]
    fn files_get_the_roles_that_the_settings_say() {
        let mut config = parse("[roles]\nscript = ['ops/**']").unwrap();
        let roles = config.take_roles();
        assert_eq!(roles[0].role, Role::Script);
        assert!(roles[0].files.is_match("ops/deep/a.ts"));
        assert!(parse("[roles]\nscripts = ['ops/**']").is_err());
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let Err(Trouble::Mistakes(mistakes)) =
            parse("exclude = ['[']\nfail-on = 'warnin'\ncolour = 1")
        else {
            panic!("a bad file is accepted")
        };
        assert_eq!(mistakes.len(), 3, "{mistakes:?}");
    }
}
