//! What is wrong with rule files.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// Something that is wrong in a rule file, with the places that show it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Mistake {
    message: String,
    source_code: NamedSource<Arc<str>>,
    labels: Vec<(Range<usize>, String)>,
    help: Option<String>,
}

impl Mistake {
    pub(super) fn new(
        source_code: NamedSource<Arc<str>>,
        at: Range<usize>,
        message: String,
    ) -> Self {
        Self { message, source_code, labels: vec![(at, String::new())], help: None }
    }

    /// The text at the first place.
    pub(super) fn label(&mut self, text: impl Into<String>) -> &mut Self {
        if let Some((_, label)) = self.labels.first_mut() {
            *label = text.into();
        }
        self
    }

    /// A second place that belongs to it.
    pub(super) fn and(&mut self, at: Range<usize>, text: impl Into<String>) -> &mut Self {
        self.labels.push((at, text.into()));
        self
    }

    pub(super) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn help_if(&mut self, help: Option<String>) -> &mut Self {
        self.help = help;
        self
    }

    /// The rule file's path.
    pub fn path(&self) -> &str {
        self.source_code.name()
    }

    /// The byte offset of the first place in the file.
    pub fn offset(&self) -> usize {
        self.labels.first().map_or(0, |(at, _)| at.start)
    }
}

impl Diagnostic for Mistake {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source_code)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = |(at, text): &(Range<usize>, String)| {
            let text = (!text.is_empty()).then(|| text.clone());
            LabeledSpan::new(text, at.start, at.len())
        };
        Some(Box::new(self.labels.iter().map(label)))
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}

/// All mistakes of all rule files, in the order of files and lines.
#[derive(Debug, Clone)]
pub struct RuleErrors {
    /// At least one.
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for RuleErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut paths: Vec<&str> = self.mistakes.iter().map(Mistake::path).collect();
        paths.sort_unstable();
        paths.dedup();
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let (mistakes, files) = (self.mistakes.len(), paths.len());
        write!(f, "{mistakes} mistake{} in {files} rule file{}", plural(mistakes), plural(files))
    }
}

impl std::error::Error for RuleErrors {}

impl Diagnostic for RuleErrors {
    fn related(&self) -> Option<Box<dyn Iterator<Item = &dyn Diagnostic> + '_>> {
        Some(Box::new(self.mistakes.iter().map(|mistake| mistake as &dyn Diagnostic)))
    }
}
