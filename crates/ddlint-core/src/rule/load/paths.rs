//! Access paths in rule files, and what they say about texts that must be there.

use super::check::FileCheck;
use super::names::{Names, value_name};
use crate::access_path::{AccessPath, AccessPathError, Step};
use crate::rule::Needles;
use crate::rule::file::{Text, Texts};

/// The capture that shorthands give to what is called.
pub(super) const CALLEE: &str = "callee";

/// The access paths that texts write or, by a name such as `library:value`, mean.
pub(super) fn access_paths(
    check: &mut FileCheck<'_>,
    texts: &Texts,
    key: &str,
    names: &Names,
) -> Vec<AccessPath> {
    let texts = check.one_at_least(texts, key).iter();
    texts.flat_map(|text| paths_of(check, text, None, names)).collect()
}

/// Checks what a value is said to be. Whoever names it relies on that.
pub(super) fn check_value(check: &mut FileCheck<'_>, texts: &Texts, value: &str, names: &Names) {
    for text in check.one_at_least(texts, "is") {
        paths_of(check, text, Some(value), names);
    }
}

fn paths_of(
    check: &mut FileCheck<'_>,
    text: &Text,
    of: Option<&str>,
    names: &Names,
) -> Vec<AccessPath> {
    let behind_name = value_name(text.get_ref()).map(|(_, rest)| rest);
    if let Some((value, rest)) = value_name(text.get_ref()).filter(|_| of.is_none())
        && let Some(paths) = names.paths_of_value(value)
        && let Some(steps) = steps_behind(rest)
    {
        return paths.iter().map(|path| path.then_all(&steps)).collect();
    }
    let mut found = Vec::new();
    for written in names.written(check, text, of) {
        match access_path(&written) {
            Ok(path) => found.push(path),
            Err(bad) => {
                let value = behind_name.and_then(|rest| written.strip_suffix(rest));
                // What is wrong with the value itself is told where it stands.
                if value.is_none_or(|value| access_path(value).is_ok()) {
                    check
                        .refuse(text.span(), "this is no access path")
                        .label(bad.label)
                        .help_if(bad.help);
                    break;
                }
            }
        }
    }
    found
}

/// The steps behind the name of a value.
fn steps_behind(rest: &str) -> Option<Vec<Step>> {
    let path: AccessPath = format!("a#b{rest}").parse().ok()?;
    path.steps.get(1..).map(<[_]>::to_vec)
}

/// Why a text is no access path.
pub(super) struct BadPath {
    label: String,
    help: Option<String>,
}

pub(super) fn access_path(text: &str) -> Result<AccessPath, BadPath> {
    let path = text.parse::<AccessPath>().map_err(|error| {
        let label = match &error {
            AccessPathError::BadName(name) if name.is_empty() => {
                "a name is missing: write `module#Export.member()`".into()
            }
            error => error.to_string(),
        };
        BadPath { label, help: None }
    })?;
    if path.module.contains(|c: char| c.is_whitespace() || "()".contains(c)) {
        let help = "write `module#Export.member()`, or `module().member` for what the default export returns";
        let label = format!("`{}` is no module", path.module);
        return Err(BadPath { label, help: Some(help.to_owned()) });
    }
    Ok(path)
}

/// Texts without which the pattern cannot match in a file.
pub(super) fn needles(value_of: &[(String, Vec<AccessPath>)], is_call: bool) -> Needles {
    let mut needles = Needles::default();
    for (capture, paths) in value_of {
        if paths.is_empty() {
            continue;
        }
        needles.imported.push(distinct(paths.iter().map(root_name)));
        if is_call && capture == CALLEE && paths.iter().all(is_method) {
            needles.local.push(distinct(paths.iter().map(AccessPath::last_name)));
        }
    }
    needles
}

/// What the value is called where it is imported.
fn root_name(path: &AccessPath) -> &str {
    match path.steps.first() {
        Some(Step::Member(name)) => name,
        // A default export goes by any name, so only the module's is left.
        Some(Step::Call) | None => &path.module,
    }
}

/// Whether the path ends in a member of something: its name stands at the call. An export's own name need not, and a
/// parameter (`$0`) has whatever name its function gives it.
fn is_method(path: &AccessPath) -> bool {
    path.steps.len() > 1
        && matches!(path.steps.last(), Some(Step::Member(name)) if !name.starts_with('$'))
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for name in names {
        if !distinct.iter().any(|known| known == name) {
            distinct.push(name.to_owned());
        }
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needles_of_paths_are_what_must_stand_in_the_text() {
        let needles = |paths: &[&str], is_call| {
            let paths = paths.iter().map(|path| path.parse().unwrap()).collect();
            needles(&[("callee".to_owned(), paths)], is_call)
        };
        let names = |groups: &[&[&str]]| -> Vec<Vec<String>> {
            groups.iter().map(|group| group.iter().map(|&name| name.to_owned()).collect()).collect()
        };
        let method = needles(&["sequelize#Sequelize().sync", "sequelize#Model.sync"], true);
        assert_eq!(method.local, names(&[&["sync"]]));
        assert_eq!(method.imported, names(&[&["Sequelize", "Model"]]));
        let export = needles(&["typeorm#createConnection", "a#b.c"], true);
        assert_eq!(export.local, names(&[]));
        assert_eq!(needles(&["a#b.c"], false).local, names(&[]));
        assert_eq!(needles(&["a#b.c().$0"], true).local, names(&[]));
        assert_eq!(needles(&["pg-boss().start"], true).imported, names(&[&["pg-boss"]]));
        assert_eq!(
            needles(&["connect-pg-simple()"], false).imported,
            names(&[&["connect-pg-simple"]])
        );
    }
}
