//! Where the steps of histories are, and in which order they go.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::project::Project;
use crate::resolve::{folder_of, joined, package_name};
use crate::rule::{Code, Group, History, Order, Role, RuleSet, Scripts};
use crate::source::FileId;
use crate::value::{Evaluator, Expr, Kind, Value, named_children};

/// What the steps of one history are told apart and sorted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Which of the rule files' histories.
    pub(super) history: usize,
    /// The folder of what belongs together, with a `/` behind it unless it is the root.
    pub(super) folder: String,
    /// The first file of those that options list together, if options tell histories of the folder apart.
    pub(super) listed: Option<FileId>,
    /// The position among its steps.
    pub(super) order: Vec<Part>,
    /// The file, for steps with the same position.
    pub(super) file: FileId,
}

/// A part of a text that people sort: numbers by their size, the rest by its letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Number(u128),
    Text(String),
}

impl Ord for Part {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What options list as steps, for each of the rule files' histories: files that belong together.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    listed: BTreeMap<usize, Vec<List>>,
    /// Files of an application in which objects are steps.
    objects: BTreeSet<FileId>,
    /// Files in folders that are named together.
    named: BTreeMap<usize, Vec<Together>>,
    /// Whether options in a package name a database that is meant, by its folder: one of several is enough.
    said: BTreeMap<(usize, String), bool>,
}

/// The files in folders that are named together as those of a history.
#[derive(Debug)]
struct Together {
    files: BTreeSet<FileId>,
    /// The folder that holds all of them.
    folder: String,
    /// Whether they are in more than one.
    is_spread: bool,
}

/// Files that options list as the steps of one history.
#[derive(Debug)]
struct List {
    files: BTreeSet<FileId>,
    /// Whether it is one of a database that is meant, if that is known.
    is_meant: Option<bool>,
}

impl Lists {
    /// Notes that files are listed together. Lists that share a file are of one history, and of a database that is meant if
    /// one of them is.
    pub(crate) fn add(&mut self, history: usize, files: BTreeSet<FileId>, is_meant: Option<bool>) {
        let known = self.listed.entry(history).or_default();
        let (shared, mut apart): (Vec<_>, Vec<_>) =
            std::mem::take(known).into_iter().partition(|list| !list.files.is_disjoint(&files));
        apart.push(shared.into_iter().fold(List { files, is_meant }, |mut all, list| {
            all.files.extend(list.files);
            all.is_meant = match (all.is_meant, list.is_meant) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), other) | (other, _) => other,
            };
            all
        }));
        *known = apart;
    }

    /// Notes what options in a package say of its database.
    pub(crate) fn say(&mut self, history: usize, folder: &str, is_meant: bool) {
        *self.said.entry((history, folder.to_owned())).or_default() |= is_meant;
    }

    /// Notes that the folders of files are named together. What is named twice is one.
    pub(crate) fn name(
        &mut self,
        history: usize,
        mut files: BTreeSet<FileId>,
        project: &Project<'_>,
    ) {
        let known = self.named.entry(history).or_default();
        let (shared, apart): (Vec<_>, Vec<_>) = std::mem::take(known)
            .into_iter()
            .partition(|one: &Together| !one.files.is_disjoint(&files));
        files.extend(shared.into_iter().flat_map(|one| one.files));
        let mut folders: BTreeSet<&str> = BTreeSet::new();
        folders.extend(files.iter().map(|file| folder_of(project.path(*file))));
        let mut folder = folders.first().copied().unwrap_or_default();
        while !folders.iter().all(|other| other.starts_with(folder)) {
            folder = folder_of(folder.trim_end_matches('/'));
        }
        let (folder, is_spread) = (folder.to_owned(), folders.len() > 1);
        *known = apart;
        known.push(Together { files, folder, is_spread });
    }

    /// Notes that objects in a file of an application are steps.
    pub(crate) fn hold_objects(&mut self, files: impl IntoIterator<Item = FileId>) {
        self.objects.extend(files);
    }

    fn named(&self, history: usize, file: FileId) -> Option<&Together> {
        self.named.get(&history)?.iter().find(|one| one.files.contains(&file))
    }

    /// What tells the history of a step apart that is in one of several folders: what holds them, and the first file.
    fn together(&self, history: usize, file: FileId) -> Option<(&str, FileId)> {
        let one = self.named(history, file).filter(|one| one.is_spread)?;
        Some((&one.folder, *one.files.first()?))
    }

    /// Takes over what was said elsewhere.
    pub(crate) fn merge(&mut self, other: Self) {
        for (history, lists) in other.listed {
            for list in lists {
                self.add(history, list.files, list.is_meant);
            }
        }
        for ((history, folder), is_meant) in other.said {
            self.say(history, &folder, is_meant);
        }
    }

    /// The list that a file is in.
    fn of(&self, history: usize, file: FileId) -> Option<&List> {
        self.listed.get(&history)?.iter().find(|list| list.files.contains(&file))
    }

    /// Whether a file is a step for a database that is meant, as far as options say.
    fn is_meant(&self, history: usize, file: FileId, folder: &str) -> Option<bool> {
        let said = self.of(history, file).and_then(|list| list.is_meant);
        said.or_else(|| self.said.get(&(history, folder.to_owned())).copied())
    }
}

/// A function that is a step of a history.
pub(super) struct Up<'p> {
    pub(super) place: Place,
    pub(super) function: Expr<'p>,
    pub(super) code: &'p Code,
}

/// A file of SQL as a step of a history. The first history whose kind of file it is has it: if that is one of another
/// database, nobody has.
pub(super) fn script<'r>(
    project: &Project<'_>,
    rules: &'r RuleSet,
    file: FileId,
    lists: &Lists,
) -> Option<(Place, &'r Scripts)> {
    let path = project.path(file);
    for (id, history) in rules.histories.iter().enumerate() {
        let is_elsewhere = history.elsewhere.as_ref().is_some_and(|globs| globs.is_match(path));
        if is_elsewhere || !may_be_postgres(project, history, file) {
            continue;
        }
        // Files of a library's own, which lie among its steps that are code.
        if history.code.is_some() && !is_named(project, history, file) {
            continue;
        }
        let named = lists.named(id, file).is_some();
        if let Some(scripts) = history.scripts.first().filter(|_| named) {
            let name = path.rsplit('/').next().unwrap_or(path);
            let together = lists.together(id, file);
            let folder = together.map_or(&path[..path.len() - name.len()], |(folder, _)| folder);
            let listed = together.map(|(_, first)| first);
            let (folder, order) = (folder.to_owned(), parts(name));
            return Some((Place { history: id, folder, listed, order, file }, scripts));
        }
        for scripts in &history.scripts {
            let Some(found) = scripts.files.captures(path) else { continue };
            let folder = found.name("history").map_or("", |folder| folder.as_str());
            if let Some(beside) = &scripts.beside {
                let text = beside
                    .files
                    .iter()
                    .find_map(|file| project.text(&joined(folder.trim_end_matches('/'), file)?));
                match text {
                    Some(text) if !beside.says.is_match(&text) => return None,
                    None if beside.required => continue,
                    _ => {}
                }
            }
            let order = parts(found.name("order").map_or(path, |order| order.as_str()));
            let place = Place { history: id, folder: folder.into(), listed: None, order, file };
            return Some((place, scripts));
        }
    }
    None
}

/// Whether a file may be a step of a history that is code.
pub(super) fn may_be_step(
    project: &Project<'_>,
    rules: &RuleSet,
    file: FileId,
    lists: &Lists,
) -> bool {
    let path = project.path(file);
    project.is_code(file)
        && (project.role(file) == Role::Migration
            || lists.objects.contains(&file)
            || rules
                .histories
                .iter()
                .any(|history| history.files.as_ref().is_some_and(|files| files.is_match(path))))
}

/// The functions of a file that are steps of histories: for each history that it may belong to.
pub(super) fn ups<'p>(evaluator: &Evaluator<'p>, file: FileId, lists: &Lists) -> Vec<Up<'p>> {
    let (project, rules) = (evaluator.index.project, evaluator.index.rules);
    let path = project.path(file);
    let mut found = Vec::new();
    for (id, history) in rules.histories.iter().enumerate() {
        let Some(code) = &history.code else { continue };
        let is_elsewhere = history.elsewhere.as_ref().is_some_and(|globs| globs.is_match(path));
        let is_meant = lists.is_meant(id, file, project.package_folder(file));
        let is_used = is_named(project, history, file)
            && is_meant.unwrap_or_else(|| may_be_postgres(project, history, file));
        if is_elsewhere || !is_used {
            continue;
        }
        if lists.objects.contains(&file) {
            let place = Place {
                history: id,
                folder: folder_of(path).to_owned(),
                listed: Some(file),
                order: Vec::new(),
                file,
            };
            let functions = objects(evaluator, file, code).into_iter();
            found.extend(functions.map(|function| Up { place: place.clone(), function, code }));
        }
        for (function, class) in functions(evaluator, file, code) {
            if is_handed_another(evaluator, history, &function) {
                continue;
            }
            let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
            let order = match (code.order, class) {
                (Order::Class, Some(class)) => {
                    let number = number_of(evaluator, &class, code.named.as_deref());
                    number.map_or_else(|| parts(name), |number| vec![number])
                }
                _ => parts(name),
            };
            let folder = match code.group {
                Group::Package => project.package_folder(file).to_owned(),
                Group::Folder => path[..path.len() - name.len()].to_owned(),
            };
            let listed = lists.of(id, file).and_then(|list| list.files.first().copied());
            let (folder, listed) = match lists.together(id, file) {
                Some((folder, first)) => (folder.to_owned(), Some(first)),
                None => (folder, listed),
            };
            let place = Place { history: id, folder, listed, order, file };
            found.push(Up { place, function, code });
        }
    }
    found
}

/// The functions that go forward of the objects in a file that are steps, by the names that these have.
fn objects<'p>(evaluator: &Evaluator<'p>, file: FileId, code: &Code) -> Vec<Expr<'p>> {
    let Some((_, root)) = evaluator.index.tree(file) else { return Vec::new() };
    let mut found = Vec::new();
    let mut open = vec![(root, String::new())];
    while let Some((node, name)) = open.pop() {
        let at = Expr { file, node, frame: None };
        if node.kind() == "object"
            && let Some(function) = evaluator.step_of(&at, code)
        {
            found.push((parts(&name), function));
            continue;
        }
        // `"001": { … }`, `migrations["001"] = { … }`, `const first = { … }`
        let named = ["key", "left", "name"].iter().find_map(|name| node.child_by_field_name(name));
        let named = named.map(|named| named.child_by_field_name("index").unwrap_or(named));
        let name = named.map_or(name, |named| {
            evaluator.slice(&at.with(named)).trim_matches(['"', '\'', '`']).to_owned()
        });
        open.extend(named_children(node).map(|child| (child, name.clone())));
    }
    found.sort_by(|(a, one), (b, other)| {
        a.cmp(b).then(one.node.start_byte().cmp(&other.node.start_byte()))
    });
    found.into_iter().map(|(_, function)| function).collect()
}

/// Whether the package of a file names the library of a history.
fn is_named(project: &Project<'_>, history: &History, file: FileId) -> bool {
    let mut packages = history.packages.iter();
    project.manifests().is_empty()
        || history.packages.is_empty()
        || packages.any(|package| project.brings(file, &package.name))
}

/// Whether a function says that what it is handed is of the library of another history.
fn is_handed_another<'p>(
    evaluator: &Evaluator<'p>,
    history: &History,
    function: &Expr<'p>,
) -> bool {
    let Some(declared) = evaluator.declared_parameter(function, 0) else { return false };
    let is_of = |history: &History, module: &str| {
        history.packages.iter().any(|package| package_name(module) == package.name)
    };
    let modules: Vec<&str> = declared.foreign().map(|one| one.path.module.as_str()).collect();
    let of_any =
        |module: &&str| evaluator.index.rules.histories.iter().any(|other| is_of(other, module));
    modules.iter().any(of_any) && !modules.iter().any(|module| is_of(history, module))
}

/// Whether PostgreSQL's driver is among those that are named for a file, if any is.
fn may_be_postgres(project: &Project<'_>, history: &History, file: FileId) -> bool {
    let is_named = |name: &str| project.brings(file, name);
    let has_driver = |of_postgres: bool| {
        let drivers = history.drivers.iter();
        let mut drivers =
            drivers.filter(|(name, _)| history.databases.contains(name) == of_postgres);
        drivers.any(|(_, packages)| packages.iter().any(|package| is_named(package)))
    };
    has_driver(true) || !has_driver(false)
}

/// The functions of a file that go forward, each with the class that it is a method of.
fn functions<'p>(
    evaluator: &Evaluator<'p>,
    file: FileId,
    code: &Code,
) -> Vec<(Expr<'p>, Option<Expr<'p>>)> {
    let function = |value: Value<'p>| match value.kind {
        Kind::Function(function) => Some(function),
        _ => None,
    };
    if !code.class {
        let exports = Value::new(Kind::Exports(file));
        let default = || evaluator.get(&evaluator.export(file, "default"), &code.method);
        let up = function(evaluator.get(&exports, &code.method)).or_else(|| function(default()));
        return up.into_iter().map(|up| (up, None)).collect();
    }
    let mut found: Vec<(Expr<'p>, Option<Expr<'p>>)> = Vec::new();
    for exported in evaluator.exports(file) {
        let Kind::Class(class) = &exported.kind else { continue };
        let instance = Value::new(Kind::Instance(class.clone()));
        if found
            .iter()
            .any(|(_, known)| known.as_ref().is_some_and(|known| known.span() == class.span()))
        {
            continue;
        }
        let up = function(evaluator.get(&instance, &code.method));
        found.extend(up.map(|up| (up, Some(class.clone()))));
    }
    found
}

/// The number at the end of what instances of a class say as their name, or else of what the class is called.
fn number_of<'p>(evaluator: &Evaluator<'p>, class: &Expr<'p>, named: Option<&str>) -> Option<Part> {
    let instance = Value::new(Kind::Instance(class.clone()));
    let said = named.and_then(|member| evaluator.get(&instance, member).as_text());
    if let Some(said) = said {
        return number_behind(&said);
    }
    let own = class.node.child_by_field_name("name");
    let own = own.map(|name| {
        evaluator
            .index
            .project
            .source(class.file)
            .map_or("", |source| source.text.get(name.byte_range()).unwrap_or_default())
    });
    own.and_then(number_behind)
}

fn number_behind(name: &str) -> Option<Part> {
    let digits = name.len() - name.bytes().rev().take_while(u8::is_ascii_digit).count();
    name[digits..].parse().ok().map(Part::Number)
}

/// A text, cut where numbers begin and end.
fn parts(text: &str) -> Vec<Part> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_digit = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        let number = part.parse().ok().filter(|_| is_digit);
        found.push(number.map_or_else(|| Part::Text(part.into()), Part::Number));
        rest = behind;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_by_their_size() {
        assert!(parts("V2__a") < parts("V10__a"));
        assert!(parts("001_b") < parts("2_a"));
        assert!(parts("20240101_a/x") < parts("20240102_a/x"));
        assert_eq!(number_behind("Users1650000000001"), Some(Part::Number(1_650_000_000_001)));
        assert_eq!(number_behind("Users"), None);
    }
}
