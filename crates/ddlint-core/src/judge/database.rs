//! Which database options are for, as far as they, the drivers and the names of files tell.

use crate::rule::{Case, Condition, Literal, OptionPath, Rule, SubjectId};
use crate::source::{FileId, Span};
use crate::value::{Kind, Origin, Truth, Value, World};

use super::Judge;

impl<'p> Judge<'_, 'p> {
    /// What an option that code leaves open can be, given the drivers that the manifests bring.
    pub(super) fn by_driver(
        &self,
        subject: SubjectId,
        file: FileId,
        names: &[Literal],
        is_absent: bool,
        truth: &Truth,
    ) -> Truth {
        if !is_absent && !matches!(truth, Truth::Maybe(_)) {
            return truth.clone();
        }
        let drivers = &self.rules.subjects[subject.0].drivers;
        let is_there = |packages: &Vec<String>| {
            packages.iter().any(|package| self.project.brings(file, package))
        };
        let there: Vec<&String> = drivers
            .iter()
            .filter(|(_, packages)| is_there(packages))
            .map(|(name, _)| name)
            .collect();
        let is_named = |name: &&&String| {
            names.iter().any(|literal| matches!(literal, Literal::Text(text) if text == **name))
        };
        let named = there.iter().filter(is_named).count();
        // `mysqlSaver.ts` says what the code in it does not.
        let words: Vec<String> = words(self.project.path(file)).collect();
        let is_other = |name: &&String| words.contains(name) && !is_named(&name);
        match (there.len(), named, is_absent) {
            (1.., 0, _) => Truth::No,
            _ if drivers.keys().any(|name| is_other(&name)) => Truth::No,
            (all, named, true) if all > 0 && all == named => Truth::Yes,
            (all, named, false) if all > 0 && all == named => match truth {
                Truth::Maybe(Origin::Unknown) => Truth::Maybe(Origin::Condition),
                truth => truth.clone(),
            },
            (_, _, true) => Truth::Maybe(Origin::Condition),
            (_, 1.., _) if *truth == Truth::Maybe(Origin::Unknown) => {
                Truth::Maybe(Origin::Condition)
            }
            _ => truth.clone(),
        }
    }

    /// The worlds that name a database, if some do: `let options; switch (kind) { case …: options = { … } }` leaves one in
    /// which nothing is set, and nothing connects.
    pub(super) fn with_database(&self, rule: &Rule, worlds: Vec<World<'p>>) -> Vec<World<'p>> {
        let Some(path) = rule.cases.iter().find_map(database_option) else { return worlds };
        let names = |world: &World<'p>| {
            !matches!(self.evaluator.option(&world.value, path).kind, Kind::Undefined)
        };
        if worlds.len() > 1 && worlds.iter().any(names) {
            worlds.into_iter().filter(names).collect()
        } else {
            worlds
        }
    }

    /// The option that says which database the options are for, if it stands in an object that is spread into theirs and
    /// is no common base of several in a file: in another file, or in the function that puts them together.
    pub(super) fn says_database(
        &self,
        case: &Case,
        world: &World<'p>,
        whole: Span,
    ) -> Option<Value<'p>> {
        let path = database_option(case)?;
        let value = self.evaluator.option(&world.value, path);
        let place = value.place?;
        let contains = |outer: &Span| {
            outer.file == place.file && outer.start <= place.start && place.end <= outer.end
        };
        let is_in = |literal: &Span| *literal != whole && contains(literal);
        let is_spread = !contains(&whole) && world.value.literals().iter().any(is_in);
        let is_own = || {
            let function = self.evaluator.function_around(place);
            function.is_some() && function == self.evaluator.function_around(whole)
        };
        let is_there = place.file != whole.file || is_own();
        (is_spread && is_there && self.project.has_objects(place.file)).then_some(value)
    }
}

/// The words of a path in lower case; a capital letter behind a small one begins another.
fn words(path: &str) -> impl Iterator<Item = String> {
    let mut spaced = String::with_capacity(path.len() + 8);
    let mut was_small = false;
    for letter in path.chars() {
        if was_small && letter.is_uppercase() || !letter.is_alphanumeric() {
            spaced.push(' ');
        }
        spaced.extend(letter.is_alphanumeric().then_some(letter));
        was_small = letter.is_lowercase();
    }
    let words: Vec<String> = spaced.split_whitespace().map(str::to_lowercase).collect();
    words.into_iter()
}

/// The option of the judged options that says which database they are for.
fn database_option(case: &Case) -> Option<&OptionPath> {
    case.conditions.iter().find_map(|condition| match condition {
        Condition::Option { of: None, path, drivers: true, .. } => Some(path),
        _ => None,
    })
}
