//! From pieces of a text to statements.

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode as _};
use squawk_syntax::{SourceFile, SyntaxKind as Kind, SyntaxNode};

use super::split::{Piece, split};
use super::statement::{self, Read};
use super::{Dialect, Reading, Reason, Statement, StepAt, Unread, block, hole, skim, tree};
use crate::schema::Step;

/// Where a text stands.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    /// From places in the text to places in the text that was given.
    pub(super) origin: &'c dyn Fn(&Range<usize>) -> Range<usize>,
    /// Whether its statements run under a condition.
    pub(super) conditional: bool,
    /// How many texts it stands in: `EXECUTE` in a block in a text.
    pub(super) level: usize,
}

/// Reads all statements of a text.
pub(super) fn read(text: &str, context: Context<'_>, reading: &mut Reading) {
    for piece in split(text) {
        let start = piece.range.start;
        let origin =
            |range: &Range<usize>| (context.origin)(&(range.start + start..range.end + start));
        Reader { context: Context { origin: &origin, ..context }, reading, dialect: piece.dialect }
            .piece(&piece);
    }
}

/// Turns what the tree holds into statements.
pub(super) struct Reader<'c, 'r> {
    pub(super) context: Context<'c>,
    pub(super) reading: &'r mut Reading,
    pub(super) dialect: Option<Dialect>,
}

impl Reader<'_, '_> {
    fn piece(&mut self, piece: &Piece<'_>) {
        let all = 0..piece.text.len();
        if let Some(reason) = piece.reason {
            self.skim(&piece.text, &all);
            self.unread(&all, reason);
            return;
        }
        // Its errors are not asked for: that would parse the bodies of functions, which were not measured.
        let tree = SourceFile::parse(&piece.text).tree();
        // Whether a hole stands before everything: what follows may still be a whole statement.
        let (mut hole, mut read) = (false, false);
        for node in tree.syntax().children() {
            let range = tree::range(&node);
            if node.kind() != Kind::ERROR {
                // Behind what is no SQL, only what starts a line like a statement is one. The rest is prose.
                let at_start = !read || starts_line(&piece.text, range.start);
                // `${verb} TABLE x` is no query, although the rest of it would be.
                let is_rest = hole && !read && node.kind() == Kind::TABLE;
                if ast::Stmt::can_cast(node.kind()) && at_start && !is_rest {
                    read |= self.statement(&node, rest(&node, &piece.text), false);
                }
            } else if !read && hole::is(&node.text().to_string()) {
                hole = true;
            } else if !read {
                break;
            }
        }
        if !read {
            self.not_read(piece, hole);
        }
    }

    /// What no statement was found in.
    fn not_read(&mut self, piece: &Piece<'_>, hole: bool) {
        let all = 0..piece.text.len();
        // Without any of these it may as well be prose: "create table failed".
        let is_sql = self.dialect.is_some() || hole::is_in(&piece.text) || piece.text.contains('(');
        if hole {
            self.skim(&piece.text, &all);
            self.unread(&all, Reason::Hole);
        } else if skim::is_ddl(&piece.command) {
            let told = is_sql && self.skim(&piece.text, &all);
            if !told || self.dialect.is_none() {
                self.unread(&all, Reason::Syntax);
            }
        }
    }

    /// Reads one statement. `rest` is what follows it and could not be read, or nothing; `procedural` says that it
    /// stands in a body where `SELECT … INTO` sets variables. Tells whether there was anything to read.
    pub(super) fn statement(&mut self, node: &SyntaxNode, rest: &str, procedural: bool) -> bool {
        let own = tree::statement_range(node);
        let mut read = statement::read(node, procedural);
        weaken(&mut read, node, rest.trim());
        if read.steps.is_empty() {
            return false;
        }
        // A statement goes as far as what belongs to it but could not be read, and so does its step.
        let mut range = own.clone();
        if !rest.is_empty() {
            read.clean = false;
            range.end = tree::range(node).end + rest.len();
            let whole = read.steps.iter_mut().filter(|(_, step)| *step == own);
            whole.for_each(|(_, step)| step.end = range.end);
        }
        self.push(read, &range);
        if let Some(block) = ast::Do::cast(node.clone()) {
            block::read(&block, self);
        }
        true
    }

    fn push(&mut self, read: Read, range: &Range<usize>) {
        let origin = self.context.origin;
        let steps = read.steps.into_iter().map(|(step, at)| StepAt { step, range: origin(&at) });
        self.reading.statements.push(Statement {
            range: origin(range),
            name_range: read.name.as_ref().map(origin),
            steps: steps.collect(),
            conditional: self.context.conditional,
            clean: read.clean,
            dialect: self.dialect,
        });
    }

    pub(super) fn unread(&mut self, range: &Range<usize>, reason: Reason) {
        let range = (self.context.origin)(range);
        self.reading.unread.push(Unread { range, reason });
    }

    /// Tells only what functions and types a node uses.
    pub(super) fn uses(&mut self, node: &SyntaxNode) {
        let (steps, clean) = statement::mentions(node);
        if !steps.is_empty() {
            self.push(Read { steps, name: None, clean }, &tree::statement_range(node));
        }
    }

    /// Finds the command and the table of a text that is not parsed. Tells whether there is one.
    pub(super) fn skim(&mut self, text: &str, range: &Range<usize>) -> bool {
        let Some((step, name)) = skim::step(text) else { return false };
        let name = name.map(|name| name.start + range.start..name.end + range.start);
        self.push(Read { steps: vec![(step, range.clone())], name, clean: false }, range);
        true
    }
}

/// What could not be read between a statement and the next.
fn rest<'t>(node: &SyntaxNode, text: &'t str) -> &'t str {
    let next = std::iter::successors(node.next_sibling(), SyntaxNode::next_sibling);
    let last = next.take_while(|next| next.kind() == Kind::ERROR).last();
    let start = tree::range(node).end;
    last.map_or("", |last| text.get(start..tree::range(&last).end).unwrap_or_default())
}

fn starts_line(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default();
    text[..at].contains('\n') && line.trim().is_empty()
}

/// Takes back what cannot be said of a statement that goes on with something that is no SQL.
fn weaken(read: &mut Read, node: &SyntaxNode, rest: &str) {
    let holds_hole = hole::is_in(rest);
    match node.kind() {
        Kind::CREATE_TABLE => {
            let list = tree::child(node, Kind::TABLE_ARG_LIST);
            let open = list.as_ref().is_some_and(|list| !tree::has(list, Kind::R_PAREN));
            let has_source = [Kind::PARTITION_OF, Kind::OF_TYPE, Kind::INHERITS]
                .iter()
                .any(|source| tree::has(node, *source));
            let bare = list.is_none() && !has_source;
            // "create table failed": prose.
            if bare && !holds_hole {
                read.steps.clear();
            }
            for (step, _) in &mut read.steps {
                if let Step::CreateTable(create) = step {
                    create.columns_known &= !bare;
                    // What was not read matters if it may hold a key.
                    if open {
                        create.columns_known = !holds_hole && !skim::says_key(rest);
                    }
                }
            }
        }
        Kind::ALTER_TABLE if !rest.is_empty() => {
            let name = tree::child(node, Kind::TABLE_RELATION_NAME);
            let table = name.as_ref().and_then(tree::table_name);
            // `ADD PRIMARY KEY ${columns}` was read.
            let last = read.steps.last().map(|(step, _)| step);
            let done = matches!(last, Some(Step::AddKey { key, .. }) if key.columns.is_empty());
            if !done && table.is_some() {
                let drops = holds_hole || skim::says_drop(rest);
                let step = Step::Unreadable { table, tag: "ALTER TABLE", drops };
                read.name = read.name.take().or_else(|| name.as_ref().map(tree::range));
                read.steps.push((step, tree::statement_range(node)));
            }
        }
        _ => {}
    }
}
