//! Where a run's project begins, and which part of it is reported.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use ddlint_core::suggest;

use crate::config;
use crate::trouble::{Mistake, Trouble};

/// The project's root and the part that the user asked about.
#[derive(Debug)]
pub(crate) struct Scope {
    /// An existing folder, canonical.
    pub(crate) root: PathBuf,
    /// What the user named and what is there.
    pub(crate) given: Vec<Given>,
    /// What the user named and what is not there.
    pub(crate) missing: Vec<Mistake>,
}

/// A path that the user named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// Relative to the root, with `/` on every system; empty for the root itself.
    pub(crate) path: String,
    /// Whether it is a folder.
    pub(crate) is_folder: bool,
}

impl Scope {
    /// Finds the root for what the user named. `root` is the user's own choice of one.
    pub(crate) fn find(paths: &[PathBuf], root: Option<&Path>) -> Result<Self, Trouble> {
        let chosen = root.map(existing_folder).transpose()?;
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for path in paths {
            match located(path) {
                Ok(place) => found.push((path, place)),
                Err(error) => missing.push(not_there(path, &error)),
            }
        }
        if paths.is_empty() {
            // A chosen root stands for itself; the current folder may lie anywhere else.
            let place = chosen.clone().map_or_else(|| existing_folder(Path::new(".")), Ok)?;
            return Self::below(
                chosen.unwrap_or_else(|| root_of(&place)),
                vec![(&place.clone(), place)],
                missing,
            );
        }
        let Some(start) = common_folder(found.iter().map(|(_, place)| place.as_path())) else {
            return Err(missing.into());
        };
        Self::below(chosen.unwrap_or_else(|| root_of(&start)), found, missing)
    }

    /// The files and folders to report on; everything if that is the root itself.
    pub(crate) fn report_in(&self) -> Vec<String> {
        if self.given.iter().any(|given| given.path.is_empty()) {
            return Vec::new();
        }
        self.given.iter().map(|given| given.path.clone()).collect()
    }

    fn below(
        root: PathBuf,
        found: Vec<(&PathBuf, PathBuf)>,
        missing: Vec<Mistake>,
    ) -> Result<Self, Trouble> {
        // Without the entries of the root there is nothing to check.
        fs::read_dir(&root).map_err(|error| not_there(&root, &error))?;
        let mut given = Vec::new();
        for (path, place) in found {
            let Ok(inside) = place.strip_prefix(&root) else {
                let message =
                    format!("`{}` lies outside of the root `{}`", path.display(), root.display());
                return Err(Mistake::new(message)
                    .help("give paths below the root, or another --root")
                    .into());
            };
            let Some(relative) = slashed(inside) else {
                return Err(Mistake::new(format!("`{}` is not valid UTF-8", path.display())).into());
            };
            given.push(Given { path: relative, is_folder: place.is_dir() });
        }
        Ok(Self { root, given, missing })
    }
}

/// A relative path as text with `/`. `None` if it is no UTF-8.
pub(crate) fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

/// The canonical path of an existing folder.
fn existing_folder(path: &Path) -> Result<PathBuf, Trouble> {
    let place = fs::canonicalize(path).map_err(|error| not_there(path, &error))?;
    if !place.is_dir() {
        return Err(Mistake::new(format!("`{}` is not a folder", path.display())).into());
    }
    Ok(place)
}

/// The canonical place of what a path names. A link to a file keeps its own name: it is that file of the project that
/// the user means, wherever it leads.
fn located(path: &Path) -> io::Result<PathBuf> {
    let canonical = fs::canonicalize(path)?;
    if canonical.is_dir() {
        return Ok(canonical);
    }
    match (path.parent(), path.components().next_back()) {
        (Some(parent), Some(Component::Normal(name))) => {
            let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
            Ok(fs::canonicalize(parent)?.join(name))
        }
        _ => Ok(canonical),
    }
}

/// The nearest folder upwards that holds settings or a repository; the folder itself if there is none.
///
/// The search ends at the repository, so that settings in a home folder do not swallow the repositories in it.
fn root_of(start: &Path) -> PathBuf {
    let is_root = |folder: &&Path| config::is_in(folder) || folder.join(".git").exists();
    let marked = start.ancestors().find(is_root).map(Path::to_path_buf);
    marked.or_else(|| outermost_package(start)).unwrap_or_else(|| start.to_path_buf())
}

/// The package that a folder outside of any repository belongs to: the outermost one up to the current folder, so that a
/// file is judged as a part of what the user works on; the nearest one if the user works elsewhere.
fn outermost_package(start: &Path) -> Option<PathBuf> {
    let here = std::env::current_dir().and_then(fs::canonicalize).ok()?;
    let mut packages = start.ancestors().filter(|folder| folder.join("package.json").is_file());
    if start.starts_with(&here) {
        packages.take_while(|folder| folder.starts_with(&here)).last().map(Path::to_path_buf)
    } else {
        packages.next().map(Path::to_path_buf)
    }
}

/// The deepest folder that holds all places. `None` if there are none.
fn common_folder<'a>(places: impl Iterator<Item = &'a Path>) -> Option<PathBuf> {
    let folders =
        places.map(|place| if place.is_dir() { place } else { place.parent().unwrap_or(place) });
    folders.map(Path::to_path_buf).reduce(|common, folder| {
        let shared =
            common.components().zip(folder.components()).take_while(|(left, right)| left == right);
        shared.map(|(part, _)| part).collect()
    })
}

/// Says that a path cannot be used, and what the user may have meant.
pub(crate) fn not_there(path: &Path, error: &io::Error) -> Mistake {
    let shown = path.display();
    if error.kind() != io::ErrorKind::NotFound {
        return Mistake::new(format!("`{shown}` cannot be read: {error}"));
    }
    let mistake = Mistake::new(format!("there is no file or folder `{shown}`"));
    if path.to_string_lossy().contains(['*', '?', '{']) {
        return mistake.help("ddlint takes files and folders, no patterns: name a folder, and use `exclude` in ddlint.toml");
    }
    match neighbor(path) {
        Some(neighbor) => mistake.help(format!("did you mean `{}`?", neighbor.display())),
        None => mistake.help("paths start from the current folder"),
    }
}

/// An existing path with a name like that of the missing one.
fn neighbor(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent()?;
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(listed).ok()?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    let closest = suggest::nearest(name, names.iter().map(String::as_str))?;
    Some(folder.join(closest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(entries: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        for entry in entries {
            let path = folder.path().join(entry);
            if entry.ends_with('/') {
                fs::create_dir_all(path).unwrap();
                continue;
            }
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let canonical = fs::canonicalize(folder.path()).unwrap();
        (folder, canonical)
    }

    #[test]
    fn the_root_is_the_nearest_folder_with_settings_or_a_repository() {
        let (folder, top) = tree(&[
            "repo/.git/",
            "repo/apps/api/ddlint.toml",
            "repo/apps/api/src/a.ts",
            "repo/lib/b.ts",
        ]);
        let scope = |path: &str| Scope::find(&[folder.path().join(path)], None).unwrap();

        let api = scope("repo/apps/api/src/a.ts");
        assert_eq!(api.root, top.join("repo/apps/api"));
        assert_eq!(api.report_in(), ["src/a.ts"]);

        let lib = scope("repo/lib");
        assert_eq!(lib.root, top.join("repo"));
        assert_eq!(lib.given, [Given { path: "lib".into(), is_folder: true }]);
        assert!(scope("repo").report_in().is_empty());
    }

    #[test]
    fn several_paths_start_from_their_common_folder() {
        let (folder, top) =
            tree(&["repo/.git/", "repo/a/ddlint.toml", "repo/a/src/a.ts", "repo/b/b.ts"]);
        let paths = ["repo/a/src/a.ts", "repo/b"].map(|path| folder.path().join(path));
        let scope = Scope::find(&paths, None).unwrap();
        assert_eq!(scope.root, top.join("repo"));
        assert_eq!(scope.report_in(), ["a/src/a.ts", "b"]);
    }

    #[test]
    fn a_path_outside_of_a_chosen_root_is_refused() {
        let (folder, _) = tree(&["a/a.ts", "b/b.ts"]);
        let trouble = Scope::find(&[folder.path().join("b/b.ts")], Some(&folder.path().join("a")))
            .unwrap_err();
        assert!(format!("{trouble:?}").contains("lies outside of the root"));
    }

    #[test]
    fn a_missing_path_leaves_the_others() {
        let (folder, top) = tree(&[".git/", "src/a.ts"]);
        let paths = ["src/a.ts", "src/b.ts"].map(|path| folder.path().join(path));
        let scope = Scope::find(&paths, None).unwrap();
        assert_eq!(
            (scope.root.as_path(), scope.report_in(), scope.missing.len()),
            (top.as_path(), vec!["src/a.ts".into()], 1)
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_file_keeps_its_name_and_a_link_to_a_folder_does_not() {
        let (folder, top) = tree(&[".git/", "src/a.ts", "links/"]);
        std::os::unix::fs::symlink(top.join("src/a.ts"), top.join("links/file.ts")).unwrap();
        std::os::unix::fs::symlink(top.join("src"), top.join("links/folder")).unwrap();
        let paths = ["links/file.ts", "links/folder"].map(|path| folder.path().join(path));
        assert_eq!(Scope::find(&paths, None).unwrap().report_in(), ["links/file.ts", "src"]);
    }
}
