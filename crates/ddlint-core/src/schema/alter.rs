//! Steps that change a table.

use super::name::Name;
use super::naming::Label;
use super::part::{Column, Identity, InlineKey, Key, Persistence, Reference, Unique};
use super::replay::{Run, Schema, bare, with_name};
use super::step::Step;
use super::table::{Event, KeyState, Table, TableKey};
use super::{TableName, constraint};

impl Schema {
    /// Applies a step that is about one table and nothing else.
    pub(super) fn alter(&mut self, step: &Step, run: Run) {
        let Some(name) = step.table() else { return };
        let Some(found) = self.touched(name, step, run) else { return };
        let full = self.tables.all()[found].name.clone();
        match step {
            Step::AddKey { key, index, .. } => {
                let key = self.key_from(found, key, index.as_ref(), run);
                self.add_key(found, key, run);
            }
            Step::ReplaceKey { key, .. } => {
                let key = self.key_from(found, key, None, run);
                self.add_key(found, key, run);
            }
            Step::AddColumn { column, if_not_exists, extends_key, .. } => {
                let known = self.tables.all()[found].has_column(&column.name);
                if !(known && *if_not_exists) {
                    self.tables.all_mut()[found].put_column(column);
                    self.add_inline_key(found, column, *extends_key, run);
                }
            }
            Step::ChangeColumn { column, to, .. } => self.change_column(found, column, to, run),
            Step::AddUnique { unique, .. } => {
                self.add_unique(found, &full, unique, Label::Unique);
            }
            Step::CreateIndex { index, unique: true, .. } => {
                self.add_unique(found, &full, index, Label::Index);
            }
            Step::AddReference { reference, .. } => {
                let name = reference
                    .name
                    .clone()
                    .unwrap_or_else(|| self.choose(&full, &reference.columns, Label::Reference));
                let reference = Reference { name: Some(name), ..reference.clone() };
                self.tables.all_mut()[found].references.push(reference);
            }
            _ => self.tables.all_mut()[found].change(step, run),
        }
        self.hand_down(found, step, run);
    }

    /// What happens to a column happens to it in partitions and in tables that inherit it.
    fn hand_down(&mut self, from: usize, step: &Step, run: Run) {
        let about_column = matches!(
            step,
            Step::AddColumn { .. }
                | Step::DropColumn { .. }
                | Step::RenameColumn { .. }
                | Step::RetypeColumn { .. }
        );
        if !about_column {
            return;
        }
        for at in self.tables.dependents(from) {
            let table = &mut self.tables.all_mut()[at];
            match step {
                Step::AddColumn { column, .. } if !table.has_column(&column.name) => {
                    table.put_column(column);
                }
                _ => table.change(step, run),
            }
        }
    }

    /// Columns go with their type.
    pub(super) fn drop_type(&mut self, kind: &Name, run: Run) {
        for table in self.tables.all_mut() {
            let of_type = |column: &&Column| {
                column.data_type.as_ref().is_some_and(|of| !of.array && of.name == *kind)
            };
            let gone = table.columns.iter().filter(of_type).map(|column| column.name.clone());
            for column in gone.collect::<Vec<_>>() {
                let step = Step::DropColumn {
                    table: table.name.clone(),
                    column,
                    keeps_rest_of_key: false,
                };
                table.change(&step, run);
            }
        }
    }

    /// The key that a step adds, `USING INDEX` or not.
    fn key_from(&mut self, at: usize, key: &Key, index: Option<&Name>, run: Run) -> TableKey {
        let table = &mut self.tables.all_mut()[at];
        // An old one went first, and with it its name.
        table.key = KeyState::Missing;
        let Some(index) = index else {
            let full = table.name.clone();
            return self.named(&full, key, run.at);
        };
        let of_index = |unique: &Unique| unique.name.as_ref() == Some(index);
        let columns = table.uniques.iter().find(|unique| of_index(unique));
        let columns = columns.map(|unique| unique.columns.clone()).unwrap_or_default();
        table.uniques.retain(|unique| !of_index(unique));
        let name = key.name.clone().unwrap_or_else(|| index.clone());
        TableKey { name, columns, deferrable: key.deferrable, at: run.at }
    }

    /// A key is there from now on, also if the step hangs on a condition: then it was there already.
    fn add_key(&mut self, at: usize, key: TableKey, run: Run) {
        let table = &mut self.tables.all_mut()[at];
        table.get_key(key);
        table.tell(run.at, Event::KeyAdded);
    }

    /// What the key of a new column does to the table's.
    fn add_inline_key(&mut self, at: usize, column: &Column, extends: bool, run: Run) {
        let Some(inline) = &column.key else { return };
        let before = self.tables.all()[at].key.clone();
        if inline.maybe {
            self.tables.all_mut()[at].maybe_get_key(run.at);
            return;
        }
        let mut columns = match &before {
            // The statement fails if there is a key, so it does not run here.
            KeyState::Present(_) if !extends => return,
            KeyState::Present(key) => key.columns.clone(),
            _ => Vec::new(),
        };
        columns.push(column.name.clone());
        let InlineKey { name, deferrable, .. } = inline.clone();
        let full = self.tables.all()[at].name.clone();
        self.tables.all_mut()[at].key = KeyState::Missing;
        let key = self.named(&full, &Key { name, columns, deferrable }, run.at);
        self.add_key(at, key, run);
    }

    fn add_unique(&mut self, at: usize, table: &TableName, unique: &Unique, label: Label) {
        let unique = with_name(unique, || self.choose(table, &unique.columns, label));
        self.tables.all_mut()[at].uniques.push(unique);
    }

    fn change_column(&mut self, at: usize, from: &Name, to: &Column, run: Run) {
        let table = &mut self.tables.all_mut()[at];
        let in_key = table.key.key().is_some_and(|key| key.columns.contains(from));
        table.rename_column(from, &to.name);
        table.put_column(to);
        match &to.key {
            Some(key) if key.maybe && in_key => table.lose_key(run.at, Event::KeyDropped, true),
            Some(_) if in_key => {}
            Some(_) => self.add_inline_key(at, to, true, run),
            None if in_key => table.lose_key_column(&to.name, Event::KeyColumnDropped, run),
            None => {}
        }
    }
}

impl Table {
    /// Applies a step that needs nothing but the table.
    fn change(&mut self, step: &Step, run: Run) {
        match step {
            Step::DropColumn { column, keeps_rest_of_key, .. } => {
                self.drop_key_column(column, *keeps_rest_of_key, run);
                if !run.conditional {
                    self.drop_column(column, run.at);
                }
            }
            Step::RenameColumn { column, to, .. } => self.rename_column(column, to),
            Step::RetypeColumn { column, to, .. } => {
                let retyped = self.columns.iter_mut().filter(|known| known.name == *column);
                retyped.for_each(|known| known.data_type = Some(to.clone()));
            }
            Step::SetNullable { column, nullable, .. } => {
                let changed = self.columns.iter_mut().filter(|known| known.name == *column);
                changed.for_each(|known| known.not_null = !nullable);
            }
            Step::DropKey { .. } => self.lose_key(run.at, Event::KeyDropped, run.conditional),
            Step::DropConstraint { name, .. } => self.drop_constraint(name, run),
            Step::RenameConstraint { name, to, .. } => self.rename_constraint(name, to),
            Step::ReplicaIdentity { identity, .. } => {
                self.identity = identity.clone();
                self.tell(run.at, Event::Identity);
            }
            Step::SetLogged { logged, .. } => {
                self.persistence =
                    if *logged { Persistence::Permanent } else { Persistence::Unlogged };
                self.tell(run.at, Event::Persistence);
            }
            _ => {}
        }
    }

    fn has_column(&self, name: &Name) -> bool {
        self.columns.iter().any(|column| column.name == *name)
    }

    /// Adds a column, or says anew what one is.
    fn put_column(&mut self, column: &Column) {
        match self.columns.iter_mut().find(|known| known.name == column.name) {
            Some(known) => *known = bare(column),
            None => self.columns.push(bare(column)),
        }
    }

    fn drop_key_column(&mut self, column: &Name, keeps_rest: bool, run: Run) {
        let Some(key) = self.key.key() else { return };
        if key.columns.contains(column) {
            if keeps_rest {
                self.lose_key_column(column, Event::KeyColumnDropped, run);
            } else {
                self.lose_key(run.at, Event::KeyColumnDropped, run.conditional);
            }
        } else if !column.is_known() && key.columns.iter().any(|known| known.may_be(column)) {
            self.lose_key(run.at, Event::KeyColumnDropped, true);
        }
    }

    /// The key goes on without a column, or goes away if that was its only one.
    fn lose_key_column(&mut self, column: &Name, event: Event, run: Run) {
        let Some(key) = self.key.key_mut() else { return };
        if key.columns.len() > 1 && !run.conditional {
            key.columns.retain(|known| known != column);
            self.tell(run.at, Event::KeyAdded);
        } else {
            self.lose_key(run.at, event, run.conditional);
        }
    }

    fn drop_constraint(&mut self, name: &Name, run: Run) {
        let others = self.uniques.len() + self.references.len();
        self.uniques.retain(|unique| unique.name.as_ref() != Some(name));
        self.references.retain(|reference| reference.name.as_ref() != Some(name));
        if self.uniques.len() + self.references.len() < others {
            self.lose_identity(name, run.at);
            return;
        }
        let is_key = match &self.key {
            KeyState::Missing | KeyState::Uncertain(None) => return,
            KeyState::Present(key) | KeyState::Uncertain(Some(key)) => {
                constraint::is_key(&key.name, name)
            }
            // Of a table that was made elsewhere, the usual names tell.
            KeyState::Unknown => constraint::names_key(&self.name.name, name).then_some(true),
        };
        if let Some(sure) = is_key {
            self.lose_key(run.at, Event::KeyDropped, !sure || run.conditional);
        }
    }

    /// A constraint or an index gets another name.
    pub(super) fn rename_constraint(&mut self, from: &Name, to: &Name) {
        let uniques = self.uniques.iter_mut().filter_map(|unique| unique.name.as_mut());
        let references = self.references.iter_mut().filter_map(|reference| reference.name.as_mut());
        let key = self.key.key_mut().map(|key| &mut key.name);
        let identity = match &mut self.identity {
            Identity::Index(index) => Some(index),
            _ => None,
        };
        for name in uniques.chain(references).chain(key).chain(identity) {
            if name == from {
                name.clone_from(to);
            } else if constraint::is_key(name, from).is_some() && !from.is_known() {
                // It may be this one that has the other name now.
                *name = Name::unknown();
            }
        }
    }

    /// An index goes away.
    pub(super) fn drop_index(&mut self, name: &Name, at: crate::source::Span) {
        self.uniques.retain(|unique| unique.name.as_ref() != Some(name));
        self.lose_identity(name, at);
    }

    /// Without the index that identifies its rows, nothing does: the server does not fall back to the key.
    pub(super) fn lose_identity(&mut self, index: &Name, at: crate::source::Span) {
        if self.identity == Identity::Index(index.clone()) {
            self.identity = Identity::Nothing;
            self.tell(at, Event::Identity);
        }
    }

    /// Whether a name is taken by the table or by one of its indexes.
    pub(super) fn takes(&self, name: &Name) -> bool {
        let key = self.key.key().map(|key| &key.name);
        let uniques = self.uniques.iter().filter_map(|unique| unique.name.as_ref());
        self.name.name == *name || key == Some(name) || uniques.into_iter().any(|own| own == name)
    }
}
