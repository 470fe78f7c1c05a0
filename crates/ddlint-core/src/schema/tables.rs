//! All tables by name, and which one a name means.

use std::collections::{BTreeMap, BTreeSet};

use super::name::{Name, TableName};
use super::part::ViewKind;
use super::table::Table;

/// The schema of temporary tables.
pub const TEMPORARY: &str = "pg_temp";

/// The schema that names without one mean, if nothing else is said.
const DEFAULT: &str = "public";

/// Tables in the order in which they were met, and views.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    all: Vec<Table>,
    views: BTreeMap<TableName, ViewKind>,
    path: Path,
    /// Schemas that were dropped. A search path passes over them.
    gone: BTreeSet<Name>,
}

/// Where names without a schema are looked for.
#[derive(Debug, Clone, Default)]
pub(super) enum Path {
    /// As the server has it.
    #[default]
    Default,
    /// In these schemas, in this order.
    Set(Vec<Name>),
    /// Only known at run time.
    Unknown,
}

impl Tables {
    pub(super) fn all(&self) -> &[Table] {
        &self.all
    }

    pub(super) fn all_mut(&mut self) -> &mut [Table] {
        &mut self.all
    }

    pub(super) fn push(&mut self, table: Table) {
        self.all.push(table);
    }

    /// The partitions of a table and the tables that inherit from it, and theirs.
    pub(super) fn dependents(&self, of: usize) -> Vec<usize> {
        let mut found = vec![of];
        let mut next = 0;
        while let Some(at) = found.get(next).copied() {
            next += 1;
            let name = &self.all[at].name;
            let depends = |table: &Table| {
                table.parent.as_ref() == Some(name) || table.inherits.contains(name)
            };
            let dependents = self.all.iter().enumerate().filter(|(_, table)| depends(table));
            let new: Vec<usize> =
                dependents.map(|(at, _)| at).filter(|at| !found.contains(at)).collect();
            found.extend(new);
        }
        found.remove(0);
        found
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&Table) -> bool) {
        self.all.retain(keep);
    }

    pub(super) fn remove(&mut self, at: usize) {
        self.all.remove(at);
    }

    pub(super) fn views_mut(&mut self) -> &mut BTreeMap<TableName, ViewKind> {
        &mut self.views
    }

    pub(super) fn set_path(&mut self, path: Path) {
        self.path = path;
    }

    /// The full name of what is made under a name.
    pub(super) fn made_as(&self, name: &TableName, temporary: bool) -> TableName {
        if temporary {
            return TableName { schema: Some(Name::new(TEMPORARY)), name: name.name.clone() };
        }
        let schema = name.schema.clone().unwrap_or_else(|| self.current_schema());
        TableName { schema: Some(schema), name: name.name.clone() }
    }

    /// The table of exactly this full name. Of several whose name is only known at run time, the last.
    pub(super) fn find(&self, full: &TableName) -> Option<usize> {
        self.all
            .iter()
            .rposition(|table| table.name.name == full.name && table.name.schema == full.schema)
    }

    /// The table that a statement means.
    ///
    /// A schema that is only known at run time may be any: it means the table of that name if there is one alone. So
    /// does a name without a schema that the search path does not find, since connections may set their own.
    pub(super) fn meant(&self, name: &TableName) -> Option<usize> {
        self.meant_here(name).or_else(|| self.alone(name, |_| true))
    }

    /// The same for a statement that may well mean nothing, as `DROP TABLE IF EXISTS` does: only where the search path
    /// leads, or where only run time tells whether it does.
    pub(super) fn meant_here(&self, name: &TableName) -> Option<usize> {
        let same = |schema: &Name| {
            self.named(&name.name)
                .filter(|(_, table)| table.name.schema.as_ref() == Some(schema))
                .last()
        };
        let exact = |schema: &Name| same(schema).map(|(at, _)| at);
        let found = match &name.schema {
            Some(schema) => exact(schema),
            None => exact(&Name::new(TEMPORARY)).or_else(|| self.schemas().iter().find_map(exact)),
        };
        let open = name.schema.as_ref().is_some_and(|schema| !schema.is_known())
            || matches!(self.path, Path::Unknown);
        found.or_else(|| self.alone(name, |schema| open || !schema.is_known()))
    }

    /// The only table of that name in any of the schemas that it may be in.
    fn alone(&self, name: &TableName, of: impl Fn(&Name) -> bool) -> Option<usize> {
        let mut found = self.named(&name.name).filter(|(_, table)| {
            let schema = table.name.schema.as_ref();
            let said = name.schema.as_ref().zip(schema).is_none_or(|(said, own)| said.may_be(own));
            said && schema.is_some_and(&of)
        });
        let (at, _) = found.next()?;
        found.next().is_none().then_some(at)
    }

    fn named(&self, name: &Name) -> impl Iterator<Item = (usize, &Table)> {
        self.all.iter().enumerate().filter(move |(_, table)| table.name.name == *name)
    }

    pub(super) fn schema_made(&mut self, schema: &Name) {
        self.gone.remove(schema);
    }

    pub(super) fn schema_gone(&mut self, schema: &Name) {
        self.gone.insert(schema.clone());
    }

    /// Whether the name is a view's.
    pub(super) fn is_view(&self, name: &TableName) -> bool {
        let full =
            |schema: &Name| TableName { schema: Some(schema.clone()), name: name.name.clone() };
        match &name.schema {
            Some(schema) => self.views.contains_key(&full(schema)),
            None => self.schemas().iter().any(|schema| self.views.contains_key(&full(schema))),
        }
    }

    fn current_schema(&self) -> Name {
        self.schemas().first().cloned().unwrap_or_else(|| Name::new(DEFAULT))
    }

    /// The schemas of the search path in which things are made.
    pub(super) fn schemas(&self) -> Vec<Name> {
        match &self.path {
            Path::Default => vec![Name::new(DEFAULT)],
            Path::Unknown => vec![Name::unknown()],
            Path::Set(names) => {
                let own =
                    |name: &&Name| !matches!(name.as_str(), "$user" | "pg_catalog" | TEMPORARY);
                let there = |name: &&Name| !self.gone.contains(*name);
                names.iter().filter(own).filter(there).cloned().collect()
            }
        }
    }
}
