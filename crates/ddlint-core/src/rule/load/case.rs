//! `[[case]]`: conditions, and the texts of findings with their placeholders.

use std::ops::Range;

use regex::Regex;
use toml::Spanned;

use super::check::FileCheck;
use super::names::Names;
use crate::finding::{Certainty, Severity};
use crate::rule::file::{CaseTable, ConditionTable, OneOrMany, Text};
use crate::rule::{Case, Condition, Literal, OptionPath, Over, Template, Test};
use crate::suggest;

/// Placeholders for what the option of a case is. Facts give others.
pub(super) const OPTION_PLACEHOLDERS: [&str; 3] = ["origin", "value", "option"];

/// What conditions may use: a fact is asked about a source, a rule about the project.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asker {
    Rule {
        /// Whether the library of the subject says which packages are drivers.
        has_drivers: bool,
    },
    Fact,
    /// It is asked about what histories leave behind, which has these attributes.
    Schema(Over),
}

/// Reads the cases of a rule.
pub(super) fn cases(
    check: &mut FileCheck<'_>,
    tables: &[Spanned<CaseTable>],
    names: &Names,
    asker: Asker,
) -> Vec<Case> {
    let always = |table: &CaseTable| table.conditions.is_empty() && table.packages.is_none();
    unreachable(check, tables, always);
    tables.iter().filter_map(|table| case(check, table, names, asker)).collect()
}

/// Refuses what stands behind a case that always holds.
pub(super) fn unreachable<T>(
    check: &mut FileCheck<'_>,
    cases: &[Spanned<T>],
    always: impl Fn(&T) -> bool,
) {
    let Some(first) = cases.iter().position(|case| always(case.get_ref())) else { return };
    for case in &cases[first + 1..] {
        let Some(mistake) = check.missing(case.span(), "no finding gets to this case") else {
            return;
        };
        mistake
            .label("the first case that holds is the finding")
            .and(cases[first].span(), "this one has no conditions: it always holds")
            .help("put the case without `where` last");
    }
}

fn case(
    check: &mut FileCheck<'_>,
    table: &Spanned<CaseTable>,
    names: &Names,
    asker: Asker,
) -> Option<Case> {
    let entry = table.get_ref();
    let read = conditions(check, &entry.conditions, names, asker);
    let mut known: Vec<&str> = Vec::new();
    if read.iter().any(|condition| matches!(condition, Condition::Option { of: None, .. })) {
        known.extend(OPTION_PLACEHOLDERS);
    }
    if let Asker::Schema(over) = asker {
        known = over.attributes().to_vec();
    }
    for condition in &entry.conditions {
        let Some(fact) = &condition.get_ref().fact else { continue };
        let gives = names.facts.get(fact.get_ref()).map(|fact| &fact.gives);
        known.extend(gives.into_iter().flatten().map(String::as_str));
    }
    let packages = match &entry.packages {
        Some(packages) => {
            check.some(packages, "packages");
            check.packages(packages)
        }
        None => Vec::new(),
    };
    let severity = entry.severity.as_ref();
    let severity =
        severity.and_then(|name| check.named(name, "severity", &Severity::ALL, Severity::name));
    let certainty = entry.certainty.as_ref();
    let certainty =
        certainty.and_then(|name| check.named(name, "certainty", &Certainty::ALL, Certainty::name));
    let (message, label) = if entry.quiet {
        // Nobody reads them: a quiet case is no finding.
        (Template::parse("").ok(), Template::parse("").ok())
    } else {
        let message = entry.message.as_ref();
        let message = required_template(check, message, table.span(), "message", &known);
        let label = required_template(check, entry.label.as_ref(), table.span(), "label", &known);
        (message, label)
    };
    let help = entry.help.as_ref().and_then(|help| template(check, help, &known));
    Some(Case {
        packages,
        conditions: read,
        message: message?,
        label: label?,
        help,
        severity,
        certainty: certainty.unwrap_or(Certainty::Certain),
        quiet: entry.quiet,
    })
}

/// A template that must be there.
pub(super) fn required_template(
    check: &mut FileCheck<'_>,
    text: Option<&Text>,
    at: Range<usize>,
    key: &str,
    known: &[&str],
) -> Option<Template> {
    check.text(text, at, key)?;
    template(check, text?, known)
}

/// A text whose placeholders are all among `known`.
fn template(check: &mut FileCheck<'_>, text: &Text, known: &[&str]) -> Option<Template> {
    let template = match Template::parse(text.get_ref()) {
        Ok(template) => template,
        Err(error) => {
            let at = check.inside(text, error.span());
            check.refuse(at, "this brace is no part of a placeholder").help(error.to_string());
            return None;
        }
    };
    for (name, at) in template.placeholders() {
        if known.contains(&name) {
            continue;
        }
        let at = check.inside(text, at);
        let help = if OPTION_PLACEHOLDERS.contains(&name) {
            Some(
                "it is about an option of the judged value, and no condition here asks for one"
                    .to_owned(),
            )
        } else if known.is_empty() {
            Some("there are none here: they come with conditions on options and with facts that give values".to_owned())
        } else {
            suggest::help_written(name, known.iter().copied(), |name| format!("{{{name}}}"))
        };
        check.refuse(at, format!("unknown placeholder `{{{name}}}`")).help_if(help);
    }
    Some(template)
}

/// Reads the conditions of a case.
pub(super) fn conditions(
    check: &mut FileCheck<'_>,
    tables: &[Spanned<ConditionTable>],
    names: &Names,
    asker: Asker,
) -> Vec<Condition> {
    tables.iter().filter_map(|table| condition(check, table, names, asker)).collect()
}

fn condition(
    check: &mut FileCheck<'_>,
    table: &Spanned<ConditionTable>,
    names: &Names,
    asker: Asker,
) -> Option<Condition> {
    let entry = table.get_ref();
    if let Some(fact) = &entry.fact {
        return about_fact(check, table, fact, names, asker);
    }
    if let (Asker::Fact | Asker::Schema(_), Some(of)) = (asker, &entry.of) {
        check
            .refuse(
                of.span(),
                "only what enters a library can be asked for options of something else",
            )
            .help("its conditions are about the judged value at the place where it is seen");
    }
    let of = match &entry.of {
        Some(name) => Some(names.subject(check, name)?),
        None => None,
    };
    if let Some(drivers) = &entry.drivers {
        check_drivers(check, entry, drivers, asker);
    }
    let Some(option) = &entry.option else {
        if let Some(mistake) =
            check.missing(table.span(), "a condition asks for an `option` or for a `fact`")
        {
            mistake.help("`option = \"\"` is the judged value itself");
        }
        return None;
    };
    if let Asker::Schema(over) = asker
        && !over.attributes().contains(&option.get_ref().as_str())
    {
        check.unknown(option, "attribute", over.attributes().iter().copied());
    }
    let path = option_path(check, option);
    let test = test(check, table);
    let drivers = entry.drivers.as_ref().is_some_and(|drivers| *drivers.get_ref());
    Some(Condition::Option {
        of,
        path: path?,
        default: entry.default.clone(),
        test: test?,
        drivers,
    })
}

fn about_fact(
    check: &mut FileCheck<'_>,
    table: &Spanned<ConditionTable>,
    fact: &Text,
    names: &Names,
    asker: Asker,
) -> Option<Condition> {
    let entry = table.get_ref();
    let is_alone = tests(entry).is_empty()
        && entry.option.is_none()
        && entry.default.is_none()
        && entry.drivers.is_none();
    if !is_alone {
        check
            .refuse(table.span(), "a condition with `fact` has no other keys than `of` and `seen`")
            .help("write the other question as a condition of its own: all of `where` must hold");
    }
    if matches!(asker, Asker::Fact) {
        check.refuse(fact.span(), "a fact asks for no other fact");
        return None;
    }
    if matches!(asker, Asker::Schema(_)) {
        check.refuse(fact.span(), "a rule over schemas asks for no fact");
        return None;
    }
    let of = match &entry.of {
        Some(of) => Some(names.subject(check, of)?),
        None => None,
    };
    let seen = entry.seen.unwrap_or(true);
    names.fact(check, fact).map(|fact| Condition::Fact { of, fact, seen })
}

fn check_drivers(
    check: &mut FileCheck<'_>,
    entry: &ConditionTable,
    drivers: &Spanned<bool>,
    asker: Asker,
) {
    if !drivers.get_ref() {
        return;
    }
    match asker {
        Asker::Fact | Asker::Schema(_) => {
            check.refuse(drivers.span(), "only what enters a library has drivers");
        }
        Asker::Rule { has_drivers: false } => {
            check
                .refuse(drivers.span(), "the library has no `[drivers]` table")
                .help("`_library.toml` says which packages speak for which database: `[drivers]`");
        }
        Asker::Rule { has_drivers: true } if entry.is.is_none() => {
            check.refuse(drivers.span(), "`drivers` goes with an `is` test");
        }
        Asker::Rule { has_drivers: true } => {}
    }
}

/// The keys of the tests that a condition has.
fn tests(entry: &ConditionTable) -> Vec<&'static str> {
    let tests = [
        ("is", entry.is.is_some()),
        ("is_not", entry.is_not.is_some()),
        ("truthy", entry.truthy.is_some()),
        ("present", entry.present.is_some()),
        ("matches", entry.matches.is_some()),
        ("runs", entry.runs.is_some()),
    ];
    tests.into_iter().filter(|(_, is_there)| *is_there).map(|(key, _)| key).collect()
}

fn test(check: &mut FileCheck<'_>, table: &Spanned<ConditionTable>) -> Option<Test> {
    let entry = table.get_ref();
    match tests(entry).as_slice() {
        [] => {
            check
                .missing(table.span(), "a condition without a test")?
                .help("one of `is`, `is_not`, `truthy`, `present`, `matches`, `runs`");
            return None;
        }
        [_] => {}
        several => {
            check
                .refuse(
                    table.span(),
                    format!("a condition has one test, this one has {}", suggest::list(several)),
                )
                .help("write a condition for each: all of `where` must hold");
            return None;
        }
    }
    if let Some(literals) = &entry.is {
        return Some(Test::Is(literal_list(check, literals, "is")));
    }
    if let Some(literals) = &entry.is_not {
        return Some(Test::IsNot(literal_list(check, literals, "is_not")));
    }
    if let Some(matches) = &entry.matches {
        return regex(check, matches).map(Test::Matches);
    }
    if let Some(runs) = &entry.runs {
        let tags = check.some(runs, "runs").iter().map(|tag| tag.get_ref().to_uppercase());
        return Some(Test::Runs(tags.filter(|tag| tag != "DDL").collect()));
    }
    entry.truthy.map(Test::Truthy).or_else(|| entry.present.map(Test::Present))
}

fn literal_list(check: &mut FileCheck<'_>, list: &OneOrMany<Literal>, key: &str) -> Vec<Literal> {
    if list.items.is_empty() {
        let label =
            if key == "is" { "no value is one of none" } else { "every value is none of none" };
        check.refuse(list.span.clone(), format!("`{key}` is an empty list")).label(label);
    }
    list.items.iter().map(|item| item.get_ref().clone()).collect()
}

pub(super) fn regex(check: &mut FileCheck<'_>, text: &Text) -> Option<Regex> {
    match Regex::new(text.get_ref()) {
        Ok(regex) => Some(regex),
        Err(error) => {
            // The error draws the expression once more; its last line says what is wrong.
            let error = error.to_string();
            let last = error.lines().last().unwrap_or_default();
            check
                .refuse(text.span(), "this is no regular expression")
                .label(last.trim_start_matches("error: "));
            None
        }
    }
}

/// Reads an option path.
pub(super) fn option_path(check: &mut FileCheck<'_>, text: &Text) -> Option<OptionPath> {
    match text.get_ref().parse() {
        Ok(path) => Some(path),
        Err(error) => {
            let error: crate::rule::option_path::OptionPathError = error;
            check.refuse(text.span(), "this is no option path").label(error.to_string());
            None
        }
    }
}
