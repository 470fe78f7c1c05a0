//! Steps that make, move and drop whole tables.

use super::name::{Name, TableName};
use super::naming::Label;
use super::part::{Column, CreateTable, Identity, Key, Origin, Persistence, Reference, Unique};
use super::replay::{Run, Schema, bare, with_name};
use super::step::Step;
use super::table::{Event, KeyState, Table};
use super::tables::TEMPORARY;

impl Table {
    /// A table of which the history only says what was done to it.
    pub(super) fn elsewhere(name: TableName) -> Self {
        Self {
            name,
            created: None,
            origin: Origin::Plain,
            persistence: Persistence::Permanent,
            columns: Vec::new(),
            key: KeyState::Unknown,
            identity: Identity::Default,
            parent: None,
            inherits: Vec::new(),
            partitioned: false,
            partitioned_by: Vec::new(),
            uniques: Vec::new(),
            references: Vec::new(),
            may_be_gone: false,
            story: Vec::new(),
        }
    }

    /// Takes over a column. One that it has already from elsewhere is the same column, with the demands of both.
    fn take_column(&mut self, column: &Column) {
        let Some(known) = self.columns.iter_mut().find(|known| known.name == column.name) else {
            self.columns.push(bare(column));
            return;
        };
        known.not_null |= column.not_null;
        known.data_type = column.data_type.clone().or_else(|| known.data_type.take());
    }

    pub(super) fn is_temporary(&self) -> bool {
        self.name.schema.as_ref().is_some_and(|schema| schema.as_str() == TEMPORARY)
    }
}

impl Schema {
    /// A table is made.
    ///
    /// If there is one of that name already, the statement would fail; in a history of two branches (a squashed
    /// baseline beside the migrations that it replaces) it does not run. Then what is known better is kept: a key in
    /// either of both is a key.
    pub(super) fn create(&mut self, create: &CreateTable, run: Run) {
        let temporary = create.persistence == Persistence::Temporary;
        let full = self.tables.made_as(&create.table, temporary);
        let before = self.tables.find(&full).filter(|_| full.name.is_known());
        let before = before.map(|at| (at, self.tables.all()[at].clone()));
        if before.as_ref().is_some_and(|(_, old)| old.created.is_some() && create.if_not_exists) {
            return;
        }
        let table = self.made(create, full, run);
        match before {
            Some((at, old)) => self.tables.all_mut()[at] = merged(old, table, run),
            None => self.tables.push(table),
        }
    }

    /// The table that a statement makes.
    fn made(&self, create: &CreateTable, full: TableName, run: Run) -> Table {
        let mut table = Table::elsewhere(full);
        table.created = Some(run.at);
        table.origin = create.origin.clone();
        table.persistence = create.persistence;
        table.partitioned = create.partitioned;
        table.partitioned_by.clone_from(&create.partitioned_by);
        let likes = create.likes.iter().map(|like| &like.table);
        let parent = |name| self.table(name).map(|table| table.name.clone());
        let parent = |name| parent(name).unwrap_or_else(|| self.tables.made_as(name, false));
        table.inherits = create.inherits.iter().map(parent).collect();
        for source in likes.chain(&create.inherits) {
            let columns = self.table(source).into_iter().flat_map(|source| &source.columns);
            columns.for_each(|column| table.take_column(column));
        }
        if let Origin::PartitionOf(parent) = &create.origin {
            let found = self.table(parent);
            let columns = found.into_iter().flat_map(|parent| &parent.columns);
            columns.for_each(|column| table.take_column(column));
            let name = found.map(|parent| parent.name.clone());
            table.parent = Some(name.unwrap_or_else(|| self.tables.made_as(parent, false)));
        }
        create.columns.iter().for_each(|column| table.take_column(column));
        match self.key_of(create, &table, run) {
            KeyState::Present(key) => table.get_key(key),
            other => table.key = other,
        }
        self.add_constraints(create, &mut table);
        table.tell(run.at, Event::Created);
        table
    }

    fn add_constraints(&self, create: &CreateTable, table: &mut Table) {
        let likes = create.likes.iter().filter(|like| like.indexes);
        let sources = likes.filter_map(|like| self.table(&like.table));
        // What is copied gets names of its own.
        let copied = sources.flat_map(|source| source.uniques.clone());
        let copied = copied.map(|unique| Unique { name: None, ..unique });
        for unique in create.uniques.iter().cloned().chain(copied) {
            // The server makes one index for what is said twice.
            let key = table.key.key().filter(|key| !key.deferrable).map(|key| &key.columns);
            let said = table.uniques.iter().map(|unique| &unique.columns).chain(key);
            if unique.name.is_none() && said.into_iter().any(|columns| *columns == unique.columns) {
                continue;
            }
            let name = || self.choose(&table.name, &unique.columns, Label::Unique);
            let unique = with_name(&unique, name);
            table.uniques.push(unique);
        }
        for reference in &create.references {
            let name = reference.name.clone();
            let name = name
                .unwrap_or_else(|| self.choose(&table.name, &reference.columns, Label::Reference));
            table.references.push(Reference { name: Some(name), ..reference.clone() });
        }
    }

    fn key_of(&self, create: &CreateTable, table: &Table, run: Run) -> KeyState {
        if let Some(key) = &create.key {
            return KeyState::Present(self.named(&table.name, key, run.at));
        }
        let inline =
            create.columns.iter().filter_map(|column| Some((column, column.key.as_ref()?)));
        let (sure, open): (Vec<_>, Vec<_>) = inline.partition(|(_, key)| !key.maybe);
        if let Some((_, first)) = sure.first() {
            let key = Key {
                name: first.name.clone(),
                columns: sure.iter().map(|(column, _)| column.name.clone()).collect(),
                deferrable: first.deferrable,
            };
            return KeyState::Present(self.named(&table.name, &key, run.at));
        }
        if !open.is_empty() {
            return KeyState::Uncertain(None);
        }
        for like in create.likes.iter().filter(|like| like.indexes) {
            let source = self.table(&like.table).map_or(KeyState::Unknown, |table| self.key(table));
            match source {
                KeyState::Present(key) => {
                    let own = Key { name: None, columns: key.columns, deferrable: key.deferrable };
                    return KeyState::Present(self.named(&table.name, &own, run.at));
                }
                KeyState::Missing => {}
                open => return open,
            }
        }
        if create.columns_known { KeyState::Missing } else { KeyState::Unknown }
    }

    pub(super) fn drop_table(&mut self, name: &TableName, step: &Step, run: Run) {
        let Some(found) = self.tables.meant_here(name) else {
            if !name.name.is_known() {
                // What goes may be any table: that is told, not guessed.
                self.touched(name, step, run);
            }
            return;
        };
        if run.conditional {
            let table = &mut self.tables.all_mut()[found];
            table.may_be_gone = true;
            table.tell(run.at, Event::MaybeDropped);
            return;
        }
        let gone = vec![self.tables.all()[found].name.clone()];
        self.remove(gone);
    }

    /// Removes tables and what cannot be without them: partitions, and tables that inherit.
    fn remove(&mut self, gone: Vec<TableName>) {
        for name in gone {
            let Some(at) = self.tables.find(&name) else { continue };
            let mut indexes = self.tables.dependents(at);
            indexes.push(at);
            indexes.sort_unstable();
            indexes.into_iter().rev().for_each(|at| self.tables.remove(at));
        }
    }

    /// A table gets another name or schema. One that has that name already was somebody else's, and is gone.
    pub(super) fn move_table(
        &mut self,
        name: &TableName,
        step: &Step,
        run: Run,
        change: impl Fn(&mut TableName),
    ) {
        let Some(found) = self.touched(name, step, run) else { return };
        let from = self.tables.all()[found].name.clone();
        let mut to = from.clone();
        change(&mut to);
        if to == from {
            return;
        }
        if run.conditional && self.tables.find(&to).is_some() {
            return;
        }
        self.tables.all_mut()[found].tell(run.at, Event::Renamed);
        if to.is_known() {
            self.tables.retain(|table| table.name != to);
        }
        self.rename(&from, &to);
    }

    pub(super) fn rename_schema(&mut self, schema: &Name, to: &Name, run: Run) {
        let in_schema = |table: &&Table| table.name.schema.as_ref() == Some(schema);
        let names: Vec<TableName> =
            self.tables.all().iter().filter(in_schema).map(|table| table.name.clone()).collect();
        self.tables.schema_gone(schema);
        self.tables.schema_made(to);
        for name in names {
            let moved = TableName { schema: Some(to.clone()), name: name.name.clone() };
            self.rename(&name, &moved);
            if let Some(at) = self.tables.find(&moved) {
                self.tables.all_mut()[at].tell(run.at, Event::Renamed);
            }
        }
    }

    pub(super) fn drop_schema(&mut self, schema: &Name, run: Run) {
        if run.conditional {
            let tables = self.tables.all_mut().iter_mut();
            for table in tables.filter(|table| table.name.schema.as_ref() == Some(schema)) {
                table.may_be_gone = true;
                table.tell(run.at, Event::MaybeDropped);
            }
            return;
        }
        self.tables.schema_gone(schema);
        let in_schema = |table: &&Table| table.name.schema.as_ref() == Some(schema);
        let tables = self.tables.all().iter().filter(in_schema);
        let gone = tables.map(|table| table.name.clone()).collect();
        self.remove(gone);
        self.tables.views_mut().retain(|view, _| view.schema.as_ref() != Some(schema));
    }

    fn rename(&mut self, from: &TableName, to: &TableName) {
        for table in self.tables.all_mut() {
            if table.name == *from {
                table.name = to.clone();
            }
            let parents = table.parent.iter_mut().chain(&mut table.inherits);
            parents.filter(|parent| *parent == from).for_each(|parent| parent.clone_from(to));
        }
    }
}

/// What is left of a table that is made a second time.
fn merged(old: Table, new: Table, run: Run) -> Table {
    if old.created.is_none() {
        // Only now it is known where the table comes from; what was done to it was done before, or in another order.
        let key = if old.key == KeyState::Unknown { new.key } else { old.key.or(new.key) };
        return Table {
            key,
            identity: if old.identity == Identity::Default { new.identity } else { old.identity },
            parent: old.parent.or(new.parent),
            partitioned: old.partitioned || new.partitioned,
            uniques: new.uniques.into_iter().chain(old.uniques).collect(),
            references: new.references.into_iter().chain(old.references).collect(),
            story: new.story.into_iter().chain(old.story).collect(),
            ..new
        };
    }
    let mut table = Table { key: old.key.or(new.key), ..old };
    if table.columns.is_empty() {
        table.columns = new.columns;
    }
    table.tell(run.at, Event::Redefined);
    table
}
