//! From a match to a finding: the cases of a rule, asked of what the options effectively are.

mod ask;
mod database;
mod facts;

use std::rc::Rc;

use crate::finding::{Certainty, Finding, Label, LabelRole, Severity};
use crate::project::Project;
use crate::rule::{Case, Condition, Given, Literal, Role, Rule, RuleSet, SubjectId, Test};
use crate::source::Span;
use crate::value::{Evaluator, Guard, Hop, Kind, Origin, Truth, Value, Verdict, World};

use crate::fact::{Facts, Seen};
use crate::matcher::{Made, Sight, made};

use self::ask::written;
pub(crate) use self::ask::{ask, origin};
pub(crate) use self::database::database_of;

/// Judges matches.
pub(crate) struct Judge<'a, 'p> {
    pub(crate) project: &'p Project<'p>,
    pub(crate) rules: &'a RuleSet,
    pub(crate) facts: &'a Facts,
    pub(crate) evaluator: &'a Evaluator<'p>,
}

/// A case that holds.
struct Outcome<'r, 'p> {
    case: &'r Case,
    severity: Severity,
    certainty: Certainty,
    /// What the last option condition read; `None` if the case asks no option of the judged value.
    deciding: Option<Decision<'r, 'p>>,
    /// The other options of which code leaves open what they are.
    open: Vec<Decision<'r, 'p>>,
    facts: Vec<Seen>,
}

/// An option, what it is, and what it is if it is absent.
type Decision<'r, 'p> = (String, Verdict<'p>, Option<&'r Literal>);

impl<'p> Judge<'_, 'p> {
    /// What a rule finds at a match of its subject: one finding for each object that the options may be.
    pub(crate) fn findings(&self, rule: &Rule, sight: &Sight<'p>) -> Vec<Finding> {
        self.evaluator.with_callers(|| self.found(rule, sight))
    }

    fn found(&self, rule: &Rule, sight: &Sight<'p>) -> Vec<Finding> {
        if !self.project.uses(sight.at.file, &rule.packages) {
            return Vec::new();
        }
        let nothing = || vec![World { value: Value::undefined(), decided_by: Vec::new() }];
        let worlds = sight.options.as_ref().map_or_else(nothing, Value::worlds);
        let worlds = self.with_database(rule, worlds);
        let outcomes =
            worlds.iter().filter_map(|world| Some((world, self.outcome(rule, sight, world)?)));
        let outcomes: Vec<_> = outcomes.collect();
        let guard =
            if outcomes.is_empty() { Guard::Closed } else { self.evaluator.guard(&sight.at) };
        if guard == Guard::Closed {
            return Vec::new();
        }
        // What only migrations call is theirs.
        if !rule.roles.contains(&Role::Migration)
            && self.evaluator.is_only_called_by_migrations(&sight.at)
        {
            return Vec::new();
        }
        let mut found: Vec<(Finding, usize, Certainty)> = Vec::new();
        for (world, outcome) in outcomes {
            let finding = self.finding(rule, sight, world, &outcome, &guard);
            let place = finding.primary().span;
            match found.iter_mut().find(|(known, ..)| known.primary().span == place) {
                Some((_, times, certainty)) => {
                    *times += 1;
                    *certainty = outcome.certainty.min(*certainty);
                }
                None => found.push((finding, 1, outcome.certainty)),
            }
        }
        // A choice that makes no difference weakens nothing, nor does one that takes each in turn.
        let is_choice = worlds.iter().any(World::is_chosen);
        let settle = |(mut finding, times, certainty): (Finding, usize, Certainty)| {
            let is_chosen = is_choice && times < worlds.len();
            let mut certainty =
                if is_chosen { certainty.min(Certainty::Conditional) } else { certainty };
            if matches!(guard, Guard::Conditional(_)) {
                certainty = certainty.min(Certainty::Conditional);
            }
            finding.certainty = certainty;
            finding
        };
        found.into_iter().map(settle).collect()
    }

    /// The case that holds. If an earlier one only may hold, a later one can still be worse.
    fn outcome<'r>(
        &self,
        rule: &'r Rule,
        sight: &Sight<'p>,
        world: &World<'p>,
    ) -> Option<Outcome<'r, 'p>> {
        let mut best: Option<Outcome<'r, 'p>> = None;
        for case in &rule.cases {
            if !self.project.uses(sight.at.file, &case.packages) {
                continue;
            }
            let Some((outcome, is_sure)) = self.case(rule, case, sight, world) else { continue };
            if case.quiet {
                // Harmless for sure, or nothing is said by it.
                if is_sure {
                    break;
                }
                continue;
            }
            let weight =
                |outcome: &Outcome<'_, '_>| outcome.severity.weakened_by(outcome.certainty);
            if best.as_ref().is_none_or(|best| weight(&outcome) > weight(best)) {
                best = Some(outcome);
            }
            if is_sure {
                break;
            }
        }
        best
    }

    /// A case, if it holds or may hold, and whether it holds for sure.
    fn case<'r>(
        &self,
        rule: &'r Rule,
        case: &'r Case,
        sight: &Sight<'p>,
        world: &World<'p>,
    ) -> Option<(Outcome<'r, 'p>, bool)> {
        let mut certainty = case.certainty;
        let mut is_sure = true;
        let mut asked: Vec<Decision<'_, '_>> = Vec::new();
        let mut facts = Vec::new();
        for condition in &case.conditions {
            let truth = match condition {
                Condition::Fact { of, fact, seen } => {
                    let (places, truth) = self.seen(*of, *fact, sight, world);
                    facts.extend(places.into_iter().filter(|_| *seen));
                    truth.wanted(*seen)
                }
                Condition::Option { of: Some(of), .. } => {
                    self.holds_of(*of, condition, rule, sight)
                }
                Condition::Option { of: None, path, default, test, .. } => {
                    let value = self.evaluator.option(&world.value, path);
                    let verdict = ask(&value, default.as_ref(), test);
                    let truth = self.answered(condition, rule.subject(), &value, &verdict, sight);
                    asked.push((path.to_string(), verdict, default.as_ref()));
                    truth
                }
            };
            match truth {
                Truth::Yes => {}
                Truth::No => return None,
                Truth::Maybe(Origin::Each) => is_sure = false,
                Truth::Maybe(Origin::Unknown) => (is_sure, certainty) = (false, Certainty::Latent),
                Truth::Maybe(_) => {
                    (is_sure, certainty) = (false, certainty.min(Certainty::Conditional));
                }
            }
        }
        if !self.hold_together(case, world, &asked) {
            return None;
        }
        let severity = case.severity.unwrap_or(rule.severity);
        let deciding = asked.pop();
        asked.retain(|(_, verdict, _)| matches!(verdict.truth, Truth::Maybe(_)));
        Some((Outcome { case, severity, certainty, deciding, open: asked, facts }, is_sure))
    }

    /// Whether conditions on options that the same variable decides can hold together.
    fn hold_together(&self, case: &Case, world: &World<'p>, asked: &[Decision<'_, 'p>]) -> bool {
        let by = |verdict: &Verdict<'p>| match &verdict.truth {
            Truth::Maybe(Origin::Environment(name) | Origin::Configuration(name)) => {
                Some(name.clone())
            }
            _ => None,
        };
        let names: Vec<_> = asked.iter().filter_map(|(_, verdict, _)| by(verdict)).collect();
        let shared = |(at, name): &(usize, &Rc<str>)| names[..*at].contains(name);
        let wanted = case.conditions.iter().flat_map(|condition| match condition {
            Condition::Option { test: Test::Is(texts) | Test::IsNot(texts), .. } => &texts[..],
            _ => &[],
        });
        let wanted = wanted.filter_map(|literal| match literal {
            Literal::Text(text) => Some(text.as_str()),
            _ => None,
        });
        let wanted: Vec<&str> = wanted.collect();
        names.iter().enumerate().filter(shared).all(|(_, name)| {
            self.evaluator.can_hold(name, &wanted, |evaluator| {
                let mut all = true;
                for condition in &case.conditions {
                    if let Condition::Option { of: None, path, default, test, .. } = condition {
                        let value = evaluator.option(&world.value, path);
                        all &= ask(&value, default.as_ref(), test).truth != Truth::No;
                    }
                }
                all
            })
        })
    }

    /// Whether a condition holds for the options of what is called: those of each way by which it may have come.
    fn holds_of(
        &self,
        of: SubjectId,
        condition: &Condition,
        rule: &Rule,
        sight: &Sight<'p>,
    ) -> Truth {
        let Condition::Option { path, default, test, .. } = condition else { return Truth::Yes };
        self.on_all_ways(of, condition, sight, |made| {
            let value = made.map(|made| self.evaluator.option(&made.options, path));
            let value = value.unwrap_or_else(Value::unknown);
            let verdict = ask(&value, default.as_ref(), test);
            let value = if made.is_some() { value } else { Value::undefined() };
            self.answered(condition, rule.subject(), &value, &verdict, sight)
        })
    }

    /// What an option says, or where it says nothing of a database the drivers.
    fn answered(
        &self,
        condition: &Condition,
        subject: Option<SubjectId>,
        value: &Value<'p>,
        verdict: &Verdict<'p>,
        sight: &Sight<'p>,
    ) -> Truth {
        match (condition, subject) {
            (Condition::Option { drivers: true, test: Test::Is(names), .. }, Some(subject)) => {
                let is_absent = matches!(value.kind, Kind::Undefined | Kind::Null);
                self.by_driver(subject, sight.at.file, names, is_absent, &verdict.truth)
            }
            _ => verdict.truth.clone(),
        }
    }

    /// Whether what was called works on a database that is meant, as far as its options and the drivers tell.
    pub(crate) fn is_meant(&self, condition: &Condition, sight: &Sight<'p>) -> Truth {
        let Condition::Option { of: Some(subject), path, default, test: Test::Is(names), .. } =
            condition
        else {
            return Truth::Yes;
        };
        self.evaluator.with_callers(|| {
            self.on_all_ways(*subject, condition, sight, |made| {
                let value = made.map(|made| self.evaluator.option(&made.options, path));
                let value = value.unwrap_or_else(Value::unknown);
                let truth = ask(&value, default.as_ref(), &Test::Is(names.clone())).truth;
                let is_absent =
                    made.is_none() || matches!(value.kind, Kind::Undefined | Kind::Null);
                self.by_driver(*subject, sight.at.file, names, is_absent, &truth)
            })
        })
    }

    /// Whether something holds, however what is called may have come.
    fn on_all_ways(
        &self,
        of: SubjectId,
        condition: &Condition,
        sight: &Sight<'p>,
        holds: impl Fn(Option<&Made<'p>>) -> Truth,
    ) -> Truth {
        let by_others = || self.by_others(of, condition, sight.at.file);
        let truths = self.ways(of, sight).into_iter().map(|made| match &made {
            Some(_) => holds(made.as_ref()),
            None => by_others().unwrap_or_else(|| holds(None)),
        });
        truths.reduce(Truth::agreed).unwrap_or(Truth::Maybe(Origin::Unknown))
    }

    /// The options with which the called thing was made, as a subject says where they stand. `None` if that is not
    /// seen, as of an injected one.
    pub(crate) fn options_of(&self, subject: SubjectId, sight: &Sight<'p>) -> Option<Value<'p>> {
        let ways = self.ways(subject, sight);
        ways.iter().any(Option::is_some).then(|| {
            let options = ways.into_iter().map(|made| made.map(|made| made.options));
            let options = options.map(|options| options.unwrap_or_else(Value::unknown));
            Value::choice(options.collect(), Origin::Condition)
        })
    }

    /// How it was made on each way by which what is called may have come.
    fn ways(&self, subject: SubjectId, sight: &Sight<'p>) -> Vec<Option<Made<'p>>> {
        let Some(callee) = &sight.callee else { return vec![None] };
        let subject = &self.rules.subjects[subject.0];
        let ways = callee.also.iter().chain([&callee.sites]);
        ways.map(|sites| made(subject, sites, self.evaluator)).collect()
    }

    fn finding(
        &self,
        rule: &Rule,
        sight: &Sight<'p>,
        world: &World<'p>,
        outcome: &Outcome<'_, 'p>,
        guard: &Guard,
    ) -> Finding {
        let literal = match &world.value.kind {
            Kind::Object(object) if self.project.has_objects(object.span.file) => Some(object.span),
            _ => None,
        };
        let deciding = outcome.deciding.as_ref();
        let decided = deciding.map(|(_, verdict, _)| &verdict.value);
        let decided = decided.filter(|value| value.place.is_some()).cloned();
        // What is absent is missed where the rest of the options says which database it is.
        let asked = || self.says_database(outcome.case, world, literal?);
        let decided = decided.or_else(|| deciding.and_then(|_| asked()));
        let place = decided.as_ref().and_then(|value| value.place);
        // A text that callers hand to a function is theirs to move.
        let passed = world.value.trail.iter().rev().find(|hop| hop.is_passing());
        let passed = passed.map(|hop| hop.span).filter(|_| place.or(literal).is_none());
        let span = match deciding {
            Some(_) => place.or(literal).or(passed).unwrap_or(sight.span),
            None => sight.span,
        };
        let placeholder = |name: &str| self.placeholder(name, outcome, world);
        let mut labels = vec![Label {
            span,
            text: outcome.case.label.render(&placeholder),
            role: LabelRole::Primary,
        }];
        let mut relate = |span: Span, text: String| {
            let is_new = labels.iter().all(|label| label.span != span);
            if is_new {
                labels.push(Label { span, text, role: LabelRole::Related });
            }
        };
        let trail = decided.map_or_else(|| world.value.trail.clone(), |value| value.trail);
        for Hop { span, text } in trail {
            relate(span, text);
        }
        for (option, verdict, default) in &outcome.open {
            if let Some(place) = verdict.value.place {
                relate(place, format!("`{option}` {}", origin(verdict, *default)));
            }
        }
        for seen in &outcome.facts {
            relate(seen.span, seen.label.clone());
        }
        if let Guard::Conditional(hops) = guard {
            hops.iter().for_each(|hop| relate(hop.span, hop.text.clone()));
        }
        let goes_in = if passed.is_some() { "it goes in here" } else { "the options go in here" };
        relate(sight.span, goes_in.into());
        let help = outcome
            .case
            .help
            .as_ref()
            .map_or_else(|| rule.docs.fix.clone(), |help| help.render(&placeholder));
        Finding {
            rule: rule.id.clone(),
            hazard: rule.hazard,
            severity: outcome.severity,
            certainty: outcome.certainty,
            message: outcome.case.message.render(&placeholder),
            help,
            url: rule.url(),
            labels,
            fingerprint: String::new(),
        }
    }

    fn placeholder(&self, name: &str, outcome: &Outcome<'_, 'p>, world: &World<'p>) -> String {
        let deciding = outcome.deciding.as_ref();
        match (name, deciding) {
            ("option", Some((path, ..))) => path.clone(),
            ("value", Some((_, verdict, default))) => {
                written(&verdict.value, *default).unwrap_or_default()
            }
            ("origin", Some((_, verdict, default))) => origin(verdict, *default),
            _ => self.given(name, outcome, world),
        }
    }

    /// What the facts of a case give for a placeholder, each value once: `"citext" and "hstore"`.
    fn given(&self, name: &str, outcome: &Outcome<'_, 'p>, world: &World<'p>) -> String {
        let mut values: Vec<String> = Vec::new();
        for seen in &outcome.facts {
            let value = match seen.gives.get(name) {
                Some(Given::Text(text)) => text.clone(),
                Some(Given::Option { path, default }) => self
                    .evaluator
                    .option(&world.value, path)
                    .as_text()
                    .unwrap_or_else(|| default.clone()),
                None => continue,
            };
            if !values.contains(&value) {
                values.push(value);
            }
        }
        match values.split_last() {
            Some((last, [])) => format!("\"{last}\""),
            Some((last, rest)) => format!("\"{}\" and \"{last}\"", rest.join("\", \"")),
            None => String::new(),
        }
    }
}

/// The severity that is shown: weakened by the certainty, and in an example never more than a note.
pub(crate) fn shown(severity: Severity, certainty: Certainty, role: Role) -> Severity {
    if role == Role::Example { Severity::Note } else { severity.weakened_by(certainty) }
}
