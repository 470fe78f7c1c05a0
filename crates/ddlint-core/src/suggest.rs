//! What somebody who mistyped a name probably meant.

/// The known name that is nearest to `name`, if one is near enough to be a slip of the keyboard.
///
/// ```
/// use ddlint_core::suggest::nearest;
///
/// assert_eq!(nearest("qury", ["call", "query"]), Some("query"));
/// assert_eq!(nearest("where", ["call", "query"]), None);
/// ```
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the letters may be wrong; in short names one.
    let limit = (name.chars().count() / 3).max(1);
    let lower = name.to_lowercase();
    known
        .into_iter()
        .map(|candidate| {
            (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate)
        })
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?", or else the list of what is known.
pub fn help<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    help_written(name, known, str::to_owned)
}

/// [`help`] for names that are written with something around them: `@name`, `{name}`.
pub fn help_written<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    written: impl Fn(&str) -> String,
) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(nearest) = nearest(name, known.iter().copied()) {
        return Some(format!("did you mean `{}`?", written(nearest)));
    }
    let known: Vec<String> = known.into_iter().map(written).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    (!known.is_empty()).then(|| format!("known: {}", list(&known)))
}

/// The names in backticks, with commas between.
pub fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_letters_and_case_are_slips() {
        assert_eq!(nearest("lable", ["label", "help"]), Some("label"));
        assert_eq!(nearest("Error", ["error", "note"]), Some("error"));
        assert_eq!(nearest("is", ["of", "fact"]), None);
    }

    #[test]
    fn help_lists_what_there_is_if_nothing_is_near() {
        assert_eq!(help("foo", ["call", "query"]).unwrap(), "known: `call`, `query`");
        assert_eq!(help("calls", ["call", "query"]).unwrap(), "did you mean `call`?");
        assert_eq!(help("foo", []), None);
    }
}
