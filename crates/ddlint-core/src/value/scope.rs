//! Which declaration a name means.

use std::collections::HashMap;
use std::ops::Range;

use tree_sitter::{Node, TreeCursor};

mod declared;
mod modules;
mod nested;
mod pattern;

pub(super) use declared::WHOLE;
pub(super) use declared::{Assignment, Binding, Change, Declared, Export, Exported, PatternStep};
use nested::Nested;

use super::counter::counted;

/// The declarations and assignments of a file, by name.
#[derive(Debug, Default)]
pub struct Scopes<'p> {
    bindings: HashMap<&'p str, Nested<'p>>,
    assignments: HashMap<&'p str, Vec<Assignment<'p>>>,
    /// What the file exports.
    pub exports: Vec<Export<'p>>,
    /// Whether the file exports by `module.exports` or `exports.x`.
    pub common_js: bool,
    /// What is merged into `module.exports`.
    merged: Vec<Node<'p>>,
}

impl<'p> Scopes<'p> {
    /// Reads all declarations of a file.
    pub fn of(root: Node<'p>, text: &'p str) -> Self {
        let (block, bindings, scopes) = (root.byte_range(), HashMap::new(), Self::default());
        let mut reader = Reader { text, block, bindings, scopes };
        let whole = root.byte_range();
        let around = Around { block: whole.clone(), function: whole, counts: None };
        reader.visit(&mut root.walk(), around);
        let bindings = reader.bindings.into_iter().map(|(name, all)| (name, Nested::of(all)));
        Self { bindings: bindings.collect(), ..reader.scopes }
    }

    /// What a name means at an offset: the declaration with the narrowest scope around it.
    pub fn resolve(&self, name: &str, at: usize) -> Option<&Binding<'p>> {
        self.resolve_that(name, at, |binding| !matches!(binding.declared, Declared::Alias(_)))
    }

    /// The same, among declarations of some kind.
    pub(super) fn resolve_that(
        &self,
        name: &str,
        at: usize,
        is_meant: impl Fn(&Binding<'p>) -> bool,
    ) -> Option<&Binding<'p>> {
        self.bindings.get(name)?.around(at).find(|binding| is_meant(binding))
    }

    /// The assignments to a declared name, in source order.
    pub fn assignments(&self, name: &str, binding: &Binding<'p>) -> Vec<&Assignment<'p>> {
        let all = self.assignments.get(name).into_iter().flatten();
        let same = |assignment: &&Assignment<'p>| {
            self.resolve(name, assignment.node.start_byte())
                .is_some_and(|found| found.node == binding.node)
        };
        all.filter(same).collect()
    }

    /// What a file exports by `exports` and `module.exports`, in source order.
    pub fn common_js_exports(&self) -> Vec<CommonJs<'p>> {
        let of_module = self.assignments.get("module").into_iter().flatten();
        let of_module = of_module
            .filter(|set| set.keys.first() == Some(&"exports"))
            .map(|set| (&set.keys[1..], set));
        let of_exports =
            self.assignments.get("exports").into_iter().flatten().map(|set| (&set.keys[..], set));
        let assigned = of_module.chain(of_exports).filter_map(|(keys, set)| match keys {
            [] => Some(CommonJs::Whole(set.value)),
            [key] => Some(CommonJs::Member(key, set.value, set.node)),
            _ => None,
        });
        let merged = self.merged.iter().map(|value| CommonJs::Merged(*value));
        let mut all: Vec<_> = assigned.chain(merged).collect();
        all.sort_by_key(|export| export.value().start_byte());
        all
    }
}

/// An export in the way of Node.js.
#[derive(Debug, Clone, Copy)]
pub enum CommonJs<'p> {
    /// `module.exports = value`
    Whole(Node<'p>),
    /// `exports.key = value`, and the whole assignment
    Member(&'p str, Node<'p>, Node<'p>),
    /// `Object.assign(module.exports, value)`
    Merged(Node<'p>),
}

impl<'p> CommonJs<'p> {
    /// The value.
    pub fn value(&self) -> Node<'p> {
        match self {
            Self::Whole(value) | Self::Member(_, value, _) | Self::Merged(value) => *value,
        }
    }
}

/// The scopes around a node.
#[derive(Clone)]
struct Around<'p> {
    block: Range<usize>,
    function: Range<usize>,
    /// The loop whose head the node stands in, if that counts.
    counts: Option<Node<'p>>,
}

impl<'p> Around<'p> {
    fn within(node: Node<'p>) -> Self {
        Self { block: node.byte_range(), function: node.byte_range(), counts: None }
    }

    /// The scopes around the children of a node.
    fn inside(&self, node: Node<'p>) -> Self {
        let counts = Some(node).filter(|node| node.kind() == "for_statement");
        match node.kind() {
            // What stands in a branch or a loop may run or not, with braces or without.
            "statement_block" | "for_statement" | "for_in_statement" | "while_statement"
            | "do_statement" | "if_statement" | "switch_body" | "switch_case"
            | "switch_default" | "class_body" | "catch_clause" => {
                Self { block: node.byte_range(), function: self.function.clone(), counts }
            }
            kind if is_function(kind) => Self::within(node),
            _ => Self { counts, ..self.clone() },
        }
    }
}

struct Reader<'p> {
    text: &'p str,
    /// The block around the node that is read.
    block: Range<usize>,
    /// In the order of the text.
    bindings: HashMap<&'p str, Vec<Binding<'p>>>,
    scopes: Scopes<'p>,
}

impl<'p> Reader<'p> {
    /// Visits every node of the tree, without recursion: real input nests ten thousand deep.
    fn visit(&mut self, cursor: &mut TreeCursor<'p>, whole: Around<'p>) {
        let mut around = vec![whole];
        loop {
            let node = cursor.node();
            let here = around.last().cloned().unwrap_or_else(|| Around::within(node));
            self.block = here.block.clone();
            self.read(node, &here);
            if cursor.goto_first_child() {
                around.push(here.inside(node));
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                around.pop();
            }
        }
    }

    fn read(&mut self, node: Node<'p>, around: &Around<'p>) {
        match node.kind() {
            "lexical_declaration" | "variable_declaration" => {
                let scope = if node.kind() == "variable_declaration" {
                    &around.function
                } else {
                    &around.block
                };
                for declarator in
                    named_children(node).filter(|child| child.kind() == "variable_declarator")
                {
                    match around.counts.filter(|loop_| self.counts(*loop_, declarator)) {
                        Some(statement) => self.counter(declarator, scope, statement),
                        None => self.variable(declarator, scope),
                    }
                }
            }
            "function_declaration"
            | "generator_function_declaration"
            | "class_declaration"
            | "abstract_class_declaration"
            | "enum_declaration" => {
                if let Some(name) = node.child_by_field_name("name") {
                    self.bind(name, around.block.clone(), Declared::Definition(node), node);
                }
            }
            "type_alias_declaration" => {
                let fields = (node.child_by_field_name("name"), node.child_by_field_name("value"));
                if let (Some(name), Some(value)) = fields {
                    self.bind(name, around.block.clone(), Declared::Alias(value), node);
                }
            }
            "import_statement" => self.import(node),
            "export_statement" => self.export(node),
            "assignment_expression" | "augmented_assignment_expression" => {
                self.assignment(node, around);
            }
            "call_expression" => self.merge(node, around),
            "unary_expression"
                if node.child(0).is_some_and(|operator| operator.kind() == "delete") =>
            {
                if let Some(target) = node.child_by_field_name("argument") {
                    self.change(node, target, target, Change::Delete, around);
                }
            }
            "for_in_statement" => self.element(node),
            "catch_clause" => {
                if let Some(parameter) = node.child_by_field_name("parameter") {
                    let declared = Declared::Other;
                    self.bind(parameter, node.byte_range(), declared, parameter);
                }
            }
            _ => {}
        }
        if is_function(node.kind()) {
            self.parameters(node);
        }
    }

    fn variable(&mut self, node: Node<'p>, scope: &Range<usize>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let value = node.child_by_field_name("value");
        let annotation = node.child_by_field_name("type").and_then(annotated);
        self.pattern(name, &mut Vec::new(), &mut |reader, name, pattern| {
            let declared = Declared::Variable { value, pattern: pattern.to_vec(), annotation };
            reader.bind(
                name,
                scope.clone(),
                declared,
                if pattern.is_empty() { node } else { name },
            );
        });
    }

    /// Whether a loop counts with a variable: `for (let i = 0; …; i++)`.
    fn counts(&self, statement: Node<'p>, declarator: Node<'p>) -> bool {
        let name = declarator.child_by_field_name("name").map(|name| self.slice(name));
        name.is_some() && counted(statement).map(|counted| self.slice(counted)) == name
    }

    fn counter(&mut self, declarator: Node<'p>, scope: &Range<usize>, statement: Node<'p>) {
        let Some(name) = declarator.child_by_field_name("name") else { return };
        self.bind(name, scope.clone(), Declared::Round { statement }, declarator);
    }

    fn element(&mut self, node: Node<'p>) {
        let fields = (node.child_by_field_name("left"), node.child_by_field_name("right"));
        let (Some(left), Some(list)) = fields else { return };
        let is_of = node
            .child_by_field_name("operator")
            .is_some_and(|operator| self.slice(operator) == "of");
        self.pattern(left, &mut Vec::new(), &mut |reader, name, pattern| {
            let declared = if is_of {
                Declared::Element { statement: node, list, pattern: pattern.to_vec() }
            } else {
                Declared::Round { statement: node }
            };
            reader.bind(name, node.byte_range(), declared, name);
        });
    }

    fn parameters(&mut self, function: Node<'p>) {
        if let Some(single) = function.child_by_field_name("parameter") {
            let declared = Declared::Parameter {
                function,
                index: 0,
                pattern: Vec::new(),
                default: None,
                annotation: None,
            };
            return self.bind(single, function.byte_range(), declared, single);
        }
        let Some(list) = function.child_by_field_name("parameters") else { return };
        let named = named_children(list)
            .filter(|child| child.kind() != "comment" && child.kind() != "decorator");
        for (index, parameter) in named.enumerate() {
            // TypeScript wraps a parameter, JavaScript has the pattern itself.
            let mut pattern_node = parameter.child_by_field_name("pattern").unwrap_or(parameter);
            let mut default = parameter.child_by_field_name("value");
            if pattern_node.kind() == "assignment_pattern" {
                default = pattern_node.child_by_field_name("right");
                pattern_node = pattern_node.child_by_field_name("left").unwrap_or(pattern_node);
            }
            let annotation = parameter.child_by_field_name("type").and_then(annotated);
            self.pattern(pattern_node, &mut Vec::new(), &mut |reader, name, pattern| {
                let pattern = pattern.to_vec();
                let declared =
                    Declared::Parameter { function, index, pattern, default, annotation };
                reader.bind(name, function.byte_range(), declared, parameter);
            });
        }
    }

    fn assignment(&mut self, node: Node<'p>, around: &Around<'p>) {
        let fields = (node.child_by_field_name("left"), node.child_by_field_name("right"));
        let (Some(left), Some(value)) = fields else { return };
        let operator = node.child_by_field_name("operator").map(|operator| operator.kind());
        let change = match operator {
            None => Change::Set,
            Some("+=") => Change::Append,
            Some("||=") => Change::SetIfFalsy,
            Some("??=") => Change::SetIfAbsent,
            Some(_) => Change::Compute,
        };
        self.change(node, left, value, change, around);
    }

    /// Notes that a name, or a member of what it stands for, changes.
    fn change(
        &mut self,
        node: Node<'p>,
        target: Node<'p>,
        value: Node<'p>,
        change: Change,
        around: &Around<'p>,
    ) {
        let mut keys = Vec::new();
        let mut change = change;
        let mut at = target;
        while let Some(object) = at.child_by_field_name("object") {
            let index = at.child_by_field_name("index").filter(|index| index.kind() == "string");
            let key = at.child_by_field_name("property").or(index);
            match key.and_then(|key| key_text(key, self.text)) {
                Some(key) => keys.insert(0, key),
                None => {
                    keys.clear();
                    change = Change::SetAny;
                }
            }
            at = object;
        }
        if at.kind() != "identifier" {
            return;
        }
        let name = self.slice(at);
        if name == "exports" || (name == "module" && keys.first() == Some(&"exports")) {
            self.scopes.common_js = true;
            // `exports = module.exports` says nothing new.
            if self.is_exports(value) {
                return;
            }
        }
        self.scopes.assignments.entry(name).or_default().push(Assignment {
            node,
            keys,
            value,
            change,
            block: around.block.clone(),
            function: around.function.clone(),
        });
    }

    fn bind(
        &mut self,
        name: Node<'p>,
        scope: Range<usize>,
        declared: Declared<'p>,
        node: Node<'p>,
    ) {
        let binding = Binding { scope, declared, node, block: self.block.clone() };
        self.bindings.entry(self.slice(name)).or_default().push(binding);
    }

    fn source_of(&self, node: Node<'p>) -> Option<&'p str> {
        node.child_by_field_name("source").map(|source| unquoted(self.slice(source)))
    }

    fn slice(&self, node: Node<'p>) -> &'p str {
        &self.text[node.byte_range()]
    }
}

/// The named children of a node.
pub(crate) fn named_children(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect::<Vec<_>>().into_iter()
}

/// Whether nodes of that kind have parameters and a body.
pub(crate) fn is_function(kind: &str) -> bool {
    matches!(
        kind,
        "arrow_function"
            | "function_expression"
            | "function_declaration"
            | "generator_function"
            | "generator_function_declaration"
            | "method_definition"
    )
}

/// The text of a key, unless it is computed at run time.
pub(super) fn key_text<'p>(node: Node<'p>, text: &'p str) -> Option<&'p str> {
    let slice = &text[node.byte_range()];
    match node.kind() {
        "property_identifier"
        | "private_property_identifier"
        | "identifier"
        | "shorthand_property_identifier_pattern"
        | "number" => Some(slice),
        "string" => Some(unquoted(slice)),
        "computed_property_name" => node
            .named_child(0)
            .filter(|key| key.kind() == "string")
            .map(|key| unquoted(&text[key.byte_range()])),
        _ => None,
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(|c| c == '"' || c == '\'' || c == '`')
}

fn annotated(annotation: Node<'_>) -> Option<Node<'_>> {
    annotation.named_child(0)
}
