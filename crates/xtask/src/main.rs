//! Chores of the ddlint repository.

mod docs;
mod new_rule;
mod screenshot;

use std::path::Path;
use std::process::ExitCode;
use std::{env, error};

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  docs                      make docs/rules/, the schema and the example output in README.md anew
  new-rule LIBRARY/RULE     make a rule file and fixtures to start from";

/// What a chore can end with.
type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    // crates/xtask lies two folders below the repository.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    let result = match args.as_slice() {
        ["docs"] => docs::write(root),
        ["new-rule", id] => new_rule::write(root, id),
        ["-h" | "--help"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
