//! `_library.toml` and `roles.toml`: what rules share.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use toml::Spanned;

use super::case::{self, Asker, OPTION_PLACEHOLDERS};
use super::check::FileCheck;
use super::files;
use super::names::{FactName, Library, Names};
use super::paths;
use super::pattern::{self, Queries};
use super::shorthand;
use crate::access_path::AccessPath;
use crate::rule::file::{
    FactCaseTable, FactTable, FactoryTable, GivenValue, HandedTable, LibraryFile, LoadedTable,
    LocatorTable, MatchTable, RegisteredTable, RolesFile, SetTable, SettingTable, SubjectTable,
    Text, Texts, ValueTable,
};
use crate::rule::template::is_placeholder;
use crate::rule::{
    Called, Fact, FactCase, FactId, Factory, Given, Handed, Loaded, Locator, Pattern, Registration,
    Role, RoleRule, Set, SetId, Setting, SettingFileId, Subject, SubjectId,
};

/// Notes what a library names, before anything is read that may refer to it.
pub(super) fn declare(
    check: &mut FileCheck<'_>,
    file: &LibraryFile,
    folder: &str,
    names: &mut Names,
) {
    check.schema(file.schema.as_ref());
    let title = file.library.as_ref().map_or(0..0, Spanned::span);
    let library = check.required(file.library.as_ref(), 0..0, "library");
    if let Some(name) = library.filter(|name| name.get_ref() != folder) {
        let message = format!("`library` is `{}`, but the folder is `{folder}`", name.get_ref());
        check.refuse(name.span(), message).help("both are the same: ids of rules begin with it");
    }
    let packages = check.required(file.packages.as_ref(), 0..0, "packages");
    let packages = packages.map(|packages| check.packages(packages)).unwrap_or_default();
    let mut drivers = BTreeMap::new();
    for (name, texts) in &file.drivers {
        drivers.insert(name.clone(), check.bare_packages(texts, name));
    }
    if names.libraries.contains_key(folder) {
        check
            .refuse(title, format!("there is a library `{folder}` already"))
            .label(format!("its file is called `{folder}/_library.toml`, too"))
            .help("your own rules can use what the other file names, and stand in a folder with the same name");
        return;
    }
    names.libraries.insert(folder.to_owned(), Library { packages, drivers });
    let mut seen: BTreeMap<String, std::ops::Range<usize>> = BTreeMap::new();
    for subject in &file.subject {
        let Some(name) =
            declared(check, subject.get_ref().name.as_ref(), subject.span(), &mut seen)
        else {
            continue;
        };
        let id = SubjectId(names.subjects.len());
        names.subjects.insert(format!("{folder}:{name}"), id);
    }
    seen.clear();
    for value in &file.value {
        let entry = value.get_ref();
        let Some(name) = declared(check, entry.name.as_ref(), value.span(), &mut seen) else {
            continue;
        };
        let paths = entry.is.iter().flat_map(|is| &is.items);
        let paths = paths.map(|path| path.get_ref().clone()).collect();
        names.values.insert(format!("{folder}:{name}"), paths);
    }
    seen.clear();
    for set in &file.set {
        let Some(name) = declared(check, set.get_ref().name.as_ref(), set.span(), &mut seen) else {
            continue;
        };
        let id = SetId(names.sets.len());
        names.sets.insert(format!("{folder}:{name}"), id);
    }
    seen.clear();
    for table in &file.file {
        let name = table.get_ref().name.as_ref();
        let Some(name) = declared(check, name, table.span(), &mut seen) else { continue };
        let id = SettingFileId(names.files.len());
        names.files.insert(format!("{folder}:{name}"), id);
    }
    seen.clear();
    for fact in &file.fact {
        let Some(name) = declared(check, fact.get_ref().name.as_ref(), fact.span(), &mut seen)
        else {
            continue;
        };
        let cases = fact.get_ref().case.iter();
        let gives: BTreeSet<String> = cases
            .flat_map(|case| case.get_ref().gives.keys().map(|key| key.get_ref().clone()))
            .collect();
        let id = FactId(names.facts.len());
        names.facts.insert(format!("{folder}:{name}"), FactName { id, gives });
    }
}

/// The name of something that others refer to, if there is one that no other has.
fn declared<'t>(
    check: &mut FileCheck<'_>,
    name: Option<&'t Text>,
    at: std::ops::Range<usize>,
    seen: &mut BTreeMap<String, std::ops::Range<usize>>,
) -> Option<&'t str> {
    let name = check.required(name, at, "name")?;
    let text = name.get_ref();
    if text.is_empty() || text.contains(|c: char| c == ':' || c.is_whitespace()) {
        check.refuse(name.span(), format!("`{text}` is no name")).help(
            "a name has no blanks and no colon: others write the library and a colon before it",
        );
        return None;
    }
    if let Some(first) = seen.insert(text.clone(), name.span()) {
        check
            .refuse(name.span(), format!("there is a second `{text}` in this file"))
            .and(first, "the first one");
        return None;
    }
    Some(text)
}

/// Reads a shared subject.
pub(super) fn subject(
    check: &mut FileCheck<'_>,
    table: &Spanned<SubjectTable>,
    folder: &str,
    names: &Names,
    queries: &mut Queries,
) -> Option<Subject> {
    let entry = table.get_ref();
    check.text(entry.doc.as_ref(), table.span(), "doc");
    if entry.matches.is_empty() {
        check.missing(table.span(), "a subject without `[[subject.match]]`");
    }
    let patterns = pattern::patterns(check, &entry.matches, names, queries);
    let counts = check.noun(entry.counts.as_ref());
    let kept = entry.kept.as_ref().map(|kept| paths::access_paths(check, kept, "kept", names));
    let library = names.libraries.get(folder)?;
    Some(Subject {
        name: format!("{folder}:{}", entry.name.as_ref()?.get_ref()),
        packages: library.packages.clone(),
        counts,
        patterns,
        kept: kept.unwrap_or_default(),
        drivers: library.drivers.clone(),
    })
}

/// Checks what a value is said to be, also if nothing uses it.
pub(super) fn value(
    check: &mut FileCheck<'_>,
    table: &Spanned<ValueTable>,
    folder: &str,
    names: &Names,
) {
    let entry = table.get_ref();
    let Some(is) = check.required(entry.is.as_ref(), table.span(), "is") else { return };
    let name = entry.name.as_ref().map_or("", |name| name.get_ref());
    paths::check_value(check, is, &format!("{folder}:{name}"), names);
}

/// Reads a set.
pub(super) fn set(
    check: &mut FileCheck<'_>,
    table: &Spanned<SetTable>,
    folder: &str,
    names: &Names,
    queries: &mut Queries,
) -> Option<Set> {
    let entry = table.get_ref();
    check.text(entry.doc.as_ref(), table.span(), "doc");
    if entry.listed.is_none()
        && entry.called.is_empty()
        && let Some(mistake) =
            check.missing(table.span(), "a set without `listed` or `[[set.called]]`")
    {
        mistake.help("its members stand in options or are registered by calls: say where");
    }
    let listed = entry.listed.as_ref().map(|listed| check.some(listed, "listed"));
    let listed = listed.into_iter().flatten();
    let listed = listed.filter_map(|path| case::option_path(check, path)).collect();
    let mut called = Vec::new();
    for table in &entry.called {
        let entry = table.get_ref();
        if entry.matches.is_empty() {
            check.missing(table.span(), "calls without `[[set.called.match]]`");
        }
        let when = entry.when.as_ref().and_then(|when| case::option_path(check, when));
        let patterns = bringing(check, &entry.matches, names, queries);
        let several = entry.several.as_ref().and_then(|table| files::several(check, table));
        called.push(Called { when, patterns, several });
    }
    let embedded = bringing(check, &entry.embedded, names, queries);
    let name = format!("{folder}:{}", entry.name.as_ref()?.get_ref());
    Some(Set { name, listed, called, embedded })
}

/// Reads matches whose judged values are classes that they bring.
fn bringing(
    check: &mut FileCheck<'_>,
    tables: &[Spanned<MatchTable>],
    names: &Names,
    queries: &mut Queries,
) -> Vec<Pattern> {
    let mut found = Vec::new();
    for table in tables {
        let patterns = pattern::patterns(check, std::slice::from_ref(table), names, queries);
        if patterns.iter().any(|pattern| pattern.options.is_empty())
            && let Some(mistake) =
                check.missing(table.span(), "this match does not say where the classes stand")
        {
            mistake.help(
                "`options = \"0\"` is the first argument; a query captures them as `@options`",
            );
        }
        found.extend(patterns);
    }
    found
}

/// Reads a setting.
pub(super) fn setting(
    check: &mut FileCheck<'_>,
    table: &Spanned<SettingTable>,
    names: &Names,
    queries: &mut Queries,
) -> Option<Setting> {
    let entry = table.get_ref();
    let members = entry.members.as_ref();
    let members = members.map(|members| paths::access_paths(check, members, "members", names));
    let (paths, key) = match (&entry.call, &entry.key) {
        (None, None) if members.is_some() => (Some(Vec::new()), Some(0)),
        (call, key) => (
            called(check, call.as_ref(), table.span(), names),
            argument_number(check, key.as_ref(), table.span(), "key"),
        ),
    };
    let registered = match &entry.registered {
        Some(table) => Some(registration(check, table, names, queries)?),
        None => None,
    };
    let loaded = match &entry.loaded {
        Some(table) => Some(loaded(check, table, names, queries)?),
        None => None,
    };
    let members = members.unwrap_or_default();
    Some(Setting { paths: paths?, key: key?, members, registered, loaded })
}

fn loaded(
    check: &mut FileCheck<'_>,
    table: &Spanned<LoadedTable>,
    names: &Names,
    queries: &mut Queries,
) -> Option<Loaded> {
    let entry = table.get_ref();
    let paths = called(check, entry.call.as_ref(), table.span(), names);
    let functions = check.required(entry.functions.as_ref(), table.span(), "functions")?;
    let functions = shorthand::argument(check, functions)?;
    Some(Loaded { pattern: shorthand::call(paths?, queries), functions })
}

/// Reads what functions among the arguments of a call are called with.
pub(super) fn handed(
    check: &mut FileCheck<'_>,
    table: &Spanned<HandedTable>,
    names: &Names,
) -> Option<Handed> {
    let entry = table.get_ref();
    let paths = called(check, entry.call.as_ref(), table.span(), names);
    let function = check.required(entry.function.as_ref(), table.span(), "function");
    let value = check.required(entry.value.as_ref(), table.span(), "value");
    let function = shorthand::argument(check, function?)?;
    let values = check.one_at_least(value?, "value").iter();
    let values = values.filter_map(|text| shorthand::argument(check, text)).collect();
    Some(Handed { paths: paths?, function, values })
}

/// Reads what a parameter of a function that a file exports as a whole is.
pub(super) fn factory(
    check: &mut FileCheck<'_>,
    table: &Spanned<FactoryTable>,
    folder: &str,
    names: &Names,
) -> Option<Factory> {
    let entry = table.get_ref();
    let parameter = check.required(entry.parameter.as_ref(), table.span(), "parameter");
    let is = check.required(entry.is.as_ref(), table.span(), "is");
    // What has several names is known by any of them.
    let path = paths::access_paths(check, is?, "is", names).into_iter().next();
    let packages = names.libraries.get(folder)?.packages.clone();
    Some(Factory { packages, parameter: parameter?.get_ref().clone(), path: path? })
}

fn registration(
    check: &mut FileCheck<'_>,
    table: &Spanned<RegisteredTable>,
    names: &Names,
    queries: &mut Queries,
) -> Option<Registration> {
    let entry = table.get_ref();
    let paths = called(check, entry.call.as_ref(), table.span(), names);
    let key = argument_number(check, entry.key.as_ref(), table.span(), "key");
    let value = argument_number(check, entry.value.as_ref(), table.span(), "value");
    let types = entry.types.as_ref().map(|types| paths::access_paths(check, types, "type", names));
    let is = entry.is.as_ref().map(|is| paths::access_paths(check, is, "is", names));
    let pattern = shorthand::call(paths?, queries);
    let (types, paths) = (types.unwrap_or_default(), is.unwrap_or_default());
    Some(Registration { pattern, key: key?, value: value?, types, paths })
}

/// Reads a locator.
pub(super) fn locator(
    check: &mut FileCheck<'_>,
    table: &Spanned<LocatorTable>,
    names: &Names,
) -> Option<Locator> {
    let entry = table.get_ref();
    let paths = called(check, entry.call.as_ref(), table.span(), names);
    let class = argument_number(check, entry.class.as_ref(), table.span(), "class");
    Some(Locator { paths: paths?, class: class? })
}

/// What must be said to be called.
fn called(
    check: &mut FileCheck<'_>,
    call: Option<&Texts>,
    at: std::ops::Range<usize>,
    names: &Names,
) -> Option<Vec<AccessPath>> {
    let call = check.required(call, at, "call")?;
    Some(paths::access_paths(check, call, "call", names))
}

pub(super) fn argument_number(
    check: &mut FileCheck<'_>,
    number: Option<&Spanned<i64>>,
    at: std::ops::Range<usize>,
    key: &str,
) -> Option<usize> {
    let number = check.required(number, at, key)?;
    let argument = usize::try_from(*number.get_ref()).ok();
    if argument.is_none() {
        check
            .refuse(number.span(), format!("`{key}` is the number of an argument"))
            .help("`0` is the first argument");
    }
    argument
}

/// Reads a fact.
pub(super) fn fact(
    check: &mut FileCheck<'_>,
    table: &Spanned<FactTable>,
    folder: &str,
    names: &Names,
    queries: &mut Queries,
) -> Option<Fact> {
    let entry = table.get_ref();
    check.text(entry.doc.as_ref(), table.span(), "doc");
    if entry.matches.is_empty() {
        check.missing(table.span(), "a fact without `[[fact.match]]`");
    }
    if entry.case.is_empty() {
        check.missing(table.span(), "a fact without `[[fact.case]]`");
    }
    let over = entry.over.as_ref().and_then(|name| names.set(check, name));
    let lacks = entry.lacks.iter().flat_map(|lacks| &lacks.items);
    let lacks = lacks.filter_map(|name| names.fact(check, name)).collect();
    let patterns = pattern::patterns(check, &entry.matches, names, queries);
    let counts = check.noun(entry.counts.as_ref());
    case::unreachable(check, &entry.case, |case: &FactCaseTable| case.conditions.is_empty());
    let name = format!("{folder}:{}", entry.name.as_ref()?.get_ref());
    let all_given = names.facts.get(&name).map(|fact| fact.gives.clone()).unwrap_or_default();
    let cases =
        entry.case.iter().filter_map(|case| fact_case(check, case, names, &all_given)).collect();
    let packages = names.libraries.get(folder).map(|library| library.packages.clone());
    let packages = packages.unwrap_or_default();
    Some(Fact { name, packages, over, lacks, patterns, cases, counts })
}

fn fact_case(
    check: &mut FileCheck<'_>,
    table: &Spanned<FactCaseTable>,
    names: &Names,
    all_given: &BTreeSet<String>,
) -> Option<FactCase> {
    let entry = table.get_ref();
    let conditions = case::conditions(check, &entry.conditions, names, Asker::Fact);
    let mut gives = BTreeMap::new();
    for (key, value) in &entry.gives {
        if !is_placeholder(key.get_ref()) || OPTION_PLACEHOLDERS.contains(&key.get_ref().as_str()) {
            check
                .refuse(key.span(), format!("a placeholder cannot be called `{}`", key.get_ref()))
                .help("lower-case letters, digits and `_`; not `origin`, `value` or `option`");
        }
        let value = match value {
            GivenValue::Text(text) => Given::Text(text.clone()),
            GivenValue::Option(option) => {
                let Some(path) = case::option_path(check, &option.option) else { continue };
                Given::Option { path, default: option.default.clone() }
            }
        };
        gives.insert(key.get_ref().clone(), value);
    }
    // A rule may use the placeholder whichever case holds.
    for key in all_given.iter().filter(|key| !entry.gives.contains_key(key.as_str())) {
        if let Some(mistake) =
            check.missing(table.span(), format!("this case does not give `{key}`"))
        {
            mistake.help("another case of the fact does, and messages may use it: all cases give the same keys");
        }
    }
    let known: Vec<&str> = entry.gives.keys().map(|key| key.get_ref().as_str()).collect();
    let label =
        case::required_template(check, entry.label.as_ref(), table.span(), "label", &known)?;
    let packages = entry.packages.as_ref().map(|packages| check.packages(packages));
    Some(FactCase { packages: packages.unwrap_or_default(), conditions, gives, label })
}

/// Reads `roles.toml`.
pub(super) fn roles(check: &mut FileCheck<'_>, file: &RolesFile) -> Vec<RoleRule> {
    check.schema(file.schema.as_ref());
    let mut rules = Vec::new();
    for table in &file.role {
        let entry = table.get_ref();
        let name = check.required(entry.name.as_ref(), table.span(), "name");
        let role = name.and_then(|name| check.named(name, "role", &Role::ALL, Role::name));
        let files = check.required(entry.files.as_ref(), table.span(), "files");
        let files = files.and_then(|files| globs(check, files));
        if let (Some(role), Some(files)) = (role, files) {
            let texts = |texts: &Option<Texts>| {
                let items = texts.iter().flat_map(|texts| &texts.items);
                items.map(|text| text.get_ref().clone()).collect()
            };
            rules.push(RoleRule {
                role,
                files,
                environments: texts(&entry.environments),
                imports: texts(&entry.imports),
                mentions: texts(&entry.mentions),
            });
        }
    }
    rules
}

pub(super) fn globs(check: &mut FileCheck<'_>, texts: &Texts) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for text in check.one_at_least(texts, "files") {
        match GlobBuilder::new(text.get_ref()).literal_separator(true).build() {
            Ok(glob) => {
                set.add(glob);
            }
            Err(error) => {
                check.refuse(text.span(), "this is no glob").label(error.kind().to_string());
            }
        }
    }
    match set.build() {
        Ok(set) => Some(set),
        Err(error) => {
            check
                .refuse(texts.span.clone(), "these globs cannot be used together")
                .label(error.kind().to_string());
            None
        }
    }
}
