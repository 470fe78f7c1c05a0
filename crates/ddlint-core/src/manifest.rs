//! `package.json`: which packages a folder uses, and in which versions.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::version::Version;

/// Newer than any version: what an unknown version counts as.
pub const NEWEST: Version = Version(u64::MAX, u64::MAX, u64::MAX);

/// A package manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The folder it stands in, relative to the root, with a `/` behind it unless it is the root.
    pub folder: String,
    /// The packages it names, with what stands there as a version.
    pub packages: BTreeMap<String, String>,
}

impl Manifest {
    /// Whether a file is a manifest.
    pub fn is_path(path: &str) -> bool {
        path.rsplit('/').next() == Some("package.json")
    }

    /// Reads a manifest. Says in one sentence what is wrong if it is none.
    pub fn parse(path: &str, bytes: &[u8]) -> Result<Self, String> {
        const SECTIONS: [&str; 4] =
            ["peerDependencies", "optionalDependencies", "devDependencies", "dependencies"];
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let json: Value = serde_json::from_slice(text)
            .map_err(|error| format!("the manifest is no JSON: {error}"))?;
        if !json.is_object() {
            return Err("the manifest is no object: it names no packages".into());
        }
        let mut packages = BTreeMap::new();
        for section in SECTIONS {
            let Some(named) = json.get(section).and_then(Value::as_object) else { continue };
            for (name, version) in named {
                packages.insert(name.clone(), version.as_str().unwrap_or_default().into());
            }
        }
        let folder = path.strip_suffix("package.json").unwrap_or_default().into();
        Ok(Self { folder, packages })
    }

    /// Whether a file stands in its folder or below.
    pub fn is_above(&self, path: &str) -> bool {
        path.starts_with(&self.folder)
    }

    /// What stands as the version of a package: a range, a tag, an address. `None` if it does not name the package.
    pub fn range(&self, package: &str) -> Option<&str> {
        self.packages.get(package).map(String::as_str)
    }

    /// Whether it names a package.
    pub fn names(&self, package: &str) -> bool {
        self.packages.contains_key(package)
    }
}

/// The newest version that a range of a manifest allows. `None` if it is a tag, an address or a workspace.
///
/// ```
/// use ddlint_core::manifest::newest;
/// use ddlint_core::version::Version;
///
/// assert_eq!(newest("1.2.3"), Some(Version(1, 2, 3)));
/// assert_eq!(newest("^0.2.25"), Some(Version(0, 2, u64::MAX)));
/// assert_eq!(newest("latest"), None);
/// ```
pub fn newest(range: &str) -> Option<Version> {
    const ANY: u64 = u64::MAX;
    // Of alternatives (`^8 || ^9`) and intervals (`>=8 <10`), the last one decides.
    let range = range.split("||").last()?.split_whitespace().last()?;
    let digits = range.find(|c: char| c.is_ascii_digit())?;
    let (operator, version) = range.split_at(digits);
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse::<u64>().ok());
    let [major, minor, patch] = [(); 3].map(|()| parts.next().flatten());
    let major = major?;
    match (operator.trim_start_matches('v'), minor, patch) {
        (">" | ">=", ..) => Some(NEWEST),
        // Below a version: the newest of the one before, which is not known; any version below it will do.
        ("<", ..) => Some(below(major, minor.unwrap_or(0), patch.unwrap_or(0))),
        ("^", Some(minor), Some(patch)) if major == 0 && minor == 0 => Some(Version(0, 0, patch)),
        ("^", Some(minor), _) if major == 0 => Some(Version(0, minor, ANY)),
        ("^", ..) | (_, None, _) => Some(Version(major, ANY, ANY)),
        ("~", Some(minor), _) | (_, Some(minor), None) => Some(Version(major, minor, ANY)),
        ("" | "=" | "<=", Some(minor), Some(patch)) => Some(Version(major, minor, patch)),
        _ => None,
    }
}

fn below(major: u64, minor: u64, patch: u64) -> Version {
    match (major, minor, patch) {
        (major, minor, 1..) => Version(major, minor, patch - 1),
        (major, 1.., 0) => Version(major, minor - 1, u64::MAX),
        (major, 0, 0) => Version(major.saturating_sub(1), u64::MAX, u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_of_a_range() {
        const ANY: u64 = u64::MAX;
        let ranges = [
            ("1.2.3", Version(1, 2, 3)),
            ("v1.2.3", Version(1, 2, 3)),
            ("=1.2.3", Version(1, 2, 3)),
            ("<=1.2.3", Version(1, 2, 3)),
            ("<=1.2", Version(1, 2, ANY)),
            ("5", Version(5, ANY, ANY)),
            ("5.x", Version(5, ANY, ANY)),
            ("^5.1.0", Version(5, ANY, ANY)),
            ("^0.2.25", Version(0, 2, ANY)),
            ("^0.0.3", Version(0, 0, 3)),
            ("~1.2.3", Version(1, 2, ANY)),
            ("~1", Version(1, ANY, ANY)),
            ("<6", Version(5, ANY, ANY)),
            (">=5 <6", Version(5, ANY, ANY)),
            (">=5 <6.0", Version(5, ANY, ANY)),
            ("<6.2", Version(6, 1, ANY)),
            ("<6.2.0", Version(6, 1, ANY)),
            ("<6.2.3", Version(6, 2, 2)),
            (">=5", NEWEST),
            ("^4 || ^5", Version(5, ANY, ANY)),
        ];
        for (range, version) in ranges {
            assert_eq!(newest(range), Some(version), "{range}");
        }
    }

    #[test]
    fn what_is_no_object_says_so() {
        let error = Manifest::parse("package.json", b"[1]").unwrap_err();
        assert_eq!(error, "the manifest is no object: it names no packages");
        assert!(Manifest::parse("package.json", b"{}").is_ok());
    }
}
