//! What the host provides: functions that pass a value on or decide a truth, paths, files.

use crate::resolve;
use crate::source::Span;

use super::operator::{boolean, open};
use super::scope::WHOLE;
use super::{Entries, Evaluator, Expr, Foreign, Kind, Member, Object, Origin, Text, Value};

/// Modules that read files.
pub(super) const FILE_SYSTEMS: [&str; 6] =
    ["fs", "node:fs", "fs/promises", "node:fs/promises", "fs-extra", "graceful-fs"];

impl<'p> Evaluator<'p> {
    /// Functions of the host that pass a value on or decide a truth.
    pub(super) fn host_function(
        &self,
        foreign: &Foreign<'p>,
        expr: &Expr<'p>,
        arguments: &[Expr<'p>],
    ) -> Option<Value<'p>> {
        if matches!(foreign.path.module.as_str(), "path" | "node:path") {
            return self.path_function(foreign.path.last_name(), arguments);
        }
        let name = foreign.path.to_string();
        // The paths of files are what their addresses are.
        if matches!(
            name.strip_prefix("node:").unwrap_or(&name),
            "util#promisify" | "url#fileURLToPath" | "url#pathToFileURL"
        ) {
            return arguments.first().map(|argument| self.eval(argument));
        }
        if FILE_SYSTEMS.contains(&foreign.path.module.as_str()) {
            return self.file_function(foreign.path.last_name(), arguments);
        }
        if !foreign.path.module.is_empty() {
            return None;
        }
        let first = || arguments.first().map(|argument| self.eval(argument));
        let path = foreign.path.to_string();
        match path.as_str() {
            "#require" => Some(self.required(expr, arguments.first(), Some(WHOLE))),
            "#Boolean" => first().map(|value| boolean(value.truthy(), &value)),
            "#JSON.parse" => first().map(|value| parsed(&value)),
            "#String.raw" | "#Object.freeze" | "#Object.seal" | "#structuredClone"
            | "#Promise.resolve" => first(),
            "#String" => first().map(|value| match value.as_text() {
                Some(text) => Value::text(&text),
                None => open(&[&value]),
            }),
            "#Object.assign" => {
                let target = arguments.first()?;
                let members = arguments.iter().map(|argument| {
                    let value = self.eval(argument);
                    let value = match value.kind {
                        // What a library returned was merged into: not known.
                        Kind::Foreign(_) => Value::unknown(),
                        _ => value,
                    };
                    Member::Spread { span: argument.span(), value }
                });
                let span = arguments
                    .iter()
                    .find(|argument| argument.node.kind() == "object")
                    .unwrap_or(target)
                    .span();
                Some(Value::new(Kind::Object(Object { span, members: members.collect() })))
            }
            "#process.cwd" => {
                let folder = self.index.project.package_folder(expr.file);
                Some(Value::text(&format!("/{}", folder.trim_end_matches('/'))))
            }
            "#Object.values" => Some(self.members(&first()?)),
            "#Object.keys" | "#Object.entries" => {
                let Entries { entries, all: true } = self.entries(&first()?) else { return None };
                let element = |(key, value): (String, Value<'p>)| match path.as_str() {
                    "#Object.keys" => Value::text(&key),
                    _ => Value::new(Kind::List([Value::text(&key), value].into())),
                };
                Some(Value::new(Kind::List(entries.into_iter().map(element).collect())))
            }
            "#Array.from" => first().filter(|list| matches!(list.kind, Kind::List(_))),
            _ => {
                let arguments: Vec<_> =
                    arguments.iter().map(|argument| self.eval(argument)).collect();
                Some(open(&arguments.iter().collect::<Vec<_>>()))
            }
        }
    }

    /// `new URL("./a.sql", import.meta.url)`: where a file is, as a path from the root.
    pub(super) fn address(&self, arguments: &[Expr<'p>]) -> Value<'p> {
        let (Some(path), Some(base)) = (arguments.first(), arguments.get(1)) else {
            return Value::unknown();
        };
        let (path, base) = (self.eval(path), self.eval(base));
        match (path.as_text(), base.as_text()) {
            (Some(path), Some(base)) if base.starts_with('/') => {
                let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
                Value::text(&format!("{folder}/{path}"))
            }
            _ => open(&[&path, &base]),
        }
    }

    /// `path.join`, `path.resolve`: what globs are written with. `path.dirname`: where the file is that runs.
    fn path_function(&self, name: &str, arguments: &[Expr<'p>]) -> Option<Value<'p>> {
        if name == "dirname" {
            let path = self.eval(arguments.first()?);
            let folder = path.as_text().map(|path| match path.rsplit_once('/') {
                Some(("", _)) => "/".to_owned(),
                Some((folder, _)) => folder.to_owned(),
                None => ".".to_owned(),
            });
            return Some(folder.map_or_else(|| open(&[&path]), |folder| Value::text(&folder)));
        }
        if !matches!(name, "join" | "resolve") {
            return None;
        }
        let parts: Vec<_> = arguments.iter().map(|argument| self.eval(argument)).collect();
        let mut joined = String::new();
        for part in &parts {
            let Some(text) = part.as_text() else {
                return Some(open(&parts.iter().collect::<Vec<_>>()));
            };
            if name == "resolve" && text.starts_with('/') {
                joined.clear();
            }
            if !joined.is_empty() && !joined.ends_with('/') && !text.starts_with('/') {
                joined.push('/');
            }
            joined.push_str(&text);
        }
        Some(Value::text(&joined))
    }

    /// `readFile`: the text of a file that is in the project.
    pub(super) fn file_function(&self, name: &str, arguments: &[Expr<'p>]) -> Option<Value<'p>> {
        if !matches!(name, "readFile" | "readFileSync") {
            return None;
        }
        let path = self.eval(arguments.first()?);
        let Some(text) = path.as_text() else { return Some(open(&[&path])) };
        Some(self.text_of_file(&text).unwrap_or_else(Value::unknown))
    }

    /// The text of a file, by a path from the root, which stands as `/`.
    fn text_of_file(&self, path: &str) -> Option<Value<'p>> {
        let project = self.index.project;
        let file = project.file(&resolve::joined("", path.strip_prefix('/')?)?)?;
        let source = project.source(file)?;
        let span = Span { file, start: 0, end: source.text.len() as u32 };
        Some(Value::new(Kind::Text(Text::written(&source.text, span))))
    }
}

/// `JSON.parse`: a constant text, or something that an open text decides.
fn parsed<'p>(value: &Value<'p>) -> Value<'p> {
    let results = value.branches().iter().map(|branch| match branch.as_text().as_deref() {
        Some("true") => Value::new(Kind::Bool(true)),
        Some("false") => Value::new(Kind::Bool(false)),
        Some("null") => Value::new(Kind::Null),
        _ => open(&[branch]),
    });
    let mut parsed = Value::choice(results.collect(), value.origin().unwrap_or(Origin::Condition));
    parsed.trail.clone_from(&value.trail);
    parsed
}
