//! Which files a run looks at.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ddlint_core::project::Project;
use ddlint_core::report::{Notice, NoticeKind};
use ddlint_core::rule::RuleSet;
use globset::GlobSet;
use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::root::{Scope, slashed};

/// Names of the ignore files that are ddlint's own.
const IGNORE_FILE: &str = ".ddlintignore";

/// Folders that hold nobody's own code, ignored or not.
const NEVER: [&str; 2] = ["node_modules", ".git"];

/// How to walk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options<'a> {
    /// Paths to leave out, with everything below them.
    pub(crate) exclude: &'a GlobSet,
    /// Whether ignore files and `exclude` count for paths that the user named, too.
    pub(crate) force_exclude: bool,
    /// How many threads to use.
    pub(crate) threads: usize,
    /// They name further files to read, hidden ones among them.
    pub(crate) rules: &'a RuleSet,
}

/// Whether files with such a path are read: by their ending, or because a rule file names them.
pub(crate) fn reads(path: &str, rules: &RuleSet) -> bool {
    Project::reads(path) || rules.reads(path)
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// Files that ddlint reads, root-relative, sorted.
    pub(crate) paths: BTreeSet<String>,
    /// Folders and names that could not be read, sorted.
    pub(crate) notices: BTreeSet<Notice>,
    /// Lines of ignore files that are no patterns.
    pub(crate) warnings: BTreeSet<String>,
    /// Files that the user named and that ddlint does not read.
    pub(crate) not_read: Vec<String>,
}

/// Finds the files of the project: all below the root that no ignore file, no setting and no habit leaves out, and what
/// the user named.
///
/// Hidden folders are left out, and hidden files unless a rule names them. Links are not followed: what they lead to is either in the project anyway or none of
/// its business.
pub(crate) fn walk(scope: &Scope, options: Options<'_>) -> Walked {
    let mut found = below(&scope.root, "", options, Some(options.exclude));
    if options.force_exclude {
        return found;
    }
    for given in &scope.given {
        if !given.is_folder {
            if reads(&given.path, options.rules) {
                found.paths.insert(given.path.clone());
            } else {
                found.not_read.push(given.path.clone());
            }
            continue;
        }
        // A folder of which the walk brought nothing is ignored, excluded or hidden, but the user asks for it.
        let inside = format!("{}/", given.path);
        let is_empty = !found
            .paths
            .range(inside.clone()..)
            .next()
            .is_some_and(|path| path.starts_with(&inside));
        if is_empty && !given.path.is_empty() {
            let more = below(&scope.root, &given.path, options, None);
            found.paths.extend(more.paths);
            found.notices.extend(more.notices);
            found.warnings.extend(more.warnings);
        }
    }
    found
}

fn below(root: &Path, folder: &str, options: Options<'_>, exclude: Option<&GlobSet>) -> Walked {
    let found = Mutex::new(Walked::default());
    // Ignore files above the root count up to the repository's own folder. Without a repository they would count up to
    // the top of the disk, and what lies in a home folder is not the project's.
    let is_in_repository = root.ancestors().any(|folder| folder.join(".git").exists());
    let start = if folder.is_empty() { root.to_path_buf() } else { root.join(folder) };
    let exclude = exclude.cloned();
    let filter_root = root.to_path_buf();
    let read_hidden: BTreeSet<String> = options.rules.hidden_files().map(str::to_owned).collect();
    WalkBuilder::new(start)
        .hidden(false)
        // The disk is busy with a few; and the walker panics if the system refuses one.
        .threads(options.threads.min(16))
        .add_custom_ignore_filename(IGNORE_FILE)
        .require_git(is_in_repository)
        .parents(is_in_repository && folder.is_empty() && !root.join(".git").exists())
        // What one person ignores on one machine must not change the report.
        .git_global(false)
        .git_exclude(false)
        .follow_links(false)
        .filter_entry(move |entry| {
            entry.depth() == 0
                || !(is_left_out(entry, &filter_root, exclude.as_ref())
                    || is_hidden(entry, &read_hidden))
        })
        .build_parallel()
        .run(|| {
            Box::new(|entry| {
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                match entry {
                    Ok(entry) => found.add(root, &entry, options),
                    Err(error) => found.add_error(root, &error),
                }
                WalkState::Continue
            })
        });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a folder or a file is hidden, and no rule names the file.
fn is_hidden(entry: &DirEntry, read: &BTreeSet<String>) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
    name.starts_with('.') && !(is_file && read.contains(&*name))
}

fn is_left_out(entry: &DirEntry, root: &Path, exclude: Option<&GlobSet>) -> bool {
    if NEVER.iter().any(|name| entry.file_name() == *name) {
        return true;
    }
    let Some(exclude) = exclude else { return false };
    let relative = entry.path().strip_prefix(root).ok().and_then(slashed);
    relative.is_some_and(|path| exclude.is_match(path))
}

impl Walked {
    fn add(&mut self, root: &Path, entry: &DirEntry, options: Options<'_>) {
        if let Some(error) = entry.error() {
            self.warnings.insert(warning(root, error));
        }
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            return;
        }
        let Ok(relative) = entry.path().strip_prefix(root) else { return };
        let Some(path) = slashed(relative) else {
            self.add_notice(relative, "the file's name is not valid UTF-8".into());
            return;
        };
        if reads(&path, options.rules) {
            self.paths.insert(path);
        }
    }

    fn add_error(&mut self, root: &Path, error: &ignore::Error) {
        let path = path_of(error).and_then(|path| path.strip_prefix(root).ok());
        let reason =
            error.io_error().map_or_else(|| "it cannot be read".into(), ToString::to_string);
        self.add_notice(path.unwrap_or(Path::new("")), reason);
    }

    fn add_notice(&mut self, path: &Path, message: String) {
        let parts: Vec<_> =
            path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let path = if parts.is_empty() { ".".into() } else { parts.join("/") };
        self.notices.insert(Notice { path, span: None, kind: NoticeKind::Unreadable, message });
    }
}

/// A mistake in an ignore file, without the root's own path.
fn warning(root: &Path, error: &ignore::Error) -> String {
    let root = format!("{}{}", root.display(), std::path::MAIN_SEPARATOR);
    error.to_string().replace(&root, "")
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::Partial(errors) => errors.iter().find_map(path_of),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use ddlint_core::rule::RuleFile;
    use globset::Glob;

    use super::*;

    /// The files found below a folder with these files, when `given` is named. A name may carry a text: `name=text`.
    fn found(files: &[&str], given: &[&str], exclude: &str, force_exclude: bool) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let (name, text) = file.split_once('=').unwrap_or((file, ""));
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let given: Vec<_> = given.iter().map(|path| folder.path().join(path)).collect();
        let scope = Scope::find(&given, Some(folder.path())).unwrap();
        let exclude = GlobSet::builder().add(Glob::new(exclude).unwrap()).build().unwrap();
        let walked =
            walk(&scope, Options { exclude: &exclude, force_exclude, threads: 2, rules: &rules() });
        assert!(walked.notices.is_empty() && walked.warnings.is_empty(), "{walked:?}");
        walked.paths.into_iter().collect()
    }

    /// Rules that name files to read.
    fn rules() -> RuleSet {
        let text = r#"
schema   = 1
library  = "acme"
packages = "acme"

[[file]]
name   = "settings"
source = [
  { files = [".env"], variable = [{ name = "ACME", option = "acme" }] },
  { files = ["acme.yml"] },
]
"#;
        let path = "acme/_library.toml".into();
        ddlint_core::rule::load(&[RuleFile { path, text: text.into(), builtin: false }]).unwrap()
    }

    #[test]
    fn files_that_rules_name_are_read_unless_ignored() {
        let files = [
            ".env",
            "api/.env",
            "api/acme.yml",
            "api/other.yml",
            ".env.example",
            ".hidden/.env",
            "web/.gitignore=.env",
            "web/.env",
            "venv/.env/x.py",
        ];
        assert_eq!(found(&files, &[], "", false), [".env", "api/.env", "api/acme.yml"]);
    }

    #[test]
    fn ignore_files_count_outside_of_repositories_too() {
        let files = [
            ".gitignore=a.ts",
            ".ddlintignore=b.ts",
            ".ignore=c.ts",
            "a.ts",
            "b.ts",
            "c.ts",
            "d.ts",
            "readme.md",
        ];
        assert_eq!(found(&files, &[], "", false), ["d.ts"]);
    }

    #[test]
    fn what_is_nobodys_code_is_left_out() {
        let files = [
            "node_modules/a/a.js",
            ".hidden/b.ts",
            "src/node_modules/c.js",
            "src/d.js",
            "src/.e.ts",
        ];
        assert_eq!(found(&files, &[], "", false), ["src/d.js"]);
    }

    #[test]
    fn what_is_named_is_looked_at_unless_told_otherwise() {
        let files = [
            ".gitignore=dist\n",
            "dist/a.ts",
            "dist/node_modules/x.js",
            ".tools/b.ts",
            "old/c.ts",
            "src/d.ts",
        ];
        assert_eq!(found(&files, &["src"], "old", false), ["src/d.ts"]);
        assert_eq!(found(&files, &["dist", "src"], "old", false), ["dist/a.ts", "src/d.ts"]);
        assert_eq!(
            found(&files, &["dist/a.ts", "old"], "old", false),
            ["dist/a.ts", "old/c.ts", "src/d.ts"]
        );
        assert_eq!(found(&files, &[".tools"], "old", false), [".tools/b.ts", "src/d.ts"]);
        assert_eq!(found(&files, &["dist", "old/c.ts", ".tools"], "old", true), ["src/d.ts"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/a.ts"), "").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("src/loop")).unwrap();
        std::os::unix::fs::symlink("a.ts", folder.path().join("src/b.ts")).unwrap();
        let scope = Scope::find(&[], Some(folder.path())).unwrap();
        let walked = walk(
            &scope,
            Options {
                exclude: &GlobSet::empty(),
                force_exclude: false,
                threads: 1,
                rules: &rules(),
            },
        );
        assert_eq!(walked.paths.into_iter().collect::<Vec<_>>(), ["src/a.ts"]);
    }
}
