//! From the texts of rule files to a [`RuleSet`], or to everything that is wrong with them.
//!
//! Names first, then what refers to them, so that files may come in any order.

mod case;
mod check;
mod compile;
mod files;
mod history;
mod library;
mod names;
mod paths;
mod pattern;
mod shorthand;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use toml::Spanned;

use self::case::Asker;
use self::check::FileCheck;
use self::names::Names;
use self::pattern::Queries;
use super::error::RuleErrors;
use super::file::{HistoryFile, LibraryFile, RolesFile, RuleTable};
use super::{Docs, Judged, Over, Role, Rule, RuleSet, Status, Subject, SubjectId};
use crate::finding::{Hazard, Severity};
use crate::toml_file;
use crate::version::Version;

/// The text of a rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// Below the rules folder, with `/` on every system: `typeorm/synchronize.toml`.
    pub path: String,
    /// What it says.
    pub text: String,
    /// Whether it comes with ddlint. Such files are tested before a release, so their queries are not compiled again.
    pub builtin: bool,
}

/// Reads rule files. Fails with every mistake in any of them.
///
/// Compiling a query takes milliseconds, so this is done only for files that do not come with ddlint: [`check`] does it
/// for all.
pub fn load(files: &[RuleFile]) -> Result<RuleSet, RuleErrors> {
    load_with(files, |file| !file.builtin)
}

/// Reads rule files as [`load`] does and compiles the queries of all of them, for every language they are meant for.
pub fn check(files: &[RuleFile]) -> Result<RuleSet, RuleErrors> {
    load_with(files, |_| true)
}

/// A file whose shape has been read.
struct Draft<'a> {
    check: FileCheck<'a>,
    shape: Shape,
}

enum Shape {
    Roles(RolesFile),
    Library { folder: String, file: Box<LibraryFile> },
    History { folder: String, file: Box<HistoryFile> },
    Rule { folder: String, id: String, file: Box<RuleTable> },
    Unreadable,
}

fn load_with(
    files: &[RuleFile],
    compile: impl Fn(&RuleFile) -> bool,
) -> Result<RuleSet, RuleErrors> {
    let mut drafts: Vec<Draft<'_>> = files.iter().map(|file| draft(file, compile(file))).collect();
    // What comes with ddlint goes first: a user's file that has its name is the one to be refused.
    drafts.sort_by_key(|draft| !draft.check.file.builtin);
    let mut names = Names::default();
    for Draft { check, shape } in &mut drafts {
        if let Shape::Library { folder, file } = shape {
            library::declare(check, file, folder, &mut names);
        }
    }
    let mut set = RuleSet::default();
    let mut queries = Queries::default();
    for Draft { check, shape } in &mut drafts {
        match shape {
            Shape::Library { folder, file } => {
                file.value.iter().for_each(|value| library::value(check, value, folder, &names));
                let subjects = file.subject.iter();
                let subjects: Vec<_> = subjects
                    .filter_map(|subject| {
                        library::subject(check, subject, folder, &names, &mut queries)
                    })
                    .collect();
                set.subjects.extend(subjects);
                let facts = file.fact.iter();
                let facts: Vec<_> = facts
                    .filter_map(|fact| library::fact(check, fact, folder, &names, &mut queries))
                    .collect();
                set.facts.extend(facts);
                let sets = file.set.iter();
                let sets: Vec<_> = sets
                    .filter_map(|set| library::set(check, set, folder, &names, &mut queries))
                    .collect();
                set.sets.extend(sets);
                let files = file.file.iter();
                let files: Vec<_> = files
                    .filter_map(|table| files::setting_file(check, table, folder, &names))
                    .collect();
                set.files.extend(files);
                let settings = file.setting.iter();
                let settings: Vec<_> = settings
                    .filter_map(|setting| library::setting(check, setting, &names, &mut queries))
                    .collect();
                set.settings.extend(settings);
                let locators = file.locator.iter();
                let locators: Vec<_> =
                    locators.filter_map(|table| library::locator(check, table, &names)).collect();
                set.locators.extend(locators);
                let handed = file.handed.iter();
                let handed: Vec<_> =
                    handed.filter_map(|table| library::handed(check, table, &names)).collect();
                set.handed.extend(handed);
                let factories = file.factory.iter();
                let factories: Vec<_> = factories
                    .filter_map(|table| library::factory(check, table, folder, &names))
                    .collect();
                set.factories.extend(factories);
            }
            Shape::History { folder, file } => {
                history::read(check, file, folder, &names, &mut queries, &mut set);
            }
            // The first that fits a path counts, and the user's word goes before ours.
            Shape::Roles(file) if check.file.builtin => {
                set.roles.extend(library::roles(check, file));
            }
            Shape::Roles(file) => {
                let roles = library::roles(check, file);
                set.roles.splice(0..0, roles);
            }
            Shape::Rule { .. } | Shape::Unreadable => {}
        }
    }
    let mut sources: BTreeMap<String, bool> = BTreeMap::new();
    for Draft { check, shape } in &mut drafts {
        let Shape::Rule { folder, id, file } = shape else { continue };
        unique(check, id, file, &mut sources);
        if let Some(rule) = rule(check, file, folder, id, &names, &mut set.subjects, &mut queries) {
            set.rules.push(rule);
        }
    }
    let mistakes: Vec<_> =
        drafts.into_iter().flat_map(|draft| draft.check.into_mistakes()).collect();
    if !mistakes.is_empty() {
        return Err(RuleErrors { mistakes });
    }
    set.rules.sort_by(|a, b| a.id.cmp(&b.id));
    set.queries = queries.all;
    Ok(set)
}

/// Reads a file's shape, which its path decides.
fn draft(file: &RuleFile, compile: bool) -> Draft<'_> {
    let id = file.path.strip_suffix(".toml").unwrap_or(&file.path);
    let Some((folder, rest)) = id.split_once('/') else {
        if id == "roles" {
            return read(file, compile, Shape::Roles);
        }
        let mut check = FileCheck::new(file, compile, Vec::new());
        check
            .refuse(0..0, format!("the rule `{id}` stands outside of a folder"))
            .help("a rule's file stands in the folder of its library");
        return Draft { check, shape: Shape::Unreadable };
    };
    let folder = folder.to_owned();
    if rest == "_library" {
        return read(file, compile, |file| Shape::Library { folder, file: Box::new(file) });
    }
    if rest == "_history" {
        return read(file, compile, |file| Shape::History { folder, file: Box::new(file) });
    }
    read(file, compile, |file| Shape::Rule { folder, id: id.to_owned(), file: Box::new(file) })
}

fn read<T: DeserializeOwned>(
    file: &RuleFile,
    compile: bool,
    shape: impl FnOnce(T) -> Shape,
) -> Draft<'_> {
    let (value, mistakes) = toml_file::read::<T>(&file.text);
    let check = FileCheck::new(file, compile, mistakes);
    Draft { check, shape: value.map_or(Shape::Unreadable, shape) }
}

/// Refuses a second rule with the same id.
fn unique(
    check: &mut FileCheck<'_>,
    id: &str,
    file: &RuleTable,
    sources: &mut BTreeMap<String, bool>,
) {
    let Some(is_builtin) = sources.get(id).copied() else {
        sources.insert(id.to_owned(), check.file.builtin);
        return;
    };
    let at = file.title.as_ref().map_or(0..0, Spanned::span);
    let (whose, help) = if is_builtin {
        let help = "rename the file; a rule of ddlint can be switched off in `ddlint.toml`";
        ("a rule of ddlint itself", help)
    } else {
        ("another rule of yours", "rename one of the two files")
    };
    check
        .refuse(at, format!("there is a rule `{id}` already"))
        .label(format!("{whose} has this id, which is the path of the file"))
        .help(help.to_owned());
}

fn rule(
    check: &mut FileCheck<'_>,
    file: &RuleTable,
    folder: &str,
    id: &str,
    names: &Names,
    subjects: &mut Vec<Subject>,
    queries: &mut Queries,
) -> Option<Rule> {
    check.schema(file.schema.as_ref());
    let title = check.text(file.title.as_ref(), 0..0, "title");
    let since = since(check, file);
    let status = match &file.status {
        Some(name) => check.named(name, "status", &Status::ALL, Status::name),
        None => Some(Status::Stable),
    };
    let hazard = check.required(file.hazard.as_ref(), 0..0, "hazard");
    let hazard = hazard.and_then(|name| check.named(name, "hazard", &Hazard::ALL, Hazard::name));
    let severity = check.required(file.severity.as_ref(), 0..0, "severity");
    let severity =
        severity.and_then(|name| check.named(name, "severity", &Severity::ALL, Severity::name));
    let library = names.libraries.get(folder);
    let packages = match (&file.packages, library) {
        (Some(packages), _) => check.packages(packages),
        (None, Some(library)) => library.packages.clone(),
        (None, None) => {
            if let Some(mistake) = check.missing(0..0, "the key `packages` is missing") {
                mistake.help(format!(
                    "there is no `{folder}/_library.toml` that says which packages are meant"
                ));
            }
            Vec::new()
        }
    };
    let roles = match &file.roles {
        Some(roles) => {
            let names = check.some(roles, "roles");
            names
                .iter()
                .filter_map(|name| check.named(name, "role", &Role::ALL, Role::name))
                .collect()
        }
        None => vec![Role::Application, Role::Script, Role::Example],
    };
    let own = Subject {
        name: id.to_owned(),
        packages: packages.clone(),
        counts: None,
        kept: Vec::new(),
        patterns: pattern::patterns(check, &file.matches, names, queries),
        drivers: library.map(|library| library.drivers.clone()).unwrap_or_default(),
    };
    let subject = subject(check, file, names);
    // Drivers belong to the options, and those to the library of the subject.
    let of_library = file.subject.as_ref().and_then(|name| name.get_ref().split_once(':'));
    let has_drivers = names.has_drivers(of_library.map_or(folder, |(library, _)| library));
    if file.case.is_empty() {
        check.missing(0..0, "a rule without `[[case]]`");
    }
    let asker = match subject {
        Some(Whose::Schema(over)) => Asker::Schema(over),
        _ => Asker::Rule { has_drivers },
    };
    let cases = case::cases(check, &file.case, names, asker);
    let docs = docs(check, file);
    let judged = match subject? {
        Whose::Shared(id) => Judged::Subject(id),
        Whose::Own => {
            subjects.push(own);
            Judged::Subject(SubjectId(subjects.len() - 1))
        }
        Whose::Schema(over) => Judged::Schema(over),
    };
    Some(Rule {
        id: id.to_owned(),
        title: title?,
        since: since?,
        status: status?,
        hazard: hazard?,
        severity: severity?,
        packages,
        roles,
        judged,
        relied_on: file.relied_on.as_ref().map(|text| text.get_ref().clone()),
        cases,
        docs: docs?,
    })
}

/// Where a rule's subject is.
enum Whose {
    Shared(SubjectId),
    Own,
    /// Nobody's: it is what histories leave behind.
    Schema(Over),
}

fn subject(check: &mut FileCheck<'_>, file: &RuleTable, names: &Names) -> Option<Whose> {
    if let Some(over) = &file.over {
        let other = file.subject.as_ref().map(Spanned::span);
        if let Some(other) = other.or_else(|| file.matches.first().map(Spanned::span)) {
            check
                .refuse(other, "a rule over schemas has no `subject` and no `[[match]]`")
                .and(over.span(), "it judges these");
        }
        return check.named(over, "part of a schema", Over::ALL, Over::name).map(Whose::Schema);
    }
    match (&file.subject, file.matches.first()) {
        (Some(name), None) => names.subject(check, name).map(Whose::Shared),
        (None, Some(_)) => Some(Whose::Own),
        (None, None) => {
            if let Some(mistake) = check.missing(0..0, "a rule without `subject` or `[[match]]`") {
                mistake.help("name a shared subject, or say in `[[match]]` where to look");
            }
            None
        }
        (Some(name), Some(first)) => {
            check
                .refuse(first.span(), "a rule has `subject` or `[[match]]`, not both")
                .and(name.span(), "the other one");
            None
        }
    }
}

fn since(check: &mut FileCheck<'_>, file: &RuleTable) -> Option<String> {
    let since = check.required(file.since.as_ref(), 0..0, "since")?;
    if let Err(error) = since.get_ref().parse::<Version>() {
        check.refuse(since.span(), "`since` is a version of ddlint").label(error.to_string());
        return None;
    }
    Some(since.get_ref().clone())
}

fn docs(check: &mut FileCheck<'_>, file: &RuleTable) -> Option<Docs> {
    let docs = check.required(file.docs.as_ref(), 0..0, "docs")?;
    let (entry, at) = (docs.get_ref(), docs.span());
    let what = check.text(entry.what.as_ref(), at.clone(), "what");
    let why = check.text(entry.why.as_ref(), at.clone(), "why");
    let fix = check.text(entry.fix.as_ref(), at, "fix");
    Some(Docs { what: what?, why: why?, fix: fix?, references: entry.references.clone() })
}
