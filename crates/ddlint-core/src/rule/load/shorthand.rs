//! Shorthands: matches without a query of their own.

use super::case::option_path;
use super::check::FileCheck;
use super::library::argument_number;
use super::names::Names;
use super::paths::{CALLEE, access_paths, needles};
use super::pattern::Queries;
use crate::access_path::AccessPath;
use crate::language::Language;
use crate::rule::file::{MatchTable, OneOrMany, Text, Texts};
use crate::rule::{OptionPath, OptionsAt, Pattern};

/// What a shorthand stands for. All patterns with it share its queries: what is called or named is told by access paths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shorthand {
    pub(super) key: &'static str,
    queries: &'static [(&'static str, &'static [Language])],
    /// The capture that the access paths are about.
    capture: &'static str,
    /// Whether the name of a method must stand in the file where it is called.
    is_call: bool,
}

const CALL: Shorthand = Shorthand {
    key: "call",
    queries: &[(
        "(call_expression function: (_) @callee arguments: [(arguments) (template_string)] @arguments) @at",
        &Language::ALL,
    )],
    capture: CALLEE,
    is_call: true,
};
const NEW: Shorthand = Shorthand {
    key: "new",
    queries: &[(
        "(new_expression constructor: (_) @callee arguments: (arguments)? @arguments) @at",
        &Language::ALL,
    )],
    capture: CALLEE,
    is_call: false,
};
const DECORATOR: Shorthand = Shorthand {
    key: "decorator",
    queries: &[(
        "(decorator (call_expression function: (_) @callee arguments: (arguments) @arguments)) @at",
        &Language::ALL,
    )],
    capture: CALLEE,
    is_call: false,
};
/// The languages that declare types.
const TYPES: &[Language] = &[Language::TypeScript, Language::Tsx];
const TYPED: Shorthand = Shorthand {
    key: "typed",
    queries: &[
        ("(variable_declarator type: (type_annotation (_) @type) value: (_) @options) @at", TYPES),
        (
            "(public_field_definition type: (type_annotation (_) @type) value: (_) @options) @at",
            TYPES,
        ),
        ("(as_expression . (_) @options . (_) @type) @at", TYPES),
        ("(satisfies_expression . (_) @options . (_) @type) @at", TYPES),
        // Elsewhere `<Type>` begins an element.
        ("(type_assertion (type_arguments (_) @type) (_) @options) @at", &[Language::TypeScript]),
        (
            "(method_definition return_type: (type_annotation (_) @type)) @at @options.returned",
            TYPES,
        ),
        ("(arrow_function return_type: (type_annotation (_) @type)) @at @options.returned", TYPES),
        (
            "(function_declaration return_type: (type_annotation (_) @type)) @at @options.returned",
            TYPES,
        ),
    ],
    capture: "type",
    is_call: false,
};

/// The shorthands that a match uses.
pub(super) fn given(entry: &MatchTable) -> impl Iterator<Item = (Shorthand, &Texts)> {
    let all = [
        (CALL, &entry.call),
        (NEW, &entry.new),
        (DECORATOR, &entry.decorator),
        (TYPED, &entry.typed),
    ];
    all.into_iter().filter_map(|(short, paths)| Some((short, paths.as_ref()?)))
}

/// The patterns of a match with a shorthand, one for each of its queries.
pub(super) fn patterns(
    check: &mut FileCheck<'_>,
    entry: &MatchTable,
    shorthand: Shorthand,
    paths: &Texts,
    names: &Names,
    queries: &mut Queries,
) -> Vec<Pattern> {
    let key = shorthand.key;
    if let Some(value_of) = entry.value_of.as_ref().and_then(|value_of| value_of.keys().next()) {
        check
            .refuse(value_of.span(), format!("`value_of` goes with `query`, not with `{key}`"))
            .help(format!("`{key}` has the access paths itself"));
    }
    if let Some(languages) = &entry.languages {
        check.refuse(
            languages.span.clone(),
            format!("`languages` goes with `query`, not with `{key}`"),
        );
    }
    if let Some(options) = entry.options.as_ref().filter(|_| shorthand.capture != CALLEE) {
        check
            .refuse(options.span.clone(), format!("`options` does not go with `{key}`"))
            .help("the judged value is the one that has the type");
    }
    let arguments =
        entry.options.as_ref().map(|options| arguments(check, options, names)).unwrap_or_default();
    let unless = entry.unless.as_ref().and_then(|unless| argument(check, unless));
    let needs = entry.needs.as_ref().and_then(|needs| option_path(check, needs));
    let mut positional = Vec::new();
    for (option, number) in entry.positional.iter().flatten() {
        if shorthand.capture != CALLEE {
            check.refuse(option.span(), format!("`positional` does not go with `{key}`"));
        }
        let number = argument_number(check, Some(number), option.span(), option.get_ref());
        positional.extend(number.map(|number| (number, option.get_ref().clone())));
    }
    let paths = access_paths(check, paths, key, names);
    let mut value_of = vec![(shorthand.capture.to_owned(), paths)];
    let needles = needles(&value_of, shorthand.is_call);
    let mut left = shorthand.queries.len();
    let pattern = |(text, languages): &(&str, &[Language])| {
        left -= 1;
        Pattern {
            query: queries.add(text, languages),
            // Thousands of paths, where a value has many forms: they are handed on to the last.
            value_of: if left == 0 { std::mem::take(&mut value_of) } else { value_of.clone() },
            positional: positional.clone(),
            unless: unless.clone(),
            needs: needs.clone(),
            options: captured(text).map_or_else(|| arguments.clone(), |option| vec![option]),
            fallback: entry.fallback,
            needles: needles.clone(),
        }
    };
    shorthand.queries.iter().map(pattern).collect()
}

/// The pattern of a call that has no options to judge.
pub(super) fn call(paths: Vec<AccessPath>, queries: &mut Queries) -> Pattern {
    let value_of = vec![(CALL.capture.to_owned(), paths)];
    Pattern {
        query: queries.add(CALL.queries[0].0, CALL.queries[0].1),
        needles: needles(&value_of, CALL.is_call),
        value_of,
        options: Vec::new(),
        positional: Vec::new(),
        unless: None,
        needs: None,
        fallback: false,
    }
}

/// The captured options of a shorthand's query.
fn captured(query: &str) -> Option<OptionsAt> {
    let capture = |name: &str, returned| OptionsAt::Capture { name: name.to_owned(), returned };
    match query {
        query if query.contains("@options.returned") => Some(capture("options.returned", true)),
        query if query.contains("@options") => Some(capture("options", false)),
        _ => None,
    }
}

/// `"0"`, `"0.useFactory()"`
fn arguments(
    check: &mut FileCheck<'_>,
    texts: &OneOrMany<String>,
    names: &Names,
) -> Vec<OptionsAt> {
    let mut options = Vec::new();
    for text in check.some(texts, "options") {
        let whole = text.get_ref().as_str();
        if whole.contains(':') {
            options.extend(names.file(check, text));
            continue;
        }
        if let Some((index, path)) = argument(check, text) {
            options.push(OptionsAt::Argument { index, path });
        }
    }
    options
}

/// The number of an argument, and a way into it.
pub(super) fn argument(check: &mut FileCheck<'_>, text: &Text) -> Option<(usize, OptionPath)> {
    let whole = text.get_ref().as_str();
    let digits = whole.find(|c: char| !c.is_ascii_digit()).unwrap_or(whole.len());
    let (index, rest) = whole.split_at(digits);
    let path = rest
        .strip_prefix('.')
        .or_else(|| Some(rest).filter(|rest| rest.is_empty() || rest.starts_with('(')));
    let (Ok(index), Some(path)) = (index.parse::<usize>(), path) else {
        check
            .refuse(text.span(), "`options` begins with the number of an argument")
            .help("for example `\"0\"` for the first argument, `\"1.a.b\"` for an option in the second; `\"library:file\"` for a file that the library reads");
        return None;
    };
    // An empty path behind a dot is no way to write the argument itself.
    match path.parse::<OptionPath>() {
        Ok(_) if rest == "." => {
            check
                .refuse(text.span(), "this is no option path")
                .label("a key is missing behind the dot");
            None
        }
        Ok(path) => Some((index, path)),
        Err(error) => {
            check.refuse(text.span(), "this is no option path").label(error.to_string());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::load::compile;
    use crate::rule::query::QueryText;

    #[test]
    fn shorthands_compile_for_their_languages() {
        for shorthand in [CALL, NEW, DECORATOR, TYPED] {
            for (query, languages) in shorthand.queries {
                let read = QueryText::parse(query).unwrap();
                assert_eq!(compile::compile(query, languages, &read), Ok(()), "{query}");
            }
        }
    }
}
