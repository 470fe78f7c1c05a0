//! The files of a project, as the library sees them. The binary brings the disk, tests bring memory.

use std::collections::BTreeMap;
use std::io;

/// Read access to the project. Paths are relative to the project's root, with `/` on every system.
pub trait Files: Sync {
    /// The bytes of a file. Fails as reading from disk does.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// Files in memory.
///
/// ```
/// use ddlint_core::files::{Files, MemoryFiles};
///
/// let files = MemoryFiles::from([("src/a.ts", "export {}")]);
/// assert_eq!(files.read("src/a.ts").unwrap(), b"export {}");
/// assert!(files.read("src/b.ts").is_err());
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles(pub BTreeMap<String, Vec<u8>>);

impl MemoryFiles {
    /// The paths of all files, sorted.
    pub fn paths(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl<P: Into<String>, B: Into<Vec<u8>>, const N: usize> From<[(P, B); N]> for MemoryFiles {
    fn from(files: [(P, B); N]) -> Self {
        Self(files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect())
    }
}
