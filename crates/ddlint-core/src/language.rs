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
            _ => None,
        }
    }

    /// The name used in rule files.
    pub fn name(self) -> &'static str {
        match self {
            Self::TypeScript => "typescript",
            Self::Tsx => "tsx",
            Self::JavaScript => "javascript",
            Self::Json => "json",
        }
    }

    /// The language with that name in a rule file.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name() == name)
    }

    /// Whether it is code, which runs and in which rules look.
    pub fn is_code(self) -> bool {
        self != Self::Json
    }

    /// The tree-sitter grammar.
    pub fn grammar(self) -> tree_sitter::Language {
        match self {
            Self::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
            Self::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
            Self::JavaScript => tree_sitter_javascript::LANGUAGE.into(),
            Self::Json => tree_sitter_json::LANGUAGE.into(),
        }
    }
}
