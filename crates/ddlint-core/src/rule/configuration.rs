//! Where the application's configuration comes from: calls that read it, and files that libraries read by themselves.

use super::{OptionPath, Package, Pattern};
use crate::access_path::AccessPath;

/// A call that reads a value of the application's configuration by its key.
#[derive(Debug)]
pub struct Setting {
    /// What is called.
    pub paths: Vec<AccessPath>,
    /// Which argument is the key, counted from zero.
    pub key: usize,
    /// What every member of is such a value, by its name: what checks the environment returns it.
    pub members: Vec<AccessPath>,
    /// Calls elsewhere in the project that say what stands under a key. What none of them says comes from outside.
    pub registered: Option<Registration>,
    /// Calls elsewhere in the project that load objects with many keys.
    pub loaded: Option<Loaded>,
}

/// Calls that load objects in which keys of the application's configuration lead to values.
#[derive(Debug)]
pub struct Loaded {
    /// Where the calls are.
    pub pattern: Pattern,
    /// Where the list of the functions stands that return the objects: the argument, and the way into it.
    pub functions: (usize, OptionPath),
}

/// What a function that stands in the arguments of a call is called with as its first argument.
#[derive(Debug)]
pub struct Handed {
    /// What is called.
    pub paths: Vec<AccessPath>,
    /// Where the function stands.
    pub function: (usize, OptionPath),
    /// Where the value stands. The first that is there counts.
    pub values: Vec<(usize, OptionPath)>,
}

/// What a parameter is of functions that files export as a whole, for something that goes through a folder to call them:
/// nothing in the code leads from there to here but the parameter's name.
#[derive(Debug)]
pub struct Factory {
    /// The packages of which at least one must be named for the file.
    pub packages: Vec<Package>,
    /// What the parameter is called.
    pub parameter: String,
    /// What it is then.
    pub path: AccessPath,
}

/// Calls that say what stands under a key of the application's configuration.
#[derive(Debug)]
pub struct Registration {
    /// Where the calls are.
    pub pattern: Pattern,
    /// Which argument is the key, counted from zero.
    pub key: usize,
    /// Which argument is the function that returns the value, counted from zero.
    pub value: usize,
    /// Generic types that stand for the value of such a call: `ConfigType<typeof databaseConfig>`.
    pub types: Vec<AccessPath>,
    /// What else is the value: calls of what such a call returns.
    pub paths: Vec<AccessPath>,
}

/// Where a configuration file stands in [`super::RuleSet::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SettingFileId(pub usize);

/// A configuration file that a library reads by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFile {
    /// `typeorm:ormconfig`.
    pub name: String,
    /// The packages and versions that read it; empty for all.
    pub packages: Vec<Package>,
    /// Where it may stand. The first that is there counts.
    pub sources: Vec<FileSource>,
    /// The calls that return what stands in it.
    pub paths: Vec<AccessPath>,
    /// Of several that stand in it, the one that is meant.
    pub several: Option<Several>,
}

/// Files of the same kind that are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileSource {
    /// Their names, relative to the package's folder. The first that is there counts.
    pub names: Vec<String>,
    /// The packages and versions that read them; empty for all.
    pub packages: Vec<Package>,
    /// Whether the file is a map of several, by their names.
    pub keyed: bool,
    /// Variables of which the file must set one to count.
    pub needs: Vec<String>,
    /// What variables of the environment mean.
    pub variables: Vec<Variable>,
}

/// What a variable of the environment means to a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The variable's name.
    pub name: String,
    /// The option that it sets, unless a variable before it has done so.
    pub option: String,
    /// How its text is read.
    pub reading: Reading,
}

/// How a library reads the text of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// As it is.
    Text,
    /// As a truth, which one of these texts turns on.
    Truth(Vec<String>),
    /// As a list, with this between its elements.
    List(String),
    /// Up to the first occurrence of this.
    Before(String),
}

/// How one of several objects in a file is told from the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Several {
    /// The option that holds its name.
    pub option: String,
    /// The name of one without, and the one that is meant if nothing is said.
    pub default: String,
    /// Which argument of a call says the name, counted from zero.
    pub argument: usize,
}
