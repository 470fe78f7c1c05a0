//! A reader of tree-sitter's query text: what a pattern captures, demands and begins with.
//!
//! Compiling a query takes milliseconds, reading it microseconds. So everything that does not need the grammar is
//! checked here, with exact places.

#[cfg(test)]
mod tests;

use std::ops::Range;

/// No query that a person writes is nested deeper. Keeps the recursion bounded.
const DEEPEST: usize = 100;

/// The predicates that tree-sitter evaluates itself. Others compile and are silently left to the embedder.
pub(super) const TEXT_PREDICATES: [&str; 10] = [
    "eq?",
    "not-eq?",
    "any-eq?",
    "any-not-eq?",
    "match?",
    "not-match?",
    "any-match?",
    "any-not-match?",
    "any-of?",
    "not-any-of?",
];

/// What the text of a query says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct QueryText {
    /// The patterns that do not stand in another one.
    pub(super) roots: Vec<Root>,
    /// Every `@name` on a node, in the order of the text; a name may occur several times.
    pub(super) captures: Vec<Capture>,
    /// Every `(#name? …)`.
    pub(super) predicates: Vec<Predicate>,
}

/// A pattern that does not stand in another one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Root {
    /// Where it begins, as long as its first token.
    pub(super) at: Range<usize>,
    /// The node kind that every match begins with and where it stands, or why there is none.
    pub(super) kind: Result<(String, Range<usize>), NoKind>,
}

/// Why a pattern does not begin with one kind of node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoKind {
    Wildcard,
    Alternation,
    Token,
    Siblings,
    Quantified,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Capture {
    /// Without `@`.
    pub(super) name: String,
    /// With `@`.
    pub(super) at: Range<usize>,
    /// Whether every match has it.
    pub(super) mandatory: bool,
    /// The field that stands right before what it captures.
    pub(super) field: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Predicate {
    /// Without `#`.
    pub(super) name: String,
    /// With its parentheses.
    pub(super) at: Range<usize>,
    pub(super) arguments: Vec<Argument>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Argument {
    Capture(String),
    Text(String),
}

/// A text that is no query.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadQuery {
    pub(super) at: Range<usize>,
    pub(super) message: String,
}

impl QueryText {
    /// Reads a query.
    pub(super) fn parse(text: &str) -> Result<Self, BadQuery> {
        let mut reader = Reader { text, at: 0, depth: 0, field: None, read: Self::default() };
        reader.query()?;
        Ok(reader.read)
    }

    /// Texts without which the predicates cannot hold. A predicate on a capture that may be absent is then true, so only
    /// captures that every match has count.
    pub(super) fn needles(&self) -> Vec<Vec<String>> {
        let mut groups = Vec::new();
        for predicate in &self.predicates {
            let Some((Argument::Capture(capture), rest)) = predicate.arguments.split_first() else {
                continue;
            };
            let mandatory =
                self.captures.iter().any(|found| found.name == *capture && found.mandatory);
            if !mandatory || !matches!(predicate.name.as_str(), "eq?" | "any-of?") {
                continue;
            }
            let texts = rest.iter().map(|argument| match argument {
                Argument::Text(text) if !text.is_empty() => Some(text.clone()),
                _ => None,
            });
            let texts: Option<Vec<String>> = texts.collect();
            groups.extend(texts.filter(|texts| !texts.is_empty()));
        }
        groups
    }

    /// The first capture of that name.
    pub(super) fn capture(&self, name: &str) -> Option<&Capture> {
        self.captures.iter().find(|capture| capture.name == name)
    }

    /// Whether a predicate looks at the capture.
    pub(super) fn is_tested(&self, capture: &str) -> bool {
        let arguments = self.predicates.iter().flat_map(|predicate| &predicate.arguments);
        arguments
            .into_iter()
            .any(|argument| matches!(argument, Argument::Capture(name) if name == capture))
    }
}

type Read<T> = Result<T, BadQuery>;
type Kind = Result<(String, Range<usize>), NoKind>;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// The field whose node is read next.
    field: Option<String>,
    read: QueryText,
}

impl Reader<'_> {
    fn query(&mut self) -> Read<()> {
        while let Some(next) = self.peek() {
            let start = self.at;
            if next == ')' || next == ']' {
                return bad(start..start + 1, format!("this `{next}` closes nothing"));
            }
            if self.at_predicate() {
                return bad(
                    start..start + 2,
                    "a predicate stands inside the parentheses of the pattern",
                );
            }
            if let Some(kind) = self.item()? {
                let end = start + self.text[start..].chars().next().map_or(0, char::len_utf8);
                self.read.roots.push(Root { at: start..end, kind });
            }
        }
        Ok(())
    }

    /// A node, a group, an alternation, a token with what stands behind it; or a predicate or an anchor (`None`).
    fn item(&mut self) -> Read<Option<Kind>> {
        let start = self.at;
        let field = self.field.take();
        let first_capture = self.read.captures.len();
        let kind = match self.peek() {
            Some('(') if self.at_predicate() => {
                self.predicate()?;
                return Ok(None);
            }
            Some('(') => self.parenthesis()?,
            Some('[') => self.alternation(first_capture)?,
            Some('"') => {
                self.string()?;
                Err(NoKind::Token)
            }
            Some('.') => {
                self.at += 1;
                return Ok(None);
            }
            Some('!') => {
                self.at += 1;
                self.name();
                return Ok(None);
            }
            Some(next) if is_name(next) => {
                let (name, at) = self.name();
                if self.peek() != Some(':') {
                    if name == "_" {
                        return self
                            .behind(Err(NoKind::Wildcard), first_capture, field.as_deref())
                            .map(Some);
                    }
                    return bad(at, format!("a node stands in parentheses: `({name})`"));
                }
                self.at += 1;
                if self.peek().is_none_or(|next| next == ')' || next == ']') {
                    return bad(at, format!("nothing stands behind `{name}:`"));
                }
                self.field = Some(name);
                return self.nested(Self::item);
            }
            Some('@') => {
                return bad(start..start + 1, "a capture stands behind what it captures");
            }
            Some(next) => {
                return bad(
                    start..start + next.len_utf8(),
                    format!("`{next}` has no meaning here"),
                );
            }
            None => return bad(start..start, "the query ends here"),
        };
        self.behind(kind, first_capture, field.as_deref()).map(Some)
    }

    /// Captures and quantifiers.
    fn behind(&mut self, mut kind: Kind, first_capture: usize, field: Option<&str>) -> Read<Kind> {
        let mut optional = false;
        loop {
            match self.peek() {
                Some('@') => {
                    let start = self.at;
                    self.at += 1;
                    if !self.text[self.at..].starts_with(is_name) {
                        return bad(start..start + 1, "a name is missing behind `@`");
                    }
                    let (name, at) = self.name();
                    self.read.captures.push(Capture {
                        name,
                        at: start..at.end,
                        mandatory: true,
                        field: field.map(str::to_owned),
                    });
                }
                Some(quantifier @ ('?' | '*' | '+')) => {
                    self.at += 1;
                    optional |= quantifier != '+';
                    kind = Err(NoKind::Quantified);
                }
                _ => break,
            }
        }
        if optional {
            self.forget_mandatory(first_capture);
        }
        Ok(kind)
    }

    /// A node with its children, or a group.
    fn parenthesis(&mut self) -> Read<Kind> {
        let open = self.at;
        self.at += 1;
        let Some(next) = self.peek() else { return unclosed(open, ')') };
        let kind = is_name(next).then(|| self.kind());
        let mut items = Vec::new();
        loop {
            match self.peek() {
                None => return unclosed(open, ')'),
                Some(')') => break self.at += 1,
                Some(_) => items.extend(self.nested(Self::item)?),
            }
        }
        if let Some(kind) = kind {
            return Ok(kind);
        }
        match items.len() {
            1 => Ok(items.remove(0)),
            _ => Ok(Err(NoKind::Siblings)),
        }
    }

    /// The name behind an opening parenthesis: `identifier`, `expression/identifier`, `MISSING ";"`.
    fn kind(&mut self) -> Kind {
        let (name, at) = self.name();
        if matches!(self.peek(), Some('/')) {
            self.at += 1;
            let (name, at) = self.name();
            return Ok((name, at));
        }
        match name.as_str() {
            "_" | "ERROR" => Err(NoKind::Wildcard),
            "MISSING" => {
                if self.peek().is_some_and(is_name) {
                    self.name();
                }
                Err(NoKind::Wildcard)
            }
            _ => Ok((name, at)),
        }
    }

    fn alternation(&mut self, first_capture: usize) -> Read<Kind> {
        let open = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                None => return unclosed(open, ']'),
                Some(']') => break self.at += 1,
                Some(_) => self.nested(Self::item)?,
            };
        }
        self.forget_mandatory(first_capture);
        Ok(Err(NoKind::Alternation))
    }

    fn predicate(&mut self) -> Read<()> {
        let open = self.at;
        self.at += 1;
        self.peek();
        self.at += 1;
        let (mut name, at) = self.name();
        let sign = self.text[self.at..].chars().next().filter(|c| matches!(c, '?' | '!'));
        let Some(sign) = sign else {
            return bad(at.start - 1..at.end, "a predicate's name ends in `?`");
        };
        name.push(sign);
        self.at += 1;
        let mut arguments = Vec::new();
        loop {
            match self.peek() {
                None => return unclosed(open, ')'),
                Some(')') => break self.at += 1,
                Some('"') => arguments.push(Argument::Text(self.string()?)),
                Some('@') => {
                    self.at += 1;
                    arguments.push(Argument::Capture(self.name().0));
                }
                Some(next) if is_name(next) => arguments.push(Argument::Text(self.name().0)),
                Some(next) => {
                    let at = self.at..self.at + next.len_utf8();
                    return bad(at, "arguments of a predicate are captures and texts in quotes");
                }
            }
        }
        self.read.predicates.push(Predicate { name, at: open..self.at, arguments });
        Ok(())
    }

    fn string(&mut self) -> Read<String> {
        let open = self.at;
        let mut value = String::new();
        let mut escaped = false;
        for (offset, c) in self.text[open + 1..].char_indices() {
            match c {
                '\n' => break,
                _ if escaped => {
                    value.push(unescape(c));
                    escaped = false;
                }
                '\\' => escaped = true,
                '"' => {
                    self.at = open + 1 + offset + 1;
                    return Ok(value);
                }
                _ => value.push(c),
            }
        }
        bad(open..open + 1, "this quote is not closed on its line")
    }

    /// The next character that is neither blank nor in a comment.
    fn peek(&mut self) -> Option<char> {
        loop {
            let rest = &self.text[self.at..];
            let next = rest.chars().next()?;
            if next.is_whitespace() {
                self.at += next.len_utf8();
            } else if next == ';' {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else {
                return Some(next);
            }
        }
    }

    fn at_predicate(&mut self) -> bool {
        let start = self.at;
        if self.peek() != Some('(') {
            return false;
        }
        self.at += 1;
        let is_predicate = self.peek() == Some('#');
        self.at = start;
        is_predicate
    }

    fn name(&mut self) -> (String, Range<usize>) {
        self.peek();
        let start = self.at;
        let rest = &self.text[start..];
        let length = rest.find(|c| !is_name(c) && c != '.').unwrap_or(rest.len());
        self.at += length;
        (rest[..length].to_owned(), start..self.at)
    }

    fn nested<T>(&mut self, read: impl Fn(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth == DEEPEST {
            return bad(self.at..self.at + 1, format!("more than {DEEPEST} levels of nesting"));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn forget_mandatory(&mut self, first: usize) {
        for capture in &mut self.read.captures[first..] {
            capture.mandatory = false;
        }
    }
}

fn unclosed<T>(open: usize, missing: char) -> Read<T> {
    bad(open..open + 1, format!("its `{missing}` is missing"))
}

fn bad<T>(at: Range<usize>, message: impl Into<String>) -> Read<T> {
    Err(BadQuery { at, message: message.into() })
}

/// What names of nodes, fields, captures and predicates are made of; a dot only inside.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

fn unescape(c: char) -> char {
    match c {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        other => other,
    }
}
