//! What is done to extensions.

use super::name::Name;
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
