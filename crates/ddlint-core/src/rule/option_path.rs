//! Option paths as rule files write them: `cache.type`, `useFactory()`, `columns.*`.

use std::fmt;
use std::str::FromStr;

use super::{OptionPath, OptionStep};

/// Why a text is no option path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OptionPathError {
    /// Nothing stands where a key should.
    #[error("a key is missing between two dots, or at an end")]
    NoKey,
    /// A parenthesis that is not part of a `()` behind a key.
    #[error("`{0}` is no key: `()` stands behind a key, and means what the function there returns")]
    BadKey(String),
}

impl FromStr for OptionPath {
    type Err = OptionPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut steps = Vec::new();
        if text.is_empty() {
            return Ok(Self(steps));
        }
        for (index, part) in text.split('.').enumerate() {
            let key = part.trim_end_matches("()");
            let calls = (part.len() - key.len()) / 2;
            if key.contains(['(', ')']) {
                return Err(OptionPathError::BadKey(part.into()));
            }
            // `()` alone is what the value itself returns.
            if key.is_empty() && (index > 0 || calls == 0) {
                return Err(OptionPathError::NoKey);
            }
            match key {
                "" => {}
                "*" => steps.push(OptionStep::Each),
                key => steps.push(OptionStep::Key(key.into())),
            }
            steps.extend(std::iter::repeat_n(OptionStep::Returned, calls));
        }
        Ok(Self(steps))
    }
}

impl fmt::Display for OptionPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                OptionStep::Key(key) if index == 0 => f.write_str(key)?,
                OptionStep::Key(key) => write!(f, ".{key}")?,
                OptionStep::Each if index == 0 => f.write_str("*")?,
                OptionStep::Each => f.write_str(".*")?,
                OptionStep::Returned => f.write_str("()")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_back_as_written() {
        for text in ["", "type", "cache.type", "useFactory()", "a().b()()", "()", "a.*", "*"] {
            assert_eq!(text.parse::<OptionPath>().unwrap().to_string(), text);
        }
        let path: OptionPath = "a.b()".parse().unwrap();
        assert_eq!(
            path.0,
            [OptionStep::Key("a".into()), OptionStep::Key("b".into()), OptionStep::Returned]
        );
    }

    #[test]
    fn what_is_no_path_says_why() {
        assert_eq!("a..b".parse::<OptionPath>(), Err(OptionPathError::NoKey));
        assert_eq!("a.".parse::<OptionPath>(), Err(OptionPathError::NoKey));
        assert_eq!("a.()".parse::<OptionPath>(), Err(OptionPathError::NoKey));
        assert_eq!("f(x)".parse::<OptionPath>(), Err(OptionPathError::BadKey("f(x)".into())));
    }
}
