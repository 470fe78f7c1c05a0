//! What one statement of the tree does.

use std::ops::Range;

use squawk_syntax::ast::{self, AstNode as _};
use squawk_syntax::{SyntaxKind as Kind, SyntaxNode};

use super::{alter, command, create, tree};
use crate::schema::{MentionKind, Name, Step, TableName, Unique, ViewKind};

/// A step and the bytes of the parsed text that it is read from.
pub(super) type Placed = (Step, Range<usize>);

/// What a statement does, and where it names what it is about.
pub(super) struct Read {
    pub(super) steps: Vec<Placed>,
    pub(super) name: Option<Range<usize>>,
    /// Whether all of it was understood.
    pub(super) clean: bool,
}

impl Read {
    fn one(step: Step, node: &SyntaxNode, name: Option<&SyntaxNode>) -> Self {
        let steps = vec![(step, tree::statement_range(node))];
        Self { steps, name: name.map(tree::range), clean: true }
    }

    /// A step for each name in a list.
    fn each(node: &SyntaxNode, kind: Kind, step: impl Fn(&SyntaxNode) -> Option<Step>) -> Self {
        // The parser takes a list without commas as well: "drop table x failed".
        let commas = node.children_with_tokens().filter(|part| part.kind() == Kind::COMMA).count();
        let names: Vec<SyntaxNode> = tree::children(node, kind).collect();
        let listed = names.iter().take(commas + 1);
        let steps = listed.filter_map(|name| Some((step(name)?, tree::range(name))));
        Self {
            steps: steps.collect(),
            name: names.first().map(tree::range),
            clean: names.len() == commas + 1,
        }
    }
}

/// Reads a statement. `procedural` says that it stands in a body where `SELECT … INTO` sets variables.
///
/// A statement that lacks what it would be about (`CREATE TABLE` without a name) has no steps.
pub(super) fn read(node: &SyntaxNode, procedural: bool) -> Read {
    let mut read = own(node, procedural);
    if !read.steps.is_empty() {
        let (mentions, clean) = mentions(node);
        read.steps.splice(0..0, mentions);
        read.clean &= clean;
    }
    read
}

fn own(node: &SyntaxNode, procedural: bool) -> Read {
    let nothing = Read { steps: Vec::new(), name: None, clean: true };
    match node.kind() {
        Kind::CREATE_TABLE | Kind::CREATE_TABLE_AS => {
            let name = tree::child(node, Kind::TABLE_NAME);
            create::table(node).map_or(nothing, |create| Read::one(create, node, name.as_ref()))
        }
        Kind::CREATE_FOREIGN_TABLE => {
            view(node, Kind::TABLE_NAME, ViewKind::Foreign).unwrap_or(nothing)
        }
        Kind::CREATE_VIEW => view(node, Kind::VIEW, ViewKind::View).unwrap_or(nothing),
        Kind::CREATE_MATERIALIZED_VIEW => {
            view(node, Kind::VIEW, ViewKind::Materialized).unwrap_or(nothing)
        }
        Kind::ALTER_TABLE => alter::table(node),
        Kind::DROP_TABLE => Read::each(node, Kind::TABLE_NAME_REF, |name| {
            Some(Step::DropTable { table: tree::table_name(name)? })
        }),
        Kind::DROP_VIEW => drop_view(node, Kind::VIEW_REF, ViewKind::View),
        Kind::DROP_MATERIALIZED_VIEW => drop_view(node, Kind::VIEW_REF, ViewKind::Materialized),
        Kind::DROP_FOREIGN_TABLE => drop_view(node, Kind::TABLE_NAME_REF, ViewKind::Foreign),
        Kind::DROP_SCHEMA => Read::each(node, Kind::SCHEMA_REF, |name| {
            Some(Step::DropSchema { schema: tree::name(name)? })
        }),
        Kind::DROP_INDEX => Read::each(node, Kind::INDEX_REF, |name| {
            Some(Step::DropIndex { index: tree::table_name(name)? })
        }),
        Kind::DROP_EXTENSION => Read::each(node, Kind::EXTENSION_REF, |name| {
            Some(Step::DropExtension { name: tree::name(name)? })
        }),
        Kind::DROP_TYPE | Kind::DROP_DOMAIN if cascades(node) => dropped_types(node),
        Kind::CREATE_EXTENSION => {
            let name = tree::child(node, Kind::EXTENSION);
            let if_not_exists = tree::has(node, Kind::IF_NOT_EXISTS);
            let step = name.as_ref().and_then(tree::name);
            step.map_or(nothing, |found| {
                Read::one(Step::CreateExtension { name: found, if_not_exists }, node, name.as_ref())
            })
        }
        Kind::CREATE_INDEX => index(node).unwrap_or(nothing),
        Kind::CREATE_FUNCTION => defined(node, MentionKind::Function),
        Kind::CREATE_TYPE | Kind::CREATE_DOMAIN => defined(node, MentionKind::Type),
        Kind::CREATE_SCHEMA => schema(node),
        Kind::ALTER_SCHEMA => renamed_schema(node).unwrap_or_else(|| other(node)),
        Kind::ALTER_INDEX => renamed_index(node).unwrap_or_else(|| other(node)),
        Kind::REFRESH => {
            let view = tree::child(node, Kind::VIEW_REF);
            let step = view.as_ref().and_then(tree::table_name);
            step.map_or(nothing, |found| {
                Read::one(Step::RefreshView { view: found }, node, view.as_ref())
            })
        }
        Kind::SET | Kind::RESET => {
            search_path(node).map_or_else(|| other(node), |step| Read::one(step, node, None))
        }
        Kind::SELECT_INTO | Kind::COMPOUND_SELECT if !procedural => {
            let into = tree::descendant(node, Kind::INTO_CLAUSE);
            let name = into.as_ref().and_then(|into| tree::child(into, Kind::TABLE_NAME));
            into.and_then(|into| create::select_into(&into))
                .map_or_else(|| other(node), |step| Read::one(step, node, name.as_ref()))
        }
        Kind::SELECT => {
            let mut read = other(node);
            if let Some(step) = set_config(node) {
                read.steps.push((step, tree::statement_range(node)));
            }
            read
        }
        _ => other(node),
    }
}

/// A statement without a step of its own.
fn other(node: &SyntaxNode) -> Read {
    let tag = command::tag(node.kind());
    let is_query = matches!(
        node.kind(),
        Kind::SELECT | Kind::SELECT_INTO | Kind::COMPOUND_SELECT | Kind::PAREN_SELECT | Kind::DO
    );
    let mut names = node.descendants();
    let name = if is_query {
        None
    } else {
        names.find(|found| matches!(found.kind(), Kind::TABLE_NAME_REF | Kind::RELATION_NAME_REF))
    };
    let table = name.as_ref().and_then(tree::table_name);
    Read::one(Step::Other { tag, ddl: command::is_ddl(tag), table }, node, name.as_ref())
}

/// Whether what depends on it goes with what a statement drops.
fn cascades(node: &SyntaxNode) -> bool {
    tree::tokens(node).any(|token| token.kind() == Kind::CASCADE_KW)
}

/// Types that go, and with them the columns of these types.
fn dropped_types(node: &SyntaxNode) -> Read {
    let mut read = other(node);
    let names = node
        .children()
        .filter(|child| matches!(child.kind(), Kind::TYPE_NAME_REF | Kind::DOMAIN_REF));
    let steps = names.filter_map(|name| Some((tree::last_name(&name)?, tree::range(&name))));
    read.steps.extend(steps.map(|(name, range)| (Step::DropType { name }, range)));
    read
}

/// A function or a type that a statement makes: the first name in it.
fn defined(node: &SyntaxNode, kind: MentionKind) -> Read {
    let mut read = other(node);
    let named = node
        .children()
        .find(|child| matches!(child.kind(), Kind::FUNCTION_NAME | Kind::TYPE_NAME | Kind::DOMAIN));
    if let Some(name) = named.as_ref().and_then(tree::last_name) {
        read.steps.push((Step::Define { kind, name }, tree::statement_range(node)));
    }
    read
}

fn view(node: &SyntaxNode, name: Kind, kind: ViewKind) -> Option<Read> {
    let name = tree::child(node, name)?;
    let view = tree::table_name(&name)?;
    Some(Read::one(Step::CreateView { view, kind }, node, Some(&name)))
}

fn drop_view(node: &SyntaxNode, name: Kind, kind: ViewKind) -> Read {
    Read::each(node, name, |name| Some(Step::DropView { view: tree::table_name(name)?, kind }))
}

fn index(node: &SyntaxNode) -> Option<Read> {
    let on = tree::child(node, Kind::TABLE_RELATION_NAME)?;
    let table = tree::table_name(&on)?;
    let name = tree::child(node, Kind::INDEX).and_then(|name| tree::table_name(&name));
    let step = Step::CreateIndex {
        table,
        index: Unique { name: name.map(|name| name.name), columns: index_columns(node) },
        unique: tree::has(node, Kind::UNIQUE_KW),
    };
    Some(Read::one(step, node, tree::child(&on, Kind::TABLE_NAME_REF).as_ref()))
}

/// The columns of an index. None if it is over expressions, or over a part of the rows.
fn index_columns(node: &SyntaxNode) -> Vec<Name> {
    if tree::has(node, Kind::WHERE_CLAUSE) {
        return Vec::new();
    }
    let list = tree::child(node, Kind::PARTITION_ITEM_LIST);
    let items = list.iter().flat_map(|list| tree::children(list, Kind::PARTITION_ITEM));
    let column = |item: SyntaxNode| tree::name(&tree::child(&item, Kind::NAME_REF)?);
    items.map(column).collect::<Option<Vec<Name>>>().unwrap_or_default()
}

/// `CREATE SCHEMA`, whose statement may make what is in it as well.
fn schema(node: &SyntaxNode) -> Read {
    let name = tree::descendant(node, Kind::SCHEMA);
    let named = name.as_ref().and_then(tree::name);
    // `CREATE SCHEMA AUTHORIZATION role` has the role's name.
    let mut read = named.clone().map_or_else(
        || other(node),
        |schema| Read::one(Step::CreateSchema { schema }, node, name.as_ref()),
    );
    for element in node.children().filter(|element| ast::Stmt::can_cast(element.kind())) {
        let mut inner = own(&element, false);
        for (step, _) in &mut inner.steps {
            let table = match step {
                Step::CreateTable(create) => &mut create.table,
                Step::CreateIndex { table, .. } => table,
                Step::CreateView { view, .. } => view,
                _ => continue,
            };
            table.schema = table.schema.take().or_else(|| named.clone());
        }
        read.steps.append(&mut inner.steps);
    }
    read
}

fn renamed_schema(node: &SyntaxNode) -> Option<Read> {
    let name = tree::child(node, Kind::SCHEMA_REF)?;
    let to = tree::last_name(&tree::child(node, Kind::SCHEMA_RENAME_TO)?)?;
    Some(Read::one(Step::RenameSchema { schema: tree::name(&name)?, to }, node, Some(&name)))
}

fn renamed_index(node: &SyntaxNode) -> Option<Read> {
    let name = tree::child(node, Kind::INDEX_REF)?;
    let to = tree::last_name(&tree::child(node, Kind::INDEX_RENAME_TO)?)?;
    Some(Read::one(Step::RenameIndex { index: tree::table_name(&name)?, to }, node, Some(&name)))
}

/// `SET search_path = …`, `RESET search_path`.
fn search_path(node: &SyntaxNode) -> Option<Step> {
    let config = tree::child(node, Kind::SET_CONFIG);
    let holder = config.as_ref().unwrap_or(node);
    let all = node.kind() == Kind::RESET && tree::has(node, Kind::ALL);
    let parameter = tree::child(holder, Kind::CONFIG_PARAMETER_REF);
    let is_path = parameter.and_then(|name| tree::last_name(&name));
    if !all && is_path.is_none_or(|name| name.as_str() != "search_path") {
        return None;
    }
    let Some(value) = config.iter().find_map(|config| tree::child(config, Kind::TO_CONFIG_VALUE))
    else {
        return Some(Step::ResetSearchPath);
    };
    if tree::has(&value, Kind::DEFAULT_KW) {
        return Some(Step::ResetSearchPath);
    }
    let names = value.children().filter_map(|part| match part.kind() {
        Kind::LITERAL => tree::string(&part).map(|text| schema_name(text.text())),
        _ => tree::name(&part),
    });
    Some(Step::SetSearchPath {
        schemas: Some(names.filter(|name| !name.as_str().is_empty()).collect()),
    })
}

/// The name in a string is as the catalog has it.
fn schema_name(text: &str) -> Name {
    Name::new(&super::hole::told(text))
}

/// `SELECT set_config('search_path', 'a, b', false)`, as `pg_dump` has it.
fn set_config(node: &SyntaxNode) -> Option<Step> {
    let call = tree::descendant(node, Kind::CALL_EXPR)?;
    let callee = call.first_child()?;
    if tree::last_name(&callee)?.as_str() != "set_config" {
        return None;
    }
    let arguments = tree::child(&call, Kind::ARG_LIST)?;
    let mut arguments = tree::children(&arguments, Kind::ARG);
    let mut value = || {
        let value = arguments.next()?.first_child();
        Some(value.and_then(|value| tree::string(&value)))
    };
    if value()??.text() != "search_path" {
        return None;
    }
    // A list in one string, where names are quoted as elsewhere.
    let schemas = value()?.map(|path| {
        let names = path.text().split(',').map(str::trim).filter(|name| !name.is_empty());
        names.map(tree::token_name).collect()
    });
    Some(Step::SetSearchPath { schemas })
}

/// The functions, types and operator classes that stand in a statement, and whether all of it was understood.
pub(super) fn mentions(node: &SyntaxNode) -> (Vec<Placed>, bool) {
    let (mut mentions, mut clean) = (Vec::new(), true);
    for part in node.descendants() {
        clean &= part.kind() != Kind::ERROR;
        mentions.extend(mention(&part));
    }
    (mentions, clean)
}

fn mention(node: &SyntaxNode) -> Option<Placed> {
    let kind = match node.kind() {
        Kind::CALL_EXPR => MentionKind::Function,
        Kind::PATH_TYPE => MentionKind::Type,
        Kind::OP_CLASS_REF => MentionKind::OperatorClass,
        _ => return None,
    };
    let named = match kind {
        MentionKind::Function => node
            .first_child()
            .filter(|callee| matches!(callee.kind(), Kind::NAME_REF | Kind::FIELD_EXPR))?,
        MentionKind::Type | MentionKind::OperatorClass => tree::child(node, Kind::PATH_REF)?,
    };
    let mut parts: Vec<Name> = tree::tokens(&named)
        .filter(|token| token.kind() != Kind::DOT)
        .map(|token| tree::token_name(token.text()))
        .collect();
    let name = parts.pop()?;
    Some((Step::Mention { kind, schema: parts.pop(), name }, tree::range(&named)))
}

/// A name without a schema.
pub(super) fn unqualified(name: &SyntaxNode) -> Option<Name> {
    tree::table_name(name).map(|TableName { name, .. }| name)
}
