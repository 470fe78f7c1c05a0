//! What declares a name, changes it or exports it.

use std::ops::Range;

use tree_sitter::Node;

/// A name and what it stands for in a range of the file.
#[derive(Debug, Clone)]
pub struct Binding<'p> {
    /// Where the name can be used.
    pub scope: Range<usize>,
    /// What declares it.
    pub declared: Declared<'p>,
    /// The node that declares it, for labels.
    pub node: Node<'p>,
    /// The block it is declared in.
    pub block: Range<usize>,
}

impl Binding<'_> {
    /// The body of the function of which it is a parameter.
    pub(in crate::value) fn function_body(&self) -> Option<Range<usize>> {
        let Declared::Parameter { function, .. } = &self.declared else { return None };
        Some(function.child_by_field_name("body")?.byte_range())
    }
}

/// What declares a name.
#[derive(Debug, Clone)]
pub enum Declared<'p> {
    /// `const x = …`, `let { a: { x } } = …`
    Variable {
        /// The declared value, if there is one.
        value: Option<Node<'p>>,
        /// The way from the value to the name.
        pattern: Vec<PatternStep<'p>>,
        /// The declared type.
        annotation: Option<Node<'p>>,
    },
    /// A parameter.
    Parameter {
        /// The function.
        function: Node<'p>,
        /// Its position.
        index: usize,
        /// The way from the argument to the name.
        pattern: Vec<PatternStep<'p>>,
        /// The value of an absent argument.
        default: Option<Node<'p>>,
        /// The declared type.
        annotation: Option<Node<'p>>,
    },
    /// The variable of `for (const x of list)`.
    Element {
        /// The loop.
        statement: Node<'p>,
        /// The list.
        list: Node<'p>,
        /// The way from the element to the name.
        pattern: Vec<PatternStep<'p>>,
    },
    /// The variable of a loop that counts, or goes through keys: only in a round it is known.
    Round {
        /// The loop.
        statement: Node<'p>,
    },
    /// A function, class or enum declaration.
    Definition(Node<'p>),
    /// `type X = …`: the type. No value has this name.
    Alias(Node<'p>),
    /// `import x from "module"`
    Import {
        /// What stands in the import.
        module: &'p str,
        /// The imported name; `None` for the namespace.
        name: Option<&'p str>,
    },
    /// Something ddlint does not follow: a caught error, say.
    Other,
}

/// One step into a destructured value.
#[derive(Debug, Clone)]
pub enum PatternStep<'p> {
    /// `{ key }`
    Key(&'p str),
    /// `[, x]`
    Index(usize),
    /// `{ a, ...x }`: the object without these keys.
    Rest(Vec<&'p str>),
    /// `= value`: what an absent one means.
    Default(Node<'p>),
}

/// What an assignment, or something like one, does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// `name.key = value`
    Set,
    /// `name += value`
    Append,
    /// `name ||= value`
    SetIfFalsy,
    /// `name ??= value`
    SetIfAbsent,
    /// `name -= value` and its like: what comes out is not followed.
    Compute,
    /// `Object.assign(name, value)`
    Merge,
    /// `delete name.key`
    Delete,
    /// `name[key] = value`, where only running tells the key.
    SetAny,
    /// `name.push(value)`
    Push,
    /// `change(name)`, a call that may change it: the number of the argument.
    Handed(usize),
}

/// `name = value`, `name.key = value`, and what else changes a named value.
#[derive(Debug, Clone)]
pub struct Assignment<'p> {
    /// The whole assignment.
    pub node: Node<'p>,
    /// The keys behind the name; empty if the name itself is assigned.
    pub keys: Vec<&'p str>,
    /// The new value; of `delete` the deleted member.
    pub value: Node<'p>,
    /// What happens there.
    pub change: Change,
    /// The block around it.
    pub block: Range<usize>,
    /// The function around it, or the whole file.
    pub function: Range<usize>,
}

/// An export.
#[derive(Debug, Clone)]
pub struct Export<'p> {
    /// The exported name; `None` for `export * from`.
    pub name: Option<&'p str>,
    /// What it is.
    pub what: Exported<'p>,
    /// Where it is exported.
    pub node: Node<'p>,
}

/// The name under which `export = value` stands, and under which `require` asks for all that a file exports.
pub(in crate::value) const WHOLE: &str = "export=";

/// What an export is.
#[derive(Debug, Clone)]
pub enum Exported<'p> {
    /// A value of this file.
    Value(Node<'p>),
    /// A name of this file.
    Local(Node<'p>),
    /// Something of another module; `None` for all of it.
    From {
        /// What stands in the export.
        module: &'p str,
        /// The name there; `None` for the namespace.
        name: Option<&'p str>,
    },
}
