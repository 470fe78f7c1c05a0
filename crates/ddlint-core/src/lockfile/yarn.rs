//! `yarn.lock`, of Yarn 1 (<https://classic.yarnpkg.com/lang/en/docs/yarn-lock>) and of the later ones.
//!
//! An entry is headed by all ranges that were resolved to it: `a@^1.0.0, a@^1.2.0:` by Yarn 1, which quotes some of them
//! and knows no workspaces, and `"a@npm:^1.0.0, a@npm:^1.2.0":` by the later ones. Those have the members of the
//! workspace, too: `"x@workspace:packages/x":`.

use super::{Pins, split_descriptor};
use crate::version::Version;

pub(super) fn read(text: &str) -> Result<Pins, String> {
    // An empty one marks the root of a project that is not installed yet.
    let is_lock =
        |line: &str| line.starts_with("# yarn lockfile") || line.starts_with("__metadata:");
    if !text.trim().is_empty() && !text.lines().any(is_lock) {
        return Err("the lock file is none of Yarn".into());
    }
    let mut pins = Pins::default();
    let mut heading = String::new();
    for line in text.lines() {
        if let Some(field) = line.strip_prefix("  ") {
            let value =
                field.strip_prefix("version").map(|value| value.trim_start_matches([':', ' ']));
            let version =
                value.and_then(|value| value.trim_end().trim_matches('"').parse::<Version>().ok());
            if let Some(version) = version {
                add(&heading, version, &mut pins);
            }
        } else if !line.is_empty() && !line.starts_with('#') && line.trim_end() != ":" {
            // Keys of more than 1024 characters are written as `? key` (YAML 1.2, 8.2.2).
            let line = line.strip_prefix("? ").unwrap_or(line);
            heading = line.trim_end().trim_end_matches(':').replace('"', "");
        }
    }
    Ok(pins)
}

fn add(heading: &str, version: Version, pins: &mut Pins) {
    for (package, range) in heading.split(", ").filter_map(split_descriptor) {
        match range.strip_prefix("workspace:") {
            Some(".") => pins.add_member(""),
            Some(folder) => pins.add_member(folder),
            // A folder that is linked has the version 0.0.0, whatever is in it.
            None if range.starts_with("link:") || range.starts_with("portal:") => {}
            None => pins.describe(package, range, version),
        }
    }
}
