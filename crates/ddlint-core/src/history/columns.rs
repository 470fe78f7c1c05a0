//! Columns, keys and constraints as builder calls describe them.

use crate::judge::ask;
use crate::rule::{OptionPath, OptionStep, Slot, Test, Verb};
use crate::schema::{
    Column, CreateTable, DataType, InlineKey, Key, MentionKind, Name, Reference, Step, TableName,
    Unique, hole,
};
use crate::source::{FileId, Span};
use crate::sql;
use crate::value::{Entries, Kind, Member, Object, Origin, Truth, Value};

use super::run::{Happening, Runner};

impl<'p> Runner<'_, 'p> {
    /// The columns of a call, and whether these are all.
    pub(super) fn columns(&self, happening: &Happening<'_, 'p>) -> (Vec<Column>, bool) {
        let (described, all) = self.described(happening);
        let column = |(key, value): (Option<String>, Value<'p>)| {
            let name = self.column_name(happening, key.as_deref(), &value);
            self.column(happening, key.as_deref(), &value, &name)
        };
        (described.into_iter().map(column).collect(), all)
    }

    /// What describes columns, each with its key if it stands in an object.
    pub(super) fn described(
        &self,
        happening: &Happening<'_, 'p>,
    ) -> (Vec<(Option<String>, Value<'p>)>, bool) {
        let Some(value) = self.value(happening, Slot::Columns) else { return (Vec::new(), true) };
        let is_one = |value: &Value<'p>| {
            // An object that says its name is a column, one that does not holds columns by their names.
            let name = happening.event.column.name.as_ref();
            name.is_some_and(|path| {
                !matches!(self.evaluator.option(value, path).kind, Kind::Undefined)
            })
        };
        match &value.kind {
            Kind::List(all) => {
                let columns = all.iter().map(|value| (None, self.unwrapped(value.clone())));
                let columns: Vec<_> = columns.collect();
                let is_open = |(_, value): &(_, Value<'p>)| {
                    matches!(value.kind, Kind::Unknown(_) | Kind::Foreign(_))
                };
                let known = !columns.iter().any(is_open);
                (columns.into_iter().filter(|column| !is_open(column)).collect(), known)
            }
            Kind::Object(_) if !is_one(&value) => {
                let Entries { entries, all } = self.evaluator.entries(&value);
                (entries.into_iter().map(|(key, value)| (Some(key), value)).collect(), all)
            }
            Kind::Object(_) | Kind::Text(_) => (vec![(None, value)], true),
            Kind::Unknown(unknown) if unknown.sketch.is_some() => (vec![(None, value)], true),
            _ => (Vec::new(), false),
        }
    }

    pub(super) fn column_name(
        &self,
        happening: &Happening<'_, 'p>,
        key: Option<&str>,
        value: &Value<'p>,
    ) -> Name {
        let shape = &happening.event.column;
        match (key, &shape.name) {
            // `id: integer("user_id").notNull()`: what is called first may say the name.
            (Some(key), _) => match &value.kind {
                Kind::Foreign(foreign) if shape.key_call.is_some() => {
                    let first = foreign.sites.first().cloned().flatten();
                    let first =
                        first.and_then(|call| self.evaluator.arguments(&call).into_iter().next());
                    let said = first.and_then(|first| self.evaluator.eval(&first).as_text());
                    Name::new(said.as_deref().unwrap_or(key))
                }
                _ => Name::new(key),
            },
            (None, Some(path)) if matches!(value.kind, Kind::Object(_)) => {
                let name = self.evaluator.option(value, path).sketch();
                name.map_or_else(Name::unknown, |text| Name::new(&text))
            }
            _ => value.sketch().map_or_else(Name::unknown, |text| Name::new(&text)),
        }
    }

    pub(super) fn column(
        &self,
        happening: &Happening<'_, 'p>,
        key: Option<&str>,
        value: &Value<'p>,
        name: &Name,
    ) -> Column {
        let shape = &happening.event.column;
        let value = &self.spelled_out(happening, self.unwrapped(value.clone()));
        let option = |path: &Option<OptionPath>| {
            path.as_ref().map(|path| self.evaluator.option(value, path))
        };
        let kind = self.value(happening, Slot::Type).or_else(|| match (&value.kind, key) {
            // `{ id: "serial" }`
            (Kind::Text(_), Some(_)) => Some(value.clone()),
            (Kind::Foreign(_), Some(_)) if shape.key_call.is_none() => Some(value.clone()),
            _ => option(&shape.kind),
        });
        let kind = kind.map(|kind| self.unwrapped(kind)).and_then(|kind| match &kind.kind {
            // `DataTypes.CITEXT`
            Kind::Foreign(foreign) => Some(foreign.path.last_name().to_ascii_lowercase()),
            _ => kind.as_text(),
        });
        let truth = match (&shape.key, &value.kind) {
            (Some(path), Kind::Object(_)) => self.evaluator.option(value, path).truthy(),
            (Some(_), Kind::Unknown(_) | Kind::Choice(..)) => Truth::Maybe(Origin::Unknown),
            _ => Truth::No,
        };
        // Where it names no columns and describes no constraint, `key` says whether these are of the key.
        let single = self.value(happening, Slot::Key).filter(|value| {
            let names = matches!(value.kind, Kind::List(_) | Kind::Text(_));
            !names && happening.event.key_by.is_empty()
        });
        let single = single.map_or(Truth::No, |value| value.truthy());
        let by_type = shape.key_type.as_ref().zip(kind.as_deref());
        let by_type = Truth::of(by_type.is_some_and(|(regex, kind)| regex.is_match(kind)));
        let chained = |name: &Option<String>| match (&value.kind, name) {
            (Kind::Foreign(foreign), Some(name)) => foreign.path.calls_of(name),
            _ => false,
        };
        let by_call = Truth::of(chained(&shape.key_call));
        // `"serial PRIMARY KEY"`: what a type is said to be goes into the statement as it is.
        let kind = kind.map(|kind| kind.to_ascii_lowercase());
        let of_key = kind.as_deref().and_then(|kind| kind.split_once(" primary key"));
        let in_type = Truth::of(of_key.is_some());
        let kind = of_key.map(|(kind, _)| kind).or(kind.as_deref());
        let mut column = Column::new(name.clone(), kind.and_then(data_type));
        for truth in [truth, single, by_type, by_call, in_type] {
            match truth {
                Truth::Yes => column.key = Some(InlineKey::default()),
                Truth::Maybe(_) if column.key.is_none() => {
                    column.key = Some(InlineKey { maybe: true, ..InlineKey::default() });
                }
                _ => {}
            }
        }
        let key_name = option(&shape.key_name).and_then(|name| name.as_text());
        if let Some(key) = &mut column.key {
            key.name = key_name.map(|name| Name::new(&name));
        }
        let is = |path: &Option<OptionPath>, wanted: bool| {
            let value = option(path);
            value.is_some_and(|value| value.truthy() == Truth::of(wanted))
        };
        column.not_null = is(&shape.not_null, true)
            || is(&shape.nullable, false)
            || option(&shape.allow_null)
                .is_some_and(|value| matches!(value.kind, Kind::Bool(false)))
            || chained(&shape.not_null_call);
        column
    }

    /// What the columns of a call use, each with its place: their types, and the functions in their defaults. With whether
    /// options elsewhere may make it another one.
    pub(super) fn mentions(
        &self,
        happening: &Happening<'_, 'p>,
    ) -> Vec<(Step, Option<Span>, bool)> {
        let event = happening.event;
        let has_columns = event.from.iter().any(|(slot, _)| *slot == Slot::Columns);
        let makes =
            matches!(event.does, Verb::CreateTable | Verb::AddColumn | Verb::AddColumnToKey);
        if !has_columns || !makes {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (key, value) in self.described(happening).0 {
            let place = value.place;
            let name = self.column_name(happening, key.as_deref(), &value);
            let column = self.column(happening, key.as_deref(), &value, &name);
            let mention = column.data_type.map(|kind| Step::Mention {
                kind: MentionKind::Type,
                schema: kind.schema,
                name: kind.name,
            });
            found.extend(mention.map(|mention| (mention, place, false)));
            let Some(path) = &event.column.default else { continue };
            let described = self.unwrapped(value);
            let default = self.evaluator.option(&described, path);
            if let (Kind::Undefined, Some(generated)) = (&default.kind, &event.column.generated) {
                let said = self.evaluator.option(&described, &generated.option);
                if ask(&said, None, &Test::Is(vec![generated.is.clone()])).truth == Truth::Yes {
                    let mentions = mentioned(&Value::text(&generated.default), false);
                    found.extend(mentions.into_iter().map(|mention| (mention, place, true)));
                }
            }
            let is_wrapped = matches!(default.kind, Kind::Foreign(_));
            let mentions = mentioned(&self.unwrapped(default), is_wrapped);
            found.extend(mentions.into_iter().map(|mention| (mention, place, false)));
        }
        found
    }

    /// A description with what its type stands for, if a file says that types stand for more.
    fn spelled_out(&self, happening: &Happening<'_, 'p>, value: Value<'p>) -> Value<'p> {
        let shape = &happening.event.column;
        let (Some(export), Some(kind)) = (&shape.shorthands, &shape.kind) else { return value };
        let Some(OptionStep::Key(key)) = kind.0.first() else { return value };
        let known = self.shorthands(export, happening.call.file);
        let mut value = value;
        // They may stand for each other; the library refuses circles.
        for _ in 0..known.len().max(4) {
            let text = match &value.kind {
                Kind::Object(_) => self.evaluator.option(&value, kind).as_text(),
                _ => value.as_text(),
            };
            let meant =
                text.map(|text| known.iter().rev().map(move |all| self.evaluator.get(all, &text)));
            let meant = meant.and_then(|mut all| {
                all.find(|meant| matches!(meant.kind, Kind::Object(_) | Kind::Text(_)))
            });
            let Some(meant) = meant else { break };
            let Kind::Object(own) = &value.kind else {
                value = meant;
                continue;
            };
            let span = own.span;
            let of_kind = match &meant.kind {
                Kind::Object(_) => self.evaluator.option(&meant, kind),
                _ => meant.clone(),
            };
            let members = [
                Member::Spread { span, value: meant },
                Member::Spread { span, value: value.clone() },
                Member::Later { key: key.as_str().into(), span, value: of_kind },
            ];
            value = Value::new(Kind::Object(Object { span, members: members.into() }));
        }
        value
    }

    /// What types stand for, by this file and those before it in its folder; the last word counts.
    fn shorthands(&self, export: &str, file: FileId) -> &[Value<'p>] {
        self.shorthands.get_or_init(|| {
            let project = self.evaluator.index.project;
            let folder = |file| project.path(file).rsplit_once('/').map(|(folder, _)| folder);
            // Generated files say that they have none.
            let says_so = |file: &FileId| {
                let source = project.source(*file);
                let mut lines = source.iter().flat_map(|source| source.text.lines());
                lines.any(|line| line.contains(export) && !line.trim_end().ends_with("undefined;"))
            };
            let before =
                project.ids().filter(|other| *other <= file && folder(*other) == folder(file));
            let before = before.filter(|other| project.is_code(*other)).filter(says_so);
            let exported = before.map(|file| self.evaluator.export(file, export));
            exported.filter(|value| matches!(value.kind, Kind::Object(_))).collect()
        })
    }

    /// A key that is described among other constraints, in a list or an object.
    pub(super) fn described_key(&self, happening: &Happening<'_, 'p>, new: &mut CreateTable) {
        let Some(value) = self.value(happening, Slot::Key) else { return };
        let constraints = match &value.kind {
            Kind::List(all) => all.to_vec(),
            Kind::Object(_) => {
                let Entries { entries, all } = self.evaluator.entries(&value);
                new.columns_known &= all;
                entries.into_iter().map(|(_, value)| value).collect()
            }
            _ => vec![value],
        };
        for constraint in constraints {
            match &constraint.kind {
                Kind::Foreign(foreign) if happening.event.key_by.contains(&foreign.path) => {
                    new.key = Some(Key::over(Vec::new()));
                }
                Kind::Unknown(_) | Kind::Choice(..) => new.columns_known = false,
                _ => {}
            }
        }
    }

    /// Unique constraints: names of columns, lists of them, or objects that name them.
    pub(super) fn uniques(&self, happening: &Happening<'_, 'p>) -> Vec<Unique> {
        let Some(value) = self.value(happening, Slot::Unique) else { return Vec::new() };
        self.column_lists(&value)
            .into_iter()
            .map(|columns| Unique { name: None, columns })
            .collect()
    }

    pub(super) fn references(&self, happening: &Happening<'_, 'p>) -> Vec<Reference> {
        let Some(value) = self.value(happening, Slot::References) else { return Vec::new() };
        let to = || TableName::new(&hole(1));
        self.column_lists(&value)
            .into_iter()
            .map(|columns| Reference { name: None, columns, to: to() })
            .collect()
    }

    /// Lists of columns: `"a"`, `["a", "b"]`, `{ columns: ["a"] }`, or a list of such.
    fn column_lists(&self, value: &Value<'p>) -> Vec<Vec<Name>> {
        let value = self.unwrapped(value.clone());
        let names = |all: &[Value<'p>]| -> Vec<Name> {
            all.iter().filter_map(|value| value.sketch().map(|text| Name::new(&text))).collect()
        };
        match &value.kind {
            Kind::Text(text) => vec![vec![Name::new(text)]],
            Kind::List(all) if all.iter().all(|value| matches!(value.kind, Kind::Text(_))) => {
                vec![names(all)]
            }
            Kind::List(all) => all.iter().flat_map(|value| self.column_lists(value)).collect(),
            Kind::Object(_) => {
                // Whatever it is called: the one option that lists texts.
                let Entries { entries, .. } = self.evaluator.entries(&value);
                let lists = entries.into_iter().find_map(|(_, value)| match &value.kind {
                    Kind::List(all) => Some(names(all)),
                    _ => None,
                });
                lists.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

fn data_type(text: &str) -> Option<DataType> {
    let array = text.contains("[]");
    let name = text.split(['(', '[']).next()?.trim().to_ascii_lowercase();
    (!name.is_empty()).then(|| DataType { schema: None, name: Name::new(&name), array })
}

impl<'p> Runner<'_, 'p> {
    /// What a call uses by the words of SQL that it is given.
    pub(super) fn uses(&self, happening: &Happening<'_, 'p>) -> Vec<Step> {
        let expression = self.value(happening, Slot::Sql);
        let expression = expression.iter().flat_map(|value| mentioned(value, false));
        let values = match self.value(happening, Slot::Index) {
            Some(Value { kind: Kind::List(all), .. }) => all.to_vec(),
            value => value.into_iter().collect(),
        };
        let index = values.into_iter().filter_map(|value| self.unwrapped(value).sketch());
        let index = index.flat_map(|over| uses_in(&format!("CREATE INDEX ON t ({})", &*over)));
        let classes = self.names(happening, Slot::Classes).into_iter().map(|name| Step::Mention {
            kind: MentionKind::OperatorClass,
            schema: None,
            name,
        });
        expression.chain(index).chain(classes).collect()
    }
}

/// What an expression of SQL uses. `is_name` tells that a bare name is one of a function: `fn("now")`.
pub(super) fn mentioned(expression: &Value<'_>, is_name: bool) -> Vec<Step> {
    let Some(text) = expression.sketch() else { return Vec::new() };
    let call = if is_name && !text.contains('(') { "()" } else { "" };
    uses_in(&format!("SELECT {}{call}", &*text))
}

fn uses_in(text: &str) -> Vec<Step> {
    let read = sql::read(text);
    let steps = read.statements.into_iter().flat_map(|statement| statement.steps);
    steps.map(|step| step.step).filter(|step| matches!(step, Step::Mention { .. })).collect()
}
