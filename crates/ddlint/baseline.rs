//! The baseline: findings that were there when a project began to use ddlint, and that are not reported again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ddlint_core::finding::{Finding, Severity};
use ddlint_core::project::Project;
use ddlint_core::report::{Notice, NoticeKind};
use serde::{Deserialize, Serialize};

use crate::root::not_there;
use crate::trouble::{Mistake, Trouble};

/// The file at the root that is used without asking.
pub(crate) const FILE_NAME: &str = "ddlint-baseline.json";

/// Raised when fingerprints are made differently, or when a field changes.
const SCHEMA_VERSION: u32 = 1;

/// How many stale entries a notice names.
const MOST_NAMED: usize = 5;

/// A baseline that was read.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    /// The file's path as it is shown.
    name: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct File {
    schema_version: u32,
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Entry {
    path: String,
    rule: String,
    severity: String,
    fingerprint: String,
}

impl Baseline {
    /// Reads a file. One that nobody asked for may be missing.
    pub(crate) fn read(root: &Path, chosen: Option<PathBuf>) -> Result<Self, Trouble> {
        let is_chosen = chosen.is_some();
        let path = chosen.unwrap_or_else(|| root.join(FILE_NAME));
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_chosen => {
                return Ok(Self::default());
            }
            Err(error) => return Err(not_there(&path, &error).into()),
        };
        let file: File = serde_json::from_str(&text).map_err(|error| {
            Mistake::new(format!("the baseline `{name}` cannot be read: {error}"))
                .help("`ddlint baseline` writes it anew")
        })?;
        if file.schema_version != SCHEMA_VERSION {
            let message = format!("the baseline `{name}` was written by another version of ddlint");
            return Err(Mistake::new(message).help("`ddlint baseline` writes it anew").into());
        }
        Ok(Self { name, entries: file.entries })
    }

    /// The file's path as it is shown, if there is a file.
    pub(crate) fn name(&self) -> Option<&str> {
        Some(self.name.as_str()).filter(|name| !name.is_empty())
    }

    /// The number of findings in it.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// What is known: fingerprint, severity.
    pub(crate) fn known(&self) -> BTreeMap<String, Severity> {
        let severity = |entry: &Entry| Severity::from_name(&entry.severity);
        let entries = self.entries.iter();
        entries.filter_map(|entry| Some((entry.fingerprint.clone(), severity(entry)?))).collect()
    }

    /// What to say of entries that no finding matches any more. `runs` says whether a rule was run: of the others nobody
    /// can tell.
    pub(crate) fn notice(&self, missing: &[String], runs: impl Fn(&str) -> bool) -> Option<Notice> {
        let is_stale = |entry: &&Entry| missing.contains(&entry.fingerprint) && runs(&entry.rule);
        let gone: Vec<&Entry> = self.entries.iter().filter(is_stale).collect();
        let mut named: Vec<String> = gone
            .iter()
            .take(MOST_NAMED)
            .map(|entry| format!("{} in {}", entry.rule, entry.path))
            .collect();
        if gone.len() > MOST_NAMED {
            named.push(format!("{} more", gone.len() - MOST_NAMED));
        }
        let (are, match_) =
            if gone.len() == 1 { ("entry is", "it") } else { ("entries are", "them") };
        let message = format!(
            "{} {are} found no longer ({}): `ddlint baseline` drops {match_}",
            gone.len(),
            named.join(", ")
        );
        let (path, kind) = (self.name.clone(), NoticeKind::StaleBaseline);
        (!gone.is_empty()).then_some(Notice { path, span: None, kind, message })
    }
}

/// The text of a baseline with these findings. Notes are in none: they fail nobody, and what is only possible today should
/// be told on the day it happens.
pub(crate) fn written(project: &Project<'_>, findings: &[Finding]) -> io::Result<String> {
    let shown = findings.iter().filter(|finding| finding.severity > Severity::Note);
    let mut entries: Vec<Entry> = shown
        .map(|finding| Entry {
            path: project.path(finding.primary().span.file).to_owned(),
            rule: finding.rule.clone(),
            severity: finding.severity.name().to_owned(),
            fingerprint: finding.fingerprint.clone(),
        })
        .collect();
    entries.sort();
    let mut text = format!("{{\n  \"schema_version\": {SCHEMA_VERSION},\n");
    for severity in [Severity::Error, Severity::Warning] {
        let count = entries.iter().filter(|entry| entry.severity == severity.name()).count();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  \"{}s\": {count},", severity.name());
    }
    text.push_str("  \"entries\": [");
    // An entry a line: so two branches that fix two findings do not collide.
    for (at, entry) in entries.iter().enumerate() {
        text.push_str(if at == 0 { "\n    " } else { ",\n    " });
        text.push_str(&serde_json::to_string(entry)?);
    }
    text.push_str(if entries.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
    Ok(text)
}
