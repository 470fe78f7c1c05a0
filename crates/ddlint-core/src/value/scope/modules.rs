//! What a file imports and exports.

use std::ops::Range;

use tree_sitter::Node;

use super::{Around, Change, Declared, Export, Exported, Reader, WHOLE, named_children, unquoted};

impl<'p> Reader<'p> {
    pub(super) fn import(&mut self, node: Node<'p>) {
        let everywhere = 0..self.text.len() + 1;
        for clause in named_children(node) {
            match clause.kind() {
                "import_clause" => {
                    let Some(module) = self.source_of(node) else { return };
                    for part in named_children(clause) {
                        self.import_part(part, module, &everywhere);
                    }
                }
                "import_require_clause" => {
                    let Some(module) = self.source_of(clause) else { continue };
                    if let Some(name) = clause.named_child(0) {
                        let declared = Declared::Import { module, name: Some(WHOLE) };
                        self.bind(name, everywhere.clone(), declared, node);
                    }
                }
                _ => {}
            }
        }
    }

    fn import_part(&mut self, part: Node<'p>, module: &'p str, scope: &Range<usize>) {
        match part.kind() {
            "identifier" => {
                self.bind(
                    part,
                    scope.clone(),
                    Declared::Import { module, name: Some("default") },
                    part,
                );
            }
            "namespace_import" => {
                if let Some(name) = part.named_child(0) {
                    self.bind(name, scope.clone(), Declared::Import { module, name: None }, part);
                }
            }
            "named_imports" => {
                for specifier in named_children(part) {
                    let Some(name) = specifier.child_by_field_name("name") else { continue };
                    let local = specifier.child_by_field_name("alias").unwrap_or(name);
                    let declared =
                        Declared::Import { module, name: Some(unquoted(self.slice(name))) };
                    self.bind(local, scope.clone(), declared, specifier);
                }
            }
            _ => {}
        }
    }

    pub(super) fn export(&mut self, node: Node<'p>) {
        let module = self.source_of(node);
        let mut push = |name, what| self.scopes.exports.push(Export { name, what, node });
        if let Some(declaration) = node.child_by_field_name("declaration") {
            // A decorator may stand first.
            let mut cursor = node.walk();
            let is_default = node.children(&mut cursor).any(|child| child.kind() == "default");
            if is_default {
                push(Some("default"), Exported::Value(declaration));
            }
            return self.export_declaration(declaration);
        }
        if let Some(value) = node.child_by_field_name("value") {
            return push(Some("default"), Exported::Value(value));
        }
        let mut is_clause = false;
        for part in named_children(node) {
            match part.kind() {
                "export_clause" => {
                    is_clause = true;
                    for specifier in named_children(part) {
                        let Some(name) = specifier.child_by_field_name("name") else { continue };
                        let public = specifier.child_by_field_name("alias").unwrap_or(name);
                        let public = unquoted(&self.text[public.byte_range()]);
                        let what = match module {
                            Some(module) => Exported::From {
                                module,
                                name: Some(unquoted(&self.text[name.byte_range()])),
                            },
                            None => Exported::Local(name),
                        };
                        self.scopes.exports.push(Export {
                            name: Some(public),
                            what,
                            node: specifier,
                        });
                    }
                }
                "namespace_export" => {
                    is_clause = true;
                    if let (Some(module), Some(name)) = (module, part.named_child(0)) {
                        let what = Exported::From { module, name: None };
                        self.scopes.exports.push(Export {
                            name: Some(unquoted(self.slice(name))),
                            what,
                            node,
                        });
                    }
                }
                // `export = value`
                kind if kind != "string"
                    && kind != "comment"
                    && kind != "decorator"
                    && module.is_none() =>
                {
                    self.scopes.exports.push(Export {
                        name: Some(WHOLE),
                        what: Exported::Value(part),
                        node,
                    });
                }
                _ => {}
            }
        }
        if let (Some(module), false) = (module, is_clause) {
            self.scopes.exports.push(Export {
                name: None,
                what: Exported::From { module, name: None },
                node,
            });
        }
    }

    fn export_declaration(&mut self, declaration: Node<'p>) {
        if let Some(name) = declaration.child_by_field_name("name") {
            let name = self.slice(name);
            self.scopes.exports.push(Export {
                name: Some(name),
                what: Exported::Value(declaration),
                node: declaration,
            });
        }
        for declarator in
            named_children(declaration).filter(|child| child.kind() == "variable_declarator")
        {
            let Some(pattern) = declarator.child_by_field_name("name") else { continue };
            self.pattern(pattern, &mut Vec::new(), &mut |reader, name, _| {
                let export = Export {
                    name: Some(reader.slice(name)),
                    what: Exported::Local(name),
                    node: name,
                };
                reader.scopes.exports.push(export);
            });
        }
    }

    /// `Object.assign(module.exports, a, b)`, `Object.assign(name, a, b)`
    pub(super) fn merge(&mut self, call: Node<'p>, around: &Around<'p>) {
        let fields = (call.child_by_field_name("function"), call.child_by_field_name("arguments"));
        let (Some(function), Some(list)) = fields else { return };
        if self.slice(function) != "Object.assign" {
            return self.change_by_call(call, function, list, around);
        }
        let mut arguments = named_children(list).filter(|argument| argument.kind() != "comment");
        let Some(target) = arguments.next() else { return };
        if self.is_exports(target) {
            self.scopes.common_js = true;
            self.scopes.merged.extend(arguments);
            return;
        }
        for source in arguments {
            self.change(call, target, source, Change::Merge, around);
        }
    }

    /// `list.push(a, b)`, and `change(name)` as a statement.
    fn change_by_call(
        &mut self,
        call: Node<'p>,
        function: Node<'p>,
        list: Node<'p>,
        around: &Around<'p>,
    ) {
        let arguments = named_children(list).filter(|argument| argument.kind() != "comment");
        let method = function.child_by_field_name("property").map(|method| self.slice(method));
        if let Some("push" | "unshift") = method {
            let Some(target) = function.child_by_field_name("object") else { return };
            for value in arguments {
                self.change(call, target, value, Change::Push, around);
            }
        } else if function.kind() == "identifier" && self.is_statement(call) {
            for (index, target) in arguments.enumerate() {
                if target.kind() == "identifier" {
                    self.change(call, target, call, Change::Handed(index), around);
                }
            }
        }
    }

    /// Whether what a call returns is not looked at.
    fn is_statement(&self, call: Node<'p>) -> bool {
        let before = self.text[..call.start_byte()].trim_end();
        before.is_empty()
            || before.ends_with([';', '{', '}', ')'])
            || before.ends_with("await")
            || self.text[before.len()..call.start_byte()].contains('\n')
    }

    /// Whether an expression is what the file exports.
    pub(super) fn is_exports(&self, node: Node<'p>) -> bool {
        matches!(
            self.slice(node),
            "exports" | "module.exports" | "exports.default" | "module.exports.default"
        )
    }
}
