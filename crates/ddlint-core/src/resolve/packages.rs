//! The packages that are part of the project, and what they promise to export.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde_json::Value;

use crate::files::Files;
use crate::manifest::Manifest;

use super::file_system::Links;
use super::{ancestors, join, joined, parent_of};

/// The project's packages, by folder.
#[derive(Debug, Default)]
pub(super) struct Packages {
    manifests: BTreeMap<String, Value>,
    links: Links,
}

impl Packages {
    /// Reads the manifests and workspace files among `configuration`. One that is no JSON is as good as absent.
    pub(super) fn read(files: &dyn Files, configuration: &[String]) -> Self {
        let mut packages = Self::default();
        for path in configuration.iter().filter(|path| Manifest::is_path(path)) {
            let Ok(bytes) = files.read(path) else { continue };
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            if let Ok(manifest @ Value::Object(_)) = serde_json::from_slice(text) {
                packages.manifests.insert(parent_of(path).into(), manifest);
            }
        }
        let mut links = Links::new();
        for (folder, manifest) in &packages.manifests {
            let workspaces = &manifest["workspaces"];
            let globs = workspaces.as_array().or_else(|| workspaces["packages"].as_array());
            let globs: Vec<_> = globs.into_iter().flatten().filter_map(Value::as_str).collect();
            let of_folder = links.entry(folder.clone()).or_default();
            of_folder.extend(packages.members(folder, &globs));
            of_folder.extend(packages.local(folder, manifest));
        }
        for path in configuration.iter().filter(|path| is_workspace_file(path)) {
            let text = files
                .read(path)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .unwrap_or_default();
            let globs = workspace_globs(&text);
            links
                .entry(parent_of(path).into())
                .or_default()
                .extend(packages.members(parent_of(path), &globs));
        }
        links.retain(|_, of_folder| !of_folder.is_empty());
        Self { links, ..packages }
    }

    /// The packages of a workspace: name and folder.
    fn members(&self, root: &str, globs: &[&str]) -> BTreeMap<String, String> {
        let (excluded, included): (Vec<_>, Vec<_>) =
            globs.iter().partition(|glob| glob.starts_with('!'));
        if included.is_empty() {
            return BTreeMap::new();
        }
        let (included, excluded) = (glob_set(&included), glob_set(&excluded));
        let inside = if root.is_empty() { String::new() } else { format!("{root}/") };
        let below = self.manifests.range(inside.clone()..).filter_map(|(folder, manifest)| {
            let path = folder.strip_prefix(&inside).filter(|path| !path.is_empty())?;
            let is_member = included.is_match(path) && !excluded.is_match(path);
            let name = manifest["name"].as_str().filter(|name| !name.is_empty() && is_member)?;
            Some((name.to_string(), folder.clone()))
        });
        // Two packages of one name are a mistake in the project; the first one is as good as the other.
        below.fold(BTreeMap::new(), |mut members, (name, folder)| {
            members.entry(name).or_insert(folder);
            members
        })
    }

    /// The packages that a manifest takes from other folders of the project.
    fn local(&self, folder: &str, manifest: &Value) -> BTreeMap<String, String> {
        let found = dependencies(manifest).filter_map(|(name, version)| {
            let path = LOCAL.iter().find_map(|protocol| version.strip_prefix(protocol))?;
            let target =
                joined(folder, path).filter(|target| self.manifests.contains_key(target))?;
            Some((name.to_string(), target))
        });
        found.collect()
    }

    /// The links that make the project's packages findable.
    pub(super) fn links(&self) -> &Links {
        &self.links
    }

    /// All names by which files of the project can be imported.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let linked = self.links.values().flat_map(BTreeMap::keys).map(String::as_str);
        // A package may import itself by name, if it says what it exports.
        let own = self.manifests.values().filter(|manifest| manifest.get("exports").is_some());
        linked.chain(own.filter_map(|manifest| manifest["name"].as_str()))
    }

    /// The manifests as the resolver is to see them.
    pub(super) fn served(&self) -> impl Iterator<Item = (String, String)> {
        /// What says where a package's files are.
        const USED: [&str; 7] = ["name", "type", "source", "module", "main", "exports", "imports"];
        self.manifests.iter().map(|(folder, manifest)| {
            let used = USED
                .iter()
                .filter_map(|key| Some(((*key).to_string(), manifest.get(key)?.clone())));
            (join(folder, "package.json"), Value::Object(used.collect()).to_string())
        })
    }

    /// The folder of a package that is part of the project, as files of a folder see it.
    pub(super) fn linked(&self, folder: &str, name: &str) -> Option<&str> {
        ancestors(folder).find_map(|folder| self.links.get(folder)?.get(name)).map(String::as_str)
    }

    /// The folder of the package around a folder, if that is its name.
    pub(super) fn own(&self, folder: &str, name: &str) -> Option<&str> {
        let package = self.around(folder)?;
        (self.manifests.get(package)?["name"].as_str() == Some(name)).then_some(package)
    }

    /// The folder of the package that a folder belongs to.
    pub(super) fn around(&self, folder: &str) -> Option<&str> {
        ancestors(folder)
            .find_map(|folder| self.manifests.get_key_value(folder))
            .map(|(folder, _)| folder.as_str())
    }

    /// Whether a manifest above a folder takes a package from a registry.
    pub(super) fn is_published(&self, folder: &str, name: &str) -> bool {
        let above = ancestors(folder).filter_map(|folder| self.manifests.get(folder));
        let named = above.flat_map(dependencies).filter(|(dependency, _)| *dependency == name);
        named.into_iter().any(|(_, version)| {
            !version.starts_with("workspace:")
                && !LOCAL.iter().any(|protocol| version.starts_with(protocol))
        })
    }

    /// The files that a package promises for a key of its `exports` or `imports`, and as its main file, whether they
    /// are there or not. What code runs comes before declarations.
    pub(super) fn promised(&self, package: &str, section: &str, key: &str) -> Vec<String> {
        let Some(manifest) = self.manifests.get(package) else { return Vec::new() };
        let mut targets = (Vec::new(), Vec::new());
        let map = &manifest[section];
        let is_map =
            map.as_object().is_some_and(|map| map.keys().any(|key| key.starts_with(['.', '#'])));
        match map.as_object().filter(|_| is_map) {
            Some(map) => {
                for (pattern, target) in map {
                    if let Some(star) = matched(pattern, key) {
                        collect(target, star, false, &mut targets);
                    }
                }
            }
            None if key == "." => collect(map, "", false, &mut targets),
            None => {}
        }
        if key == "." {
            for field in ["source", "module", "main"] {
                collect(&manifest[field], "", false, &mut targets);
            }
            for field in ["types", "typings"] {
                collect(&manifest[field], "", true, &mut targets);
            }
        }
        targets.0.into_iter().chain(targets.1).collect()
    }
}

/// Whether a file names the packages of a workspace, and nothing else.
pub(super) fn is_workspace_file(path: &str) -> bool {
    path.rsplit('/').next() == Some("pnpm-workspace.yaml")
}

/// Versions that name a folder.
const LOCAL: [&str; 3] = ["file:", "link:", "portal:"];

fn dependencies(manifest: &Value) -> impl Iterator<Item = (&str, &str)> {
    const SECTIONS: [&str; 4] =
        ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
    let sections = SECTIONS.iter().filter_map(|section| manifest[*section].as_object());
    sections.flatten().filter_map(|(name, version)| Some((name.as_str(), version.as_str()?)))
}

/// What the `*` of a pattern stands for in a key. `None` if the key does not match.
fn matched<'k>(pattern: &str, key: &'k str) -> Option<&'k str> {
    match pattern.split_once('*') {
        None => (pattern == key).then_some(""),
        Some((prefix, suffix)) => key.strip_prefix(prefix)?.strip_suffix(suffix),
    }
}

/// All paths in a tree of conditions: those of code, those of types.
fn collect(target: &Value, star: &str, is_types: bool, found: &mut (Vec<String>, Vec<String>)) {
    match target {
        Value::String(path) => {
            let list = if is_types { &mut found.1 } else { &mut found.0 };
            list.push(path.replace('*', star));
        }
        Value::Array(targets) => {
            for target in targets {
                collect(target, star, is_types, found);
            }
        }
        Value::Object(conditions) => {
            for (condition, target) in conditions {
                collect(target, star, is_types || condition.starts_with("types"), found);
            }
        }
        _ => {}
    }
}

fn glob_set(globs: &[&str]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let glob = glob.trim_start_matches('!').trim_start_matches("./").trim_end_matches('/');
        // What is no pattern names no package.
        if let Ok(glob) = GlobBuilder::new(glob).literal_separator(true).build() {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
}

/// The patterns under `packages:` in a `pnpm-workspace.yaml`: a list of texts, one a line or all in brackets.
fn workspace_globs(text: &str) -> Vec<&str> {
    let mut lines =
        text.lines().map(without_comment).skip_while(|line| !line.starts_with("packages:"));
    let Some(first) = lines.next().and_then(|line| line.strip_prefix("packages:")) else {
        return Vec::new();
    };
    let mut globs = Vec::new();
    if let Some(list) = first.trim().strip_prefix('[') {
        globs.extend(list.trim_end_matches(']').split(',').map(unquoted));
    } else {
        for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
            let Some(text) = line.strip_prefix('-') else { break };
            globs.push(unquoted(text));
        }
    }
    globs.retain(|glob| !glob.is_empty());
    globs
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.split_once(" #").map_or(line, |(line, _)| line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_of_a_pnpm_workspace_are_read_in_both_ways_to_write_a_list() {
        let block = "# ours\nlink-workspace-packages: true\npackages:\n  # all\n  - 'packages/*' # a\n\n  - \"!**/test/**\"\n- apps/web\ncatalog:\n  - no\n";
        assert_eq!(workspace_globs(block), ["packages/*", "!**/test/**", "apps/web"]);
        assert_eq!(workspace_globs("packages: ['a/*', b]\n"), ["a/*", "b"]);
        assert_eq!(workspace_globs("catalog:\n  a: 1\n"), [] as [&str; 0]);
    }
}
