//! `ddlint rules`: which rules there are.

use std::io::{self, Write};

use ddlint_core::rule::{Rule, RuleSet, Status as RuleStatus};
use serde::Serialize;

use super::print;
use crate::Status;
use crate::cli::{ListFormat, RulesArgs};
use crate::report::text::cleaned;
use crate::report::write_pretty;
use crate::rule_files;
use crate::trouble::Trouble;

/// Writes the list of rules.
pub(crate) fn run(args: &RulesArgs) -> Result<Status, Trouble> {
    let rules = rule_files::load_for(&args.common.setup)?;
    match args.format {
        ListFormat::Human => print(|out| table(out, &rules))?,
        ListFormat::Json => print(|out| json(out, &rules))?,
    }
    Ok(Status::Clean)
}

fn table(out: &mut dyn Write, rules: &RuleSet) -> io::Result<()> {
    let rows: Vec<[String; 4]> = rules.rules.iter().map(row).collect();
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let (id_width, severity_width, hazard_width) = (width(0), width(1), width(2));
    for [id, severity, hazard, title] in &rows {
        writeln!(
            out,
            "{id:id_width$}  {severity:severity_width$}  {hazard:hazard_width$}  {title}"
        )?;
    }
    Ok(())
}

fn row(rule: &Rule) -> [String; 4] {
    let title = match rule.status {
        RuleStatus::Stable => rule.title.clone(),
        status => format!("{} ({})", rule.title, status.name()),
    };
    [&rule.id, rule.severity.name(), rule.hazard.name(), &title].map(cleaned)
}

fn json(out: &mut dyn Write, rules: &RuleSet) -> io::Result<()> {
    let list = JsonList { rules: rules.rules.iter().map(JsonRule::new).collect() };
    write_pretty(out, &list)
}

#[derive(Debug, Serialize)]
struct JsonList<'a> {
    rules: Vec<JsonRule<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonRule<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'static str,
    hazard: &'static str,
    status: &'static str,
    since: &'a str,
    packages: Vec<&'a str>,
}

impl<'a> JsonRule<'a> {
    fn new(rule: &'a Rule) -> Self {
        Self {
            id: &rule.id,
            title: &rule.title,
            severity: rule.severity.name(),
            hazard: rule.hazard.name(),
            status: rule.status.name(),
            since: &rule.since,
            packages: rule.packages.iter().map(|package| package.name.as_str()).collect(),
        }
    }
}
