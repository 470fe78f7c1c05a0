//! The languages ddlint reads, and their grammars.

/// A language of source code, decided by the file's ending alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// `.ts`, `.mts`, `.cts`
    TypeScript,
    /// `.tsx`: a grammar of its own, because `<T>x` is JSX there and no cast.
    Tsx,
    /// `.js`, `.mjs`, `.cjs`, `.jsx`
    JavaScript,
    /// `.json`: holds values that code imports or that a library reads. No rule looks for anything in it.
    Json,
    /// `.sql`: steps of a history, and what code reads and runs. Not parsed as code; see [`crate::sql`].
    Sql,
    /// `.prisma`: a schema in a language of its own.
    Prisma,
    /// `.yml`, `.yaml`: read only where a rule file says that a library reads it.
    Yaml,
    /// `.env`: variables of the environment, read only where a rule file says that a library reads it.
    Variables,
}

impl Language {
    /// The languages of code, in the order in which rule files and messages list them.
    pub const ALL: [Self; 3] = [Self::TypeScript, Self::Tsx, Self::JavaScript];

    /// The language of the file at `path`, or `None` if ddlint does not read such files.
    ///
    /// Declaration files (`*.d.ts`) hold no code that runs and are nobody's language.
    ///
    /// ```
    /// use ddlint_core::language::Language;
    ///
    /// assert_eq!(Language::of_path("src/data-source.mts"), Some(Language::TypeScript));
    /// assert_eq!(Language::of_path("src/types.d.ts"), None);
    /// assert_eq!(Language::of_path("README.md"), None);
    /// ```
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (stem, ending) = name.rsplit_once('.')?;
        let is_declaration = stem.rsplit_once('.').is_some_and(|(_, inner)| inner == "d");
        match ending {
            "ts" | "mts" | "cts" if is_declaration => None,
            "ts" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" => Some(Self::Tsx),
            "js" | "mjs" | "cjs" | "jsx" => Some(Self::JavaScript),
            "json" => Some(Self::Json),
            "sql" => Some(Self::Sql),
            "prisma" => Some(Self::Prisma),
            _ => None,
        }
    }

    /// Whether a file only declares the types of what stands elsewhere.
    ///
    /// ```
    /// use ddlint_core::language::Language;
    ///
    /// assert!(Language::is_declaration("src/types.d.ts"));
    /// assert!(!Language::is_declaration("src/d.ts"));
    /// ```
    pub fn is_declaration(path: &str) -> bool {
        let endings = [".d.ts", ".d.mts", ".d.cts"];
        endings.iter().any(|ending| path.ends_with(ending))
    }

    /// The language of a file that a library reads by itself, of which there are more.
    ///
    /// ```
    /// use ddlint_core::language::Language;
    ///
    /// assert_eq!(Language::of_setting_file("ormconfig.yml"), Some(Language::Yaml));
    /// assert_eq!(Language::of_setting_file("api/.env"), Some(Language::Variables));
    /// assert_eq!(Language::of_path("api/.env"), None);
    /// ```
    pub fn of_setting_file(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.')?.1 {
            "yml" | "yaml" => Some(Self::Yaml),
            "env" => Some(Self::Variables),
            _ => Self::of_path(path),
        }
    }

    /// The name used in rule files.
    pub fn name(self) -> &'static str {
        match self {
            Self::TypeScript => "typescript",
            Self::Tsx => "tsx",
            Self::JavaScript => "javascript",
            Self::Json => "json",
            Self::Sql => "sql",
            Self::Prisma => "prisma",
            Self::Yaml => "yaml",
            Self::Variables => "env",
        }
    }

    /// The language with that name in a rule file.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name() == name)
    }

    /// Whether it is code, which runs and in which rules look.
    pub fn is_code(self) -> bool {
        Self::ALL.contains(&self)
    }

    /// Whether it is parsed to a syntax tree.
    pub fn has_tree(self) -> bool {
        !matches!(self, Self::Yaml | Self::Variables | Self::Sql | Self::Prisma)
    }

    /// The tree-sitter grammar, of those that have one: all code, and JSON.
    pub fn grammar(self) -> Option<tree_sitter::Language> {
        match self {
            Self::TypeScript => Some(tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()),
            Self::Tsx => Some(tree_sitter_typescript::LANGUAGE_TSX.into()),
            Self::JavaScript => Some(tree_sitter_javascript::LANGUAGE.into()),
            Self::Json => Some(tree_sitter_json::LANGUAGE.into()),
            Self::Yaml | Self::Variables | Self::Sql | Self::Prisma => None,
        }
    }
}
