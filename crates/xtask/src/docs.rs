//! `cargo xtask docs`: the pages of the rules, the schema of the settings, and in the README the picture and the
//! example output.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use ddlint_core::document::{pages, with_example_output};
use ddlint_core::files::MemoryFiles;
use ddlint_core::rule::{RuleFile, load};

use crate::Result;
use crate::screenshot::svg;

/// The project whose report the README shows.
const EXAMPLE: &str = "fixtures/projects/nest-shop";

/// Writes all of it, and removes the pages of rules that are gone.
pub(crate) fn write(root: &Path) -> Result<()> {
    let mut rules = Vec::new();
    for (path, bytes) in files_below(&root.join("rules"))?.0 {
        if Path::new(&path).extension().is_some_and(|ending| ending == "toml") {
            rules.push(RuleFile { path, text: String::from_utf8(bytes)?, builtin: true });
        }
    }
    let rules = load(&rules)?;
    let pages = pages(&rules, &files_below(&root.join("fixtures/rules"))?);
    let folder = root.join("docs/rules");
    fs::create_dir_all(&folder)?;
    for path in files_below(&folder)?.0.into_keys().filter(|path| !pages.contains_key(path)) {
        fs::remove_file(folder.join(path))?;
    }
    for (path, text) in pages {
        let path = folder.join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, text)?;
    }
    let schema = printed(root, &["settings-schema"], 0)?;
    fs::write(root.join("docs/ddlint.schema.json"), schema)?;
    screenshot(root)?;
    example_output(root)
}

/// The picture in the README.
fn screenshot(root: &Path) -> Result<()> {
    let rule = "typeorm/install-extensions";
    let output = printed(root, &["--color", "always", "--select", rule, EXAMPLE], 1)?;
    fs::create_dir_all(root.join("docs/images"))?;
    fs::write(root.join("docs/images/report.svg"), svg("ddlint", &output))?;
    Ok(())
}

/// What the binary prints, if it ends with that status.
fn printed(root: &Path, args: &[&str], status: i32) -> Result<String> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--package", "ddlint", "--"]).args(args).current_dir(root);
    for name in ["GITHUB_ACTIONS", "GITHUB_WORKSPACE"] {
        command.env_remove(name);
    }
    let output = command.output()?;
    if output.status.code() != Some(status) {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The report is what the binary prints: there is one renderer, and it lives there.
fn example_output(root: &Path) -> Result<()> {
    // It has findings, so its status is no success.
    let output = printed(root, &["--color", "never", EXAMPLE], 1)?;
    let path = root.join("README.md");
    let readme = fs::read_to_string(&path)?;
    let fresh = with_example_output(&readme, &output);
    fs::write(&path, fresh.ok_or("README.md has no place for the example output")?)?;
    Ok(())
}

/// All files below a folder, by their path relative to it.
fn files_below(folder: &Path) -> Result<MemoryFiles> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let relative = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            found.insert(relative, fs::read(&path)?);
        }
    }
    Ok(MemoryFiles(found))
}
