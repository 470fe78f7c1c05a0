//! What the straight line hands to histories: where migrations are, for which database, and what applications do.

use rayon::prelude::*;

use super::{Options, Owner, Run};
use crate::fact::Facts;
use crate::history::{self, Application, AtRunTime, Lists, Replayed};
use crate::judge::Judge;
use crate::matcher::Place;
use crate::rule::{Condition, Configured, History, Listed, Literal, Role, Rule, Test};
use crate::set;
use crate::source::FileId;
use crate::value::{Evaluator, Guard, Truth, Value};

impl<'p> Run<'_, 'p> {
    /// The schemas that migrations leave, and what applications do to them.
    pub(super) fn histories(
        &self,
        files: &[(FileId, &Vec<Place<'p>>)],
        facts: &Facts,
        options: &Options,
    ) -> Vec<Replayed> {
        let asks = |rule: &&Rule| rule.over().is_some() || rule.relied_on.is_some();
        if !self.active.iter().any(asks) {
            return Vec::new();
        }
        let is_judged = |file: FileId| options.judges(self.project, file);
        let is_application = |file: FileId| self.project.role_by_path(file) != Role::Migration;
        let applications = files
            .par_iter()
            .filter(|(file, _)| is_application(*file))
            .map(|(file, places)| (*file, self.happenings(*file, places, facts)));
        let applications: Vec<(FileId, Happenings)> = applications.collect();
        let mut lists = self.lists(files);
        let with_steps = applications.iter().filter(|(_, happened)| happened.has_steps);
        lists.hold_objects(with_steps.map(|(file, _)| *file));
        let applications =
            applications.into_iter().filter_map(|(_, happened)| happened.application);
        history::replay(self.index, applications.collect(), &lists, is_judged)
    }

    /// What options say of migrations: which files they are, and for which database.
    fn lists(&self, files: &[(FileId, &Vec<Place<'p>>)]) -> Lists {
        // What a test puts together says nothing of what production runs.
        let files = files.par_iter().filter(|(file, _)| self.project.role(*file) != Role::Test);
        let said: Vec<Lists> = files.map(|(file, places)| self.listed_in(*file, places)).collect();
        let mut lists = Lists::default();
        for (id, history) in self.rules.histories.iter().enumerate() {
            self.said_in_files(id, history, &mut lists);
        }
        for said in said {
            lists.merge(said);
        }
        for named in &self.directories {
            lists.name(named.history, named.files.clone(), self.project);
        }
        lists
    }

    /// What the options in one file say.
    fn listed_in(&self, file: FileId, places: &[Place<'p>]) -> Lists {
        let mut lists = Lists::default();
        let evaluator = Evaluator::new(self.index);
        let histories = || self.rules.histories.iter().enumerate();
        let is_asked = |owner: Owner| {
            let Owner::Subject(subject) = owner else { return false };
            histories().any(|(_, history)| {
                let names = |condition: &Condition| {
                    matches!(condition, Condition::Option { of: Some(of), .. } if *of == subject)
                };
                history.database.iter().any(names)
                    || listed(history).is_some_and(|listed| listed.of == subject)
            })
        };
        self.sights(file, places, &evaluator, is_asked, &mut |owner, sight| {
            // Of several objects that the options may be, each has its own.
            for world in sight.options.iter().flat_map(Value::worlds) {
                for (id, history) in histories().filter(|(_, one)| !one.database.is_empty()) {
                    let said = history.database.iter().find_map(|condition| match condition {
                        Condition::Option { of: Some(of), path, test: Test::Is(names), .. }
                            if owner == Owner::Subject(*of) =>
                        {
                            let name = evaluator.option(&world.value, path).as_text()?;
                            Some(names.contains(&Literal::Text(name)))
                        }
                        _ => None,
                    });
                    if let Some(is_meant) = said {
                        lists.say(id, self.project.package_folder(file), is_meant);
                    }
                    let of_this = |one: &&Listed| owner == Owner::Subject(one.of);
                    let Some(listed) = listed(history).filter(of_this) else { continue };
                    let value = evaluator.option(&world.value, &listed.option);
                    if let Some(files) = set::files(&value, file, &evaluator) {
                        lists.add(id, files, said);
                    }
                }
            }
        });
        lists
    }

    /// What the files say that a library's own tools are configured with, for one environment or for several.
    fn said_in_files(&self, id: usize, history: &History, lists: &mut Lists) {
        let Some(configured) = &history.configured else { return };
        for Configuration { file, whole, of_environments } in self.configurations(configured) {
            let evaluator = Evaluator::new(self.index);
            let of_environments = of_environments
                .into_iter()
                .filter(|(name, _)| !self.index.assumed.not.contains(name))
                .map(|(_, value)| value);
            let of_environments: Vec<_> = of_environments.collect();
            let says = |options: &Value<'p>| {
                let name = evaluator.option(options, &configured.option).as_text()?;
                Some(history.databases.contains(&name))
            };
            let all = std::iter::once(&whole).chain(&of_environments).filter_map(says);
            // A single environment is the one of developers, and says nothing of the others.
            let is_alone = says(&whole).is_none() && of_environments.len() == 1;
            let counts = |is_meant: &bool| *is_meant || !is_alone;
            for is_meant in all.filter(counts) {
                lists.say(id, self.project.package_folder(file), is_meant);
            }
        }
    }

    /// What files of configuration export or hold. Those of tests say nothing of what production runs.
    pub(super) fn configurations(&self, configured: &Configured) -> Vec<Configuration<'p>> {
        let files = self.project.ids().filter(|file| {
            configured.files.is_match(self.project.path(*file))
                && self.project.role(*file) != Role::Test
        });
        let read = |file| {
            let evaluator = Evaluator::new(self.index);
            let whole = evaluator.export(file, "default");
            let of_environments = evaluator.entries(&whole).entries;
            Configuration { file, whole, of_environments }
        };
        files.map(read).collect()
    }

    /// What a file does to the schema of a database that is meant, while an application runs.
    fn happenings(&self, file: FileId, places: &[Place<'p>], facts: &Facts) -> Happenings {
        let evaluator = Evaluator::new(self.index);
        let judge =
            Judge { project: self.project, rules: self.rules, facts, evaluator: &evaluator };
        let mut found: Vec<AtRunTime<'p>> = Vec::new();
        let mut has_steps = false;
        let is_event = |owner| matches!(owner, Owner::Event(_));
        self.sights(file, places, &evaluator, is_event, &mut |owner, sight| {
            let Owner::Event(event) = owner else { return };
            let Some(callee) = sight.callee.clone() else { return };
            let (mut is_conditional, conditions) = match evaluator.guard(&sight.at) {
                Guard::Closed => return,
                Guard::Open => (false, Vec::new()),
                Guard::Conditional(hops) => (true, hops),
            };
            let is_migration = evaluator.role(&sight.at) == Role::Migration;
            has_steps |= is_migration;
            if is_migration || evaluator.is_only_called_by_migrations(&sight.at) {
                return;
            }
            for condition in &self.rules.events[event].database {
                match judge.is_meant(condition, &sight) {
                    Truth::Yes => {}
                    Truth::No => return,
                    Truth::Maybe(_) => is_conditional = true,
                }
            }
            found.push(AtRunTime { call: sight.at, callee, is_conditional, conditions });
        });
        // What stands before in a chain ends before.
        found.sort_by_key(|happening| happening.call.node.end_byte());
        found.dedup_by_key(|happening| happening.call.node.id());
        let application =
            (!found.is_empty()).then(|| history::at_run_time(&evaluator, file, &found));
        Happenings {
            application,
            has_steps: has_steps && self.project.role(file) != Role::Migration,
        }
    }
}

/// What a file of configuration exports or holds.
pub(super) struct Configuration<'p> {
    pub(super) file: FileId,
    pub(super) whole: Value<'p>,
    /// Its members by their names: one for each environment, if there are several.
    pub(super) of_environments: Vec<(String, Value<'p>)>,
}

/// What a file does to a schema.
struct Happenings {
    /// While an application runs.
    application: Option<Application>,
    /// Whether there are migrations among its code, in a file that is none.
    has_steps: bool,
}

/// What options list as the steps of a history.
fn listed(history: &History) -> Option<&Listed> {
    history.code.as_ref()?.listed.as_ref()
}
