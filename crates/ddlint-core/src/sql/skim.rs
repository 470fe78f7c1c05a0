//! What a text is about, without parsing it.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use squawk_lexer::TokenKind;

use super::split::{Token, tokens};
use super::tree;
use crate::schema::{Step, TableName};

/// Words without which a text holds no DDL.
const WORDS: [&str; 14] = [
    "CREATE",
    "ALTER",
    "DROP",
    "INTO",
    "COMMENT",
    "GRANT",
    "REVOKE",
    "REFRESH",
    "RENAME",
    "IMPORT",
    "SECURITY",
    "REASSIGN",
    "EXECUTE",
    "SET_CONFIG",
];

static AUTOMATON: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).ok());

/// Whether it is worth reading a text: without these words there is no DDL in it. Cheap, and never wrong in saying no.
pub fn may_hold_ddl(text: &str) -> bool {
    AUTOMATON.as_ref().is_none_or(|automaton| automaton.is_match(text))
}

/// Whether a command in upper case makes, changes or drops things.
pub(super) fn is_ddl(command: &str) -> bool {
    matches!(command, "CREATE" | "ALTER" | "DROP" | "RENAME")
}

/// The step of a text that cannot be parsed, and where it names its table. `None` if it does not begin like a
/// statement.
pub(super) fn step(text: &str) -> Option<(Step, Option<Range<usize>>)> {
    let tokens: Vec<Token<'_>> = tokens(text).take(16).collect();
    let first = tokens.first().filter(|token| token.kind == TokenKind::Ident)?;
    let at = tokens.iter().take(5).position(|token| token.is("TABLE"));
    let unknown = super::hole::is(first.text);
    let tag = if unknown { at.map(|_| "")? } else { tag(first, at.is_some())? };
    let ddl = unknown || is_ddl(&first.text.to_ascii_uppercase());
    let named = at.filter(|_| ddl).and_then(|at| name(&tokens, at + 1));
    Some(match named {
        Some((table, range)) => {
            (Step::Unreadable { table: Some(table), tag, drops: says_drop(text) }, Some(range))
        }
        None if ddl => (Step::Unreadable { table: None, tag, drops: says_drop(text) }, None),
        None => (Step::Other { tag, ddl: false, table: None }, None),
    })
}

fn tag(first: &Token<'_>, table: bool) -> Option<&'static str> {
    const TAGS: [(&str, &str, &str); 11] = [
        ("CREATE", "CREATE TABLE", "CREATE"),
        ("ALTER", "ALTER TABLE", "ALTER"),
        ("DROP", "DROP TABLE", "DROP"),
        ("INSERT", "INSERT", "INSERT"),
        ("UPDATE", "UPDATE", "UPDATE"),
        ("DELETE", "DELETE", "DELETE"),
        ("SELECT", "SELECT", "SELECT"),
        ("WITH", "SELECT", "SELECT"),
        ("VALUES", "SELECT", "SELECT"),
        ("COPY", "COPY", "COPY"),
        ("DO", "DO", "DO"),
    ];
    let (_, of_table, of_others) = TAGS.iter().find(|(word, ..)| first.is(word))?;
    Some(if table { of_table } else { of_others })
}

/// The name that stands behind `TABLE`, with what may stand between.
fn name(tokens: &[Token<'_>], at: usize) -> Option<(TableName, Range<usize>)> {
    let filler =
        |token: &&Token<'_>| ["IF", "NOT", "EXISTS", "ONLY"].iter().any(|word| token.is(word));
    let start = at + tokens.iter().skip(at).take_while(filler).count();
    let is_name =
        |token: &&Token<'_>| matches!(token.kind, TokenKind::Ident | TokenKind::QuotedIdent { .. });
    let first = tokens.get(start).filter(is_name)?;
    let second = tokens.get(start + 1).filter(|dot| dot.kind == TokenKind::Dot);
    match second.and(tokens.get(start + 2)).filter(is_name) {
        Some(last) => {
            let schema = Some(tree::token_name(first.text));
            let name = TableName { schema, name: tree::token_name(last.text) };
            Some((name, first.start..last.end()))
        }
        None => {
            let name = TableName { schema: None, name: tree::token_name(first.text) };
            Some((name, first.start..first.end()))
        }
    }
}

/// Whether a text says `PRIMARY KEY`, outside of strings and comments.
pub(super) fn says_key(text: &str) -> bool {
    let mut primary = false;
    tokens(text).any(|token| {
        let key = primary && token.is("KEY");
        primary = token.is("PRIMARY");
        key
    })
}

/// Whether a text says that something is dropped, or leaves to run time what is done.
pub(super) fn says_drop(text: &str) -> bool {
    super::hole::is_in(text) || tokens(text).any(|token| token.is("DROP"))
}
