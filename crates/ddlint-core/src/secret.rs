//! Secrets in sources: data source options hold passwords, and the logs of continuous integration are public.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use squawk_lexer::{LiteralKind, TokenKind, tokenize};
use tree_sitter::Node;

use crate::language::Language;
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

/// Names of settings that end in `key`. In code and in SQL far too much is called like that.
static NAMED_KEY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?im)(?:\b|_)key[\x22']?[ \t]*[=:]").ok());

/// What stands between `://` and the last `@` of an address, without the user's name.
static IN_ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@'"`]*:([^\s'"`]*)@"#).ok());

/// `password=…` in an address or a command.
static AS_PARAMETER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:passw(?:or)?d|pass|pwd|secret|token|key)=([^\s&;'"`]+)"#).ok()
});

/// The byte ranges of secrets, sorted and disjoint. Rather too much is hidden than too little.
pub(crate) fn secrets(source: &Source) -> Vec<Range<usize>> {
    let text = &source.text;
    let mut found = in_any_text(text);
    match source.root() {
        Some(root) => {
            credentials(root, text, &mut found);
            literals_in(root, &lines_of(text, &[&SUSPICIOUS]), &mut found);
        }
        None if source.language == Language::Sql => {
            in_sql(text, &lines_of(text, &[&SUSPICIOUS]), &mut found);
        }
        None if !source.language.has_tree() => return in_settings(text),
        None => found.extend(lines_of(text, &[&SUSPICIOUS]).into_iter().map(|line| line.range)),
    }
    disjoint(found)
}

/// The byte ranges of secrets in settings that name a value on each line, whatever their format; sorted and disjoint.
/// The names stay readable.
pub fn in_settings(text: &str) -> Vec<Range<usize>> {
    let mut found = in_any_text(text);
    for line in lines_of(text, &[&SUSPICIOUS, &NAMED_KEY]) {
        found.push(line.value(text)..line.range.end);
    }
    disjoint(found)
}

/// What looks like a secret wherever it stands.
fn in_any_text(text: &str) -> Vec<Range<usize>> {
    let patterns = [&IN_ADDRESS, &AS_PARAMETER].into_iter().flat_map(|pattern| pattern.iter());
    let captures = patterns.flat_map(|pattern| pattern.captures_iter(text));
    captures.filter_map(|captures| Some(captures.get(1)?.range())).collect()
}

fn disjoint(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let mut disjoint: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match disjoint.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => disjoint.push(range),
        }
    }
    disjoint
}

/// A line in which a secret may stand.
#[derive(Debug)]
struct Line {
    /// Its bytes, without the line break.
    range: Range<usize>,
    /// The first word that makes it one.
    word: Range<usize>,
}

impl Line {
    /// Where the value of a setting begins: behind the first `=` or `:`. Where these stand somewhere in the value, as in
    /// `password hunter2 # see: …`, it begins behind the name.
    fn value(&self, text: &str) -> usize {
        let is_part_of_name = |c: char| c.is_alphanumeric() || "_-.\"'`".contains(c);
        let rest = &text[self.word.end..self.range.end];
        let name_end = self.range.end - rest.trim_start_matches(is_part_of_name).len();
        let sign = text[self.range.clone()].find(['=', ':']).map(|at| self.range.start + at);
        match sign {
            Some(sign) if sign < name_end || text[name_end..sign].trim().is_empty() => sign + 1,
            _ => name_end,
        }
    }
}

/// The lines that one of the patterns matches in, in their order.
fn lines_of(text: &str, patterns: &[&LazyLock<Option<Regex>>]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for pattern in patterns {
        let mut end_of_last = 0;
        for word in pattern.iter().flat_map(|pattern| pattern.find_iter(text)) {
            if word.start() < end_of_last {
                continue;
            }
            let start = text[..word.start()].rfind('\n').map_or(0, |at| at + 1);
            let end = text[word.end()..].find('\n').map_or(text.len(), |at| word.end() + at);
            end_of_last = end;
            lines.push(Line { range: start..end, word: word.range() });
        }
    }
    lines.sort_by_key(|line| (line.range.start, line.word.start));
    lines.dedup_by_key(|line| line.range.start);
    lines
}

/// The lines that a range touches.
fn touched<'l>(lines: &'l [Line], range: &Range<usize>) -> &'l [Line] {
    let first = lines.partition_point(|line| line.range.end <= range.start);
    let behind = lines.partition_point(|line| line.range.start < range.end);
    &lines[first..behind.max(first)]
}

/// All literals and comments that begin in one of the lines, and what of others stands there: what is left says what the
/// line does.
fn literals_in(root: Node<'_>, lines: &[Line], found: &mut Vec<Range<usize>>) {
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
        if is_literal {
            hide(node.byte_range(), lines, found);
        }
        let may_hold_more = !touched(lines, &node.byte_range()).is_empty();
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

/// Hides a literal that begins in one of the lines, or the parts of it that stand there.
fn hide(literal: Range<usize>, lines: &[Line], found: &mut Vec<Range<usize>>) {
    for line in touched(lines, &literal) {
        if line.range.contains(&literal.start) {
            found.push(literal);
            return;
        }
        found.push(line.range.start..line.range.end.min(literal.end));
    }
}

/// The same for SQL. Each line is read for itself, too: what is no SQL, such as the data of `COPY`, may hold a lone quote,
/// and from there on the insides of literals would look like their outsides.
fn in_sql(text: &str, lines: &[Line], found: &mut Vec<Range<usize>>) {
    let mut read = |part: Range<usize>| {
        let mut at = part.start;
        let mut is_announced = false;
        for token in tokenize(&text[part]).take_while(|token| token.kind != TokenKind::Eof) {
            let range = at..at + token.len as usize;
            at = range.end;
            match token.kind {
                TokenKind::Whitespace => {}
                TokenKind::LineComment | TokenKind::BlockComment { .. } => {
                    hide(range, lines, found);
                }
                // A password may stand on the line behind the word that announces it.
                TokenKind::Literal { kind } if is_text(kind) && is_announced => found.push(range),
                // The body of a function is SQL again, and its lines are read for themselves.
                TokenKind::Literal { kind: LiteralKind::DollarQuotedString { .. } } => {
                    if touched(lines, &range).iter().any(|line| line.range.end >= range.end) {
                        hide(range, lines, found);
                    }
                }
                TokenKind::Literal { kind } if is_text(kind) => hide(range, lines, found),
                _ => is_announced = !touched(lines, &range).is_empty(),
            }
        }
    };
    read(0..text.len());
    lines.iter().for_each(|line| read(line.range.clone()));
}

/// Whether a literal of SQL is no number.
fn is_text(kind: LiteralKind) -> bool {
    !matches!(kind, LiteralKind::Int { .. } | LiteralKind::Numeric { .. })
}

fn credentials(root: Node<'_>, text: &str, found: &mut Vec<Range<usize>>) {
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
fn texts(value: Node<'_>, found: &mut Vec<Range<usize>>) {
    let mut open = vec![value];
    while let Some(node) = open.pop() {
        if matches!(
            node.kind(),
            "string_fragment" | "string_content" | "escape_sequence" | "number" | "regex_pattern"
        ) {
            found.push(node.byte_range());
        }
        open.extend(named_children(node));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> Vec<String> {
        hidden_in(Language::TypeScript, text)
    }

    fn hidden_in(language: Language, text: &str) -> Vec<String> {
        let source = Source::new("a".into(), language, text.into());
        secrets(&source).into_iter().map(|range| text[range].to_owned()).collect()
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
    fn sql_shows_names_and_no_literals_of_suspicious_lines() {
        let hidden = |text| hidden_in(Language::Sql, text);
        assert_eq!(
            hidden("CREATE ROLE app LOGIN PASSWORD 'hunter2'; CREATE TABLE log (msg text);"),
            ["'hunter2'"]
        );
        assert_eq!(
            hidden("ALTER ROLE app PASSWORD -- set\n  'hunter2'; CREATE TABLE a (b varchar(9));"),
            ["-- set", "'hunter2'"]
        );
        let none: [&str; 0] = [];
        assert_eq!(
            hidden("CREATE TABLE users (\n  name text DEFAULT 'x',\n  password varchar(9)\n);"),
            none
        );
        assert_eq!(hidden("SELECT 'a\nthe token\nb', 'c';"), ["the token"]);
        assert_eq!(
            hidden("DO $$ BEGIN\n  CREATE ROLE app PASSWORD 'hunter2';\nEND $$; SELECT 'x';"),
            ["'hunter2'"]
        );
        assert_eq!(hidden("CREATE ROLE app PASSWORD $$hunter2$$;"), ["$$hunter2$$"]);
        assert_eq!(
            hidden("COPY a FROM stdin;\nO'Brien\n\\.\nCREATE ROLE app PASSWORD 'hunter2' LOGIN;"),
            ["CREATE ROLE app PASSWORD 'hunter2' LOGIN;"]
        );
    }

    #[test]
    fn settings_show_names_and_no_credentials() {
        let hidden = hidden_in;
        let text = "A=true\nTYPEORM_URL=postgres://app:hunter2@db/app\nDB_PASS=hunter2\n";
        assert_eq!(hidden(Language::Variables, text), ["hunter2", "hunter2"]);
        let text = "default:\n  synchronize: true\n  password: hunter2 # x\n";
        assert_eq!(hidden(Language::Yaml, text), [" hunter2 # x"]);
        let text = "default: { synchronize: true, password: hunter2 }";
        assert_eq!(hidden(Language::Yaml, text), [" { synchronize: true, password: hunter2 }"]);
        let text = "model A {\n  passwordHash String @default(\"hunter2\") // see: b\n}";
        assert_eq!(hidden(Language::Prisma, text), [" String @default(\"hunter2\") // see: b"]);
        assert_eq!(hidden(Language::Variables, "SIGNING_KEY = hunter2"), [" hunter2"]);
        assert_eq!(hidden(Language::Yaml, "\"key\": hunter2\nkeys: 2"), [" hunter2"]);
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
        assert_eq!(
            hidden("f(`\n CREATE ROLE a PASSWORD 'hunter2';\n CREATE TABLE b ()`)"),
            [" CREATE ROLE a PASSWORD 'hunter2';"]
        );
    }

    #[test]
    fn other_options_stay_readable() {
        assert_eq!(
            hidden("x({ type: 'postgres', url: 'postgres://db/app' })"),
            Vec::<String>::new()
        );
    }
}
