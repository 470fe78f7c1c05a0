//! Which classes an options object brings: the entities of a data source, listed, found by a glob or registered by a
//! call elsewhere, with their base classes and what is embedded in them.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobBuilder;

use crate::index::Index;
use crate::resolve::{joined, sources_of};
use crate::rule::{Package, Set, Several};
use crate::source::{FileId, Span};
use crate::value::{Evaluator, Expr, Kind, Member, Truth, Value, is_class, named_children};

/// What the whole project tells about sets, before any options are looked at.
#[derive(Debug, Default)]
pub(crate) struct Registered {
    /// For each set and each of its calls, and for each name that they give the options: the classes that calls somewhere
    /// register. Without a name they may be meant for any.
    pub(crate) called: BTreeMap<(usize, usize, Option<String>), BTreeSet<Span>>,
    /// For each class: the classes embedded in it.
    pub(crate) embedded: BTreeMap<Span, BTreeSet<Span>>,
}

impl Registered {
    /// A class with all that it inherits from and embeds. `None` if code does not tell all of it: a base class that is
    /// neither the project's nor of these packages, or a field with a decorator that may do anything.
    pub(crate) fn whole(
        &self,
        class: Span,
        packages: &[Package],
        evaluator: &Evaluator<'_>,
    ) -> Option<BTreeSet<Span>> {
        let is_own = |value: &Value<'_>| {
            let mut foreign = value.foreign();
            foreign.any(|foreign| packages.iter().any(|own| own.name == foreign.path.module))
        };
        let (mut whole, mut open) = (BTreeSet::from([class]), vec![class]);
        while let Some(class) = open.pop() {
            let node = node_of(class, evaluator).filter(|class| is_class(class.node.kind()))?;
            let fields = node.node.child_by_field_name("body").map(named_children);
            for field in fields.into_iter().flatten() {
                let decorators = named_children(field).filter(|child| child.kind() == "decorator");
                let applied: Vec<_> = decorators
                    .filter_map(|decorator| decorator.named_child(0))
                    .map(|called| called.child_by_field_name("function").unwrap_or(called))
                    .map(|callee| evaluator.eval(&node.with(callee)))
                    .collect();
                if !applied.is_empty() && !applied.iter().any(is_own) {
                    return None;
                }
            }
            let bases = evaluator.superclass(&node);
            for base in bases.iter().flat_map(Value::branches) {
                match &base.kind {
                    Kind::Class(base) if whole.insert(base.span()) => open.push(base.span()),
                    Kind::Class(_) => {}
                    _ if is_own(base) => {}
                    _ => return None,
                }
            }
            for embedded in self.embedded.get(&class).into_iter().flatten() {
                if whole.insert(*embedded) {
                    open.push(*embedded);
                }
            }
        }
        Some(whole)
    }
}

/// The members of a set.
#[derive(Debug, Default, Clone)]
pub(crate) struct Members {
    classes: BTreeSet<Span>,
    files: BTreeSet<FileId>,
    /// Whether there may be others that code does not tell.
    pub(crate) is_open: bool,
}

impl Members {
    /// Whether something that stands in a class, or at the top of a file, belongs to a member.
    pub(crate) fn hold(&self, owner: Option<Span>, file: FileId) -> bool {
        self.files.contains(&file) || owner.is_some_and(|owner| self.classes.contains(&owner))
    }
}

/// The class or construction in which a node stands: what a set has as a member.
pub(crate) fn owner<'p>(at: &Expr<'p>, evaluator: &Evaluator<'p>) -> Option<Span> {
    for here in std::iter::once(&at.node).chain(&*evaluator.ancestors(at)) {
        // `@Entity() export class X {}`: the decorator stands in the export, before the class.
        let exported =
            here.child_by_field_name("declaration").filter(|_| here.kind() == "export_statement");
        let here = exported.unwrap_or(*here);
        if is_class(here.kind()) || here.kind() == "new_expression" {
            return Some(Expr { file: at.file, node: here, frame: None }.span());
        }
        if exported.is_some() {
            return None;
        }
    }
    None
}

/// The members that an options object brings.
pub(crate) fn members<'p>(
    set: &Set,
    id: usize,
    options: &Value<'p>,
    at: &Expr<'p>,
    registered: &Registered,
    evaluator: &Evaluator<'p>,
) -> Members {
    let mut members = Members::default();
    for path in &set.listed {
        collect(&evaluator.option(options, path), at.file, evaluator, &mut members);
    }
    for (position, called) in set.called.iter().enumerate() {
        let is_on = called
            .when
            .as_ref()
            .is_none_or(|when| evaluator.option(options, when).truthy() != Truth::No);
        if !is_on {
            continue;
        }
        let named = |several| name_of_options(several, options, at, evaluator);
        let name = called.several.as_ref().and_then(named);
        for ((set, place, meant), classes) in &registered.called {
            let is_meant = name.is_none() || meant.is_none() || *meant == name;
            if (*set, *place) == (id, position) && is_meant {
                members.classes.extend(classes);
            }
        }
    }
    let globbed: Vec<_> =
        members.files.iter().flat_map(|file| classes_in(evaluator.index, *file)).collect();
    let mut open: Vec<Span> = members.classes.iter().copied().chain(globbed).collect();
    while let Some(class) = open.pop() {
        let base = base(class, evaluator);
        let embedded = registered.embedded.get(&class).into_iter().flatten().copied();
        for more in base.into_iter().chain(embedded) {
            if members.classes.insert(more) {
                open.push(more);
            }
        }
    }
    members
}

/// The name that an options object has. It may stand beside the object, in another argument of the call that takes both.
fn name_of_options<'p>(
    several: &Several,
    options: &Value<'p>,
    at: &Expr<'p>,
    evaluator: &Evaluator<'p>,
) -> Option<String> {
    let arguments = evaluator.arguments(at);
    let arguments = arguments.iter().map(|argument| evaluator.eval(argument));
    let objects = std::iter::once(options.clone()).chain(arguments);
    let mut names = objects
        .filter(|value| matches!(value.kind, Kind::Object(_)))
        .map(|object| evaluator.get(&object, &several.option));
    match names.find(|name| !matches!(name.kind, Kind::Undefined)) {
        None => Some(several.default.clone()),
        Some(name) => name.as_text(),
    }
}

/// The name of the options that a registering call means; `None` if that is not known.
pub(crate) fn name_of_call<'p>(
    several: &Several,
    call: &Expr<'p>,
    evaluator: &Evaluator<'p>,
) -> Option<String> {
    let arguments = evaluator.arguments(call);
    let name = arguments.get(several.argument).map(|name| evaluator.eval(name));
    let name = match name {
        Some(Value { kind: Kind::Object(_), .. }) => {
            name.map(|object| evaluator.get(&object, &several.option))
        }
        name => name,
    };
    match name.map(|name| (name.as_text(), name.kind)) {
        None | Some((_, Kind::Undefined)) => Some(several.default.clone()),
        Some((text, _)) => text,
    }
}

/// The classes and constructions that a value lists, by themselves or in lists and objects. What is no class is left
/// out: an option that may hold both a class and something else has its own reading.
pub(crate) fn listed<'p>(
    value: &Value<'p>,
    at: FileId,
    evaluator: &Evaluator<'p>,
) -> BTreeSet<Span> {
    let mut members = Members::default();
    collect(value, at, evaluator, &mut members);
    members.classes
}

/// The files that a value lists: by globs, or with the classes in them. `None` if that is not known, or if there are none.
pub(crate) fn files<'p>(
    value: &Value<'p>,
    at: FileId,
    evaluator: &Evaluator<'p>,
) -> Option<BTreeSet<FileId>> {
    let mut members = Members::default();
    collect(value, at, evaluator, &mut members);
    let of_classes = members.classes.iter().map(|class| class.file);
    let files: BTreeSet<_> = members.files.iter().copied().chain(of_classes).collect();
    (!members.is_open && !files.is_empty()).then_some(files)
}

fn collect<'p>(value: &Value<'p>, at: FileId, evaluator: &Evaluator<'p>, members: &mut Members) {
    match &value.kind {
        Kind::Undefined | Kind::Null => {}
        Kind::Choice(branches, _) => {
            branches.iter().for_each(|branch| collect(branch, at, evaluator, members));
        }
        Kind::List(elements) => {
            elements.iter().for_each(|element| collect(element, at, evaluator, members));
        }
        Kind::Class(class) => {
            members.classes.insert(class.span());
        }
        // A class of a library is what it is; what a library's function returns may be anything.
        Kind::Foreign(foreign) => match foreign.sites.last() {
            None => {}
            Some(Some(site)) if site.node.kind() == "new_expression" => {
                members.classes.insert(site.span());
            }
            Some(_) => members.is_open = true,
        },
        Kind::Text(glob) => match files_of(glob, at, evaluator.index) {
            files if files.is_empty() => members.is_open |= is_elsewhere(glob, at, evaluator.index),
            files => members.files.extend(files),
        },
        Kind::Object(object) => {
            for member in object.members.iter() {
                match member {
                    Member::Pair { value, .. } => {
                        collect(&evaluator.eval(value), at, evaluator, members);
                    }
                    Member::Spread { value, .. } | Member::Later { value, .. } => {
                        collect(value, at, evaluator, members);
                    }
                    Member::Gone(_) => {}
                    Member::AnyKey(_) => members.is_open = true,
                }
            }
        }
        Kind::Exports(file) => {
            evaluator
                .exports(*file)
                .iter()
                .for_each(|value| collect(value, at, evaluator, members));
        }
        _ => members.is_open = true,
    }
}

/// The files that a glob in code means. It is written for where the code runs: compiled, and from the package's folder.
fn files_of(glob: &str, at: FileId, index: &Index<'_>) -> Vec<FileId> {
    let project = index.project;
    let folder = project.package_folder(at);
    let Some(glob) = from_root(glob, folder) else { return Vec::new() };
    for candidate in std::iter::once(glob.clone()).chain(sources_of(&glob, folder)) {
        let patterns = [candidate.clone(), candidate.replace(".js", ".ts")];
        let matchers = patterns
            .iter()
            .filter_map(|pattern| GlobBuilder::new(pattern).literal_separator(true).build().ok());
        let matchers: Vec<_> = matchers.map(|glob| glob.compile_matcher()).collect();
        let is_meant =
            |file: &FileId| matchers.iter().any(|matcher| matcher.is_match(project.path(*file)));
        let files: Vec<FileId> = project.ids().filter(is_meant).collect();
        if !files.is_empty() {
            return files;
        }
    }
    Vec::new()
}

/// Whether a glob that matches no file is about files that the project does not have, such as compiled ones: in no folder
/// of sources. A glob among the sources simply matches nothing.
fn is_elsewhere(glob: &str, at: FileId, index: &Index<'_>) -> bool {
    let project = index.project;
    let package = project.package_folder(at);
    let Some(path) = from_root(glob, package) else { return true };
    let inside = path.strip_prefix(package).unwrap_or(&path);
    let is_fixed = |part: &&str| !part.contains(['*', '{', '?', '[']);
    let Some(first) = inside.split('/').next().filter(is_fixed) else { return false };
    let folder = format!("{}{first}/", if inside == path { "" } else { package });
    !project.ids().any(|file| project.path(file).starts_with(&folder))
}

/// A glob in code as a path from the root; `None` if it leaves the root. `/` in front stands for the root: the evaluator
/// knows the folder of a file (`__dirname`) so. Other globs start from the package's folder.
fn from_root(glob: &str, folder: &str) -> Option<String> {
    match glob.strip_prefix('/') {
        Some(path) => joined("", path),
        None => joined(folder, glob),
    }
}

/// What stands at a place.
fn node_of<'p>(place: Span, evaluator: &Evaluator<'p>) -> Option<Expr<'p>> {
    let (_, root) = evaluator.index.tree(place.file)?;
    let node = root.descendant_for_byte_range(place.start as usize, place.end as usize)?;
    Some(Expr { file: place.file, node, frame: None })
}

/// The class that a class of the project is derived from, if it is one of the project too.
fn base(class: Span, evaluator: &Evaluator<'_>) -> Option<Span> {
    let class = node_of(class, evaluator).filter(|class| is_class(class.node.kind()))?;
    let parent = evaluator.superclass(&class)?;
    parent.branches().iter().find_map(|branch| match &branch.kind {
        Kind::Class(parent) => Some(parent.span()),
        _ => None,
    })
}

/// The classes at the top of a file.
fn classes_in(index: &Index<'_>, file: FileId) -> Vec<Span> {
    let Some((_, root)) = index.tree(file) else { return Vec::new() };
    let declared = named_children(root).map(|node| match node.kind() {
        "export_statement" => node
            .child_by_field_name("declaration")
            .or_else(|| node.child_by_field_name("value"))
            .unwrap_or(node),
        _ => node,
    });
    declared
        .filter(|node| is_class(node.kind()))
        .map(|node| Expr { file, node, frame: None }.span())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_lead_up_and_never_out() {
        assert_eq!(
            joined("", "src/database/../**/*.entity.ts").as_deref(),
            Some("src/**/*.entity.ts")
        );
        assert_eq!(joined("", "../other/*.ts"), None);
    }
}
