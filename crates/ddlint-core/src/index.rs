//! What is known of the project's files once they are loaded. From here on nothing changes but lazily filled cells.

use std::collections::{BTreeMap, HashMap};
use std::sync::{OnceLock, PoisonError, RwLock};

use tree_sitter::Node;

use crate::project::Project;
use crate::rule::RuleSet;
use crate::source::{FileId, Source, Span};
use crate::value::Scopes;

/// What is taken for granted about the environment in which the code runs.
#[derive(Debug, Clone, Default)]
pub struct Assumed {
    /// The values of variables, by name, as the user has said.
    pub values: BTreeMap<String, String>,
    /// Names of environments that are not judged, such as that of tests: nothing compares equal to one of them.
    pub not: Vec<String>,
}

/// The project and, made when first asked for, the declarations of each of its files.
#[derive(Debug)]
pub struct Index<'p> {
    /// The files.
    pub project: &'p Project<'p>,
    /// The rules, for what they say of configurations and their files.
    pub rules: &'p RuleSet,
    /// What is taken for granted about the environment.
    pub assumed: &'p Assumed,
    scopes: Vec<OnceLock<Option<Scopes<'p>>>>,
    registered: OnceLock<BTreeMap<(usize, String), Span>>,
    /// The files in which something of a name is called.
    calling: OnceLock<HashMap<Box<str>, Vec<FileId>>>,
    /// Which export of a file passes on a name of another file.
    passed_on: RwLock<HashMap<(FileId, String), usize>>,
}

impl<'p> Index<'p> {
    /// An index in which nothing has been asked for yet.
    pub fn new(project: &'p Project<'p>, rules: &'p RuleSet, assumed: &'p Assumed) -> Self {
        let scopes = (0..project.len()).map(|_| OnceLock::new()).collect();
        Self {
            project,
            rules,
            assumed,
            scopes,
            registered: OnceLock::new(),
            calling: OnceLock::new(),
            passed_on: RwLock::default(),
        }
    }

    /// Notes which calls register what stands under keys of settings. Said once, before anything is judged.
    pub(crate) fn register(&self, registered: BTreeMap<(usize, String), Span>) {
        // A second word would change answers that were already given.
        let _ = self.registered.set(registered);
    }

    /// The call that registers what stands under a key of a setting.
    pub fn registered(&self, setting: usize, key: &str) -> Option<Span> {
        self.registered.get()?.get(&(setting, key.to_owned())).copied()
    }

    /// Under which key the call stands that loads the configuration of a package: no key of a setting is a folder.
    pub(crate) fn loaded_key(folder: &str) -> String {
        format!("\n{folder}")
    }

    /// Which export of a file passes on a name of another, if that was found out before.
    pub(crate) fn passed_on(&self, file: FileId, name: &str) -> Option<usize> {
        let known = self.passed_on.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&(file, name.to_owned())).copied()
    }

    /// Notes which export of a file passes on a name of another.
    pub(crate) fn pass_on(&self, file: FileId, name: &str, export: usize) {
        let mut known = self.passed_on.write().unwrap_or_else(PoisonError::into_inner);
        known.insert((file, name.to_owned()), export);
    }

    /// The files of code in which something of that name is called, as far as their texts tell.
    pub(crate) fn calling(&self, name: &str) -> &[FileId] {
        let known = self.calling.get_or_init(|| {
            let mut known: HashMap<Box<str>, Vec<FileId>> = HashMap::new();
            for file in self.project.ids().filter(|file| self.project.is_code(*file)) {
                self.project.peek(file, |text| {
                    for name in called_names(text) {
                        let files = known.entry(name.into()).or_default();
                        if files.last() != Some(&file) {
                            files.push(file);
                        }
                    }
                    false
                });
            }
            known
        });
        known.get(name).map_or(&[], Vec::as_slice)
    }

    /// The source and the root of its tree. `None` if the file cannot be read or parsed, or holds no code.
    pub fn tree(&self, file: FileId) -> Option<(&'p Source, Node<'p>)> {
        let source = self.project.source(file)?;
        Some((source, source.root()?))
    }

    /// The declarations of a file.
    pub fn scopes(&'p self, file: FileId) -> Option<&'p Scopes<'p>> {
        let read = || self.tree(file).map(|(source, root)| Scopes::of(root, &source.text));
        self.scopes[file.0 as usize].get_or_init(read).as_ref()
    }
}

/// The words in a text behind which a parenthesis or type arguments open.
fn called_names(text: &str) -> impl Iterator<Item = &str> {
    let is_part =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii();
    let bytes = text.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'(' | b'<'));
    ends.filter_map(move |(end, _)| {
        let start = bytes[..end].iter().rposition(|byte| !is_part(byte)).map_or(0, |at| at + 1);
        text.get(start..end).filter(|name| !name.is_empty())
    })
}
