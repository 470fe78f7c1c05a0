//! What the straight line hands to histories: where migrations are, for which database, and what applications do.

use super::{Options, Owner, Run};
use crate::fact::Facts;
use crate::history::{self, AtRunTime, Lists, Replayed};
use crate::judge::Judge;
use crate::matcher::Place;
use crate::rule::{Condition, History, Literal, Role, Rule, Test};
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
        let calls = files
            .iter()
            .filter(|(file, _)| self.project.role(*file) != Role::Migration)
            .map(|(file, places)| (*file, self.happenings(*file, places, facts)))
            .filter(|(_, calls)| !calls.is_empty());
        history::replay(self.index, &calls.collect(), &self.lists(files), is_judged)
    }

    /// What options say of migrations: which files they are, and for which database.
    fn lists(&self, files: &[(FileId, &Vec<Place<'p>>)]) -> Lists {
        let mut lists = Lists::default();
        for (id, history) in self.rules.histories.iter().enumerate() {
            self.said_in_files(id, history, &mut lists);
            let listed = history.code.as_ref().and_then(|code| code.listed.as_ref());
            // What a test puts together says nothing of what production runs.
            let files = files.iter().filter(|(file, _)| self.project.role(*file) != Role::Test);
            for (file, places) in files.filter(|_| !history.database.is_empty()) {
                let evaluator = Evaluator::new(self.index);
                let is_of = |owner| matches!(owner, Owner::Subject(_));
                self.sights(*file, places, &evaluator, is_of, &mut |owner, sight| {
                    let listed = listed.filter(|listed| owner == Owner::Subject(listed.of));
                    // Of several objects that the options may be, each has its own.
                    for world in sight.options.iter().flat_map(Value::worlds) {
                        let said = history.database.iter().find_map(|condition| match condition {
                            Condition::Option {
                                of: Some(of), path, test: Test::Is(names), ..
                            } if owner == Owner::Subject(*of) => {
                                let name = evaluator.option(&world.value, path).as_text()?;
                                Some(names.contains(&Literal::Text(name)))
                            }
                            _ => None,
                        });
                        if let Some(is_meant) = said {
                            lists.say(id, self.project.package_folder(*file), is_meant);
                        }
                        let Some(listed) = listed else { continue };
                        let value = evaluator.option(&world.value, &listed.option);
                        if let Some(files) = set::files(&value, *file, &evaluator) {
                            lists.add(id, files, said);
                        }
                    }
                });
            }
        }
        lists
    }

    /// What the files say that a library's own tools are configured with, for one environment or for several.
    fn said_in_files(&self, id: usize, history: &History, lists: &mut Lists) {
        let Some(configured) = &history.configured else { return };
        let files = self.project.ids().filter(|file| {
            configured.files.is_match(self.project.path(*file))
                && self.project.role(*file) != Role::Test
        });
        for file in files {
            let evaluator = Evaluator::new(self.index);
            let whole = evaluator.export(file, "default");
            let of_environments = evaluator.entries(&whole).entries.into_iter();
            let of_environments = of_environments
                .filter(|(name, _)| !self.index.assumed.not.contains(name))
                .map(|(_, value)| value);
            for options in std::iter::once(whole.clone()).chain(of_environments) {
                if let Some(name) = evaluator.option(&options, &configured.option).as_text() {
                    let is_meant = history.databases.contains(&name);
                    lists.say(id, self.project.package_folder(file), is_meant);
                }
            }
        }
    }

    /// The calls of a file that change the schema of a database that is meant, in source order.
    fn happenings(&self, file: FileId, places: &[Place<'p>], facts: &Facts) -> Vec<AtRunTime<'p>> {
        let evaluator = Evaluator::new(self.index);
        let judge =
            Judge { project: self.project, rules: self.rules, facts, evaluator: &evaluator };
        let mut found: Vec<AtRunTime<'p>> = Vec::new();
        let is_event = |owner| matches!(owner, Owner::Event(_));
        self.sights(file, places, &evaluator, is_event, &mut |owner, sight| {
            let Owner::Event(event) = owner else { return };
            let Some(callee) = sight.callee.clone() else { return };
            let (mut is_conditional, conditions) = match evaluator.guard(&sight.at) {
                Guard::Closed => return,
                Guard::Open => (false, Vec::new()),
                Guard::Conditional(hops) => (true, hops),
            };
            if evaluator.is_only_called_by_migrations(&sight.at) {
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
        found
    }
}
