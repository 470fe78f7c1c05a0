//! `ddlint init`: a settings file to start from, fit for the project it finds.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ddlint_core::finding::Severity;
use ddlint_core::report::Report;

use super::print;
use crate::Status;
use crate::cli::{InitArgs, RunArgs, SetupArgs};
use crate::config::{self, SCHEMA_URL};
use crate::output;
use crate::report::text::{cleaned, counted};
use crate::session::Session;
use crate::trouble::{Mistake, Trouble};

/// Folders that often hold what nobody wants to hear about, if they are there.
const OFTEN_EXCLUDED: [&str; 6] =
    ["generated", "vendor", "third_party", "legacy", "archive", "dist"];

/// Looks at the project and writes its settings file.
pub(crate) fn run(args: &InitArgs) -> Result<Status, Trouble> {
    let setup =
        SetupArgs { rules: Vec::new(), root: args.root.clone(), config: None, no_config: true };
    let run = RunArgs { include_tests: false, threads: None, no_prefilter: false };
    let mut session = Session::open(&[], &setup, &run)?;
    session.options.report_in.clear();
    let root = session.scope.root.clone();
    if config::is_in(&root) && !args.overwrite {
        let message = format!("there are settings in `{}` already", root.display());
        let help =
            "`ddlint --show-config` prints what they say; --overwrite writes ddlint.toml anew";
        return Err(Mistake::new(message).help(help).into());
    }
    let disk = session.disk();
    let walked = session.walk(false);
    let folders: BTreeSet<String> = walked
        .paths
        .iter()
        .filter_map(|path| path.rsplit_once('/'))
        .map(|(folder, _)| folder.to_owned())
        .collect();
    let paths = walked.paths.into_iter().collect();
    let (_, report) = session.lint(&disk, paths, &session.options);
    let name = config::FILE_NAMES[0];
    let text = settings(&report, &folders);
    output::write(&root.join(name), text)?;

    let (errors, warnings) = (report.count(Severity::Error), report.count(Severity::Warning));
    print(|out| {
        writeln!(out, "{name} is written.")?;
        let found = format!(
            "{} and {}",
            counted(errors, "error", "errors"),
            counted(warnings, "warning", "warnings")
        );
        match errors + warnings {
            0 => writeln!(out, "ddlint finds nothing: you can switch it on as it is."),
            _ => writeln!(
                out,
                "ddlint finds {found} today. `ddlint` lists them; `ddlint baseline` accepts them, so that\nonly what comes is reported."
            ),
        }
    })?;
    Ok(Status::Clean)
}

/// The text of the file: what fits the project, and as comments what might.
fn settings(report: &Report, folders: &BTreeSet<String>) -> String {
    let mut text = format!("#:schema {SCHEMA_URL}\n");
    let recognized: Vec<String> = report
        .summary
        .recognized
        .iter()
        .map(|tally| counted(tally.count, &tally.one, &tally.many))
        .collect();
    let seen = if recognized.is_empty() { "nothing".into() } else { recognized.join(", ") };
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "# Settings of ddlint. `ddlint --show-config` prints what holds, and why.\n# In {} it recognized: {}.\n",
        counted(report.summary.files, "file", "files"),
        cleaned(&seen)
    );
    text.push_str("# The least severity that fails a run: error, warning, note, never.\nfail-on = \"error\"\n\n");
    text.push_str("# Comments that hide findings say why:\n#   // ddlint-ignore: library/rule -- reason\nrequire-reason = true\n\n");
    text.push_str("# What is not read, besides what .gitignore names.\n");
    let excluded: BTreeSet<&str> = folders
        .iter()
        .flat_map(|folder| prefixes(folder))
        .filter(|folder| OFTEN_EXCLUDED.iter().any(|name| folder.rsplit('/').next() == Some(name)))
        .collect();
    if excluded.is_empty() {
        text.push_str("# exclude = [\"legacy/**\"]\n\n");
    } else {
        let excluded: Vec<String> =
            excluded.iter().map(|path| format!("{:?}", format!("{path}/**"))).collect();
        let _ = writeln!(
            text,
            "# These look like it; ddlint reads them until you say so.\n# exclude = [{}]\n",
            excluded.join(", ")
        );
    }
    let rules: BTreeSet<&str> =
        report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    text.push_str("# Severities of rules: error, warning, note, off.\n# [severity]\n");
    if rules.is_empty() {
        text.push_str("# \"library/rule\" = \"warning\"\n");
    }
    for rule in rules {
        let of_rule = report.findings.iter().filter(|finding| finding.rule == rule);
        let count = of_rule.clone().count();
        let worst = of_rule.map(|finding| finding.severity).max().unwrap_or(Severity::Note);
        let found = counted(count, "finding", "findings");
        let _ = writeln!(text, "# \"{rule}\" = \"{}\"  # {found} today", worst.name());
    }
    text.push_str("\n# What files are for, where their paths do not tell: application, script, migration, test, example.\n# [roles]\n# migration = [\"db/changes/**\"]\n# test = [\"qa/**\"]\n");
    text.push_str("\n# The environment that counts: conditions on it are decided then.\n# [assume.env]\n# NODE_ENV = \"production\"\n");
    text.push_str("\n# Settings for some files only.\n# [[override]]\n# files = [\"tools/**\"]\n# severity = { \"library/rule\" = \"off\" }\n");
    text
}

/// A folder and those above it.
fn prefixes(folder: &str) -> impl Iterator<Item = &str> {
    folder.match_indices('/').map(|(at, _)| &folder[..at]).chain([folder])
}
