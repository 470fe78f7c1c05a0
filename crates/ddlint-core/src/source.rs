//! Source files: their text, their parsed tree, and places in them.

use std::ops::Range;
use std::sync::OnceLock;

use tree_sitter::{Node, Tree};

use crate::language::Language;
use crate::parse::parse;
use crate::report::{Notice, NoticeKind};
use crate::secret;
use crate::setting_file::{self, Broken, Setting};

/// A file of the project. Ids are given in the order of paths, so spans sort like paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u32);

/// A place: a file and a range of bytes in it. Lines and columns exist only in reporters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset behind the last byte.
    pub end: u32,
}

/// A line and column as people count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based.
    pub line: usize,
    /// 1-based, in Unicode code points.
    pub column: usize,
}

/// The text of a file and what is derived from it.
#[derive(Debug)]
pub struct Source {
    /// Relative to the project's root, with `/` on every system.
    pub path: String,
    /// How it is parsed.
    pub language: Language,
    /// Valid UTF-8, without a byte order mark's meaning: the mark, if any, is part of the text so that offsets are the
    /// file's own.
    pub text: String,
    tree: OnceLock<Option<Tree>>,
    settings: OnceLock<Result<Setting, Broken>>,
    lines: OnceLock<Vec<u32>>,
    secrets: OnceLock<Vec<Range<usize>>>,
}

impl Source {
    /// A source whose tree is parsed when it is first asked for.
    pub fn new(path: String, language: Language, text: String) -> Self {
        Self {
            path,
            language,
            text,
            tree: OnceLock::new(),
            settings: OnceLock::new(),
            lines: OnceLock::new(),
            secrets: OnceLock::new(),
        }
    }

    /// The root of the syntax tree, parsed when it is first asked for. `None` if the deadline passed, or if files of the
    /// language have no tree.
    pub fn root(&self) -> Option<Node<'_>> {
        if !self.language.has_tree() {
            return None;
        }
        let tree = self.tree.get_or_init(|| parse(self.language, &self.text));
        tree.as_ref().map(Tree::root_node)
    }

    /// What stands in a file of settings without a tree, read when it is first asked for. `None` if it cannot be read.
    pub(crate) fn settings(&self) -> Option<&Setting> {
        let read = || setting_file::read(self.language, &self.text);
        self.settings.get_or_init(read).as_ref().ok()
    }

    /// What was wrong with parsing it, if it was parsed.
    pub(crate) fn trouble(&self, file: FileId) -> Option<Notice> {
        let notice = |span, kind, message: &str| Notice {
            path: self.path.clone(),
            span,
            kind,
            message: message.into(),
        };
        if let Some(Err(broken)) = self.settings.get() {
            let span = Span { file, start: broken.at.start, end: broken.at.end };
            return Some(notice(Some(span), NoticeKind::Syntax, &broken.message));
        }
        let Some(tree) = self.tree.get()? else {
            let message = "parsing took too long: the file was left out";
            return Some(notice(None, NoticeKind::ParseTimeout, message));
        };
        let broken = first_error(tree.root_node())?;
        let span = Span { file, start: broken.start_byte() as u32, end: broken.end_byte() as u32 };
        Some(notice(
            Some(span),
            NoticeKind::Syntax,
            "syntax that the grammar does not know: read as far as it goes",
        ))
    }

    /// The text between two byte offsets; empty if they do not lie on characters.
    pub fn slice(&self, start: u32, end: u32) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The line and column of a byte offset. An offset behind the end counts as the end.
    ///
    /// ```
    /// use ddlint_core::{language::Language, source::Source};
    ///
    /// let source = Source::new("a.ts".into(), Language::TypeScript, "é = 1\nb = 2".into());
    /// let place = source.position(3); // "é" takes two bytes and one column
    /// assert_eq!((place.line, place.column), (1, 3));
    /// let place = source.position(7);
    /// assert_eq!((place.line, place.column), (2, 1));
    /// ```
    pub fn position(&self, offset: u32) -> Position {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let before = self.slice(starts[line], offset.min(self.text.len() as u32));
        Position { line: line + 1, column: before.chars().count() + 1 }
    }

    /// The byte range of a 1-based line, without its line break. `None` behind the last line.
    pub fn line(&self, line: usize) -> Option<(u32, u32)> {
        let starts = self.line_starts();
        let start = *starts.get(line.checked_sub(1)?)?;
        let end = starts.get(line).map_or(self.text.len() as u32, |next| next - 1);
        let text = self.slice(start, end);
        Some((start, start + text.trim_end_matches('\r').len() as u32))
    }

    /// The byte ranges of secrets, sorted and disjoint, looked for when they are first asked for: every excerpt asks.
    pub(crate) fn secrets(&self) -> &[Range<usize>] {
        self.secrets.get_or_init(|| secret::secrets(self))
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect()
        })
    }
}

/// The first node that the grammar could not make sense of.
fn first_error(root: Node<'_>) -> Option<Node<'_>> {
    if !root.has_error() {
        return None;
    }
    let mut node = root;
    while !node.is_error() && !node.is_missing() {
        let mut cursor = node.walk();
        let broken = node.children(&mut cursor).find(Node::has_error);
        node = broken?;
    }
    Some(node)
}
