//! A text taken apart into its statements, before any is parsed.
//!
//! The parser recurses and has no limits of its own: a few thousand parentheses end the process. So each statement is
//! measured first, and what exceeds every measure is not parsed. Being apart also keeps the damage of what is no SQL
//! small: commands of `psql`, data of `COPY`, statements for other systems.

use std::borrow::Cow;
use std::ops::Range;

use squawk_lexer::{TokenKind, tokenize};

use super::{Dialect, Reason, depth, dialect, hole};

/// The byte order mark.
const MARK: char = '\u{feff}';

/// No statement that the parser sees is longer: real ones of that size are data.
const MAX_LENGTH: usize = 1 << 20;

/// A token that is neither space nor comment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) text: &'a str,
}

/// A statement that is not parsed yet.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    /// Its bytes in the text, without the semicolon.
    pub(super) range: Range<usize>,
    /// What is parsed: the same text, of the same width, with quotes as PostgreSQL has them and without placeholders.
    pub(super) text: Cow<'a, str>,
    /// Its first word in upper case, if that is one of ASCII letters.
    pub(super) command: String,
    /// Why it must not be parsed.
    pub(super) reason: Option<Reason>,
    /// The other system that it is for.
    pub(super) dialect: Option<Dialect>,
}

impl Token<'_> {
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind == TokenKind::Ident && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The statements of a text.
pub(super) fn split(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut at = text.len() - text.trim_start_matches(MARK).len();
    while at < text.len() {
        // The lexer starts again behind what is skipped.
        let mut lexer = tokenize(&text[at..]);
        let mut open = Open::default();
        let skipped_to = loop {
            let Some(token) = lexer.next() else { break text.len() };
            let token =
                Token { kind: token.kind, start: at, text: &text[at..at + token.len as usize] };
            at = token.end();
            match token.kind {
                TokenKind::Eof => break text.len(),
                kind if is_trivia(kind) => {}
                TokenKind::Unknown if tokens.is_empty() && token.text.starts_with('\\') => {
                    break end_of_line(text, token.start);
                }
                TokenKind::Unknown if token.text.trim_matches(MARK).is_empty() => {}
                TokenKind::Semi if !open.is_inside(&tokens) => {
                    let data = is_copy_from_stdin(&tokens);
                    pieces.extend(piece(text, &tokens));
                    tokens.clear();
                    open = Open::default();
                    if let Some(end) = data.then(|| end_of_data(text, at)).flatten() {
                        break end;
                    }
                }
                _ => {
                    open.see(&token, tokens.last());
                    tokens.push(token);
                }
            }
        };
        at = skipped_to;
    }
    pieces.extend(piece(text, &tokens));
    pieces
}

/// What of a statement may hold semicolons.
#[derive(Default)]
struct Open {
    parentheses: usize,
    /// `BEGIN ATOMIC`, and what stands in it and ends with `END`.
    blocks: usize,
}

impl Open {
    fn see(&mut self, token: &Token<'_>, before: Option<&Token<'_>>) {
        match token.kind {
            TokenKind::OpenParen => self.parentheses += 1,
            TokenKind::CloseParen => self.parentheses = self.parentheses.saturating_sub(1),
            TokenKind::Ident => {
                let begins = token.is("ATOMIC") && before.is_some_and(|before| before.is("BEGIN"));
                let nests = self.blocks > 0 && token.is("CASE");
                self.blocks += usize::from(begins || nests);
                if token.is("END") {
                    self.blocks = self.blocks.saturating_sub(1);
                }
            }
            _ => {}
        }
    }

    /// Whether a semicolon ends no statement here: in a function's body, or among the commands of a rule. Elsewhere a
    /// parenthesis was forgotten.
    fn is_inside(&self, tokens: &[Token<'_>]) -> bool {
        let is_rule = || {
            tokens.first().is_some_and(|first| first.is("CREATE"))
                && tokens.iter().skip(1).take(3).any(|token| token.is("RULE"))
        };
        self.blocks > 0 || (self.parentheses > 0 && is_rule())
    }
}

fn is_copy_from_stdin(tokens: &[Token<'_>]) -> bool {
    tokens.first().is_some_and(|first| first.is("COPY"))
        && tokens.windows(2).any(|pair| pair[0].is("FROM") && pair[1].is("STDIN"))
}

/// Behind the data that follows a `COPY … FROM stdin`. `None` if nothing ends them, so there are none.
fn end_of_data(text: &str, from: usize) -> Option<usize> {
    let end = text[from..].find("\n\\.")?;
    Some(end_of_line(text, from + end + 1))
}

fn end_of_line(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |at| from + at + 1)
}

/// The statement that these tokens are. `None` if there are none.
fn piece<'a>(text: &'a str, tokens: &[Token<'a>]) -> Option<Piece<'a>> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    let range = first.start..last.end();
    let whole = &text[range.clone()];
    let command = match first.kind {
        TokenKind::Ident if first.text.is_ascii() => first.text.to_ascii_uppercase(),
        _ => String::new(),
    };
    let reason = if whole.len() > MAX_LENGTH {
        Some(Reason::TooLong)
    } else {
        depth::is_too_deep(tokens).then_some(Reason::TooDeep)
    };
    let dialect = dialect::of(whole, tokens);
    let mut parsed: Cow<'a, str> = whole.into();
    for (at, filling) in dialect::quotes(tokens).into_iter().chain(placeholders(tokens)) {
        let at = at - range.start;
        parsed.to_mut().replace_range(at..at + filling.len(), &filling);
    }
    Some(Piece { range, text: parsed, command, reason, dialect })
}

/// The placeholders of query functions where no value stands but a name: `??`, `:name`. With what to put there.
fn placeholders(tokens: &[Token<'_>]) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut done = 0;
    for at in 1..tokens.len() {
        let (mark, next) = (&tokens[at - 1], &tokens[at]);
        let joined = mark.end() == next.start;
        let before = at.checked_sub(2).map(|before| &tokens[before]);
        let is_cast = before.is_some_and(|token| token.kind == TokenKind::Colon);
        let is_name = match (mark.kind, next.kind) {
            (TokenKind::Question, TokenKind::Question) => joined,
            (TokenKind::Colon, TokenKind::Ident) => joined && !is_cast,
            _ => false,
        };
        if is_name && mark.start >= done {
            done = next.end();
            found.push((mark.start, hole::name(done - mark.start)));
        }
    }
    found
}

/// The tokens of a text, without space and comments.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut at = 0;
    let all = tokenize(text).take_while(|token| token.kind != TokenKind::Eof);
    let all = all.map(move |token| {
        let end = at + token.len as usize;
        let token = Token { kind: token.kind, start: at, text: &text[at..end] };
        at = end;
        token
    });
    all.filter(|token| !is_trivia(token.kind))
}

fn is_trivia(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. })
}
