//! What rule files say about migrations: which functions and files are steps of a history, and what the calls in them do
//! to a schema.

use std::sync::Arc;

use globset::GlobSet;
use regex::Regex;

use super::{ArgumentPath, Condition, Literal, OptionPath, Package, Pattern, Plural, SubjectId};
use crate::access_path::AccessPath;

/// Where the history of a database's schema is written down.
#[derive(Debug)]
pub struct History {
    /// `typeorm:migrations`.
    pub name: String,
    /// The packages of which at least one must be named in a manifest; empty if it needs none.
    pub packages: Vec<Package>,
    /// Packages that speak for a database, by the name that options call it.
    pub drivers: std::collections::BTreeMap<String, Vec<String>>,
    /// Files that are steps of it, besides those whose role is `migration`.
    pub files: Option<GlobSet>,
    /// What options call PostgreSQL: keys of `drivers`.
    pub databases: Vec<String>,
    /// Options of things in code that say which database is meant.
    pub database: Vec<Condition>,
    /// Files of the library's own tools that say so.
    pub configured: Option<Configured>,
    /// What names the folders of its steps, whatever these are called.
    pub directories: Vec<Directory>,
    /// Files of other databases.
    pub elsewhere: Option<GlobSet>,
    /// Which functions are its steps, if it is code.
    pub code: Option<Code>,
    /// Which files of SQL are its steps.
    pub scripts: Vec<Scripts>,
}

impl History {
    /// The files beside manifests whose text may name its folders.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        self.directories.iter().flat_map(|directory| match directory {
            Directory::Said { files, .. } => files.as_slice(),
            Directory::Configured(_) | Directory::Option(_) => &[],
        })
    }
}

/// Which functions are the steps of a history.
#[derive(Debug)]
pub struct Code {
    /// The name of the function or method that goes forward.
    pub method: String,
    /// Whether it is a method of a class. Else it is exported.
    pub class: bool,
    /// Whether it returns the SQL that is to run, instead of running it.
    pub returns: bool,
    /// What the function is handed.
    pub handed: Vec<AccessPath>,
    /// In which order the steps go.
    pub order: Order,
    /// What instances of the classes may say as their name: of it the number counts that orders them.
    pub named: Option<String>,
    /// What belongs together.
    pub group: Group,
    /// Where options list the files of a history. What two of them list apart are two histories.
    pub listed: Option<Listed>,
}

/// Files of configuration that name the database.
#[derive(Debug)]
pub struct Configured {
    /// Which files, by their paths.
    pub files: GlobSet,
    /// The option in what they export or hold, or in each of its members: one for each environment.
    pub option: OptionPath,
}

/// Something that names the folders of a history's steps.
#[derive(Debug)]
pub enum Directory {
    /// An option in what files of configuration export or hold, or in each of its members.
    Configured(Configured),
    /// An option of a subject.
    Option(Listed),
    /// A text in one of the files that stand beside a package's manifest. `directory` names the group that is the folder:
    /// as it is, or the parts in quotes of a call that joins them.
    Said {
        /// The names of the files.
        files: Vec<String>,
        /// Fits what names the folder.
        says: Regex,
    },
}

/// An option that lists the steps of a history.
#[derive(Debug)]
pub struct Listed {
    /// Whose option.
    pub of: SubjectId,
    /// Which.
    pub option: OptionPath,
}

/// In which order the steps of a history go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By the names of their files.
    File,
    /// By the number at the end of the name of the class.
    Class,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::File, Self::Class];

    /// The name used in rule files.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Class => "class",
        }
    }
}

/// Which steps belong to one history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Those of a package.
    Package,
    /// Those in a folder.
    Folder,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Package, Self::Folder];

    /// The name used in rule files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Folder => "folder",
        }
    }
}

/// Files of SQL that are steps of a history.
#[derive(Debug)]
pub struct Scripts {
    /// Fits root-relative paths. `history` names the group that is the history's folder, `order` the one by which its
    /// files are sorted; numbers in it count as numbers.
    pub files: Regex,
    /// A file of the history's folder, and what it says if this is a history of PostgreSQL.
    pub beside: Option<Beside>,
    /// What begins the parts that go forward and back, if a file may have both. Without either of them in it, the whole
    /// file goes forward.
    pub parts: Option<Parts>,
}

/// What begins the parts of a script.
#[derive(Debug)]
pub struct Parts {
    /// Those that go forward.
    pub up: Regex,
    /// Those that go back.
    pub down: Regex,
}

/// A file that tells which database a folder of scripts is for.
#[derive(Debug)]
pub struct Beside {
    /// Below the history's folder, or above it (`../x`). The first that is there counts.
    pub files: Vec<String>,
    /// What must stand in it.
    pub says: Regex,
    /// Whether there is no history without it.
    pub required: bool,
}

/// What a call does to a schema.
#[derive(Debug)]
pub struct Event {
    /// The packages of which at least one must be named in a manifest; empty if it needs none.
    pub packages: Vec<Package>,
    /// What is called. `*` in a path stands for one or more members that are called: `t.uuid().notNull()`.
    pub calls: Vec<AccessPath>,
    /// Finds it in application code. Calls inside of callbacks are found where those are handed over.
    pub pattern: Option<Pattern>,
    /// What it does.
    pub does: Verb,
    /// About arguments: the first step of an option's path is the number of the argument.
    pub conditions: Vec<Condition>,
    /// Where it says what about.
    pub from: Vec<(Slot, Vec<ArgumentPath>)>,
    /// What a slot means whose argument is absent.
    pub defaults: Vec<(Slot, Literal)>,
    /// How columns are described.
    pub column: ColumnShape,
    /// What is constructed or called to describe a key among other constraints.
    pub key_by: Vec<AccessPath>,
    /// Whether it only describes a table that something else makes.
    pub is_model: bool,
    /// What says that the database is PostgreSQL, in application code.
    pub database: Vec<Condition>,
    /// How tables are called after models.
    pub plural: Option<Arc<Plural>>,
}

/// How the columns in a list or an object are described.
#[derive(Debug, Default)]
pub struct ColumnShape {
    /// The option with the name. Without one the key in the object is the name.
    pub name: Option<OptionPath>,
    /// The option with the type; a text that stands for a column is its type.
    pub kind: Option<OptionPath>,
    /// The option that makes it a column of the key.
    pub key: Option<OptionPath>,
    /// The option with the name of the key.
    pub key_name: Option<OptionPath>,
    /// What makes a default that is not said.
    pub generated: Option<Generated>,
    /// The option that forbids nulls, if it is true.
    pub not_null: Option<OptionPath>,
    /// The option that allows nulls. Without it they are not.
    pub nullable: Option<OptionPath>,
    /// The option that forbids nulls if it is false. Without it they are allowed.
    pub allow_null: Option<OptionPath>,
    /// The option that makes it unique.
    pub unique: Option<OptionPath>,
    /// The option that makes it a foreign key.
    pub references: Option<OptionPath>,
    /// The option with the default, if that is SQL: the functions in it are used.
    pub default: Option<OptionPath>,
    /// Fits types that make a key by themselves.
    pub key_type: Option<Regex>,
    /// The export of the step's file that holds descriptions by the types that stand for them.
    pub shorthands: Option<String>,
    /// The method whose call makes a column one of the key: `integer().primaryKey()`.
    pub key_call: Option<String>,
    /// The method whose call forbids nulls.
    pub not_null_call: Option<String>,
}

impl ColumnShape {
    /// Whether a library makes up a name for the keys of columns that are described like this.
    pub fn names_key(&self, defaults: &[(Slot, Literal)]) -> bool {
        self.key.is_some() && defaults.iter().any(|(slot, _)| *slot == Slot::Name)
    }
}

/// An option of a column that stands for a default.
#[derive(Debug)]
pub struct Generated {
    /// Which.
    pub option: OptionPath,
    /// What it says then.
    pub is: Literal,
    /// The default, in SQL. What options say elsewhere may make it another one.
    pub default: String,
}

macro_rules! names {
    ($(#[$of:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$of])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $type { $($(#[$doc])* $variant,)* }

        impl $type {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name used in rule files.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

names! {
    /// What a call does.
    Verb {
        /// Runs a text of SQL.
        Sql = "sql",
        /// Uses what stands in an expression of SQL.
        Uses = "uses",
        /// Makes a table.
        CreateTable = "create-table",
        /// Drops a table.
        DropTable = "drop-table",
        /// Renames a table.
        RenameTable = "rename-table",
        /// Adds columns.
        AddColumn = "add-column",
        /// Adds columns; those of a key join the key that is there.
        AddColumnToKey = "add-column-to-key",
        /// Drops columns.
        DropColumn = "drop-column",
        /// Drops columns; what is left of the key stays one.
        DropColumnOfKey = "drop-column-of-key",
        /// Renames a column.
        RenameColumn = "rename-column",
        /// Makes another column of one.
        ChangeColumn = "change-column",
        /// Adds a key.
        AddKey = "add-key",
        /// Puts a key in the place of the one that is there.
        ReplaceKey = "replace-key",
        /// Drops the key.
        DropKey = "drop-key",
        /// Adds a constraint that is described in SQL.
        AddConstraint = "add-constraint",
        /// Drops a constraint by its name.
        DropConstraint = "drop-constraint",
        /// Renames a constraint.
        RenameConstraint = "rename-constraint",
        /// Adds a unique constraint or makes a unique index.
        AddUnique = "add-unique",
        /// Adds a foreign key.
        AddReference = "add-reference",
        /// Moves a table to another schema.
        SetSchema = "set-schema",
        /// Makes a table unlogged.
        SetUnlogged = "set-unlogged",
        /// Drops all tables.
        DropAll = "drop-all",
        /// Renames a schema.
        RenameSchema = "rename-schema",
        /// Drops a schema.
        DropSchema = "drop-schema",
        /// Makes extensions.
        CreateExtension = "create-extension",
        /// Drops extensions.
        DropExtension = "drop-extension",
        /// Makes a view.
        CreateView = "create-view",
        /// Fills a materialized view again.
        RefreshView = "refresh-view",
        /// Changes the schema in a way that no rule asks for.
        Other = "ddl",
    }
}

names! {
    /// What a call can say about what it does.
    Slot {
        /// The table, or a list of them.
        Table = "table",
        /// Its schema.
        Schema = "schema",
        /// The new name.
        To = "to",
        /// The table whose columns it copies.
        Like = "like",
        /// What else is copied: `all` or `indexes` brings the key.
        Including = "including",
        /// The tables that it inherits from.
        Inherits = "inherits",
        /// Whether, or by what, the table is partitioned.
        Partitioned = "partitioned",
        /// A column, a list or an object of them.
        Columns = "columns",
        /// The type of the column.
        Type = "type",
        /// Whether the column is of the key, or the names of the key's columns.
        Key = "key",
        /// The names of what is unique, or a list of such lists.
        Unique = "unique",
        /// The foreign keys, or their columns.
        References = "references",
        /// The name of a constraint, an extension or a view.
        Name = "name",
        /// A text of SQL.
        Sql = "sql",
        /// The name of a model, of which that of its table is made.
        Model = "model",
        /// Whether the table is called what the model is.
        AsItIs = "as_it_is",
        /// Whether the words of the table's name stand apart: `audit_entries`.
        Underscored = "underscored",
        /// What is bound to `??` and `:name:` in a text of SQL.
        Bindings = "bindings",
        /// What is put in for `{name}` in a text of SQL.
        Words = "words",
        /// What an index is over, in words of SQL.
        Index = "index",
        /// The names of operator classes.
        Classes = "classes",
        /// Whether, or how, the key is deferrable.
        Deferrable = "deferrable",
        /// Whether nothing happens if there is one already.
        IfNotExists = "if_not_exists",
        /// Whether the table is unlogged.
        Unlogged = "unlogged",
        /// Whether the table is temporary.
        Temporary = "temporary",
    }
}

/// What an extension of PostgreSQL brings.
#[derive(Debug)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// Functions, in lower case.
    pub functions: Vec<String>,
    /// Types, in lower case.
    pub types: Vec<String>,
    /// Operator classes, in lower case.
    pub classes: Vec<String>,
    /// The extensions that it needs: where it is, they are.
    pub needs: Vec<String>,
}

names! {
    /// What of a schema a rule judges.
    Over {
        /// Its tables.
        Tables = "tables",
        /// Extensions that it uses and that nothing creates.
        Extensions = "extensions",
        /// Functions that application code calls in SQL, and types of columns.
        Uses = "uses",
        /// Materialized views that are filled again.
        Refreshes = "refreshes",
    }
}

impl Over {
    /// What can be asked of one of them, and written in messages.
    pub fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::Tables => &[
                "table",
                "quoted",
                "key",
                "cause",
                "persistence",
                "identity",
                "types",
                "place",
                "add_key",
            ],
            Self::Extensions => &["extension", "use", "place"],
            Self::Uses => &["kind", "name", "place"],
            Self::Refreshes => &["view", "place"],
        }
    }
}

/// Things of libraries that are what they are because the database is PostgreSQL: the name of the dialect.
#[derive(Debug)]
pub struct Known {
    /// The things.
    pub paths: Vec<AccessPath>,
    /// What they are; of several, each is another spelling of the same.
    pub is: Vec<Literal>,
}
