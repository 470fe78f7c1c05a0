//! `ddlint`, the command: arguments, the disk, and the terminal around `ddlint-core`.

mod baseline;
mod changes;
mod cli;
mod command;
mod config;
mod files;
mod output;
mod progress;
mod report;
mod root;
mod rule_files;
mod session;
mod terminal;
mod trouble;
mod walk;

use std::io;
use std::panic;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Color, Command};
use crate::terminal::Terminal;
use crate::trouble::Trouble;

/// How a run ended, as the exit status says it. `docs/report-json.md` promises the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// No finding at or above `--fail-on`.
    Clean = 0,
    /// Findings.
    Findings = 1,
    /// Wrong usage or configuration, an unreadable path, or a bug in ddlint.
    Trouble = 2,
}

fn main() -> ExitCode {
    install_panic_hook();
    // The hook has told everything by then.
    let status = panic::catch_unwind(run).unwrap_or(Status::Trouble);
    ExitCode::from(status as u8)
}

fn run() -> Status {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(answer) => {
            // `--help` and `--version` arrive here as well; they go to stdout and are no trouble.
            let is_trouble = answer.use_stderr();
            let _ = answer.print();
            return if is_trouble { Status::Trouble } else { Status::Clean };
        }
    };
    let (color, result) = match cli.command {
        None => (cli.check.color, command::check::run(&cli.check)),
        Some(Command::Check(args)) => (args.color, command::check::run(&args)),
        Some(Command::Rules(args)) => (args.common.color, command::rules::run(&args)),
        Some(Command::Explain(args)) => (args.common.color, command::explain::run(&args)),
        Some(Command::Init(args)) => (args.color, command::init::run(&args)),
        Some(Command::Baseline(args)) => (args.common.color, command::baseline::run(&args)),
        Some(Command::Completions(args)) => (Color::Auto, command::shell::completions(&args)),
        Some(Command::Man) => (Color::Auto, command::shell::man()),
        Some(Command::SettingsSchema) => (Color::Auto, command::shell::settings_schema()),
        Some(Command::Schema(args)) => (args.common.color, command::schema::run(&args)),
        Some(Command::Inspect(args)) => (args.common.color, command::inspect::run(&args)),
    };
    match result {
        Ok(status) => status,
        // Whoever reads the report has seen enough, as in `ddlint | head`.
        Err(Trouble::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Status::Clean,
        Err(trouble) => {
            trouble.tell(&Terminal::stderr(color));
            Status::Trouble
        }
    }
}

/// A panic is a bug in ddlint. Its message may quote the checked source, passwords included, so it is shown only to who
/// asks for it.
fn install_panic_hook() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("ddlint {} stopped on a bug of its own, at {place}", env!("CARGO_PKG_VERSION"));
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
            eprintln!("{info}\n{}", std::backtrace::Backtrace::force_capture());
        } else {
            eprintln!("(RUST_BACKTRACE=1 shows more; the text may quote your source code)");
        }
        eprintln!("Please report it at {}/issues", env!("CARGO_PKG_REPOSITORY"));
    }));
}
