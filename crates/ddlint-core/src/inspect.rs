//! What a rule's author wants to know of a file: its tree, where things come from, what matches, what options are.
//!
//! Plain text, made without the prefilter and whatever the manifests say: an author asks why something does *not* match.
//! Positions are `line:column` as editors count them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use tree_sitter::Node;

use crate::fact::Facts;
use crate::index::Index;
use crate::judge::{Judge, ask, origin};
use crate::lint::Options;
use crate::matcher::{self, Known, Place, Sight};
use crate::project::Project;
use crate::rule::{Condition, Pattern, Rule, RuleSet, SubjectId};
use crate::source::{FileId, Span};
use crate::value::{Evaluator, Hop, Kind, Value, Verdict};

/// Deeper nodes are not indented further: generated code nests thousands deep.
const DEEPEST_INDENT: usize = 100;

/// What there is to know of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inspection {
    /// The named nodes of the syntax tree, one a line, indented, with their fields.
    pub tree: String,
    /// Calls, constructions and decorators of what libraries export, in source order.
    pub calls: Vec<Called>,
    /// The places that patterns of rules match, in source order.
    pub matches: Vec<Matched>,
}

/// A call of something that a library exports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Called {
    /// Where what is called stands.
    pub place: String,
    /// The access paths that it may be, as rule files write them.
    pub paths: Vec<String>,
}

/// A place that a pattern matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// Where.
    pub place: String,
    /// The subject, fact or set whose pattern it is; a rule's id if the pattern is the rule's own.
    pub owner: String,
    /// The rules that judge what is there.
    pub rules: Vec<String>,
    /// The access path of what is called, if the pattern asks for it.
    pub callee: Option<String>,
    /// Whether the match counts only if no other one reaches the same object.
    pub fallback: bool,
    /// The captures: name, kind of node, place.
    pub captures: Vec<[String; 3]>,
    /// What the options effectively are, once for each value that the judged object may be.
    pub alternatives: Vec<Vec<Asked>>,
}

/// An option that rules ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The option, and the subject if it is asked of what was called: `url of library:subject`.
    pub option: String,
    /// What it is: "is `true`".
    pub value: String,
    /// Where that is decided; `None` if it is absent.
    pub place: Option<String>,
    /// The steps of the value's way: what happens, and where.
    pub trail: Vec<[String; 2]>,
}

/// Looks at a file as a run with these options would, whichever rules it selects. `None` if it cannot be read or parsed.
pub fn inspect(
    project: &Project<'_>,
    rules: &RuleSet,
    options: &Options,
    file: FileId,
) -> Option<Inspection> {
    let root = project.source(file)?.root()?;
    let owners = owners(rules);
    let patterns: Vec<&Pattern> = owners.iter().map(|(_, pattern)| *pattern).collect();
    let all: Vec<usize> = (0..patterns.len()).collect();
    let wanted = |other| if other == file { all.clone() } else { Vec::new() };
    let candidates: Vec<_> = project.ids().map(wanted).collect();
    let places = matcher::places(project, rules, &patterns, &candidates);
    let assumed = options.assumed(rules);
    let index = Index::new(project, rules, &assumed);
    let (evaluator, facts) = (Evaluator::new(&index), Facts::default());
    let judge = Judge { project, rules, facts: &facts, evaluator: &evaluator };
    let inspector = Inspector { judge: &judge };

    let mut matches = Vec::new();
    for place in places.iter().flatten() {
        let mut known = Known::default();
        for (owner, pattern) in owners.iter().filter(|(_, pattern)| pattern.query == place.query) {
            for sight in place.sights(file, pattern, &evaluator, &mut known) {
                matches.push((sight.span, inspector.matched(owner, place, &sight)));
            }
        }
    }
    matches.sort_by_key(|(span, _)| *span);
    let matches = matches.into_iter().map(|(_, matched)| matched).collect();
    Some(Inspection { tree: tree(root), calls: inspector.calls(root, file), matches })
}

/// What a pattern belongs to.
enum Owner<'r> {
    Subject(SubjectId, &'r str),
    /// A fact or a set.
    Told(&'r str),
}

fn owners(rules: &RuleSet) -> Vec<(Owner<'_>, &Pattern)> {
    let subjects = rules.subjects.iter().enumerate().flat_map(|(id, subject)| {
        let owner = move || Owner::Subject(SubjectId(id), &subject.name);
        subject.patterns.iter().map(move |pattern| (owner(), pattern))
    });
    let facts = rules.facts.iter().flat_map(|fact| {
        fact.patterns.iter().map(move |pattern| (Owner::Told(&fact.name), pattern))
    });
    let sets = rules.sets.iter().flat_map(|set| {
        let called = set.called.iter().flat_map(|called| &called.patterns);
        let patterns = called.chain(&set.embedded);
        patterns.map(move |pattern| (Owner::Told(&set.name), pattern))
    });
    subjects.chain(facts).chain(sets).collect()
}

struct Inspector<'a, 'p> {
    judge: &'a Judge<'a, 'p>,
}

impl<'p> Inspector<'_, 'p> {
    fn matched(&self, owner: &Owner<'_>, place: &Place<'p>, sight: &Sight<'p>) -> Matched {
        let at = |node: Node<'p>| self.place(sight.at.with(node).span(), sight.at.file);
        let captures =
            place.captures.iter().map(|(name, node)| [name.clone(), node.kind().into(), at(*node)]);
        let rules: Vec<&Rule> = match owner {
            Owner::Subject(id, _) => {
                self.judge.rules.rules.iter().filter(|rule| rule.subject() == Some(*id)).collect()
            }
            Owner::Told(_) => Vec::new(),
        };
        let (Owner::Subject(_, name) | Owner::Told(name)) = owner;
        let nothing = Value::undefined();
        let worlds = sight.options.as_ref().unwrap_or(&nothing).worlds();
        let mut alternatives: Vec<Vec<Asked>> = Vec::new();
        for world in &worlds {
            let asked = self.asked(&rules, sight, &world.value);
            if !asked.is_empty() && !alternatives.contains(&asked) {
                alternatives.push(asked);
            }
        }
        Matched {
            place: self.place(sight.span, sight.at.file),
            owner: (*name).to_owned(),
            rules: rules.iter().map(|rule| rule.id.clone()).collect(),
            callee: sight.callee.as_ref().map(|callee| callee.path.to_string()),
            fallback: sight.fallback,
            captures: captures.collect(),
            alternatives,
        }
    }

    /// Every option that some case of the rules asks for, each once, in the order of the cases.
    fn asked(&self, rules: &[&Rule], sight: &Sight<'p>, judged: &Value<'p>) -> Vec<Asked> {
        let mut asked: Vec<Asked> = Vec::new();
        let cases = rules.iter().flat_map(|rule| &rule.cases);
        for condition in cases.flat_map(|case| &case.conditions) {
            let Condition::Option { of, path, default, test, .. } = condition else { continue };
            let (judged, whose) = match of {
                None => (judged.clone(), String::new()),
                Some(subject) => {
                    let name = &self.judge.rules.subjects[subject.0].name;
                    (
                        self.judge.options_of(*subject, sight).unwrap_or_else(Value::unknown),
                        format!(" of {name}"),
                    )
                }
            };
            let option = match path.to_string() {
                path if path.is_empty() => format!("the value itself{whose}"),
                path => format!("{path}{whose}"),
            };
            if asked.iter().any(|known| known.option == option) {
                continue;
            }
            let verdict = ask(&self.judge.evaluator.option(&judged, path), default.as_ref(), test);
            let here = sight.at.file;
            let place = verdict.value.place.map(|span| self.place(span, here));
            let step = |hop: &Hop| [hop.text.clone(), self.place(hop.span, here)];
            let trail = verdict.value.trail.iter().map(step).collect();
            let value = if self.is_secret(&verdict.value) {
                "is a secret".to_owned()
            } else {
                described(&verdict, || origin(&verdict, default.as_ref()))
            };
            asked.push(Asked { option, value, place, trail });
        }
        asked
    }

    fn calls(&self, root: Node<'p>, file: FileId) -> Vec<Called> {
        let mut found = BTreeSet::new();
        walk(root, |_, node, _| {
            let field = match node.kind() {
                "call_expression" => "function",
                "new_expression" => "constructor",
                _ => return,
            };
            let Some(callee) = node.child_by_field_name(field) else { return };
            let value = self.judge.evaluator.node(file, callee);
            // What the host itself provides has no module.
            let foreign = value.foreign().filter(|foreign| !foreign.path.module.is_empty());
            let paths: Vec<String> = foreign.map(|foreign| foreign.path.to_string()).collect();
            if !paths.is_empty() {
                let span =
                    Span { file, start: callee.start_byte() as u32, end: callee.end_byte() as u32 };
                found.insert((span, paths));
            }
        });
        let called = |(span, paths)| Called { place: self.place(span, file), paths };
        found.into_iter().map(called).collect()
    }

    /// `3:5`, or with its path if it lies in another file than the inspected one.
    fn place(&self, span: Span, here: FileId) -> String {
        let project = self.judge.project;
        let path = if span.file == here { "" } else { project.path(span.file) };
        let separator = if path.is_empty() { "" } else { ":" };
        let position = project.source(span.file).map(|source| source.position(span.start));
        let (line, column) = position.map_or((0, 0), |position| (position.line, position.column));
        format!("{path}{separator}{line}:{column}")
    }

    /// Whether a value is written where a secret is: logs are public.
    fn is_secret(&self, value: &Value<'p>) -> bool {
        let mut spans = value.place.into_iter().chain(value.trail.iter().map(|hop| hop.span));
        let is_hidden = |span: Span| {
            let secrets = self.judge.project.secrets(span.file);
            let (start, end) = (span.start as usize, span.end as usize);
            secrets.iter().any(|secret| secret.start < end && start < secret.end)
        };
        matches!(value.kind, Kind::Text(_)) && spans.any(is_hidden)
    }
}

/// What a value is. Messages only speak of scalars; an author wants to know more.
fn described(verdict: &Verdict<'_>, origin: impl FnOnce() -> String) -> String {
    match &verdict.value.kind {
        Kind::Object(_) => "is an object".into(),
        Kind::List(_) => "is a list".into(),
        Kind::Function(_) => "is a function".into(),
        Kind::Class(_) => "is a class".into(),
        Kind::Instance(_) => "is an instance of a class".into(),
        Kind::Exports(_) => "is a module".into(),
        Kind::Foreign(foreign) => format!("is `{}`", foreign.path),
        Kind::Opaque => "is something else that counts as true".into(),
        _ => origin(),
    }
}

/// The named nodes of a tree, one a line. Their text is not shown: it is in the file.
fn tree(root: Node<'_>) -> String {
    let mut lines = String::new();
    walk(root, |depth, node, field| {
        if !node.is_named() && !node.is_missing() {
            return;
        }
        let field = field.map(|name| format!("{name}: ")).unwrap_or_default();
        let missing = if node.is_missing() { "MISSING " } else { "" };
        let (start, end) = (node.start_position(), node.end_position());
        let place =
            format!("{}:{}-{}:{}", start.row + 1, start.column + 1, end.row + 1, end.column + 1);
        let indent = 2 * depth.min(DEEPEST_INDENT);
        let _ = writeln!(lines, "{:indent$}{field}({missing}{}) {place}", "", node.kind());
    });
    lines
}

/// Visits every node with its depth and field, without recursion: generated code nests deeper than a stack.
fn walk<'p>(root: Node<'p>, mut visit: impl FnMut(usize, Node<'p>, Option<&str>)) {
    let mut cursor = root.walk();
    let mut depth = 0;
    loop {
        visit(depth, cursor.node(), cursor.field_name());
        if cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
            depth -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;
    use crate::rule::{RuleFile, load};

    const RULE: &str = r#"
schema = 1
title = "acme makes its table"
since = "0.1.0"
hazard = "library-ddl"
severity = "error"
packages = "acme"
[[match]]
new = "acme#Queue"
options = "0"
[[case]]
where = [
  { option = "migrate", default = true, truthy = true },
  { option = "token", present = true },
  { option = "store", present = true },
]
message = "acme makes its table"
label = "`migrate` {origin}"
[docs]
what = "What."
why = "Why."
fix = "Fix."
"#;

    fn inspected(text: &str) -> Inspection {
        let rule = RuleFile { path: "acme/queue.toml".into(), text: RULE.into(), builtin: true };
        let rules = load(&[rule]).unwrap();
        let files = MemoryFiles::from([
            ("src/a.ts", text),
            ("src/b.ts", "export const base = { migrate: false };"),
        ]);
        let project = Project::load(&files, files.paths(), &rules.roles);
        inspect(&project, &rules, &Options::default(), project.file("src/a.ts").unwrap()).unwrap()
    }

    #[test]
    fn a_match_tells_captures_paths_and_options() {
        let inspection = inspected(
            "import { Queue as Q } from 'acme';\nimport { base } from './b';\nnew Q(x ? { ...base, token: 'hunter2' } : { store: [] });\n",
        );
        assert!(!format!("{inspection:?}").contains("hunter2"));
        insta::assert_debug_snapshot!((&inspection.calls, &inspection.matches));
    }

    #[test]
    fn a_deep_tree_is_no_trouble() {
        let inspection = inspected(&format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000)));
        assert_eq!(inspection.tree.lines().count(), 5_003);
        assert!(inspection.matches.is_empty());
    }
}
