//! `_history.toml`: where migrations are, and what the calls in them do.

use std::collections::HashSet;
use std::sync::Arc;

use toml::Spanned;

use super::case::{self, Asker};
use super::check::FileCheck;
use super::library::globs;
use super::names::Names;
use super::paths::access_paths;
use super::pattern::Queries;
use super::shorthand;
use crate::access_path::{AccessPath, Step};
use crate::rule::file::{
    CodeTable, ColumnTable, ConditionTable, ConfiguredTable, DirectoryTable, EventTable,
    ExtensionTable, GeneratedTable, HistoryFile, HistoryTable, KnownTable, ListedTable,
    PluralTable, ScriptsTable, Text, Texts, WrapperTable,
};
use crate::rule::fit::ANY;
use crate::rule::{
    ArgumentPath, Beside, Code, ColumnShape, Configured, Directory, Event, Extension, Generated,
    Group, History, Known, Listed, OptionPath, Order, Parts, Plural, RuleSet, Scripts, Slot, Verb,
};

/// Reads all that a file says.
pub(super) fn read(
    check: &mut FileCheck<'_>,
    file: &HistoryFile,
    folder: &str,
    names: &Names,
    queries: &mut Queries,
    set: &mut RuleSet,
) {
    check.schema(file.schema.as_ref());
    if !names.libraries.contains_key(folder)
        && let Some(mistake) = check.missing(0..0, format!("there is no `{folder}/_library.toml`"))
    {
        mistake.help("it says which packages are meant");
    }
    for table in &file.history {
        set.histories.extend(history(check, table, folder, &file.database, names));
    }
    let first = set.events.len();
    for table in &file.event {
        set.events.extend(event(check, table, folder, &file.database, names));
    }
    for table in &file.model {
        let model = event(check, table, folder, &file.database, names);
        set.events.extend(model.map(|model| Event { is_model: true, ..model }));
    }
    if let Some(table) = &file.plural {
        let plural = Arc::new(plural(check, table));
        for event in &mut set.events[first..] {
            event.plural = Some(Arc::clone(&plural));
        }
    }
    // Application code is searched for these; what is called in a callback of one is found where that is handed over.
    let events = &mut set.events[first..];
    let calls: HashSet<&AccessPath> = events.iter().flat_map(|event| &event.calls).collect();
    let outside = events.iter().map(|event| {
        let outside = event.calls.iter().filter(|path| !is_inside(path, &calls));
        outside.cloned().collect::<Vec<AccessPath>>()
    });
    let outside: Vec<_> = outside.collect();
    for (event, outside) in events.iter_mut().zip(outside) {
        event.pattern = (!outside.is_empty()).then(|| shorthand::call(outside, queries));
    }
    for table in &file.known {
        set.known.extend(known(check, table, names));
    }
    for table in &file.wrapper {
        set.wrappers.extend(wrapper(check, table, names));
    }
    for table in &file.passing {
        let call = check.required(table.get_ref().call.as_ref(), table.span(), "call");
        set.passing
            .extend(call.into_iter().flat_map(|call| access_paths(check, call, "call", names)));
    }
    for table in &file.extension {
        set.extensions.extend(extension(check, table));
    }
}

/// Reads a history.
fn history(
    check: &mut FileCheck<'_>,
    table: &Spanned<HistoryTable>,
    folder: &str,
    database: &[Spanned<ConditionTable>],
    names: &Names,
) -> Option<History> {
    let entry = table.get_ref();
    let name = check.text(entry.name.as_ref(), table.span(), "name");
    check.text(entry.doc.as_ref(), table.span(), "doc");
    if entry.code.is_none()
        && entry.scripts.is_empty()
        && let Some(mistake) = check
            .missing(table.span(), "a history without `[history.code]` or `[[history.scripts]]`")
    {
        mistake.help("its steps are functions or files of SQL: say which");
    }
    let files = entry.files.as_ref().and_then(|files| globs(check, files));
    let databases = entry.databases.iter().flat_map(|names| check.some(names, "databases"));
    let databases = databases.map(|name| name.get_ref().clone()).collect();
    let elsewhere = entry.elsewhere.as_ref().and_then(|files| globs(check, files));
    let code = entry.code.as_ref().and_then(|code| self::code(check, code, names));
    let scripts = entry.scripts.iter().filter_map(|table| read_scripts(check, table)).collect();
    let library = names.libraries.get(folder)?;
    Some(History {
        name: format!("{folder}:{}", name?),
        packages: library.packages.clone(),
        drivers: library.drivers.clone(),
        databases,
        files,
        database: case::conditions(check, database, names, Asker::Rule { has_drivers: true }),
        directories: entry
            .directory
            .iter()
            .filter_map(|table| directory(check, table, names))
            .collect(),
        configured: entry.configured.as_ref().and_then(|table| configured(check, table)),
        elsewhere,
        code,
        scripts,
    })
}

/// Reads what names the folders of a history's steps.
fn directory(
    check: &mut FileCheck<'_>,
    table: &Spanned<DirectoryTable>,
    names: &Names,
) -> Option<Directory> {
    let entry = table.get_ref();
    match (&entry.files, &entry.of, &entry.option, &entry.beside, &entry.says) {
        (Some(files), None, Some(option), None, None) => Some(Directory::Configured(Configured {
            files: globs(check, files)?,
            option: case::option_path(check, option)?,
        })),
        (None, Some(of), Some(option), None, None) => Some(Directory::Option(Listed {
            of: names.subject(check, of)?,
            option: case::option_path(check, option)?,
        })),
        (None, None, None, Some(files), Some(written)) => {
            let files = check.some(files, "beside");
            let files = files.iter().map(|file| file.get_ref().clone()).collect();
            let says = case::regex(check, written)?;
            if !says.capture_names().flatten().any(|name| name == "directory") {
                check.refuse(written.span(), "no group is called `directory`");
            }
            Some(Directory::Said { files, says })
        }
        _ => {
            if let Some(mistake) = check.missing(table.span(), "nothing here names a folder") {
                mistake.help("`files` and `option`, `of` and `option`, or `beside` and `says`");
            }
            None
        }
    }
}

fn code(check: &mut FileCheck<'_>, table: &Spanned<CodeTable>, names: &Names) -> Option<Code> {
    let entry = table.get_ref();
    let (method, class) = match (&entry.method, &entry.exported) {
        (Some(method), None) => (method, true),
        (None, Some(exported)) => (exported, false),
        _ => {
            if let Some(mistake) =
                check.missing(table.span(), "code has either a `method` or something `exported`")
            {
                mistake.help(
                    "`method = \"up\"` is a method of a class, `exported = \"up\"` a function",
                );
            }
            return None;
        }
    };
    let handed = entry.handed.iter().flat_map(|handed| check.some(handed, "handed"));
    let handed: Vec<&Text> = handed.collect();
    // What has several names is known by any of them.
    let handed = handed.into_iter().filter_map(|text| {
        let one = Texts { span: text.span(), items: vec![text.clone()] };
        access_paths(check, &one, "handed", names).into_iter().next()
    });
    let handed = handed.collect();
    let order = entry.order.as_ref();
    let order = order.and_then(|order| check.named(order, "order", &Order::ALL, Order::name));
    let group = entry.group.as_ref();
    let group = group.and_then(|group| check.named(group, "group", &Group::ALL, Group::name));
    let listed = entry.listed.as_ref().and_then(|table| listed(check, table, names));
    Some(Code {
        listed,
        method: method.get_ref().clone(),
        class,
        returns: entry.returns,
        handed,
        order: order.unwrap_or(Order::File),
        named: entry.named.as_ref().map(|named| named.get_ref().clone()),
        group: group.unwrap_or(Group::Folder),
    })
}

fn listed(
    check: &mut FileCheck<'_>,
    table: &Spanned<ListedTable>,
    names: &Names,
) -> Option<Listed> {
    let entry = table.get_ref();
    let of = check.required(entry.of.as_ref(), table.span(), "of")?;
    let option = check.required(entry.option.as_ref(), table.span(), "option")?;
    Some(Listed { of: names.subject(check, of)?, option: case::option_path(check, option)? })
}

fn configured(check: &mut FileCheck<'_>, table: &Spanned<ConfiguredTable>) -> Option<Configured> {
    let entry = table.get_ref();
    let files = check.required(entry.files.as_ref(), table.span(), "files")?;
    let option = check.required(entry.option.as_ref(), table.span(), "option")?;
    Some(Configured { files: globs(check, files)?, option: case::option_path(check, option)? })
}

fn read_scripts(check: &mut FileCheck<'_>, table: &Spanned<ScriptsTable>) -> Option<Scripts> {
    let entry = table.get_ref();
    let written = check.required(entry.files.as_ref(), table.span(), "files")?;
    let files = case::regex(check, written)?;
    for group in ["history", "order"] {
        if !files.capture_names().flatten().any(|name| name == group) {
            check
                .refuse(written.span(), format!("no group is called `{group}`"))
                .help("`(?<history>…)` is the history's folder, `(?<order>…)` what its files are sorted by");
        }
    }
    let beside = match (&entry.beside, &entry.says) {
        (Some(files), Some(says)) => {
            let files = check.some(files, "beside");
            Some(Beside {
                files: files.iter().map(|file| file.get_ref().clone()).collect(),
                says: case::regex(check, says)?,
                required: entry.required,
            })
        }
        (None, None) => None,
        _ => {
            check.missing(table.span(), "`beside` and `says` go together");
            None
        }
    };
    let parts = match (&entry.up, &entry.down) {
        (Some(up), Some(down)) => {
            Some(Parts { up: case::regex(check, up)?, down: case::regex(check, down)? })
        }
        (None, None) => None,
        _ => {
            check.missing(table.span(), "`up` and `down` go together");
            None
        }
    };
    Some(Scripts { files, beside, parts })
}

/// Reads an event.
fn event(
    check: &mut FileCheck<'_>,
    table: &Spanned<EventTable>,
    folder: &str,
    database: &[Spanned<ConditionTable>],
    names: &Names,
) -> Option<Event> {
    let entry = table.get_ref();
    let call = check.required(entry.call.as_ref(), table.span(), "call");
    let calls = call.map(|call| access_paths(check, call, "call", names));
    let does = check.required(entry.does.as_ref(), table.span(), "does");
    let does = does.and_then(|does| check.named(does, "verb", Verb::ALL, Verb::name));
    let conditions = case::conditions(check, &entry.conditions, names, Asker::Fact);
    let mut from = Vec::new();
    for (key, places) in &entry.from {
        let slot = check.named(key, "slot", Slot::ALL, Slot::name);
        let places = check.one_at_least(places, key.get_ref()).iter();
        let places: Vec<ArgumentPath> =
            places.filter_map(|place| argument_path(check, place)).collect();
        from.extend(slot.map(|slot| (slot, places)));
    }
    let mut defaults = Vec::new();
    for (key, value) in &entry.default {
        let slot = check.named(key, "slot", Slot::ALL, Slot::name);
        defaults.extend(slot.map(|slot| (slot, value.clone())));
    }
    let column = entry.column.as_ref().map(|column| shape(check, column.get_ref()));
    let key_by = entry.key_by.as_ref().map(|paths| access_paths(check, paths, "key_by", names));
    let key_by = key_by.into_iter().flatten().map(|path| path.then(Step::Call)).collect();
    let packages = names.libraries.get(folder).map(|library| library.packages.clone());
    Some(Event {
        packages: packages.unwrap_or_default(),
        calls: calls?,
        pattern: None,
        does: does?,
        conditions,
        from,
        defaults,
        column: column.unwrap_or_default(),
        key_by,
        is_model: false,
        plural: None,
        database: case::conditions(check, database, names, Asker::Rule { has_drivers: true }),
    })
}

/// Whether a path leads through any calls at all, or into a callback of one of these.
fn is_inside(path: &AccessPath, calls: &HashSet<&AccessPath>) -> bool {
    path.steps.iter().enumerate().any(|(position, step)| {
        let Step::Member(name) = step else { return false };
        let caller = || AccessPath {
            module: path.module.clone(),
            steps: path.steps[..position.saturating_sub(1)].to_vec(),
        };
        name == ANY || name.starts_with('$') && calls.contains(&caller())
    })
}

fn argument_path(check: &mut FileCheck<'_>, text: &Text) -> Option<ArgumentPath> {
    match text.get_ref().parse::<ArgumentPath>() {
        Ok(path) => Some(path),
        Err(error) => {
            check.refuse(text.span(), "this leads to no argument").label(error.to_string());
            None
        }
    }
}

/// Reads how a library makes plurals.
fn plural(check: &mut FileCheck<'_>, table: &Spanned<PluralTable>) -> Plural {
    let same = table.get_ref().same.iter().map(|word| word.get_ref().to_lowercase());
    let mut found = Plural { same: same.collect(), rules: Vec::new() };
    for rule in &table.get_ref().rules {
        let ([regex] | [regex, _]) = rule.as_slice() else {
            check.refuse(
                table.span(),
                "a rule is a pattern, or a pattern and what is put in its place",
            );
            continue;
        };
        let to = rule.get(1).map(|to| to.get_ref().clone());
        let written = Spanned::new(regex.span(), format!("(?i){}", regex.get_ref()));
        found.rules.extend(case::regex(check, &written).map(|regex| (regex, to)));
    }
    found
}

fn generated(check: &mut FileCheck<'_>, table: &Spanned<GeneratedTable>) -> Option<Generated> {
    let entry = table.get_ref();
    let option = check.required(entry.option.as_ref(), table.span(), "option")?;
    let is = check.required(entry.is.as_ref(), table.span(), "is")?;
    let default = check.required(entry.default.as_ref(), table.span(), "default")?;
    Some(Generated {
        option: case::option_path(check, option)?,
        is: is.get_ref().clone(),
        default: default.get_ref().clone(),
    })
}

fn shape(check: &mut FileCheck<'_>, table: &ColumnTable) -> ColumnShape {
    let generated = table.generated.as_ref().and_then(|table| generated(check, table));
    let mut path = |text: &Option<Text>| -> Option<OptionPath> {
        text.as_ref().and_then(|text| case::option_path(check, text))
    };
    ColumnShape {
        name: path(&table.name),
        kind: path(&table.kind),
        key: path(&table.key),
        key_name: path(&table.key_name),
        generated,
        not_null: path(&table.not_null),
        nullable: path(&table.nullable),
        allow_null: path(&table.allow_null),
        unique: path(&table.unique),
        references: path(&table.references),
        default: path(&table.default),
        key_type: table.key_type.as_ref().and_then(|text| case::regex(check, text)),
        shorthands: table.shorthands.as_ref().map(|text| text.get_ref().clone()),
        key_call: table.key_call.as_ref().map(|text| text.get_ref().clone()),
        not_null_call: table.not_null_call.as_ref().map(|text| text.get_ref().clone()),
    }
}

/// Reads what a thing of a library is.
fn known(check: &mut FileCheck<'_>, table: &Spanned<KnownTable>, names: &Names) -> Option<Known> {
    let entry = table.get_ref();
    let value = check.required(entry.value.as_ref(), table.span(), "value")?;
    let paths = access_paths(check, value, "value", names);
    let is = check.required(entry.is.as_ref(), table.span(), "is")?;
    let is = is.items.iter().map(|literal| literal.get_ref().clone()).collect();
    Some(Known { paths, is })
}

/// Reads what an extension brings.
fn extension(check: &mut FileCheck<'_>, table: &Spanned<ExtensionTable>) -> Option<Extension> {
    let entry = table.get_ref();
    let name = check.text(entry.name.as_ref(), table.span(), "name");
    let texts = |texts: &Option<Texts>| {
        let items = texts.iter().flat_map(|texts| &texts.items);
        items.map(|text| text.get_ref().to_lowercase()).collect()
    };
    let [functions, types, classes, needs] =
        [&entry.functions, &entry.types, &entry.classes, &entry.needs].map(texts);
    Some(Extension { name: name?, functions, types, classes, needs })
}

/// Reads which constructions stand for what they are given.
fn wrapper(
    check: &mut FileCheck<'_>,
    table: &Spanned<WrapperTable>,
    names: &Names,
) -> Vec<AccessPath> {
    let Some(call) = check.required(table.get_ref().call.as_ref(), table.span(), "call") else {
        return Vec::new();
    };
    let paths = access_paths(check, call, "call", names);
    paths.into_iter().map(|path| path.then(Step::Call)).collect()
}
