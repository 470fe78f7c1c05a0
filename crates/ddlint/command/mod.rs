//! What ddlint can be asked to do.

pub(crate) mod baseline;
pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod rules;
pub(crate) mod schema;
pub(crate) mod shell;
mod show_config;

use std::io::{self, BufWriter, Write as _};

use crate::trouble::Trouble;

/// Writes to stdout, all of it before a run goes on.
fn print(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Trouble> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(Trouble::Output)
}
