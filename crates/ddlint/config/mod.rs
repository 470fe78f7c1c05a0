//! The settings of a project: where they are found, what they say, and what is in force then.

mod file;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use ddlint_core::finding::Severity;
use ddlint_core::lint::Override;
use ddlint_core::rule::{Role, RoleRule, RuleSet};
use ddlint_core::{suggest, toml_file};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use toml::Spanned;

use crate::cli::{FailOn, SetupArgs};
use crate::root::not_there;
use crate::rule_files;
use crate::trouble::{Mistake, Trouble};
use file::Settings;
use text::SettingsText;

pub(crate) use file::schema;

/// The names of a settings file below a project's root. The first that is there counts.
pub(crate) const FILE_NAMES: [&str; 3] = ["ddlint.toml", ".ddlint.toml", ".config/ddlint.toml"];

/// The file that may hold settings under a key of its own.
const PACKAGE: &str = "package.json";

/// Where editors find the schema of the settings.
pub(crate) const SCHEMA_URL: &str =
    concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/docs/ddlint.schema.json");

/// What a rule can be set to besides a severity.
const OFF: &str = "off";

/// The settings of a run. All defaults if there is no file.
#[derive(Debug, Default)]
pub(crate) struct Config {
    text: SettingsText,
    /// The folder that paths in the file start from.
    folder: PathBuf,
    settings: Settings,
    exclude: GlobSet,
    roles: Vec<RoleRule>,
    fail_on: Option<FailOn>,
}

/// What the settings say about rules.
#[derive(Debug, Default)]
pub(crate) struct Severities {
    /// Severities instead of the rules' own.
    pub(crate) set: BTreeMap<String, Severity>,
    /// Rules that are switched off.
    pub(crate) off: BTreeSet<String>,
    /// Settings for some files only.
    pub(crate) overrides: Vec<Override>,
    /// The lines of the file that say so, by rule.
    pub(crate) lines: BTreeMap<String, usize>,
}

/// Whether a folder has settings of its own.
pub(crate) fn is_in(folder: &Path) -> bool {
    FILE_NAMES.iter().any(|name| folder.join(name).is_file()) || of_package(folder).is_some()
}

fn of_package(folder: &Path) -> Option<SettingsText> {
    let text = fs::read_to_string(folder.join(PACKAGE)).ok()?;
    SettingsText::in_package(PACKAGE.into(), text)
}

impl Config {
    /// Reads the settings of the project at `root`, as the command line wants it.
    pub(crate) fn read(root: &Path, setup: &SetupArgs) -> Result<Self, Trouble> {
        if setup.no_config {
            return Ok(Self::default());
        }
        if let Some(path) = &setup.config {
            let text = fs::read_to_string(path).map_err(|error| not_there(path, &error))?;
            let folder = path.parent().unwrap_or(root).to_path_buf();
            let name = path.display().to_string();
            let text = if path.file_name().is_some_and(|name| name == PACKAGE) {
                SettingsText::in_package(name, text).unwrap_or_default()
            } else {
                SettingsText::toml(name, text)
            };
            return Self::parse(text, folder);
        }
        for name in FILE_NAMES {
            let path = root.join(name);
            match fs::read_to_string(&path) {
                Ok(text) => {
                    return Self::parse(SettingsText::toml(name.into(), text), root.into());
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(not_there(&path, &error).into()),
            }
        }
        match of_package(root) {
            Some(text) => Self::parse(text, root.into()),
            None => Ok(Self::default()),
        }
    }

    fn parse(text: SettingsText, folder: PathBuf) -> Result<Self, Trouble> {
        let (settings, wrong) = toml_file::read::<Settings>(text.as_toml());
        let mut mistakes = Vec::new();
        for toml_mistake in wrong {
            let mistake = text.point(Mistake::new(&toml_mistake.message), toml_mistake.span, "");
            mistakes.push(match toml_mistake.help {
                Some(help) => mistake.help(help),
                None => mistake,
            });
        }
        let settings = settings.unwrap_or_default();
        let mut config = Self { text, folder, settings, ..Self::default() };
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
                let from = if config.text.name == FILE_NAMES[2] {
                    "the folder above `.config`"
                } else {
                    "the folder it is in"
                };
                let mistake =
                    mistake.help(format!("paths in `{}` start from {from}", config.text.name));
                mistakes.push(config.text.point(mistake, folder.span(), ""));
            }
        }
        match config.least_severity() {
            Ok(fail_on) => config.fail_on = fail_on,
            Err(wrong) => mistakes.push(wrong),
        }
        if mistakes.is_empty() { Ok(config) } else { Err(mistakes.into()) }
    }

    /// The name of the file that the settings come from, if there is one.
    pub(crate) fn name(&self) -> Option<&str> {
        Some(self.text.name.as_str()).filter(|name| !name.is_empty())
    }

    /// Which paths below the root to leave out, and everything below them.
    pub(crate) fn exclude(&self) -> &GlobSet {
        &self.exclude
    }

    /// The patterns of [`Self::exclude`], as they are written.
    pub(crate) fn excluded_patterns(&self) -> impl Iterator<Item = &str> {
        self.settings.exclude.iter().map(|pattern| pattern.get_ref().as_str())
    }

    /// What files are for, as the settings say it. They go before the rules' own word.
    pub(crate) fn take_roles(&mut self) -> Vec<RoleRule> {
        std::mem::take(&mut self.roles)
    }

    /// The patterns of the roles, as they are written.
    pub(crate) fn role_patterns(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.settings.roles.iter().map(|(role, patterns)| {
            let patterns = patterns.iter().map(|pattern| pattern.get_ref().as_str());
            (role.get_ref().as_str(), patterns.collect())
        })
    }

    /// The least severity that fails a run, if the settings say so.
    pub(crate) fn fail_on(&self) -> Option<FailOn> {
        self.fail_on
    }

    /// How many warnings are too few to fail a run, if the settings say so.
    pub(crate) fn max_warnings(&self) -> Option<usize> {
        self.settings.max_warnings
    }

    /// Whether notices fail a run.
    pub(crate) fn strict(&self) -> bool {
        self.settings.strict
    }

    /// Whether a comment may hide findings without saying why.
    pub(crate) fn reason_optional(&self) -> bool {
        self.settings.require_reason == Some(false)
    }

    /// The file with the findings that are known already, if the settings name one.
    pub(crate) fn baseline(&self) -> Option<PathBuf> {
        self.settings.baseline.as_ref().map(|path| self.folder.join(path.get_ref()))
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
        let mut mistakes = Vec::new();
        let mut severities = Severities::default();
        let general = self.by_rule(&self.settings.severity, rules, &mut mistakes);
        for special in &self.settings.special {
            let mut entry = Override::default();
            match self.globs(&special.files, folder_or_file) {
                Ok(files) => entry.files = files,
                Err(mut wrong) => mistakes.append(&mut wrong),
            }
            let by_rule = self.by_rule(&special.severity, rules, &mut mistakes);
            entry.severities = by_rule.into_iter().map(|(id, (value, _))| (id, value)).collect();
            severities.overrides.push(entry);
        }
        let is_on_somewhere = |id: &String| {
            severities
                .overrides
                .iter()
                .any(|entry| matches!(entry.severities.get(id), Some(Some(_))))
        };
        let mut elsewhere = BTreeMap::new();
        for (id, (value, line)) in general {
            severities.lines.insert(id.clone(), line);
            match value {
                Some(severity) => _ = severities.set.insert(id, severity),
                // A rule that is on in some files has to run; the others hear nothing of it.
                None if is_on_somewhere(&id) => _ = elsewhere.insert(id, None),
                None => _ = severities.off.insert(id),
            }
        }
        if !elsewhere.is_empty() {
            let all = GlobBuilder::new("**")
                .build()
                .and_then(|glob| GlobSetBuilder::new().add(glob).build());
            let files = all.unwrap_or_default();
            severities.overrides.insert(0, Override { files, severities: elsewhere });
        }
        if mistakes.is_empty() { Ok(severities) } else { Err(mistakes.into()) }
    }

    /// Severities by rule, each with its line. `None` is off.
    fn by_rule(
        &self,
        written: &BTreeMap<Spanned<String>, Spanned<String>>,
        rules: &RuleSet,
        mistakes: &mut Vec<Mistake>,
    ) -> BTreeMap<String, (Option<Severity>, usize)> {
        let mut found: BTreeMap<String, (Option<Severity>, usize)> = BTreeMap::new();
        // A library's entry comes before those of its rules, which win.
        let is_rule = |id: &Spanned<String>| rules.rule(id.get_ref()).is_some();
        let (own, of_libraries): (Vec<_>, Vec<_>) = written.iter().partition(|(id, _)| is_rule(id));
        for (id, value) in of_libraries.into_iter().chain(own) {
            let ids = match rule_files::ids_of(id.get_ref(), rules) {
                Ok(ids) => ids,
                Err(mistake) => {
                    mistakes.push(self.text.point(mistake, id.span(), "no such rule"));
                    Vec::new()
                }
            };
            let severity = match (value.get_ref().as_str(), Severity::from_name(value.get_ref())) {
                (OFF, _) => None,
                (_, Some(severity)) => Some(severity),
                (_, None) => {
                    let names =
                        Severity::ALL.iter().rev().map(|severity| severity.name()).chain([OFF]);
                    mistakes.push(self.wrong_word("severity", value, names));
                    continue;
                }
            };
            let line = self.text.line(id.span());
            found.extend(ids.into_iter().map(|id| (id, (severity, line))));
        }
        found
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
            match (role, self.globs(patterns, |text| vec![text.to_owned()])) {
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
            vec![text.strip_suffix("/**").unwrap_or(text).trim_end_matches('/').to_owned()]
        })
    }

    fn globs(
        &self,
        patterns: &[Spanned<String>],
        meant: fn(&str) -> Vec<String>,
    ) -> Result<GlobSet, Vec<Mistake>> {
        let mut globs = GlobSetBuilder::new();
        let mut mistakes = Vec::new();
        for pattern in patterns {
            for meant in meant(pattern.get_ref().trim_start_matches("./")) {
                match GlobBuilder::new(&meant).literal_separator(true).build() {
                    Ok(glob) => _ = globs.add(glob),
                    Err(error) => {
                        let written = pattern.get_ref();
                        let message =
                            format!("`{written}` is not a glob pattern: {}", error.kind());
                        let mistake = Mistake::new(message);
                        mistakes.push(self.text.point(mistake, pattern.span(), ""));
                        break;
                    }
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
        let mistake = self.text.point(mistake, word.span(), "");
        if let Some(closest) = suggest::nearest(word.get_ref(), known.clone()) {
            return mistake.help(format!("did you mean `{closest}`?"));
        }
        let known: Vec<String> = known.into_iter().map(|word| format!("`{word}`")).collect();
        mistake.help(format!("one of {}", known.join(", ")))
    }
}

/// A pattern for files, which may as well name a folder.
fn folder_or_file(text: &str) -> Vec<String> {
    let text = text.trim_end_matches('/');
    vec![text.to_owned(), format!("{text}/**")]
}

#[cfg(test)]
mod tests;
