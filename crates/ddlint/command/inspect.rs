//! `ddlint inspect`: what a rule's author wants to know of a file.

use std::io::{self, Write};
use std::slice;
use std::thread;

use ddlint_core::inspect::{Asked, Inspection, Matched, inspect};
use ddlint_core::language::Language;
use ddlint_core::lint::Options;
use ddlint_core::project::Project;
use rayon::ThreadPoolBuilder;

use super::print;
use crate::Status;
use crate::cli::InspectArgs;
use crate::config::Config;
use crate::files::DiskFiles;
use crate::report::text::cleaned;
use crate::root::Scope;
use crate::rule_files;
use crate::session::STACK_BYTES;
use crate::trouble::{Mistake, Trouble};
use crate::walk::{self, walk};

/// Writes the syntax tree, where the called things come from, and what patterns of rules match.
pub(crate) fn run(args: &InspectArgs) -> Result<Status, Trouble> {
    let shown = args.file.display();
    let scope = Scope::find(slice::from_ref(&args.file), args.common.setup.root.as_deref())?;
    let given = scope.given.first().filter(|given| Language::of_path(&given.path).is_some());
    let Some(given) = given.filter(|given| !given.is_folder) else {
        return Err(Mistake::new(format!("ddlint does not read files like `{shown}`")).into());
    };
    let config = Config::read(&scope.root, &args.common.setup)?;
    let rules = rule_files::load(&config.rule_folders(&args.common.setup))?;
    // The whole project, since values come from other files.
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let all =
        walk::Options { exclude: config.exclude(), force_exclude: false, threads, rules: &rules };
    let paths = walk(&scope, all).paths.into_iter().collect();
    let pool = ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build();
    let pool =
        pool.map_err(|error| Mistake::new(format!("the threads cannot be started: {error}")))?;
    let files = DiskFiles::new(scope.root.clone());
    let options = Options { assume: config.assumed().clone(), ..Options::default() };
    let inspection = pool.install(|| {
        let project = Project::load(&files, paths, &rules.roles);
        inspect(&project, &rules, &options, project.file(&given.path)?)
    });
    let Some(inspection) = inspection else {
        return Err(Mistake::new(format!("`{shown}` cannot be read or parsed")).into());
    };
    print(|out| write(out, &inspection))?;
    Ok(Status::Clean)
}

fn write(out: &mut dyn Write, inspection: &Inspection) -> io::Result<()> {
    writeln!(out, "Syntax tree")?;
    for line in inspection.tree.lines() {
        writeln!(out, "  {line}")?;
    }
    if !inspection.calls.is_empty() {
        writeln!(out, "\nAccess paths of what is called")?;
    }
    for called in &inspection.calls {
        writeln!(out, "  {} {}", called.place, cleaned(&called.paths.join(" or ")))?;
    }
    writeln!(out, "\nMatches of rules")?;
    if inspection.matches.is_empty() {
        writeln!(out, "  none")?;
    }
    inspection.matches.iter().try_for_each(|matched| write_match(out, matched))
}

fn write_match(out: &mut dyn Write, matched: &Matched) -> io::Result<()> {
    let fallback = if matched.fallback { " (fallback)" } else { "" };
    writeln!(out, "  {} {}{fallback}", matched.place, cleaned(&matched.owner))?;
    for [name, kind, place] in &matched.captures {
        writeln!(out, "    @{name} ({kind}) {place}")?;
    }
    if let Some(callee) = &matched.callee {
        writeln!(out, "    calls {}", cleaned(callee))?;
    }
    if !matched.rules.is_empty() {
        writeln!(out, "    judged by {}", cleaned(&matched.rules.join(", ")))?;
    }
    let count = matched.alternatives.len();
    for (at, asked) in matched.alternatives.iter().enumerate() {
        if count > 1 {
            writeln!(out, "    alternative {} of {count}", at + 1)?;
        }
        asked.iter().try_for_each(|asked| write_option(out, asked))?;
    }
    Ok(())
}

fn write_option(out: &mut dyn Write, asked: &Asked) -> io::Result<()> {
    let place = asked.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
    writeln!(out, "    {} {}{}", cleaned(&asked.option), cleaned(&asked.value), cleaned(&place))?;
    for [what, place] in &asked.trail {
        writeln!(out, "      {}, {}", cleaned(what), cleaned(place))?;
    }
    Ok(())
}
