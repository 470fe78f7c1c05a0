//! Plurals, as libraries make names of tables of them.

use regex::Regex;

/// How a library makes plurals.
#[derive(Debug, Default)]
pub struct Plural {
    /// Words that are their own plural, in lower case.
    pub same: Vec<String>,
    /// The first that fits counts: what is put in its place, if anything is.
    pub rules: Vec<(Regex, Option<String>)>,
}

impl Plural {
    /// The plural of a word.
    pub fn of(&self, word: &str) -> String {
        if self.same.contains(&word.to_lowercase()) {
            return word.to_owned();
        }
        match self.rules.iter().find(|(regex, _)| regex.is_match(word)) {
            Some((regex, Some(to))) => regex.replace_all(word, to).into_owned(),
            _ => word.to_owned(),
        }
    }
}

/// A name whose words are told apart by underscores: `AuditEntry` is `audit_entry`, `HTTPServer` is `http_server`.
pub fn underscored(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut found = String::with_capacity(name.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let ends_word = before.is_some_and(|c| c.is_lowercase() || c.is_ascii_digit());
        let ends_initials = before.is_some_and(char::is_uppercase)
            && letters.get(at + 1).is_some_and(|c| c.is_lowercase());
        if letter.is_uppercase() && (ends_word || ends_initials) {
            found.push('_');
        }
        found.extend(if *letter == '-' { vec!['_'] } else { letter.to_lowercase().collect() });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_plurals() {
        let rule = |regex: &str, to: Option<&str>| {
            (Regex::new(&format!("(?i){regex}")).unwrap(), to.map(str::to_owned))
        };
        let plural = Plural {
            same: vec!["news".into()],
            rules: vec![
                rule("(o)es$", None),
                rule("([^aeiouy]|qu)y$", Some("${1}ies")),
                rule("$", Some("s")),
            ],
        };
        let plurals = ["log", "AuditEntry", "News", "tomatoes"].map(|word| plural.of(word));
        assert_eq!(plurals, ["logs", "AuditEntries", "News", "tomatoes"]);
    }

    #[test]
    fn words_are_told_apart() {
        let names = ["AuditEntry", "log", "HTTPServer", "v2Log", "a-b"].map(underscored);
        assert_eq!(names, ["audit_entry", "log", "http_server", "v2_log", "a_b"]);
    }
}
