//! The project: its files, what each is for, and the packages it uses. Built once, then only read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::files::Files;
use crate::language::Language;
use crate::lockfile::Lockfiles;
use crate::manifest::{self, Manifest};
use crate::report::{Notice, NoticeKind};
use crate::resolve::{self, Resolver, Sources};
use crate::rule::{Package, Role, RoleRule};
use crate::source::{FileId, Source};
use crate::version::Version;

/// Files above that are not read: generated bundles. Real migrations reach 3 MB (measured on public repositories).
const MOST_BYTES: usize = 8 << 20;

/// All files of a run.
pub struct Project<'f> {
    files: &'f dyn Files,
    entries: Vec<Entry>,
    by_path: Arc<Sources>,
    /// Files that are no sources, sorted.
    others: Vec<String>,
    /// Manifests and other files that say where imports lead.
    configuration: Vec<String>,
    /// Made for the first import that paths alone do not explain.
    resolver: OnceLock<Resolver>,
    manifests: Vec<Manifest>,
    manifest_notices: Vec<Notice>,
    /// The packages that files of each folder with a manifest import and no manifest above names: something else brings
    /// them.
    imported: OnceLock<BTreeMap<String, BTreeSet<String>>>,
    locks: Lockfiles,
}

struct Entry {
    path: String,
    /// By its path.
    role: Role,
    /// By its text.
    refined: OnceLock<Role>,
    /// By what is configured for its folder.
    configured: OnceLock<Role>,
    loaded: OnceLock<Result<Source, Trouble>>,
}

/// Why a file has no source.
#[derive(Debug, Clone)]
struct Trouble {
    kind: NoticeKind,
    message: String,
}

/// Where an import leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// A file of the project.
    File(FileId),
    /// A package, or a module of the host.
    Package,
    /// Nowhere that ddlint can see.
    Missing,
}

impl<'f> Project<'f> {
    /// Takes the files at `paths` as the project. Manifests are read, sources only when they are asked for.
    pub fn load(files: &'f dyn Files, mut paths: Vec<String>, roles: &[RoleRule]) -> Self {
        paths.sort_unstable();
        paths.dedup();
        let mut manifest_notices = Vec::new();
        let mut manifests = Vec::new();
        for path in paths.iter().filter(|path| Manifest::is_path(path)) {
            let read = files.read(path).map_err(|error| error.to_string());
            match read.and_then(|bytes| Manifest::parse(path, &bytes)) {
                Ok(manifest) => manifests.push(manifest),
                Err(message) => {
                    let kind = NoticeKind::Manifest;
                    manifest_notices.push(Notice { path: path.clone(), span: None, kind, message });
                }
            }
        }
        let configuration =
            paths.iter().filter(|path| resolve::is_configuration(path)).cloned().collect();
        let locks = Lockfiles::among(&paths);
        let is_source = |path: &String| Language::of_setting_file(path).is_some();
        let (sources, others): (Vec<String>, Vec<String>) = paths.into_iter().partition(is_source);
        let entries: Vec<_> = sources
            .into_iter()
            .map(|path| Entry {
                role: role_of(&path, roles),
                path,
                refined: OnceLock::new(),
                configured: OnceLock::new(),
                loaded: OnceLock::new(),
            })
            .collect();
        let by_path: Sources = entries
            .iter()
            .enumerate()
            .map(|(id, entry)| (entry.path.clone(), FileId(id as u32)))
            .collect();
        let (by_path, resolver) = (Arc::new(by_path), OnceLock::new());
        Self {
            files,
            entries,
            by_path,
            others,
            configuration,
            resolver,
            manifests,
            manifest_notices,
            imported: OnceLock::new(),
            locks,
        }
    }

    /// Whether ddlint reads files with such a path: sources, manifests, lock files, and what says where imports lead.
    pub fn reads(path: &str) -> bool {
        Language::of_path(path).is_some()
            || Language::is_declaration(path)
            || resolve::is_configuration(path)
            || Lockfiles::reads(path)
    }

    /// The number of source files.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no source file.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All source files, sorted by path.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.entries.len() as u32).map(FileId)
    }

    /// The path of a file.
    pub fn path(&self, file: FileId) -> &str {
        &self.entry(file).path
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// Whether a file is code, and not only values.
    pub fn is_code(&self, file: FileId) -> bool {
        Language::of_path(self.path(file)).is_some_and(Language::is_code)
    }

    /// Whether a file is parsed to a syntax tree: all but the settings in YAML and the like.
    pub(crate) fn has_tree(&self, file: FileId) -> bool {
        Language::of_path(self.path(file)).is_some()
    }

    /// Whether there are objects in a file that could have one more member: not in a list of variables.
    pub(crate) fn has_objects(&self, file: FileId) -> bool {
        Language::of_setting_file(self.path(file)) != Some(Language::Variables)
    }

    /// What a file is for.
    pub fn role(&self, file: FileId) -> Role {
        let entry = self.entry(file);
        entry.refined.get().or(entry.configured.get()).copied().unwrap_or(entry.role)
    }

    /// What a file is for, as far as its path tells, or what is configured for its folder.
    pub(crate) fn role_by_path(&self, file: FileId) -> Role {
        let entry = self.entry(file);
        entry.configured.get().copied().unwrap_or(entry.role)
    }

    /// Takes the word of some configuration on what the files of a folder are for. Said before anything is judged.
    pub(crate) fn configure(&self, file: FileId, role: Role) {
        let _ = self.entry(file).configured.set(role);
    }

    /// Takes the word of a file's text on what it is for, if its path has none. Said once, before anything is judged.
    pub(crate) fn refine(&self, file: FileId, role: Role) {
        let entry = self.entry(file);
        if matches!(entry.role, Role::Application | Role::Script) {
            // A second word would change what was already decided.
            let _ = entry.refined.set(role);
        }
    }

    /// The text of a file, read when it is first asked for. `None` if it cannot be read: then there is a notice.
    pub fn source(&self, file: FileId) -> Option<&Source> {
        self.entry(file).loaded.get_or_init(|| self.read(file)).as_ref().ok()
    }

    /// The text of a file at a path, whatever it is. `None` if there is none, or none that can be read.
    pub(crate) fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        if let Some(file) = self.file(path) {
            return self.source(file).map(|source| Cow::Borrowed(source.text.as_str()));
        }
        self.others.binary_search_by(|other| other.as_str().cmp(path)).ok()?;
        String::from_utf8(self.files.read(path).ok()?).ok().map(Cow::Owned)
    }

    /// The sources that have been read so far and are kept, by path.
    pub(crate) fn loaded(&self) -> impl Iterator<Item = (FileId, &Source)> {
        let loaded = self.ids().zip(&self.entries);
        loaded.filter_map(|(id, entry)| Some((id, entry.loaded.get()?.as_ref().ok()?)))
    }

    /// Looks at a file's text without keeping it, unless `keep` says so. Tells what `keep` said; `false` if the file
    /// cannot be read.
    pub(crate) fn peek(&self, file: FileId, keep: impl FnOnce(&str) -> bool) -> bool {
        let entry = self.entry(file);
        if let Some(loaded) = entry.loaded.get() {
            return loaded.as_ref().is_ok_and(|source| keep(&source.text));
        }
        let loaded = self.read(file);
        let is_kept = match &loaded {
            Ok(source) => keep(&source.text),
            Err(_) => false,
        };
        if is_kept || loaded.is_err() {
            // Somebody else may have been faster; both read the same.
            let _ = entry.loaded.set(loaded);
        }
        is_kept
    }

    /// Where an import leads: to a file for relative imports, aliases of `tsconfig.json`, packages of the workspace and
    /// what a package calls its own, whether it is built or not. Nothing in `node_modules` is looked at.
    pub fn resolve(&self, from: FileId, module: &str) -> Resolved {
        let path = self.path(from);
        if module.starts_with('.') {
            if let Some(file) = resolve::by_path(&self.by_path, path, module) {
                return Resolved::File(file);
            }
        } else if resolve::is_host(module) {
            return Resolved::Package;
        }
        let resolver = self.resolver.get_or_init(|| {
            let declared = self.others.iter().filter(|path| Language::is_declaration(path));
            let declared = declared.cloned().collect();
            Resolver::new(self.files, &self.by_path, declared, &self.configuration)
        });
        resolver.resolve(path, module)
    }

    /// The manifests, the root's first.
    pub fn manifests(&self) -> &[Manifest] {
        &self.manifests
    }

    /// Whether a file uses one of the packages in a version that is meant; without any, it does. An unknown version is
    /// the newest.
    pub fn uses(&self, file: FileId, packages: &[Package]) -> bool {
        let is_meant = |package: &Package| {
            let Some(range) = &package.versions else { return true };
            let version = || self.version(file, &package.name).unwrap_or(manifest::NEWEST);
            self.brings(file, &package.name) && range.contains(&version())
        };
        packages.is_empty() || packages.iter().any(is_meant)
    }

    /// The folder of the package that a file belongs to, with a `/` behind it; empty for the root.
    pub fn package_folder(&self, file: FileId) -> &str {
        let path = self.path(file);
        let above = self.manifests.iter().filter(|manifest| manifest.is_above(path));
        above
            .map(|manifest| manifest.folder.as_str())
            .max_by_key(|folder| folder.len())
            .unwrap_or("")
    }

    /// The manifest that names a package for a file: the nearest above it that does.
    pub fn manifest_naming(&self, file: FileId, package: &str) -> Option<&Manifest> {
        let path = self.path(file);
        let above = self.manifests.iter().filter(|manifest| manifest.is_above(path));
        above
            .filter(|manifest| manifest.names(package))
            .max_by_key(|manifest| manifest.folder.len())
    }

    /// Whether a package is there for a file: a manifest above names it, or a file of the same package imports it.
    pub fn brings(&self, file: FileId, package: &str) -> bool {
        let is_imported = |imported: &BTreeMap<String, BTreeSet<String>>| {
            imported.get(self.package_folder(file)).is_some_and(|names| names.contains(package))
        };
        self.manifest_naming(file, package).is_some()
            || self.imported.get().is_some_and(is_imported)
    }

    /// Whether some file of the project imports a package that no manifest names for it.
    pub(crate) fn imports_unnamed(&self, package: &str) -> bool {
        let imported = self.imported.get().into_iter().flat_map(BTreeMap::values);
        imported.into_iter().any(|names| names.contains(package))
    }

    /// Takes note of the packages that files import. Said once, before anything is judged.
    pub(crate) fn note_imported<'a>(&self, all: impl IntoIterator<Item = (FileId, &'a str)>) {
        let mut imported: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (file, package) in all {
            if self.role(file) != Role::Test && self.manifest_naming(file, package).is_none() {
                let folder = self.package_folder(file).to_owned();
                imported.entry(folder).or_default().insert(package.to_owned());
            }
        }
        self.imported.get_or_init(|| imported);
    }

    /// The version of a package that a file gets: what the nearest lock file pins, else the newest that the manifest
    /// allows. `None` if no manifest names the package or nothing tells its version.
    pub fn version(&self, file: FileId, package: &str) -> Option<Version> {
        let manifest = self.manifest_naming(file, package)?;
        self.locks.version(self.files, &manifest.folder, package, manifest.range(package)?)
    }

    /// The packages among these whose version nothing tells, where a manifest names them: they count as the newest.
    pub(crate) fn unknown_versions(&self, packages: &BTreeSet<&str>) -> Vec<Notice> {
        let mut found = Vec::new();
        for manifest in &self.manifests {
            for package in packages {
                let Some(range) = manifest.range(package) else { continue };
                if self.locks.version(self.files, &manifest.folder, package, range).is_some() {
                    continue;
                }
                let kind = NoticeKind::UnknownVersion;
                let path = format!("{}package.json", manifest.folder);
                let message = format!(
                    "which version of `{package}` is used cannot be told, so it is taken for the newest"
                );
                found.push(Notice { path, span: None, kind, message });
            }
        }
        found
    }

    /// What a reader should know of the project's own files.
    pub fn notices(&self) -> Vec<Notice> {
        let mut notices = self.manifest_notices.clone();
        notices.extend(self.locks.notices());
        for (id, entry) in self.entries.iter().enumerate() {
            match entry.loaded.get() {
                Some(Err(Trouble { kind, message })) => {
                    let (kind, message) = (*kind, message.clone());
                    notices.push(Notice { path: entry.path.clone(), span: None, kind, message });
                }
                Some(Ok(source)) => notices.extend(source.trouble(FileId(id as u32))),
                None => {}
            }
        }
        notices
    }

    /// The byte ranges of secrets in a file, sorted and disjoint: renderers show none of them.
    pub fn secrets(&self, file: FileId) -> &[Range<usize>] {
        self.source(file).map(Source::secrets).unwrap_or_default()
    }

    fn entry(&self, file: FileId) -> &Entry {
        &self.entries[file.0 as usize]
    }

    fn read(&self, file: FileId) -> Result<Source, Trouble> {
        let path = self.path(file);
        let trouble = |kind, message: &str| Trouble { kind, message: message.into() };
        let language = Language::of_setting_file(path)
            .ok_or_else(|| trouble(NoticeKind::NotText, "not a source file"))?;
        let bytes = self.files.read(path).map_err(|error| {
            trouble(NoticeKind::Unreadable, &format!("the file cannot be read: {error}"))
        })?;
        if bytes.len() > MOST_BYTES {
            let message =
                format!("the file is larger than {} MiB and was not read", MOST_BYTES >> 20);
            return Err(trouble(NoticeKind::TooLarge, &message));
        }
        let text = String::from_utf8(bytes).map_err(|_| {
            trouble(NoticeKind::NotText, "the file is no UTF-8 text and was not read")
        })?;
        if is_binary(&text) {
            return Err(trouble(
                NoticeKind::NotText,
                "the file is full of control characters and was not read",
            ));
        }
        // A migration may hold a dump in one line.
        if language.is_code() && self.role(file) != Role::Migration && is_minified(path, &text) {
            let message = "the file was made by a minifier and was not read";
            return Err(trouble(NoticeKind::Minified, message));
        }
        let start = text.trim_start();
        if start.starts_with("<?xml") || start.starts_with("<!DOCTYPE") {
            return Err(trouble(NoticeKind::NotText, "the file is XML and was not read"));
        }
        Ok(Source::new(path.into(), language, text))
    }
}

impl std::fmt::Debug for Project<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Project").field("files", &self.by_path.keys()).finish_non_exhaustive()
    }
}

/// More than one control byte in ten: no text that people write. A single NUL occurs in production TypeScript.
fn is_binary(text: &str) -> bool {
    let control = text
        .bytes()
        .filter(|byte| *byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | 0x0c))
        .count();
    control * 10 > text.len()
}

/// Whether the lines are as long as only minifiers write them. Nobody writes DDL by hand there, and following values
/// through a bundle of megabytes leads everywhere.
fn is_minified(path: &str, text: &str) -> bool {
    /// Bytes. Shorter files cost nothing.
    const SHORTEST: usize = 20_000;
    /// Bytes. In files that people write it is below 1000, with images in the code (measured on 60 public repositories).
    const MEAN_LINE: usize = 1_500;
    let name = path.rsplit('/').next().unwrap_or(path);
    text.len() > SHORTEST
        && (name.contains(".min.") || text.len() / text.lines().count().max(1) > MEAN_LINE)
}

/// The first role whose files a path is among.
fn role_of(path: &str, roles: &[RoleRule]) -> Role {
    let found = roles.iter().find(|rule| rule.files.is_match(path));
    found.map_or(Role::Application, |rule| rule.role)
}
