//! How far a rule is.

/// How settled a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// New; may change in any release.
    Preview,
    /// Changes only with a word in the changelog.
    Stable,
    /// On its way out.
    Deprecated,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Preview, Self::Stable, Self::Deprecated];

    /// The name used in rule files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Stable => "stable",
            Self::Deprecated => "deprecated",
        }
    }
}
