//! What goes wrong around a run, and how it is told.

use std::fmt;
use std::io;

use miette::{Diagnostic, LabeledSpan, SourceCode};

use crate::report::excerpt::{Excerpt, Mark};
use crate::report::text;
use crate::terminal::Terminal;

/// Why ddlint could not do what it was asked to.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Wrong usage, configuration or rules: something the user can put right.
    Mistakes(Vec<Box<dyn Diagnostic>>),
    /// The report could not be written.
    Output(io::Error),
}

impl Trouble {
    /// Writes it to stderr.
    pub(crate) fn tell(&self, terminal: &Terminal) {
        match self {
            Self::Mistakes(mistakes) => {
                for (at, mistake) in mistakes.iter().enumerate() {
                    if at > 0 {
                        eprintln!();
                    }
                    tell(mistake.as_ref(), terminal);
                }
            }
            Self::Output(error) => eprintln!("ddlint: the report could not be written: {error}"),
        }
    }
}

/// Writes one diagnostic to stderr.
fn tell(diagnostic: &dyn Diagnostic, terminal: &Terminal) {
    let mut rendered = String::new();
    // Writing to a string fails only if a diagnostic's own text fails; the plain message is still worth printing.
    if terminal.renderer().render_report(&mut rendered, diagnostic).is_err() {
        rendered = format!("{}\n", text::cleaned(&diagnostic.to_string()));
    }
    eprint!("{rendered}");
}

impl From<Mistake> for Trouble {
    fn from(mistake: Mistake) -> Self {
        Self::Mistakes(vec![Box::new(mistake)])
    }
}

impl From<Vec<Mistake>> for Trouble {
    /// In the order of the text they are in.
    fn from(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by_key(|mistake| mistake.offset);
        Self::Mistakes(
            mistakes.into_iter().map(|mistake| Box::new(mistake) as Box<dyn Diagnostic>).collect(),
        )
    }
}

/// Something the user can put right.
#[derive(Debug)]
pub(crate) struct Mistake {
    message: String,
    help: Option<String>,
    excerpt: Option<Box<Excerpt>>,
    offset: usize,
}

impl Mistake {
    /// What is wrong, as one sentence without a full stop.
    pub(crate) fn new(message: impl AsRef<str>) -> Self {
        let message = text::wrapped(&text::cleaned(message.as_ref()), Terminal::PLAIN.width - 4);
        Self { message, help: None, excerpt: None, offset: 0 }
    }

    /// How to put it right.
    pub(crate) fn help(mut self, help: impl AsRef<str>) -> Self {
        self.help = Some(text::wrapped(&text::cleaned(help.as_ref()), Terminal::PLAIN.width - 8));
        self
    }

    /// Where in a text it is. `secrets` are byte ranges that nobody should read, sorted.
    pub(crate) fn at(
        mut self,
        path: &str,
        text: &str,
        secrets: &[std::ops::Range<usize>],
        span: std::ops::Range<usize>,
        label: &str,
    ) -> Self {
        let mark = Mark { start: span.start, end: span.end, text: label.into(), primary: true };
        self.offset = span.start;
        self.excerpt =
            Some(Box::new(Excerpt::new(path, text, secrets, &[mark], Terminal::PLAIN.width)));
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mistake {}

impl Diagnostic for Mistake {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_deref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        Some(Box::new(excerpt.labels().iter().cloned()))
    }
}
