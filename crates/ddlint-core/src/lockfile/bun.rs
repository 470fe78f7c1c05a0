//! `bun.lock` (<https://bun.com/docs/pm/lockfile>): JSON with comments and trailing commas.
//!
//! `packages` is keyed by who sees a package: `a` is hoisted, `x/a` only seen by `x`, which can be another package or,
//! by its name, a member of the workspace. The first element of an entry is `name@version`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Pins, split_descriptor};

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    workspaces: BTreeMap<String, Workspace>,
    #[serde(default)]
    packages: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Workspace {
    name: Option<String>,
}

pub(super) fn read(text: &str) -> Result<Pins, String> {
    let document: Document = serde_json::from_str(&without_comments(text))
        .map_err(|error| format!("the lock file is no JSON of Bun: {error}"))?;
    let mut pins = Pins::default();
    let mut folders = BTreeMap::new();
    for (folder, workspace) in &document.workspaces {
        pins.add_member(folder);
        if let Some(name) = workspace.name.as_deref().filter(|_| !folder.is_empty()) {
            folders.insert(name, folder.as_str());
        }
    }
    for (key, entry) in &document.packages {
        let descriptor = entry.get(0).and_then(Value::as_str).and_then(split_descriptor);
        // A member of the workspace is there as `name@workspace:folder`.
        let Some(version) = descriptor.and_then(|(_, version)| version.parse().ok()) else {
            continue;
        };
        let (owner, package) = split_key(key);
        match owner.map(|owner| folders.get(owner)) {
            None => pins.place("", package, version),
            Some(Some(folder)) => pins.place(folder, package, version),
            Some(None) => pins.pin(package, version),
        }
    }
    Ok(pins)
}

/// Who sees a package, and its name: `x` and `@s/a` of `x/@s/a`.
fn split_key(key: &str) -> (Option<&str>, &str) {
    let starts: Vec<usize> = key.match_indices('/').map(|(at, _)| at + 1).collect();
    let scope = starts.len().checked_sub(2).map_or(0, |before| starts[before]);
    let start = match starts.last() {
        Some(_) if key[scope..].starts_with('@') => scope,
        Some(last) => *last,
        None => 0,
    };
    let owner = (start > 0).then(|| &key[..start - 1]);
    (owner, &key[start..])
}

/// The JSON in a JSON with comments and trailing commas.
fn without_comments(text: &str) -> String {
    let mut json = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => {
                let length = string_length(rest);
                json.push_str(&rest[..length]);
                length
            }
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            c => {
                if matches!(c, ']' | '}') && json.trim_end().ends_with(',') {
                    json.truncate(json.trim_end().len() - 1);
                }
                json.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    json
}

/// The length of the string that a text begins with, with its quotes.
fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().enumerate().skip(1).find(|(_, byte)| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}
