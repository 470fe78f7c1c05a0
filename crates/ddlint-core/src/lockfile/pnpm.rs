//! `pnpm-lock.yaml` (<https://github.com/pnpm/spec/tree/master/lockfile>) and the catalogs of `pnpm-workspace.yaml`.
//!
//! `importers` has each folder of the workspace with the versions that it got, catalogs resolved. Without a workspace,
//! versions 5 and 6 have the same sections at the top. Version 5 writes `name: 1.2.3_peers`, the later ones `version:
//! 1.2.3(peers)` below the name. `packages` has all that is installed, as `/name/1.2.3` (5), `/name@1.2.3` (6) or
//! `name@1.2.3` (9).

use super::files::Catalogs;
use super::{Pins, split_descriptor, yaml};
use crate::version::Version;

const SECTIONS: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

/// The name of the catalog that `catalog:` means.
pub(super) const DEFAULT_CATALOG: &str = "default";

pub(super) fn read(text: &str) -> Result<Pins, String> {
    let mut pins = Pins::default();
    let mut is_lock = text.trim().is_empty();
    yaml::each_key(text, |path, value| {
        let (folder, path) = match path {
            ["importers", folder, rest @ ..] => (if *folder == "." { "" } else { *folder }, rest),
            _ => ("", path),
        };
        match path {
            [] => pins.add_member(folder),
            ["lockfileVersion"] => is_lock = true,
            ["packages", key] => {
                if let Some((package, version)) = package(key) {
                    pins.pin(package, version);
                }
            }
            [section, package] | [section, package, "version"] if SECTIONS.contains(section) => {
                if let Some(version) = resolved(value) {
                    pins.place(folder, package, version);
                }
            }
            _ => {}
        }
    });
    if is_lock { Ok(pins) } else { Err("the lock file is none of pnpm".into()) }
}

/// The ranges in the catalogs of a workspace.
pub(super) fn catalogs(bytes: &[u8]) -> Result<Catalogs, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the workspace file is no UTF-8 text")?;
    let mut catalogs = Catalogs::new();
    yaml::each_key(text, |path, range| {
        let (name, package) = match path {
            ["catalog", package] => (DEFAULT_CATALOG, *package),
            ["catalogs", name, package] => (*name, *package),
            _ => return,
        };
        catalogs.insert((name.into(), package.into()), range.into());
    });
    Ok(catalogs)
}

/// The version that a dependency was resolved to. A package under another name has that name before it; what comes from
/// the workspace, a folder or an address has none.
fn resolved(value: &str) -> Option<Version> {
    if value.starts_with(|c: char| c.is_ascii_digit()) {
        return without_peers(value).parse().ok();
    }
    package(value).map(|(_, version)| version)
}

/// Name and version of a key of `packages`.
fn package(key: &str) -> Option<(&str, Version)> {
    let (name, version) = match key.strip_prefix('/') {
        None => split_descriptor(key)?,
        Some(key) => {
            // `/@scope/name/1.2.3_peers` or `/@scope/name@1.2.3(peers)`; the peers have slashes and `@` of their own.
            let scope = if key.starts_with('@') { key.find('/')? + 1 } else { 0 };
            let end = scope + key[scope..].find(['/', '@'])?;
            (&key[..end], &key[end + 1..])
        }
    };
    Some((name, without_peers(version).parse().ok()?))
}

fn without_peers(version: &str) -> &str {
    version.split(['(', '_']).next().unwrap_or(version)
}
