//! The rules of a run: those that ddlint brings, and the user's own.

use std::fs;
use std::path::{Path, PathBuf};

use ddlint_core::rule::{self, RuleFile, RuleSet};
use ddlint_core::suggest;

use crate::cli::SetupArgs;
use crate::config::Config;
use crate::root::{Scope, not_there, slashed};
use crate::trouble::{Mistake, Trouble};

/// The built-in rule files: path below `rules/`, text. The build script writes the table.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Loads the built-in rules and those in the given folders.
pub(crate) fn load(folders: &[PathBuf]) -> Result<RuleSet, Trouble> {
    let built_in = BUILT_IN.iter().map(|(path, text)| RuleFile {
        path: (*path).into(),
        text: (*text).into(),
        builtin: true,
    });
    let mut files: Vec<RuleFile> = built_in.collect();
    for folder in folders {
        let mut own = Vec::new();
        fs::metadata(folder).map_err(|error| not_there(folder, &error))?;
        collect(folder, folder, &mut own)?;
        if own.is_empty() {
            let message = format!("there are no rule files in `{}`", folder.display());
            return Err(Mistake::new(message)
                .help("a rule is a file such as `my-library/my-rule.toml` below it")
                .into());
        }
        own.sort_by(|left, right| left.path.cmp(&right.path));
        files.append(&mut own);
    }
    rule::load(&files).map_err(|errors| Trouble::Mistakes(vec![Box::new(errors)]))
}

/// Loads the rules for a command that looks at rules only: with the settings that a check of the current folder has.
pub(crate) fn load_for(setup: &SetupArgs) -> Result<RuleSet, Trouble> {
    let scope = Scope::find(&[], setup.root.as_deref())?;
    let config = Config::read(&scope.root, setup)?;
    load(&config.rule_folders(setup))
}

/// The ids of the rules that a name on the command line stands for: a rule's id, or a library's name for all of its
/// rules (`library/*` is understood, too).
pub(crate) fn ids_of(name: &str, rules: &RuleSet) -> Result<Vec<String>, Mistake> {
    let library = name.strip_suffix("/*").unwrap_or(name);
    let belongs =
        |id: &str| id == name || id.split_once('/').is_some_and(|(folder, _)| folder == library);
    let ids: Vec<String> =
        rules.rules.iter().map(|rule| rule.id.clone()).filter(|id| belongs(id)).collect();
    if ids.is_empty() {
        return Err(unknown(name, rules));
    }
    Ok(ids)
}

/// Says that there is no such rule, and which one may be meant.
pub(crate) fn unknown(name: &str, rules: &RuleSet) -> Mistake {
    let ids = rules.rules.iter().map(|rule| rule.id.as_str());
    let names =
        ids.clone().flat_map(|id| [Some(id), id.split_once('/').map(|(library, _)| library)]);
    // The library's folder is easily forgotten, and so is the end of a long name.
    let similar = ids.clone().find(|id| id.rsplit('/').next() == Some(name));
    let similar = similar.or_else(|| ids.clone().find(|id| id.starts_with(name)));
    let mistake = Mistake::new(format!("there is no rule `{name}`"));
    match similar.or_else(|| suggest::nearest(name, names.flatten())) {
        Some(closest) => mistake.help(format!("did you mean `{closest}`?")),
        None => mistake.help("`ddlint rules` lists them all"),
    }
}

/// Adds the rule files of a folder and its subfolders.
fn collect(top: &Path, folder: &Path, files: &mut Vec<RuleFile>) -> Result<(), Trouble> {
    let unreadable = |path: &Path, error: std::io::Error| {
        Mistake::new(format!("the rules in `{}` cannot be read: {error}", path.display()))
    };
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if path.is_dir() {
            collect(top, &path, files)?;
            continue;
        }
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
        let relative = path.strip_prefix(top).ok().and_then(slashed);
        let relative = relative
            .ok_or_else(|| Mistake::new(format!("`{}` is not valid UTF-8", path.display())))?;
        files.push(RuleFile { path: relative, text, builtin: false });
    }
    Ok(())
}
