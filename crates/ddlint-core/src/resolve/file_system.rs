//! The project as the resolver sees it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use oxc_resolver::{FileMetadata, FileSystem, ResolveError};

use super::{Sources, has_below, join};

/// Where the project seems to stand. Not the top, or else imports that leave the project would come back to it.
#[cfg(not(windows))]
const ROOT: &str = "/project";
#[cfg(windows)]
const ROOT: &str = "C:\\project";

/// Packages that are folders of the project: for each folder that has a `node_modules`, the folders by package name.
pub(super) type Links = BTreeMap<String, BTreeMap<String, String>>;

/// The project's files, configuration without what a clone lacks, and links to the packages of the workspace.
pub(super) struct VirtualFiles {
    sources: Arc<Sources>,
    configuration: BTreeMap<String, String>,
    links: Links,
}

/// What stands at a path.
enum Found {
    File,
    Folder,
    /// A link to this folder.
    Link(String),
}

impl VirtualFiles {
    /// Sources of which only the names matter, and configuration files with their texts.
    pub(super) fn new(
        sources: Arc<Sources>,
        configuration: BTreeMap<String, String>,
        links: Links,
    ) -> Self {
        Self { sources, configuration, links }
    }

    fn find(&self, path: &Path) -> Option<Found> {
        let path = relative(path)?;
        match split_packages(&path) {
            Some((folder, path)) => self.in_packages(folder, path),
            None => self.on_disk(&path),
        }
    }

    fn on_disk(&self, path: &str) -> Option<Found> {
        // Configuration that cannot be read is as good as absent.
        let is_source = || self.sources.contains_key(path) && !super::is_configuration(path);
        if self.configuration.contains_key(path) || is_source() {
            return Some(Found::File);
        }
        let inside = if path.is_empty() { String::new() } else { format!("{path}/") };
        let is_folder =
            has_below(&*self.sources, &inside) || has_below(&self.configuration, &inside);
        is_folder.then_some(Found::Folder)
    }

    /// What stands in the `node_modules` of a folder, at a path in it.
    fn in_packages(&self, folder: &str, path: &str) -> Option<Found> {
        let links = self.links.get(folder)?;
        if path.is_empty() {
            return Some(Found::Folder);
        }
        let name = super::package_name(path);
        let Some(target) = links.get(name) else {
            return has_below(links, &format!("{path}/")).then_some(Found::Folder);
        };
        if name == path {
            return Some(Found::Link(target.clone()));
        }
        self.on_disk(&join(target, &path[name.len() + 1..]))
    }

    fn text(&self, path: &Path) -> io::Result<&str> {
        let path = relative(path).ok_or(io::ErrorKind::NotFound)?;
        let behind_link = split_packages(&path).and_then(|(folder, rest)| {
            let name = super::package_name(rest);
            let target = self.links.get(folder)?.get(name)?;
            Some(join(target, rest.get(name.len() + 1..)?))
        });
        let text = self.configuration.get(behind_link.as_ref().unwrap_or(&path));
        Ok(text.ok_or(io::ErrorKind::NotFound)?)
    }
}

impl FileSystem for VirtualFiles {
    fn new() -> Self {
        Self { sources: Arc::default(), configuration: BTreeMap::new(), links: Links::new() }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.text(path).map(|text| text.as_bytes().to_vec())
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        self.text(path).map(str::to_string)
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let found = self.find(path).ok_or(io::ErrorKind::NotFound)?;
        let is_file = matches!(found, Found::File);
        Ok(FileMetadata::new(is_file, !is_file, false))
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let found = self.find(path).ok_or(io::ErrorKind::NotFound)?;
        let [is_file, is_folder, is_link] = [
            matches!(found, Found::File),
            matches!(found, Found::Folder),
            matches!(found, Found::Link(_)),
        ];
        Ok(FileMetadata::new(is_file, is_folder, is_link))
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        match self.find(path) {
            Some(Found::Link(folder)) => Ok(absolute(&folder)),
            _ => Err(io::Error::from(io::ErrorKind::InvalidInput).into()),
        }
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        match self.find(path).ok_or(io::ErrorKind::NotFound)? {
            Found::Link(folder) => Ok(absolute(&folder)),
            Found::File | Found::Folder => Ok(path.to_path_buf()),
        }
    }
}

/// A path of the project as the resolver knows it.
pub(super) fn absolute(path: &str) -> PathBuf {
    let mut full = PathBuf::from(ROOT);
    full.extend(path.split('/').filter(|part| !part.is_empty()));
    full
}

/// A path of the resolver as the project knows it. `None` if it leads out of the project.
pub(super) fn relative(path: &Path) -> Option<String> {
    let path = path.strip_prefix(ROOT).ok()?.to_str()?;
    Some(if cfg!(windows) { path.replace('\\', "/") } else { path.into() })
}

/// The folder in which the first `node_modules` of a path stands, and what is behind it.
fn split_packages(path: &str) -> Option<(&str, &str)> {
    const NAME: &str = "node_modules";
    let mut at = 0;
    for part in path.split('/') {
        let end = at + part.len();
        if part == NAME {
            return Some((path[..at].trim_end_matches('/'), path[end..].trim_start_matches('/')));
        }
        at = end + 1;
    }
    None
}
