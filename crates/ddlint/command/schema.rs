//! `ddlint schema`: the tables that migrations leave, their keys and where these came from, and extensions.

use std::io::{self, Write};

use ddlint_core::history::{ExtensionUse, Replayed};
use ddlint_core::project::Project;
use ddlint_core::rule::RuleSet;
use ddlint_core::schema::{HOLE, Identity, KeyState, Name, Persistence, Table};
use ddlint_core::source::Span;
use serde::Serialize;

use super::{check, print};
use crate::Status;
use crate::cli::{ListFormat, SchemaArgs};
use crate::report::text::{cleaned, counted};
use crate::report::{JsonPlace, Place, write_pretty};
use crate::session::Session;
use crate::trouble::Trouble;

/// Raised when a field changes its name or its meaning.
const SCHEMA_VERSION: u32 = 1;

/// Replays the migrations and writes what they leave.
pub(crate) fn run(args: &SchemaArgs) -> Result<Status, Trouble> {
    let mut session = Session::open(&args.paths, &args.common.setup, &args.run)?;
    let walked = session.walk(false);
    check::tell_about_files(&walked);
    let disk = session.disk();
    let paths = walked.paths.into_iter().collect();
    let (project, histories) = session.histories(&disk, paths);
    // A file that was not read may be a migration.
    let mut notices = walked.notices;
    notices.extend(project.notices().into_iter().filter(|notice| notice.kind.is_loud()));
    for notice in &notices {
        eprintln!("ddlint: {}", cleaned(&format!("{}: {}", notice.path, notice.message)));
    }
    let written = Schemas { project: &project, rules: &session.rules, histories: &histories };
    match args.format {
        ListFormat::Human => print(|out| written.text(out))?,
        ListFormat::Json => print(|out| written.json(out))?,
    }
    if !session.scope.missing.is_empty() {
        return Err(std::mem::take(&mut session.scope.missing).into());
    }
    Ok(Status::Clean)
}

/// What is written, and what it takes to say where.
struct Schemas<'a> {
    project: &'a Project<'a>,
    rules: &'a RuleSet,
    histories: &'a [Replayed],
}

impl Schemas<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.histories.is_empty() {
            return writeln!(out, "No migrations found");
        }
        for (position, history) in self.histories.iter().enumerate() {
            if position > 0 {
                writeln!(out)?;
            }
            self.history(out, history)?;
        }
        Ok(())
    }

    fn history(&self, out: &mut dyn Write, history: &Replayed) -> io::Result<()> {
        let (all, name) = (history.statements(), cleaned(&history.name));
        let folder = cleaned(folder(history));
        let files = counted(history.files.len(), "file", "files");
        let statements = counted(all, "statement", "statements");
        let read = all - history.unread();
        writeln!(out, "{name} in {folder}: {files}, {read} of {statements} read")?;
        let tables: Vec<&Table> = lasting(history).collect();
        let rows: Vec<[String; 2]> = tables
            .iter()
            .map(|table| [label(table), self.key(history, table)].map(|text| cleaned(&text)))
            .collect();
        let width = rows.iter().map(|row| row[0].chars().count()).max().unwrap_or_default();
        let keyless = |table: &&&Table| {
            matches!(history.schema.key(table), KeyState::Missing | KeyState::Uncertain(_))
        };
        let keyless = tables.iter().filter(keyless).count();
        let count = counted(tables.len(), "table", "tables");
        writeln!(out, "  {count}, {keyless} without a sure primary key")?;
        for [name, key] in rows {
            writeln!(out, "  {name:width$}  {key}")?;
        }
        let extensions = history.extensions(self.rules);
        if !extensions.is_empty() {
            writeln!(out, "  {}", counted(extensions.len(), "extension", "extensions"))?;
        }
        for extension in &extensions {
            let name = known(&extension.name);
            writeln!(out, "  {}  {}", cleaned(&name), cleaned(&self.origin(extension)))?;
        }
        Ok(())
    }

    /// What there is to say of a table's key, and of what else matters to replication.
    fn key(&self, history: &Replayed, table: &Table) -> String {
        let key = history.schema.key(table);
        let columns = |columns: &[Name]| match columns {
            [] => "columns not known".to_owned(),
            _ => columns.iter().map(Name::to_string).collect::<Vec<_>>().join(", "),
        };
        let mut said = Vec::new();
        said.push(match &key {
            KeyState::Present(key) if key.deferrable => {
                format!("({}) deferrable, {}", columns(&key.columns), self.place(key.at))
            }
            KeyState::Present(key) => format!("({}) {}", columns(&key.columns), self.place(key.at)),
            KeyState::Missing => match table.keyless_since() {
                Some(at) => format!("NO KEY since {}", self.place(at)),
                None => "NO KEY".to_owned(),
            },
            KeyState::Uncertain(Some(key)) => {
                format!("perhaps ({}) {}", columns(&key.columns), self.place(key.at))
            }
            KeyState::Uncertain(None) => "key not certain".to_owned(),
            KeyState::Unknown => "key not known".to_owned(),
        });
        if let Some(parent) = &table.parent {
            said.push(format!("partition of {}", plain(&parent.to_string())));
        }
        if table.persistence == Persistence::Unlogged {
            said.push("UNLOGGED".to_owned());
        }
        if table.identity != Identity::Default {
            said.push(format!("replica identity {}", identity(&table.identity)));
        }
        if table.created.is_none() {
            said.push("not made here".to_owned());
        }
        if table.may_be_gone {
            said.push("may be dropped".to_owned());
        }
        said.join("; ")
    }

    fn origin(&self, extension: &ExtensionUse) -> String {
        let created = extension.created.map(|at| format!("created at {}", self.place(at)));
        let used = extension.used.map(|at| format!("used at {}", self.place(at)));
        let created = created.unwrap_or_else(|| "NOT CREATED".to_owned());
        [Some(created), used].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn place(&self, span: Span) -> String {
        let Place { path, start, .. } = Place::of(self.project, span);
        format!("{path}:{}", start.line)
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let written = JsonSchemas {
            schema_version: SCHEMA_VERSION,
            histories: self.histories.iter().map(|history| self.json_history(history)).collect(),
        };
        write_pretty(out, &written)
    }

    fn json_history<'s>(&'s self, history: &'s Replayed) -> JsonHistory<'s> {
        let place = |span: Option<Span>| span.map(|span| JsonPlace::new(self.project, span));
        let extension = |extension: ExtensionUse| JsonExtension {
            name: known(&extension.name),
            created: place(extension.created),
            used: place(extension.used),
        };
        JsonHistory {
            name: &history.name,
            folder: folder(history),
            files: history.files.len(),
            statements: history.statements(),
            unread_statements: history.unread(),
            tables: lasting(history).map(|table| self.json_table(history, table)).collect(),
            extensions: history.extensions(self.rules).into_iter().map(extension).collect(),
        }
    }

    fn json_table<'s>(&'s self, history: &'s Replayed, table: &'s Table) -> JsonTable<'s> {
        let place = |span: Option<Span>| span.map(|span| JsonPlace::new(self.project, span));
        let state = history.schema.key(table);
        let state_name = match &state {
            KeyState::Present(_) => "present",
            KeyState::Missing => "missing",
            KeyState::Uncertain(_) => "uncertain",
            KeyState::Unknown => "unknown",
        };
        let key = state.key().map(|key| JsonKey {
            name: key.name.is_known().then(|| key.name.to_string()),
            columns: key.columns.iter().map(Name::to_string).collect(),
            deferrable: key.deferrable,
            place: JsonPlace::new(self.project, key.at),
        });
        let is_keyless = key.is_none();
        JsonTable {
            schema: table.name.schema.as_ref().map(Name::to_string),
            name: table.name.name.to_string(),
            created: place(table.created),
            key_state: state_name,
            key,
            keyless_since: place(table.keyless_since().filter(|_| is_keyless)),
            persistence: match table.persistence {
                Persistence::Unlogged => "unlogged",
                Persistence::Permanent | Persistence::Temporary => "permanent",
            },
            replica_identity: identity(&table.identity),
            partition_of: table.parent.as_ref().map(ToString::to_string),
            may_be_gone: table.may_be_gone,
        }
    }
}

/// The tables that outlive the session that made them.
fn lasting(history: &Replayed) -> impl Iterator<Item = &Table> {
    let tables = history.schema.tables().iter();
    tables.filter(|table| table.persistence != Persistence::Temporary)
}

fn folder(history: &Replayed) -> &str {
    match history.folder.trim_end_matches('/') {
        "" => ".",
        folder => folder,
    }
}

/// A table's name as people write it: the default schema goes without saying.
fn label(table: &Table) -> String {
    plain(&table.name.to_string())
}

fn plain(name: &str) -> String {
    name.strip_prefix("public.").unwrap_or(name).to_owned()
}

/// A name with three dots for what only run time tells.
fn known(name: &str) -> String {
    name.replace(HOLE, "…")
}

fn identity(identity: &Identity) -> &'static str {
    match identity {
        Identity::Default => "default",
        Identity::Nothing => "nothing",
        Identity::Full => "full",
        Identity::Index(_) => "index",
    }
}

#[derive(Debug, Serialize)]
struct JsonSchemas<'a> {
    schema_version: u32,
    histories: Vec<JsonHistory<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonHistory<'a> {
    name: &'a str,
    folder: &'a str,
    files: usize,
    statements: usize,
    unread_statements: usize,
    tables: Vec<JsonTable<'a>>,
    extensions: Vec<JsonExtension<'a>>,
}

#[derive(Debug, Serialize)]
struct JsonTable<'a> {
    schema: Option<String>,
    name: String,
    created: Option<JsonPlace<'a>>,
    key_state: &'static str,
    key: Option<JsonKey<'a>>,
    keyless_since: Option<JsonPlace<'a>>,
    persistence: &'static str,
    replica_identity: &'static str,
    partition_of: Option<String>,
    may_be_gone: bool,
}

#[derive(Debug, Serialize)]
struct JsonKey<'a> {
    name: Option<String>,
    columns: Vec<String>,
    deferrable: bool,
    #[serde(flatten)]
    place: JsonPlace<'a>,
}

#[derive(Debug, Serialize)]
struct JsonExtension<'a> {
    name: String,
    created: Option<JsonPlace<'a>>,
    used: Option<JsonPlace<'a>>,
}
