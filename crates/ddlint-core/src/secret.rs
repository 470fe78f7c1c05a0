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
        r"(?i)pass(word|wd|phrase)?$|^pw$|^pwd|secret|token|api_?key|access_?key|private_?key|credential|^key$|^cert$|^pfx$|_pwd$",
    )
    .ok()
});

/// Words that say of a line that a secret may stand in it, in whatever form.
static SUSPICIOUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)passw|passphrase|secret|token|api_?key|access_?key|private_?key|credential|(\b|_)(pass|pwd|pw)(\b|_)|pwd|Pass\b|://[^\s/@]+:[$'`\x22]")
        .ok()
});

/// What stands between `://` and the last `@` of an address, without the user's name.
static IN_ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@'"`]*:([^\s'"`]*)@"#).ok());

/// `password=…` in an address or a command.
static AS_PARAMETER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:passw(?:or)?d|pass|pwd|secret|token|key)=([^\s&;'"`]+)"#).ok()
});

/// The byte ranges of secrets, sorted and disjoint. Rather too much is hidden than too little.
pub(crate) fn secrets(source: &Source) -> Vec<Range<u32>> {
    let mut found = Vec::new();
    for pattern in [&IN_ADDRESS, &AS_PARAMETER] {
        let matches = pattern.iter().flat_map(|pattern| pattern.captures_iter(&source.text));
        let inner = matches.filter_map(|captures| captures.get(1));
        found.extend(inner.map(|inner| inner.start() as u32..inner.end() as u32));
    }
    let lines = suspicious_lines(&source.text);
    match source.root() {
        Some(root) => {
            credentials(root, &source.text, &mut found);
            literals_in(root, &lines, &mut found);
        }
        // Of a setting the name may be read.
        None if !source.language.has_tree() => found.extend(lines.iter().filter_map(|line| {
            let value = source.text[line.clone()].find(['=', ':'])? + 1;
            Some((line.start + value) as u32..line.end as u32)
        })),
        None => found.extend(lines.iter().map(|line| line.start as u32..line.end as u32)),
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

/// The byte ranges of lines in which a secret may stand.
fn suspicious_lines(text: &str) -> Vec<Range<usize>> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    for word in SUSPICIOUS.iter().flat_map(|pattern| pattern.find_iter(text)) {
        if lines.last().is_some_and(|line| line.contains(&word.start())) {
            continue;
        }
        let start = text[..word.start()].rfind('\n').map_or(0, |at| at + 1);
        let end = text[word.end()..].find('\n').map_or(text.len(), |at| word.end() + at);
        lines.push(start..end);
    }
    lines
}

/// All literals and comments that begin in one of the lines: what is left says what the line does.
fn literals_in(root: Node<'_>, lines: &[Range<usize>], found: &mut Vec<Range<u32>>) {
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let is_literal = matches!(
            node.kind(),
            "string_fragment"
                | "string_content"
                | "escape_sequence"
                | "number"
                | "regex_pattern"
                | "comment"
        );
        let position = lines.partition_point(|line| line.end <= node.start_byte());
        let begins_in = lines.get(position).is_some_and(|line| line.contains(&node.start_byte()));
        if is_literal && begins_in {
            found.push(node.start_byte() as u32..node.end_byte() as u32);
        }
        let may_hold_more = lines.get(position).is_some_and(|line| line.start < node.end_byte());
        if may_hold_more && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

fn credentials(root: Node<'_>, text: &str, found: &mut Vec<Range<u32>>) {
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let fields = match node.kind() {
            "pair" => Some(("key", "value")),
            "variable_declarator" | "public_field_definition" | "enum_assignment" => {
                Some(("name", "value"))
            }
            "required_parameter" => Some(("pattern", "value")),
            "field_definition" => Some(("property", "value")),
            "assignment_expression"
            | "augmented_assignment_expression"
            | "assignment_pattern"
            | "object_assignment_pattern" => Some(("left", "right")),
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
        if matches!(
            node.kind(),
            "string_fragment" | "string_content" | "escape_sequence" | "number" | "regex_pattern"
        ) {
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
        assert_eq!(hidden("x({ password:\n'hunter2', host: 'db' })"), ["hunter2"]);
        assert_eq!(
            hidden("x({ 'password': process.env.P ?? 'hunter2' })"),
            ["password", "hunter2"]
        );
        assert_eq!(hidden("const dbPassword = `hunter2`"), ["hunter2"]);
        assert_eq!(hidden("x({ url: 'postgres://app:hunter2@db/app' })"), ["hunter2"]);
        assert_eq!(hidden("config.password = 'hunter2'"), ["hunter2"]);
        assert_eq!(hidden("x({ ssl: { key: `-----BEGIN\nabc` } })"), ["-----BEGIN\nabc"]);
    }

    #[test]
    fn settings_show_names_and_no_credentials() {
        let hidden = |language, text: &str| -> Vec<String> {
            let source = Source::new("a".into(), language, text.into());
            let ranges = secrets(&source).into_iter();
            ranges.map(|range| source.slice(range.start, range.end).into()).collect()
        };
        let text = "A=true\nTYPEORM_URL=postgres://app:hunter2@db/app\nDB_PASS=hunter2\n";
        assert_eq!(hidden(Language::Variables, text), ["hunter2", "hunter2"]);
        let text = "default:\n  synchronize: true\n  password: hunter2 # x\n";
        assert_eq!(hidden(Language::Yaml, text), [" hunter2 # x"]);
        let text = "default: { synchronize: true, password: hunter2 }";
        assert_eq!(hidden(Language::Yaml, text), [" { synchronize: true, password: hunter2 }"]);
    }

    #[test]
    fn a_line_with_a_secret_shows_no_literal() {
        assert_eq!(
            hidden("const { A = 'x', DB_PASSWORD = 'hunter2' } = process.env"),
            ["x", "hunter2"]
        );
        assert_eq!(
            hidden("url('postgres://h/db?user=u&password=hunter2')"),
            ["postgres://h/db?user=u&password=hunter2"]
        );
        assert_eq!(hidden("f('postgres://u:p@ss-hunter2@h/db')"), ["p@ss-hunter2"]);
        assert_eq!(hidden("url('pg://u:' + 'hunter2' + '@h')"), ["pg://u:", "hunter2", "@h"]);
        assert_eq!(hidden("config.get('DB_PASSWORD', 'hunter2')"), ["DB_PASSWORD", "hunter2"]);
        assert_eq!(hidden("PGPASSWORD ??= 'hunter2'"), ["hunter2"]);
        assert_eq!(hidden("f(1) // password hunter2"), ["1", "// password hunter2"]);
        assert_eq!(hidden("enum E { Password = 'hunter2' }"), ["hunter2"]);
    }

    #[test]
    fn other_options_stay_readable() {
        assert_eq!(
            hidden("x({ type: 'postgres', url: 'postgres://db/app' })"),
            Vec::<String>::new()
        );
    }
}
