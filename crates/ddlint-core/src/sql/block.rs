//! `DO`: statements in the text of a statement.

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode as _};
use squawk_syntax::{SyntaxKind as Kind, SyntaxNode};

use super::piece::{self, Context, Reader};
use super::{Reason, constant, depth, skim, tree};

/// Texts in texts in texts: no hand-made one goes further.
const MAX_LEVEL: usize = 4;

/// Reads what the body of a block does.
pub(super) fn read(block: &ast::Do, reader: &mut Reader<'_, '_>) {
    let range = tree::statement_range(block.syntax());
    let Some(text) = block.body().and_then(|body| body.decoded_value()) else { return };
    let deep = reader.context.level >= MAX_LEVEL;
    if deep || depth::nests_too_deep(text.text()) {
        reader.unread(&range, Reason::TooDeep);
        return;
    }
    // In another language than PL/pgSQL it is as good as closed.
    let Some(body) = block.plpgsql() else {
        reader.unread(&range, Reason::Hole);
        return;
    };
    let outer = reader.context;
    let origin = |range: &Range<usize>| {
        let at = |offset: usize| usize::from(text.source_pos((offset as u32).into()));
        (outer.origin)(&(at(range.start)..at(range.end)))
    };
    let context = Context { origin: &origin, level: outer.level + 1, ..outer };
    let mut walk = Walk {
        reader: Reader { context, reading: reader.reading, dialect: reader.dialect },
        returned: outer.conditional,
    };
    body.syntax().descendants().for_each(|node| walk.visit(&node));
}

struct Walk<'c, 'r> {
    reader: Reader<'c, 'r>,
    /// Whether everything from here on runs under a condition, since it may have been left before.
    returned: bool,
}

impl Walk<'_, '_> {
    fn visit(&mut self, node: &SyntaxNode) {
        let conditional = self.returned || is_conditional(node);
        self.reader.context.conditional = conditional;
        match node.kind() {
            Kind::PLPGSQL_EXEC_SQL_STMT => {
                let statement = node.children().find(|child| ast::Stmt::can_cast(child.kind()));
                let read = statement.is_some_and(|node| self.reader.statement(&node, "", true));
                if !read {
                    self.not_read(node);
                }
            }
            Kind::PLPGSQL_PERFORM_STMT | Kind::PLPGSQL_ASSIGN_STMT => {
                self.reader.uses(node);
            }
            Kind::PLPGSQL_DYN_EXECUTE_STMT => self.execute(node),
            Kind::PLPGSQL_RETURN_STMT => self.returned |= conditional,
            Kind::ERROR | Kind::PLPGSQL_DO_STMT => self.not_read(node),
            _ => {}
        }
    }

    /// `EXECUTE` of a text that is known, at least in part.
    fn execute(&mut self, node: &SyntaxNode) {
        let query = tree::child(node, Kind::PLPGSQL_EXPR);
        let Some(constant) = query.as_ref().and_then(constant::of) else {
            self.reader.unread(&tree::range(node), Reason::Hole);
            return;
        };
        let outer = self.reader.context;
        let origin = |range: &Range<usize>| (outer.origin)(&constant.origin(range));
        let context = Context { origin: &origin, level: outer.level + 1, ..outer };
        if context.level > MAX_LEVEL {
            self.reader.unread(&tree::range(node), Reason::TooDeep);
            return;
        }
        piece::read(&constant.text, context, self.reader.reading);
    }

    /// What the parser does not know in a body ends at a semicolon. It takes `SELECT … INTO variable` for such.
    fn not_read(&mut self, node: &SyntaxNode) {
        let text = node.text().to_string();
        let first = tree::tokens(node).next();
        let command = first.map(|token| token.text().to_ascii_uppercase()).unwrap_or_default();
        if skim::is_ddl(&command) || command == "DO" {
            let range = tree::range(node);
            self.reader.skim(&text, &range);
            self.reader.unread(&range, Reason::Syntax);
        }
    }
}

/// Whether a statement of a body stands where only some runs come by.
fn is_conditional(node: &SyntaxNode) -> bool {
    node.ancestors().skip(1).any(|outer| {
        matches!(
            outer.kind(),
            Kind::PLPGSQL_IF_STMT
                | Kind::PLPGSQL_CASE_STMT
                | Kind::PLPGSQL_WHILE_STMT
                | Kind::PLPGSQL_FOR_I_STMT
                | Kind::PLPGSQL_FOR_QUERY_STMT
                | Kind::PLPGSQL_FOR_DYN_STMT
                | Kind::PLPGSQL_FOR_CURSOR_STMT
                | Kind::PLPGSQL_FOR_EACH_STMT
                | Kind::PLPGSQL_EXCEPTION_HANDLER
        )
    })
}
