//! The straight line: load, index, match, evaluate, judge, settle.

mod declared;
mod directories;
mod histories;
mod summary;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rayon::prelude::*;

use crate::fact::{self, Facts, Seen, Stated};
use crate::files::Files;
use crate::finding::{Finding, Severity};
use crate::history::{self, Replayed, Scene};
use crate::index::{Assumed, Index};
use crate::judge::{self, Judge};
use crate::matcher::{self, Known, Place, Sight};
use crate::prefilter::Prefilter;
use crate::project::Project;
use crate::report::{Notice, NoticeKind, Report};
use crate::rule::{FactId, OptionPath, Package, Pattern, Role, Rule, RuleSet, SubjectId};
use crate::set::{self, Registered};
use crate::settle;
pub use crate::settle::Override;
use crate::source::{FileId, Span};
use crate::value::{Evaluator, Kind, Origin, Unknown, Value};

use self::declared::Declared;
use self::directories::Named;

/// What a run takes into account besides the project and the rules.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Parse every file, also those in which no rule can match. Findings are the same; see `docs/architecture.md`.
    pub no_prefilter: bool,
    /// Judge files whose role is `test` like the others.
    pub include_tests: bool,
    /// Rules to run; all if empty.
    pub select: Vec<String>,
    /// Rules not to run.
    pub ignore: Vec<String>,
    /// Severities that the user gave to rules, by id.
    pub severities: BTreeMap<String, Severity>,
    /// Values of environment variables that are taken for granted, by name.
    pub assume: BTreeMap<String, String>,
    /// Report only findings with a label in one of these files or folders (root-relative); everything if empty.
    pub report_in: Vec<String>,
    /// Severities in some files only; the last one that fits counts.
    pub overrides: Vec<Override>,
    /// Whether a comment may hide findings without saying why.
    pub reason_optional: bool,
    /// Findings that are known already and not reported unless they become worse: fingerprint, severity.
    pub baseline: BTreeMap<String, Severity>,
    /// Paths under which the files of findings are known elsewhere: their fingerprints are made with those.
    pub renamed: BTreeMap<String, String>,
}

/// What a pattern belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Subject(SubjectId),
    Fact(FactId),
    /// Calls that register members: the set, and which of its calls.
    Called(usize, usize),
    /// What is embedded in members of sets.
    Embedded,
    /// Calls that register what stands under a key of a setting.
    Registered(usize),
    /// Calls that change a schema.
    Event(usize),
    /// Calls that load objects with keys of a setting.
    Loaded(usize),
}

/// What a match tells about the project before any options are judged.
enum Told {
    Seen(FactId, Seen),
    Called((usize, usize, Option<String>), BTreeSet<Span>),
    Embedded(Span, BTreeSet<Span>),
    Stated(SubjectId, Stated),
}

/// What one file contributed.
#[derive(Default)]
struct Part {
    findings: Vec<Finding>,
    /// Findings that only count if nothing better reached their object, by that object.
    fallbacks: Vec<Declared>,
    /// Object literals that a match reached.
    reached: Vec<Span>,
    /// Things that the summary counts.
    counted: Vec<(SubjectId, Span)>,
    notices: Vec<Notice>,
}

/// Lints the files at `paths` (root-relative, any order) and says what was found.
///
/// Never fails: trouble with a file is a notice in the report and hides nothing of the other files. Uses the rayon pool
/// it is called in; the result does not depend on the number of threads.
pub fn lint<'f>(
    files: &'f dyn Files,
    paths: Vec<String>,
    rules: &RuleSet,
    options: &Options,
) -> (Project<'f>, Report) {
    let project = Project::load(files, paths, &rules.roles);
    let report = report(&project, rules, options);
    (project, report)
}

/// The schemas that migrations leave, whatever rules a run would have: those of histories with a step among what is
/// reported on.
pub fn histories<'f>(
    files: &'f dyn Files,
    paths: Vec<String>,
    rules: &RuleSet,
    options: &Options,
) -> (Project<'f>, Vec<Replayed>) {
    let project = Project::load(files, paths, &rules.roles);
    let all = Options { select: Vec::new(), ignore: Vec::new(), ..options.clone() };
    let replayed = with_run(&project, rules, &all, |run, places| {
        let files = run.files(places);
        run.histories(&files, &run.learn(&files), &all)
    });
    let is_wanted = |history: &Replayed| {
        let mut paths = history.files.iter().map(|file| project.path(*file));
        history.scene == Scene::Migration
            && paths.any(|path| settle::is_given(path, &options.report_in))
    };
    let wanted = replayed.into_iter().filter(is_wanted).collect();
    (project, wanted)
}

fn report(project: &Project<'_>, rules: &RuleSet, options: &Options) -> Report {
    with_run(project, rules, options, |run, places| run.report(places, options))
}

/// Prepares a run up to where patterns match.
fn with_run<T>(
    project: &Project<'_>,
    rules: &RuleSet,
    options: &Options,
    then: impl for<'a, 'p> FnOnce(&Run<'a, 'p>, &[Vec<Place<'p>>]) -> T,
) -> T {
    let active: Vec<&Rule> = rules.rules.iter().filter(|rule| options.runs(&rule.id)).collect();
    let patterns = patterns(rules, &active);
    let only: Vec<&Pattern> = patterns.iter().map(|(_, pattern)| *pattern).collect();
    let is_judged = |file: FileId| project.is_code(file) && options.judges(project, file);
    let in_use = |position: usize| is_in_use(project, rules, patterns[position].0);
    let mut candidates =
        Prefilter::new(&only).candidates(project, rules, &packages(rules), is_judged, in_use);
    if options.no_prefilter {
        let all: Vec<usize> = (0..only.len()).collect();
        candidates = project
            .ids()
            .map(|file| if is_judged(file) { all.clone() } else { Vec::new() })
            .collect();
    }
    let places = matcher::places(project, rules, &only, &candidates);
    let assumed = options.assumed(rules);
    let index = Index::new(project, rules, &assumed);
    let subjects = (0..rules.subjects.len()).map(SubjectId);
    let run = Run {
        project,
        rules,
        index: &index,
        active: &active,
        patterns: &patterns,
        candidates: &candidates,
        databases: subjects.map(|id| judge::database_of(rules, id)).collect(),
        directories: Vec::new(),
    };
    let directories = run.directories(&run.files(&places));
    then(&Run { directories, ..run }, &places)
}

/// The patterns of a run: those of the subjects that active rules judge, and of all facts.
fn patterns<'r>(rules: &'r RuleSet, active: &[&Rule]) -> Vec<(Owner, &'r Pattern)> {
    let judged = active.iter().filter_map(|rule| rule.subject());
    let counted =
        (0..rules.subjects.len()).map(SubjectId).filter(|id| rules.subjects[id.0].counts.is_some());
    let subjects: BTreeSet<SubjectId> = judged.chain(counted).collect();
    let of_subjects = subjects.into_iter().flat_map(|id| {
        rules.subjects[id.0].patterns.iter().map(move |pattern| (Owner::Subject(id), pattern))
    });
    let of_facts = rules.facts.iter().enumerate().flat_map(|(id, fact)| {
        fact.patterns.iter().map(move |pattern| (Owner::Fact(FactId(id)), pattern))
    });
    let of_sets = rules.sets.iter().enumerate().flat_map(|(id, set)| {
        let called = set.called.iter().enumerate().flat_map(move |(position, called)| {
            called.patterns.iter().map(move |pattern| (Owner::Called(id, position), pattern))
        });
        called.chain(set.embedded.iter().map(|pattern| (Owner::Embedded, pattern)))
    });
    let of_settings = rules.settings.iter().enumerate().filter_map(|(id, setting)| {
        setting
            .registered
            .as_ref()
            .map(|registration| (Owner::Registered(id), &registration.pattern))
    });
    let of_loaded = rules.settings.iter().enumerate().filter_map(|(id, setting)| {
        setting.loaded.as_ref().map(|loaded| (Owner::Loaded(id), &loaded.pattern))
    });
    let judges_schemas = active.iter().any(|rule| rule.over().is_some());
    let of_events = rules.events.iter().enumerate();
    let of_events = of_events
        .filter(|_| judges_schemas)
        .filter_map(|(id, event)| event.pattern.as_ref().map(|found| (Owner::Event(id), found)));
    let of_configuration = of_settings.chain(of_loaded);
    of_subjects.chain(of_facts).chain(of_sets).chain(of_configuration).chain(of_events).collect()
}

/// The packages that the things with patterns are from, by name.
fn packages(rules: &RuleSet) -> HashSet<&str> {
    let of_subjects = rules.subjects.iter().flat_map(|subject| &subject.packages);
    let of_events = rules.events.iter().flat_map(|event| &event.packages);
    let of_histories = rules.histories.iter().flat_map(|history| &history.packages);
    let of_rules = rules.rules.iter().flat_map(|rule| &rule.packages);
    let all = of_subjects.chain(of_events).chain(of_histories).chain(of_rules);
    let drivers = rules.histories.iter().flat_map(|history| history.drivers.values().flatten());
    all.map(|package| package.name.as_str()).chain(drivers.map(String::as_str)).collect()
}

/// Whether what a pattern belongs to can be met: a manifest names its package, or a file imports it.
fn is_in_use(project: &Project<'_>, rules: &RuleSet, owner: Owner) -> bool {
    let packages = match owner {
        Owner::Subject(id) => &rules.subjects[id.0].packages,
        Owner::Event(id) => &rules.events[id].packages,
        _ => return true,
    };
    let is_there = |package: &Package| {
        project.manifests().iter().any(|manifest| manifest.names(&package.name))
            || project.imports_unnamed(&package.name)
    };
    packages.is_empty() || project.manifests().is_empty() || packages.iter().any(is_there)
}

/// Everything that the later stages share.
struct Run<'a, 'p> {
    project: &'p Project<'p>,
    rules: &'a RuleSet,
    index: &'p Index<'p>,
    active: &'a [&'a Rule],
    patterns: &'a [(Owner, &'a Pattern)],
    candidates: &'a [Vec<usize>],
    /// For each subject, the option of its things that says which database they are for.
    databases: Vec<Option<&'a OptionPath>>,
    /// Files in folders that are named as those of migrations.
    directories: Vec<Named>,
}

impl<'p> Run<'_, 'p> {
    /// The files with matches.
    fn files<'m>(&self, places: &'m [Vec<Place<'p>>]) -> Vec<(FileId, &'m Vec<Place<'p>>)> {
        self.project.ids().zip(places).filter(|(_, places)| !places.is_empty()).collect()
    }

    /// What the whole project says: first its settings, which decide values, then the facts.
    fn learn(&self, files: &[(FileId, &Vec<Place<'p>>)]) -> Facts {
        let registered: Vec<_> = files
            .par_iter()
            .flat_map_iter(|(file, places)| self.registered(*file, places))
            .collect();
        self.index.register(registered.into_iter().rev().collect());
        let told: Vec<Told> =
            files.par_iter().flat_map_iter(|(file, places)| self.told(*file, places)).collect();
        self.facts(told)
    }

    fn report(&self, places: &[Vec<Place<'p>>], options: &Options) -> Report {
        let files = self.files(places);
        let facts = self.learn(&files);
        let parts: Vec<Part> =
            files.par_iter().map(|(file, places)| self.judge(*file, places, &facts)).collect();

        let reached: BTreeSet<Span> =
            parts.iter().flat_map(|part| part.reached.iter().copied()).collect();
        let histories = self.histories(&files, &facts, options);
        let mut findings = history::findings(self.project, self.rules, self.active, &histories);
        let mut notices = self.project.notices();
        notices.extend(self.project.unknown_versions(&self.rules.versioned()));
        notices.extend(histories.iter().flat_map(|history| history.notices(self.project)));
        let mut counted: BTreeSet<(SubjectId, Span)> = BTreeSet::new();
        let mut missed: Vec<Declared> = Vec::new();
        for part in parts {
            findings.extend(part.findings);
            counted.extend(part.counted);
            notices.extend(part.notices);
            let is_missed = |(objects, _): &Declared| !objects.iter().any(|o| reached.contains(o));
            missed.extend(part.fallbacks.into_iter().filter(is_missed));
        }
        findings.extend(self.entering_elsewhere(&files, missed));
        let (rules, active) = (self.rules, self.active);
        history::tell_reliance(self.project, rules, active, &histories, &mut findings);
        let summary = self.summary(&counted, &facts, &histories, options);
        let mut report = Report { notices, summary, ..Report::default() };
        settle::settle(self.project, self.rules, findings, options, &mut report);
        report.notices.retain(|notice| settle::is_told(notice, &options.report_in));
        report.notices.sort();
        report.notices.dedup();
        report
    }

    /// The calls of a file that register what stands under keys of settings. Of several for one key the first counts.
    fn registered(&self, file: FileId, places: &[Place<'p>]) -> Vec<((usize, String), Span)> {
        let evaluator = Evaluator::new(self.index);
        let mut found = Vec::new();
        let registers = |owner| matches!(owner, Owner::Registered(_) | Owner::Loaded(_));
        self.sights(file, places, &evaluator, registers, &mut |owner, sight| {
            if let Owner::Loaded(setting) = owner {
                let key = Index::loaded_key(self.project.package_folder(file));
                found.push(((setting, key), sight.at.span()));
            }
            let Owner::Registered(setting) = owner else { return };
            let Some(registration) = &self.rules.settings[setting].registered else { return };
            let arguments = evaluator.arguments(&sight.at);
            let key = arguments.get(registration.key).and_then(|key| evaluator.eval(key).as_text());
            found.extend(key.map(|key| ((setting, key), sight.at.span())));
        });
        found
    }

    /// What a file tells about the project.
    fn told(&self, file: FileId, places: &[Place<'p>]) -> Vec<Told> {
        let evaluator = Evaluator::new(self.index);
        let mut found = Vec::new();
        let database = |owner| match owner {
            Owner::Subject(subject) => self.databases[subject.0],
            _ => None,
        };
        let tells = |owner| {
            matches!(owner, Owner::Fact(_) | Owner::Called(..) | Owner::Embedded)
                || database(owner).is_some()
        };
        self.sights(file, places, &evaluator, tells, &mut |owner, sight| {
            let classes = || {
                sight
                    .options
                    .iter()
                    .flat_map(|value| set::listed(value, file, &evaluator))
                    .collect()
            };
            if let Owner::Subject(subject) = owner {
                let path = database(owner).filter(|_| !sight.fallback);
                for world in sight.options.iter().flat_map(Value::worlds) {
                    let database = path.map(|path| evaluator.option(&world.value, path).as_text());
                    found.extend(
                        database.map(|database| Told::Stated(subject, Stated { file, database })),
                    );
                }
                return;
            }
            found.extend(match owner {
                Owner::Subject(_) | Owner::Registered(_) | Owner::Loaded(_) | Owner::Event(_) => {
                    None
                }
                Owner::Fact(id) => fact::seen(&self.rules.facts[id.0], &sight, &evaluator)
                    .map(|seen| Told::Seen(id, seen)),
                Owner::Called(set, position) => {
                    let several = self.rules.sets[set].called[position].several.as_ref();
                    let name = several
                        .and_then(|several| set::name_of_call(several, &sight.at, &evaluator));
                    Some(Told::Called((set, position, name), classes()))
                }
                Owner::Embedded => {
                    set::owner(&sight.at, &evaluator).map(|owner| Told::Embedded(owner, classes()))
                }
            });
        });
        found
    }

    fn facts(&self, told: Vec<Told>) -> Facts {
        let mut registered = Registered::default();
        let mut all = Vec::new();
        let mut stated: BTreeMap<SubjectId, Vec<Stated>> = BTreeMap::new();
        for told in told {
            match told {
                Told::Seen(fact, seen) => all.push((fact, seen)),
                Told::Called(which, classes) => {
                    registered.called.entry(which).or_default().extend(classes);
                }
                Told::Embedded(owner, classes) => {
                    registered.embedded.entry(owner).or_default().extend(classes);
                }
                Told::Stated(subject, one) => stated.entry(subject).or_default().push(one),
            }
        }
        let facts = Facts::new(self.rules.facts.len(), all, registered, stated);
        facts.with_what_is_lacking(&self.rules.facts, &Evaluator::new(self.index))
    }

    fn judge(&self, file: FileId, places: &[Place<'p>], facts: &Facts) -> Part {
        let evaluator = Evaluator::new(self.index);
        let judge =
            Judge { project: self.project, rules: self.rules, facts, evaluator: &evaluator };
        let mut part = Part::default();
        let is_subject = |owner| matches!(owner, Owner::Subject(_));
        self.sights(file, places, &evaluator, is_subject, &mut |owner, sight| {
            let Owner::Subject(subject) = owner else { return };
            let literals = sight.options.as_ref().map(Value::literals).unwrap_or_default();
            // Whatever else has that type comes from somewhere, and is judged there.
            if sight.fallback && literals.is_empty() {
                return;
            }
            // Every rule would say the same of such a thing: that it cannot tell. A call without a noun runs all the same.
            let is_thing = self.rules.subjects[subject.0].counts.is_some();
            if is_thing && sight.options.as_ref().is_some_and(is_unknown) {
                let path = self.project.path(file).to_string();
                let (span, kind) = (Some(sight.span), NoticeKind::UnknownOptions);
                let message = "what goes in here is not known, so nothing is said about it".into();
                part.notices.push(Notice { path, span, kind, message });
                part.counted.push((subject, sight.span));
                return;
            }
            let of_subject = self.active.iter().filter(|rule| rule.subject() == Some(subject));
            let role = evaluator.role(&sight.at);
            // A thing that is made at the top of a file of migrations is none of their steps.
            let looks_here = |rule: &&&Rule| {
                rule.roles.contains(&role)
                    || role == Role::Test
                    || (is_thing && role == Role::Migration)
            };
            let findings =
                of_subject.filter(looks_here).flat_map(|rule| judge.findings(rule, &sight));
            let findings: Vec<_> = findings.collect();
            if sight.fallback {
                part.fallbacks.push((literals, findings));
                return;
            }
            part.findings.extend(findings);
            part.reached.extend(literals);
            part.counted.push((subject, sight.span));
        });
        for (span, module) in evaluator.take_unresolved() {
            let path = self.project.path(span.file).to_string();
            let message = format!(
                "`{module}` leads to no file of the project, so what it brings is not known"
            );
            part.notices.push(Notice {
                path,
                span: Some(span),
                kind: NoticeKind::Unresolved,
                message,
            });
        }
        part
    }

    /// Calls `found` for every match of a wanted pattern in a file.
    fn sights(
        &self,
        file: FileId,
        places: &[Place<'p>],
        evaluator: &Evaluator<'p>,
        wanted: impl Fn(Owner) -> bool,
        found: &mut dyn FnMut(Owner, Sight<'p>),
    ) {
        for place in places {
            let mut known = Known::default();
            for position in &self.candidates[file.0 as usize] {
                let (owner, pattern) = self.patterns[*position];
                if pattern.query != place.query || !wanted(owner) {
                    continue;
                }
                for sight in place.sights(file, pattern, evaluator, &mut known) {
                    found(owner, sight);
                }
            }
        }
    }
}

/// Whether nothing at all is known of a value, not even what decides it.
fn is_unknown(value: &Value<'_>) -> bool {
    matches!(&value.kind, Kind::Unknown(Unknown { origin: Origin::Unknown, text: false, .. }))
}

impl Options {
    /// What the run takes for granted about the environment.
    pub(crate) fn assumed(&self, rules: &RuleSet) -> Assumed {
        let tests =
            rules.roles.iter().filter(|rule| rule.role == Role::Test && !self.include_tests);
        let not = tests.flat_map(|rule| rule.environments.iter().cloned()).collect();
        Assumed { values: self.assume.clone(), not }
    }

    /// Whether a file is judged, as far as its role decides that.
    fn judges(&self, project: &Project<'_>, file: FileId) -> bool {
        self.include_tests || project.role(file) != Role::Test
    }

    /// Whether a rule is run.
    pub fn runs(&self, id: &str) -> bool {
        let is_selected =
            self.select.is_empty() || self.select.iter().any(|selected| selected == id);
        is_selected && !self.ignore.iter().any(|ignored| ignored == id)
    }
}
