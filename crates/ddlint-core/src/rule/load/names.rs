//! What library files name for rules: subjects, facts, packages, drivers.

use std::collections::{BTreeMap, BTreeSet};

use super::check::FileCheck;
use crate::rule::file::Text;
use crate::rule::{FactId, Package, SetId, SettingFileId, SubjectId};
use crate::suggest;

/// Everything that has a name in a library file.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By folder.
    pub(super) libraries: BTreeMap<String, Library>,
    /// By `library:name`.
    pub(super) subjects: BTreeMap<String, SubjectId>,
    /// By `library:name`.
    pub(super) facts: BTreeMap<String, FactName>,
    /// By `library:name`.
    pub(super) sets: BTreeMap<String, SetId>,
    /// By `library:name`.
    pub(super) files: BTreeMap<String, SettingFileId>,
    /// By `library:name`: access paths as written, which may begin with the name of another value.
    pub(super) values: BTreeMap<String, Vec<String>>,
}

/// What a library's rules share besides subjects and facts.
#[derive(Debug, Default)]
pub(super) struct Library {
    pub(super) packages: Vec<Package>,
    pub(super) drivers: BTreeMap<String, Vec<String>>,
}

#[derive(Debug)]
pub(super) struct FactName {
    pub(super) id: FactId,
    /// The placeholders that it fills, whichever of its cases holds.
    pub(super) gives: BTreeSet<String>,
}

impl Names {
    /// The shared subject that a file means.
    pub(super) fn subject(&self, check: &mut FileCheck<'_>, name: &Text) -> Option<SubjectId> {
        let found = self.subjects.get(name.get_ref()).copied();
        if found.is_none() {
            unknown(check, name, "subject", self.subjects.keys());
        }
        found
    }

    /// The set that a file means.
    pub(super) fn set(&self, check: &mut FileCheck<'_>, name: &Text) -> Option<SetId> {
        let found = self.sets.get(name.get_ref()).copied();
        if found.is_none() {
            unknown(check, name, "set", self.sets.keys());
        }
        found
    }

    /// The configuration file that a file means.
    pub(super) fn file(&self, check: &mut FileCheck<'_>, name: &Text) -> Option<SettingFileId> {
        let found = self.files.get(name.get_ref()).copied();
        if found.is_none() {
            unknown(check, name, "file", self.files.keys());
        }
        found
    }

    /// The fact that a file means.
    pub(super) fn fact(&self, check: &mut FileCheck<'_>, name: &Text) -> Option<FactId> {
        let found = self.facts.get(name.get_ref()).map(|fact| fact.id);
        if found.is_none() {
            unknown(check, name, "fact", self.facts.keys());
        }
        found
    }

    /// The access paths that a text writes or, if it begins with the name of a value, means.
    pub(super) fn written(&self, check: &mut FileCheck<'_>, text: &Text) -> Vec<String> {
        let mut found = Vec::new();
        if let Err(name) = self.expand(text.get_ref(), &mut Vec::new(), &mut found) {
            let known = self.values.keys().map(String::as_str);
            let help = suggest::nearest(&name, known);
            check
                .refuse(text.span(), format!("unknown value `{name}`"))
                .help_if(help.map(|nearest| format!("did you mean `{nearest}`?")));
        }
        found
    }

    /// Adds the paths of a text to `found`. Fails with the name of a value that there is not, or that means itself.
    fn expand(
        &self,
        text: &str,
        inside: &mut Vec<String>,
        found: &mut Vec<String>,
    ) -> Result<(), String> {
        let Some((name, rest)) = value_name(text) else {
            found.push(text.to_owned());
            return Ok(());
        };
        let Some(paths) = self.values.get(name).filter(|_| !inside.iter().any(|i| i == name))
        else {
            return Err(name.to_owned());
        };
        inside.push(name.to_owned());
        for path in paths {
            self.expand(&format!("{path}{rest}"), inside, found)?;
        }
        inside.pop();
        Ok(())
    }

    pub(super) fn has_drivers(&self, library: &str) -> bool {
        self.libraries.get(library).is_some_and(|library| !library.drivers.is_empty())
    }
}

/// The name of a value at the beginning of an access path, and the rest: `library:value.member()`. Modules of the host
/// have a colon as well (`node:process#env`), but there `#` follows.
fn value_name(text: &str) -> Option<(&str, &str)> {
    if text.contains('#') || !text.contains(':') {
        return None;
    }
    let end = text.find(['.', '(']).unwrap_or(text.len());
    Some(text.split_at(end))
}

fn unknown<'n>(
    check: &mut FileCheck<'_>,
    text: &Text,
    noun: &str,
    known: impl Iterator<Item = &'n String> + Clone,
) {
    let name = text.get_ref();
    // The library is often left out.
    let full =
        known.clone().find(|full| full.split_once(':').is_some_and(|(_, short)| short == name));
    let nearest = full
        .map(String::as_str)
        .or_else(|| suggest::nearest(name, known.clone().map(String::as_str)));
    let of_library = || {
        // Those of other libraries would only confuse.
        let library = name.split(':').next().unwrap_or_default();
        let is_of_library = |full: &&str| full.split(':').next() == Some(library);
        let known: Vec<&str> = known.map(String::as_str).filter(is_of_library).collect();
        (!known.is_empty()).then(|| format!("known in `{library}`: {}", suggest::list(&known)))
    };
    let help = nearest.map(|nearest| format!("did you mean `{nearest}`?")).or_else(of_library);
    check.refuse(text.span(), format!("unknown {noun} `{name}`")).help_if(help);
}
