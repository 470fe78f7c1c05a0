//! Rules, as they are once a rule file has been read and found free of mistakes.
//!
//! A rule asks three things, each in its own words: a *pattern* says where (a call, a construction, a tree-sitter
//! query), its access paths say whose, and the *cases* say what is effectively true there. Only cases know defaults.
//! `docs/rule-format.md` is the reference for authors.

mod argument_path;
mod configuration;
mod error;
mod file;
mod fit;
mod history;
mod load;
mod option_path;
mod plural;
mod query;
mod role;
mod status;
mod template;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::access_path::AccessPath;
use crate::finding::{Certainty, Hazard, Severity};
use crate::language::Language;
use crate::version;

pub use argument_path::{ArgumentPath, ArgumentPathError};
pub use configuration::{
    Factory, FileSource, Handed, Loaded, Reading, Registration, Setting, SettingFile,
    SettingFileId, Several, Variable,
};
pub use error::{Mistake, RuleErrors};
pub use fit::{fits, leads_to};
pub use history::{
    Beside, Code, ColumnShape, Configured, Directory, Event, Extension, Generated, Group, History,
    Known, Listed, Order, Over, Parts, Scripts, Slot, Verb,
};
pub use load::{RuleFile, check, load};
pub use option_path::OptionPathError;
pub use plural::{Plural, underscored};
pub use role::{Role, RoleRule};
pub use status::Status;
pub use template::{Template, TemplateError};

/// Everything that rule files say, compiled.
#[derive(Debug, Default)]
pub struct RuleSet {
    /// Sorted by id.
    pub rules: Vec<Rule>,
    /// The shared ones of libraries and those that rules have for themselves.
    pub subjects: Vec<Subject>,
    /// Shared facts of libraries.
    pub facts: Vec<Fact>,
    /// The distinct tree-sitter queries behind all patterns.
    pub queries: Vec<Query>,
    /// How to tell what a file is for.
    pub roles: Vec<RoleRule>,
    /// Calls that read the application's configuration.
    pub settings: Vec<Setting>,
    /// Sets of classes that options bring.
    pub sets: Vec<Set>,
    /// Configuration files that libraries read by themselves.
    pub files: Vec<SettingFile>,
    /// Calls that hand out instances.
    pub locators: Vec<Locator>,
    /// What functions among the arguments of calls are called with.
    pub handed: Vec<Handed>,
    /// What the functions are handed that files export as a whole, by the names of parameters.
    pub factories: Vec<Factory>,
    /// Where migrations are.
    pub histories: Vec<History>,
    /// What calls do to a schema.
    pub events: Vec<Event>,
    /// What constructions stand for: their first argument.
    pub wrappers: Vec<AccessPath>,
    /// What extensions bring.
    pub extensions: Vec<Extension>,
    /// Calls that hand what they are called on to a callback: `builder.with(part)` is `part(builder)`.
    pub passing: Vec<AccessPath>,
    /// What things of libraries are, wherever PostgreSQL is meant.
    pub known: Vec<Known>,
}

/// A call that hands out an instance of the class it is asked for, as containers of dependency injection do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locator {
    /// What is called.
    pub paths: Vec<AccessPath>,
    /// Which argument is the class, counted from zero.
    pub class: usize,
}

/// Where a set stands in [`RuleSet::sets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetId(pub usize);

/// A set of classes that an options object brings: the entities of a data source.
#[derive(Debug)]
pub struct Set {
    /// `typeorm:entities`.
    pub name: String,
    /// Options that list classes, constructions or globs.
    pub listed: Vec<OptionPath>,
    /// Calls elsewhere in the project that register classes.
    pub called: Vec<Called>,
    /// Places in a class at which another class is embedded in it.
    pub embedded: Vec<Pattern>,
}

/// Calls that register classes in a set.
#[derive(Debug)]
pub struct Called {
    /// The option that lets them in; always if there is none.
    pub when: Option<OptionPath>,
    /// Where the calls are; the judged value is what they register.
    pub patterns: Vec<Pattern>,
    /// How options and calls name each other, if there may be several options objects.
    pub several: Option<Several>,
}

/// Where a rule's subject stands in [`RuleSet::subjects`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectId(pub usize);

/// Where a condition's fact stands in [`RuleSet::facts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(pub usize);

/// Where a pattern's query stands in [`RuleSet::queries`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QueryId(pub usize);

/// One rule file.
#[derive(Debug)]
pub struct Rule {
    /// The file's path below the rules folder, without the ending: `typeorm/synchronize`.
    pub id: String,
    /// One line, as a heading.
    pub title: String,
    /// The version of ddlint that first had it.
    pub since: String,
    /// Whether its behavior may still change.
    pub status: Status,
    /// What would happen to the database.
    pub hazard: Hazard,
    /// The severity of its certain findings, unless a case says otherwise.
    pub severity: Severity,
    /// The packages it is about; empty if it needs none.
    pub packages: Vec<Package>,
    /// The roles of files in which it looks.
    pub roles: Vec<Role>,
    /// What it judges.
    pub judged: Judged,
    /// What the help says besides if migrations rely on the extension that a finding names.
    pub relied_on: Option<String>,
    /// Ordered: the first that holds is the finding.
    pub cases: Vec<Case>,
    /// What its page says.
    pub docs: Docs,
}

/// What a rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// What enters a library by patterns.
    Subject(SubjectId),
    /// What the histories of the project leave behind.
    Schema(Over),
}

impl Rule {
    /// The subject that it judges, if it judges one.
    pub fn subject(&self) -> Option<SubjectId> {
        match self.judged {
            Judged::Subject(subject) => Some(subject),
            Judged::Schema(_) => None,
        }
    }

    /// What it judges of schemas, if it judges them.
    pub fn over(&self) -> Option<Over> {
        match self.judged {
            Judged::Schema(over) => Some(over),
            Judged::Subject(_) => None,
        }
    }
}

/// The prose of a rule's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Docs {
    /// What is flagged.
    pub what: String,
    /// What it does to the database, and why that matters for replication.
    pub why: String,
    /// The remedy; also the help of findings whose case has none of its own.
    pub fix: String,
    /// Addresses to read on.
    pub references: Vec<String>,
}

/// A package, perhaps with a range of versions: `sequelize@<6.20`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The package's name.
    pub name: String,
    /// The versions that are meant; all if there is no range.
    pub versions: Option<version::Range>,
}

/// A named list of patterns: where something enters a library.
#[derive(Debug)]
pub struct Subject {
    /// `typeorm:options` for a shared one, the rule's id for a rule's own.
    pub name: String,
    /// The packages of which at least one must be named in a manifest.
    pub packages: Vec<Package>,
    /// What one of them is called in the summary, if they are counted.
    pub counts: Option<Noun>,
    /// Any of them may match.
    pub patterns: Vec<Pattern>,
    /// Where the thing that is made keeps them, for code that reads them there.
    pub kept: Vec<AccessPath>,
    /// Packages that speak for a database, by the name that options call it.
    pub drivers: BTreeMap<String, Vec<String>>,
}

/// A noun in both numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noun {
    /// For one.
    pub one: String,
    /// For any other number.
    pub many: String,
}

/// Where to look, and whose thing it must be.
#[derive(Debug)]
pub struct Pattern {
    /// The structure. `@at` marks the place.
    pub query: QueryId,
    /// For each capture: the values it may be. All of them must hold.
    pub value_of: Vec<(String, Vec<AccessPath>)>,
    /// Where the judged value stands. The first that is there and may be an object counts; none: there is no value.
    pub options: Vec<OptionsAt>,
    /// Options that may stand as arguments of their own, by the argument's number.
    pub positional: Vec<(usize, String)>,
    /// An option without which an object is none: then the next place of `options` is looked at.
    pub needs: Option<OptionPath>,
    /// Where a function may stand whose result is judged instead, where it is made.
    pub unless: Option<(usize, OptionPath)>,
    /// Dropped if another pattern of the subject reaches the same object.
    pub fallback: bool,
    /// Texts without which the pattern cannot match in a file.
    pub needles: Needles,
}

/// Where the judged value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionsAt {
    /// `@options`, or what the function `@options.returned` returns.
    Capture {
        /// The capture's name.
        name: String,
        /// Whether the value is what the captured function returns.
        returned: bool,
    },
    /// A configuration file.
    File {
        /// Which one.
        id: SettingFileId,
        /// Whether all that stand in it are judged, and not only the one that the call names.
        all: bool,
    },
    /// An argument of the call in `@arguments`, and a way into it: `0`, `0.useFactory()`.
    Argument {
        /// Counted from zero.
        index: usize,
        /// Empty for the argument itself.
        path: OptionPath,
    },
}

/// A way into a value: `cache.type`, `useFactory()`, `columns.*`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OptionPath(pub Vec<OptionStep>);

/// One step of an [`OptionPath`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionStep {
    /// The value of a key.
    Key(String),
    /// What the function returns.
    Returned,
    /// The list of the values of all keys.
    Each,
}

/// A tree-sitter query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The query's text, exactly one pattern.
    pub text: String,
    /// The languages it is run in.
    pub languages: Vec<Language>,
}

/// Texts that must occur for a pattern to match: every group needs one of its texts. Compared without regard to ASCII
/// case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needles {
    /// In the file itself, whatever it imports: text predicates of the query, names of called methods.
    pub local: Vec<Vec<String>>,
    /// In the file or in one that it imports from, under whatever name: what access paths call the values.
    pub imported: Vec<Vec<String>>,
}

/// Something that is true of sources of the project, such as "an entity needs an extension".
#[derive(Debug)]
pub struct Fact {
    /// `typeorm:needs-extension`.
    pub name: String,
    /// The packages of its library.
    pub packages: Vec<Package>,
    /// The set whose members it is about; the whole project if there is none.
    pub over: Option<SetId>,
    /// Other facts, none of which the class may have, nor what it inherits from or embeds.
    pub lacks: Vec<FactId>,
    /// Where it may be seen.
    pub patterns: Vec<Pattern>,
    /// What must be true there. The first that holds counts.
    pub cases: Vec<FactCase>,
    /// What one sight of it is called in the summary, if it is counted.
    pub counts: Option<Noun>,
}

/// One way in which a fact is seen.
#[derive(Debug)]
pub struct FactCase {
    /// Packages and versions for which it applies; empty for all.
    pub packages: Vec<Package>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Values for placeholders, by name.
    pub gives: BTreeMap<String, Given>,
    /// The text of the related label at the place where it is seen.
    pub label: Template,
}

/// A value that a fact gives to placeholders.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Always the same text.
    Text(String),
    /// What an option of the judged value says.
    Option {
        /// The way to the option.
        path: OptionPath,
        /// If the option is absent or unknown.
        default: String,
    },
}

/// One outcome of a rule.
#[derive(Debug)]
pub struct Case {
    /// Packages and versions for which it applies; empty for all.
    pub packages: Vec<Package>,
    /// All must hold; none means always.
    pub conditions: Vec<Condition>,
    /// The finding's message.
    pub message: Template,
    /// The text of the primary label.
    pub label: Template,
    /// The finding's help; the fix of the rule's docs if there is none.
    pub help: Option<Template>,
    /// Instead of the rule's.
    pub severity: Option<Severity>,
    /// The most it can be.
    pub certainty: Certainty,
    /// Whether it is no finding: what it describes is harmless.
    pub quiet: bool,
}

/// A question about the judged value or about the project.
#[derive(Debug)]
pub enum Condition {
    /// What an option effectively is.
    Option {
        /// Whose option: the judged value's if `None`, else that of the thing that was called, as it entered the
        /// library by a pattern of this subject (`sequelize.sync()` asks how `sequelize` was made).
        of: Option<SubjectId>,
        /// The way to the option; empty for the value itself.
        path: OptionPath,
        /// What an absent or undefined option means.
        default: Option<Literal>,
        /// The question.
        test: Test,
        /// Whether the drivers in the manifest decide what code leaves open.
        drivers: bool,
    },
    /// Whether a fact is seen in the project, or is not.
    Fact {
        /// Whose members the fact is about: the judged value's if `None`, else those of the thing that was called.
        of: Option<SubjectId>,
        /// The fact.
        fact: FactId,
        /// Whether it must be seen.
        seen: bool,
    },
}

/// A question about a value.
#[derive(Debug)]
pub enum Test {
    /// One of these.
    Is(Vec<Literal>),
    /// None of these.
    IsNot(Vec<Literal>),
    /// `true`: JavaScript takes it for true. `false`: for false.
    Truthy(bool),
    /// `true`: it is there, whatever it is.
    Present(bool),
    /// A text that the expression matches.
    Matches(Regex),
    /// A text of SQL with one of these commands, as PostgreSQL names them; with any that is DDL if there are none.
    Runs(Vec<String>),
}

/// A value that a rule file can name.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Rule {
    /// The address of its page.
    pub fn url(&self) -> String {
        format!("{}/blob/main/docs/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), self.id)
    }
}

impl RuleSet {
    /// The packages of which rules say different things for different versions.
    pub(crate) fn versioned(&self) -> BTreeSet<&str> {
        let of_rules = self.rules.iter().flat_map(|rule| {
            rule.packages.iter().chain(rule.cases.iter().flat_map(|case| &case.packages))
        });
        let facts = self.facts.iter().flat_map(|fact| &fact.cases);
        let of_facts = facts.flat_map(|case| &case.packages);
        let all = of_rules.chain(of_facts).filter(|package| package.versions.is_some());
        all.map(|package| package.name.as_str()).collect()
    }

    /// The names of hidden files that libraries read by themselves.
    pub fn hidden_files(&self) -> impl Iterator<Item = &str> {
        let sources = self.files.iter().flat_map(|file| &file.sources);
        let names = sources.flat_map(|source| &source.names);
        names
            .chain(self.histories.iter().flat_map(History::texts))
            .map(|name| name.rsplit('/').next().unwrap_or(name))
            .filter(|name| name.starts_with('.'))
    }

    /// Whether a library reads a file of that name by itself, or one tells something of a history.
    pub fn reads(&self, path: &str) -> bool {
        let sources = self.files.iter().flat_map(|file| &file.sources);
        let mut names = sources.flat_map(|source| &source.names);
        let is_read = names.any(|name| {
            path.strip_suffix(name.as_str())
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        });
        let scripts = self.histories.iter().flat_map(|history| &history.scripts);
        let mut beside =
            scripts.flat_map(|scripts| &scripts.beside).flat_map(|beside| &beside.files);
        let mut texts = self.histories.iter().flat_map(History::texts);
        is_read
            || beside.any(|file| file_name(file) == file_name(path))
            || texts.any(|file| file_name(file) == file_name(path))
    }

    /// The rule with that id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
