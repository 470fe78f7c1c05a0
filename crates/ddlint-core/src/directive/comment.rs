//! Where the comments of a file are.
//!
//! Code tells by its tree. What has no tree (SQL, YAML, Prisma, HCL, `.env`) is read byte by byte, by the ending of its
//! name: comments, and the strings in which no comment can begin.

use std::ops::Range;

use tree_sitter::Node;

use crate::source::Source;

/// How a file without a tree writes comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `--` and `/* */`; strings in quotes, double quotes and dollars.
    Sql,
    /// `#`, at the start of a line or behind a blank.
    Hash,
    /// `//`.
    Slashes,
}

/// The comments of a file, as byte ranges in order.
#[derive(Debug)]
pub(super) struct Comments(Vec<Range<usize>>);

impl Style {
    /// The style of the file at that path; `None` if its language tells.
    pub(super) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        match ending {
            "sql" => Some(Self::Sql),
            "prisma" => Some(Self::Slashes),
            "yml" | "yaml" | "tf" | "tfvars" | "hcl" | "toml" | "sh" | "env" => Some(Self::Hash),
            _ if name.starts_with(".env") || name.contains("Dockerfile") => Some(Self::Hash),
            _ => None,
        }
    }
}

impl Comments {
    pub(super) fn of(source: &Source) -> Self {
        let mut found = Vec::new();
        match Style::of(&source.path) {
            Some(Style::Sql) => sql(&source.text, &mut |token| {
                if let SqlToken::Comment(range) = token {
                    found.push(range);
                }
            }),
            Some(Style::Hash) => line_comments(&source.text, "#", &mut found),
            Some(Style::Slashes) => line_comments(&source.text, "//", &mut found),
            None => source.root().into_iter().for_each(|root| of_tree(root, &mut found)),
        }
        Self(found)
    }

    /// What each line of each comment says, without what makes it a comment, and where that starts.
    pub(super) fn lines<'t>(&self, text: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
        self.0.iter().flat_map(move |range| {
            let comment = text.get(range.clone()).unwrap_or_default();
            let mut at = range.start;
            comment.split_inclusive('\n').map(move |line| {
                let start = at;
                at += line.len();
                let said =
                    line.trim_start_matches(|c: char| c.is_whitespace() || "/*#-!<".contains(c));
                let start = start + (line.len() - said.len());
                let mut said = said.trim_end();
                while let Some(inner) = said.strip_suffix("*/") {
                    said = inner.trim_end();
                }
                (start, said)
            })
        })
    }

    /// The line of code that a comment at `offset` is about: its own, or, if it stands alone, the next one with code.
    /// Counted from one. `None` if no code follows.
    pub(super) fn line_of(&self, source: &Source, offset: usize) -> Option<usize> {
        let text = &source.text;
        let at = self.0.iter().position(|range| range.contains(&offset))?;
        let comment = &self.0[at];
        let line_start = text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
        let is_first_code = |offset: usize| source.position(offset as u32).line;
        if let Some(code) = self.code_in(text, line_start..comment.start) {
            return Some(is_first_code(code));
        }
        self.code_in(text, comment.end..text.len()).map(is_first_code)
    }

    /// Where the first code in a range starts.
    fn code_in(&self, text: &str, range: Range<usize>) -> Option<usize> {
        let first = self.0.partition_point(|comment| comment.end <= range.start);
        let mut comments = self.0[first..].iter();
        let mut at = range.start;
        let mut comment = comments.next();
        while at < range.end {
            match comment {
                Some(next) if next.start <= at => {
                    at = next.end.max(at);
                    comment = comments.next();
                    continue;
                }
                _ => {}
            }
            let c = text[at..].chars().next()?;
            // A byte order mark is no code.
            if !c.is_whitespace() && c != '\u{feff}' {
                return Some(at);
            }
            at += c.len_utf8();
        }
        None
    }
}

/// All comments of a tree, in order.
fn of_tree(root: Node<'_>, found: &mut Vec<Range<usize>>) {
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if matches!(node.kind(), "comment" | "html_comment" | "hash_bang_line") {
            found.push(node.byte_range());
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

/// Comments that begin with `mark`, at the start of a line or behind a blank, outside of quotes of that line.
fn line_comments(text: &str, mark: &str, found: &mut Vec<Range<usize>>) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let (mut quote, mut before) = (None, ' ');
        for (at, c) in line.char_indices() {
            match quote {
                Some(open) if c == open => quote = None,
                None if before.is_whitespace() && line[at..].starts_with(mark) => {
                    found.push(start + at..start + line.trim_end().len());
                    break;
                }
                None if matches!(c, '"' | '\'') && !before.is_alphanumeric() => quote = Some(c),
                Some(_) | None => {}
            }
            before = c;
        }
        start += line.len();
    }
}

/// What of an SQL text matters here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SqlToken {
    Comment(Range<usize>),
    /// Behind the semicolon that ends a statement.
    End(usize),
}

/// Tells the comments of an SQL text and the ends of its statements, in order.
pub(super) fn sql(text: &str, found: &mut dyn FnMut(SqlToken)) {
    let bytes = text.as_bytes();
    let find = |from: usize, what: &str| {
        text.get(from..).and_then(|rest| rest.find(what)).map_or(text.len(), |at| from + at)
    };
    let mut at = 0;
    while at < bytes.len() {
        at = match bytes[at] {
            b'-' if bytes.get(at + 1) == Some(&b'-') => {
                let end = find(at, "\n");
                found(SqlToken::Comment(at..end));
                end
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                let end = end_of_block(bytes, at);
                found(SqlToken::Comment(at..end));
                end
            }
            b';' => {
                found(SqlToken::End(at + 1));
                at + 1
            }
            b'\'' => {
                // Only such strings know a backslash: E'it\'s'.
                let escapes = at > 0 && matches!(bytes[at - 1], b'e' | b'E');
                end_of_quoted(bytes, at, escapes)
            }
            b'"' => end_of_quoted(bytes, at, false),
            b'$' => match dollar_quote(text, at) {
                Some(tag) => (find(at + tag.len(), tag) + tag.len()).min(text.len()),
                None => at + 1,
            },
            _ => at + 1,
        };
    }
}

/// Behind a block comment; they nest.
fn end_of_block(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'/', Some(b'*')) => (at, depth) = (at + 2, depth + 1),
            (b'*', Some(b'/')) => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// Behind a string or a quoted name.
fn end_of_quoted(bytes: &[u8], start: usize, escapes: bool) -> usize {
    let mut at = start + 1;
    while at < bytes.len() && bytes[at] != bytes[start] {
        at += if escapes && bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// `$$` or `$tag$`, if one begins here.
fn dollar_quote(text: &str, at: usize) -> Option<&str> {
    let rest = &text[at..];
    let tag = rest[1..].split('$').next()?;
    let is_tag = tag.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !tag.starts_with(|c: char| c.is_ascii_digit());
    let whole = rest.get(..tag.len() + 2)?;
    (is_tag && whole.ends_with('$')).then_some(whole)
}
