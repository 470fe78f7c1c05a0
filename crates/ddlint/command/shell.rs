//! What a shell, a reader of manuals and an editor want to know of the command: completions, the manual page, the schema.

use clap::CommandFactory as _;

use super::print;
use crate::Status;
use crate::cli::{Cli, CompletionsArgs};
use crate::config;
use crate::trouble::Trouble;

/// Writes a script that completes the command line.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Status, Trouble> {
    // The generator panics if a pipe breaks.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ddlint", &mut script);
    print(|out| out.write_all(&script))?;
    Ok(Status::Clean)
}

/// Writes the manual page.
pub(crate) fn man() -> Result<Status, Trouble> {
    let page = clap_mangen::Man::new(Cli::command());
    print(|out| page.render(out))?;
    Ok(Status::Clean)
}

/// Writes the JSON schema of the settings.
pub(crate) fn settings_schema() -> Result<Status, Trouble> {
    let schema = config::schema();
    print(|out| {
        serde_json::to_writer_pretty(&mut *out, &schema).map_err(std::io::Error::from)?;
        writeln!(out)
    })?;
    Ok(Status::Clean)
}
