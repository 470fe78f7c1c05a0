//! What library files name for rules: subjects, facts, packages, drivers.

use std::collections::{BTreeMap, BTreeSet};

use super::check::FileCheck;
use crate::rule::file::Text;
use crate::rule::{FactId, Package, SubjectId};
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

    /// The fact that a file means.
    pub(super) fn fact(&self, check: &mut FileCheck<'_>, name: &Text) -> Option<FactId> {
        let found = self.facts.get(name.get_ref()).map(|fact| fact.id);
        if found.is_none() {
            unknown(check, name, "fact", self.facts.keys());
        }
        found
    }

    pub(super) fn has_drivers(&self, library: &str) -> bool {
        self.libraries.get(library).is_some_and(|library| !library.drivers.is_empty())
    }
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
