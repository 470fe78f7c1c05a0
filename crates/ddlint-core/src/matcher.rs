//! Where patterns match: all queries of a language merged into one, run once per file.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;
use tree_sitter::{Node, Query, QueryCursor, StreamingIterator as _};

use crate::language::Language;
use crate::project::Project;
use crate::rule::{OptionPath, OptionsAt, Pattern, QueryId, RuleSet, Subject};
use crate::source::{FileId, Span};
use crate::value::{Evaluator, Expr, Foreign, Kind, Member, Object, Sites, Unknown, Value};

/// The queries of a language that are needed in a run, as one.
struct Merged {
    query: Query,
    ids: Vec<QueryId>,
}

/// A place where a query's structure is found; whose it is has not been asked yet.
#[derive(Debug, Clone)]
pub(crate) struct Place<'p> {
    pub(crate) query: QueryId,
    pub(crate) captures: Vec<(String, Node<'p>)>,
}

/// What is known of a place: many patterns ask the same.
#[derive(Default)]
pub(crate) struct Known<'p> {
    /// What the captured nodes are, by node.
    values: HashMap<usize, Value<'p>>,
    /// The calls inside of a function of the project that is called there, and what they call.
    inside: Option<Vec<(Expr<'p>, Value<'p>)>>,
}

/// A place where a pattern matches: the structure is there and the values come from the library.
#[derive(Debug, Clone)]
pub(crate) struct Sight<'p> {
    /// The marked node.
    pub(crate) at: Expr<'p>,
    /// What a reader should look at: of a call in a chain, the part from the called name on.
    pub(crate) span: Span,
    /// The judged value, if the pattern has one and it is there.
    pub(crate) options: Option<Value<'p>>,
    /// What was called or constructed.
    pub(crate) callee: Option<Foreign<'p>>,
    /// Whether the match is only evidence of last resort.
    pub(crate) fallback: bool,
}

/// Runs the queries of the candidates. `candidates` holds, for each file, the patterns that may match there.
pub(crate) fn places<'p>(
    project: &'p Project<'_>,
    rules: &RuleSet,
    patterns: &[&Pattern],
    candidates: &[Vec<usize>],
) -> Vec<Vec<Place<'p>>> {
    let merged: Vec<(Language, Option<Merged>)> = Language::ALL
        .into_par_iter()
        .map(|language| {
            (language, merge(language, &needed(project, language, patterns, candidates), rules))
        })
        .collect();
    let of_file = |(file, wanted): (FileId, &Vec<usize>)| {
        if wanted.is_empty() {
            return Vec::new();
        }
        let Some((source, root)) =
            project.source(file).and_then(|source| Some((source, source.root()?)))
        else {
            return Vec::new();
        };
        let merged = merged.iter().find(|(language, _)| *language == source.language);
        match merged {
            Some((_, Some(merged))) => run(merged, root, &source.text),
            _ => Vec::new(),
        }
    };
    let files: Vec<_> = project.ids().zip(candidates).collect();
    files.into_par_iter().map(of_file).collect()
}

/// The queries that some file of a language needs.
fn needed(
    project: &Project<'_>,
    language: Language,
    patterns: &[&Pattern],
    candidates: &[Vec<usize>],
) -> BTreeSet<QueryId> {
    let files = project.ids().zip(candidates);
    let of_language =
        files.filter(|(file, _)| Language::of_path(project.path(*file)) == Some(language));
    of_language
        .flat_map(|(_, wanted)| wanted.iter().map(|position| patterns[*position].query))
        .collect()
}

/// Compiling costs 2 to 6 ms a query, running a second query over a file almost nothing: so one for all.
fn merge(language: Language, needed: &BTreeSet<QueryId>, rules: &RuleSet) -> Option<Merged> {
    let queries = needed.iter().map(|id| (*id, &rules.queries[id.0]));
    let queries: Vec<_> =
        queries.filter(|(_, query)| query.languages.contains(&language)).collect();
    if queries.is_empty() {
        return None;
    }
    let text: Vec<&str> = queries.iter().map(|(_, query)| query.text.as_str()).collect();
    // Each query compiles by itself and has exactly one pattern: the loader has seen to that, for built-in rules a test.
    // Were it not so, the rest would still be worth finding.
    let grammar = language.grammar()?;
    let Ok(query) = Query::new(&grammar, &text.join("\n")) else {
        let sound = queries.iter().filter(|(_, query)| Query::new(&grammar, &query.text).is_ok());
        let sound: BTreeSet<QueryId> = sound.map(|(id, _)| *id).collect();
        return if sound.len() < queries.len() { merge(language, &sound, rules) } else { None };
    };
    Some(Merged { query, ids: queries.iter().map(|(id, _)| *id).collect() })
}

fn run<'p>(merged: &Merged, root: Node<'p>, text: &str) -> Vec<Place<'p>> {
    let names = merged.query.capture_names();
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&merged.query, root, text.as_bytes());
    let mut found = Vec::new();
    while let Some(one) = matches.next() {
        let captures = one
            .captures()
            .iter()
            .map(|capture| (names[capture.index as usize].to_string(), capture.node));
        found.push(Place { query: merged.ids[one.pattern_index], captures: captures.collect() });
    }
    found
}

impl<'p> Place<'p> {
    fn capture(&self, name: &str) -> Option<Node<'p>> {
        self.captures.iter().find(|(known, _)| known == name).map(|(_, node)| *node)
    }

    /// The place as matches of a pattern, if its values come from where the pattern says: one, or one for each object of
    /// a list.
    pub(crate) fn sights(
        &self,
        file: FileId,
        pattern: &Pattern,
        evaluator: &Evaluator<'p>,
        known: &mut Known<'p>,
    ) -> Vec<Sight<'p>> {
        let Some(sight) = self.sight(file, pattern, evaluator, known) else {
            if let Some(sight) = self.made_by_own(file, pattern, evaluator, known) {
                return sight.each();
            }
            let own = self.inside_own(file, pattern, evaluator, known);
            return own.into_iter().flat_map(Sight::each).collect();
        };
        sight.each()
    }

    /// The sight of a construction whose class is one of the project, with a constructor that hands something on.
    fn made_by_own(
        &self,
        file: FileId,
        pattern: &Pattern,
        evaluator: &Evaluator<'p>,
        known: &Known<'p>,
    ) -> Option<Sight<'p>> {
        let at = self.capture("at").filter(|at| at.kind() == "new_expression")?;
        let at = Expr { file, node: at, frame: None };
        let [(_, paths)] = pattern.value_of.as_slice() else { return None };
        let class = known.values.get(&self.capture("callee")?.id())?;
        let (callee, call) = evaluator.handed_to_base(class, evaluator.arguments(&at), paths)?;
        let options = options(pattern, evaluator, call.file, Some(&call), &|_| None);
        let span = at.span();
        options.seen(at, span, Some(callee), pattern)
    }

    /// The sights inside of a decorator that is a function of the project: `@UuidKey()` is what it applies.
    fn inside_own(
        &self,
        file: FileId,
        pattern: &Pattern,
        evaluator: &Evaluator<'p>,
        known: &mut Known<'p>,
    ) -> Vec<Sight<'p>> {
        let fields =
            || Some((self.capture("at")?, self.capture("callee")?, self.capture("arguments")?));
        let Some((at, callee, arguments)) = fields().filter(|(at, ..)| at.kind() == "decorator")
        else {
            return Vec::new();
        };
        let [(_, paths)] = pattern.value_of.as_slice() else { return Vec::new() };
        let at = Expr { file, node: at, frame: None };
        let Some(function) = known.values.get(&callee.id()) else { return Vec::new() };
        let inside = known.inside.get_or_insert_with(|| {
            evaluator.calls_inside(function, &evaluator.arguments(&at.with(arguments)), 0)
        });
        let sights = inside.iter().filter_map(|(call, called)| {
            let callee = called.foreign().find(|foreign| paths.contains(&foreign.path))?.clone();
            let options = options(pattern, evaluator, call.file, Some(call), &|_| None);
            options.seen(at.clone(), at.span(), Some(callee), pattern)
        });
        sights.collect()
    }
}

impl<'p> Sight<'p> {
    /// One for each element, if the judged value is a list.
    fn each(self) -> Vec<Self> {
        let sight = self;
        match &sight.options {
            Some(Value { kind: Kind::List(all), .. }) if !all.is_empty() => {
                let one =
                    |value: &Value<'p>| Sight { options: Some(value.clone()), ..sight.clone() };
                all.iter().map(one).collect()
            }
            _ => vec![sight],
        }
    }
}

impl<'p> Place<'p> {
    fn sight(
        &self,
        file: FileId,
        pattern: &Pattern,
        evaluator: &Evaluator<'p>,
        known: &mut Known<'p>,
    ) -> Option<Sight<'p>> {
        let at = Expr { file, node: self.capture("at")?, frame: None };
        let mut callee = None;
        for (capture, paths) in &pattern.value_of {
            let node = self.capture(capture)?;
            let value = known
                .values
                .entry(node.id())
                .or_insert_with(|| evidence(&at.with(node), evaluator));
            let found = value.foreign().find(|foreign| paths.contains(&foreign.path)).cloned();
            let found = found.or_else(|| evaluator.base(value, paths))?;
            if capture == "callee" {
                callee = Some(found);
            }
        }
        if pattern.unless.as_ref().is_some_and(|place| is_made_inside(&at, place, evaluator)) {
            return None;
        }
        let options = evaluator.with_callers(|| self.options(&at, pattern, evaluator));
        let span = self.span(&at);
        options.seen(at, span, callee, pattern)
    }

    /// A call in a fluent chain starts on the chain's first line: a reader should look at the called name.
    fn span(&self, at: &Expr<'p>) -> Span {
        let name = self.capture("callee").and_then(|callee| callee.child_by_field_name("property"));
        let start = name.map_or(at.node.start_byte(), |name| name.start_byte());
        Span { start: start as u32, ..at.span() }
    }

    /// The judged value; see [`Options`].
    fn options(&self, at: &Expr<'p>, pattern: &Pattern, evaluator: &Evaluator<'p>) -> Options<'p> {
        let call = self.capture("arguments").map(|list| at.with(list));
        let captured = |name: &str| self.capture(name).map(|node| evaluator.node(at.file, node));
        options(pattern, evaluator, at.file, call.as_ref(), &captured)
    }
}

/// Whether a value is an object that surely lacks what makes it count.
fn lacks<'p>(value: &Value<'p>, pattern: &Pattern, evaluator: &Evaluator<'p>) -> bool {
    matches!(value.kind, Kind::Object(_))
        && pattern
            .needs
            .as_ref()
            .is_some_and(|needs| matches!(evaluator.option(value, needs).kind, Kind::Undefined))
}

/// Where the judged value of a pattern leads.
enum Options<'p> {
    /// It is there.
    There(Value<'p>),
    /// There is no such argument: the library's defaults apply.
    Absent,
    /// A way into an argument leads nowhere: this is not what the pattern means.
    Nowhere,
}

impl<'p> Options<'p> {
    /// What a pattern sees at a place with these options, if it means the place.
    fn seen(
        self,
        at: Expr<'p>,
        span: Span,
        callee: Option<Foreign<'p>>,
        pattern: &Pattern,
    ) -> Option<Sight<'p>> {
        let options = match self {
            Self::There(value) => Some(value),
            Self::Absent => None,
            Self::Nowhere => return None,
        };
        Some(Sight { at, span, options, callee, fallback: pattern.fallback })
    }
}

fn options<'p>(
    pattern: &Pattern,
    evaluator: &Evaluator<'p>,
    at: FileId,
    call: Option<&Expr<'p>>,
    captured: &dyn Fn(&str) -> Option<Value<'p>>,
) -> Options<'p> {
    let found = placed(pattern, evaluator, at, call, captured);
    let Some(call) = call.filter(|_| !pattern.positional.is_empty()) else { return found };
    let arguments = evaluator.arguments(call);
    let mut members = Vec::new();
    if let Options::There(value) = &found
        && may_hold_options(value)
    {
        members.push(Member::Spread { span: call.span(), value: value.clone() });
    }
    for (index, option) in &pattern.positional {
        let value = arguments.get(*index).map(|argument| evaluator.eval(argument));
        if let Some(value) = value.filter(|value| !may_hold_options(value)) {
            let (key, span) = (option.as_str().into(), arguments[*index].span());
            members.push(Member::Later { key, span, value });
        }
    }
    if members.is_empty() {
        return found;
    }
    let object = Object { span: call.span(), members: members.into() };
    Options::There(Value::new(Kind::Object(object)))
}

/// The judged value, where a pattern says that it stands.
fn placed<'p>(
    pattern: &Pattern,
    evaluator: &Evaluator<'p>,
    at: FileId,
    call: Option<&Expr<'p>>,
    captured: &dyn Fn(&str) -> Option<Value<'p>>,
) -> Options<'p> {
    let arguments = call.map(|call| evaluator.arguments(call)).unwrap_or_default();
    let mut leads_nowhere = false;
    let mut second_best = None;
    for place in &pattern.options {
        let value = match place {
            OptionsAt::Capture { name, returned } => {
                let Some(value) = captured(name) else { continue };
                if *returned { evaluator.called(&value) } else { value }
            }
            OptionsAt::File { id, all } => {
                let name = |index: usize| arguments.get(index).map(|name| evaluator.eval(name));
                let value = evaluator.configured(*id, at, (!all).then_some(&name));
                // A file that is not there says less than an object that lacks something.
                if matches!(value.kind, Kind::Unknown(_))
                    && matches!(second_best, Some(Value { kind: Kind::Object(_), .. }))
                {
                    continue;
                }
                value
            }
            OptionsAt::Argument { index, path } => {
                let Some(argument) = arguments.get(*index) else { continue };
                let value = evaluator.option(&evaluator.eval(argument), path);
                if !path.0.is_empty() && matches!(value.kind, Kind::Undefined) {
                    leads_nowhere = true;
                    continue;
                }
                // What has a name is what is meant, whatever it is.
                if !path.0.is_empty() && !lacks(&value, pattern, evaluator) {
                    return Options::There(value);
                }
                value
            }
        };
        if may_hold_options(&value) && !lacks(&value, pattern, evaluator) {
            return Options::There(value);
        }
        second_best = second_best.or(Some(value));
    }
    match second_best {
        Some(value) => Options::There(value),
        None if leads_nowhere => Options::Nowhere,
        None => Options::Absent,
    }
}

/// Whether a function among the arguments of a call makes something of a library right there, where it is judged.
fn is_made_inside<'p>(
    call: &Expr<'p>,
    (index, path): &(usize, OptionPath),
    evaluator: &Evaluator<'p>,
) -> bool {
    let arguments = evaluator.arguments(call);
    let Some(argument) = arguments.get(*index) else { return false };
    let function = evaluator.option(&evaluator.eval(argument), path);
    let whole = call.span();
    let stands_here = matches!(&function.kind, Kind::Function(function)
        if function.file == whole.file && whole.start <= function.span().start && function.span().end <= whole.end);
    let made = evaluator.called(&function);
    stands_here
        && made.foreign().next().is_some()
        && made.foreign().all(|made| {
            made.sites
                .iter()
                .any(|site| site.as_ref().is_some_and(|site| site.node.kind() == "new_expression"))
        })
}

/// How something was made.
pub(crate) struct Made<'p> {
    /// The call or construction.
    pub(crate) at: Expr<'p>,
    /// The options that it was given.
    pub(crate) options: Value<'p>,
}

/// How something was made that is known by the calls and constructions on the way to it, as a subject says where the
/// options stand. `None` if that is not seen, as of something injected.
pub(crate) fn made<'p>(
    subject: &Subject,
    sites: &Sites<'p>,
    evaluator: &Evaluator<'p>,
) -> Option<Made<'p>> {
    for site in sites.iter().rev().flatten() {
        let field = |name| site.node.child_by_field_name(name);
        let Some(callee) = field("constructor").or_else(|| field("function")) else { continue };
        let callee = evaluator.eval(&site.with(callee));
        let of_subject = |pattern: &&Pattern| {
            let paths = pattern.value_of.iter().filter(|(capture, _)| capture == "callee");
            let mut paths = paths.flat_map(|(_, paths)| paths);
            paths.any(|path| callee.foreign().any(|foreign| foreign.path == *path))
        };
        if let Some(pattern) = subject.patterns.iter().find(of_subject) {
            let options = options_of_call(site, pattern, evaluator);
            return Some(Made { at: site.clone(), options });
        }
    }
    None
}

/// The options of a call or construction, as a pattern says where they stand.
pub(crate) fn options_of_call<'p>(
    call: &Expr<'p>,
    pattern: &Pattern,
    evaluator: &Evaluator<'p>,
) -> Value<'p> {
    match options(pattern, evaluator, call.file, Some(call), &|_| None) {
        Options::There(value) => value,
        Options::Absent | Options::Nowhere => Value::undefined(),
    }
}

/// What a captured expression is or, for a type, names.
fn evidence<'p>(expr: &Expr<'p>, evaluator: &Evaluator<'p>) -> Value<'p> {
    match expr.node.kind() {
        kind if kind.ends_with("_type") || kind.ends_with("type_identifier") => {
            evaluator.type_value(expr).unwrap_or_else(Value::unknown)
        }
        _ => {
            let value = evaluator.eval(expr);
            let is_open = matches!(value.kind, Kind::Unknown(_));
            // `async function prepare(client) { await client.query(…) }`: no type says what it is, but its callers do.
            if is_open && evaluator.begins_with_untyped_parameter(expr) {
                return evaluator.with_callers(|| evaluator.eval(expr));
            }
            value
        }
    }
}

/// Whether a value may be an object that holds options: a text, such as an address, is not.
fn may_hold_options(value: &Value<'_>) -> bool {
    value.branches().iter().any(|branch| {
        !matches!(
            branch.kind,
            Kind::Undefined
                | Kind::Null
                | Kind::Bool(_)
                | Kind::Number(_)
                | Kind::Text(_)
                | Kind::Unknown(Unknown { text: true, .. })
        )
    })
}
