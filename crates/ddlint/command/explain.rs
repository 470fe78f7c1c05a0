//! `ddlint explain`: the page of a rule.

use std::io::{self, Write};

use ddlint_core::rule::Rule;

use super::print;
use crate::Status;
use crate::cli::ExplainArgs;
use crate::report::text::{cleaned, wrapped};
use crate::rule_files;
use crate::terminal::Terminal;
use crate::trouble::Trouble;

/// Writes the page of a rule.
pub(crate) fn run(args: &ExplainArgs) -> Result<Status, Trouble> {
    let rules = rule_files::load_for(&args.setup)?;
    let Some(rule) = rules.rule(&args.rule) else {
        return Err(rule_files::unknown(&args.rule, &rules).into());
    };
    let width = Terminal::stdout(args.color).width;
    print(|out| page(out, rule, width))?;
    Ok(Status::Clean)
}

fn page(out: &mut dyn Write, rule: &Rule, width: usize) -> io::Result<()> {
    writeln!(out, "{}: {}", cleaned(&rule.id), cleaned(&rule.title))?;
    let (severity, hazard, since) =
        (rule.severity.name(), rule.hazard.name(), cleaned(&rule.since));
    writeln!(
        out,
        "{severity}, {hazard}, {}, since {since}",
        super::rules::status_name(rule.status)
    )?;
    let sections = [
        ("What it finds", &rule.docs.what),
        ("Why it is a problem", &rule.docs.why),
        ("How to fix it", &rule.docs.fix),
    ];
    for (heading, prose) in sections {
        writeln!(out, "\n{heading}")?;
        for (at, paragraph) in prose.trim().split("\n\n").enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            writeln!(out, "  {}", set(paragraph, width - 2).replace('\n', "\n  "))?;
        }
    }
    if !rule.docs.references.is_empty() {
        writeln!(out, "\nReferences")?;
    }
    for reference in &rule.docs.references {
        writeln!(out, "  {}", cleaned(reference))?;
    }
    Ok(())
}

/// A paragraph in lines of that width. Code keeps its own lines.
fn set(paragraph: &str, width: usize) -> String {
    let is_fence = |line: &&str| line.starts_with("```");
    if !paragraph.lines().next().is_some_and(|first| is_fence(&first)) {
        return wrapped(&cleaned(paragraph), width);
    }
    let code = paragraph
        .lines()
        .filter(|line| !is_fence(line))
        .map(|line| format!("    {}", cleaned(line)));
    code.collect::<Vec<_>>().join("\n")
}
