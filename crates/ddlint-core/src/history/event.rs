//! From a call to what it does to the schema, as rule files say.

use std::ops::Range;

use crate::judge::ask;
use crate::rule::{ArgumentPath, Condition, OptionPath, OptionStep, Slot, Verb};
use crate::schema::{
    Column, CreateTable, Key, Like, Name, Persistence, Reference, Step, TableName, Unique,
    ViewKind, hole,
};
use crate::source::Span;
use crate::sql;
use crate::value::{Kind, Text, Truth, Value};

use super::binding::{Bound, Form};
use super::run::{Happening, Runner};
use super::slot::named;

impl<'p> Runner<'_, 'p> {
    /// Whether a call is of the kind that an event means.
    pub(super) fn holds(&self, happening: &Happening<'_, 'p>) -> bool {
        happening.event.conditions.iter().all(|condition| {
            let Condition::Option { path, default, test, .. } = condition else { return false };
            let Some((OptionStep::Key(index), rest)) = path.0.split_first() else { return false };
            let argument =
                index.parse().ok().and_then(|index: usize| happening.arguments.get(index));
            let value = argument.map_or_else(Value::undefined, |expr| self.plain(expr));
            let value = self.evaluator.option(&value, &OptionPath(rest.to_vec()));
            ask(&value, default.as_ref(), test).truth == Truth::Yes
        })
    }

    /// Notes what a call does.
    pub(super) fn note(&mut self, happening: &Happening<'_, 'p>) {
        let call = happening.call.span();
        if happening.event.is_model {
            return self.model(happening);
        }
        self.tally.all += 1;
        match happening.event.does {
            Verb::Sql => self.sql(happening),
            Verb::Uses => {
                for mention in self.uses(happening) {
                    self.push(mention, happening.shown(), call);
                }
            }
            Verb::Other => {
                let table = self.table(happening);
                self.push(Step::Other { tag: "ALTER", ddl: true, table }, call, call);
            }
            Verb::DropAll => self.push(Step::DropAll, call, call),
            Verb::CreateExtension | Verb::DropExtension => self.extensions(happening),
            Verb::RenameSchema | Verb::DropSchema => {
                let schema = self.name(happening, Slot::Schema).unwrap_or_else(Name::unknown);
                let to = self.name(happening, Slot::To).unwrap_or_else(Name::unknown);
                let step = match happening.event.does {
                    Verb::DropSchema => Step::DropSchema { schema },
                    _ => Step::RenameSchema { schema, to },
                };
                self.push(step, call, call);
            }
            _ => self.about_tables(happening),
        }
    }

    fn about_tables(&mut self, happening: &Happening<'_, 'p>) {
        let call = happening.call.span();
        let tables = self.tables(happening, Slot::Table);
        if tables.is_empty() {
            let tag = "ALTER TABLE";
            self.tally.unread.push((call, "the table that this changes is not known".into()));
            self.push(Step::Unreadable { table: None, tag, drops: false }, call, call);
        }
        for table in tables {
            let span = self.place(happening).unwrap_or_else(|| happening.shown());
            for (mention, place, is_open) in self.mentions(happening) {
                self.depends += usize::from(is_open);
                self.push(mention, place.unwrap_or(span), call);
                self.depends -= usize::from(is_open);
            }
            for step in self.steps(happening, table) {
                self.push(step, span, call);
            }
        }
    }

    fn steps(&mut self, happening: &Happening<'_, 'p>, table: TableName) -> Vec<Step> {
        let event = happening.event;
        let name = |runner: &Self, slot| runner.name(happening, slot);
        let to = |runner: &Self| name(runner, Slot::To).unwrap_or_else(Name::unknown);
        let columns = |runner: &Self, slot| runner.names(happening, slot);
        match event.does {
            Verb::CreateTable => {
                vec![Step::CreateTable(Box::new(self.new_table(happening, table)))]
            }
            Verb::DropTable => vec![Step::DropTable { table }],
            Verb::RenameTable => {
                let to = self.value(happening, Slot::To).and_then(|value| named(&value));
                let to = to.unwrap_or_else(|| TableName::new(&hole(1)));
                let moved = to.schema.filter(|schema| Some(schema) != table.schema.as_ref());
                let moved = moved.map(|schema| Step::SetSchema {
                    table: TableName { schema: table.schema.clone(), name: to.name.clone() },
                    to: schema,
                });
                std::iter::once(Step::RenameTable { table, to: to.name }).chain(moved).collect()
            }
            Verb::AddColumn | Verb::AddColumnToKey => {
                let (mut found, _) = self.columns(happening);
                self.name_key(happening, &table, &mut found);
                let extends_key = event.does == Verb::AddColumnToKey;
                let if_not_exists = self.is_on(happening, Slot::IfNotExists);
                let add = |column| Step::AddColumn {
                    table: table.clone(),
                    column,
                    if_not_exists,
                    extends_key,
                };
                found.into_iter().map(add).collect()
            }
            Verb::DropColumn | Verb::DropColumnOfKey => {
                let keeps_rest_of_key = event.does == Verb::DropColumnOfKey;
                let drop =
                    |column| Step::DropColumn { table: table.clone(), column, keeps_rest_of_key };
                columns(self, Slot::Columns).into_iter().map(drop).collect()
            }
            Verb::RenameColumn => {
                let column = name(self, Slot::Columns).unwrap_or_else(Name::unknown);
                vec![Step::RenameColumn { table, column, to: to(self) }]
            }
            Verb::ChangeColumn => self.changed(happening, &table),
            Verb::AddKey | Verb::ReplaceKey => {
                let mut found = columns(self, Slot::Key);
                if found.iter().any(|name| !name.is_known()) {
                    found.clear();
                }
                let name = self.constraint_name(happening, &table, &found);
                let deferrable = self.is_on(happening, Slot::Deferrable);
                let key = Key { name, columns: found, deferrable };
                vec![match event.does {
                    Verb::AddKey => Step::AddKey { table, key, index: None },
                    _ => Step::ReplaceKey { table, key },
                }]
            }
            Verb::RenameConstraint => {
                let old = name(self, Slot::Name).unwrap_or_else(Name::unknown);
                vec![Step::RenameConstraint { table, name: old, to: to(self) }]
            }
            Verb::SetSchema => vec![Step::SetSchema { table, to: to(self) }],
            Verb::SetUnlogged => vec![Step::SetLogged { table, logged: false }],
            Verb::DropKey => vec![Step::DropKey { table }],
            Verb::AddConstraint => self.constraint(happening, &table),
            Verb::DropConstraint => {
                let name = name(self, Slot::Name).unwrap_or_else(Name::unknown);
                vec![Step::DropConstraint { table, name }]
            }
            Verb::AddUnique => {
                let columns = columns(self, Slot::Unique);
                let name = self.constraint_name(happening, &table, &columns);
                let unique = Unique { name, columns };
                vec![Step::AddUnique { table, unique }]
            }
            Verb::AddReference => self
                .references(happening)
                .into_iter()
                .map(|reference| Step::AddReference { table: table.clone(), reference })
                .collect(),
            Verb::CreateView => vec![Step::CreateView { view: table, kind: ViewKind::View }],
            Verb::RefreshView => vec![Step::RefreshView { view: table }],
            Verb::Sql
            | Verb::Uses
            | Verb::Other
            | Verb::CreateExtension
            | Verb::DropExtension
            | Verb::RenameSchema
            | Verb::DropAll
            | Verb::DropSchema => Vec::new(),
        }
    }

    /// Columns that become others: one, or each of a list.
    fn changed(&self, happening: &Happening<'_, 'p>, table: &TableName) -> Vec<Step> {
        let mut old = self.names(happening, Slot::Columns);
        let value = self.value(happening, Slot::To).unwrap_or_else(Value::unknown);
        let new = match &value.kind {
            Kind::List(all) => all.to_vec(),
            _ => vec![value],
        };
        old.resize(new.len(), Name::unknown());
        let changes = old.into_iter().zip(&new).map(|(column, value)| {
            let to = self.column(happening, None, value, &column);
            let name = self.column_name(happening, None, value);
            let is_said = matches!(value.kind, Kind::Object(_)) && name.is_known();
            let to = Column { name: if is_said { name } else { to.name }, ..to };
            Step::ChangeColumn { table: table.clone(), column, to }
        });
        changes.collect()
    }

    /// Gives the key of columns the name that the library makes up for it.
    fn name_key(&self, happening: &Happening<'_, 'p>, table: &TableName, columns: &mut [Column]) {
        if !happening.event.column.names_key(&happening.event.defaults) {
            return;
        }
        let of_key = columns.iter().filter(|column| column.key.is_some());
        let of_key: Vec<Name> = of_key.map(|column| column.name.clone()).collect();
        let Some(made_up) = self.constraint_name(happening, table, &of_key) else { return };
        for key in columns.iter_mut().filter_map(|column| column.key.as_mut()) {
            key.name.get_or_insert_with(|| made_up.clone());
        }
    }

    /// The name of a constraint. What the library makes up may be said with the names of the table and its columns.
    fn constraint_name(
        &self,
        happening: &Happening<'_, 'p>,
        table: &TableName,
        columns: &[Name],
    ) -> Option<Name> {
        let name = self.name(happening, Slot::Name)?;
        if !name.as_str().contains('{') {
            return Some(name);
        }
        let columns: Vec<&str> = columns.iter().map(Name::as_str).collect();
        let name = name.as_str().replace("{table}", table.name.as_str());
        let name = name.replace("{columns}", &columns.join("_"));
        Some(Name::new(&name.replace("{unknown}", &hole(1))))
    }

    /// Whether something unknown is handed over that the rule file has no slot for: a callback that may make columns.
    fn is_handed_more(&self, happening: &Happening<'_, 'p>) -> bool {
        let is_named = |position: usize| {
            let mut places = happening.event.from.iter().flat_map(|(_, places)| places);
            places.any(|place| matches!(place, ArgumentPath::Argument { of: None, index, .. } if *index == position))
        };
        if happening.event.from.iter().any(|(slot, _)| *slot == Slot::Columns) {
            return false;
        }
        happening.arguments.iter().enumerate().any(|(position, argument)| {
            let is_open = |value: &Value<'_>| matches!(value.kind, Kind::Unknown(_));
            !is_named(position) && self.evaluator.eval(argument).branches().iter().any(is_open)
        })
    }

    /// Whether what describes the table was changed behind its construction: `table.addColumn(…)`.
    fn is_changed(&self, happening: &Happening<'_, 'p>) -> bool {
        happening.arguments.iter().any(|argument| {
            let value = self.evaluator.eval(argument);
            let is_wrapped = value.foreign().any(|thing| self.rules.wrappers.contains(&thing.path));
            is_wrapped && self.evaluator.is_worked_on(argument)
        })
    }

    fn is_on(&self, happening: &Happening<'_, 'p>, slot: Slot) -> bool {
        self.value(happening, slot).is_some_and(|value| value.truthy() == Truth::Yes)
    }

    pub(super) fn new_table(
        &mut self,
        happening: &Happening<'_, 'p>,
        table: TableName,
    ) -> CreateTable {
        let mut new = CreateTable::new(table);
        new.if_not_exists = self.is_on(happening, Slot::IfNotExists);
        new.partitioned = self.is_on(happening, Slot::Partitioned);
        let lasts = [Slot::Temporary, Slot::Unlogged].map(|slot| self.is_on(happening, slot));
        new.persistence = match lasts {
            [true, _] => Persistence::Temporary,
            [_, true] => Persistence::Unlogged,
            _ => Persistence::Permanent,
        };
        let (columns, all) = self.columns(happening);
        new.columns = columns;
        self.name_key(happening, &new.table, &mut new.columns);
        new.columns_known = all && !self.is_handed_more(happening) && !self.is_changed(happening);
        if happening.event.key_by.is_empty() {
            let keyed = self.names(happening, Slot::Key);
            let deferrable = self.is_on(happening, Slot::Deferrable);
            let key = |columns| Key { deferrable, ..Key::over(columns) };
            new.key = (!keyed.is_empty()).then(|| key(keyed));
        } else {
            self.described_key(happening, &mut new);
        }
        let including = self.names(happening, Slot::Including);
        let indexes = including.iter().any(|name| {
            ["all", "indexes"].iter().any(|key| name.as_str().eq_ignore_ascii_case(key))
        });
        let like = |table| Like { table, indexes };
        new.likes = self.tables(happening, Slot::Like).into_iter().map(like).collect();
        new.inherits = self.tables(happening, Slot::Inherits);
        new.references = self.references(happening);
        new.uniques = self.uniques(happening);
        let shape = &happening.event.column;
        for (key, value) in self.described(happening).0 {
            let name = self.column_name(happening, key.as_deref(), &value);
            let holds = |path: &Option<OptionPath>| {
                path.as_ref()
                    .is_some_and(|path| self.evaluator.option(&value, path).truthy() == Truth::Yes)
            };
            if holds(&shape.unique) {
                new.uniques.push(Unique { name: None, columns: vec![name.clone()] });
            }
            if holds(&shape.references) {
                let to = TableName::new(&hole(1));
                new.references.push(Reference { name: None, columns: vec![name], to });
            }
        }
        // A constraint in words of SQL is read as if it were added.
        if let Some(Value { kind: Kind::Text(_), .. }) = self.value(happening, Slot::Sql) {
            for step in self.constraint(happening, &new.table.clone()) {
                match step {
                    Step::AddKey { key, .. } => new.key = Some(key),
                    Step::AddUnique { unique, .. } => new.uniques.push(unique),
                    Step::AddReference { reference, .. } => new.references.push(reference),
                    _ => {}
                }
            }
        }
        new
    }

    /// A constraint that is described in SQL: `PRIMARY KEY (a, b)`.
    fn constraint(&mut self, happening: &Happening<'_, 'p>, table: &TableName) -> Vec<Step> {
        let Some(definition) = self.value(happening, Slot::Sql).and_then(|value| value.sketch())
        else {
            return vec![Step::Unreadable {
                table: Some(table.clone()),
                tag: "ALTER TABLE",
                drops: false,
            }];
        };
        let name = self.name(happening, Slot::Name);
        let name = name.map_or_else(String::new, |name| {
            format!("CONSTRAINT \"{}\" ", name.as_str().replace('"', "\"\""))
        });
        let read = sql::read(&format!("ALTER TABLE t ADD {name}{}", &*definition));
        let steps = read.statements.into_iter().flat_map(|statement| statement.steps);
        let about = |step: Step| match step {
            Step::AddKey { key, index, .. } => {
                Some(Step::AddKey { table: table.clone(), key, index })
            }
            Step::AddUnique { unique, .. } => {
                Some(Step::AddUnique { table: table.clone(), unique })
            }
            Step::AddReference { reference, .. } => {
                Some(Step::AddReference { table: table.clone(), reference })
            }
            _ => None,
        };
        steps.filter_map(|step| about(step.step)).collect()
    }

    fn extensions(&mut self, happening: &Happening<'_, 'p>) {
        let call = happening.call.span();
        for name in self.names(happening, Slot::Name) {
            let step = match happening.event.does {
                Verb::DropExtension => Step::DropExtension { name },
                _ => Step::CreateExtension { name, if_not_exists: true },
            };
            self.push(step, call, call);
        }
    }

    /// A text of SQL, statement by statement.
    fn sql(&mut self, happening: &Happening<'_, 'p>) {
        let call = happening.call.span();
        let Some(value) = self.value(happening, Slot::Sql) else { return };
        self.tally.all -= 1;
        for branch in value.branches().to_vec() {
            match (&branch.kind, branch.sketch()) {
                (Kind::List(texts), _) => {
                    for text in texts.iter() {
                        if let Some(text) = text.sketch() {
                            self.text(&text, call);
                        }
                    }
                }
                (_, Some(text)) => {
                    let forms = [(Slot::Bindings, Form::Marks), (Slot::Words, Form::Braces)];
                    let said = forms.into_iter().find_map(|(slot, form)| {
                        self.value(happening, slot).map(|bindings| (form, bindings))
                    });
                    match said {
                        Some((form, bindings)) => {
                            let bound = Bound::new(&text, form, &bindings, self.evaluator);
                            self.bound(&text, &bound.text, |range| bound.origin(range), call);
                        }
                        None => self.text(&text, call),
                    }
                }
                // What a library makes of its own builders is no text that anybody could read. In an application that is
                // rarely DDL.
                (Kind::Foreign(foreign), _)
                    if !foreign.path.module.is_empty() && self.at_run_time => {}
                _ => self.unknown_sql(call),
            }
        }
    }

    /// SQL that a function returns for somebody else to run.
    pub(super) fn returned(&mut self, value: &Value<'p>, at: Span) {
        for branch in value.branches() {
            match branch.sketch() {
                Some(text) => self.text(&text, at),
                None => self.unknown_sql(at),
            }
        }
    }

    fn unknown_sql(&mut self, call: Span) {
        self.tally.all += 1;
        self.tally.unread.push((call, "the SQL that runs here is not known".to_owned()));
        self.push(Step::Unreadable { table: None, tag: "", drops: false }, call, call);
    }

    /// The statements of a text.
    pub(super) fn text(&mut self, text: &Text, call: Span) {
        self.bound(text, text, |range| range, call);
    }

    /// The statements of a text in which something else was put. `origin` tells where that stood.
    fn bound(
        &mut self,
        text: &Text,
        sql: &str,
        origin: impl Fn(Range<usize>) -> Range<usize>,
        call: Span,
    ) {
        let project = self.evaluator.index.project;
        let place = |range| text.place(origin(range), |file| project.source(file)).unwrap_or(call);
        let read = sql::read(sql);
        let overlap = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        for unread in &read.unread {
            // What belongs to a statement is counted with it.
            let mut statements = read.statements.iter();
            if !statements.any(|statement| overlap(&statement.range, &unread.range)) {
                self.tally.all += 1;
            }
            let why = format!("this SQL was not read: {}", reason(unread.reason));
            self.tally.unread.push((place(unread.range.clone()), why));
        }
        for statement in read.statements {
            if let Some(dialect) = statement.dialect {
                self.tally.elsewhere += 1;
                let first = (place(statement.range), dialect, false);
                self.tally.left_out.get_or_insert(first);
                continue;
            }
            self.tally.all += 1;
            let conditional = self.is_conditional() || statement.conditional;
            for step in statement.steps {
                // A statement of one step is shown whole; of several actions each by itself.
                let range = match step.step {
                    Step::CreateTable(_) => statement.range.clone(),
                    _ => step.range,
                };
                let is_told = read.unread.iter().any(|unread| overlap(&unread.range, &range));
                if matches!(step.step, Step::Unreadable { .. }) && !is_told {
                    let why = "this statement was not understood".to_owned();
                    self.tally.unread.push((place(range.clone()), why));
                }
                let (span, elsewhere) = (place(range), self.depends > 0);
                let ran = super::Ran { step: step.step, span, call, conditional, elsewhere };
                self.ran.push(ran);
            }
        }
    }
}

fn reason(reason: sql::Reason) -> &'static str {
    match reason {
        sql::Reason::TooDeep => "it nests too deep",
        sql::Reason::TooLong => "it is too long",
        sql::Reason::Hole => "only run time tells what it does",
        sql::Reason::Syntax => "it is no SQL of PostgreSQL",
    }
}
