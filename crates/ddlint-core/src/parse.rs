//! Parsing, with the guards that tree-sitter leaves to its users.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{ParseOptions, ParseState, Parser, Tree};

use crate::language::Language;

/// A safety net, not a limit: the slowest file of a corpus of 58,468 took 152 ms, and a busy machine may take twenty times
/// as long. A file that is stopped is the one exception to the promise that output never depends on time, and it always
/// leaves a notice.
const DEADLINE: Duration = Duration::from_secs(10);

thread_local! {
    /// One parser per thread and language: making one costs more than parsing a small file.
    static PARSERS: RefCell<Vec<(Language, Parser)>> = const { RefCell::new(Vec::new()) };
}

/// The syntax tree of a text. Never fails on bad syntax; `None` if the deadline passed.
pub(crate) fn parse(language: Language, text: &str) -> Option<Tree> {
    PARSERS.with_borrow_mut(|parsers| {
        let known = parsers.iter().position(|(of, _)| *of == language);
        let at = match known {
            Some(at) => at,
            None => {
                let mut parser = Parser::new();
                parser.set_language(&language.grammar()?).ok()?;
                parsers.push((language, parser));
                parsers.len() - 1
            }
        };
        let parser = &mut parsers[at].1;
        let started = Instant::now();
        let mut progress = |_: &ParseState| {
            if started.elapsed() > DEADLINE {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        let mut chunk = |offset: usize, _| text.as_bytes().get(offset..).unwrap_or_default();
        let tree = parser.parse_with_options(&mut chunk, None, Some(options));
        // A parser that was stopped resumes the old text on its next call and returns a wrong tree.
        parser.reset();
        tree
    })
}
