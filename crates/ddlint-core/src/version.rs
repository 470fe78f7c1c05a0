//! Versions of packages, and the ranges of them that rules name: `<6.20`, `>=8 <10`.

use std::fmt;
use std::str::FromStr;

/// Major, minor, patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64, pub u64, pub u64);

/// Comparators that must all hold: `>=8 <10`.
///
/// A comparator looks only at as many parts as it names: `>8` is true from 9.0.0 on, `<=6.20` for all of 6.20, and `=6`
/// for every 6.x.
///
/// ```
/// use ddlint_core::version::{Range, Version};
///
/// let range: Range = ">=6 <6.20".parse().unwrap();
/// assert!(range.contains(&Version(6, 19, 5)));
/// assert!(!range.contains(&Version(6, 20, 0)));
/// assert_eq!(range.to_string(), ">=6 <6.20");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    text: String,
    comparators: Vec<Comparator>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Comparator {
    operator: Operator,
    /// One to three.
    parts: Vec<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

/// Why a text is no version or no range of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// No one to three numbers with dots between.
    #[error("`{0}` is no version: write one to three numbers, as in `6.20`")]
    BadVersion(String),
    /// A range without a comparator.
    #[error("a range of versions is missing, as in `<6.20` or `>=8 <10`")]
    Empty,
    /// A version without an operator before it, or with one that does not exist.
    #[error("`{0}` needs one of `<`, `<=`, `>`, `>=`, `=` before the version, without a space")]
    NoOperator(String),
}

impl Range {
    /// Whether the version lies in the range.
    pub fn contains(&self, version: &Version) -> bool {
        self.comparators.iter().all(|comparator| comparator.holds(*version))
    }
}

impl Comparator {
    fn holds(&self, version: Version) -> bool {
        let parts = [version.0, version.1, version.2];
        let order = parts[..self.parts.len()].cmp(&self.parts);
        match self.operator {
            Operator::Less => order.is_lt(),
            Operator::LessOrEqual => order.is_le(),
            Operator::Greater => order.is_gt(),
            Operator::GreaterOrEqual => order.is_ge(),
            Operator::Equal => order.is_eq(),
        }
    }
}

impl FromStr for Range {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let comparators =
            text.split_whitespace().map(str::parse).collect::<Result<Vec<Comparator>, _>>()?;
        if comparators.is_empty() {
            return Err(VersionError::Empty);
        }
        Ok(Self { text: text.trim().to_owned(), comparators })
    }
}

impl FromStr for Comparator {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The longer operators first: `<` is the beginning of `<=`.
        let operators = [
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
            ("=", Operator::Equal),
        ];
        let found = operators
            .iter()
            .find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)));
        let Some((operator, version)) = found else {
            return Err(VersionError::NoOperator(text.into()));
        };
        Ok(Self { operator, parts: parts(version)? })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    /// Missing parts are zero; a pre-release or build suffix is left out.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split(['-', '+']).next().unwrap_or(text);
        let parts = parts(numbers)?;
        let part = |index: usize| parts.get(index).copied().unwrap_or_default();
        Ok(Self(part(0), part(1), part(2)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

fn parts(text: &str) -> Result<Vec<u64>, VersionError> {
    let bad = || VersionError::BadVersion(text.into());
    let number = |part: &str| {
        // `u64::from_str` takes a leading plus.
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(bad());
        }
        part.parse().map_err(|_| bad())
    };
    let parts = text.split('.').map(number).collect::<Result<Vec<u64>, _>>()?;
    if parts.len() > 3 {
        return Err(bad());
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(range: &str, version: &str) -> bool {
        range.parse::<Range>().unwrap().contains(&version.parse().unwrap())
    }

    #[test]
    fn all_comparators_must_hold() {
        assert!(contains(">=8 <10", "8.0.0"));
        assert!(contains(">=8 <10", "9.9.9"));
        assert!(!contains(">=8 <10", "10.0.0"));
        assert!(!contains(">=8 <10", "7.9.9"));
    }

    #[test]
    fn a_comparator_looks_at_the_parts_it_names() {
        assert!(contains("<6.20", "6.19.99"));
        assert!(!contains("<6.20", "6.20.0"));
        assert!(contains("<=6.20", "6.20.5"));
        assert!(!contains(">8", "8.5.0"));
        assert!(contains(">8", "9.0.0"));
        assert!(contains("=6", "6.37.1"));
        assert!(!contains("=6.37.0", "6.37.1"));
    }

    #[test]
    fn versions_may_be_short_or_have_a_suffix() {
        assert_eq!("6".parse(), Ok(Version(6, 0, 0)));
        assert_eq!("7.0.0-alpha.46".parse(), Ok(Version(7, 0, 0)));
        assert_eq!("1.2.3+build".parse::<Version>().unwrap().to_string(), "1.2.3");
    }

    #[test]
    fn what_is_no_range_says_why() {
        assert_eq!(" ".parse::<Range>(), Err(VersionError::Empty));
        assert_eq!("6.20".parse::<Range>(), Err(VersionError::NoOperator("6.20".into())));
        assert_eq!("^6".parse::<Range>(), Err(VersionError::NoOperator("^6".into())));
        assert_eq!("< 6".parse::<Range>(), Err(VersionError::BadVersion(String::new())));
        assert_eq!("<6.x".parse::<Range>(), Err(VersionError::BadVersion("6.x".into())));
        assert_eq!("<1.2.3.4".parse::<Range>(), Err(VersionError::BadVersion("1.2.3.4".into())));
    }
}
