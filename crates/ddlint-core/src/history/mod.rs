//! The migrations of a project, replayed: which schema is really left.
//!
//! Who looks at one statement or one file at a time is wrong more often than right: keys are added years later, in other
//! files, after renames. So all steps of a history are read in their order, by whatever tool they are written for, and
//! only what is left at the end is judged.

mod binding;
mod columns;
mod event;
mod extensions;
mod find;
mod judge;
mod model;
mod prisma;
mod record;
mod run;
mod slot;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rayon::prelude::*;
use regex::Regex;
use tree_sitter::Node;

use crate::index::Index;
use crate::language::Language;
use crate::project::Project;
use crate::report::{Notice, NoticeKind};
use crate::rule::{Parts, Scripts};
use crate::schema::{CreateTable, KeyState, Name, Schema, Step, TableName};
use crate::source::{FileId, Span};
use crate::sql::Dialect;
use crate::value::{Argument, Evaluator, Expr, Foreign, Hop, Kind, Text, Value, is_function};

use self::find::Place;
use self::run::Runner;

pub use self::extensions::ExtensionUse;
pub(crate) use self::find::Lists;
pub(crate) use self::judge::{findings, tell_reliance};

/// A step of a schema's history that some code or SQL takes.
#[derive(Debug, Clone)]
pub(crate) struct Ran {
    /// What is done.
    pub(crate) step: Step,
    /// Where that is written.
    pub(crate) span: Span,
    /// The call that does it, or the file; it may stand elsewhere.
    pub(crate) call: Span,
    /// Whether a condition stands before it that nothing decides.
    pub(crate) conditional: bool,
    /// Whether such a condition is one of where it runs: some databases have seen it, others never will.
    pub(crate) elsewhere: bool,
}

/// A table as code or a schema file describes it: something else makes it.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) table: CreateTable,
    /// What it may be called as well: a name that options elsewhere may decide.
    pub(crate) also: Vec<Name>,
    /// Where it is described.
    pub(crate) span: Span,
    /// Whether nobody has written it down: two models refer to lists of each other.
    pub(crate) is_implied: bool,
}

impl Model {
    /// What its table is called, or may be.
    pub(crate) fn names(&self) -> impl Iterator<Item = TableName> {
        let schema = &self.table.table.schema;
        let also =
            self.also.iter().map(|name| TableName { schema: schema.clone(), name: name.clone() });
        std::iter::once(self.table.table.clone()).chain(also)
    }
}

/// A call in application code that changes a schema or describes a table.
#[derive(Debug)]
pub(crate) struct AtRunTime<'p> {
    pub(crate) call: Expr<'p>,
    pub(crate) callee: Foreign<'p>,
    /// Whether something decides that it runs, or on which database.
    pub(crate) is_conditional: bool,
    /// The conditions around it.
    pub(crate) conditions: Vec<Hop>,
}

/// How much of a history was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// Statements and calls.
    pub(crate) all: usize,
    /// Those of which it is not known what they do, and why.
    pub(crate) unread: Vec<(Span, String)>,
    /// Statements that are for another database.
    pub(crate) elsewhere: usize,
    /// The first of them and its database, and whether all of its file is left out with it.
    pub(crate) left_out: Option<(Span, Dialect, bool)>,
}

impl Tally {
    /// Takes over what another part of the same file says.
    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.unread.extend(other.unread);
        self.elsewhere += other.elsewhere;
        self.left_out = self.left_out.take().or(other.left_out);
    }

    /// All of a file is for another database if most of it is: nothing of it counts.
    fn without(self) -> Self {
        let left_out = self.left_out.map(|(span, system, _)| (span, system, true));
        Self { left_out, ..Self::default() }
    }

    /// Where something is left out, and why: a place for each file.
    fn left_out(&self) -> Option<(Span, String)> {
        let (span, system, whole) = self.left_out?;
        let what = match (whole, self.elsewhere) {
            (true, _) => "this file is".to_owned(),
            (false, 1) => "this statement is".to_owned(),
            (false, count) => format!("this and {} more statements are", count - 1),
        };
        Some((span, format!("{what} written for {system}, and left out")))
    }
}

/// Where the statements come from that made a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// Migrations.
    Migration,
    /// Code that runs in production.
    Application,
}

/// A history, and the schema that it leaves.
#[derive(Debug)]
pub struct Replayed {
    /// What the rule files call it: `typeorm:migrations`. Empty for what applications do.
    pub name: String,
    /// The folder of what belongs together, with a `/` behind it unless it is the root.
    pub folder: String,
    /// Where its steps come from.
    pub scene: Scene,
    /// The files with its steps, in the order of the steps.
    pub files: Vec<FileId>,
    /// What is left.
    pub schema: Schema,
    /// Tables that are described and made by something else.
    pub(crate) models: Vec<Model>,
    /// The conditions around calls.
    pub(crate) conditions: Vec<(Span, Vec<Hop>)>,
    pub(crate) ran: Vec<Ran>,
    pub(crate) tally: Tally,
    /// What is written for another database, and that it is left out.
    left_out: Vec<(Span, String)>,
}

impl Replayed {
    /// How many statements and calls it has.
    pub fn statements(&self) -> usize {
        self.tally.all
    }

    /// How many of them were not read, each place once: a function that many migrations call is one, as its notice is.
    pub fn unread(&self) -> usize {
        let places: BTreeSet<Span> = self.tally.unread.iter().map(|(span, _)| *span).collect();
        places.len().min(self.tally.all)
    }

    /// What a reader should know of what was not read.
    pub(crate) fn notices(&self, project: &Project<'_>) -> Vec<Notice> {
        let notice = |kind, (span, message): &(Span, String)| Notice {
            path: project.path(span.file).to_owned(),
            span: Some(*span),
            kind,
            message: message.clone(),
        };
        let unread = self.tally.unread.iter().map(|told| notice(NoticeKind::UnreadSql, told));
        let left_out = self.left_out.iter().map(|told| notice(NoticeKind::OtherDatabase, told));
        unread.chain(left_out).collect()
    }

    fn new(name: &str, folder: &str, scene: Scene) -> Self {
        Self {
            name: name.into(),
            folder: folder.into(),
            scene,
            files: Vec::new(),
            schema: Schema::new(),
            models: Vec::new(),
            conditions: Vec::new(),
            ran: Vec::new(),
            tally: Tally::default(),
            left_out: Vec::new(),
        }
    }

    /// Counts tables as unread that are left and of which nobody knows whether they have a key.
    fn tell_unknown_keys(&mut self) {
        for table in self.schema.tables() {
            let unknown = matches!(table.key, KeyState::Unknown) && table.parent.is_none();
            let Some(created) = table.created.filter(|_| unknown) else { continue };
            let is_told = |(span, _): &(Span, String)| {
                span.file == created.file && span.start < created.end && created.start < span.end
            };
            if !self.tally.unread.iter().any(is_told) {
                let why =
                    format!("whether the table `{}` has a primary key is not known", table.name);
                self.tally.unread.push((created, why));
            }
        }
    }

    fn add(&mut self, part: Part) {
        for ran in &part.ran {
            self.schema.apply(&ran.step, ran.span, ran.conditional);
        }
        self.left_out.extend(part.tally.left_out());
        if part.tally.left_out.is_none_or(|(_, _, whole)| !whole) {
            self.files.push(part.place.file);
        }
        self.ran.extend(part.ran);
        self.tally.add(part.tally);
    }
}

/// What the code of one file does while an application runs.
pub(crate) struct Application {
    part: Part,
    models: Vec<Model>,
    conditions: Vec<(Span, Vec<Hop>)>,
}

/// What one function or file does.
struct Part {
    place: Place,
    ran: Vec<Ran>,
    tally: Tally,
}

impl Part {
    /// A part that is left out: what it would have done does not happen.
    fn without(self) -> Self {
        Self { ran: Vec::new(), tally: self.tally.without(), ..self }
    }
}

/// Replays the histories of a project. `applications` is what application code does, in the order of the files; `lists`
/// what options list as steps.
pub(crate) fn replay<'p>(
    index: &'p Index<'p>,
    applications: Vec<Application>,
    lists: &Lists,
    is_judged: impl Fn(FileId) -> bool + Sync,
) -> Vec<Replayed> {
    let project = index.project;
    let steps: Vec<FileId> = project
        .ids()
        .filter(|file| find::may_be_step(project, index.rules, *file, lists) && is_judged(*file))
        .collect();
    let code: Vec<Part> = steps.par_iter().filter_map(|file| step(index, *file, lists)).collect();
    // What code reads and runs is part of its step.
    let read: BTreeSet<FileId> =
        code.iter().flat_map(|part| part.ran.iter().map(|ran| ran.span.file)).collect();
    let scripts: Vec<(Place, &Scripts)> = project
        .ids()
        .filter(|file| {
            Language::of_path(project.path(*file)) == Some(Language::Sql)
                && !read.contains(file)
                && is_judged(*file)
        })
        .filter_map(|file| find::script(project, index.rules, file, lists))
        .collect();
    let scripts: Vec<Part> = scripts
        .into_par_iter()
        .filter_map(|(place, scripts)| script(index, place, scripts))
        .collect();
    let mut parts: Vec<Part> = code.into_iter().chain(scripts).collect();
    parts.sort_by(|a, b| a.place.cmp(&b.place));
    let mut found: Vec<Replayed> = Vec::new();
    let mut last: Option<(usize, String, Option<FileId>)> = None;
    for part in parts {
        let key = (part.place.history, part.place.folder.clone(), part.place.listed);
        if last.as_ref() != Some(&key) {
            let name = &index.rules.histories[key.0].name;
            found.push(Replayed::new(name, &key.1, Scene::Migration));
            last = Some(key);
        }
        if let Some(history) = found.last_mut() {
            history.add(part);
        }
    }
    found.extend(packages(project, applications, &is_judged).into_values());
    found.iter_mut().for_each(Replayed::tell_unknown_keys);
    found.retain(|history| {
        history.tally.all > 0 || !history.models.is_empty() || !history.left_out.is_empty()
    });
    found
}

/// What the code of one file does to a schema while an application runs: its calls, in source order.
pub(crate) fn at_run_time<'p>(
    evaluator: &Evaluator<'p>,
    file: FileId,
    calls: &[AtRunTime<'p>],
) -> Application {
    let mut runner = Runner::new(evaluator);
    let mut functions = Vec::new();
    for at in calls {
        evaluator.with_callers(|| runner.one(&at.call, &at.callee, at.is_conditional));
        let around = evaluator.ancestors(&at.call);
        let function = around.iter().find(|node| is_function(node.kind()));
        functions.resize(runner.ran.len(), function.map(Node::id));
    }
    let folder = evaluator.index.project.package_folder(file).to_owned();
    let place = Place { history: 0, folder, listed: None, order: Vec::new(), file };
    let conditions = calls.iter().filter(|at| !at.conditions.is_empty());
    Application {
        part: Part { place, ran: lasting(runner.ran, &functions), tally: runner.tally },
        models: runner.models,
        conditions: conditions.map(|at| (at.call.span(), at.conditions.clone())).collect(),
    }
}

/// What applications do, package by package.
fn packages<'p>(
    project: &'p Project<'p>,
    applications: Vec<Application>,
    is_judged: impl Fn(FileId) -> bool,
) -> BTreeMap<&'p str, Replayed> {
    let mut found: BTreeMap<&str, Replayed> = BTreeMap::new();
    let of_package = |folder| move || Replayed::new("", folder, Scene::Application);
    for application in applications {
        let folder = project.package_folder(application.part.place.file);
        let package = found.entry(folder).or_insert_with(of_package(folder));
        package.models.extend(application.models);
        package.conditions.extend(application.conditions);
        package.add(application.part);
    }
    for (file, models) in prisma::models(project).into_iter().filter(|(file, _)| is_judged(*file)) {
        let folder = project.package_folder(file);
        found.entry(folder).or_insert_with(of_package(folder)).models.extend(models);
    }
    found
}

/// What leaves something behind. Functions of an application run at any time: a table that one creates and another drops
/// is there in between. Only what a function drops of its own is gone.
fn lasting(ran: Vec<Ran>, functions: &[Option<usize>]) -> Vec<Ran> {
    let mut made = BTreeSet::new();
    let steps = ran.into_iter().zip(functions).filter(|(ran, function)| match &ran.step {
        Step::DropTable { table } => made.contains(&(**function, table.to_string())),
        Step::CreateTable(create) => {
            made.insert((**function, create.table.to_string()));
            true
        }
        _ => true,
    });
    steps.map(|(ran, _)| ran).collect()
}

/// What the functions of a file do that are steps of a history. If it may belong to several, the one that knows most of
/// its calls has it.
fn step<'p>(index: &'p Index<'p>, file: FileId, lists: &Lists) -> Option<Part> {
    let evaluator = Evaluator::new(index);
    let mut best: Option<Part> = None;
    for up in find::ups(&evaluator, file, lists) {
        let mut runner = Runner::new(&evaluator);
        let handed = up.code.handed.iter().map(|path| {
            let sites = vec![None; path.calls()];
            Argument::Known(Value::new(Kind::Foreign(Foreign {
                sites,
                ..Foreign::at(path.clone())
            })))
        });
        if up.code.returns {
            let value = evaluator.apply(&up.function, Some(handed.collect()));
            runner.returned(&value, up.function.span());
        } else {
            runner.step(&up.function, handed.collect());
        }
        let part = Part { place: up.place, ran: runner.ran, tally: runner.tally };
        match &mut best {
            // Several classes in one file: all are steps.
            Some(known) if known.place.history == part.place.history => {
                known.ran.extend(part.ran);
                known.tally.add(part.tally);
            }
            Some(known) if known.tally.all >= part.tally.all => {}
            _ => best = Some(part),
        }
    }
    // A file for another database is no step of this history, whatever parts of it look alike.
    best.map(|part| {
        let is_meant = part.tally.elsewhere == 0 || part.tally.elsewhere * 2 < part.tally.all;
        if is_meant { part } else { part.without() }
    })
}

fn script<'p>(index: &'p Index<'p>, place: Place, scripts: &Scripts) -> Option<Part> {
    let source = index.project.source(place.file)?;
    let evaluator = Evaluator::new(index);
    let mut runner = Runner::new(&evaluator);
    let span = |start: usize, end: usize| {
        let (start, end) = (start as u32, end as u32);
        Span { file: place.file, start, end }
    };
    let pieces = forward(&source.text, scripts.parts.as_ref());
    let pieces = pieces
        .into_iter()
        .map(|piece| Text::written(&source.text[piece.clone()], span(piece.start, piece.end)));
    let pieces: Vec<Text> = pieces.collect();
    runner.text(&Text::joined(&pieces), span(0, source.text.len()));
    let part = Part { place, ran: runner.ran, tally: runner.tally };
    let is_meant = part.tally.elsewhere * 2 <= part.tally.all;
    Some(if is_meant { part } else { part.without() })
}

/// The parts of a script that go forward: all of it, if nothing in it says where parts begin.
fn forward(text: &str, parts: Option<&Parts>) -> Vec<Range<usize>> {
    let until = |end: usize| std::iter::once(0..end).collect();
    let Some(parts) = parts else { return until(text.len()) };
    let begins = |regex: &Regex, is_up: bool| -> Vec<(usize, bool)> {
        regex.find_iter(text).map(|found| (found.start(), is_up)).collect()
    };
    let mut marks = [begins(&parts.up, true), begins(&parts.down, false)].concat();
    marks.sort_unstable();
    let end = |position: usize| marks.get(position + 1).map_or(text.len(), |(start, _)| *start);
    let pieces = marks.iter().enumerate().filter(|(_, (_, is_up))| *is_up);
    let pieces: Vec<_> = pieces.map(|(position, (start, _))| *start..end(position)).collect();
    match marks.first() {
        // What stands before the part that goes back goes forward.
        Some((first, false)) if pieces.is_empty() => until(*first),
        Some(_) => pieces,
        None => until(text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_goes_forward_counts() {
        let regex = |text| Regex::new(text).unwrap();
        let parts = Parts { up: regex("(?m)^-- up"), down: regex("(?m)^-- down") };
        let pieces = |text: &str| -> Vec<String> {
            forward(text, Some(&parts)).into_iter().map(|piece| text[piece].into()).collect()
        };
        assert_eq!(pieces("a;"), ["a;"]);
        assert_eq!(pieces("a;\n-- down\nb;"), ["a;\n"]);
        assert_eq!(pieces("-- x\n-- up\na;\n-- down\nb;"), ["-- up\na;\n"]);
        assert_eq!(pieces("-- down\nb;\n-- up\na;"), ["-- up\na;"]);
    }
}
