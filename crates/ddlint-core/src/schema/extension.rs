//! Extensions, and what may come from them.

use super::name::Name;
use super::part::MentionKind;
use crate::source::Span;

/// An extension that is made or dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionStep {
    /// The extension.
    pub name: Name,
    /// Where.
    pub at: Span,
    /// Whether it is made. It is dropped otherwise.
    pub creates: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Whether that hangs on a condition.
    pub conditional: bool,
}

/// A function, type or operator class that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// What it is.
    pub kind: MentionKind,
    /// Its schema, if it is said.
    pub schema: Option<Name>,
    /// Its name.
    pub name: Name,
    /// Where.
    pub at: Span,
    /// How many steps on extensions came before.
    pub(super) extension_steps: usize,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Extensions {
    steps: Vec<ExtensionStep>,
    mentions: Vec<Mention>,
}

impl Extensions {
    pub(super) fn step(&mut self, step: ExtensionStep) {
        self.steps.push(step);
    }

    pub(super) fn mention(&mut self, mention: Mention) {
        self.mentions.push(Mention { extension_steps: self.steps.len(), ..mention });
    }

    pub(super) fn steps(&self) -> &[ExtensionStep] {
        &self.steps
    }

    pub(super) fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    pub(super) fn had(&self, name: &Name, mention: &Mention) -> bool {
        let before = self.steps.iter().take(mention.extension_steps);
        // A drop under a condition leaves it open; what was made counts as there.
        before
            .filter(|step| step.name.may_be(name))
            .fold(false, |there, step| step.creates || (there && step.conditional))
    }
}
