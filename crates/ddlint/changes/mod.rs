//! Only what changed: the lines that are new, and the project as it was before them.
//!
//! Everything is made of patches. A patch says which lines are new, and taken back it gives the files as they were. So a
//! branch, the index and a patch on standard input are one and the same thing.

mod git;
mod patch;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read as _};
use std::path::Path;

use ddlint_core::files::Files;
use ddlint_core::finding::{Finding, LabelRole, Severity};
use ddlint_core::project::Project;
use ddlint_core::report::Report;

use crate::files::Overlay;
use crate::trouble::{Mistake, Trouble};
use git::Git;
use patch::{Changed, FilePatch};

/// Files that are other than on disk; `None` is not there.
pub(crate) type Others = BTreeMap<String, Option<Vec<u8>>>;

/// What to compare with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Since<'a> {
    /// Where the current branch left another one.
    Reference(&'a str),
    /// The last commit, for what is staged.
    Staged,
    /// A patch on standard input.
    Patch,
}

/// What has changed.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    lines: BTreeMap<String, Changed>,
    /// Files that are new as a whole and in no patch.
    new: BTreeSet<String>,
    /// The project as it is judged, compared with the disk: for `--staged` that is the index.
    pub(crate) now: Others,
    /// The project as it was, compared with the disk.
    pub(crate) before: Others,
    /// Paths that files had before: old, new.
    pub(crate) renamed: BTreeMap<String, String>,
}

impl Changes {
    /// Finds out what has changed below `root`. `disk` are the files there; `reads` says which of them matter.
    pub(crate) fn find(
        since: Since<'_>,
        root: &Path,
        disk: &dyn Files,
        reads: &dyn Fn(&str) -> bool,
    ) -> Result<Self, Trouble> {
        let mut changes = Self::default();
        match since {
            Since::Reference(reference) => {
                let git = Git::at(root)?;
                let base = git.merge_base(reference)?;
                let untracked = git.untracked()?.into_iter();
                changes.new = untracked.filter(|path| reads(path)).collect();
                changes.take(&git.patch(&[&base])?, "", disk, reads)?;
                let gone = changes.new.iter().map(|path| (path.clone(), None));
                changes.before.extend(gone);
            }
            Since::Staged => {
                let git = Git::at(root)?;
                // First from the disk back to the index.
                let mut unstaged = Self::default();
                unstaged.take(&git.patch(&[])?, "", disk, reads)?;
                let untracked = git.untracked()?.into_iter().filter(|path| reads(path));
                changes.now = unstaged.before;
                changes.now.extend(untracked.map(|path| (path, None)));
                let index = Overlay::new(disk, changes.now.clone());
                changes.before = changes.now.clone();
                changes.take(&git.patch(&["--cached"])?, "", &index, reads)?;
            }
            Since::Patch => {
                let mut text = Vec::new();
                io::stdin().read_to_end(&mut text).map_err(|error| {
                    Mistake::new(format!("the patch cannot be read from standard input: {error}"))
                })?;
                // Paths in patches start from the repository. Without one they start from the root.
                let prefix = Git::at(root).and_then(|git| git.prefix()).unwrap_or_default();
                changes.take(&text, &prefix, disk, reads)?;
            }
        }
        Ok(changes)
    }

    /// Takes a patch back, from what `now` has.
    fn take(
        &mut self,
        text: &[u8],
        prefix: &str,
        now: &dyn Files,
        reads: &dyn Fn(&str) -> bool,
    ) -> Result<(), Mistake> {
        let files = patch::parse(text).map_err(|reason| {
            Mistake::new(format!("the patch cannot be read: {reason}"))
                .help("`git diff main...` writes one")
        })?;
        // Or from the folder in which git was told to write them so.
        let is_inside = |file: &FilePatch| {
            let paths = [&file.old, &file.new];
            paths.into_iter().flatten().any(|path| path.starts_with(prefix))
        };
        let is_there = |file: &FilePatch| {
            file.new.as_ref().is_none_or(|path| !reads(path) || now.read(path).is_ok())
        };
        let is_relative = !files.iter().any(is_inside) && files.iter().all(is_there);
        let prefix = if is_relative { "" } else { prefix };
        for file in files {
            let below = |path: &Option<String>| {
                path.as_ref().and_then(|path| path.strip_prefix(prefix)).map(str::to_owned)
            };
            let (old, new) = (below(&file.old), below(&file.new));
            if old.as_deref().is_some_and(reads) || new.as_deref().is_some_and(reads) {
                self.take_file(&file, old, new, now)?;
            }
        }
        Ok(())
    }

    fn take_file(
        &mut self,
        file: &FilePatch,
        old: Option<String>,
        new: Option<String>,
        now: &dyn Files,
    ) -> Result<(), Mistake> {
        let text = match &new {
            Some(path) => now.read(path).map_err(|error| {
                Mistake::new(format!("`{path}` is in the patch and cannot be read: {error}"))
                    .help("the patch has to be applied already")
            })?,
            None => Vec::new(),
        };
        let Some(before) = file.reversed(&text) else {
            let path = new.or(old).unwrap_or_default();
            return Err(Mistake::new(format!("the patch does not fit `{path}`"))
                .help("the patch has to be applied already, and nothing else since"));
        };
        if let Some(path) = &new {
            self.lines.insert(path.clone(), file.changed());
            if old.as_ref() != Some(path) {
                self.before.insert(path.clone(), None);
            }
        }
        if let Some(path) = old {
            if let Some(new) = new.filter(|new| *new != path) {
                self.renamed.insert(path.clone(), new);
            }
            self.before.insert(path, Some(before));
        }
        Ok(())
    }

    /// Whether nothing that ddlint reads has changed.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.before == self.now
    }

    /// Leaves in a report what is new: findings at changed lines, and findings that were not there before. The others are
    /// counted. Notices are left if they are about a changed file.
    pub(crate) fn keep_new(&self, project: &Project<'_>, report: &mut Report, before: &[Finding]) {
        let is_new = self.new_ones(project, &report.findings, before);
        let all = report.findings.len();
        let mut is_new = is_new.into_iter();
        report.findings.retain(|_| is_new.next().unwrap_or(true));
        report.summary.unchanged = all - report.findings.len();
        report.notices.retain(|notice| {
            self.lines.contains_key(&notice.path) || self.new.contains(&notice.path)
        });
    }

    /// Of each finding whether it is new.
    fn new_ones(&self, project: &Project<'_>, now: &[Finding], before: &[Finding]) -> Vec<bool> {
        let mut known: HashMap<&str, Vec<Severity>> = HashMap::new();
        for finding in before {
            known.entry(kind(finding)).or_default().push(finding.severity);
        }
        let mut is_new: Vec<bool> =
            now.iter().map(|finding| self.is_touched(project, finding)).collect();
        let mut of_kind: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, finding) in now.iter().enumerate() {
            of_kind.entry(kind(finding)).or_default().push(at);
        }
        for (kind, places) in of_kind {
            let known = known.get(kind).map_or(&[][..], Vec::as_slice);
            // What has become worse was not there before.
            for at in &places {
                is_new[*at] |= known.iter().all(|severity| *severity < now[*at].severity);
            }
            // Of several that look the same, those at changed lines are the ones that came.
            let mut missing = places
                .len()
                .saturating_sub(known.len())
                .saturating_sub(places.iter().filter(|at| is_new[**at]).count());
            for at in places.iter().rev() {
                if missing > 0 && !is_new[*at] {
                    is_new[*at] = true;
                    missing -= 1;
                }
            }
        }
        is_new
    }

    /// Whether a label of a finding touches a changed line.
    fn is_touched(&self, project: &Project<'_>, finding: &Finding) -> bool {
        let shown = finding.labels.iter().filter(|label| label.role != LabelRole::Hidden);
        shown.into_iter().any(|label| {
            let path = project.path(label.span.file);
            if self.new.contains(path) {
                return true;
            }
            let (Some(changed), Some(source)) =
                (self.lines.get(path), project.source(label.span.file))
            else {
                return false;
            };
            let line = |offset| source.position(offset).line;
            changed.touches(line(label.span.start), line(label.span.end))
        })
    }
}

/// What several findings that look the same have in common: the fingerprint without its count.
fn kind(finding: &Finding) -> &str {
    finding.fingerprint.rsplit_once('-').map_or(finding.fingerprint.as_str(), |(hash, _)| hash)
}
