//! Prisma's schema files: the tables of their models.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::language::Language;
use crate::project::Project;
use crate::schema::{Column, CreateTable, InlineKey, Key, Name, TableName, Unique};
use crate::source::{FileId, Span};

/// What a schema file says.
#[derive(Debug, Default)]
struct PrismaSchema {
    /// Which database it is for, if this file says so: a schema can stand in several files.
    provider: Option<String>,
    models: Vec<Model>,
}

/// A model.
#[derive(Debug)]
struct Model {
    /// `model` and its name.
    head: Range<usize>,
    name: String,
    table: CreateTable,
    /// What it has lists of: two lists of each other make a table of their own.
    lists: Vec<ListField>,
    /// The fields of unique constraints of the model.
    composite: Vec<Vec<Name>>,
    /// What columns are called that are not called what their fields are.
    mapped: BTreeMap<Name, Name>,
}

/// A field that is a list of models.
#[derive(Debug)]
struct ListField {
    /// The other model.
    of: String,
    /// What the relation is called, if it is.
    relation: Option<String>,
    at: Range<usize>,
}

/// What the dialect is called.
const POSTGRES: [&str; 2] = ["postgresql", "postgres"];

/// The tables of the schemas for PostgreSQL, file by file. Schemas in several files say in one of them which database
/// they are for.
pub(super) fn models(project: &Project<'_>) -> Vec<(FileId, Vec<super::Model>)> {
    let files = project
        .ids()
        .filter(|file| Language::of_path(project.path(*file)) == Some(Language::Prisma))
        .filter_map(|file| Some((file, read(&project.source(file)?.text))));
    let mut by_package: BTreeMap<&str, Vec<(FileId, PrismaSchema)>> = BTreeMap::new();
    for (file, schema) in files {
        by_package.entry(project.package_folder(file)).or_default().push((file, schema));
    }
    let mut found = Vec::new();
    for files in by_package.into_values() {
        let folder = |file: FileId| {
            let path = project.path(file);
            path.rsplit_once('/').map_or("", |(folder, _)| folder)
        };
        // The file's own word, else that of the nearest beside or above it.
        let is_postgres = |file: FileId, schema: &PrismaSchema| {
            let said = files.iter().filter(|(other, _)| is_within(folder(file), folder(*other)));
            let said = said.filter_map(|(other, schema)| Some((*other, schema.provider.as_ref()?)));
            let nearest = said.max_by_key(|(other, _)| folder(*other).len()).map(|(_, said)| said);
            let provider = schema.provider.as_ref().or(nearest);
            provider.is_some_and(|provider| POSTGRES.contains(&provider.as_str()))
        };
        let of_postgres = files.iter().filter(|(file, schema)| is_postgres(*file, schema));
        let of_postgres: Vec<&(FileId, PrismaSchema)> = of_postgres.collect();
        let schemas: Vec<&PrismaSchema> = of_postgres.iter().map(|(_, schema)| schema).collect();
        let joins = implicit_joins(&schemas);
        for (position, (file, schema)) in of_postgres.iter().enumerate() {
            let span = |at: &Range<usize>| Span {
                file: *file,
                start: at.start as u32,
                end: at.end as u32,
            };
            let written = schema.models.iter().map(|model| super::Model {
                table: model.table.clone(),
                span: span(&model.head),
                is_implied: false,
                also: Vec::new(),
            });
            let implied = joins.iter().filter(|(_, of, _)| *of == position);
            let implied = implied.map(|(name, _, at)| {
                let mut table = CreateTable::new(TableName::new(name));
                table.columns = ["A", "B"]
                    .map(|name| Column { not_null: true, ..Column::new(Name::new(name), None) })
                    .into();
                let columns = vec![Name::new("A"), Name::new("B")];
                table.uniques = vec![Unique { name: None, columns }];
                super::Model { table, also: Vec::new(), span: span(at), is_implied: true }
            });
            found.push((*file, written.chain(implied).collect()));
        }
    }
    found
}

/// Whether a folder is another one or stands below it: `db2` is not in `db`.
fn is_within(folder: &str, other: &str) -> bool {
    let below = folder.strip_prefix(other);
    other.is_empty() || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Reads a schema file, as far as tables and their keys go.
fn read(text: &str) -> PrismaSchema {
    let mut schema = PrismaSchema::default();
    let mut offset = 0;
    let mut block = Block::Outside;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let code = without_comment(line).trim();
        match &mut block {
            Block::Outside => block = opened(code, start + line.len() - line.trim_start().len()),
            Block::Datasource | Block::Other if code == "}" => block = Block::Outside,
            Block::Datasource => {
                if let Some(value) = code.strip_prefix("provider") {
                    schema.provider = quoted(value).map(str::to_owned);
                }
            }
            Block::Other => {}
            Block::Model(_) if code == "}" => {
                if let Block::Model(mut model) = std::mem::replace(&mut block, Block::Outside) {
                    model.name_columns();
                    schema.models.push(*model);
                }
            }
            Block::Model(model) => {
                let indent = line.len() - line.trim_start().len();
                model.line(code, start + indent);
            }
        }
    }
    schema
}

enum Block {
    Outside,
    Datasource,
    Model(Box<Model>),
    Other,
}

/// The block that a line opens.
fn opened(code: &str, start: usize) -> Block {
    let Some(head) = code.strip_suffix('{').map(str::trim_end) else { return Block::Outside };
    let mut words = head.split_whitespace();
    match (words.next(), words.next()) {
        (Some("datasource"), _) => Block::Datasource,
        (Some("model"), Some(name)) => Block::Model(Box::new(Model {
            head: start..start + head.len(),
            name: name.to_owned(),
            table: CreateTable::new(TableName::new(name)),
            lists: Vec::new(),
            composite: Vec::new(),
            mapped: BTreeMap::new(),
        })),
        _ => Block::Other,
    }
}

impl Model {
    fn line(&mut self, code: &str, start: usize) {
        if let Some(attribute) = code.strip_prefix("@@") {
            return self.attribute(attribute);
        }
        let Some((name, behind)) = code.split_once(char::is_whitespace) else { return };
        // The formatter aligns types in columns.
        let behind = behind.trim_start();
        let (kind, rest) = behind.split_once(char::is_whitespace).unwrap_or((behind, ""));
        if name.is_empty() || kind.is_empty() {
            return;
        }
        let has = |attribute: &str| {
            format!(" {rest}").split('@').skip(1).any(|part| {
                part.strip_prefix(attribute).is_some_and(|behind| {
                    !behind.starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_')
                })
            })
        };
        if let Some(of) = kind.strip_suffix("[]") {
            let (of, at) = (of.to_owned(), start..start + code.len());
            // `@relation("Name")`, `@relation(name: "Name")`
            let relation = rest.split_once("@relation(").and_then(|(_, inside)| quoted(inside));
            self.lists.push(ListField { of, relation: relation.map(str::to_owned), at });
            return;
        }
        let written = rest.find("@map(").and_then(|at| quoted(&rest[at..]));
        let field = Name::new(name);
        let name = written.map_or_else(|| field.clone(), Name::new);
        if name != field {
            self.mapped.insert(field, name.clone());
        }
        let mut column = Column::new(name.clone(), None);
        column.not_null = !kind.ends_with('?');
        if has("id") {
            column.key = Some(InlineKey::default());
        }
        if has("unique") {
            self.table.uniques.push(Unique { name: None, columns: vec![name] });
        }
        self.table.columns.push(column);
    }

    /// Attributes of the model name fields, wherever those stand; tables have columns.
    fn name_columns(&mut self) {
        let key = self.table.key.iter_mut().flat_map(|key| &mut key.columns);
        for name in key.chain(self.composite.iter_mut().flatten()) {
            if let Some(column) = self.mapped.get(name) {
                name.clone_from(column);
            }
        }
        let composite = std::mem::take(&mut self.composite).into_iter();
        self.table.uniques.extend(composite.map(|columns| Unique { name: None, columns }));
    }

    fn attribute(&mut self, attribute: &str) {
        let fields = || {
            let (_, list) = attribute.split_once('[')?;
            let (list, _) = list.split_once(']')?;
            let field = |field: &str| Name::new(field.split('(').next().unwrap_or_default().trim());
            Some(list.split(',').map(field).collect::<Vec<_>>())
        };
        if attribute.starts_with("id(") {
            self.table.key = Some(Key::over(fields().unwrap_or_default()));
        } else if attribute.starts_with("unique(") {
            self.composite.push(fields().unwrap_or_default());
        } else if attribute.starts_with("map(") {
            if let Some(name) = quoted(attribute) {
                self.table.table.name = Name::new(name);
            }
        } else if attribute.starts_with("schema(") {
            self.table.table.schema = quoted(attribute).map(Name::new);
        }
    }
}

/// The tables that Prisma makes for lists on both sides: `_AToB` with the names in order, or what the relation is called.
fn implicit_joins(schemas: &[&PrismaSchema]) -> Vec<(String, usize, Range<usize>)> {
    let models = || {
        schemas
            .iter()
            .enumerate()
            .flat_map(|(file, schema)| schema.models.iter().map(move |model| (file, model)))
    };
    let mut found = Vec::new();
    for (file, model) in models() {
        for (position, list) in model.lists.iter().enumerate() {
            let is_back =
                |other: &ListField| other.of == model.name && other.relation == list.relation;
            let is_mutual = if list.of == model.name {
                // Of its own kind it has two lists: the first one tells.
                model.lists.iter().skip(position + 1).any(is_back)
            } else {
                let mut others = models().filter(|(_, other)| other.name == list.of);
                model.name < list.of && others.any(|(_, other)| other.lists.iter().any(is_back))
            };
            if is_mutual {
                let name = match &list.relation {
                    Some(relation) => format!("_{relation}"),
                    None => format!("_{}To{}", model.name, list.of),
                };
                found.push((name, file, list.at.clone()));
            }
        }
    }
    found
}

/// The first text between quotes.
fn quoted(text: &str) -> Option<&str> {
    text.split('"').nth(1)
}

fn without_comment(line: &str) -> &str {
    let mut is_text = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => is_text = !is_text,
            '/' if !is_text && line[at..].starts_with("//") => return &line[..at],
            _ => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r#"
datasource db {
  provider = "postgresql" // url = "x"
}
model A {
  id   Int @id @map("a_id")
  tags Tag[]
}

/// model Not {
model B {
  x Int @unique
  y Int?
  fan Tag[] @relation("Fans")
  @@map("bs")
}
model C {
  x Int
  y DateTime @default(now()) @db.Timestamptz(6)
  identity Int
  @@id([x, y(sort: Desc)])
  @@unique([x, late])
  late Int @map("later")
  @@schema("other")
}
model Tag {
  id    Int   @id
  as    A[]
  fans  B[]   @relation("Fans")
  from  Tag[] @relation(name: "Follows")
  to    Tag[] @relation(name: "Follows")
}
view V {
  x Int
}
"#;

    #[test]
    fn models_have_tables() {
        let schema = read(SCHEMA);
        assert_eq!(schema.provider.as_deref(), Some("postgresql"));
        let names: Vec<_> =
            schema.models.iter().map(|model| model.table.table.to_string()).collect();
        assert_eq!(names, ["A", "bs", "other.C", "Tag"]);
        assert_eq!(&SCHEMA[schema.models[1].head.clone()], "model B");
        let [a, b, c, _] = schema.models.as_slice() else { panic!() };
        assert!(a.table.columns[0].key.is_some());
        assert_eq!(a.table.columns[0].name.as_str(), "a_id");
        assert!(b.table.columns.iter().all(|column| column.key.is_none()));
        assert_eq!(b.table.uniques.len(), 1);
        assert_eq!(c.table.key.as_ref().unwrap().columns.len(), 2);
        assert_eq!(c.table.uniques[0].columns, ["x", "later"].map(Name::new));
        assert!(c.table.columns.iter().all(|column| column.key.is_none()));
    }

    #[test]
    fn folders_are_compared_by_their_parts() {
        assert!(is_within("db", "db") && is_within("db/main", "db") && is_within("db", ""));
        assert!(!is_within("db2", "db") && !is_within("", "db"));
    }

    #[test]
    fn lists_on_both_sides_make_a_table() {
        let schema = read(SCHEMA);
        let joins = implicit_joins(&[&schema]);
        let names: Vec<&str> = joins.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["_AToTag", "_Fans", "_Follows"]);
        assert_eq!(&SCHEMA[joins[0].2.clone()], "tags Tag[]");
    }
}
