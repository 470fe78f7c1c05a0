//! From what histories leave behind to findings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::finding::{Certainty, Finding, Label, LabelRole};
use crate::project::Project;
use crate::rule::{Condition, Literal, Over, Rule, RuleSet, Test};
use crate::source::Span;

use super::record::{Attribute, Record};
use super::{Replayed, record};

/// What rules find in the histories of a project.
pub(crate) fn findings(
    project: &Project<'_>,
    rules: &RuleSet,
    active: &[&Rule],
    histories: &[Replayed],
) -> Vec<Finding> {
    let mut records: BTreeMap<&'static str, Vec<Record>> = BTreeMap::new();
    let mut found = Vec::new();
    for rule in active {
        let Some(over) = rule.over() else { continue };
        let of_kind = records.entry(over.name()).or_insert_with(|| match over {
            Over::Tables => record::tables(histories),
            Over::Extensions => record::extensions(rules, histories),
            Over::Uses => record::uses(histories),
            Over::Refreshes => record::refreshes(histories),
        });
        found.extend(one_for_each_place(
            of_kind.iter().filter_map(|record| finding(project, rule, record)),
        ));
    }
    found
}

/// One statement can leave several tables behind: in a loop, or put together at run time. What is found at one place is
/// one finding that tells of all.
fn one_for_each_place(findings: impl Iterator<Item = Finding>) -> impl Iterator<Item = Finding> {
    let mut by_place: BTreeMap<Span, Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        by_place.entry(finding.primary().span).or_default().push(finding);
    }
    by_place.into_values().filter_map(|mut all| {
        /// So many are told by name.
        const TOLD: usize = 4;
        // The surest first, as a reader would.
        all.sort_by_key(|finding| Reverse(finding.certainty));
        let mut told = BTreeSet::new();
        all.retain(|finding| told.insert(finding.message.clone()));
        let (first, others) = all.split_first()?;
        let mut message = first.message.clone();
        for other in others.iter().take(TOLD - 1) {
            message.push_str("; ");
            let mut chars = other.message.chars();
            message.extend(chars.next().into_iter().flat_map(char::to_lowercase));
            message.push_str(chars.as_str());
        }
        if all.len() > TOLD {
            let _ = write!(message, "; and so on, {} in all", all.len());
        }
        Some(Finding { message, ..first.clone() })
    })
}

/// Tells findings that name an extension whether migrations use it and nothing creates it: who switches off what made it
/// breaks new databases.
pub(crate) fn tell_reliance(
    project: &Project<'_>,
    rules: &RuleSet,
    active: &[&Rule],
    histories: &[Replayed],
    findings: &mut [Finding],
) {
    let tells: Vec<(&str, &str)> = active
        .iter()
        .filter_map(|rule| Some((rule.id.as_str(), rule.relied_on.as_deref()?)))
        .collect();
    if tells.is_empty() {
        return;
    }
    for record in record::extensions(rules, histories) {
        let name = format!("\"{}\"", record.text("extension"));
        let folder = project.package_folder(record.span.file);
        for finding in findings.iter_mut() {
            let Some((_, text)) = tells.iter().find(|(id, _)| *id == finding.rule) else {
                continue;
            };
            let is_near = project.path(finding.primary().span.file).starts_with(folder);
            if !is_near || !finding.message.contains(&name) {
                continue;
            }
            finding.help = format!("{} {text}", finding.help.trim_end());
            let used = format!("`{}` is used here, and nothing makes {name}", record.text("use"));
            finding.labels.push(label(record.span, used, LabelRole::Related));
        }
    }
}

/// What a rule says of a record: its first case that holds.
fn finding(project: &Project<'_>, rule: &Rule, record: &Record) -> Option<Finding> {
    if !project.uses(record.span.file, &rule.packages)
        || !rule.roles.contains(&project.role(record.span.file)) && !record.is_migration()
    {
        return None;
    }
    let case = rule.cases.iter().find(|case| {
        project.uses(record.span.file, &case.packages)
            && case.conditions.iter().all(|condition| record.holds(condition))
    })?;
    if case.quiet {
        return None;
    }
    let fill = |name: &str| record.text(name);
    let mut labels = vec![label(record.span, case.label.render(&fill), LabelRole::Primary)];
    for (span, text) in &record.related {
        if labels.iter().all(|known| known.span != *span) {
            labels.push(label(*span, text.clone(), LabelRole::Related));
        }
    }
    let help = case.help.as_ref().map_or_else(|| rule.docs.fix.clone(), |help| help.render(&fill));
    Some(Finding {
        rule: rule.id.clone(),
        hazard: rule.hazard,
        severity: case.severity.unwrap_or(rule.severity),
        certainty: record.certainty.min(case.certainty),
        message: case.message.render(&fill),
        help,
        url: rule.url(),
        labels,
        fingerprint: String::new(),
    })
}

fn label(span: Span, text: String, role: LabelRole) -> Label {
    Label { span, text, role }
}

impl Record {
    /// Whether a condition holds for what is recorded.
    fn holds(&self, condition: &Condition) -> bool {
        let Condition::Option { path, default, test, .. } = condition else { return false };
        match (self.attribute(&path.to_string()), default) {
            (Some(Attribute::List(all)), _) => all.iter().any(|one| answers(test, one)),
            (Some(Attribute::Text(text)), _) | (None, Some(Literal::Text(text))) => {
                answers(test, text)
            }
            (None, _) => matches!(test, Test::Present(false) | Test::IsNot(_)),
        }
    }
}

fn answers(test: &Test, text: &str) -> bool {
    let is_text = |literal: &Literal| matches!(literal, Literal::Text(one) if one == text);
    match test {
        Test::Is(wanted) => wanted.iter().any(is_text),
        Test::IsNot(unwanted) => !unwanted.iter().any(is_text),
        Test::Truthy(wanted) => text.is_empty() != *wanted,
        Test::Present(wanted) => *wanted,
        Test::Matches(pattern) => pattern.is_match(text),
        Test::Runs(_) => false,
    }
}

/// The least of two certainties that a condition leaves.
pub(super) fn certainty(is_conditional: bool) -> Certainty {
    if is_conditional { Certainty::Conditional } else { Certainty::Certain }
}
