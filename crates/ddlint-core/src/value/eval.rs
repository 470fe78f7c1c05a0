//! From an expression to its value.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::ptr;
use std::rc::Rc;

use tree_sitter::Node;

use crate::access_path::{AccessPath, Step};
use crate::index::Index;
use crate::source::{FileId, Span};

use super::callback::round;
use super::changes::with_last;
use super::condition::EarlyExit;
use super::scope::{Binding, Declared, PatternStep, is_function, named_children};
use super::suppose::Supposed;
use super::text::unescaped;
use super::{Call, Expr, Foreign, Frame, Hop, Kind, Member, Object, Origin, Text, Truth, Value};

/// How deep one question may lead into others: far beyond what people write, far below what a stack holds.
const DEEPEST: u32 = 60;
/// How many expressions one question may look at; generated code can ask for exponentially many.
const MOST_STEPS: u32 = 1_000;

/// How many answers are remembered: some hundred MB at most, in generated code of megabytes.
const MOST_ANSWERS: usize = 100_000;

/// An expression, the call that it is looked at in, and whether parameters are what calls in the project pass: what is
/// known with and without that is kept apart.
type Question<'p> = (FileId, usize, *const Call<'p>, bool);

/// What is known. The call is kept, so that no other one takes its place in memory.
type Answers<'p> = RefCell<HashMap<Question<'p>, (Value<'p>, Frame<'p>)>>;

/// What is known of nodes, by file and node id.
type ByNode<T> = RefCell<HashMap<(FileId, usize), Rc<[T]>>>;

/// Evaluates expressions of a project.
pub struct Evaluator<'p> {
    pub(crate) index: &'p Index<'p>,
    depth: Cell<u32>,
    steps: Cell<u32>,
    /// The questions that are being answered, and how deep each was asked.
    open: RefCell<HashMap<Question<'p>, u32>>,
    /// The least deep of the open questions that what was answered meanwhile leans on: it is the whole truth only within
    /// that. 0 if a limit was hit.
    leans_on: Cell<u32>,
    /// What expressions outside any call are: the same few are asked for again and again.
    known: Answers<'p>,
    /// What expressions in calls are, until the question that led there is answered.
    known_in_calls: Answers<'p>,
    /// The nodes around nodes, from the inside out, and the statements of blocks that leave them early.
    pub(super) around: ByNode<Node<'p>>,
    pub(super) exits: ByNode<EarlyExit<'p>>,
    /// Whether parameters are what calls in the project pass.
    pub(super) asks_callers: Cell<bool>,
    pub(super) callers_deep: Cell<u32>,
    /// The calls of functions.
    pub(super) callers: RefCell<HashMap<usize, Rc<[Expr<'p>]>>>,
    pub(super) unresolved: RefCell<Vec<(Span, String)>>,
    /// Whether conditions decide nothing: every way counts.
    takes_all_ways: bool,
    /// A variable that is taken to have a certain value, or whose comparisons are noted.
    pub(super) supposed: Option<Supposed>,
    /// What the supposed variable is compared with.
    pub(super) compared: RefCell<BTreeSet<String>>,
}

impl<'p> Evaluator<'p> {
    /// An evaluator over the project.
    pub fn new(index: &'p Index<'p>) -> Self {
        Self {
            index,
            depth: Cell::new(0),
            steps: Cell::new(0),
            open: RefCell::default(),
            leans_on: Cell::new(u32::MAX),
            known: RefCell::default(),
            known_in_calls: RefCell::default(),
            around: RefCell::default(),
            exits: RefCell::default(),
            asks_callers: Cell::new(false),
            callers_deep: Cell::new(0),
            callers: RefCell::default(),
            unresolved: RefCell::default(),
            takes_all_ways: false,
            supposed: None,
            compared: RefCell::default(),
        }
    }

    /// An evaluator for which conditions decide nothing: what only tests or nobody gets is among what a value may be.
    pub(crate) fn of_all_ways(index: &'p Index<'p>) -> Self {
        Self { takes_all_ways: true, ..Self::new(index) }
    }

    /// Which way a condition takes, if it is known.
    pub(super) fn way(&self, condition: Truth) -> Truth {
        if self.takes_all_ways { Truth::Maybe(Origin::Condition) } else { condition }
    }

    /// The imports that a value's way led to and that lead nowhere, since this was last asked.
    pub fn take_unresolved(&self) -> Vec<(Span, String)> {
        self.unresolved.take()
    }

    /// What a node is, outside any call.
    pub fn node(&self, file: FileId, node: Node<'p>) -> Value<'p> {
        self.eval(&Expr { file, node, frame: None })
    }

    /// What an expression is.
    pub fn eval(&self, expr: &Expr<'p>) -> Value<'p> {
        let call = expr.frame.as_ref().map_or(ptr::null(), Rc::as_ptr);
        let question = (expr.file, expr.node.id(), call, self.asks_callers.get());
        let known = if call.is_null() { &self.known } else { &self.known_in_calls };
        if let Some((value, _)) = known.borrow().get(&question) {
            return value.clone();
        }
        // What leads back to itself says nothing more.
        if let Some(begun) = self.open.borrow().get(&question) {
            self.leans_on.set(self.leans_on.get().min(*begun));
            return Value::unknown();
        }
        let answer = || {
            self.steps.set(self.steps.get() + 1);
            if self.steps.get() >= MOST_STEPS {
                self.leans_on.set(0);
                return Value::unknown();
            }
            let depth = self.depth.get();
            let others = self.leans_on.replace(u32::MAX);
            self.open.borrow_mut().insert(question, depth);
            let value = self.eval_kind(expr);
            self.open.borrow_mut().remove(&question);
            let leans_on = self.leans_on.get();
            if leans_on >= depth {
                let mut known = known.borrow_mut();
                if known.len() >= MOST_ANSWERS {
                    known.clear();
                }
                known.insert(question, (value.clone(), expr.frame.clone()));
                self.leans_on.set(others);
            } else {
                self.leans_on.set(others.min(leans_on));
            }
            value
        };
        self.deeper(answer).unwrap_or_else(Value::unknown)
    }

    /// Answers a question that another one leads to. `None` beyond the limits: types and classes can lead in circles, too.
    pub(super) fn deeper<T>(&self, answer: impl FnOnce() -> T) -> Option<T> {
        let depth = self.depth.get();
        if depth >= DEEPEST {
            self.leans_on.set(0);
            return None;
        }
        if depth == 0 {
            // A question asked from outside has all steps before it.
            self.steps.set(0);
            self.leans_on.set(u32::MAX);
            self.known_in_calls.borrow_mut().clear();
        }
        self.depth.set(depth + 1);
        let answer = answer();
        self.depth.set(depth);
        Some(answer)
    }

    fn eval_kind(&self, expr: &Expr<'p>) -> Value<'p> {
        let node = expr.node;
        let field = |name| node.child_by_field_name(name).map(|child| expr.with(child));
        match node.kind() {
            "as_expression" => {
                let declared = node.named_child(1).filter(|declared| declared.kind() != "const");
                self.or_typed(self.first(expr), expr, declared)
            }
            "parenthesized_expression"
            | "satisfies_expression"
            | "non_null_expression"
            | "await_expression"
            | "instantiation_expression" => self.first(expr),
            // `<Type>value`: the value stands last.
            "type_assertion" | "sequence_expression" | "spread_element" => self.last(expr),
            "true" => Value::new(Kind::Bool(true)),
            "false" => Value::new(Kind::Bool(false)),
            "null" => Value::new(Kind::Null),
            "undefined" => Value::undefined(),
            "number" => number(self.slice(expr))
                .map_or_else(Value::unknown, |n| Value::new(Kind::Number(n))),
            "string" => self.string(expr),
            "template_string" => self.template(expr),
            "regex" => Value::new(Kind::Opaque),
            "identifier" | "shorthand_property_identifier" => self.narrowed(expr, self.name(expr)),
            "member_expression" => self.narrowed(expr, self.member_expression(expr)),
            "subscript_expression" => self.member_expression(expr),
            "object" => self.object(expr),
            "array" => self.list(expr),
            "class" | "class_declaration" | "abstract_class_declaration" => {
                Value::new(Kind::Class(expr.clone()))
            }
            "enum_declaration" => Value::new(Kind::Object(self.enumeration(expr))),
            "this" => self.this(expr),
            "super" => {
                let parent = self.class_around(expr).and_then(|class| self.superclass(&class));
                parent.unwrap_or_else(Value::unknown)
            }
            "meta_property" => self.global(expr, "import.meta"),
            "call_expression" => self.call_expression(expr),
            "new_expression" => self.new_expression(expr),
            "unary_expression" => self.unary(expr),
            "binary_expression" => self.binary(expr),
            "ternary_expression" => {
                let (Some(condition), Some(yes), Some(no)) =
                    (field("condition"), field("consequence"), field("alternative"))
                else {
                    return Value::unknown();
                };
                self.either(&condition, || self.eval(&yes), || self.eval(&no))
            }
            "assignment_expression" => {
                field("right").map_or_else(Value::unknown, |right| self.eval(&right))
            }
            kind if is_function(kind) => Value::new(Kind::Function(expr.clone())),
            _ => Value::unknown(),
        }
    }

    /// One of two values, as a condition decides.
    pub(super) fn either(
        &self,
        condition: &Expr<'p>,
        yes: impl FnOnce() -> Value<'p>,
        no: impl FnOnce() -> Value<'p>,
    ) -> Value<'p> {
        let decided = self.eval(condition);
        match self.way(decided.truthy()) {
            Truth::Yes => yes(),
            Truth::No => no(),
            Truth::Maybe(origin) => {
                let origin = if origin == Origin::Unknown { Origin::Condition } else { origin };
                Value::choice(vec![yes(), no()], origin).after(&decided.trail)
            }
        }
    }

    pub(super) fn first(&self, expr: &Expr<'p>) -> Value<'p> {
        let inner = named_children(expr.node).find(|child| child.kind() != "comment");
        inner.map_or_else(Value::unknown, |inner| self.eval(&expr.with(inner)))
    }

    fn last(&self, expr: &Expr<'p>) -> Value<'p> {
        let inner = named_children(expr.node).filter(|child| child.kind() != "comment").last();
        inner.map_or_else(Value::unknown, |inner| self.eval(&expr.with(inner)))
    }

    /// What a name means where it stands.
    pub(super) fn name(&self, expr: &Expr<'p>) -> Value<'p> {
        let name = self.slice(expr);
        if name == "undefined" {
            return Value::undefined();
        }
        let scopes = self.index.scopes(expr.file);
        let Some(binding) = scopes.and_then(|scopes| scopes.resolve(name, expr.node.start_byte()))
        else {
            return self.global(expr, name);
        };
        let value = self.binding(expr, name, binding);
        if binding.node.id() == expr.node.id() {
            return value;
        }
        let declaration = expr.with(binding.node);
        match binding.declared {
            Declared::Variable { .. } if worth_a_hop(&value) => {
                value.via(declaration.span(), format!("`{name}` is set here"))
            }
            _ => value,
        }
    }

    /// The value behind a declaration, as a use of it sees it.
    pub(super) fn binding(&self, usage: &Expr<'p>, name: &str, binding: &Binding<'p>) -> Value<'p> {
        match &binding.declared {
            Declared::Variable { value, pattern, annotation } => {
                let declared = match value {
                    Some(value) => self.destructure(self.eval(&usage.with(*value)), pattern, usage),
                    None => Value::undefined(),
                };
                let value = self.reassigned(usage, name, binding, declared);
                self.or_typed(value, usage, *annotation)
            }
            Declared::Parameter { function, index, pattern, default, annotation } => {
                let argument = self.argument(usage, *function, *index, *default);
                let argument = match (argument, pattern.is_empty()) {
                    (argument, true) => argument,
                    (argument, false) => self.destructure(argument, pattern, usage),
                };
                let argument = self.reassigned(usage, name, binding, argument);
                if pattern.is_empty() {
                    self.or_typed(argument, usage, *annotation)
                } else {
                    argument
                }
            }
            Declared::Element { statement, list, pattern } => {
                if let Some(element) = round(usage, *statement) {
                    return self.destructure(element, pattern, usage);
                }
                let list = self.eval(&usage.with(*list));
                let elements = list.branches().iter().flat_map(|branch| match &branch.kind {
                    Kind::List(elements) => elements.to_vec(),
                    _ => vec![Value::unknown()],
                });
                let elements =
                    elements.map(|element| self.destructure(element, pattern, usage)).collect();
                Value::choice(elements, Origin::Each)
            }
            Declared::Round { statement } => {
                round(usage, *statement).unwrap_or_else(Value::unknown)
            }
            Declared::Definition(node) => self.eval(&usage.with(*node)),
            Declared::Import { module, name } => {
                let at = usage.with(binding.node).span();
                self.import(usage.file, at, module, *name)
            }
            Declared::Alias(_) | Declared::Other => Value::unknown(),
        }
    }

    /// Follows a destructuring pattern into a value.
    pub(super) fn destructure(
        &self,
        mut value: Value<'p>,
        pattern: &[PatternStep<'p>],
        at: &Expr<'p>,
    ) -> Value<'p> {
        for step in pattern {
            value = match step {
                PatternStep::Key(key) => self.get(&value, key),
                PatternStep::Index(index) => self.element(&value, *index),
                PatternStep::Rest(keys) => keys
                    .iter()
                    .fold(value, |value, key| with_last(value, Member::Gone((*key).into()))),
                PatternStep::Default(default) => value.or_default(|| self.eval(&at.with(*default))),
            };
        }
        value
    }

    fn object(&self, expr: &Expr<'p>) -> Value<'p> {
        let members: Vec<_> = named_children(expr.node)
            .filter_map(|child| self.object_member(&expr.with(child)))
            .collect();
        Value::new(Kind::Object(Object { span: expr.span(), members: members.into() }))
    }

    fn object_member(&self, part: &Expr<'p>) -> Option<Member<'p>> {
        let node = part.node;
        let span = part.span();
        match node.kind() {
            "pair" | "method_definition" => {
                let key =
                    node.child_by_field_name(if node.kind() == "pair" { "key" } else { "name" })?;
                let value =
                    if node.kind() == "pair" { node.child_by_field_name("value")? } else { node };
                let getter = value == node && is_getter(part);
                match self.key(&part.with(key)) {
                    Ok(key) => Some(Member::Pair { key, span, value: part.with(value), getter }),
                    Err(origin) => Some(Member::AnyKey(origin)),
                }
            }
            "shorthand_property_identifier" => {
                let key = self.slice(part).into();
                Some(Member::Pair { key, span, value: part.clone(), getter: false })
            }
            "spread_element" => Some(Member::Spread { span, value: self.last(part) }),
            _ => None,
        }
    }

    /// The text of a key, or what decides it.
    pub(super) fn key(&self, key: &Expr<'p>) -> Result<Rc<str>, Origin> {
        match super::scope::key_text(key.node, self.source_text(key.file)) {
            Some(text) => Ok(text.into()),
            None => {
                let value = self.first(key);
                value
                    .as_text()
                    .map(Rc::from)
                    .ok_or_else(|| value.origin().unwrap_or(Origin::Unknown))
            }
        }
    }

    fn list(&self, expr: &Expr<'p>) -> Value<'p> {
        let mut elements = Vec::new();
        for child in named_children(expr.node).filter(|child| child.kind() != "comment") {
            let value = self.eval(&expr.with(child));
            match (child.kind(), value.kind.clone()) {
                ("spread_element", Kind::List(inner)) => elements.extend(inner.iter().cloned()),
                _ => elements.push(value.decided_at(expr.with(child).span())),
            }
        }
        Value::new(Kind::List(elements.into()))
    }

    fn global(&self, expr: &Expr<'p>, name: &str) -> Value<'p> {
        if name == "__dirname" {
            return Value::text(&self.folder(expr.file));
        }
        if name == "__filename" {
            return Value::text(&self.path_of(expr.file));
        }
        // What the host provides is, like a library's things, known by its name alone.
        let path = AccessPath { module: String::new(), steps: vec![Step::Member(name.into())] };
        Value::new(Kind::Foreign(Foreign::at(path)))
    }

    /// A file as a path from the root, which stands as `/`.
    pub(super) fn path_of(&self, file: FileId) -> String {
        format!("/{}", self.index.project.path(file))
    }

    /// The folder of a file as a path from the root, which stands as `/`.
    pub(super) fn folder(&self, file: FileId) -> String {
        let path = self.index.project.path(file);
        path.rsplit_once('/').map_or_else(|| "/".into(), |(folder, _)| format!("/{folder}"))
    }

    /// The text of an expression as written.
    pub(crate) fn slice(&self, expr: &Expr<'p>) -> &'p str {
        &self.source_text(expr.file)[expr.node.byte_range()]
    }

    fn source_text(&self, file: FileId) -> &'p str {
        self.index.project.source(file).map_or("", |source| &source.text)
    }

    /// What a literal in quotes says.
    fn string(&self, expr: &Expr<'p>) -> Value<'p> {
        let written = self.slice(expr);
        let inside = written.get(1..written.len().saturating_sub(1)).unwrap_or_default();
        let start = expr.span().start + 1;
        let span = Span { start, end: start + inside.len() as u32, ..expr.span() };
        Value::new(Kind::Text(Text::written(&unescaped(inside), span)))
    }
}

/// Whether a method is read like a field.
pub(super) fn is_getter(method: &Expr<'_>) -> bool {
    let mut cursor = method.node.walk();
    method.node.children(&mut cursor).any(|child| child.kind() == "get")
}

/// Whether a reader needs to see the steps that lead to such a value: what a library exports speaks for itself.
pub(super) fn worth_a_hop(value: &Value<'_>) -> bool {
    !matches!(value.kind, Kind::Foreign(_) | Kind::Class(_) | Kind::Exports(_) | Kind::Instance(_))
}

fn number(text: &str) -> Option<f64> {
    text.replace('_', "").parse().ok()
}

impl Hop {
    /// A step at an expression.
    pub(super) fn at(expr: &Expr<'_>, text: impl Into<String>) -> Self {
        Self { span: expr.span(), text: text.into() }
    }
}
