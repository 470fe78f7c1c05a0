//! What histories leave behind, as records that rules ask: attributes by name, and the places to show.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Certainty;
use crate::rule::{Extension, RuleSet};
use crate::schema::{
    Event, Identity, KeyState, MentionKind, Name, Origin, Persistence, Schema, Step, Table,
    TableName,
};
use crate::source::Span;

use super::judge::certainty;
use super::{Model, Ran, Replayed, Scene};

/// Something that a history leaves behind.
#[derive(Debug, Clone)]
pub(super) struct Record {
    attributes: BTreeMap<&'static str, Attribute>,
    /// Where a reader should look.
    pub(super) span: Span,
    /// The other places, in the order of their story.
    pub(super) related: Vec<(Span, String)>,
    pub(super) certainty: Certainty,
}

/// What is recorded under a name.
#[derive(Debug, Clone)]
pub(super) enum Attribute {
    Text(String),
    /// Several: a question holds if it does for one of them.
    List(Vec<String>),
}

/// Where a record stands.
const PLACE: &str = "place";
const IN_MIGRATION: &str = "migration";
const IN_APPLICATION: &str = "application";
const IN_MODEL: &str = "model";

impl Record {
    pub(super) fn new(span: Span, certainty: Certainty) -> Self {
        Self { attributes: BTreeMap::new(), span, related: Vec::new(), certainty }
    }

    pub(super) fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.attributes.insert(name, Attribute::Text(text.into()));
        self
    }

    pub(super) fn with_list(mut self, name: &'static str, texts: Vec<String>) -> Self {
        self.attributes.insert(name, Attribute::List(texts));
        self
    }

    pub(super) fn at(self, history: &Replayed) -> Self {
        self.with(PLACE, place(history))
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(name)
    }

    /// What is recorded under a name, as people write it.
    pub(super) fn text(&self, name: &str) -> String {
        match self.attributes.get(name) {
            Some(Attribute::Text(text)) => text.clone(),
            Some(Attribute::List(all)) => all.join(", "),
            None => String::new(),
        }
    }

    pub(super) fn is_migration(&self) -> bool {
        matches!(self.attribute(PLACE), Some(Attribute::Text(place)) if place == IN_MIGRATION)
    }
}

fn place(history: &Replayed) -> &'static str {
    match history.scene {
        Scene::Migration => IN_MIGRATION,
        Scene::Application => IN_APPLICATION,
    }
}

/// Extensions that are used and that nothing has created before, each at its first use.
pub(super) fn extensions(rules: &RuleSet, histories: &[Replayed]) -> Vec<Record> {
    let mut found = Vec::new();
    for history in histories.iter().filter(|history| history.scene == Scene::Migration) {
        let mut there: BTreeSet<&str> = BTreeSet::new();
        let mut told: BTreeSet<&str> = BTreeSet::new();
        // What the history defines by itself needs no extension.
        let mut own: Vec<(MentionKind, &str)> = Vec::new();
        for ran in &history.ran {
            for (kind, name) in mentions(&ran.step) {
                let Some(extension) = providing(&rules.extensions, kind, name) else { continue };
                let is_there = there.contains(&*extension.name) || own.contains(&(kind, name));
                if !is_there && told.insert(&extension.name) {
                    let record = Record::new(ran.span, certainty(ran.elsewhere))
                        .with("extension", &extension.name)
                        .with("use", name)
                        .at(history);
                    found.push(related_call(record, ran));
                }
            }
            match &ran.step {
                Step::CreateExtension { name, .. } => {
                    there.extend(brought_by(&rules.extensions, name));
                }
                // A drop under a condition leaves it open; what was made counts as there.
                Step::DropExtension { name } if !ran.conditional => {
                    there.remove(name.as_str());
                }
                Step::Define { kind, name } => own.push((*kind, name.as_str())),
                _ => {}
            }
        }
    }
    found
}

/// The extensions that are there once one is made: that one, and those that it needs. Of a name that is not known, all.
fn brought_by<'e>(extensions: &'e [Extension], name: &Name) -> Vec<&'e str> {
    let mut found: Vec<&Extension> = extensions
        .iter()
        .filter(|extension| !name.is_known() || extension.name == name.as_str())
        .collect();
    let mut at = 0;
    while let Some(extension) = found.get(at) {
        let needed = extensions.iter().filter(|other| extension.needs.contains(&other.name));
        let new: Vec<&Extension> =
            needed.filter(|other| !found.iter().any(|known| known.name == other.name)).collect();
        found.extend(new);
        at += 1;
    }
    found.into_iter().map(|extension| extension.name.as_str()).collect()
}

/// The functions, types and operator classes that a step uses.
pub(super) fn mentions(step: &Step) -> Vec<(MentionKind, &str)> {
    match step {
        Step::Mention { kind, name, .. } => vec![(*kind, name.as_str())],
        Step::CreateTable(new) => {
            let types = new.columns.iter().filter_map(|column| column.data_type.as_ref());
            types.map(|kind| (MentionKind::Type, kind.name.as_str())).collect()
        }
        Step::AddColumn { column, .. } => {
            let kind = column.data_type.as_ref();
            kind.map(|kind| (MentionKind::Type, kind.name.as_str())).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

pub(super) fn providing<'e>(
    extensions: &'e [Extension],
    kind: MentionKind,
    name: &str,
) -> Option<&'e Extension> {
    extensions.iter().find(|extension| {
        let names = match kind {
            MentionKind::Function => &extension.functions,
            MentionKind::Type => &extension.types,
            MentionKind::OperatorClass => &extension.classes,
        };
        names.iter().any(|known| known == name)
    })
}

/// Functions that SQL in application code calls, and types of columns.
pub(super) fn uses(histories: &[Replayed]) -> Vec<Record> {
    let mut found = Vec::new();
    for history in histories {
        for ran in &history.ran {
            match &ran.step {
                Step::Mention { kind: MentionKind::Function, name, .. } => {
                    let record = Record::new(ran.span, certainty(ran.conditional))
                        .with("kind", "function")
                        .with("name", name.as_str())
                        .at(history);
                    found.push(related_call(record, ran));
                }
                Step::CreateTable(_) | Step::AddColumn { .. } => {
                    for (_, name) in mentions(&ran.step) {
                        let record = Record::new(ran.span, certainty(ran.conditional))
                            .with("kind", "column")
                            .with("name", name)
                            .at(history);
                        found.push(related_call(record, ran));
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// Materialized views that are filled again.
pub(super) fn refreshes(histories: &[Replayed]) -> Vec<Record> {
    let mut found = Vec::new();
    for history in histories {
        for ran in &history.ran {
            let Step::RefreshView { view } = &ran.step else { continue };
            let record = Record::new(ran.span, certainty(ran.conditional))
                .with("view", view.to_string())
                .at(history);
            found.push(related_call(record, ran));
        }
    }
    found
}

/// A record that shows the call, too, if what it runs stands elsewhere.
pub(super) fn related_call(mut record: Record, ran: &Ran) -> Record {
    let is_inside = ran.span.file == ran.call.file
        && ran.call.start <= ran.span.start
        && ran.span.end <= ran.call.end;
    if !is_inside {
        record.related.push((ran.call, "run from here".into()));
    }
    record
}

/// Tables that are left, and tables of models that no history makes.
pub(super) fn tables(histories: &[Replayed]) -> Vec<Record> {
    let mut found = Vec::new();
    for history in histories {
        let tables = history.schema.tables().iter();
        let lasting = tables.filter(|table| table.persistence != Persistence::Temporary);
        for table in lasting {
            let made_by_migration = || {
                let others = histories.iter().filter(|other| other.scene == Scene::Migration);
                others
                    .filter(|other| shares_database(other, history))
                    .any(|other| same_table(&other.schema, &table.name).is_some())
            };
            // What migrations make is theirs to judge: the application only insists that it is there.
            if history.scene == Scene::Application && made_by_migration() {
                continue;
            }
            found.extend(of_table(history, table, histories));
        }
        for model in &history.models {
            let migrations = histories.iter().filter(|other| other.scene == Scene::Migration);
            let is_made = migrations.filter(|other| shares_database(other, history)).any(|other| {
                // A view needs no key, whatever its model looks like.
                model.names().any(|name| {
                    same_table(&other.schema, &name).is_some() || other.schema.is_view(&name)
                })
            });
            if !is_made {
                found.extend(of_model(model));
            }
        }
    }
    found
}

/// Whether two histories are about one database, as far as their folders tell.
fn shares_database(one: &Replayed, other: &Replayed) -> bool {
    one.folder.starts_with(&other.folder) || other.folder.starts_with(&one.folder)
}

/// A table of that name, whatever schema it is in if the name does not say.
fn same_table<'s>(schema: &'s Schema, name: &TableName) -> Option<&'s Table> {
    let is_meant = |table: &&Table| {
        table.name.name == name.name && (name.schema.is_none() || table.name.schema == name.schema)
    };
    schema.tables().iter().find(is_meant)
}

fn of_table(history: &Replayed, table: &Table, histories: &[Replayed]) -> Option<Record> {
    let persistence = match table.persistence {
        Persistence::Unlogged => "unlogged",
        Persistence::Permanent | Persistence::Temporary => "permanent",
    };
    let (identity, has_own_identity) = match table.identity {
        Identity::Default => ("default", false),
        Identity::Nothing => ("nothing", false),
        Identity::Full => ("full", true),
        Identity::Index(_) => ("index", true),
    };
    // A partition has the key of its parent, or is told of with it. Other means to tell rows apart serve as well.
    let keyless = table.keyless_since().filter(|_| table.parent.is_none() && !has_own_identity);
    let event_at = |at: Span| {
        let at_place = table.story.iter().rev().filter(|(place, _)| *place == at);
        at_place.map(|(_, event)| *event).find(|event| event.is_loss())
    };
    let is_deferrable = matches!(&table.key, KeyState::Present(key) if key.deferrable);
    let (key, cause) = match keyless.map(event_at) {
        Some(Some(Event::KeyColumnDropped)) => ("none", "column-dropped"),
        Some(Some(_)) => ("none", "key-dropped"),
        Some(None) if is_query(&table.origin) => ("none", "query"),
        Some(None) => ("none", "created"),
        None if is_deferrable => ("deferrable", "created"),
        None => ("present", "created"),
    };
    let last = |wanted: Event| {
        let of_kind = table.story.iter().rev().find(|(_, event)| *event == wanted);
        of_kind.map(|(at, _)| *at)
    };
    let at = match (key, identity, persistence) {
        ("present", "default" | "index", "permanent") => return None,
        ("none", ..) => keyless,
        (_, "nothing" | "full", _) => last(Event::Identity),
        (_, _, "unlogged") => last(Event::Persistence),
        _ => table.key.key().map(|key| key.at),
    };
    let span = at.or(table.created)?;
    let ran = history.ran.iter().find(|ran| ran.span == span);
    let is_open = key == "none" && !matches!(table.key, KeyState::Missing)
        || table.may_be_gone
        || ran.is_some_and(|ran| {
            ran.elsewhere || history.scene == Scene::Application && ran.conditional
        });
    let types = table.columns.iter().filter_map(|column| column.data_type.as_ref());
    let types = types.map(|kind| format!("{}{}", kind.name, if kind.array { "[]" } else { "" }));
    let mut record = Record::new(span, certainty(is_open))
        .with("table", written(&table.name))
        .with("quoted", quoted(&table.name))
        .with("key", key)
        .with("cause", cause)
        .with("persistence", persistence)
        .with("identity", identity)
        .with_list("types", types.collect())
        .with("add_key", add_key(table))
        .at(history);
    for (at, event) in table.story.iter().filter(|(at, _)| *at != span) {
        record.related.extend(event.told().map(|text| (*at, text.to_owned())));
    }
    if let Some(ran) = ran {
        record = related_call(record, ran);
        let around = history.conditions.iter().filter(|(call, _)| *call == ran.call);
        let hops = around.flat_map(|(_, hops)| hops);
        record.related.extend(hops.map(|hop| (hop.span, hop.text.clone())));
    }
    let models = histories
        .iter()
        .filter(|other| shares_database(other, history))
        .flat_map(|other| &other.models);
    let model =
        models.into_iter().find(|model| model.names().any(|name| name.name == table.name.name));
    record.related.extend(model.map(|model| (model.span, "the model of this table".into())));
    Some(record)
}

fn is_query(origin: &Origin) -> bool {
    matches!(origin, Origin::Query | Origin::SelectInto)
}

impl Event {
    /// Whether a key went with it, or may have.
    fn is_loss(self) -> bool {
        matches!(self, Self::KeyDropped | Self::KeyColumnDropped | Self::KeyMaybeDropped)
    }

    /// What a reader is told where it happened. What does not bear on the key is left out.
    fn told(self) -> Option<&'static str> {
        Some(match self {
            Self::Created => "made here",
            Self::Redefined => "made here once more",
            Self::KeyAdded => "a key is added here",
            Self::KeyMaybeAdded => "a key may be added here",
            Self::KeyDropped => "the key is dropped here",
            Self::KeyColumnDropped => "a column of the key is dropped here",
            Self::KeyMaybeDropped => "the key may be dropped here",
            Self::MaybeDropped => "the table may be dropped here",
            Self::Renamed => "renamed here",
            Self::Persistence | Self::Identity | Self::Partition => return None,
        })
    }
}

fn of_model(model: &Model) -> Option<Record> {
    let new = &model.table;
    let inline = || new.columns.iter().filter_map(|column| column.key.as_ref());
    if new.key.is_some() || inline().any(|key| !key.maybe) {
        return None;
    }
    let is_open = !new.columns_known || inline().next().is_some();
    let mut schema = Schema::new();
    schema.apply(&Step::CreateTable(Box::new(new.clone())), model.span, false);
    let table = schema.tables().first()?;
    let record = Record::new(model.span, certainty(is_open))
        .with("table", written(&table.name))
        .with("quoted", quoted(&table.name))
        .with("key", "none")
        .with("cause", if model.is_implied { "implied" } else { "created" })
        .with("persistence", "permanent")
        .with("identity", "default")
        .with("add_key", add_key(table))
        .with(PLACE, IN_MODEL);
    Some(record)
}

/// A table's name as people write it: the default schema goes without saying.
fn written(name: &TableName) -> String {
    match &name.schema {
        Some(schema) if schema.as_str() != "public" => name.to_string(),
        _ => name.name.to_string(),
    }
}

/// A name in SQL.
fn identifier(name: &Name) -> String {
    format!("\"{}\"", name.to_string().replace('"', "\"\""))
}

/// A table's name in SQL.
fn quoted(name: &TableName) -> String {
    let schema = name.schema.as_ref().filter(|schema| schema.as_str() != "public");
    let schema = schema.map_or_else(String::new, |schema| format!("{}.", identifier(schema)));
    format!("{schema}{}", identifier(&name.name))
}

/// The statement that gives a table a key.
fn add_key(table: &Table) -> String {
    let name = quoted(&table.name);
    match table.suggest_key() {
        // A key needs all columns that a table is partitioned by, and expressions can be of none.
        Some(columns) if table.partitioned_by.iter().all(Name::is_known) => {
            let others = table.partitioned_by.iter().filter(|column| !columns.contains(column));
            let columns: Vec<_> = columns.iter().chain(others).map(identifier).collect();
            format!("ALTER TABLE {name} ADD PRIMARY KEY ({})", columns.join(", "))
        }
        // What a query makes may have such a column already, and before PostgreSQL 17 one of a partitioned table cannot be
        // an identity.
        _ if is_query(&table.origin) || table.partitioned => {
            format!("ALTER TABLE {name} ADD PRIMARY KEY (…)")
        }
        _ => format!(
            "ALTER TABLE {name} ADD COLUMN \"id\" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
        ),
    }
}
