//! What a rule produces: findings, their labels, and how bad and how sure they are.
//!
//! Plain data. Reporters own the shapes they serialize, so nothing here derives `Serialize`.

use crate::source::Span;

/// What would happen to the database. A closed list: every rule names one of these.
///
/// The facts behind each are in `docs/hazards.md`, with their sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hazard {
    /// Connecting runs `CREATE EXTENSION`.
    ExtensionOnConnect,
    /// The schema is rebuilt from the user's models at run time.
    SchemaSync,
    /// Tables are dropped at run time.
    SchemaDrop,
    /// Pending migration files run when the application starts.
    MigrationsOnStart,
    /// A library makes or alters its own tables.
    LibraryDdl,
    /// DDL text or schema-builder calls in application code.
    RuntimeDdl,
    /// `CREATE DATABASE` at run time.
    CreateDatabase,
    /// Start scripts and container commands that run DDL.
    DeployDdl,
    /// A table ends up without a primary key after all migrations.
    MissingPrimaryKey,
    /// The migrations use an extension that none of them creates.
    ExtensionNotCreated,
    /// An unlogged table: its rows are not replicated.
    UnloggedTable,
    /// A replica identity that logical replication cannot use.
    ReplicaIdentity,
    /// Large objects, which logical replication does not carry.
    LargeObject,
    /// A materialized view is refreshed.
    MaterializedViewRefresh,
    /// A session overrides the read-only state of the green side.
    ReadOnlyOverride,
    /// Server settings that logical replication needs.
    ReplicationSettings,
}

impl Hazard {
    /// All hazards, in the order of the documentation.
    pub const ALL: [Self; 16] = [
        Self::ExtensionOnConnect,
        Self::SchemaSync,
        Self::SchemaDrop,
        Self::MigrationsOnStart,
        Self::LibraryDdl,
        Self::RuntimeDdl,
        Self::CreateDatabase,
        Self::DeployDdl,
        Self::MissingPrimaryKey,
        Self::ExtensionNotCreated,
        Self::UnloggedTable,
        Self::ReplicaIdentity,
        Self::LargeObject,
        Self::MaterializedViewRefresh,
        Self::ReadOnlyOverride,
        Self::ReplicationSettings,
    ];

    /// The name used in rule files and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExtensionOnConnect => "extension-on-connect",
            Self::SchemaSync => "schema-sync",
            Self::SchemaDrop => "schema-drop",
            Self::MigrationsOnStart => "migrations-on-start",
            Self::LibraryDdl => "library-ddl",
            Self::RuntimeDdl => "runtime-ddl",
            Self::CreateDatabase => "create-database",
            Self::DeployDdl => "deploy-ddl",
            Self::MissingPrimaryKey => "missing-primary-key",
            Self::ExtensionNotCreated => "extension-not-created",
            Self::UnloggedTable => "unlogged-table",
            Self::ReplicaIdentity => "replica-identity",
            Self::LargeObject => "large-object",
            Self::MaterializedViewRefresh => "materialized-view-refresh",
            Self::ReadOnlyOverride => "read-only-override",
            Self::ReplicationSettings => "replication-settings",
        }
    }

    /// The hazard with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hazard| hazard.name() == name)
    }
}

/// How bad a finding is. Ordered: a note is less than an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Counted, and listed on request.
    Note,
    /// DDL only on a first start, on an upgrade, or when migrations are pending.
    Warning,
    /// DDL on every healthy start or while running, a schema rebuilt from models, a table that cannot be replicated.
    Error,
}

impl Severity {
    /// All severities, the least first.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// The name used in rule files, configuration and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }

    /// The severity that is left when a finding is only that certain: a conditional one loses a step, a latent one is a
    /// note.
    #[must_use]
    pub fn weakened_by(self, certainty: Certainty) -> Self {
        match (certainty, self) {
            (Certainty::Certain, severity) => severity,
            (Certainty::Conditional, Self::Error) => Self::Warning,
            (Certainty::Conditional | Certainty::Latent, _) => Self::Note,
        }
    }
}

/// How sure it is that the hazard strikes. Ordered: latent is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// The switch is on but nothing in the project triggers it today, or the value cannot be known.
    Latent,
    /// An environment value, a configuration value or a guard on one decides; the finding names it.
    Conditional,
    /// It happens whenever this code runs, as far as code tells.
    Certain,
}

impl Certainty {
    /// All certainties, the least first.
    pub const ALL: [Self; 3] = [Self::Latent, Self::Conditional, Self::Certain];

    /// The name used in rule files, fixtures and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Latent => "latent",
            Self::Conditional => "conditional",
            Self::Certain => "certain",
        }
    }

    /// The certainty with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|certainty| certainty.name() == name)
    }
}

/// What a label is to its finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LabelRole {
    /// Where a person should look. Exactly one per finding, always the first label.
    Primary,
    /// A step on the value's way, or evidence.
    Related,
    /// Not shown: it only widens what an ignore comment covers.
    Hidden,
}

/// A marked place and what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// The marked text.
    pub span: Span,
    /// One short clause, in lower case, without a full stop. Empty for hidden labels.
    pub text: String,
    /// What the label is to its finding.
    pub role: LabelRole,
}

/// A hazard at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id: its path below `rules/`, without the ending.
    pub rule: String,
    /// What would happen to the database.
    pub hazard: Hazard,
    /// How bad it is, already weakened by the certainty.
    pub severity: Severity,
    /// How sure it is.
    pub certainty: Certainty,
    /// What happens, as one sentence without a full stop.
    pub message: String,
    /// How to fix it.
    pub help: String,
    /// The rule's page.
    pub url: String,
    /// The primary label, then the others in the order in which a reader should follow them.
    pub labels: Vec<Label>,
    /// Stable under moved lines and reformatting; unique in a report.
    pub fingerprint: String,
}

impl Finding {
    /// The place a person should look at.
    ///
    /// # Panics
    /// Never: a finding is made with its primary label.
    pub fn primary(&self) -> &Label {
        &self.labels[0]
    }

    /// The labels that are shown besides the primary one.
    pub fn related(&self) -> impl Iterator<Item = &Label> {
        self.labels.iter().filter(|label| label.role == LabelRole::Related)
    }
}
