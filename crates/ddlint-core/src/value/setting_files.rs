//! Files that libraries read by themselves, as values.

use std::rc::Rc;

use crate::language::Language;
use crate::rule::{FileSource, Reading, SettingFile, SettingFileId, Several, Variable};
use crate::setting_file::{Entry, Setting, SettingKind};
use crate::source::{FileId, Span};

use super::{Evaluator, Expr, Foreign, Kind, Member, Object, Origin, Text, Value};

/// What an argument of a call is, by its number.
pub(crate) type Argument<'a, 'p> = &'a dyn Fn(usize) -> Option<Value<'p>>;

impl<'p> Evaluator<'p> {
    /// What a call finds in a configuration file.
    pub(super) fn read_by(
        &self,
        called: &Foreign<'p>,
        at: FileId,
        arguments: &[Expr<'p>],
    ) -> Option<Value<'p>> {
        let files = &self.index.rules.files;
        let id = files.iter().position(|file| file.paths.contains(&called.path))?;
        let argument = |index: usize| arguments.get(index).map(|argument| self.eval(argument));
        let value = self.configured(SettingFileId(id), at, Some(&argument));
        Some(match &value.kind {
            // Several, and nothing tells which one is meant.
            Kind::List(all) => Value::choice(all.to_vec(), Origin::Condition),
            _ => value,
        })
    }

    /// The value in a configuration file of the package that a file belongs to. Unknown if there is no such file: it may
    /// come with the deployment. With the arguments of a call it is the one that the call means, else all.
    pub(crate) fn configured(
        &self,
        id: SettingFileId,
        at: FileId,
        argument: Option<Argument<'_, 'p>>,
    ) -> Value<'p> {
        let file = &self.index.rules.files[id.0];
        let value = self.found(file, at).unwrap_or_else(Value::unknown);
        match (&file.several, argument) {
            (Some(several), Some(argument)) => {
                self.meant(&value, several, argument(several.argument).as_ref())
            }
            _ => value,
        }
    }

    /// What stands in the first file that is there and counts.
    fn found(&self, file: &SettingFile, at: FileId) -> Option<Value<'p>> {
        let project = self.index.project;
        if !project.uses(at, &file.packages) {
            return None;
        }
        let sources = file.sources.iter().filter(|source| project.uses(at, &source.packages));
        let folder = project.package_folder(at);
        sources.into_iter().find_map(|source| {
            let mut names = source.names.iter();
            let found = names.find_map(|name| project.file(&format!("{folder}{name}")))?;
            self.read_file(found, source, file.several.as_ref())
        })
    }

    /// What stands in a file. `None` if it does not count.
    fn read_file(
        &self,
        file: FileId,
        source: &FileSource,
        several: Option<&Several>,
    ) -> Option<Value<'p>> {
        let project = self.index.project;
        if project.has_tree(file) {
            let value = self.export(file, "default");
            return Some(match &value.kind {
                Kind::Function(_) => self.called(&value),
                _ => value,
            });
        }
        let Some(text) = project.source(file) else { return Some(Value::unknown()) };
        let Some(setting) = text.settings() else { return Some(Value::unknown()) };
        match &setting.kind {
            SettingKind::Map(entries) if text.language == Language::Variables => {
                variables(file, entries, source)
            }
            SettingKind::Map(entries) if source.keyed => {
                let of_entry = |entry: &Entry| named(file, entry, several);
                Some(Value::new(Kind::List(entries.iter().map(of_entry).collect())))
            }
            _ => Some(value_of(file, setting)),
        }
    }

    /// Of several objects the one that a call means, by its name.
    fn meant(&self, value: &Value<'p>, several: &Several, name: Option<&Value<'p>>) -> Value<'p> {
        let wanted = match name.map(|name| &name.kind) {
            None | Some(Kind::Undefined) => several.default.clone(),
            Some(Kind::Text(name)) => name.to_string(),
            _ => return value.clone(),
        };
        let Kind::List(all) = &value.kind else { return value.clone() };
        let is_meant = |one: &&Value<'p>| match self.get(one, &several.option).kind {
            Kind::Undefined | Kind::Null => several.default == wanted,
            Kind::Text(name) => *name == *wanted,
            _ => true,
        };
        let meant: Vec<_> = all.iter().filter(is_meant).cloned().collect();
        Value::choice(meant, Origin::Condition).after(&value.trail)
    }
}

/// One of several objects that stand in a file by their names.
fn named<'p>(file: FileId, entry: &Entry, several: Option<&Several>) -> Value<'p> {
    let value = value_of(file, &entry.value);
    let (Kind::Object(object), Some(several)) = (&value.kind, several) else { return value };
    let span = span(file, &entry.span);
    let name =
        Member::Later { key: several.option.as_str().into(), span, value: Value::text(&entry.key) };
    let members = object.members.iter().cloned().chain([name]).collect();
    Value::new(Kind::Object(Object { span, members }))
}

/// The options that variables set. `None` if none of those is set without which the library ignores the others.
fn variables<'p>(file: FileId, entries: &[Entry], source: &FileSource) -> Option<Value<'p>> {
    let text = |name: &String| {
        let entry = entries.iter().rev().find(|entry| entry.key == *name)?;
        match &entry.value.kind {
            SettingKind::Text(text) if !text.is_empty() => Some((entry, text.as_str())),
            _ => None,
        }
    };
    let needed = source.needs.iter().find_map(text);
    if needed.is_none() && !source.needs.is_empty() {
        return None;
    }
    let mut members: Vec<Member<'p>> = Vec::new();
    for variable in &source.variables {
        let is_set = members
            .iter()
            .any(|member| matches!(member, Member::Later { key, .. } if **key == *variable.option));
        if let Some((entry, text)) = text(&variable.name).filter(|_| !is_set) {
            let value_span = span(file, &entry.value.span);
            members.push(Member::Later {
                key: variable.option.as_str().into(),
                span: span(file, &entry.span),
                value: read_as(variable, text, value_span),
            });
        }
    }
    let whole = entries.first().zip(entries.last());
    let whole = whole.map_or(0..0, |(first, last)| first.span.start..last.span.end);
    let object = Object { span: span(file, &whole), members: members.into() };
    let value = Value::new(Kind::Object(object));
    Some(match needed {
        Some((entry, _)) => {
            let text = format!("`{}` is set here, so the options come from this file", entry.key);
            value.via(span(file, &entry.span), text)
        }
        None => value,
    })
}

/// What a library makes of a variable's text.
fn read_as<'p>(variable: &Variable, text: &str, at: Span) -> Value<'p> {
    match &variable.reading {
        Reading::Text => Value::text(text),
        Reading::Truth(on) => Value::new(Kind::Bool(on.iter().any(|on| on == text))),
        Reading::Before(end) => Value::text(text.split(end.as_str()).next().unwrap_or(text)),
        Reading::List(separator) => {
            let parts = text.split(separator.as_str()).map(str::trim);
            let parts = parts.map(|part| Value::text(part).decided_at(at));
            Value::new(Kind::List(parts.collect()))
        }
    }
}

/// A setting as code would have written it.
fn value_of<'p>(file: FileId, setting: &Setting) -> Value<'p> {
    Value::new(match &setting.kind {
        SettingKind::Null => Kind::Null,
        SettingKind::Bool(value) => Kind::Bool(*value),
        SettingKind::Number(value) => Kind::Number(*value),
        SettingKind::Text(text) => Kind::Text(Text::computed(text)),
        SettingKind::List(elements) => {
            let element =
                |element: &Setting| value_of(file, element).decided_at(span(file, &element.span));
            Kind::List(elements.iter().map(element).collect())
        }
        SettingKind::Map(entries) => {
            // What is merged in comes first, wherever it stands: the map's own entries win.
            let merged =
                entries.iter().filter(|entry| entry.is_merged).map(|entry| Member::Spread {
                    span: span(file, &entry.span),
                    value: value_of(file, &entry.value),
                });
            let own = entries.iter().filter(|entry| !entry.is_merged).map(|entry| Member::Later {
                key: entry.key.as_str().into(),
                span: span(file, &entry.span),
                value: value_of(file, &entry.value),
            });
            let members: Rc<[Member<'p>]> = merged.chain(own).collect();
            Kind::Object(Object { span: span(file, &setting.span), members })
        }
    })
}

fn span(file: FileId, range: &std::ops::Range<u32>) -> Span {
    Span { file, start: range.start, end: range.end }
}
