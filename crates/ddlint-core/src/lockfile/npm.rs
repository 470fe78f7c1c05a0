//! `package-lock.json` and `npm-shrinkwrap.json`, as the documentation of npm describes them.
//!
//! From version 2 on, `packages` has every folder that is installed: `packages/x` is a member of the workspace and
//! `packages/x/node_modules/a` a package that only the member sees. Version 1 has a tree of `dependencies` instead and
//! knows no workspaces; version 2 has both, and then `packages` counts.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Pins, split_descriptor};
use crate::version::Version;

const MODULES: &str = "node_modules/";

#[derive(Deserialize)]
struct Document {
    packages: Option<BTreeMap<String, Entry>>,
    #[serde(default)]
    dependencies: BTreeMap<String, Dependency>,
}

#[derive(Deserialize)]
struct Entry {
    version: Option<Value>,
}

#[derive(Deserialize)]
struct Dependency {
    version: Option<Value>,
    #[serde(default)]
    dependencies: BTreeMap<String, Dependency>,
}

pub(super) fn read(text: &str) -> Result<Pins, String> {
    let document: Document = serde_json::from_str(text)
        .map_err(|error| format!("the lock file is no JSON of npm: {error}"))?;
    let mut pins = Pins::default();
    let Some(packages) = document.packages else {
        for (package, dependency) in &document.dependencies {
            if let Some(version) = version(dependency.version.as_ref()) {
                pins.place("", package, version);
            }
            pin_below(dependency, &mut pins);
        }
        return Ok(pins);
    };
    for (path, entry) in packages {
        let Some((at, package)) = path.rsplit_once(MODULES) else {
            pins.add_member(&path);
            continue;
        };
        // A link to a member of the workspace has no version.
        let Some(version) = version(entry.version.as_ref()) else { continue };
        if at.contains(MODULES) {
            pins.pin(package, version);
        } else {
            pins.place(at.trim_end_matches('/'), package, version);
        }
    }
    Ok(pins)
}

fn pin_below(dependency: &Dependency, pins: &mut Pins) {
    for (package, below) in &dependency.dependencies {
        if let Some(version) = version(below.version.as_ref()) {
            pins.pin(package, version);
        }
        pin_below(below, pins);
    }
}

/// Version 1 writes `npm:other@1.2.3` for a package under another name, and an address for one from elsewhere.
fn version(value: Option<&Value>) -> Option<Version> {
    let text = value?.as_str()?;
    let alias = text.strip_prefix("npm:").and_then(split_descriptor);
    alias.map_or(text, |(_, version)| version).parse().ok()
}
