//! Which database options are for, as far as they, the drivers and the names of files tell.

use crate::fact::Stated;
use crate::rule::{Case, Condition, Literal, OptionPath, Rule, RuleSet, SubjectId, Test};
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

    /// What a thing can be of which nobody sees how it was made (it is injected, say), given what the project makes
    /// elsewhere: what else could it be? `None` if nothing is made, or with options that leave the database open.
    pub(super) fn by_others(
        &self,
        of: SubjectId,
        condition: &Condition,
        file: FileId,
    ) -> Option<Truth> {
        let Condition::Option { drivers: true, test: Test::Is(names), .. } = condition else {
            return None;
        };
        let all = self.facts.stated(of);
        let folder = self.project.package_folder(file);
        let is_near = |stated: &&Stated| self.project.package_folder(stated.file) == folder;
        let near: Vec<&Stated> = all.iter().filter(is_near).collect();
        let others = if near.is_empty() { all.iter().collect() } else { near };
        let is_meant = |stated: &Stated| {
            let name = stated.database.clone()?;
            Some(Truth::of(names.contains(&Literal::Text(name))))
        };
        let truths = others.into_iter().map(is_meant).collect::<Option<Vec<_>>>()?;
        truths.into_iter().reduce(Truth::agreed)
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

/// The option that says which database the options of a subject are for, if its rules ask for one.
pub(crate) fn database_of(rules: &RuleSet, subject: SubjectId) -> Option<&OptionPath> {
    let judged = rules.rules.iter().filter(|rule| rule.subject() == Some(subject));
    let own = judged.flat_map(|rule| &rule.cases).find_map(database_option);
    let of_subject = |condition: &'_ Condition| match condition {
        Condition::Option { of: Some(of), drivers: true, .. } => *of == subject,
        _ => false,
    };
    let asked = || {
        let cases = rules.rules.iter().flat_map(|rule| &rule.cases);
        let mut conditions = cases.flat_map(|case| &case.conditions);
        match conditions.find(|condition| of_subject(condition))? {
            Condition::Option { path, .. } => Some(path),
            Condition::Fact { .. } => None,
        }
    };
    own.or_else(asked)
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
