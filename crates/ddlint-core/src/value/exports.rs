//! What imports bring: values of other files, through any number of files that only pass them on.

use std::collections::HashSet;

use crate::access_path::{AccessPath, Step};
use crate::project::Resolved;
use crate::source::{FileId, Span};

use super::eval::worth_a_hop;
use super::scope::{CommonJs, Declared, Export, Exported, WHOLE};
use super::{Evaluator, Expr, Foreign, Kind, Member, Object, Origin, Value};

/// More files than people pass a name through.
const MOST_FILES: usize = 2_000;

/// The search for a name in files that export all of each other's names.
#[derive(Default)]
struct Search<'p> {
    /// Where it has been: files go round in circles.
    seen: HashSet<(FileId, String)>,
    /// What packages bring under that name, if they bring it.
    foreign: Vec<Value<'p>>,
    /// Modules that lead nowhere, and that may have brought it.
    missing: Vec<(Span, String)>,
}

impl<'p> Evaluator<'p> {
    /// What an import brings.
    pub(super) fn import(
        &self,
        file: FileId,
        at: Span,
        module: &str,
        name: Option<&str>,
    ) -> Value<'p> {
        let mut search = Search::default();
        let found = self.search_import(file, at, "comes in here", module, name, &mut search);
        self.or_rest(found, search)
    }

    /// What a file exports under a name.
    pub(crate) fn export(&self, file: FileId, name: &str) -> Value<'p> {
        let mut search = Search::default();
        let found = self.search(file, name, &mut search);
        self.or_rest(found, search)
    }

    /// What a file exports under a name, as a member of all that it exports: decided where it is declared.
    pub(super) fn exported_member(&self, file: FileId, name: &str) -> Value<'p> {
        let value = self.export(file, name);
        if value.place.is_some() || !worth_a_hop(&value) {
            return value;
        }
        let scopes = self.index.scopes(file);
        let exports = scopes.iter().flat_map(|scopes| &scopes.exports);
        let place = exports.into_iter().find(|export| export.name == Some(name)).map(|export| {
            let declared = match export.what {
                Exported::Local(node) => self
                    .index
                    .tree(file)
                    .and_then(|(source, _)| {
                        scopes?.resolve(&source.text[node.byte_range()], node.start_byte())
                    })
                    .filter(|binding| matches!(binding.declared, Declared::Variable { .. }))
                    .map(|binding| Expr { file, node: binding.node, frame: None }.span()),
                _ => None,
            };
            declared.unwrap_or_else(|| span(file, export))
        });
        match place {
            Some(place) => value.decided_at(place),
            None => value,
        }
    }

    /// Everything that a file exports.
    pub fn exports(&self, file: FileId) -> Vec<Value<'p>> {
        let Some(scopes) = self.index.scopes(file) else { return Vec::new() };
        let names = scopes.exports.iter().filter_map(|export| export.name);
        let mut values: Vec<_> = names.map(|name| self.export(file, name)).collect();
        for export in scopes.exports.iter().filter(|export| export.name.is_none()) {
            let Exported::From { module, .. } = export.what else { continue };
            values.push(self.import(file, span(file, export), module, None));
        }
        let common_js = scopes.common_js_exports().into_iter();
        values.extend(
            common_js.map(|export| self.eval(&Expr { file, node: export.value(), frame: None })),
        );
        values
    }

    /// What was found, or what may be there where nobody can look.
    fn or_rest(&self, found: Option<Value<'p>>, search: Search<'p>) -> Value<'p> {
        if let Some(found) = found {
            return found;
        }
        if !search.foreign.is_empty() {
            return Value::choice(search.foreign, Origin::Condition);
        }
        let is_missing = !search.missing.is_empty();
        self.unresolved.borrow_mut().extend(search.missing);
        if is_missing { Value::unknown() } else { Value::undefined() }
    }

    fn search_import(
        &self,
        file: FileId,
        at: Span,
        hop: &str,
        module: &str,
        name: Option<&str>,
        search: &mut Search<'p>,
    ) -> Option<Value<'p>> {
        match self.index.project.resolve(file, module) {
            Resolved::File(target) => {
                let value = match name {
                    None => Value::new(Kind::Exports(target)),
                    Some(WHOLE) => self.whole(target),
                    Some(name) => self.search(target, name, search)?,
                };
                Some(if worth_a_hop(&value) { value.via(at, hop) } else { value })
            }
            Resolved::Package => {
                let value = foreign(module, name.filter(|name| *name != WHOLE));
                let known = value.foreign().find_map(|thing| self.known_as(&thing.path));
                Some(known.unwrap_or(value))
            }
            Resolved::Missing => {
                self.unresolved.borrow_mut().push((at, module.into()));
                Some(Value::unknown())
            }
        }
    }

    /// What a file exports under a name. `None` if it surely has no such export, or if the search has been here.
    fn search(&self, file: FileId, name: &str, search: &mut Search<'p>) -> Option<Value<'p>> {
        if !search.seen.insert((file, name.into())) {
            return None;
        }
        // What is found on the way of another search may depend on where that one has been.
        let is_asked_itself = search.seen.len() == 1;
        let scopes = self.index.scopes(file).filter(|_| search.seen.len() <= MOST_FILES);
        let Some((scopes, (_, root))) = scopes.zip(self.index.tree(file)) else {
            return Some(Value::unknown());
        };
        let root = Expr { file, node: root, frame: None };
        if !self.index.project.is_code(file) {
            let value = self.first(&root);
            return Some(if name == "default" { value } else { self.get(&value, name) });
        }
        if let Some(export) = scopes.exports.iter().find(|export| export.name == Some(name)) {
            return self.search_export(&root, export, search);
        }
        if let Some(whole) = scopes.exports.iter().find(|export| export.name == Some(WHOLE)) {
            let value = self.search_export(&root, whole, search)?;
            return Some(if name == "default" { value } else { self.get(&value, name) });
        }
        if scopes.common_js {
            return self.common_js(&root, name);
        }
        // `export *` leaves the default export out.
        if name == "default" {
            return None;
        }
        // A barrel passes on a hundred files, and is asked for the same few names by all that import from it.
        let known = self.index.passed_on(file, name);
        for (number, export) in scopes.exports.iter().enumerate() {
            let Exported::From { module, .. } = export.what else { continue };
            if export.name.is_some() || known.is_some_and(|known| known != number) {
                continue;
            }
            let at = span(file, export);
            match self.index.project.resolve(file, module) {
                Resolved::File(target) if !self.may_export(target, name) => {}
                Resolved::File(target) => {
                    if let Some(value) = self.search(target, name, search) {
                        if is_asked_itself {
                            self.index.pass_on(file, name, number);
                        }
                        return Some(if worth_a_hop(&value) {
                            value.via(at, "passed on here")
                        } else {
                            value
                        });
                    }
                }
                Resolved::Package => search.foreign.push(foreign(module, Some(name))),
                Resolved::Missing => search.missing.push((at, module.into())),
            }
        }
        None
    }

    fn search_export(
        &self,
        root: &Expr<'p>,
        export: &Export<'p>,
        search: &mut Search<'p>,
    ) -> Option<Value<'p>> {
        let at = span(root.file, export);
        match export.what {
            Exported::Value(node) => Some(self.eval(&root.with(node))),
            Exported::Local(node) => {
                let scopes = self.index.scopes(root.file)?;
                let name = self.slice(&root.with(node));
                match scopes.resolve(name, node.start_byte()).map(|binding| &binding.declared) {
                    Some(Declared::Import { module, name }) => {
                        self.search_import(root.file, at, "passed on here", module, *name, search)
                    }
                    _ => Some(self.name(&root.with(node))),
                }
            }
            Exported::From { module, name } => {
                self.search_import(root.file, at, "passed on here", module, name, search)
            }
        }
    }

    /// Whether it is worth parsing a file in search of a name: it stands there, or the file passes on others' names.
    fn may_export(&self, file: FileId, name: &str) -> bool {
        let Some(source) = self.index.project.source(file) else { return true };
        source.text.contains(name)
            || source.text.match_indices("export").any(|(at, word)| {
                let rest = &source.text[at + word.len()..];
                rest.starts_with('s') || rest.trim_start().starts_with(['*', '='])
            })
    }

    /// What `require` brings: the value of `module.exports`.
    fn whole(&self, file: FileId) -> Value<'p> {
        let exports = Value::new(Kind::Exports(file));
        let Some((scopes, (_, root))) = self.index.scopes(file).zip(self.index.tree(file)) else {
            return exports;
        };
        let root = Expr { file, node: root, frame: None };
        if !self.index.project.is_code(file) {
            return self.first(&root);
        }
        if let Some(export) = scopes.exports.iter().find(|export| export.name == Some(WHOLE)) {
            let found = self.search_export(&root, export, &mut Search::default());
            return found.unwrap_or_else(Value::unknown);
        }
        let mut sets = scopes.common_js_exports();
        let whole = sets.iter().rposition(|set| matches!(set, CommonJs::Whole(_)));
        let Some(whole) = whole.filter(|_| scopes.exports.is_empty()) else { return exports };
        let value = self.eval(&root.with(sets.remove(whole).value()));
        let later = sets.split_off(whole);
        if later.is_empty() {
            return value;
        }
        // What else has members set later is asked for by name only.
        let Kind::Object(object) = &value.kind else { return exports };
        let later = later.into_iter().filter_map(|set| match set {
            CommonJs::Whole(_) => None,
            CommonJs::Member(key, value, node) => {
                let (span, value) = (root.with(node).span(), root.with(value));
                Some(Member::Pair { key: key.into(), span, value, getter: false })
            }
            CommonJs::Merged(node) => Some(Member::Spread {
                span: root.with(node).span(),
                value: self.eval(&root.with(node)),
            }),
        });
        let members = object.members.iter().cloned().chain(later).collect();
        Value { kind: Kind::Object(Object { span: object.span, members }), ..value }
    }

    fn common_js(&self, root: &Expr<'p>, name: &str) -> Option<Value<'p>> {
        let mut found = None;
        for set in self.index.scopes(root.file)?.common_js_exports() {
            let value = root.with(set.value());
            let member = || {
                Some(self.get(&self.eval(&value), name))
                    .filter(|value| !matches!(value.kind, Kind::Undefined))
            };
            match set {
                CommonJs::Whole(_) if name == "default" => found = Some(self.eval(&value)),
                CommonJs::Whole(_) => found = member(),
                CommonJs::Member(key, ..) if key == name => found = Some(self.eval(&value)),
                CommonJs::Member(..) => {}
                CommonJs::Merged(_) => found = member().or(found),
            }
        }
        // To modules of the other kind, all exports together are the default export.
        found.or_else(|| (name == "default").then(|| Value::new(Kind::Exports(root.file))))
    }
}

fn span(file: FileId, export: &Export<'_>) -> Span {
    Expr { file, node: export.node, frame: None }.span()
}

/// Something that a package exports; the package itself without a name.
fn foreign<'p>(module: &str, name: Option<&str>) -> Value<'p> {
    let path = AccessPath::module(module);
    let path = name.map_or(path.clone(), |name| path.then(Step::Member(name.into())));
    Value::new(Kind::Foreign(Foreign::at(path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;
    use crate::index::Index;
    use crate::project::Project;

    /// What `main.ts` exports as `x`, as text, and the modules on the way that lead nowhere.
    fn exported(files: &MemoryFiles) -> (Option<String>, Vec<String>) {
        let project = Project::load(files, files.paths(), &[]);
        let (rules, assumed) = (crate::rule::RuleSet::default(), crate::index::Assumed::default());
        let index = Index::new(&project, &rules, &assumed);
        let evaluator = Evaluator::new(&index);
        let value = evaluator.export(project.file("main.ts").unwrap(), "x");
        let unresolved =
            evaluator.take_unresolved().into_iter().map(|(_, module)| module).collect();
        let text = match &value.kind {
            Kind::Undefined => Some("undefined".into()),
            Kind::Foreign(foreign) => Some(foreign.path.to_string()),
            _ => value.as_text(),
        };
        (text, unresolved)
    }

    #[test]
    fn circles_of_files_that_pass_on_everything_end_at_once() {
        let mut files = MemoryFiles::default();
        let everything: Vec<_> = (0..60).map(|to| format!("export * from './f{to}';")).collect();
        let everything = everything.join("\n");
        for from in 0..60 {
            files.0.insert(format!("f{from}.ts"), everything.clone().into_bytes());
        }
        files.0.insert("main.ts".into(), "export * from './f0';".into());
        // Without an end to circles, this never ends.
        assert_eq!(exported(&files), (Some("undefined".into()), Vec::new()));
    }

    #[test]
    fn names_that_go_round_in_circles_are_nothing() {
        let files = MemoryFiles::from([
            ("main.ts", "import { x } from './other'; export { x };"),
            ("other.ts", "import { x } from './main'; export { x };"),
        ]);
        assert_eq!(exported(&files).0.as_deref(), Some("undefined"));
    }

    #[test]
    fn a_module_that_leads_nowhere_matters_only_if_nothing_else_has_the_name() {
        let there = MemoryFiles::from([
            ("main.ts", "export * from './generated'; export * from 'pg'; export * from './a';"),
            ("a.ts", "export const x = 'a';"),
        ]);
        assert_eq!(exported(&there), (Some("a".into()), Vec::new()));
        let not_there = MemoryFiles::from([
            ("main.ts", "export * from './generated'; export * from './a';"),
            ("a.ts", ""),
        ]);
        assert_eq!(exported(&not_there), (None, vec!["./generated".into()]));
        let package = MemoryFiles::from([
            ("main.ts", "export * from 'pg'; export * from './a';"),
            ("a.ts", ""),
        ]);
        assert_eq!(exported(&package), (Some("pg#x".into()), Vec::new()));
    }

    #[test]
    fn what_a_file_passes_on_under_another_name() {
        let files = MemoryFiles::from([
            ("main.ts", "export { y as x } from './a';"),
            ("a.ts", "import z from './b'; export { z as y };"),
            ("b.ts", "const b = 'b'; export default b;"),
        ]);
        assert_eq!(exported(&files).0.as_deref(), Some("b"));
    }
}
