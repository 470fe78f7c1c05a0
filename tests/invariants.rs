//! What `docs/architecture.md` promises of the sources themselves.
//!
//! They are read as text: comments and literals are told apart from code, and test modules are left out.

#![allow(
    clippy::unwrap_used,
    reason = "clippy takes only the functions marked `#[test]` for tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use ddlint_core::access_path::{AccessPath, Step};
use ddlint_core::rule::{
    Condition, OptionPath, OptionStep, OptionsAt, Pattern, RuleFile, RuleSet, load,
};

/// Names of rule files that may stand in string literals nevertheless, with the end of the path of the files in which
/// they may: `.rs` stands for all files.
const ALLOWED: [(&str, &str); 27] = [
    ("table", ".rs"),
    // `PRIMARY KEY`, and what reports call the first label.
    ("primary", ".rs"),
    // What a Prisma schema calls its database.
    ("postgres", "history/prisma.rs"),
    ("text", ".rs"),
    ("migrations", ".rs"),
    // A language, by the ending of its files.
    ("prisma", "directive/comment.rs"),
    ("prisma", "language.rs"),
    // Words of SQL and of the rule format that libraries have as well.
    ("query", ".rs"),
    ("columns", ".rs"),
    ("extension", ".rs"),
    ("extensions", ".rs"),
    // What databases have and rules judge: the word is the format's own, and the folder of those rules has its name.
    ("schema", ".rs"),
    // The kind of a file, whose comments begin with `#`.
    (".env", "directive/comment.rs"),
    // Fields of the grammar.
    ("type", ".rs"),
    ("name", ".rs"),
    // What JavaScript calls a default export, and a key of rule files.
    ("default", ".rs"),
    // A key of rule files and the capture that goes with it; the word in what is said about both.
    ("options", ".rs"),
    ("driver", "/check.rs"),
    // A folder that compilers write to.
    ("build", "/resolve/mod.rs"),
    // A folder that people leave out.
    ("generated", "/init.rs"),
    // Words of SQL that Sequelize's options share.
    ("create", "sql/hole.rs"),
    ("alter", "sql/hole.rs"),
    ("force", "sql/hole.rs"),
    // What the reader of a message calls settings, and a folder and a flag of our own that are called so.
    ("configuration", ".rs"),
    ("config", ".rs"),
    // An example in a message to authors of rules.
    ("typeorm", "/access_path.rs"),
    ("DataSource", "/access_path.rs"),
];

/// What stands before an item that is only there for tests.
const TEST_ONLY: &str = "#[cfg(test)]";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder with that ending, by their path from the repository's root.
fn files_below(folder: &str, ending: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root().join(folder)];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                let relative = path.strip_prefix(root()).unwrap();
                let relative = relative.to_str().unwrap().replace('\\', "/");
                found.insert(relative, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// The sources below a folder that are no tests.
fn sources(folder: &str) -> BTreeMap<String, Scanned> {
    let mut files: BTreeMap<String, Scanned> = files_below(folder, "rs")
        .into_iter()
        .map(|(path, text)| (path, Scanned::new(&text)))
        .collect();
    let tests: BTreeSet<String> = files.values().flat_map(Scanned::test_files).collect();
    let is_test = |path: &str, name: &String| {
        path.ends_with(&format!("/{name}.rs")) || path.contains(&format!("/{name}/"))
    };
    files.retain(|path, _| !tests.iter().any(|name| is_test(path, name)));
    files.into_iter().map(|(path, source)| (path, source.without_tests())).collect()
}

/// A source, taken apart. Both parts keep the offsets of the file.
struct Scanned {
    /// The source with comments and the insides of literals blanked.
    code: Vec<u8>,
    /// The string literals and where they start.
    literals: Vec<(usize, String)>,
}

impl Scanned {
    fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut scanned = Self { code: bytes.to_vec(), literals: Vec::new() };
        let find =
            |from: usize, what: &str| text[from..].find(what).map_or(text.len(), |at| from + at);
        let mut at = 0;
        while at < bytes.len() {
            let rest = &text[at..];
            let end = if rest.starts_with("//") {
                find(at, "\n")
            } else if rest.starts_with("/*") {
                (find(at + 2, "*/") + 2).min(text.len())
            } else if rest.starts_with('"') {
                let end = end_of_string(bytes, at);
                scanned.literals.push((at, text[at + 1..end - 1].to_owned()));
                end
            } else if let Some(hashes) = raw_string(bytes, at) {
                let (start, closing) = (at + hashes + 2, format!("\"{}", "#".repeat(hashes)));
                let end = find(start, &closing);
                scanned.literals.push((at, text[start..end].to_owned()));
                end + closing.len()
            } else if let Some(end) = end_of_char(rest) {
                at + end
            } else {
                at += rest.chars().next().map_or(1, char::len_utf8);
                continue;
            };
            scanned.code[at..end].fill(b' ');
            at = end;
        }
        scanned
    }

    /// The names of the modules that are files and only there for tests.
    fn test_files(&self) -> Vec<String> {
        let code = String::from_utf8_lossy(&self.code);
        let items = code.split(TEST_ONLY).skip(1);
        let declared = items.filter_map(|item| item.trim_start().split_once(';'));
        let names = declared.filter_map(|(item, _)| item.rsplit_once("mod ").map(|(_, name)| name));
        let is_name = |name: &&str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
        names.filter(is_name).map(str::to_owned).collect()
    }

    /// Without the items that are only there for tests.
    fn without_tests(mut self) -> Self {
        let is_test = |window: &[u8]| window == TEST_ONLY.as_bytes();
        while let Some(start) = self.code.windows(TEST_ONLY.len()).position(is_test) {
            let mut depth = 0;
            let mut end = start;
            for (at, byte) in self.code.iter().enumerate().skip(start) {
                depth += i32::from(*byte == b'{') - i32::from(*byte == b'}');
                end = at + 1;
                if depth == 0 && matches!(byte, b'}' | b';') {
                    break;
                }
            }
            self.code[start..end].fill(b' ');
            self.literals.retain(|(at, _)| !(start..end).contains(at));
        }
        self
    }
}

/// Behind the closing quote of the string that begins at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while bytes.get(at).is_some_and(|byte| *byte != b'"') {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// The number of `#` of the raw string that begins here.
fn raw_string(bytes: &[u8], at: usize) -> Option<usize> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_inside = at > 0 && is_word(bytes[at - 1]) && bytes[at - 1] != b'b';
    if bytes[at] != b'r' || is_inside {
        return None;
    }
    let hashes = bytes[at + 1..].iter().take_while(|byte| **byte == b'#').count();
    (bytes.get(at + 1 + hashes) == Some(&b'"')).then_some(hashes)
}

/// The length of the character literal that begins here; a lifetime is none.
fn end_of_char(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    if inside.starts_with('\\') {
        return Some(inside[2..].find('\'')? + 4);
    }
    let length = inside.chars().next()?.len_utf8();
    inside[length..].starts_with('\'').then_some(length + 2)
}

#[test]
fn the_scanner_tells_code_from_text() {
    let text = r##"let a = "x \" y"; // "no"
/* "no" */ let b = r#"raw " text"#; let c = '"'; let d: &'static str = b"bytes";
#[cfg(test)]
mod tests { const NO: &str = "no }"; }
const E: &str = "e";
"##;
    let scanned = Scanned::new(text).without_tests();
    let literals: Vec<_> = scanned.literals.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(literals, ["x \\\" y", "raw \" text", "bytes", "e"]);
    let code = String::from_utf8(scanned.code).unwrap();
    assert!(!code.contains("no") && code.contains("const E"), "{code}");
}

fn rules() -> RuleSet {
    let files = files_below("rules", "toml").into_iter();
    let below = |path: String| path.strip_prefix("rules/").unwrap().to_owned();
    let files = files.map(|(path, text)| RuleFile { path: below(path), text, builtin: true });
    load(&files.collect::<Vec<_>>()).unwrap()
}

/// Every name that only a rule file should say.
fn names(rules: &RuleSet) -> BTreeSet<String> {
    let mut names = Names::default();
    for path in files_below("rules", "toml").keys() {
        names.add(path.split('/').nth(1).filter(|folder| !folder.contains('.')));
    }
    for rule in &rules.rules {
        names.add(Some(&rule.id));
        names.add(rule.packages.iter().map(|package| &package.name));
        for case in &rule.cases {
            names.add(case.packages.iter().map(|package| &package.name));
            // What rules ask of schemas are words of the format.
            if rule.over().is_none() {
                names.conditions(&case.conditions);
            }
        }
    }
    for event in &rules.events {
        names.add(event.calls.iter().map(|path| &path.module));
    }
    for history in &rules.histories {
        names.add(Some(&history.name));
        names.add(history.drivers.values().flatten());
    }
    for setting in &rules.settings {
        names.paths(&setting.paths);
    }
    for file in &rules.files {
        names.add(Some(&file.name));
        names.add(file.packages.iter().map(|package| &package.name));
        names.add(file.several.iter().flat_map(|several| [&several.option, &several.default]));
        for source in &file.sources {
            names.add(&source.names);
            names.add(&source.needs);
            let variables = source.variables.iter();
            names.add(variables.flat_map(|variable| [&variable.name, &variable.option]));
        }
        names.paths(&file.paths);
    }
    for set in &rules.sets {
        names.add(Some(&set.name));
        names.patterns(&set.embedded);
        set.listed.iter().for_each(|path| names.option(path));
        for called in &set.called {
            names.patterns(&called.patterns);
            called.when.iter().for_each(|path| names.option(path));
        }
    }
    for subject in &rules.subjects {
        names.add(Some(&subject.name));
        names.add(subject.packages.iter().map(|package| &package.name));
        names.add(subject.drivers.values().flatten());
        names.patterns(&subject.patterns);
    }
    for fact in &rules.facts {
        names.add(Some(&fact.name));
        names.patterns(&fact.patterns);
        for case in &fact.cases {
            names.conditions(&case.conditions);
            names.add(case.gives.keys());
        }
    }
    names.0
}

#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    fn add(&mut self, names: impl IntoIterator<Item = impl Into<String>>) {
        self.0.extend(names.into_iter().map(Into::into));
    }

    fn conditions(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            if let Condition::Option { path, .. } = condition {
                self.option(path);
            }
        }
    }

    fn option(&mut self, path: &OptionPath) {
        self.add(path.0.iter().filter_map(|step| match step {
            // The place in a list is no name.
            OptionStep::Key(key) if key.chars().all(|c| c.is_ascii_digit()) => None,
            OptionStep::Key(key) => Some(key),
            OptionStep::Returned | OptionStep::Each => None,
        }));
    }

    fn patterns(&mut self, patterns: &[Pattern]) {
        for pattern in patterns {
            self.add(pattern.positional.iter().map(|(_, option)| option));
            for at in &pattern.options {
                if let OptionsAt::Argument { path, .. } = at {
                    self.option(path);
                }
            }
            pattern.value_of.iter().for_each(|(_, paths)| self.paths(paths));
        }
    }

    fn paths(&mut self, paths: &[AccessPath]) {
        self.add(paths.iter().map(|path| &path.module));
        let members = paths.iter().flat_map(|path| &path.steps).filter_map(|step| match step {
            Step::Member(name) => Some(name),
            Step::Call => None,
        });
        // Shorter ones are words of every day: `get`, `sync`.
        self.add(members.filter(|name| name.len() > 4));
    }
}

/// Whether a text holds a name as a word of its own.
fn holds(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

/// Invariant 5: what the code knows of libraries, it knows from rule files.
#[test]
fn no_name_of_a_rule_file_stands_in_the_code() {
    let names = names(&rules());
    assert!(names.len() > 40, "{names:?}");
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    for (path, source) in
        [sources("crates/ddlint"), sources("crates/ddlint-core/src")].into_iter().flatten()
    {
        for (_, literal) in &source.literals {
            for name in names.iter().filter(|name| holds(literal, name)) {
                let is_allowed =
                    |(allowed, file): &(&str, &str)| allowed == name && path.ends_with(file);
                match ALLOWED.iter().position(is_allowed) {
                    Some(position) => {
                        used.insert(position);
                    }
                    None => found.push(format!("{path}: `{name}` in \"{literal}\"")),
                }
            }
        }
    }
    assert!(found.is_empty(), "rules are data, not code:\n{}", found.join("\n"));
    let unused: Vec<_> = (0..ALLOWED.len()).filter(|position| !used.contains(position)).collect();
    assert!(unused.is_empty(), "no longer needed: {unused:?}");
}

/// Invariant 1: the library does no IO. Clippy sees calls of single functions (`crates/ddlint-core/clippy.toml`), this
/// sees everything that comes from these modules.
#[test]
fn the_library_does_no_io() {
    const OUTSIDE: [&str; 12] = [
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "fs::",
        "env::",
        "net::",
        "process::",
        "io::stdin",
        "io::stdout",
        "print!(",
        "println!(",
    ];
    for (path, source) in sources("crates/ddlint-core/src") {
        let code = String::from_utf8(source.code).unwrap();
        for name in OUTSIDE {
            assert!(!code.contains(name), "{path} uses `{name}`");
        }
    }
}

/// Invariant 8: a reporter owns the shapes that it writes.
#[test]
fn findings_and_reports_have_no_serialized_form_of_their_own() {
    for (path, source) in sources("crates/ddlint-core/src") {
        let code = String::from_utf8(source.code).unwrap();
        assert!(!code.contains("Serialize"), "{path} derives `Serialize`");
    }
}

/// Invariant 10: nothing leaves the machine, and nothing of the checked project runs. One file may start one program.
#[test]
fn the_command_uses_no_network_and_starts_only_git() {
    const GIT: &str = "crates/ddlint/changes/git.rs";
    let sources = sources("crates/ddlint");
    let started = sources[GIT].literals.iter().filter(|(at, _)| {
        String::from_utf8_lossy(&sources[GIT].code[..*at]).ends_with("Command::new(")
    });
    assert_eq!(started.map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["git"]);
    for (path, source) in sources {
        let code = String::from_utf8(source.code).unwrap();
        for name in ["std::net", "net::", "process::Command", "Command::new"] {
            let is_git = path == GIT && name.contains("Command") && code.matches(name).count() == 1;
            assert!(is_git || !code.contains(name), "{path} uses `{name}`");
        }
    }
}
