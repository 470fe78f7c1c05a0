//! Asking git. The only program that ddlint ever starts, and only for `--diff` and `--staged`.
//!
//! Nothing of the checked project runs: no external diff, no text conversion, no file system monitor.

use std::path::Path;
use std::process::Command;

use crate::trouble::Mistake;

/// What keeps git from running other programs, and its output from depending on the user's settings.
const SETTINGS: [&str; 8] = [
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.quotePath=true",
    "-c",
    "diff.mnemonicPrefix=false",
    "-c",
    "diff.noprefix=false",
];

/// What a patch is asked for with.
const DIFF: [&str; 11] = [
    "diff",
    // Attributes may call sources binary to keep them out of reviews; what changes in them counts all the same.
    "--text",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--unified=0",
    "--find-renames",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--ignore-submodules=all",
    "--relative",
];

/// A repository, seen from a folder in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Git<'p> {
    folder: &'p Path,
}

impl<'p> Git<'p> {
    /// The repository that a folder lies in.
    pub(super) fn at(folder: &'p Path) -> Result<Self, Mistake> {
        let git = Self { folder };
        git.ask(&["rev-parse", "--is-inside-work-tree"])?;
        Ok(git)
    }

    /// The commit at which the current branch left another one.
    pub(super) fn merge_base(&self, reference: &str) -> Result<String, Mistake> {
        let commit = format!("{reference}^{{commit}}");
        let unknown = || Mistake::new(format!("git knows no commit `{reference}` here"));
        if reference.starts_with('-') {
            return Err(unknown());
        }
        if self.ask(&["rev-parse", "--verify", "--quiet", &commit]).is_err() {
            return Err(unknown().help(self.advice(reference)));
        }
        let base = self.ask(&["merge-base", &commit, "HEAD"]).map_err(|_| {
            Mistake::new(format!("`{reference}` and the current branch have no commit in common"))
                .help(self.advice(reference))
        })?;
        Ok(String::from_utf8_lossy(&base).trim().to_owned())
    }

    /// The patch that leads to the files on disk, below the folder.
    pub(super) fn patch(&self, from: &[&str]) -> Result<Vec<u8>, Mistake> {
        self.ask(&[&DIFF[..], from, &["--"]].concat())
    }

    /// Files on disk that git neither knows nor ignores, from the folder on.
    pub(super) fn untracked(&self) -> Result<Vec<String>, Mistake> {
        let listed = self.ask(&["ls-files", "--others", "--exclude-standard", "-z"])?;
        let paths = listed.split(|byte| *byte == 0).filter(|path| !path.is_empty());
        Ok(paths.filter_map(|path| String::from_utf8(path.to_vec()).ok()).collect())
    }

    /// The folder's path in the repository, with a `/` at the end; empty for the repository's own folder.
    pub(super) fn prefix(&self) -> Result<String, Mistake> {
        let prefix = self.ask(&["rev-parse", "--show-prefix"])?;
        Ok(String::from_utf8_lossy(&prefix).trim_end_matches('\n').to_owned())
    }

    /// What to do about a commit that is not there.
    fn advice(&self, reference: &str) -> String {
        let shallow = self.ask(&["rev-parse", "--is-shallow-repository"]);
        if shallow.is_ok_and(|answer| answer.starts_with(b"true")) {
            return "this clone has only a part of the history: `git fetch --unshallow`, or in a workflow `fetch-depth: 0` for actions/checkout, `GIT_DEPTH: 0` for GitLab".into();
        }
        match reference.split_once('/') {
            Some((remote, branch)) => format!("if it is a branch of `{remote}`: `git fetch {remote} {branch}`"),
            None => "give a branch, a tag or a commit that is here: `git log --oneline --all` lists them".into(),
        }
    }

    fn ask(&self, args: &[&str]) -> Result<Vec<u8>, Mistake> {
        let mut command = Command::new("git");
        command.current_dir(self.folder).arg("--no-pager").args(SETTINGS).args(args);
        for (name, value) in
            [("GIT_OPTIONAL_LOCKS", "0"), ("GIT_TERMINAL_PROMPT", "0"), ("LC_ALL", "C")]
        {
            command.env(name, value);
        }
        let output = command.output().map_err(|error| {
            Mistake::new(format!("git cannot be started: {error}"))
                .help("--diff and --staged need git; `--diff -` reads a patch instead")
        })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().next().unwrap_or("it says nothing").trim_start_matches("fatal: ");
        Err(Mistake::new(format!("git cannot tell what has changed: {said}"))
            .help("`--diff -` reads a patch from standard input instead"))
    }
}
