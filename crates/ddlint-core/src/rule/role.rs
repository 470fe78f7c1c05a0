//! What files are for.

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Runs in production.
    Application,
    /// Run by hand or by a scheduler; reported like application code.
    Script,
    /// A step of a migration history: DDL is its job.
    Migration,
    /// Tests and what belongs to them; skipped unless asked for.
    Test,
    /// Shows how something is done; findings are notes.
    Example,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] =
        [Self::Application, Self::Script, Self::Migration, Self::Test, Self::Example];

    /// The name used in rule files and configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Script => "script",
            Self::Migration => "migration",
            Self::Test => "test",
            Self::Example => "example",
        }
    }

    /// The role with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Files that have a role.
#[derive(Debug)]
pub struct RoleRule {
    /// The role.
    pub role: Role,
    /// Globs over root-relative paths.
    pub files: globset::GlobSet,
    /// What an environment that serves this role is called: code that runs only there is not the application's.
    pub environments: Vec<String>,
    /// Packages that only such files import.
    pub imports: Vec<String>,
    /// Texts that only such files hold.
    pub mentions: Vec<String>,
}

impl RoleRule {
    /// A role that no file has yet.
    pub fn none(role: Role) -> Self {
        Self {
            role,
            files: globset::GlobSet::empty(),
            environments: Vec::new(),
            imports: Vec::new(),
            mentions: Vec::new(),
        }
    }
}
