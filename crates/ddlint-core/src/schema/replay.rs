//! The replay: steps in, tables out.

use super::extension::ExtensionStep;
use super::name::{Name, TableName};
use super::naming::{self, Label};
use super::part::{Column, Key, Unique};
use super::step::Step;
use super::table::{Event, KeyState, Table, TableKey};
use super::tables::{Path, TEMPORARY, Tables};
use crate::source::{FileId, Span};

/// A schema that steps are applied to, in the order in which they run.
///
/// What a step says of a table that the history does not make is kept, but its key stays unknown. A step that is
/// `conditional` settles what it cures (`IF NOT EXISTS … ADD PRIMARY KEY` leaves a key in either case) and leaves open
/// what it would spoil.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    pub(super) tables: Tables,
    extensions: Vec<ExtensionStep>,
    file: Option<FileId>,
}

impl Schema {
    /// An empty database.
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies the next step.
    pub fn apply(&mut self, step: &Step, at: Span, conditional: bool) {
        self.enter(at.file);
        let run = Run { at, conditional };
        match step {
            Step::CreateTable(create) => self.create(create, run),
            Step::DropTable { table } => self.drop_table(table, step, run),
            Step::DropAll if conditional => {
                for table in self.tables.all_mut() {
                    table.may_be_gone = true;
                    table.tell(at, Event::MaybeDropped);
                }
            }
            Step::DropAll => self.tables.retain(|_| false),
            Step::RenameTable { table, to } => {
                self.move_table(table, step, run, |name| name.name = to.clone());
            }
            Step::SetSchema { table, to } => {
                self.move_table(table, step, run, |name| name.schema = Some(to.clone()));
            }
            Step::CreateSchema { schema } => self.tables.schema_made(schema),
            Step::RenameSchema { schema, to } => self.rename_schema(schema, to, run),
            Step::DropSchema { schema } => self.drop_schema(schema, run),
            Step::CreateView { view, kind } => {
                let full = self.tables.made_as(view, false);
                self.tables.views_mut().insert(full, *kind);
            }
            Step::DropView { view, .. } => {
                let full = self.tables.made_as(view, false);
                self.tables.views_mut().remove(&full);
            }
            Step::CreateExtension { name, if_not_exists } => {
                self.extensions.push(ExtensionStep {
                    name: name.clone(),
                    at,
                    creates: true,
                    if_not_exists: *if_not_exists,
                    conditional,
                });
            }
            Step::DropExtension { name } => self.extensions.push(ExtensionStep {
                name: name.clone(),
                at,
                creates: false,
                if_not_exists: false,
                conditional,
            }),
            Step::SetSearchPath { schemas } => {
                self.tables.set_path(schemas.clone().map_or(Path::Unknown, Path::Set));
            }
            Step::DropType { name } => self.drop_type(name, run),
            Step::ResetSearchPath => self.tables.set_path(Path::Default),
            Step::RenameIndex { index, to } => self.rename_index(index, to),
            Step::DropIndex { index } => self.drop_index(index, at),
            Step::AttachPartition { table, partition } => self.attach(table, partition, step, run),
            Step::DetachPartition { partition, .. } => self.detach(partition, step, run),
            Step::Unreadable { table, tag, drops } => {
                self.unreadable(table.as_ref(), tag, *drops, step, run);
            }
            Step::Inherit { table, parent, inherits } => {
                self.inherit(table, parent, *inherits, step, run);
            }
            Step::Other { .. }
            | Step::RefreshView { .. }
            | Step::Mention { .. }
            | Step::Define { .. } => {}
            _ => self.alter(step, run),
        }
    }

    /// All tables that are left, in the order in which the history meets them.
    pub fn tables(&self) -> &[Table] {
        self.tables.all()
    }

    /// The table that a name means now.
    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.meant(name).and_then(|at| self.tables.all().get(at))
    }

    /// Whether a name means a view, or something else that looks like a table.
    pub fn is_view(&self, name: &TableName) -> bool {
        self.tables.is_view(name)
    }

    /// The key that a table's rows are identified by: its own, or the one of the table that it is a partition of.
    pub fn key(&self, table: &Table) -> KeyState {
        let mut table = table;
        // Partitions of partitions; a circle is a mistake of the history.
        for _ in 0..8 {
            let parent = table.parent.as_ref().and_then(|name| self.tables.find(name));
            match (&table.key, parent.and_then(|at| self.tables.all().get(at))) {
                (KeyState::Present(_), _) => return table.key.clone(),
                (_, Some(parent)) => table = parent,
                // The parent is made elsewhere.
                (_, None) if table.parent.is_some() => return KeyState::Unknown,
                (_, None) => return table.key.clone(),
            }
        }
        table.key.clone()
    }

    /// What was done to extensions, in order.
    pub fn extension_steps(&self) -> &[ExtensionStep] {
        &self.extensions
    }

    /// Each file runs in a session of its own: temporary tables and the search path end with it.
    fn enter(&mut self, file: FileId) {
        if self.file.replace(file).is_some_and(|before| before != file) {
            self.tables.retain(|table| !table.is_temporary());
            self.tables.set_path(Path::Default);
        }
    }

    /// The table that a step is about, made up if the history does not make it. `None` if it is a view, or if its name
    /// is only known at run time and there is no table of the very same name.
    pub(super) fn touched(&mut self, name: &TableName, step: &Step, run: Run) -> Option<usize> {
        if let Some(found) = self.tables.meant(name) {
            return Some(found);
        }
        if !name.name.is_known() {
            self.cure(&name.name, step, run.at);
            return None;
        }
        if self.tables.is_view(name) {
            return None;
        }
        // It may be one that was made under a name that is only known at run time.
        self.cure(&name.name, step, run.at);
        let full = self.tables.made_as(name, false);
        self.tables.push(Table::elsewhere(full));
        Some(self.tables.all().len() - 1)
    }

    /// A key for a table whose name is only known at run time may be for any that has none, and so the other way round.
    fn cure(&mut self, name: &Name, step: &Step, at: Span) {
        let adds = match step {
            Step::AddKey { .. } | Step::ReplaceKey { .. } => true,
            Step::AddColumn { column, .. } => column.key.is_some(),
            _ => false,
        };
        if adds {
            let tables = self.tables.all_mut().iter_mut();
            tables
                .filter(|table| !(name.is_known() && table.name.name.is_known()))
                .filter(|table| table.name.name.may_be(name))
                .for_each(|table| table.maybe_get_key(at));
        }
    }

    /// A name for a constraint or an index that has none.
    pub(super) fn choose(&self, table: &TableName, columns: &[Name], label: Label) -> Name {
        let same_schema = |other: &&Table| other.name.schema == table.schema;
        naming::choose(&table.name, columns, label, |name| {
            self.tables.all().iter().filter(same_schema).any(|other| other.takes(name))
        })
    }

    /// The key that a step gives to a table.
    pub(super) fn named(&self, table: &TableName, key: &Key, at: Span) -> TableKey {
        let name = key.name.clone();
        let name = name.unwrap_or_else(|| self.choose(table, &key.columns, Label::Key));
        TableKey::new(key, name, at)
    }

    fn rename_index(&mut self, index: &TableName, to: &Name) {
        for at in self.holders(index) {
            self.tables.all_mut()[at].rename_constraint(&index.name, to);
        }
    }

    fn drop_index(&mut self, index: &TableName, at: Span) {
        for holder in self.holders(index) {
            self.tables.all_mut()[holder].drop_index(&index.name, at);
        }
    }

    /// The table with an index of that name: an index is in the schema of its table. Several if the name is only known
    /// at run time.
    fn holders(&self, index: &TableName) -> Vec<usize> {
        let tables = self.tables.all().iter().enumerate();
        let holds = |table: &Table| {
            table.takes(&index.name) || (!index.name.is_known() && table.name.name != index.name)
        };
        let holders: Vec<usize> =
            tables.filter(|(_, table)| holds(table)).map(|(at, _)| at).collect();
        let schemas = match &index.schema {
            Some(schema) => vec![schema.clone()],
            None => [Name::new(TEMPORARY)].into_iter().chain(self.tables.schemas()).collect(),
        };
        let in_schema = |schema: &Name| {
            let own = |at: &usize| self.tables.all()[*at].name.schema.as_ref() == Some(schema);
            let found: Vec<usize> = holders.iter().copied().filter(own).collect();
            (!found.is_empty()).then_some(found)
        };
        let found = schemas.iter().find_map(in_schema);
        // The search path may not be what it is thought to be.
        found.unwrap_or_else(|| if index.schema.is_none() { holders } else { Vec::new() })
    }

    fn attach(&mut self, table: &TableName, partition: &TableName, step: &Step, run: Run) {
        let Some(parent) = self.touched(table, step, run) else { return };
        let Some(leaf) = self.touched(partition, step, run) else { return };
        let parent = &mut self.tables.all_mut()[parent];
        parent.partitioned = true;
        let name = parent.name.clone();
        let leaf = &mut self.tables.all_mut()[leaf];
        leaf.parent = Some(name);
        leaf.tell(run.at, Event::Partition);
    }

    fn detach(&mut self, partition: &TableName, step: &Step, run: Run) {
        let Some(leaf) = self.touched(partition, step, run) else { return };
        // What came from the parent stays.
        let leaf_name = self.tables.all()[leaf].name.clone();
        let key = match self.key(&self.tables.all()[leaf]) {
            KeyState::Present(key) => {
                let own = Key { name: None, columns: key.columns, deferrable: key.deferrable };
                KeyState::Present(self.named(&leaf_name, &own, run.at))
            }
            other => other,
        };
        let leaf = &mut self.tables.all_mut()[leaf];
        if !matches!(leaf.key, KeyState::Present(_)) {
            leaf.key = key;
        }
        leaf.parent = None;
        leaf.tell(run.at, Event::Partition);
    }

    fn inherit(
        &mut self,
        table: &TableName,
        parent: &TableName,
        inherits: bool,
        step: &Step,
        run: Run,
    ) {
        let Some(found) = self.touched(table, step, run) else { return };
        let Some(parent) = self.touched(parent, step, run) else { return };
        let parent = self.tables.all()[parent].name.clone();
        let parents = &mut self.tables.all_mut()[found].inherits;
        parents.retain(|known| *known != parent);
        if inherits {
            parents.push(parent);
        }
    }

    fn unreadable(
        &mut self,
        table: Option<&TableName>,
        tag: &str,
        drops: bool,
        step: &Step,
        run: Run,
    ) {
        let Some(found) = table.and_then(|name| self.touched(name, step, run)) else { return };
        let table = &mut self.tables.all_mut()[found];
        match tag {
            "CREATE TABLE" => {
                table.created = table.created.or(Some(run.at));
                table.tell(run.at, Event::Created);
            }
            "DROP TABLE" => {
                table.may_be_gone = true;
                table.tell(run.at, Event::MaybeDropped);
            }
            _ => {
                table.maybe_get_key(run.at);
                if drops && matches!(table.key, KeyState::Present(_)) {
                    table.lose_key(run.at, Event::KeyDropped, true);
                }
            }
        }
    }
}

/// Where a step stands, and whether it runs for sure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) at: Span,
    pub(super) conditional: bool,
}

/// A column without what only its statement needs.
pub(super) fn bare(column: &Column) -> Column {
    Column { key: None, ..column.clone() }
}

/// A unique constraint that has a name.
pub(super) fn with_name(unique: &Unique, name: impl FnOnce() -> Name) -> Unique {
    Unique { name: Some(unique.name.clone().unwrap_or_else(name)), columns: unique.columns.clone() }
}
