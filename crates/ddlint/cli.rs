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
  ddlint --format github           annotate a pull request from a workflow
  ddlint --fail-on warning         be strict
  ddlint --show-notes              list also what is possible but not certain
  ddlint explain RULE              say what a rule is about, and how to fix what it finds

The whole project is read, from the nearest folder upwards that holds a ddlint.toml or a .git;
the paths choose what is reported. A folder that is called like a command is written ./rules.

Exit status:
  0  no finding at or above --fail-on
  1  findings
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
    /// Show the syntax tree of a file and what rules see in it, for writing rules
    Inspect(InspectArgs),
}

/// The arguments of `ddlint check`.
// The switches of a command line are independent of each other; a state machine would say less.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Files and folders to report on [default: the current folder]
    #[arg(value_name = "PATHS")]
    pub(crate) paths: Vec<PathBuf>,

    /// Who reads the report
    #[arg(long, value_enum, default_value_t = Format::Human, help_heading = "Report")]
    pub(crate) format: Format,
    /// The least severity that makes the exit status 1 [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Report")]
    pub(crate) fail_on: Option<FailOn>,
    /// List notes, too; otherwise they are only counted
    #[arg(long, help_heading = "Report")]
    pub(crate) show_notes: bool,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, help_heading = "Report")]
    pub(crate) color: Color,

    /// Run only this rule, or this library's rules (repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) select: Vec<String>,
    /// Do not run this rule, or this library's rules (repeatable)
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) ignore: Vec<String>,
    /// Where rules and settings come from.
    #[command(flatten)]
    pub(crate) setup: SetupArgs,

    /// Check test files like the others
    #[arg(long, help_heading = "Files")]
    pub(crate) include_tests: bool,
    /// Leave out ignored and excluded files even if they are named in PATHS
    #[arg(long, help_heading = "Files")]
    pub(crate) force_exclude: bool,

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
    /// Settings to use instead of the ddlint.toml at the root
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub(crate) config: Option<PathBuf>,
    /// Use no settings file
    #[arg(long, conflicts_with = "config", help_heading = "Files")]
    pub(crate) no_config: bool,
}

/// The arguments of `ddlint rules`.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// Who reads the list
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    pub(crate) format: ListFormat,
    /// Where rules and settings come from.
    #[command(flatten)]
    pub(crate) setup: SetupArgs,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// The arguments of `ddlint explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule's id, as in reports
    pub(crate) rule: String,
    /// Where rules and settings come from.
    #[command(flatten)]
    pub(crate) setup: SetupArgs,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// The arguments of `ddlint inspect`.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The file to look at
    pub(crate) file: PathBuf,
    /// Where rules and settings come from.
    #[command(flatten)]
    pub(crate) setup: SetupArgs,
    /// When to use colors
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,
}

/// The shape of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
    /// For GitHub Actions.
    Github,
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
