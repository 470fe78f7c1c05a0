//! Lists the rule files below `rules/` into one table, so that the binary brings them along.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, error, fs, io};

fn main() -> Result<(), Box<dyn error::Error>> {
    let rules = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("rules");
    let mut files = Vec::new();
    collect(&rules, "", &mut files)?;
    // `read_dir` has no order of its own, and the table must not depend on the machine that built it.
    files.sort();

    let mut table = String::from("&[\n");
    for (name, path) in files {
        writeln!(table, "    ({name:?}, include_str!({path:?})),")?;
    }
    table.push_str("]\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("rules.rs"), table)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

/// Adds the rule files of a folder and its subfolders: their path below `rules/` with `/`, and where they are.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) -> io::Result<()> {
    // A folder counts as changed when files come or go, so each one is watched.
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else if entry.path().extension().is_some_and(|ending| ending == "toml") {
            files.push((name, entry.path().display().to_string()));
        }
    }
    Ok(())
}
