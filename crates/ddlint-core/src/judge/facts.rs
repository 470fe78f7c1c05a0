//! Which facts hold for what options bring.

use crate::fact::Seen;
use crate::matcher::Sight;
use crate::rule::{FactId, SubjectId};
use crate::set;
use crate::value::{Expr, Origin, Truth, Value, World};

use super::Judge;

impl<'p> Judge<'_, 'p> {
    /// Where a fact is seen: among what the judged options bring, or those `of` the thing that is called, if the fact is
    /// about that.
    pub(super) fn seen(
        &self,
        of: Option<SubjectId>,
        fact: FactId,
        sight: &Sight<'p>,
        world: &World<'p>,
    ) -> (Vec<Seen>, Truth) {
        let Some(of) = of else { return self.seen_in(fact, &world.value, &sight.at) };
        let mut places: Vec<Seen> = Vec::new();
        let mut truths = Vec::new();
        for made in self.ways(of, sight) {
            let (seen, truth) = match made {
                Some(made) => self.seen_in(fact, &made.options, &made.at),
                None => self.seen_near(fact, &sight.at),
            };
            places.extend(seen);
            truths.push(truth);
        }
        places.dedup_by_key(|seen| seen.span);
        (places, truths.into_iter().reduce(Truth::agreed).unwrap_or(Truth::No))
    }

    /// Where a fact is seen among what options bring, which enter a library at a place.
    fn seen_in(&self, fact: FactId, options: &Value<'p>, at: &Expr<'p>) -> (Vec<Seen>, Truth) {
        let all = self.facts.seen(fact);
        let Some(over) = self.rules.facts[fact.0].over else {
            return (all.to_vec(), Truth::of(!all.is_empty()));
        };
        let set = &self.rules.sets[over.0];
        let registered = &self.facts.registered;
        let members = set::members(set, over.0, options, at, registered, self.evaluator);
        let held = all.iter().filter(|seen| members.hold(seen.owner, seen.span.file));
        let held: Vec<Seen> = held.cloned().collect();
        if !held.is_empty() || !members.is_open {
            let truth = Truth::of(!held.is_empty());
            return (held, truth);
        }
        self.seen_near(fact, at)
    }

    /// Where a fact is seen if nobody knows what options bring: whatever the package has may be among it.
    fn seen_near(&self, fact: FactId, at: &Expr<'p>) -> (Vec<Seen>, Truth) {
        let folder = self.project.package_folder(at.file);
        let near = self.facts.seen(fact).iter();
        let near = near.filter(|seen| self.project.path(seen.span.file).starts_with(folder));
        let near: Vec<Seen> = near.cloned().collect();
        let truth = if near.is_empty() { Truth::No } else { Truth::Maybe(Origin::Condition) };
        (near, truth)
    }
}
