//! `ddlint check`: the whole line from paths to an exit status.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::thread;

use ddlint_core::lint::{Options, lint};
use ddlint_core::rule::RuleSet;
use rayon::ThreadPoolBuilder;

use super::print;
use crate::Status;
use crate::cli::{CheckArgs, Format};
use crate::config::{Config, Severities};
use crate::files::DiskFiles;
use crate::report::text::cleaned;
use crate::report::{Github, Human, Json, Reporter};
use crate::root::{Scope, slashed};
use crate::rule_files;
use crate::terminal::Terminal;
use crate::trouble::{Mistake, Trouble};
use crate::walk::{self, Walked};

/// What a worker may use of the stack: code nests deeper than the two megabytes that threads get by default.
pub(super) const STACK_BYTES: usize = 16 << 20;

/// Checks the project and writes the report.
pub(crate) fn run(args: &CheckArgs) -> Result<Status, Trouble> {
    let scope = Scope::find(&args.paths, args.setup.root.as_deref())?;
    let mut config = Config::read(&scope.root, &args.setup)?;
    let mut rules = rule_files::load(&config.rule_folders(&args.setup))?;
    rules.roles.splice(0..0, config.take_roles());
    let severities = config.severities(&rules)?;
    let options = options(args, &scope, &config, &rules, severities)?;
    let fail_on = args.fail_on.or(config.fail_on()).unwrap_or_default();

    let threads = args.threads.map_or_else(
        || thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        usize::from,
    );
    let walk_options =
        walk::Options { exclude: config.exclude(), force_exclude: args.force_exclude, threads };
    let walked = walk::walk(&scope, walk_options);
    tell_about_files(&walked);

    let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build();
    let pool =
        pool.map_err(|error| Mistake::new(format!("the threads cannot be started: {error}")))?;
    let files = DiskFiles::new(scope.root.clone());
    let paths = walked.paths.into_iter().collect();
    let (project, mut report) = pool.install(|| lint(&files, paths, &rules, &options));
    report.notices.extend(walked.notices);
    report.notices.sort();

    let reporter = reporter(args, &scope.root);
    print(|out| reporter.report(out, &project, &report))?;
    if !scope.missing.is_empty() {
        return Err(scope.missing.into());
    }
    let is_failed = report.findings.iter().any(|finding| fail_on.is_reached_by(finding.severity));
    Ok(if is_failed { Status::Findings } else { Status::Clean })
}

fn options(
    args: &CheckArgs,
    scope: &Scope,
    config: &Config,
    rules: &RuleSet,
    severities: Severities,
) -> Result<Options, Trouble> {
    let select = ids(&args.select, rules)?;
    let mut ignore = ids(&args.ignore, rules)?;
    // Who selects a rule on the command line wants to see it, whatever the settings say.
    ignore.extend(severities.off.into_iter().filter(|id| !select.contains(id)));
    Ok(Options {
        no_prefilter: args.no_prefilter,
        include_tests: args.include_tests,
        select: select.into_iter().collect(),
        ignore: ignore.into_iter().collect(),
        severities: severities.set,
        assume: config.assumed().clone(),
        report_in: scope.report_in(),
    })
}

fn ids(names: &[String], rules: &RuleSet) -> Result<BTreeSet<String>, Trouble> {
    let mut ids = BTreeSet::new();
    let mut unknown = Vec::new();
    for name in names {
        match rule_files::ids_of(name, rules) {
            Ok(found) => ids.extend(found),
            Err(mistake) => unknown.push(mistake),
        }
    }
    if unknown.is_empty() { Ok(ids) } else { Err(unknown.into()) }
}

/// What is worth a line but no part of the report.
fn tell_about_files(walked: &Walked) {
    for path in &walked.not_read {
        eprintln!("ddlint: `{}` is not checked: ddlint reads no such files", cleaned(path));
    }
    for warning in &walked.warnings {
        eprintln!("ddlint: {}", cleaned(warning));
    }
}

fn reporter(args: &CheckArgs, root: &Path) -> Box<dyn Reporter> {
    match args.format {
        Format::Human => {
            Box::new(Human { terminal: Terminal::stdout(args.color), show_notes: args.show_notes })
        }
        Format::Json => Box::new(Json),
        Format::Github => {
            Box::new(Github { prefix: prefix_in_workspace(root), show_notes: args.show_notes })
        }
    }
}

/// The path of the root below the checked-out repository, if a workflow runs this.
fn prefix_in_workspace(root: &Path) -> String {
    let workspace = env::var_os("GITHUB_WORKSPACE").and_then(|path| fs::canonicalize(path).ok());
    let inside = workspace.and_then(|workspace| slashed(root.strip_prefix(workspace).ok()?));
    inside.filter(|path| !path.is_empty()).map(|path| format!("{path}/")).unwrap_or_default()
}
