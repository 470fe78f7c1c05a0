//! Files that ddlint writes: whole, or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::process;

use crate::trouble::Mistake;

/// Writes a file. Whoever reads it meanwhile, or afterwards if something goes wrong, finds what was there before: half a
/// baseline would be taken for a whole one.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Mistake> {
    replace(path, bytes.as_ref())
        .map_err(|error| Mistake::new(format!("`{}` cannot be written: {error}", path.display())))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a link leads to is replaced, not the link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = fs::metadata(&target).ok();
    // A terminal or a pipe is nothing that could be replaced.
    if before.as_ref().is_some_and(|before| !before.is_file()) {
        return fs::write(&target, bytes);
    }
    let Some(name) = target.file_name() else { return fs::write(&target, bytes) };
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.tmp", process::id()));
    let temporary = target.with_file_name(hidden);
    // A folder may take no new files, and still hold one that may be written.
    let Ok(file) = File::create_new(&temporary) else { return fs::write(&target, bytes) };
    let written = fill(file, bytes, before.map(|before| before.permissions()));
    // A file that is mounted for itself, as containers have them, cannot be replaced either.
    let replaced = written.map(|()| fs::rename(&temporary, &target).is_ok());
    if !matches!(replaced, Ok(true)) {
        // Nobody misses it if that fails, and the trouble to tell is another one.
        let _ = fs::remove_file(&temporary);
    }
    if replaced? { Ok(()) } else { fs::write(&target, bytes) }
}

/// Writes a new file, down to the disk.
fn fill(mut file: File, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write(&path, "one").unwrap();
        let mut reader = File::open(&path).unwrap();
        write(&path, "another").unwrap();
        let mut read = String::new();
        reader.read_to_string(&mut read).unwrap();
        assert_eq!(read, "one", "who has begun to read reads on");
        assert_eq!(fs::read_to_string(&path).unwrap(), "another");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_told_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mistake = write(folder.path(), "one").unwrap_err();
        assert!(mistake.to_string().contains("cannot be written"), "{mistake}");
        assert!(write(&folder.path().join("gone/report.json"), "one").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.json"), folder.path().join("b.json"));
        fs::write(&path, "one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        write(&link, "another").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "another");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
