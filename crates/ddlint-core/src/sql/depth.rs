//! How deep a statement nests, measured before the parser descends into it.
//!
//! It descends for more than brackets: `NOT NOT NOT`, `a BETWEEN b AND c BETWEEN …`, statements within statements. What
//! is not deep but long makes trees that are: a chain of operators is one, and taking such a tree apart recurses, too.

use squawk_lexer::TokenKind;

use super::split::{Token, tokens};

/// How deep the parser may get. On a stack of two megabytes, as threads have by default, 1,140 prefix operators overflow
/// an unoptimized build, and 675 parentheses; an optimized one bears ten times as many.
const MAX_DEPTH: usize = 500 * UNIT;

/// What a prefix operator adds to the depth; others add half of it, and all other tokens one.
const UNIT: usize = 8;

/// What an open bracket or block adds.
const OPENED: usize = 3 * UNIT;

/// Whether the parser may overflow its stack over the body of a `DO` block.
pub(super) fn nests_too_deep(text: &str) -> bool {
    is_too_deep(&tokens(text).collect::<Vec<_>>())
}

/// Whether the parser may overflow its stack over a statement.
pub(super) fn is_too_deep(tokens: &[Token<'_>]) -> bool {
    if tokens.len() * OPENED <= MAX_DEPTH {
        return false;
    }
    // For each bracket and block that is open: whether it is a block, and how deep it was before.
    let mut open: Vec<(bool, usize)> = Vec::new();
    // What nests until the statement ends, and what does until the next comma.
    let (mut statements, mut depth) = (0, 0);
    let mut before: Option<&Token<'_>> = None;
    for (at, token) in tokens.iter().enumerate() {
        match step(token, before, at.checked_sub(2).map(|at| &tokens[at])) {
            Depth::Opens { block } => {
                open.push((block, depth));
                depth += OPENED;
            }
            // Only a pair is closed: an `END` that belongs to nothing must not make up for a parenthesis.
            Depth::Closes { block: true } => {
                if let Some((_, outer)) = open.pop_if(|(block, _)| *block) {
                    depth = outer + 1;
                }
            }
            Depth::Closes { block: false } => {
                if let Some(at) = open.iter().rposition(|(block, _)| !block) {
                    depth = open[at].1 + 1;
                    open.truncate(at);
                }
            }
            Depth::Separates => depth = open.last().map_or(0, |(_, outer)| outer + OPENED),
            Depth::Nests => statements += UNIT / 2,
            Depth::Adds(units) => depth += units,
        }
        if before.is_some_and(|before| before.is("WITH")) && starts_query(token) {
            statements += UNIT;
        }
        if token.kind == TokenKind::Semi {
            statements = 0;
        }
        if statements + depth > MAX_DEPTH {
            return true;
        }
        before = Some(token);
    }
    false
}

/// What a token does to the depth that the parser is in.
enum Depth {
    Opens { block: bool },
    Closes { block: bool },
    Separates,
    Nests,
    Adds(usize),
}

fn step(token: &Token<'_>, before: Option<&Token<'_>>, earlier: Option<&Token<'_>>) -> Depth {
    let is_operator = |token: &Token<'_>| !is_operand(token.kind);
    let is_end = before.is_some_and(|before| before.is("END"));
    match token.kind {
        TokenKind::OpenParen | TokenKind::OpenBracket => Depth::Opens { block: false },
        TokenKind::CloseParen | TokenKind::CloseBracket => Depth::Closes { block: false },
        TokenKind::Comma | TokenKind::Semi => Depth::Separates,
        TokenKind::Ident if is_end && is_block(token) => Depth::Adds(1),
        TokenKind::Ident if is_block(token) && starts_statement(token, before) => {
            Depth::Opens { block: true }
        }
        TokenKind::Ident if token.is("END") => Depth::Closes { block: true },
        TokenKind::Ident if is_clause(token, before) => Depth::Separates,
        TokenKind::Ident if is_statement(token) => Depth::Nests,
        TokenKind::Ident if is_prefix(token) => Depth::Adds(UNIT),
        _ if is_operand(token.kind) => Depth::Adds(1),
        // An operator of two characters is one operator; what follows is a prefix of its right side.
        _ if before.is_none_or(|before| !is_operator(before)) => Depth::Adds(UNIT / 2),
        _ if before.is_some_and(|before| before.end() == token.start)
            && earlier.is_none_or(|earlier| !is_operator(earlier)) =>
        {
            Depth::Adds(1)
        }
        _ => Depth::Adds(UNIT),
    }
}

/// What `END` closes.
fn is_block(token: &Token<'_>) -> bool {
    ["CASE", "BEGIN", "LOOP", "IF"].iter().any(|word| token.is(word))
}

/// `IF` also stands in `DROP TABLE IF EXISTS`, where nothing ends it.
fn starts_statement(token: &Token<'_>, before: Option<&Token<'_>>) -> bool {
    let starts = |before: &Token<'_>| {
        before.kind == TokenKind::Semi
            || ["BEGIN", "THEN", "ELSE", "LOOP"].iter().any(|word| before.is(word))
    };
    !token.is("IF") || before.is_none_or(starts)
}

/// Words that end what stands before them, but for `IS DISTINCT FROM`.
fn is_clause(token: &Token<'_>, before: Option<&Token<'_>>) -> bool {
    let is_operator = before.is_some_and(|before| before.is("DISTINCT"));
    token.is("WHERE") || token.is("HAVING") || (token.is("FROM") && !is_operator)
}

/// Words between a statement and another one that is a part of it.
fn is_statement(token: &Token<'_>) -> bool {
    ["EXPLAIN", "PREPARE", "DO", "UNION", "INTERSECT", "EXCEPT"].iter().any(|word| token.is(word))
}

/// Whether what follows `WITH` may be a query, and not options or a time zone.
fn starts_query(token: &Token<'_>) -> bool {
    token.kind != TokenKind::OpenParen && !token.is("TIME")
}

/// Words that the parser takes one below the other.
fn is_prefix(token: &Token<'_>) -> bool {
    ["NOT", "BETWEEN", "OPERATOR", "JOIN"].iter().any(|word| token.is(word))
}

fn is_operand(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Ident
            | TokenKind::QuotedIdent { .. }
            | TokenKind::Literal { .. }
            | TokenKind::PositionalParam { .. }
            | TokenKind::Dot
            | TokenKind::CloseParen
            | TokenKind::CloseBracket
            | TokenKind::OpenParen
            | TokenKind::OpenBracket
            | TokenKind::Comma
            | TokenKind::Semi
    )
}
