//! Folders of migrations that settings name, whatever they are called.

use std::collections::BTreeSet;

use super::histories::Configuration;
use super::{Owner, Run};
use crate::language::Language;
use crate::matcher::Place;
use crate::resolve::{folder_of, joined, sources_of};
use crate::rule::{Configured, Directory, Role};
use crate::source::FileId;
use crate::value::{Evaluator, Kind, Value};

/// The files in folders that one setting names as those of a history.
#[derive(Debug)]
pub(super) struct Named {
    /// Which of the rule files' histories.
    pub(super) history: usize,
    pub(super) files: BTreeSet<FileId>,
}

impl<'p> Run<'_, 'p> {
    /// The files in folders that are named as those of migrations. They are migrations from now on.
    pub(super) fn directories(&self, files: &[(FileId, &Vec<Place<'p>>)]) -> Vec<Named> {
        let mut found = Vec::new();
        for (id, history) in self.rules.histories.iter().enumerate() {
            for directory in &history.directories {
                let named = match directory {
                    Directory::Configured(configured) => self.in_configuration(configured),
                    Directory::Said { files, says } => self.in_texts(files, says),
                    Directory::Option(option) => {
                        let is_asked = |owner| owner == Owner::Subject(option.of);
                        let mut named = Vec::new();
                        for (file, places) in files {
                            let evaluator = Evaluator::new(self.index);
                            self.sights(*file, places, &evaluator, is_asked, &mut |_, sight| {
                                let folder = self.project.package_folder(*file);
                                for world in sight.options.iter().flat_map(Value::worlds) {
                                    let value = evaluator.option(&world.value, &option.option);
                                    named.push(self.named_by(&value, folder, folder));
                                }
                            });
                        }
                        named
                    }
                };
                let named = named.into_iter().filter(|files| !files.is_empty());
                found.extend(named.map(|files| Named { history: id, files }));
            }
        }
        for file in found.iter().flat_map(|named: &Named| &named.files) {
            // A test that stands beside them stays one.
            if matches!(self.project.role(*file), Role::Application | Role::Script) {
                self.project.configure(*file, Role::Migration);
            }
        }
        found
    }

    /// What an option in files of configuration names, for one environment or for several.
    fn in_configuration(&self, configured: &Configured) -> Vec<BTreeSet<FileId>> {
        let mut found = Vec::new();
        for Configuration { file, whole, of_environments } in self.configurations(configured) {
            let evaluator = Evaluator::new(self.index);
            let (own, package) =
                (folder_of(self.project.path(file)), self.project.package_folder(file));
            let all = std::iter::once(whole).chain(of_environments.into_iter().map(|(_, one)| one));
            found.extend(all.map(|options| {
                self.named_by(&evaluator.option(&options, &configured.option), own, package)
            }));
        }
        found
    }

    /// What texts beside manifests name.
    fn in_texts(&self, names: &[String], says: &regex::Regex) -> Vec<BTreeSet<FileId>> {
        let mut found = Vec::new();
        for manifest in self.project.manifests() {
            let folder = manifest.folder.as_str();
            for name in names {
                let Some(text) = self.project.text(&format!("{folder}{name}")) else { continue };
                let named = says.captures_iter(&text).filter_map(|said| said.name("directory"));
                found.extend(
                    named.map(|named| self.files_in(&unquoted(named.as_str()), folder, folder)),
                );
            }
        }
        found
    }

    /// The files in the folders that a value names. Those of a list belong together.
    fn named_by(&self, value: &Value<'p>, own: &str, package: &str) -> BTreeSet<FileId> {
        let mut found = BTreeSet::new();
        for branch in value.branches() {
            let texts = match &branch.kind {
                Kind::List(all) => all.iter().filter_map(Value::as_text).collect(),
                _ => Vec::from_iter(branch.as_text()),
            };
            for text in texts {
                found.extend(self.files_in(&text, own, package));
            }
        }
        found
    }

    /// The files in a folder, or that a glob finds in one. It is named from the root, with a `/` in front, or from the folder
    /// of the file that names it, or else from the package's; where code runs compiled, it is that of the sources.
    fn files_in(&self, written: &str, own: &str, package: &str) -> BTreeSet<FileId> {
        let is_fixed = |part: &&str| !part.contains(['*', '{', '?', '[', '+', '(']);
        let fixed: Vec<&str> = written.split('/').take_while(is_fixed).collect();
        let fixed = fixed.join("/");
        let from: &[&str] = match written.starts_with('/') {
            true => &[""],
            false if own == package => &[package],
            false => &[own, package],
        };
        let folders = from.iter().filter_map(|folder| joined(folder, &fixed));
        let folders: Vec<String> = folders.filter(|folder| !folder.is_empty()).collect();
        let sources = folders.iter().flat_map(|folder| sources_of(folder, package));
        for folder in folders.iter().cloned().chain(sources) {
            let inside = |file: &FileId| {
                let rest = self.project.path(*file).strip_prefix(&folder);
                let name = rest.and_then(|rest| rest.strip_prefix('/'));
                name.is_some_and(|name| !name.contains('/')) && self.is_written(*file)
            };
            let found: BTreeSet<FileId> = self.project.ids().filter(inside).collect();
            if !found.is_empty() {
                return found;
            }
        }
        BTreeSet::new()
    }

    /// Whether a file is of a kind that migrations are: code or SQL.
    fn is_written(&self, file: FileId) -> bool {
        let is_sql = Language::of_path(self.project.path(file)) == Some(Language::Sql);
        is_sql || self.project.is_code(file)
    }
}

/// A path that is written as it is, or in parts in quotes: `"db", "changes"`.
fn unquoted(written: &str) -> String {
    if !written.contains(['\'', '"', '`']) {
        return written.to_owned();
    }
    // Each second piece stands inside of quotes.
    written.split(['\'', '"', '`']).skip(1).step_by(2).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_quotes_are_joined() {
        assert_eq!(unquoted("db/changes"), "db/changes");
        assert_eq!(unquoted("'db', \"changes\""), "db/changes");
        assert_eq!(unquoted("'./db/changes'"), "./db/changes");
    }
}
