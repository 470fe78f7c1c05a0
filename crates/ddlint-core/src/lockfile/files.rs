//! The lock files of a project: found with the other files, read when somebody asks for a version.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::files::Files;
use crate::manifest;
use crate::report::{Notice, NoticeKind};
use crate::version::Version;

use super::{Lockfile, pnpm, rank};

/// Where pnpm keeps its catalogs, the ranges that manifests ask for by `catalog:` or `catalog:name`
/// (<https://pnpm.io/catalogs>).
const WORKSPACE: &str = "pnpm-workspace.yaml";

/// All lock files of a project.
#[derive(Debug, Default)]
pub(crate) struct Lockfiles {
    /// The deepest first.
    locks: Vec<Lazy<Lockfile>>,
    /// The deepest first.
    catalogs: Vec<Lazy<Catalogs>>,
}

/// Ranges by the name of the catalog and the package.
pub(super) type Catalogs = BTreeMap<(String, String), String>;

/// A file that is large and seldom needed.
#[derive(Debug)]
struct Lazy<T> {
    path: String,
    loaded: OnceLock<Result<T, String>>,
}

impl Lockfiles {
    /// Whether a file belongs here.
    pub(crate) fn reads(path: &str) -> bool {
        Lockfile::is_path(path) || path.rsplit('/').next() == Some(WORKSPACE)
    }

    /// Picks the lock files among the files of a project. Reads nothing.
    pub(crate) fn among(paths: &[String]) -> Self {
        let (mut locks, mut catalogs) = (Vec::new(), Vec::new());
        for path in paths.iter().filter(|path| Self::reads(path)) {
            let (path, is_lock) = (path.clone(), Lockfile::is_path(path));
            if is_lock {
                locks.push(Lazy { path, loaded: OnceLock::new() });
            } else {
                catalogs.push(Lazy { path, loaded: OnceLock::new() });
            }
        }
        locks.sort_by_key(|lock| (Reverse(lock.folder().len()), rank(&lock.path)));
        catalogs.sort_by_key(|catalog| Reverse(catalog.folder().len()));
        Self { locks, catalogs }
    }

    /// The version of a package in a folder whose manifest asks for `range`: what the nearest lock file pins, else the
    /// newest that the range allows. `None` if neither tells.
    pub(crate) fn version(
        &self,
        files: &dyn Files,
        folder: &str,
        package: &str,
        range: &str,
    ) -> Option<Version> {
        let range = self.without_catalog(files, folder, package, range);
        let mut above =
            self.locks.iter().filter(|lock| folder.starts_with(lock.folder())).peekable();
        let nearest = above.peek().map(|lock| lock.folder());
        let near = above.take_while(|lock| Some(lock.folder()) == nearest);
        let mut locks = near.filter_map(|lock| lock.load(files, Lockfile::parse));
        let pinned = locks.find_map(|lock| lock.version(folder, package, Some(range)));
        pinned.or_else(|| manifest::newest(range))
    }

    /// The range that a catalog has where the manifest only names the catalog.
    fn without_catalog<'r>(
        &'r self,
        files: &dyn Files,
        folder: &str,
        package: &str,
        range: &'r str,
    ) -> &'r str {
        let Some(name) = range.strip_prefix("catalog:") else { return range };
        let name = if name.is_empty() { pnpm::DEFAULT_CATALOG } else { name };
        let nearest = self.catalogs.iter().find(|catalog| folder.starts_with(catalog.folder()));
        let catalogs =
            nearest.and_then(|nearest| nearest.load(files, |_, bytes| pnpm::catalogs(bytes)));
        let found = catalogs.and_then(|catalogs| catalogs.get(&(name.into(), package.into())));
        found.map_or(range, String::as_str)
    }

    /// What could not be read, of all that was asked for.
    pub(crate) fn notices(&self) -> impl Iterator<Item = Notice> {
        self.locks
            .iter()
            .filter_map(Lazy::notice)
            .chain(self.catalogs.iter().filter_map(Lazy::notice))
    }
}

impl<T> Lazy<T> {
    /// The folder of the file, with a `/` behind it unless it is the root.
    fn folder(&self) -> &str {
        self.path.rfind('/').map_or("", |slash| &self.path[..=slash])
    }

    fn load(&self, files: &dyn Files, parse: fn(&str, &[u8]) -> Result<T, String>) -> Option<&T> {
        let read = || {
            let bytes = files
                .read(&self.path)
                .map_err(|error| format!("the file cannot be read: {error}"))?;
            parse(&self.path, &bytes)
        };
        self.loaded.get_or_init(read).as_ref().ok()
    }

    fn notice(&self) -> Option<Notice> {
        let message = self.loaded.get()?.as_ref().err()?.clone();
        Some(Notice { path: self.path.clone(), span: None, kind: NoticeKind::Manifest, message })
    }
}
