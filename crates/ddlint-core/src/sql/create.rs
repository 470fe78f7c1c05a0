//! `CREATE TABLE`, in all its forms.

use squawk_syntax::{SyntaxKind as Kind, SyntaxNode};

use super::{hole, skim, tree};
use crate::schema::{
    Column, CreateTable, InlineKey, Key, Like, Name, Origin, Persistence, Reference, Step,
    TableName, Unique,
};

/// What `CREATE TABLE` and `CREATE TABLE … AS` make. `None` without a name.
pub(super) fn table(node: &SyntaxNode) -> Option<Step> {
    let name = tree::child(node, Kind::TABLE_NAME)?;
    let mut create = CreateTable::new(tree::table_name(&name)?);
    create.if_not_exists = tree::has(node, Kind::IF_NOT_EXISTS);
    create.persistence = persistence(node, &create.table);
    let partition = tree::child(node, Kind::PARTITION_BY);
    create.partitioned = partition.is_some();
    create.partitioned_by = partition.as_ref().map(partitioned_by).unwrap_or_default();
    create.origin = origin(node);
    let parents = tree::child(node, Kind::INHERITS);
    let parents = parents.iter().flat_map(|list| tree::children(list, Kind::TABLE_NAME_REF));
    create.inherits = parents.filter_map(|parent| tree::table_name(&parent)).collect();
    let arguments = tree::child(node, Kind::TABLE_ARG_LIST);
    arguments.iter().flat_map(SyntaxNode::children).for_each(|arg| argument(&arg, &mut create));
    let closed = arguments.as_ref().is_none_or(|list| tree::has(list, Kind::R_PAREN));
    create.columns_known &= closed;
    Some(Step::CreateTable(Box::new(create)))
}

/// What a table is partitioned by: columns, or expressions, which have no name.
fn partitioned_by(node: &SyntaxNode) -> Vec<Name> {
    let list = tree::child(node, Kind::PARTITION_ITEM_LIST);
    let items = list.iter().flat_map(|list| tree::children(list, Kind::PARTITION_ITEM));
    let name = |item: SyntaxNode| {
        let first = item.first_child()?;
        (tree::tokens(&first).count() == 1).then(|| tree::name(&first))?
    };
    items.map(|item| name(item).unwrap_or_else(Name::unknown)).collect()
}

/// What the `INTO` of a `SELECT` makes.
pub(super) fn select_into(into: &SyntaxNode) -> Option<Step> {
    let name = tree::child(into, Kind::TABLE_NAME)?;
    let mut create = CreateTable::new(tree::table_name(&name)?);
    create.persistence = persistence(into, &create.table);
    create.origin = Origin::SelectInto;
    Some(Step::CreateTable(Box::new(create)))
}

fn persistence(node: &SyntaxNode, table: &TableName) -> Persistence {
    let in_session = table.schema.as_ref().is_some_and(|schema| schema.as_str() == "pg_temp");
    if in_session || tree::has(node, Kind::TEMP) {
        Persistence::Temporary
    } else if tree::has(node, Kind::UNLOGGED) {
        Persistence::Unlogged
    } else {
        Persistence::Permanent
    }
}

fn origin(node: &SyntaxNode) -> Origin {
    let named = |kind: Kind| tree::child(node, kind).as_ref().and_then(tree::table_name);
    if node.kind() == Kind::CREATE_TABLE_AS {
        return Origin::Query;
    }
    let partition = named(Kind::PARTITION_OF).map(Origin::PartitionOf);
    partition.or_else(|| named(Kind::OF_TYPE).map(Origin::Type)).unwrap_or(Origin::Plain)
}

/// One of what stands between the parentheses.
fn argument(node: &SyntaxNode, create: &mut CreateTable) {
    match node.kind() {
        Kind::COLUMN => {
            let Some(found) = column(node) else { return };
            // A hole in the place of a column may be several, or a constraint.
            let is_hole = found.data_type.is_none() && !found.name.is_known();
            if is_hole {
                create.columns_known = false;
                return;
            }
            create.uniques.extend(column_uniques(node, &found.name));
            create.references.extend(column_references(node, &found.name));
            create.columns.push(found);
        }
        Kind::LIKE_CLAUSE => create.likes.extend(like(node)),
        Kind::PRIMARY_KEY_CONSTRAINT => create.key = Some(key(node)),
        Kind::UNIQUE_CONSTRAINT => create.uniques.push(unique(node)),
        Kind::FOREIGN_KEY_CONSTRAINT => create.references.extend(reference(node)),
        Kind::ERROR => {
            let text = node.text().to_string();
            create.columns_known &= !hole::is_in(&text) && !skim::says_key(&text);
        }
        _ => {}
    }
}

/// A column of `CREATE TABLE` or of `ADD COLUMN`.
pub(super) fn column(node: &SyntaxNode) -> Option<Column> {
    let name = tree::name(&tree::child(node, Kind::COLUMN_NAME)?)?;
    let written = node.children().find(|child| tree::is_type(child.kind()));
    let mut column = Column::new(name, written.as_ref().and_then(tree::data_type));
    column.not_null = tree::has(node, Kind::NOT_NULL_CONSTRAINT);
    column.key = tree::child(node, Kind::PRIMARY_KEY_CONSTRAINT).map(|key| InlineKey {
        name: constraint_name(&key),
        deferrable: is_deferrable(&key),
        maybe: false,
    });
    // What stands in the place of the type may go on: `${"serial PRIMARY KEY"}`.
    let open = written.is_some_and(|written| hole::is(&written.text().to_string()));
    if open && column.key.is_none() {
        column.key = Some(InlineKey { maybe: true, ..InlineKey::default() });
    }
    Some(column)
}

/// The unique constraints at a column.
pub(super) fn column_uniques(node: &SyntaxNode, column: &Name) -> Vec<Unique> {
    tree::children(node, Kind::UNIQUE_CONSTRAINT)
        .map(|unique| Unique { name: constraint_name(&unique), columns: vec![column.clone()] })
        .collect()
}

/// The foreign keys at a column.
pub(super) fn column_references(node: &SyntaxNode, column: &Name) -> Vec<Reference> {
    tree::children(node, Kind::REFERENCES_CONSTRAINT)
        .filter_map(|reference| {
            let to = tree::table_name(&tree::child(&reference, Kind::TABLE_NAME_REF)?)?;
            Some(Reference { name: constraint_name(&reference), columns: vec![column.clone()], to })
        })
        .collect()
}

fn like(node: &SyntaxNode) -> Option<Like> {
    let table = tree::table_name(&tree::child(node, Kind::RELATION_NAME_REF)?)?;
    // The last word on a property counts.
    let options = node.children().filter_map(|option| {
        let copies = match option.kind() {
            Kind::INCLUDING_PROPERTY => true,
            Kind::EXCLUDING_PROPERTY => false,
            _ => return None,
        };
        let about =
            tree::has(&option, Kind::PROPERTY_ALL) || tree::has(&option, Kind::PROPERTY_INDEXES);
        about.then_some(copies)
    });
    Some(Like { table, indexes: options.last().unwrap_or(false) })
}

/// A key that is a constraint of the table.
pub(super) fn key(node: &SyntaxNode) -> Key {
    Key {
        name: constraint_name(node),
        columns: constraint_columns(node),
        deferrable: is_deferrable(node),
    }
}

/// A unique constraint of the table.
pub(super) fn unique(node: &SyntaxNode) -> Unique {
    Unique { name: constraint_name(node), columns: constraint_columns(node) }
}

/// A foreign key of the table. `None` if it does not say where it leads.
pub(super) fn reference(node: &SyntaxNode) -> Option<Reference> {
    let to = tree::table_name(&tree::child(node, Kind::TABLE_NAME_REF)?)?;
    let list = tree::child(node, Kind::FOREIGN_KEY_COLUMN_LIST);
    let columns = list.map(|list| tree::columns(&list)).unwrap_or_default();
    Some(Reference { name: constraint_name(node), columns: whole(columns), to })
}

fn constraint_name(node: &SyntaxNode) -> Option<Name> {
    let clause = tree::child(node, Kind::CONSTRAINT_NAME_CLAUSE)?;
    tree::name(&tree::child(&clause, Kind::CONSTRAINT_NAME)?)
}

fn constraint_columns(node: &SyntaxNode) -> Vec<Name> {
    let parameters = tree::child(node, Kind::INDEX_PARAMETERS);
    let list = parameters
        .and_then(|parameters| tree::child(&parameters, Kind::CONSTRAINT_COLUMN_REF_LIST));
    whole(list.map(|list| tree::columns(&list)).unwrap_or_default())
}

/// A hole may be several columns, so a list with one is not known.
fn whole(columns: Vec<Name>) -> Vec<Name> {
    let is_hole = |column: &Name| column.as_str().chars().all(|c| c == crate::schema::HOLE);
    if columns.iter().any(is_hole) { Vec::new() } else { columns }
}

fn is_deferrable(node: &SyntaxNode) -> bool {
    tree::has(node, Kind::DEFERRABLE_CONSTRAINT_OPTION)
        || tree::has(node, Kind::INITIALLY_DEFERRED_CONSTRAINT_OPTION)
}
