//! The command line.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use ddlint_core::finding::Severity;

const ABOUT: &str = "\
Finds hidden DDL: application code that changes the schema of a PostgreSQL database behind the back of logical \
replication and blue/green upgrades.";

const EXAMPLES: &str = "\
Examples:
  ddlint                           check the current folder
  ddlint apps/api                  report what concerns one folder of a repository
  ddlint --diff origin/main        report only what a branch brings
  ddlint --staged                  report only what the next commit brings
  ddlint --format sarif -o x.sarif write a file for code scanning
  ddlint init                      write a settings file to start from
  ddlint baseline                  accept what is there, report what comes
  ddlint --show-notes              list also what is possible but not certain
  ddlint schema                    print the tables that migrations leave, and their keys
  ddlint explain RULE              say what a rule is about, and how to fix what it finds

The whole project is read, from the nearest folder upwards that holds a ddlint.toml or a .git;
the paths choose what is reported. A folder that is called like a command is written ./rules.
Settings are read from ddlint.toml, .ddlint.toml, .config/ddlint.toml, or `ddlint` in package.json.

Exit status:
  0  no finding at or above --fail-on
  1  findings at or above it, more warnings than --max-warnings, or notices with --strict
  2  wrong usage or configuration, a path that is not there, a bug in ddlint";

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "ddlint",
    version,
    about = ABOUT,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    disable_help_flag = true,
    disable_help_subcommand = true,
    max_term_width = 110
)]
pub(crate) struct Cli {
    /// What to do; `check` if nothing is said.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// The arguments of `check`.
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// Print help
    // One help text, the short form: the long one takes three screens to say the same.
    #[arg(short, long, global = true, action = ArgAction::HelpShort)]
    help: Option<bool>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check files and folders (the default)
    #[command(after_help = EXAMPLES)]
    Check(CheckArgs),
    /// List the rules
    Rules(RulesArgs),
    /// Say what a rule is about, and how to fix what it finds
    Explain(ExplainArgs),
    /// Print the tables and extensions that migrations leave
    Schema(SchemaArgs),
    /// Write a settings file to start from, fit for the project
    Init(InitArgs),
    /// Write down what is found today, so that only what is new is reported
    Baseline(BaselineArgs),
    /// Show the syntax tree of a file and what rules see in it, for writing rules
    Inspect(InspectArgs),
    /// Print a script that completes the command line in a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    #[command(hide = true)]
    Man,
    /// Print the JSON schema of ddlint.toml
    #[command(hide = true)]
    SettingsSchema,
}

/// The arguments of `ddlint check`.
// The switches of a command line are independent of each other; a state machine would say less.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Files and folders to report on [default: the current folder]
    #[arg(value_name = "PATHS")]
    pub(crate) paths: Vec<PathBuf>,

    /// Who reads the report [default: human; github in GitHub Actions]
    #[arg(long, value_enum, help_heading = "Report")]
    pub(crate) format: Option<Format>,
    /// Write the report to a file; what people read still goes to the terminal
    #[arg(short, long, value_name = "FILE", help_heading = "Report")]
    pub(crate) output: Option<PathBuf>,
    /// List notes, too; otherwise they are only counted
    #[arg(long, help_heading = "Report")]
    pub(crate) show_notes: bool,
    /// Findings only: no counts, no notices
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Report")]
    pub(crate) quiet: bool,
    /// Say also what is read, and with which settings
    #[arg(short, long, help_heading = "Report")]
    pub(crate) verbose: bool,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, help_heading = "Report")]
    pub(crate) color: Color,

    /// The least severity that makes the exit status 1 [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Exit status")]
    pub(crate) fail_on: Option<FailOn>,
    /// The same as --fail-on warning
    #[arg(long, conflicts_with = "fail_on", help_heading = "Exit status")]
    pub(crate) deny_warnings: bool,
    /// More warnings than that make the exit status 1
    #[arg(long, value_name = "N", help_heading = "Exit status")]
    pub(crate) max_warnings: Option<usize>,
    /// Notices make the exit status 1: unread files, comments that hide nothing, a stale baseline
    #[arg(long, help_heading = "Exit status")]
    pub(crate) strict: bool,
    /// Findings do not change the exit status
    #[arg(long, conflicts_with_all = ["fail_on", "deny_warnings"], help_heading = "Exit status")]
    pub(crate) exit_zero: bool,

    /// Only what is new since the merge base with REF; - reads a patch from standard input
    #[arg(long, value_name = "REF", help_heading = "Changes")]
    pub(crate) diff: Option<String>,
    /// Only what is new in what is staged for the next commit
    #[arg(long, conflicts_with = "diff", help_heading = "Changes")]
    pub(crate) staged: bool,
    /// The findings that are known already [default: ddlint-baseline.json at the root, if it is there]
    #[arg(long, value_name = "FILE", help_heading = "Changes")]
    pub(crate) baseline: Option<PathBuf>,
    /// Report known findings, too
    #[arg(long, conflicts_with = "baseline", help_heading = "Changes")]
    pub(crate) no_baseline: bool,

    /// Run only this rule, or this library's rules (repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) select: Vec<String>,
    /// Do not run this rule, or this library's rules (repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) ignore: Vec<String>,
    /// Where rules and settings come from.
    #[command(flatten)]
    pub(crate) setup: SetupArgs,

    /// Leave out ignored and excluded files even if they are named in PATHS
    #[arg(long, help_heading = "Files")]
    pub(crate) force_exclude: bool,
    /// Check the text on standard input as if it stood in this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["diff", "staged"], help_heading = "Files")]
    pub(crate) stdin_filename: Option<PathBuf>,
    /// How the project is read.
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Print the settings that are in force, and why, instead of checking anything
    #[arg(long, help_heading = "Running")]
    pub(crate) show_config: bool,
}

/// How a project is read.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Check test files like the others
    #[arg(long, help_heading = "Files")]
    pub(crate) include_tests: bool,
    /// How many threads to use [default: one for each processor]
    // More than that only keeps the system busy with itself, or makes it give up.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Running")]
    pub(crate) threads: Option<u16>,
    /// Parse files in which no rule can match, too (slower, same findings)
    #[arg(long, help_heading = "Running")]
    pub(crate) no_prefilter: bool,
}

/// Where rules and settings come from.
#[derive(Debug, Args)]
pub(crate) struct SetupArgs {
    /// A folder with rules of your own (repeatable)
    #[arg(long = "rules", value_name = "DIR", help_heading = "Rules")]
    pub(crate) rules: Vec<PathBuf>,
    /// The folder that paths in reports, ignore files and globs start from
    #[arg(long, value_name = "DIR", help_heading = "Files")]
    pub(crate) root: Option<PathBuf>,
    /// Settings to use instead of those at the root
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub(crate) config: Option<PathBuf>,
    /// Use no settings file
    #[arg(long, conflicts_with = "config", help_heading = "Files")]
    pub(crate) no_config: bool,
}

/// What commands besides `check` and `init` have in common.
#[derive(Debug, Args)]
pub(crate) struct CommonArgs {
    /// Where rules and settings come from.
    #[command(flatten)]
    pub(crate) setup: SetupArgs,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// The arguments of `ddlint baseline`.
#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    /// The file to write [default: ddlint-baseline.json at the root]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// What commands have in common.
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// How the project is read.
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// The arguments of `ddlint schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Files and folders; of the histories with a step among them [default: the current folder]
    #[arg(value_name = "PATHS")]
    pub(crate) paths: Vec<PathBuf>,
    /// Who reads it
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
    /// What commands have in common.
    #[command(flatten)]
    pub(crate) common: CommonArgs,
    /// How the project is read.
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// The arguments of `ddlint init`.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Overwrite a settings file that is there
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// The folder to write it to [default: where the project begins]
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// The arguments of `ddlint completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// The arguments of `ddlint rules`.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// Who reads the list
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
    /// What commands have in common.
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// The arguments of `ddlint explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule's id, as in reports
    pub(crate) rule: String,
    /// What commands have in common.
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// The arguments of `ddlint inspect`.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The file to look at
    pub(crate) file: PathBuf,
    /// What commands have in common.
    #[command(flatten)]
    pub(crate) common: CommonArgs,
}

/// The shape of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: each finding with its code
    Human,
    /// One line for each finding
    Concise,
    /// For programs: one object, see docs/report-json.md
    Json,
    /// For programs: one finding a line
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions, and the text for people
    Github,
    /// GitLab code quality
    Gitlab,
    /// Reviewdog
    Rdjson,
    /// `JUnit` XML
    Junit,
    /// A table for comments and summaries
    Markdown,
}

/// The shape of the list of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// When to use colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// If a terminal reads along and `NO_COLOR` is not set.
    Auto,
    /// In pipes, too.
    Always,
    /// Not at all.
    Never,
}

/// The least severity that fails a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum FailOn {
    /// Only errors.
    #[default]
    Error,
    /// Errors and warnings.
    Warning,
    /// Any finding.
    Note,
    /// No finding.
    Never,
}

impl FailOn {
    /// Whether a finding of that severity fails a run.
    pub(crate) fn is_reached_by(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Note => true,
            Self::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn check_is_the_default_command() {
        let cli = Cli::parse_from(["ddlint", "src", "--select", "a/b,c", "--select", "d"]);
        assert!(cli.command.is_none());
        assert_eq!(cli.check.paths, [PathBuf::from("src")]);
        assert_eq!(cli.check.select, ["a/b", "c", "d"]);
    }
}
