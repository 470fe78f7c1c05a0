//! Names of tables as libraries make them up from the names of models: plurals, and words joined by underscores.
//!
//! As version 1.13 of the package `inflection` does it, for words that models are called.

/// Names that have no plural, of those that the package lists: what a model may be called.
const UNCOUNTABLE: &[&str] = &[
    "advice",
    "equipment",
    "evidence",
    "hardware",
    "homework",
    "information",
    "inflation",
    "knowledge",
    "literature",
    "money",
    "news",
    "nutrition",
    "research",
    "rice",
    "series",
    "sheep",
    "software",
    "species",
    "stuff",
    "traffic",
    "weather",
];

/// Endings, and what stands in their place; the first that fits counts. Plurals come first, and stay.
const ENDINGS: &[(&str, &str)] = &[
    ("people", "people"),
    ("children", "children"),
    ("criteria", "criteria"),
    ("data", "data"),
    ("media", "media"),
    ("person", "people"),
    ("child", "children"),
    ("criterion", "criteria"),
    ("datum", "data"),
    ("medium", "media"),
    ("mouse", "mice"),
    ("tooth", "teeth"),
    ("quiz", "quizzes"),
    ("matrix", "matrices"),
    ("vertex", "vertices"),
    ("index", "indices"),
    ("tomato", "tomatoes"),
    ("wolf", "wolves"),
    ("half", "halves"),
    ("shelf", "shelves"),
    ("life", "lives"),
    ("knife", "knives"),
    ("sis", "ses"),
    ("ss", "sses"),
    ("alias", "aliases"),
    ("canvas", "canvases"),
    ("bus", "buses"),
    ("campus", "campuses"),
    ("status", "statuses"),
    ("virus", "viruses"),
    ("s", "s"),
    ("x", "xes"),
    ("ch", "ches"),
    ("sh", "shes"),
    ("ay", "ays"),
    ("ey", "eys"),
    ("oy", "oys"),
    ("uy", "uys"),
    ("y", "ies"),
];

/// The plural of a name; of several words the last one's.
pub(super) fn plural(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    if UNCOUNTABLE.contains(&&*lower) {
        return name.to_owned();
    }
    // Lower case is as long as what it is of, so both end at the same place.
    let ending = ENDINGS.iter().find(|(one, _)| lower.ends_with(one));
    let Some((one, many)) = ending else { return format!("{name}s") };
    let (before, end) = name.split_at(name.len() - one.len());
    // What both have in common stays as it is written.
    let common = one.bytes().zip(many.bytes()).take_while(|(a, b)| a == b).count();
    format!("{before}{}{}", &end[..common], &many[common..])
}

/// A name in lower case, with an underscore before each capital: `AuditEntries` is `audit_entries`, `HTTPLogs`
/// `h_t_t_p_logs`.
pub(super) fn underscored(name: &str) -> String {
    let mut found = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !found.is_empty() {
            found.push('_');
        }
        found.push(letter.to_ascii_lowercase());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_are_those_of_the_library() {
        // Each as version 1.13 of the package says it.
        for (one, many) in [
            ("log", "logs"),
            ("AuditEntry", "AuditEntries"),
            ("Day", "Days"),
            ("Address", "Addresses"),
            ("Status", "Statuses"),
            ("Box", "Boxes"),
            ("Analysis", "Analyses"),
            ("SalesPerson", "SalesPeople"),
            ("child", "children"),
            ("Human", "Humans"),
            ("users", "users"),
            ("people", "people"),
            ("UserData", "UserData"),
            ("News", "News"),
            ("Hero", "Heros"),
        ] {
            assert_eq!(plural(one), many);
        }
    }

    #[test]
    fn words_are_joined_by_underscores() {
        assert_eq!(underscored("AuditEntries"), "audit_entries");
        assert_eq!(underscored("HTTPLogs"), "h_t_t_p_logs");
        assert_eq!(underscored("logs"), "logs");
    }
}
