//! `tsconfig.json` and `jsconfig.json`, without what would make the resolver give up on a whole folder: base
//! configurations and references that the project does not contain, circles, and values of the wrong type.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::files::Files;

use super::file_system::absolute;
use super::packages::Packages;
use super::{join, joined, package_name, parent_of};

/// Longer chains of `extends` are a mistake.
const DEEPEST: usize = 24;

/// The configurations of a project.
#[derive(Debug, Default)]
pub(super) struct Configs {
    served: BTreeMap<String, String>,
    patterns: BTreeSet<String>,
    open: Vec<String>,
    bases: BTreeSet<String>,
}

/// Reads configurations, each once.
struct Reader<'a> {
    files: &'a dyn Files,
    packages: &'a Packages,
    configs: Configs,
    /// What was looked for and is none.
    absent: BTreeSet<String>,
}

impl Configs {
    /// Whether a path is a configuration's, by its name.
    pub(super) fn is_path(path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        (name.starts_with("tsconfig") || name.starts_with("jsconfig"))
            && std::path::Path::new(name).extension().is_some_and(|ending| ending == "json")
    }

    /// Reads the configurations among `configuration`, and what they extend.
    pub(super) fn read(files: &dyn Files, configuration: &[String], packages: &Packages) -> Self {
        let mut reader =
            Reader { files, packages, configs: Self::default(), absent: BTreeSet::new() };
        let paths = configuration.iter().filter(|path| Self::is_path(path));
        // `tsconfig.json` before a `jsconfig.json` in the same folder, which then does not count.
        let (typescript, javascript): (Vec<_>, Vec<_>) =
            paths.partition(|path| !path.ends_with("jsconfig.json"));
        for path in typescript.into_iter().chain(javascript) {
            reader.visit(path, &mut Vec::new());
        }
        let mut configs = reader.configs;
        let open = configs.patterns.iter().filter_map(|pattern| pattern.split_once('*'));
        configs.open = open
            .map(|(prefix, _)| prefix.to_string())
            .filter(|prefix| !prefix.contains('/'))
            .collect();
        configs
    }

    /// Whether a configuration stands at a path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.served.contains_key(path)
    }

    /// The texts that the resolver is to see.
    pub(super) fn served(&self) -> impl Iterator<Item = (String, String)> {
        self.served.iter().map(|(path, text)| (path.clone(), text.clone()))
    }

    /// All keys of `paths`.
    pub(super) fn patterns(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(String::as_str)
    }

    /// What stands before the `*` in patterns whose first part is not fixed.
    pub(super) fn open_patterns(&self) -> &[String] {
        &self.open
    }

    /// All folders that are a `baseUrl`.
    pub(super) fn bases(&self) -> impl Iterator<Item = &str> {
        self.bases.iter().map(String::as_str)
    }
}

impl Reader<'_> {
    /// Reads a configuration and what it extends. Tells whether it is there and not already being read.
    fn visit(&mut self, path: &str, around: &mut Vec<String>) -> bool {
        let served_as = served_path(path);
        if around.contains(&served_as) || around.len() >= DEEPEST || self.absent.contains(path) {
            return false;
        }
        if self.configs.served.contains_key(&served_as) {
            return true;
        }
        let Some(config) = self.parse(path) else {
            self.absent.insert(path.into());
            return false;
        };
        around.push(served_as.clone());
        let clean = self.clean(path, &config, around);
        around.pop();
        self.configs.served.insert(served_as, clean.to_string());
        true
    }

    fn parse(&self, path: &str) -> Option<Map<String, Value>> {
        if path.split('/').any(|part| part == "node_modules") {
            return None;
        }
        let mut text = String::from_utf8(self.files.read(path).ok()?).ok()?;
        if let Some(rest) = text.strip_prefix('\u{feff}') {
            text = rest.into();
        }
        json_strip_comments::strip(&mut text).ok()?;
        match serde_json::from_str(&text) {
            Ok(Value::Object(config)) => Some(config),
            _ => None,
        }
    }

    /// A configuration with what the resolver uses, as far as it makes sense.
    fn clean(
        &mut self,
        path: &str,
        config: &Map<String, Value>,
        around: &mut Vec<String>,
    ) -> Value {
        let folder = parent_of(path);
        let mut clean = Map::new();
        let extends = config.get("extends").map(texts).unwrap_or_default();
        let extends = extends.into_iter().filter_map(|base| self.base(folder, base, around));
        let up = "../".repeat(folder.split('/').filter(|part| !part.is_empty()).count());
        let extends: Vec<_> = extends.map(|base| Value::from(format!("./{up}{base}"))).collect();
        if !extends.is_empty() {
            clean.insert("extends".into(), extends.into());
        }
        let references = config.get("references").and_then(Value::as_array).into_iter().flatten();
        let references: Vec<_> = references
            .filter_map(|reference| joined(folder, reference["path"].as_str()?))
            .filter_map(|path| self.first_of([join(&path, "tsconfig.json"), path], around))
            .map(|path| json!({ "path": absolute(&path) }))
            .collect();
        if !references.is_empty() {
            clean.insert("references".into(), references.into());
        }
        for key in ["files", "include", "exclude"] {
            if let Some(list) = config.get(key).filter(|list| list.is_array()) {
                clean.insert(key.into(), texts(list).into());
            }
        }
        let mut options = Map::new();
        let given = config.get("compilerOptions").unwrap_or(&Value::Null);
        if let Some(base) = given["baseUrl"].as_str() {
            options.insert("baseUrl".into(), base.into());
            self.configs.bases.extend(joined(folder, &base.replace("${configDir}", ".")));
        }
        if let Some(paths) = given["paths"].as_object() {
            let paths: Map<_, _> =
                paths.iter().map(|(key, targets)| (key.clone(), texts(targets).into())).collect();
            self.configs.patterns.extend(paths.keys().cloned());
            options.insert("paths".into(), paths.into());
        }
        if given["rootDirs"].is_array() {
            options.insert("rootDirs".into(), texts(&given["rootDirs"]).into());
        }
        if let Some(folder) = given["outDir"].as_str() {
            options.insert("outDir".into(), folder.into());
        }
        let is_javascript = path.ends_with("jsconfig.json");
        if let Some(allow) = given["allowJs"].as_bool().or(is_javascript.then_some(true)) {
            options.insert("allowJs".into(), allow.into());
        }
        clean.insert("compilerOptions".into(), options.into());
        clean.into()
    }

    /// The configuration that `extends` names.
    fn base(&mut self, folder: &str, base: &str, around: &mut Vec<String>) -> Option<String> {
        if base.starts_with('.') {
            let path = joined(folder, base)?;
            return self.first_of(
                [path.clone(), format!("{path}.json"), join(&path, "tsconfig.json")],
                around,
            );
        }
        let name = package_name(base);
        let inside = base[name.len()..].trim_start_matches('/');
        let path = join(self.packages.linked(folder, name)?, inside);
        let main = join(&path, "tsconfig.json");
        match inside {
            "" => self.first_of([main], around),
            _ => self.first_of([path.clone(), format!("{path}.json"), main], around),
        }
    }

    /// The first of some paths at which a configuration stands, as the resolver knows it.
    fn first_of<const N: usize>(
        &mut self,
        paths: [String; N],
        around: &mut Vec<String>,
    ) -> Option<String> {
        paths.into_iter().find(|path| self.visit(path, around)).map(|path| served_path(&path))
    }
}

/// The resolver only looks for `tsconfig.json`.
fn served_path(path: &str) -> String {
    match path.strip_suffix("jsconfig.json") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => {
            format!("{folder}tsconfig.json")
        }
        _ => path.into(),
    }
}

/// A text, or all texts of a list.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}
