//! Lock files: which versions of its packages a project really gets.
//!
//! Each format is read into the same pins. What a lock file says of a folder is asked for here, once for all.

mod bun;
mod files;
mod npm;
mod pnpm;
mod range;
mod yaml;
mod yarn;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::version::Version;

pub(crate) use files::Lockfiles;

/// The lock files by name. If a folder has several, the first one that knows a package counts: a stray `npm install`
/// leaves a lock file behind in projects that use something else, hardly ever the other way round. npm itself prefers
/// its shrinkwrap (npm's documentation of `npm-shrinkwrap.json`).
const FORMATS: [(&str, Reader); 5] = [
    ("pnpm-lock.yaml", pnpm::read),
    ("yarn.lock", yarn::read),
    ("bun.lock", bun::read),
    ("npm-shrinkwrap.json", npm::read),
    ("package-lock.json", npm::read),
];

type Reader = fn(&str) -> Result<Pins, String>;

/// A lock file.
#[derive(Debug, Clone)]
pub struct Lockfile {
    /// The folder it stands in, relative to the root, with a `/` behind it unless it is the root.
    folder: String,
    pins: Pins,
}

/// What a lock file says, in the terms of all formats. Folders are relative to the lock file's, without a `/` behind.
#[derive(Debug, Clone, Default)]
struct Pins {
    /// The folders whose packages it installs, besides its own.
    members: BTreeSet<String>,
    /// By package: what an import finds in a folder and below.
    placed: HashMap<String, BTreeMap<String, Version>>,
    /// By package: what a range of a manifest was resolved to.
    described: HashMap<String, BTreeMap<String, Version>>,
    /// By package: every version that is installed anywhere.
    pinned: HashMap<String, BTreeSet<Version>>,
}

impl Lockfile {
    /// Whether a file is a lock file that can be read. Bun's old `bun.lockb` is binary and cannot.
    pub fn is_path(path: &str) -> bool {
        rank(path).is_some()
    }

    /// Reads a lock file. Says in one sentence what is wrong if it is none.
    pub fn parse(path: &str, bytes: &[u8]) -> Result<Self, String> {
        let rank = rank(path).ok_or("the file's name is that of no lock file")?;
        let (name, read) = FORMATS[rank];
        let text = std::str::from_utf8(bytes).map_err(|_| "the lock file is no UTF-8 text")?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.lines().any(|line| line.starts_with("<<<<<<< ")) {
            return Err("the lock file has merge conflicts".into());
        }
        let folder = path.strip_suffix(name).unwrap_or_default().into();
        Ok(Self { folder, pins: read(text)? })
    }

    /// The version of a package that is pinned for a folder (relative to the root, with or without a `/` behind), whose
    /// manifest asks for `range`. `None` if the lock file does not tell.
    ///
    /// ```
    /// use ddlint_core::lockfile::Lockfile;
    /// use ddlint_core::version::Version;
    ///
    /// let text = br#"{ "lockfileVersion": 3, "packages": { "node_modules/a": { "version": "1.2.3" } } }"#;
    /// let lockfile = Lockfile::parse("app/package-lock.json", text).unwrap();
    /// assert_eq!(lockfile.version("app/", "a", Some("^1.0.0")), Some(Version(1, 2, 3)));
    /// assert_eq!(lockfile.version("", "a", Some("^1.0.0")), None);
    /// ```
    pub fn version(&self, folder: &str, package: &str, range: Option<&str>) -> Option<Version> {
        let folder = self.within(folder)?;
        let pins = &self.pins;
        let described = || pins.described.get(package)?.get(without_protocol(range?)).copied();
        if let Some(version) = described() {
            return Some(version);
        }
        // What is not known to be wrong. A range that is no range (a tag, an address) excludes nothing.
        let may_be = |version: &Version| {
            range.and_then(|range| range::allows(range, *version)) != Some(false)
        };
        let is_member = folder.is_empty() || pins.members.contains(folder);
        if let Some(version) =
            pins.placed_for(folder, package).filter(|version| is_member || may_be(version))
        {
            return Some(version);
        }
        let pinned = pins.pinned.get(package)?;
        if let (1, Some(version)) = (pinned.len(), pinned.first()) {
            // An override can force a version on a member that its manifest does not allow.
            return Some(*version).filter(|version| is_member || may_be(version));
        }
        let is_allowed =
            |version: &&Version| range::allows(range.unwrap_or_default(), **version) == Some(true);
        range.and_then(|_| pinned.iter().rev().find(is_allowed)).copied()
    }

    /// A folder, as seen from the lock file's. `None` if it is not below that.
    fn within<'f>(&self, folder: &'f str) -> Option<&'f str> {
        let folder = folder.trim_end_matches('/');
        let own = self.folder.trim_end_matches('/');
        let below = folder.strip_prefix(own)?;
        if own.is_empty() || below.is_empty() { Some(below) } else { below.strip_prefix('/') }
    }
}

impl Pins {
    /// `folder` has a manifest whose packages are installed.
    fn add_member(&mut self, folder: &str) {
        self.members.insert(folder.into());
    }

    /// An import of `package` in `folder` finds that version.
    fn place(&mut self, folder: &str, package: &str, version: Version) {
        self.placed.entry(package.into()).or_default().insert(folder.into(), version);
        self.pin(package, version);
    }

    /// The range `range` of `package` was resolved to that version.
    fn describe(&mut self, package: &str, range: &str, version: Version) {
        self.described
            .entry(package.into())
            .or_default()
            .insert(without_protocol(range).into(), version);
        self.pin(package, version);
    }

    /// Somebody uses that version of `package`.
    fn pin(&mut self, package: &str, version: Version) {
        self.pinned.entry(package.into()).or_default().insert(version);
    }

    /// What an import in `folder` finds: packages of a folder hide those of the folders above.
    fn placed_for<'f>(&self, folder: &'f str, package: &str) -> Option<Version> {
        let placed = self.placed.get(package)?;
        let above = |folder: &&'f str| match folder.rsplit_once('/') {
            Some((above, _)) => Some(above),
            None => (!folder.is_empty()).then_some(""),
        };
        std::iter::successors(Some(folder), above).find_map(|folder| placed.get(folder)).copied()
    }
}

/// The position of a file's name among [`FORMATS`].
fn rank(path: &str) -> Option<usize> {
    let name = path.rsplit('/').next()?;
    FORMATS.iter().position(|(format, _)| *format == name)
}

/// Yarn writes `npm:` before ranges where the manifest does not.
fn without_protocol(range: &str) -> &str {
    range.strip_prefix("npm:").unwrap_or(range)
}

/// `@scope/name@1.2.3`, taken apart at the first `@` that is none of a scope.
fn split_descriptor(text: &str) -> Option<(&str, &str)> {
    let at = text.char_indices().skip(1).find(|(_, c)| *c == '@')?.0;
    Some((&text[..at], &text[at + 1..]))
}
