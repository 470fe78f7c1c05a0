//! `ddlint check`: the whole line from paths to an exit status.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use ddlint_core::files::Files;
use ddlint_core::finding::{Finding, Severity};
use ddlint_core::lint::Options;
use ddlint_core::project::Project;
use ddlint_core::report::Report;

use super::print;
use crate::Status;
use crate::baseline::Baseline;
use crate::changes::{Changes, Since};
use crate::cli::{CheckArgs, FailOn, Format};
use crate::files::Overlay;
use crate::output;
use crate::progress;
use crate::report::text::cleaned;
use crate::report::{
    Common, Concise, Github, Gitlab, Human, Json, JsonLines, Junit, Markdown, Rdjson, Reporter,
    Sarif,
};
use crate::session::Session;
use crate::terminal::Terminal;
use crate::trouble::{Mistake, Trouble};
use crate::walk::Walked;

/// GitHub takes summaries of up to 1 MiB; the rest of that is room for what stands round the table.
const MOST_SUMMARY: usize = 900 << 10;

/// Checks the project and writes the report.
pub(crate) fn run(args: &CheckArgs) -> Result<Status, Trouble> {
    let mut paths = args.paths.clone();
    if let Some(file) = &args.stdin_filename {
        // A dash says once more where the text comes from.
        paths.retain(|path| path != Path::new("-"));
        if !paths.is_empty() {
            let message = "--stdin-filename names the only file that is reported on";
            return Err(Mistake::new(message).help("leave the paths out").into());
        }
        // The file need not be there: its folder says where the project is.
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        paths.push(folder.unwrap_or(Path::new(".")).to_path_buf());
    }
    let mut session = Session::open(&paths, &args.setup, &args.run)?;
    session.choose(&args.select, &args.ignore)?;
    if args.show_config {
        return super::show_config::run(&session, args);
    }
    let baseline = if args.no_baseline {
        Baseline::default()
    } else {
        let chosen = args.baseline.clone().or_else(|| session.config.baseline());
        Baseline::read(&session.scope.root, chosen)?
    };
    session.options.baseline = baseline.known();
    if args.verbose {
        tell_setup(&session, &baseline);
    }

    let walked = session.walk(args.force_exclude);
    tell_about_files(&walked);
    let disk = session.disk();
    let changes = match (&args.diff, args.staged) {
        (Some(reference), _) if reference == "-" => Some(Since::Patch),
        (Some(reference), _) => Some(Since::Reference(reference)),
        (None, true) => Some(Since::Staged),
        (None, false) => None,
    };
    let root = &session.scope.root;
    let reads = |path: &str| session.reads(path);
    let changes = changes.map(|since| Changes::find(since, root, &disk, &reads)).transpose()?;
    let mut others = changes.as_ref().map(|changes| changes.now.clone()).unwrap_or_default();
    if let Some(file) = &args.stdin_filename {
        let path = path_of_stdin(&mut session, file)?;
        let mut text = Vec::new();
        let read = io::stdin().read_to_end(&mut text);
        read.map_err(|error| Mistake::new(format!("standard input cannot be read: {error}")))?;
        others.insert(path, Some(text));
    }

    let exclude = session.config.exclude();
    let is_named = args.stdin_filename.is_some() && !args.force_exclude;
    let is_wanted = |path: &str| {
        let is_excluded = || Path::new(path).ancestors().any(|above| exclude.is_match(above));
        session.reads(path) && (is_named || !is_excluded())
    };
    let now = Overlay::new(&disk, others);
    let paths = now.paths(walked.paths.iter().cloned(), is_wanted);
    let (project, mut report) = progress::watched(&disk, paths.len(), args.quiet, || {
        session.lint(&now, paths, &session.options)
    });
    report.notices.extend(walked.notices);
    if session.options.report_in.is_empty() {
        let runs = |rule: &str| session.options.runs(rule);
        report.notices.extend(baseline.notice(&report.missing, runs));
    }
    if let Some(changes) = &changes {
        let before = if changes.is_empty() {
            report.findings.clone()
        } else {
            let files = Overlay::new(&disk, changes.before.clone());
            let paths = files.paths(walked.paths, is_wanted);
            found_before(&session, changes, &files, paths)
        };
        changes.keep_new(&project, &mut report, &before);
    }
    report.notices.sort();

    write(args, &session, &project, &report)?;
    if !session.scope.missing.is_empty() {
        return Err(std::mem::take(&mut session.scope.missing).into());
    }
    Ok(status(args, &session, &report))
}

/// What was found before the changes. Comments hid then what they did then; the baseline of today says nothing about it.
fn found_before(
    session: &Session,
    changes: &Changes,
    files: &dyn Files,
    paths: Vec<String>,
) -> Vec<Finding> {
    let options = Options {
        report_in: Vec::new(),
        baseline: BTreeMap::new(),
        renamed: changes.renamed.clone(),
        ..session.options.clone()
    };
    session.lint(files, paths, &options).1.findings
}

/// The path of what stands on standard input, which becomes the only thing to report on.
fn path_of_stdin(session: &mut Session, file: &Path) -> Result<String, Mistake> {
    let folder = session.scope.given.first().map(|given| given.path.clone()).unwrap_or_default();
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name
        .ok_or_else(|| Mistake::new(format!("`{}` is not the name of a file", file.display())))?;
    let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    if !session.reads(&path) {
        eprintln!("ddlint: `{}` is not checked: ddlint reads no such files", cleaned(&path));
    }
    session.options.report_in = vec![path.clone()];
    Ok(path)
}

/// What is worth a line but no part of the report.
pub(super) fn tell_about_files(walked: &Walked) {
    for path in &walked.not_read {
        eprintln!("ddlint: `{}` is not checked: ddlint reads no such files", cleaned(path));
    }
    for warning in &walked.warnings {
        eprintln!("ddlint: {}", cleaned(warning));
    }
}

fn tell_setup(session: &Session, baseline: &Baseline) {
    let say = |what: &str, text: &str| eprintln!("ddlint: {what}: {}", cleaned(text));
    say("root", &session.scope.root.display().to_string());
    say("settings", session.config.name().unwrap_or("none"));
    match baseline.name() {
        Some(name) => say("baseline", &format!("{name}, {} findings", baseline.len())),
        None => say("baseline", "none"),
    }
    let rules = session.rules.rules.iter().filter(|rule| session.options.runs(&rule.id)).count();
    say("rules", &format!("{rules} of {}", session.rules.rules.len()));
}

/// Writes the report to where it is wanted, and for people if it goes to a file.
fn write(
    args: &CheckArgs,
    session: &Session,
    project: &Project<'_>,
    report: &Report,
) -> Result<(), Trouble> {
    let is_workflow = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    let usual = if is_workflow { Format::Github } else { Format::Human };
    let common = Common { prefix: session.prefix(), show_notes: args.show_notes };
    let format = args.format.unwrap_or(usual);
    let mut shown = Some(format);
    if let Some(path) = &args.output {
        let mut bytes = Vec::new();
        let terminal = Terminal::PLAIN;
        let to_file = reporter(format, args, session, &common, terminal);
        to_file.report(&mut bytes, project, report).map_err(Trouble::Output)?;
        output::write(path, bytes)?;
        shown = (!args.quiet).then_some(usual);
    }
    if let Some(format) = shown {
        let terminal = Terminal::stdout(args.color);
        let to_terminal = reporter(format, args, session, &common, terminal);
        print(|out| to_terminal.report(out, project, report))?;
    }
    if shown == Some(Format::Github) || format == Format::Github {
        summarize(&common, project, report)?;
    }
    Ok(())
}

/// Adds a table to the summary of the job, if a workflow runs this.
fn summarize(common: &Common, project: &Project<'_>, report: &Report) -> Result<(), Trouble> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let mut text = Vec::new();
    let markdown = Markdown { common: common.clone(), most: Some(MOST_SUMMARY) };
    markdown.report(&mut text, project, report).map_err(Trouble::Output)?;
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(&text)).map_err(|error| {
        Mistake::new(format!("the summary of the job cannot be written: {error}")).into()
    })
}

fn reporter<'s>(
    format: Format,
    args: &CheckArgs,
    session: &'s Session,
    common: &Common,
    terminal: Terminal,
) -> Box<dyn Reporter + 's> {
    let (show_notes, quiet) = (args.show_notes, args.quiet);
    let common = common.clone();
    match format {
        Format::Human => Box::new(Human { terminal, show_notes, quiet }),
        Format::Concise => Box::new(Concise(common)),
        Format::Json => Box::new(Json),
        Format::Jsonl => Box::new(JsonLines),
        Format::Sarif => {
            Box::new(Sarif::new(common, &session.rules, |id| session.options.runs(id)))
        }
        Format::Github => Box::new(Github { common, quiet }),
        Format::Gitlab => Box::new(Gitlab(common)),
        Format::Rdjson => Box::new(Rdjson(common)),
        Format::Junit => Box::new(Junit(common)),
        Format::Markdown => Box::new(Markdown { common, most: None }),
    }
}

/// What the exit status says: the command line's word, then that of the settings.
fn status(args: &CheckArgs, session: &Session, report: &Report) -> Status {
    if args.exit_zero {
        return Status::Clean;
    }
    let chosen = if args.deny_warnings { Some(FailOn::Warning) } else { args.fail_on };
    let fail_on = chosen.or(session.config.fail_on()).unwrap_or_default();
    let is_failed = report.findings.iter().any(|finding| fail_on.is_reached_by(finding.severity));
    let most = args.max_warnings.or(session.config.max_warnings());
    let is_too_much = most.is_some_and(|most| report.count(Severity::Warning) > most);
    let is_strict = (args.strict || session.config.strict())
        && report.notices.iter().any(|notice| notice.kind.is_trouble());
    if is_failed || is_too_much || is_strict { Status::Findings } else { Status::Clean }
}
