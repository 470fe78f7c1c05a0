//! "Did you mean".

/// The candidate that a misspelt word most likely means, if one is close enough to be worth a line.
pub(crate) fn closest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().max(3) / 3)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_close_words_are_suggested() {
        let ids = ["alpha/synchronize", "alpha/drop-schema", "beta/sync"];
        assert_eq!(closest("alpha/syncronize", ids), Some("alpha/synchronize"));
        assert_eq!(closest("Beta/Sync", ids), Some("beta/sync"));
        assert_eq!(closest("gamma", ids), None);
    }
}
