//! What the closing lines of a report count.

use std::collections::BTreeSet;

use super::{Options, Run};
use crate::fact::Facts;
use crate::history::{Replayed, Scene};
use crate::report::{Summary, Tally};
use crate::rule::{FactId, Noun, Role, SubjectId};
use crate::source::{FileId, Span};

impl Run<'_, '_> {
    /// Files, things and statements. `counted` are the things that patterns of subjects matched.
    pub(super) fn summary(
        &self,
        counted: &BTreeSet<(SubjectId, Span)>,
        facts: &Facts,
        histories: &[Replayed],
        options: &Options,
    ) -> Summary {
        let tally = |count: usize, noun: &Noun| Tally {
            count,
            one: noun.one.clone(),
            many: noun.many.clone(),
        };
        let subjects = self.rules.subjects.iter().enumerate().filter_map(|(id, subject)| {
            let count = counted.iter().filter(|(of, _)| of.0 == id).count();
            subject.counts.as_ref().map(|noun| tally(count, noun))
        });
        let facts = self.rules.facts.iter().enumerate().filter_map(|(id, fact)| {
            fact.counts.as_ref().map(|noun| tally(facts.seen(FactId(id)).len(), noun))
        });
        // Whoever describes tables in files that are no code has nothing else to be counted.
        let models = || histories.iter().flat_map(|history| &history.models);
        let described = models().filter(|model| !model.is_implied).count();
        let described = Tally { count: described, one: "model".into(), many: "models".into() };
        let recognized =
            subjects.chain(facts).chain([described]).filter(|tally| tally.count > 0).collect();

        let code = || self.project.ids().filter(|file| self.project.is_code(*file));
        let is_test = |file: &FileId| self.project.role(*file) == Role::Test;
        let tests = if options.include_tests { 0 } else { code().filter(is_test).count() };
        let skipped = if tests == 0 { Vec::new() } else { vec![(Role::Test, tests)] };
        let judged = code().filter(|file| options.judges(self.project, *file));
        // Migrations may be SQL, by themselves or read by code, and tables may be described in a language of their own.
        let ran = histories.iter().flat_map(|history| &history.ran).map(|ran| ran.span.file);
        let steps = histories.iter().flat_map(|history| history.files.iter().copied()).chain(ran);
        let files: BTreeSet<FileId> =
            judged.chain(steps).chain(models().map(|model| model.span.file)).collect();
        let migrations = || histories.iter().filter(|history| history.scene == Scene::Migration);
        Summary {
            files: files.len(),
            recognized,
            skipped,
            statements: migrations().map(Replayed::statements).sum(),
            unread_statements: migrations().map(Replayed::unread).sum(),
            ..Summary::default()
        }
    }
}
