//! Secrets in sources: data source options hold passwords, and the logs of continuous integration are public.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use tree_sitter::Node;

use crate::source::Source;
use crate::value::named_children;

/// Keys whose values nobody should read in a log.
static CREDENTIAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)pass(word|wd|phrase)?$|^pwd|secret|token|api_?key|access_?key|private_?key|credential|^key$|^cert$|^pfx$|_pwd$",
    )
    .ok()
});

/// The password of an address: `postgres://user:password@host`.
static IN_ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@'"`]*:([^\s@'"`]+)@"#).ok());

/// The byte ranges of secrets, sorted and disjoint.
pub(crate) fn secrets(source: &Source) -> Vec<Range<u32>> {
    let mut found = Vec::new();
    if let Some(pattern) = IN_ADDRESS.as_ref() {
        let passwords = pattern.captures_iter(&source.text).filter_map(|captures| captures.get(1));
        found.extend(passwords.map(|password| password.start() as u32..password.end() as u32));
    }
    if let Some(root) = source.root() {
        credentials(root, &source.text, &mut found);
    }
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let mut disjoint: Vec<Range<u32>> = Vec::with_capacity(found.len());
    for range in found {
        match disjoint.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => disjoint.push(range),
        }
    }
    disjoint
}

fn credentials(root: Node<'_>, text: &str, found: &mut Vec<Range<u32>>) {
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let fields = match node.kind() {
            "pair" => Some(("key", "value")),
            "variable_declarator" | "public_field_definition" | "required_parameter" => {
                Some(("name", "value"))
            }
            "field_definition" => Some(("property", "value")),
            "assignment_expression" => Some(("left", "right")),
            _ => None,
        };
        if let Some((name, value)) = fields {
            let name = node.child_by_field_name(name).map_or("", |name| &text[name.byte_range()]);
            let name = name
                .rsplit(['.', '['])
                .next()
                .unwrap_or(name)
                .trim_matches(|c| "'\"`]".contains(c));
            let is_credential = CREDENTIAL.as_ref().is_some_and(|pattern| pattern.is_match(name));
            if let Some(value) = node.child_by_field_name(value).filter(|_| is_credential) {
                texts(value, found);
            }
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// The insides of all string and template literals in a value.
fn texts(value: Node<'_>, found: &mut Vec<Range<u32>>) {
    let mut open = vec![value];
    while let Some(node) = open.pop() {
        if matches!(node.kind(), "string_fragment" | "escape_sequence") {
            found.push(node.start_byte() as u32..node.end_byte() as u32);
        }
        open.extend(named_children(node));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn hidden(text: &str) -> Vec<String> {
        let source = Source::new("a.ts".into(), Language::TypeScript, text.into());
        secrets(&source)
            .into_iter()
            .map(|range| source.slice(range.start, range.end).into())
            .collect()
    }

    #[test]
    fn passwords_are_found_wherever_they_stand() {
        assert_eq!(hidden("x({ password: 'hunter2', host: 'db' })"), ["hunter2"]);
        assert_eq!(hidden("x({ 'password': process.env.P ?? 'hunter2' })"), ["hunter2"]);
        assert_eq!(hidden("const dbPassword = `hunter2`"), ["hunter2"]);
        assert_eq!(hidden("x({ url: 'postgres://app:hunter2@db/app' })"), ["hunter2"]);
        assert_eq!(hidden("config.password = 'hunter2'"), ["hunter2"]);
        assert_eq!(hidden("x({ ssl: { key: `-----BEGIN\nabc` } })"), ["-----BEGIN\nabc"]);
    }

    #[test]
    fn other_options_stay_readable() {
        assert_eq!(
            hidden("x({ type: 'postgres', url: 'postgres://db/app' })"),
            Vec::<String>::new()
        );
    }
}
