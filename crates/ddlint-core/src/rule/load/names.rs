//! What library files name for rules: subjects, facts, packages, drivers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::check::FileCheck;
use super::paths::access_path;
use crate::access_path::AccessPath;
use crate::rule::file::Text;
use crate::rule::{FactId, OptionsAt, Package, SetId, SettingFileId, SubjectId};
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
    /// What values mean, once somebody has asked: a few are named by hundreds of patterns.
    known: RefCell<HashMap<String, Option<Rc<[AccessPath]>>>>,
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

/// Why the name of a value leads to no access paths.
enum DeadEnd {
    /// There is no such value.
    Unknown(String),
    /// It means itself.
    Circle(String),
}

impl Names {
    /// The shared subject that a file means.
    pub(super) fn subject(&self, check: &mut FileCheck<'_>, name: &Text) -> Option<SubjectId> {
        let found = self.subjects.get(name.get_ref()).copied();
        if found.is_none() {
            unknown(check, name, name.get_ref(), "subject", self.subjects.keys());
        }
        found
    }

    /// The set that a file means.
    pub(super) fn set(&self, check: &mut FileCheck<'_>, name: &Text) -> Option<SetId> {
        let found = self.sets.get(name.get_ref()).copied();
        if found.is_none() {
            unknown(check, name, name.get_ref(), "set", self.sets.keys());
        }
        found
    }

    /// The configuration file that a file means: `library:file`, or `library:file[]` for all that stand in it.
    pub(super) fn file(&self, check: &mut FileCheck<'_>, name: &Text) -> Option<OptionsAt> {
        let one = name.get_ref().strip_suffix("[]");
        let found = self.files.get(one.unwrap_or(name.get_ref())).copied();
        let found = found.map(|id| OptionsAt::File { id, all: one.is_some() });
        if found.is_none() {
            unknown(check, name, name.get_ref(), "file", self.files.keys());
        }
        found
    }

    /// The fact that a file means.
    pub(super) fn fact(&self, check: &mut FileCheck<'_>, name: &Text) -> Option<FactId> {
        let found = self.facts.get(name.get_ref()).map(|fact| fact.id);
        if found.is_none() {
            unknown(check, name, name.get_ref(), "fact", self.facts.keys());
        }
        found
    }

    /// The access paths that a text writes or, if it begins with the name of a value, means. `of` is the value of which
    /// the text says what it is.
    pub(super) fn written(
        &self,
        check: &mut FileCheck<'_>,
        text: &Text,
        of: Option<&str>,
    ) -> Vec<String> {
        let whole = text.get_ref();
        let before = whole.split_once('#').map(|(before, _)| before);
        if let Some((name, _)) =
            before.and_then(value_name).filter(|(name, _)| self.values.contains_key(*name))
        {
            check
                .refuse(text.span(), format!("`#` stands behind a module, and `{name}` is a value"))
                .help(format!("its members stand behind a dot: `{}`", whole.replacen('#', ".", 1)));
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut inside: Vec<String> = of.into_iter().map(str::to_owned).collect();
        match self.expand(whole, &mut inside, &mut found) {
            Err(DeadEnd::Unknown(name))
                if value_name(whole).is_some_and(|(own, _)| own == name) =>
            {
                self.unknown_value(check, text, &name);
            }
            Err(DeadEnd::Circle(name)) if of == Some(name.as_str()) => {
                let mistake = check.refuse(text.span(), format!("the value `{name}` means itself"));
                if let Some(way) = inside.get(1..).filter(|way| !way.is_empty()) {
                    let way: Vec<&str> = way.iter().map(String::as_str).collect();
                    mistake.label(format!("by way of {}", suggest::list(&way)));
                }
            }
            // What is wrong with another value is told where that says what it is.
            Ok(()) | Err(DeadEnd::Unknown(_) | DeadEnd::Circle(_)) => {}
        }
        found
    }

    /// The access paths that the name of a value means. `None` if something is wrong with them or none of them has a step.
    pub(super) fn paths_of_value(&self, name: &str) -> Option<Rc<[AccessPath]>> {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        let mut written = Vec::new();
        let expanded = self.expand(name, &mut Vec::new(), &mut written);
        let parsed = written.iter().map(|text| access_path(text).ok());
        let paths = parsed.map(|path| path.filter(|path| !path.steps.is_empty()));
        let paths: Option<Rc<[_]>> = expanded.ok().and_then(|()| paths.collect());
        self.known.borrow_mut().insert(name.to_owned(), paths.clone());
        paths
    }

    /// Adds the paths of a text to `found`, through the values in `inside`.
    fn expand(
        &self,
        text: &str,
        inside: &mut Vec<String>,
        found: &mut Vec<String>,
    ) -> Result<(), DeadEnd> {
        let Some((name, rest)) = value_name(text) else {
            found.push(text.to_owned());
            return Ok(());
        };
        if inside.iter().any(|outer| outer == name) {
            return Err(DeadEnd::Circle(name.to_owned()));
        }
        let Some(paths) = self.values.get(name) else {
            return Err(DeadEnd::Unknown(name.to_owned()));
        };
        inside.push(name.to_owned());
        for path in paths {
            self.expand(&format!("{path}{rest}"), inside, found)?;
        }
        inside.pop();
        Ok(())
    }

    fn unknown_value(&self, check: &mut FileCheck<'_>, text: &Text, name: &str) {
        let library = name.split(':').next().unwrap_or_default();
        if self.libraries.contains_key(library) {
            return unknown(check, text, name, "value", self.values.keys());
        }
        let nearest = suggest::nearest(name, self.values.keys().map(String::as_str));
        let help = match nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("the default export of a module with a colon is `{name}#default`"),
        };
        check.refuse(text.span(), format!("unknown value `{name}`")).help(help);
    }

    pub(super) fn has_drivers(&self, library: &str) -> bool {
        self.libraries.get(library).is_some_and(|library| !library.drivers.is_empty())
    }
}

/// The name of a value at the beginning of an access path, and the rest: `library:value.member()`. Modules of the host
/// have a colon as well (`node:process#env`), but there `#` follows.
pub(super) fn value_name(text: &str) -> Option<(&str, &str)> {
    if text.contains('#') || !text.contains(':') {
        return None;
    }
    let end = text.find(['.', '(']).unwrap_or(text.len());
    Some(text.split_at(end))
}

fn unknown<'n>(
    check: &mut FileCheck<'_>,
    text: &Text,
    name: &str,
    noun: &str,
    known: impl Iterator<Item = &'n String> + Clone,
) {
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
