//! `ALTER TABLE`.

use squawk_syntax::ast::{self, AstNode as _};
use squawk_syntax::{SyntaxKind as Kind, SyntaxNode};

use super::statement::{Placed, Read, unqualified};
use super::{create, tree};
use crate::schema::{Identity, Step, TableName};

/// A step for each action, and more for what a new column brings.
pub(super) fn table(node: &SyntaxNode) -> Read {
    let name = tree::child(node, Kind::TABLE_RELATION_NAME);
    let name = name.and_then(|name| tree::child(&name, Kind::TABLE_NAME_REF));
    let Some(table) = name.as_ref().and_then(tree::table_name) else {
        let tag = "ALTER TABLE";
        let other = Step::Other { tag, ddl: true, table: None };
        let all = tree::has(node, Kind::ALL_IN_TABLESPACE);
        let steps = all.then(|| (other, tree::statement_range(node)));
        return Read { steps: steps.into_iter().collect(), name: None, clean: true };
    };
    let is_action = |node: &SyntaxNode| ast::AlterTableAction::can_cast(node.kind());
    let actions = node.children().filter(is_action);
    let steps = actions.flat_map(|node| {
        let range = tree::range(&node);
        let steps = action(&node, &table).unwrap_or_else(|| vec![unreadable(&table, &node)]);
        steps.into_iter().map(move |step| (step, range.clone())).collect::<Vec<Placed>>()
    });
    // The server drops before it adds, whatever the order of the actions.
    let mut steps: Vec<Placed> = steps.collect();
    let drops = |step: &Step| matches!(step, Step::DropColumn { .. } | Step::DropConstraint { .. });
    steps.sort_by_key(|(step, _)| !drops(step));
    Read { steps, name: name.as_ref().map(tree::range), clean: true }
}

/// An action of which a part is missing.
fn unreadable(table: &TableName, node: &SyntaxNode) -> Step {
    let drops = tree::has(node, Kind::DROP_KW);
    Step::Unreadable { table: Some(table.clone()), tag: "ALTER TABLE", drops }
}

/// What an action does. `None` if it lacks something.
fn action(node: &SyntaxNode, table: &TableName) -> Option<Vec<Step>> {
    let table = table.clone();
    let constraint = |kind: Kind| tree::name(&tree::child(node, kind)?);
    let column_ref = || constraint(Kind::COLUMN_NAME_REF);
    let other_table = || tree::table_name(&tree::child(node, Kind::TABLE_NAME_REF)?);
    let step = match node.kind() {
        Kind::ADD_COLUMN => return added_column(node, table),
        Kind::ADD_CONSTRAINT => added_constraint(node, table)?,
        Kind::DROP_COLUMN => {
            Step::DropColumn { table, column: column_ref()?, keeps_rest_of_key: false }
        }
        Kind::DROP_CONSTRAINT => {
            Step::DropConstraint { table, name: constraint(Kind::CONSTRAINT_NAME_REF)? }
        }
        Kind::RENAME_COLUMN => {
            Step::RenameColumn { table, column: column_ref()?, to: constraint(Kind::COLUMN_NAME)? }
        }
        Kind::RENAME_CONSTRAINT => Step::RenameConstraint {
            table,
            name: constraint(Kind::CONSTRAINT_NAME_REF)?,
            to: constraint(Kind::CONSTRAINT_NAME)?,
        },
        Kind::TABLE_RENAME_TO => {
            Step::RenameTable { table, to: unqualified(&tree::child(node, Kind::TABLE_NAME)?)? }
        }
        Kind::SET_SCHEMA => Step::SetSchema { table, to: constraint(Kind::SCHEMA_REF)? },
        Kind::ALTER_COLUMN => altered_column(node, table)?,
        Kind::REPLICA_IDENTITY => Step::ReplicaIdentity { table, identity: identity(node)? },
        Kind::SET_LOGGED => Step::SetLogged { table, logged: true },
        Kind::SET_UNLOGGED => Step::SetLogged { table, logged: false },
        Kind::ATTACH_PARTITION => Step::AttachPartition { table, partition: other_table()? },
        Kind::DETACH_PARTITION => Step::DetachPartition { table, partition: other_table()? },
        Kind::INHERIT_TABLE => Step::Inherit { table, parent: other_table()?, inherits: true },
        Kind::NO_INHERIT_TABLE => Step::Inherit { table, parent: other_table()?, inherits: false },
        _ => Step::Other { tag: "ALTER TABLE", ddl: true, table: Some(table) },
    };
    Some(vec![step])
}

fn added_column(node: &SyntaxNode, table: TableName) -> Option<Vec<Step>> {
    let column = create::column(node)?;
    // `ADD ${…}` may be anything, a key as well.
    column.data_type.as_ref()?;
    let name = column.name.clone();
    let uniques = create::column_uniques(node, &name).into_iter();
    let uniques = uniques.map(|unique| Step::AddUnique { table: table.clone(), unique });
    let references = create::column_references(node, &name).into_iter();
    let references =
        references.map(|reference| Step::AddReference { table: table.clone(), reference });
    let more: Vec<Step> = uniques.chain(references).collect();
    let if_not_exists = tree::has(node, Kind::IF_NOT_EXISTS);
    let add = Step::AddColumn { table, column, if_not_exists, extends_key: false };
    Some(std::iter::once(add).chain(more).collect())
}

fn added_constraint(node: &SyntaxNode, table: TableName) -> Option<Step> {
    let constraint = node.first_child()?;
    let index = tree::child(&constraint, Kind::USING_INDEX_NAME)
        .and_then(|using| unqualified(&tree::child(&using, Kind::INDEX_REF)?));
    Some(match constraint.kind() {
        Kind::PRIMARY_KEY_CONSTRAINT => {
            Step::AddKey { table, key: create::key(&constraint), index }
        }
        // The index was told before, with its columns.
        Kind::UNIQUE_CONSTRAINT if index.is_none() => {
            Step::AddUnique { table, unique: create::unique(&constraint) }
        }
        // This is also what a constraint without a kind is taken for.
        Kind::FOREIGN_KEY_CONSTRAINT => {
            tree::has(&constraint, Kind::FOREIGN_KW).then_some(())?;
            Step::AddReference { table, reference: create::reference(&constraint)? }
        }
        Kind::NOT_NULL_CONSTRAINT => {
            let column = tree::child(&constraint, Kind::COLUMN_NAME_REF)?;
            Step::SetNullable { table, column: tree::name(&column)?, nullable: false }
        }
        _ => Step::Other { tag: "ALTER TABLE", ddl: true, table: Some(table) },
    })
}

fn altered_column(node: &SyntaxNode, table: TableName) -> Option<Step> {
    let column = tree::name(&tree::child(node, Kind::COLUMN_NAME_REF)?)?;
    let nullable =
        |nullable| Step::SetNullable { table: table.clone(), column: column.clone(), nullable };
    if tree::has(node, Kind::SET_NOT_NULL) {
        return Some(nullable(false));
    }
    if tree::has(node, Kind::DROP_NOT_NULL) {
        return Some(nullable(true));
    }
    let Some(retyped) = tree::child(node, Kind::SET_TYPE) else {
        return Some(Step::Other { tag: "ALTER TABLE", ddl: true, table: Some(table) });
    };
    let to = retyped.children().find(|child| tree::is_type(child.kind()))?;
    Some(Step::RetypeColumn { table, column, to: tree::data_type(&to)? })
}

fn identity(node: &SyntaxNode) -> Option<Identity> {
    let index = tree::child(node, Kind::USING_INDEX_NAME);
    let index = index.and_then(|using| unqualified(&tree::child(&using, Kind::INDEX_REF)?));
    if let Some(index) = index {
        return Some(Identity::Index(index));
    }
    let has = |kind| tree::has(node, kind);
    match () {
        () if has(Kind::REPLICA_IDENTITY_FULL) => Some(Identity::Full),
        () if has(Kind::REPLICA_IDENTITY_NOTHING) => Some(Identity::Nothing),
        () if has(Kind::REPLICA_IDENTITY_DEFAULT) => Some(Identity::Default),
        () => None,
    }
}
