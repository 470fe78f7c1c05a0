//! Steps in a short form, so that tests can be read.

use std::fmt::Display;

use crate::schema::{Column, CreateTable, Identity, Key, Name, Origin, Persistence, Step, Unique};

fn said(before: &str, what: Option<&impl Display>) -> String {
    what.map(|what| format!("{before}{what}")).unwrap_or_default()
}

fn names(names: &[Name]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn key(key: &Key) -> String {
    let deferrable = if key.deferrable { " deferrable" } else { "" };
    format!("key{}({}){deferrable}", said(" ", key.name.as_ref()), names(&key.columns))
}

fn unique(unique: &Unique) -> String {
    format!("{}({})", said(" ", unique.name.as_ref()), names(&unique.columns))
}

/// A step, as short as it can be told apart.
pub(super) fn short(step: &Step) -> String {
    match step {
        Step::CreateTable(create) => created(create),
        Step::DropTable { table } => format!("drop {table}"),
        Step::RenameTable { table, to } => format!("rename {table} {to}"),
        Step::SetSchema { table, to } => format!("move {table} {to}"),
        Step::CreateSchema { schema } => format!("create-schema {schema}"),
        Step::RenameSchema { schema, to } => format!("rename-schema {schema} {to}"),
        Step::DropSchema { schema } => format!("drop-schema {schema}"),
        Step::AddColumn { table, column, if_not_exists, .. } => format!(
            "add {table} {}{}{}",
            column.name,
            if column.key.is_some() { "[key]" } else { "" },
            if *if_not_exists { " if-not-exists" } else { "" }
        ),
        Step::DropColumn { table, column, .. } => format!("drop {table}.{column}"),
        Step::RenameColumn { table, column, to } => format!("rename {table}.{column} {to}"),
        Step::RetypeColumn { table, column, to } => format!("retype {table}.{column} {}", to.name),
        Step::SetNullable { table, column, nullable } => {
            format!("{} {table}.{column}", if *nullable { "null" } else { "not-null" })
        }
        Step::AddKey { table, key: added, index } => {
            let index = said(" using ", index.as_ref());
            format!("add {table} {}{index}", key(added))
        }
        Step::AddUnique { table, unique: added } => format!("add {table} unique{}", unique(added)),
        Step::AddReference { table, reference } => {
            format!("add {table} ({})->{}", names(&reference.columns), reference.to)
        }
        Step::DropConstraint { table, name } => format!("drop {table} constraint {name}"),
        Step::RenameConstraint { table, name, to } => {
            format!("rename {table} constraint {name} {to}")
        }
        Step::RenameIndex { index, to } => format!("rename-index {index} {to}"),
        Step::CreateIndex { table, index, unique: is_unique } => {
            let kind = if *is_unique { "unique-index" } else { "index" };
            format!("{kind} {table}{}", unique(index))
        }
        Step::DropIndex { index } => format!("drop-index {index}"),
        Step::ReplicaIdentity { table, identity } => match identity {
            Identity::Index(index) => format!("identity {table} index {index}"),
            other => format!("identity {table} {other:?}").to_lowercase(),
        },
        Step::SetLogged { table, logged } => {
            format!("{} {table}", if *logged { "logged" } else { "unlogged" })
        }
        Step::AttachPartition { table, partition } => format!("attach {table} {partition}"),
        Step::DetachPartition { table, partition } => format!("detach {table} {partition}"),
        Step::Inherit { table, parent, inherits } => {
            format!("{} {table} {parent}", if *inherits { "inherit" } else { "no-inherit" })
        }
        Step::CreateExtension { name, if_not_exists } => {
            format!("extension {name}{}", if *if_not_exists { " if-not-exists" } else { "" })
        }
        Step::DropExtension { name } => format!("drop-extension {name}"),
        Step::CreateView { view, kind } => format!("view {view} {kind:?}").to_lowercase(),
        Step::DropView { view, kind } => format!("drop-view {view} {kind:?}").to_lowercase(),
        Step::RefreshView { view } => format!("refresh {view}"),
        Step::SetSearchPath { schemas } => match schemas {
            Some(schemas) => format!("path {}", names(schemas)),
            None => "path ?".into(),
        },
        Step::ResetSearchPath => "path default".into(),
        Step::Unreadable { table, tag, drops } => {
            let table = said(" ", table.as_ref());
            format!("unreadable {tag}{table}{}", if *drops { " drops" } else { "" })
        }
        Step::Other { tag, ddl, table } => {
            let table = said(" ", table.as_ref());
            format!("{}{tag}{table}", if *ddl { "ddl " } else { "" })
        }
        Step::Define { name, .. } => format!("define {name}"),
        Step::DropType { name } => format!("drop type {name}"),
        other => format!("{other:?}"),
    }
}

fn created(create: &CreateTable) -> String {
    let mut parts = vec![format!("create {}", create.table)];
    match create.persistence {
        Persistence::Permanent => {}
        Persistence::Temporary => parts.push("temporary".into()),
        Persistence::Unlogged => parts.push("unlogged".into()),
    }
    if create.if_not_exists {
        parts.push("if-not-exists".into());
    }
    match &create.origin {
        Origin::Plain => {}
        Origin::Query => parts.push("query".into()),
        Origin::SelectInto => parts.push("into".into()),
        Origin::PartitionOf(parent) => parts.push(format!("partition-of {parent}")),
        Origin::Type(of) => parts.push(format!("of {of}")),
    }
    parts.extend(create.columns.iter().map(column));
    parts.extend(create.key.iter().map(key));
    parts.extend(create.uniques.iter().map(|own| format!("unique{}", unique(own))));
    let references = create.references.iter();
    parts.extend(references.map(|own| format!("({})->{}", names(&own.columns), own.to)));
    for like in &create.likes {
        parts.push(format!("like {}{}", like.table, if like.indexes { "+indexes" } else { "" }));
    }
    parts.extend(create.inherits.iter().map(|parent| format!("inherits {parent}")));
    if create.partitioned {
        parts.push("partitioned".into());
    }
    if !create.columns_known {
        parts.push("...".into());
    }
    parts.join(" ")
}

fn column(column: &Column) -> String {
    let kind = column.data_type.as_ref().map(|kind| {
        let schema = kind.schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
        format!("{schema}{}{}", kind.name, if kind.array { "[]" } else { "" })
    });
    let not_null = if column.not_null { "!" } else { "" };
    let inline = column.key.as_ref().map(|inline| {
        let deferrable = if inline.deferrable { " deferrable" } else { "" };
        let maybe = if inline.maybe { " maybe" } else { "" };
        format!("[key{}{deferrable}{maybe}]", said(" ", inline.name.as_ref()))
    });
    let inline = inline.unwrap_or_default();
    format!("{}{}{not_null}{inline}", column.name, said(":", kind.as_ref()))
}
