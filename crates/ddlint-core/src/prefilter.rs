//! Which files can match which patterns, without parsing them.
//!
//! Sound by construction: a pattern is only skipped in a file if words are missing without which it cannot match. They
//! compare without regard to ASCII case. What access paths name may be renamed on its way (`export { DataSource as Db }`
//! in one file makes `new Db()` in another a match), so those texts may also stand in any file that is imported from
//! here, directly or through others.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use rayon::prelude::*;
use regex::Regex;

use crate::directive;
use crate::project::{Project, Resolved};
use crate::resolve::package_name;
use crate::rule::{Needles, Pattern, Role, RoleRule, RuleSet};
use crate::source::FileId;

/// Finds the texts of patterns.
pub(crate) struct Prefilter {
    /// `None` if the automaton cannot be built: then nothing is filtered.
    automaton: Option<AhoCorasick>,
    patterns: Vec<Groups>,
    needles: usize,
}

struct Groups {
    local: Vec<Vec<usize>>,
    imported: Vec<Vec<usize>>,
}

/// A set of small numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Set(Vec<u64>);

/// What a look at a file's text told.
#[derive(Default)]
struct Seen {
    needles: Set,
    imports: Vec<FileId>,
    /// The texts that imports may bring that lead nowhere.
    brought: Set,
    /// The packages that it imports, as far as rules ask for them.
    packages: Vec<String>,
    /// What the file is for, if its path does not tell but its text does.
    role: Option<Role>,
}

/// `from "x"`, `require("x")`, `import("x")`, `import "x"`.
static IMPORT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?:from|require|import)\s*\(?\s*['"`]([^'"`\n]+)['"`]"#).ok());

impl Prefilter {
    /// A prefilter for these patterns, which are later named by their position.
    pub(crate) fn new(patterns: &[&Pattern]) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut number = |text: &String| {
            *numbers.entry(text.to_ascii_lowercase()).or_insert_with_key(|text| {
                texts.push(text.clone());
                texts.len() - 1
            })
        };
        let mut groups = |groups: &[Vec<String>]| -> Vec<Vec<usize>> {
            groups.iter().map(|group| group.iter().map(&mut number).collect()).collect()
        };
        let patterns = patterns
            .iter()
            .map(|pattern| {
                let Needles { local, imported } = &pattern.needles;
                Groups { local: groups(local), imported: groups(imported) }
            })
            .collect();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(&texts)
            .ok();
        Self { automaton, patterns, needles: texts.len() }
    }

    /// For each file: the positions of the patterns that may match in it. `wanted` says which files are looked at for
    /// their own sake, the others still count as places that are imported from; `in_use` for which patterns, once it is
    /// known which of the `packages` files import.
    pub(crate) fn candidates(
        &self,
        project: &Project<'_>,
        rules: &RuleSet,
        packages: &HashSet<&str>,
        wanted: impl Fn(FileId) -> bool + Sync,
        in_use: impl Fn(usize) -> bool,
    ) -> Vec<Vec<usize>> {
        let files: Vec<_> = project.ids().collect();
        let look = |file: &FileId| self.look(project, &rules.roles, packages, *file);
        let seen: Vec<Seen> = files.par_iter().map(look).collect();
        let mut imported = Vec::new();
        for (file, seen) in files.iter().zip(&seen) {
            seen.role.into_iter().for_each(|role| project.refine(*file, role));
            imported.extend(seen.packages.iter().map(|package| (*file, package.as_str())));
        }
        project.note_imported(imported);
        let used: Vec<bool> = (0..self.patterns.len()).map(in_use).collect();
        let reachable = reachable(&seen);
        let of_file = |(file, seen): (&FileId, &Seen)| {
            if !wanted(*file) {
                return Vec::new();
            }
            let may_match = |groups: &Groups| {
                let here = groups.local.iter().all(|group| seen.needles.has_any(group));
                here && groups
                    .imported
                    .iter()
                    .all(|group| reachable[file.0 as usize].has_any(group))
            };
            let patterns = self.patterns.iter().enumerate();
            let patterns = patterns.filter(|(position, _)| used[*position]);
            patterns.filter(|(_, groups)| may_match(groups)).map(|(position, _)| position).collect()
        };
        files.iter().zip(&seen).map(of_file).collect()
    }

    fn look(
        &self,
        project: &Project<'_>,
        roles: &[RoleRule],
        packages: &HashSet<&str>,
        file: FileId,
    ) -> Seen {
        let mut seen = Seen::default();
        // Nothing is imported from a file without a tree, and no pattern matches in it.
        if !project.has_tree(file) {
            return seen;
        }
        project.peek(file, |text| {
            match &self.automaton {
                Some(automaton) => {
                    for found in automaton.find_overlapping_iter(text) {
                        if is_whole(text, found.range()) {
                            seen.needles.add(found.pattern().as_usize());
                        }
                        if seen.needles.len() == self.needles {
                            break;
                        }
                    }
                }
                None => (0..self.needles).for_each(|needle| seen.needles.add(needle)),
            }
            let imports = IMPORT.iter().flat_map(|pattern| pattern.captures_iter(text));
            for import in imports.filter_map(|captures| captures.get(1)) {
                match project.resolve(file, import.as_str()) {
                    Resolved::File(target) => seen.imports.push(target),
                    // It may bring anything: whoever looks closer leaves a notice.
                    Resolved::Missing => {
                        (0..self.needles).for_each(|needle| seen.brought.add(needle));
                    }
                    Resolved::Package => {
                        let package = package_name(import.as_str());
                        seen.packages
                            .extend(packages.get(package).map(|package| (*package).to_owned()));
                    }
                }
                let role = roles
                    .iter()
                    .find(|role| role.imports.iter().any(|name| name == import.as_str()));
                seen.role = seen.role.or(role.map(|role| role.role));
            }
            let mentions = |role: &&RoleRule| {
                role.mentions.iter().any(|mention| text.contains(mention.as_str()))
            };
            seen.role = seen.role.or_else(|| roles.iter().find(mentions).map(|role| role.role));
            // What is only commented on may be commented on in vain.
            !seen.needles.is_empty() || text.contains(directive::MARK)
        });
        seen
    }
}

/// Whether a text found in another is no part of a longer word: `query` does not stand in `querySelector`. What patterns
/// ask for are whole nodes of a tree, and no two words touch.
fn is_whole(text: &str, found: Range<usize>) -> bool {
    let is_word = |one: char| one.is_alphanumeric() || matches!(one, '_' | '$');
    let (before, after) = (&text[..found.start], &text[found.end..]);
    let inside = &text[found];
    let joined = |one: Option<char>, other: Option<char>| {
        one.is_some_and(is_word) && other.is_some_and(is_word)
    };
    !joined(before.chars().next_back(), inside.chars().next())
        && !joined(inside.chars().next_back(), after.chars().next())
}

/// For each file: its texts and those of all files it imports from, directly or through others.
fn reachable(seen: &[Seen]) -> Vec<Set> {
    let mut sets: Vec<Set> = seen.iter().map(|seen| seen.needles.clone()).collect();
    for (set, seen) in sets.iter_mut().zip(seen) {
        set.join(&seen.brought);
    }
    // Imports go round in circles, so this repeats until nothing changes; each round carries texts one import further.
    loop {
        let mut changed = false;
        for (file, seen) in seen.iter().enumerate() {
            for target in &seen.imports {
                let target = sets[target.0 as usize].clone();
                changed |= sets[file].join(&target);
            }
        }
        if !changed {
            return sets;
        }
    }
}

impl Set {
    fn add(&mut self, number: usize) {
        let word = number / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (number % 64);
    }

    fn has(&self, number: usize) -> bool {
        self.0.get(number / 64).is_some_and(|word| word & (1 << (number % 64)) != 0)
    }

    fn has_any(&self, numbers: &[usize]) -> bool {
        numbers.iter().any(|number| self.has(*number))
    }

    fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Adds all of another set. Tells whether that changed anything.
    fn join(&mut self, other: &Self) -> bool {
        let mut changed = false;
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            changed |= *mine | theirs != *mine;
            *mine |= theirs;
        }
        changed
    }
}
