//! Where a call says something.

use std::fmt;
use std::str::FromStr;

use super::OptionPath;

/// Where a call says something: `0`, `0.name`, `0..`, `createTable(0)`, `*(0).name`, `.temporary()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentPath {
    /// An argument.
    Argument {
        /// The call on the way whose argument it is; the call itself if there is none.
        of: Option<String>,
        /// The number of the argument.
        index: usize,
        /// Whether all arguments behind it are meant as well, as a list.
        rest: bool,
        /// The way into it.
        path: OptionPath,
    },
    /// Whether a call of this name follows in the chain.
    Behind(String),
}

/// Why a text is no way to an argument.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "write `0` for the first argument, `0.name` for an option of it, `0..` for it and those behind, `call(0)` for that of a call before, `.call()` for whether one follows"
)]
pub struct ArgumentPathError;

impl FromStr for ArgumentPath {
    type Err = ArgumentPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(name) = text.strip_prefix('.') {
            let name = name.strip_suffix("()").filter(|name| is_name(name));
            return name.map(|name| Self::Behind(name.into())).ok_or(ArgumentPathError);
        }
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (of, rest) = match text.split_once('(') {
            Some((of, rest)) if !of.is_empty() && !of.starts_with(|c: char| c.is_ascii_digit()) => {
                (Some(of.to_owned()), rest)
            }
            _ => (None, text),
        };
        let (index, rest) = rest.split_at(digits(rest));
        let index = index.parse().map_err(|_| ArgumentPathError)?;
        let rest = match of {
            Some(_) => rest.strip_prefix(')').ok_or(ArgumentPathError)?,
            None => rest,
        };
        if rest == ".." {
            return Ok(Self::Argument { of, index, rest: true, path: OptionPath::default() });
        }
        let path = match rest.strip_prefix('.') {
            Some(path) => path.parse().map_err(|_| ArgumentPathError)?,
            None if rest.is_empty() => OptionPath::default(),
            None => return Err(ArgumentPathError),
        };
        Ok(Self::Argument { of, index, rest: false, path })
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

impl fmt::Display for ArgumentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (of, index, rest, path) = match self {
            Self::Behind(name) => return write!(f, ".{name}()"),
            Self::Argument { of, index, rest, path } => (of, index, rest, path),
        };
        match of {
            Some(of) => write!(f, "{of}({index})")?,
            None => write!(f, "{index}")?,
        }
        match rest {
            true => f.write_str(".."),
            false if path.0.is_empty() => Ok(()),
            false => write!(f, ".{path}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_arguments_read_back_as_written() {
        for text in ["0", "1.name", "0..", "a(1)..", "createTable(0)", "*(0).a.b", "0.f()", ".x()"]
        {
            assert_eq!(text.parse::<ArgumentPath>().unwrap().to_string(), text);
        }
        for text in ["", "x", "a(b)", "0x", "f(0", "f(0)x", ".x", ".()", "0...", ".x(0)"] {
            assert_eq!(text.parse::<ArgumentPath>(), Err(ArgumentPathError), "{text}");
        }
    }
}
