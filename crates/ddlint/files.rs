//! The files of a project: on disk, and as they were or will be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use ddlint_core::files::Files;

/// Far above what the engine reads of a file; it only keeps a giant one out of memory.
const MOST_BYTES: u64 = 64 << 20;

/// Files below a root folder. Nothing outside of it can be read.
#[derive(Debug)]
pub(crate) struct DiskFiles {
    root: PathBuf,
    reads: AtomicU64,
}

impl DiskFiles {
    /// The files below `root`.
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root, reads: AtomicU64::new(0) }
    }

    /// How many files were read so far.
    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let relative = Path::new(path);
        if !relative
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        {
            return Err(io::ErrorKind::NotFound.into());
        }
        let path = self.root.join(relative);
        // Opening a pipe for reading would wait for a writer, perhaps forever.
        if !path.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    }
}

/// Files, some of which are other than below: changed, not there, or new.
pub(crate) struct Overlay<'f> {
    below: &'f dyn Files,
    changed: BTreeMap<String, Option<Vec<u8>>>,
}

impl<'f> Overlay<'f> {
    /// What is in `changed` has these bytes; `None` is not there.
    pub(crate) fn new(below: &'f dyn Files, changed: BTreeMap<String, Option<Vec<u8>>>) -> Self {
        Self { below, changed }
    }

    /// The paths that are there, if those are there below. `wanted` says which new ones are files of the project.
    pub(crate) fn paths(
        &self,
        below: impl IntoIterator<Item = String>,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let mut paths: BTreeSet<String> = below.into_iter().collect();
        for (path, bytes) in &self.changed {
            match bytes {
                Some(_) if wanted(path) => _ = paths.insert(path.clone()),
                Some(_) => {}
                None => _ = paths.remove(path),
            }
        }
        paths.into_iter().collect()
    }
}

impl Files for Overlay<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match self.changed.get(path) {
            Some(Some(bytes)) => Ok(bytes.clone()),
            Some(None) => Err(io::ErrorKind::NotFound.into()),
            None => self.below.read(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use ddlint_core::files::MemoryFiles;

    use super::*;

    #[test]
    fn only_regular_files_below_the_root_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("src")).unwrap();
        std::fs::write(root.join("src/a.ts"), "export {}").unwrap();
        std::fs::write(folder.path().join("b.ts"), "export {}").unwrap();

        let files = DiskFiles::new(root);
        assert_eq!(files.read("src/a.ts").unwrap(), b"export {}");
        assert_eq!(files.read("../b.ts").unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(files.read("src").unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(files.read("src/c.ts").unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_lies_above_is_what_is_read() {
        let below = MemoryFiles::from([("a.ts", "old"), ("b.ts", "gone"), ("c.ts", "same")]);
        let changed =
            [("a.ts", Some("new")), ("b.ts", None), ("d.ts", Some("more")), ("e.md", Some(""))];
        let changed =
            changed.map(|(path, text)| (path.into(), text.map(|text| text.as_bytes().to_vec())));
        let files = Overlay::new(&below, changed.into());
        let paths = files.paths(below.paths(), |path| path != "e.md");
        assert_eq!(paths, ["a.ts", "c.ts", "d.ts"]);
        assert_eq!(files.read("a.ts").unwrap(), b"new");
        assert_eq!(files.read("c.ts").unwrap(), b"same");
        assert_eq!(files.read("b.ts").unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
