//! `ddlint baseline`: writes down what is found today.

use ddlint_core::finding::Severity;

use super::print;
use crate::Status;
use crate::baseline;
use crate::cli::BaselineArgs;
use crate::output;
use crate::report::text::{cleaned, counted};
use crate::session::Session;
use crate::trouble::Trouble;

/// Lints the whole project and writes the baseline.
pub(crate) fn run(args: &BaselineArgs) -> Result<Status, Trouble> {
    let mut session = Session::open(&[], &args.common.setup, &args.run)?;
    // Wherever in the project it is called from.
    session.options.report_in.clear();
    let disk = session.disk();
    let walked = session.walk(false);
    let paths = walked.paths.into_iter().collect();
    let (project, report) = session.lint(&disk, paths, &session.options);

    let root = &session.scope.root;
    let chosen = args.output.clone().or_else(|| session.config.baseline());
    let path = chosen.unwrap_or_else(|| root.join(baseline::FILE_NAME));
    let text = baseline::written(&project, &report.findings).map_err(Trouble::Output)?;
    output::write(&path, text)?;

    let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
    let errors = counted(report.count(Severity::Error), "error", "errors");
    let warnings = counted(report.count(Severity::Warning), "warning", "warnings");
    print(|out| {
        writeln!(out, "{}: {errors} and {warnings}", cleaned(&name))?;
        writeln!(out, "ddlint reports from now on what is not in it; commit the file.")
    })?;
    Ok(Status::Clean)
}
