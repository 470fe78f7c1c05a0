//! The files of a project on disk.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use ddlint_core::files::Files;

/// Far above what the engine reads of a file; it only keeps a giant one out of memory.
const MOST_BYTES: u64 = 64 << 20;

/// Files below a root folder. Nothing outside of it can be read.
#[derive(Debug)]
pub(crate) struct DiskFiles {
    root: PathBuf,
}

impl DiskFiles {
    /// The files below `root`.
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
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

#[cfg(test)]
mod tests {
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
}
