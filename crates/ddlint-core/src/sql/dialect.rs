//! Statements that are written for another system.
//!
//! Only signs that PostgreSQL would refuse count: a project's migrations for several systems often lie side by side, and
//! what has no sign is as good for PostgreSQL as for any other.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use squawk_lexer::TokenKind;

use super::Dialect;
use super::split::Token;

/// Texts of which a statement for another system holds at least one.
const SIGNS: [&str; 31] = [
    "`",
    "[",
    "EXTERNAL",
    "ENGINE",
    "AUTO_INCREMENT",
    "UNSIGNED",
    "ZEROFILL",
    "MEDIUMTEXT",
    "LONGTEXT",
    "TINYTEXT",
    "LONGBLOB",
    "DEFAULT CHAR",
    "UPDATE CURRENT_TIMESTAMP",
    "MODIFY",
    "CHANGE",
    "DROP PRIMARY",
    "DROP FOREIGN",
    "AFTER",
    "IDENTITY",
    "NVARCHAR",
    "DATETIME",
    "UNIQUEIDENTIFIER",
    "NONCLUSTERED",
    "EXEC",
    "AUTOINCREMENT",
    "ROWID",
    "LOWCARDINALITY",
    "NULLABLE",
    "PROJECTION",
    "MATERIALIZED",
    "RENAME TABLE",
];

/// Finds [`SIGNS`], so that most statements are spared a closer look.
static AUTOMATON: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(SIGNS).ok());

/// The system that a statement is for, if it is another one.
pub(super) fn of(text: &str, tokens: &[Token<'_>]) -> Option<Dialect> {
    let is_ddl = ["CREATE", "ALTER", "DROP", "RENAME", "EXEC"]
        .iter()
        .any(|word| tokens.first().is_some_and(|first| first.is(word)));
    if !is_ddl || AUTOMATON.as_ref().is_some_and(|automaton| !automaton.is_match(text)) {
        return None;
    }
    if tokens.iter().take(3).any(|token| token.is("EXTERNAL")) {
        return Some(Dialect::Hive);
    }
    if tokens[0].is("RENAME") {
        return Some(Dialect::MySql);
    }
    let signs = (0..tokens.len()).filter_map(|at| sign(tokens, at));
    // Backticks are MySQL's, and others' too: a clearer sign wins.
    let quoted = tokens.iter().any(|token| token.kind == TokenKind::Backtick);
    signs.min().or(quoted.then_some(Dialect::MySql))
}

/// What the token at that place tells.
fn sign(tokens: &[Token<'_>], at: usize) -> Option<Dialect> {
    let token = &tokens[at];
    if opens_name(tokens, at) {
        return Some(Dialect::SqlServer);
    }
    if token.kind != TokenKind::Ident {
        return None;
    }
    let next = |offset: usize| tokens.get(at + offset);
    let followed_by = |words: &[&str]| {
        words.iter().enumerate().all(|(offset, word)| next(offset + 1).is_some_and(|t| t.is(word)))
    };
    let calls = next(1).is_some_and(|token| token.kind == TokenKind::OpenParen);
    let is_first = at == 0;
    let word = token.text;
    let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    if is(&["ENGINE"]) {
        let equals = next(1).is_some_and(|token| token.kind == TokenKind::Eq);
        return engine(next(if equals { 2 } else { 1 })?, equals);
    }
    let number = |offset: usize| {
        next(offset).is_some_and(|token| matches!(token.kind, TokenKind::Literal { .. }))
    };
    let after_type = at.checked_sub(1).map(|before| &tokens[before]).is_some_and(|before| {
        let integers = ["INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "MEDIUMINT"];
        before.kind == TokenKind::CloseParen || integers.iter().any(|word| before.is(word))
    });
    // Here a trigger's `AFTER` has no place.
    let of_table = tokens[0].is("ALTER") && tokens.get(1).is_some_and(|token| token.is("TABLE"));
    let my_sql =
        is(&["AUTO_INCREMENT", "ZEROFILL", "MEDIUMTEXT", "LONGTEXT", "TINYTEXT", "LONGBLOB"])
            || (is(&["UNSIGNED"]) && after_type)
            || (is(&["DEFAULT"])
                && (followed_by(&["CHARSET"]) || followed_by(&["CHARACTER", "SET"])))
            || (is(&["ON"]) && followed_by(&["UPDATE", "CURRENT_TIMESTAMP"]))
            || (is(&["MODIFY", "CHANGE"]) && at > 2 && followed_by(&["COLUMN"]))
            || (is(&["AFTER"]) && of_table && places_column(tokens, at))
            || (is(&["DROP"])
                && !is_first
                && (followed_by(&["PRIMARY", "KEY"]) || followed_by(&["FOREIGN", "KEY"])));
    let sql_server = (is(&["IDENTITY", "NVARCHAR"]) && calls && number(2))
        || is(&["DATETIME2", "DATETIMEOFFSET", "UNIQUEIDENTIFIER", "NONCLUSTERED"])
        || (is(&["EXEC"]) && is_first);
    let sqlite = is(&["AUTOINCREMENT"]) || (is(&["WITHOUT"]) && followed_by(&["ROWID"]));
    let click_house = (is(&["LOWCARDINALITY", "NULLABLE"]) && calls)
        || (is(&["PROJECTION"]) && of_table && adds_projection(tokens, at))
        || (is(&["TO"]) && at < 9 && tokens.iter().take(2).any(|token| token.is("MATERIALIZED")));
    match () {
        () if my_sql => Some(Dialect::MySql),
        () if sql_server => Some(Dialect::SqlServer),
        () if sqlite => Some(Dialect::Sqlite),
        () if click_house => Some(Dialect::ClickHouse),
        () => None,
    }
}

/// `ADD COLUMN a int AFTER b`: behind a definition, and a name ends the action. A column may be called `after` as well.
fn places_column(tokens: &[Token<'_>], at: usize) -> bool {
    let names =
        ["COLUMN", "ADD", "DROP", "ALTER", "RENAME", "TO", "EXISTS", "CONSTRAINT", "REFERENCES"];
    let is_name = |token: &Token<'_>| matches!(token.kind, TokenKind::Ident | TokenKind::Backtick);
    let behind_definition = at > 4
        && matches!(
            tokens[at - 1].kind,
            TokenKind::Ident
                | TokenKind::CloseParen
                | TokenKind::Literal { .. }
                | TokenKind::Backtick
        )
        && !names.iter().any(|name| tokens[at - 1].is(name));
    let Some(name) = tokens.get(at + 1).filter(|name| is_name(name)) else { return false };
    let behind = if name.kind == TokenKind::Backtick { at + 4 } else { at + 2 };
    let ends = tokens.get(behind).is_none_or(|token| token.kind == TokenKind::Comma);
    behind_definition && ends
}

/// `ADD PROJECTION p (SELECT …)`, `DROP PROJECTION IF EXISTS p`: a column may be called `projection` as well, and then its
/// type follows.
fn adds_projection(tokens: &[Token<'_>], at: usize) -> bool {
    let before = &tokens[at - 1];
    let verb = ["ADD", "DROP", "MATERIALIZE", "CLEAR"].iter().any(|verb| before.is(verb));
    let behind: Vec<&Token<'_>> = tokens[at + 1..].iter().take(5).collect();
    let guarded = behind.first().is_some_and(|token| token.is("IF"));
    let defines = behind.get(1).is_some_and(|token| token.kind == TokenKind::OpenParen)
        && behind.get(2).is_some_and(|token| token.is("SELECT") || token.is("WITH"));
    let ends = behind.len() == 1 || behind.get(1).is_some_and(|token| token.is("IN"));
    verb && (guarded
        || defines
        || (!before.is("ADD") && ends && !behind[0].is("CASCADE") && !behind[0].is("RESTRICT")))
}

/// `ENGINE = InnoDB` and `ENGINE = MergeTree()`.
fn engine(name: &Token<'_>, equals: bool) -> Option<Dialect> {
    let is = |words: &[&str]| words.iter().any(|word| name.is(word));
    if is(&["InnoDB", "MyISAM", "MEMORY", "ARCHIVE", "CSV", "Aria", "NDB", "NDBCLUSTER", "HEAP"]) {
        return Some(Dialect::MySql);
    }
    let merges = name.text.to_ascii_lowercase().ends_with("mergetree");
    (merges || (equals && name.kind == TokenKind::Ident)).then_some(Dialect::ClickHouse)
}

/// Whether a bracket at that place opens a name, as in `[dbo].[users]`: elsewhere it opens the bounds or the elements
/// of an array.
fn opens_name(tokens: &[Token<'_>], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| &tokens[before]) else { return false };
    let is_word = |token: &Token<'_>| matches!(token.kind, TokenKind::Ident);
    let opens = tokens[at].kind == TokenKind::OpenBracket
        && tokens.get(at + 1).is_some_and(is_word)
        && closing(tokens, at).is_some();
    let after_name =
        matches!(before.kind, TokenKind::Dot | TokenKind::OpenParen | TokenKind::Comma);
    let after_word = is_word(before) && before.end() < tokens[at].start && !before.is("ARRAY");
    let in_array = tokens[..at].iter().rev().take(64).any(|token| token.is("ARRAY"));
    opens && (after_name || after_word) && !in_array
}

/// The bracket that ends a name of a few words.
fn closing(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let words = tokens[at + 1..].iter().take(6).take_while(|token| token.kind == TokenKind::Ident);
    let end = at + 1 + words.count();
    let closes = tokens.get(end).is_some_and(|token| token.kind == TokenKind::CloseBracket);
    closes.then_some(end)
}

/// Where quotes of other systems stand in a statement, with what PostgreSQL has in their place.
pub(super) fn quotes(tokens: &[Token<'_>]) -> Vec<(usize, String)> {
    let ticks = tokens.iter().filter(|token| token.kind == TokenKind::Backtick);
    let mut found: Vec<usize> = ticks.map(|token| token.start).collect();
    // The last one of an odd number quotes nothing.
    found.truncate(found.len() / 2 * 2);
    for at in 0..tokens.len() {
        let end = opens_name(tokens, at).then(|| closing(tokens, at)).flatten();
        found.extend(end.iter().flat_map(|end| [tokens[at].start, tokens[*end].start]));
    }
    found.into_iter().map(|at| (at, "\"".to_owned())).collect()
}
