//! What the reading end of a stream can show: colors, links, how wide.

use std::env;
use std::io::{self, IsTerminal as _};

use miette::{GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};

use crate::cli::Color;

/// The width of lines where no terminal says otherwise. Also what makes output in pipes the same everywhere.
const WIDTH_IN_PIPES: usize = 100;

/// A stream and what it can show. Decided here and not by a library, because stdout and stderr often differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terminal {
    /// Whether to write ANSI colors.
    pub(crate) color: bool,
    /// Whether to write links that a terminal makes clickable.
    pub(crate) links: bool,
    /// Where to wrap prose, in columns.
    pub(crate) width: usize,
}

impl Terminal {
    /// No colors, a fixed width.
    pub(crate) const PLAIN: Self = Self { color: false, links: false, width: WIDTH_IN_PIPES };

    /// For what is written to stdout.
    pub(crate) fn stdout(color: Color) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let width =
            terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
        Self::new(color, is_terminal, width)
    }

    /// For what is written to stderr.
    pub(crate) fn stderr(color: Color) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let width =
            terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0));
        Self::new(color, is_terminal, width)
    }

    fn new(color: Color, is_terminal: bool, width: Option<usize>) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                is_terminal && !no_color() && env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        };
        let width = width.filter(|_| is_terminal).unwrap_or(WIDTH_IN_PIPES);
        // Narrower than that, an excerpt says nothing; much wider, prose is hard to read.
        Self { color, links: color && is_terminal, width: width.clamp(60, 140) }
    }

    /// A renderer of diagnostics for this stream. It does not wrap: it would wrap nested excerpts, too.
    pub(crate) fn renderer(&self) -> GraphicalReportHandler {
        // The terminal's own sixteen colors follow its theme; fixed ones are unreadable in half of them.
        let styles = if self.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
        GraphicalReportHandler::new_themed(theme)
            .with_width(self.width)
            .with_links(false)
            .with_context_lines(0)
            .with_wrap_lines(false)
            .with_show_related_as_nested(true)
    }
}

/// <https://no-color.org>: set and not empty.
fn no_color() -> bool {
    env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipes_get_no_colors_unless_asked_for() {
        assert_eq!(Terminal::new(Color::Auto, false, Some(300)), Terminal::PLAIN);
        assert_eq!(
            Terminal::new(Color::Always, false, None),
            Terminal { color: true, ..Terminal::PLAIN }
        );
    }

    #[test]
    fn a_tiny_terminal_is_not_believed() {
        assert_eq!(Terminal::new(Color::Never, true, Some(3)).width, 60);
    }
}
