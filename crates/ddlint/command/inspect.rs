//! `ddlint inspect`: the syntax tree of a file, for writing rules.

use std::fs;
use std::io::{self, Write};

use ddlint_core::language::Language;
use tree_sitter::{Node, Parser, Tree};

use super::print;
use crate::Status;
use crate::cli::InspectArgs;
use crate::trouble::{Mistake, Trouble};

/// Writes the named nodes of a file's syntax tree, one a line. The text of the nodes is not shown: it is in the file.
pub(crate) fn run(args: &InspectArgs) -> Result<Status, Trouble> {
    let shown = args.file.display();
    let Some(language) = Language::of_path(&args.file.to_string_lossy()) else {
        return Err(Mistake::new(format!("ddlint does not read files like `{shown}`")).into());
    };
    let text = fs::read(&args.file)
        .map_err(|error| Mistake::new(format!("`{shown}` cannot be read: {error}")))?;
    let mut parser = Parser::new();
    parser.set_language(&language.grammar()).map_err(|error| {
        Mistake::new(format!("internal error: the grammar cannot be used: {error}"))
    })?;
    let Some(tree) = parser.parse(&text, None) else {
        return Err(Mistake::new(format!("`{shown}` cannot be parsed")).into());
    };
    print(|out| print_tree(out, &tree))?;
    Ok(Status::Clean)
}

/// Walks without recursion: generated code nests deeper than a stack.
fn print_tree(out: &mut dyn Write, tree: &Tree) -> io::Result<()> {
    let mut cursor = tree.walk();
    let mut depth = 0;
    loop {
        let node = cursor.node();
        if node.is_named() || node.is_missing() {
            let field = cursor.field_name().map(|name| format!("{name}: ")).unwrap_or_default();
            writeln!(
                out,
                "{:indent$}{field}({}) {}",
                "",
                kind(node),
                place(node),
                indent = 2 * depth
            )?;
        }
        if cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(());
            }
            depth -= 1;
        }
    }
}

fn kind(node: Node<'_>) -> String {
    if node.is_missing() { format!("MISSING {}", node.kind()) } else { node.kind().to_owned() }
}

/// Lines and columns as editors count them, columns in bytes.
fn place(node: Node<'_>) -> String {
    let (start, end) = (node.start_position(), node.end_position());
    format!("{}:{}-{}:{}", start.row + 1, start.column + 1, end.row + 1, end.column + 1)
}
