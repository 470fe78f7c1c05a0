//! What is true of the project's sources, such as "an entity needs an extension".

use std::collections::{BTreeMap, BTreeSet};

use crate::rule::{Condition, Fact, FactId, Given, SubjectId};
use crate::source::{FileId, Span};
use crate::value::{Evaluator, Truth, Value};

use crate::judge::ask;
use crate::matcher::Sight;
use crate::set::Registered;

/// The places at which facts are seen, and what else is known of the project before options are judged.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    by_fact: Vec<Vec<Seen>>,
    /// What calls and classes somewhere tell about sets.
    pub(crate) registered: Registered,
    /// What the options of a subject state of their database, for all things that the project makes with them.
    stated: BTreeMap<SubjectId, Vec<Stated>>,
}

/// What the options of a thing that the project makes state of its database.
#[derive(Debug, Clone)]
pub(crate) struct Stated {
    /// Where.
    pub(crate) file: FileId,
    /// The database that the options name; `None` if they leave that open.
    pub(crate) database: Option<String>,
}

/// A place at which a fact is seen.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) span: Span,
    /// The class or construction in which it stands.
    pub(crate) owner: Option<Span>,
    pub(crate) label: String,
    pub(crate) gives: BTreeMap<String, Given>,
}

impl Facts {
    /// The facts of a project: for each fact, where it was seen.
    pub(crate) fn new(
        count: usize,
        seen: impl IntoIterator<Item = (FactId, Seen)>,
        registered: Registered,
        stated: BTreeMap<SubjectId, Vec<Stated>>,
    ) -> Self {
        let mut by_fact = vec![Vec::new(); count];
        for (fact, seen) in seen {
            by_fact[fact.0].push(seen);
        }
        for places in &mut by_fact {
            places.sort_by_key(|seen: &Seen| seen.span);
            places.dedup_by(|one, other| one.span == other.span && one.label == other.label);
        }
        Self { by_fact, registered, stated }
    }

    /// Leaves out the sights of facts whose class has what it must lack, or may have it where nobody can look.
    pub(crate) fn with_what_is_lacking(
        mut self,
        facts: &[Fact],
        evaluator: &Evaluator<'_>,
    ) -> Self {
        for (id, fact) in facts.iter().enumerate() {
            if fact.lacks.is_empty() {
                continue;
            }
            let others = fact.lacks.iter().flat_map(|other| self.seen(*other));
            let has: BTreeSet<Span> = others.filter_map(|seen| seen.owner).collect();
            let lacks = |seen: &Seen| {
                let whole = seen
                    .owner
                    .and_then(|class| self.registered.whole(class, &fact.packages, evaluator));
                whole.is_some_and(|whole| whole.is_disjoint(&has))
            };
            let kept = self.seen(FactId(id)).iter().filter(|seen| lacks(seen)).cloned().collect();
            self.by_fact[id] = kept;
        }
        self
    }

    /// What the options of a subject state of their database, wherever the project makes something with them.
    pub(crate) fn stated(&self, subject: SubjectId) -> &[Stated] {
        self.stated.get(&subject).map_or(&[], Vec::as_slice)
    }

    /// Where a fact is seen, in the order of files.
    pub(crate) fn seen(&self, fact: FactId) -> &[Seen] {
        self.by_fact.get(fact.0).map_or(&[], Vec::as_slice)
    }
}

/// A match of a fact's pattern as a sight of the fact, if one of its cases holds. What only may hold is no fact.
pub(crate) fn seen<'p>(fact: &Fact, sight: &Sight<'p>, evaluator: &Evaluator<'p>) -> Option<Seen> {
    let value = sight.options.clone().unwrap_or_else(Value::undefined);
    let holds = |condition: &Condition| match condition {
        Condition::Option { of: None, path, default, test, .. } => {
            ask(&evaluator.option(&value, path), default.as_ref(), test).truth == Truth::Yes
        }
        _ => false,
    };
    let case = fact.cases.iter().find(|case| {
        let project = evaluator.index.project;
        project.uses(sight.at.file, &case.packages) && case.conditions.iter().all(holds)
    })?;
    let given = |name: &str| match case.gives.get(name) {
        Some(Given::Text(text) | Given::Option { default: text, .. }) => format!("\"{text}\""),
        None => String::new(),
    };
    let owner = crate::set::owner(&sight.at, evaluator);
    let whole = sight.at.span();
    let is_inside = |place: &Span| {
        place.file == whole.file && whole.start <= place.start && place.end <= whole.end
    };
    Some(Seen {
        // Of a schema the column, and not the whole schema.
        span: value.place.filter(is_inside).unwrap_or(sight.span),
        owner,
        label: case.label.render(&given),
        gives: case.gives.clone(),
    })
}
