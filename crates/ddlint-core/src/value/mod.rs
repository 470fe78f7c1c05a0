//! What an expression effectively is.
//!
//! Absence is a value here, an environment variable is a value, and so is "cannot be known". A rule therefore asks one
//! question ("is this option effectively on?") where text matching would need a dozen.

mod call;
mod callback;
mod callers;
mod changes;
mod class;
mod condition;
mod counter;
mod enumeration;
mod eval;
mod exports;
mod flow;
mod guard;
mod host;
mod member;
mod method;
mod operator;
mod role;
mod scope;
mod setting_files;
mod settings;
mod suppose;
mod template;
mod text;
mod truth;
mod types;
mod worlds;

use std::rc::Rc;

use tree_sitter::Node;

use crate::access_path::{AccessPath, Step};
use crate::rule::Literal;
use crate::source::{FileId, Span};

pub(crate) use call::entered;
pub(crate) use class::is_class;
pub(crate) use counter::FARTHEST;
pub use eval::Evaluator;
pub use guard::Guard;
pub(crate) use member::Entries;
pub use scope::Scopes;
pub(crate) use scope::is_function;
pub(crate) use scope::named_children;
pub use text::Text;
pub use truth::{Truth, Verdict};
pub use worlds::World;

/// An expression in its place, not yet evaluated.
#[derive(Debug, Clone)]
pub struct Expr<'p> {
    /// The file it stands in.
    pub file: FileId,
    /// The syntax node.
    pub node: Node<'p>,
    /// Which call of the function around it is looked at; without one, parameters are unknown.
    pub frame: Frame<'p>,
}

/// The call through which a function's body was entered.
pub type Frame<'p> = Option<Rc<Call<'p>>>;

/// What is handed to a function.
#[derive(Debug, Clone)]
pub enum Argument<'p> {
    /// An expression, not yet evaluated.
    Written(Expr<'p>),
    /// A value that stands in no call: the element that a loop has reached.
    Known(Value<'p>),
}

/// What a function was called with. A round of a loop counts as a call: its variable is the argument.
#[derive(Debug)]
pub struct Call<'p> {
    /// The node id of the function, or of the loop.
    pub function: usize,
    /// The arguments; `None` if somebody else calls it.
    pub arguments: Option<Vec<Argument<'p>>>,
    /// The frame in which the function was defined, for the parameters of functions around it.
    pub outer: Frame<'p>,
    /// The class of the instance whose method it is, if it has inherited that.
    pub this: Option<Expr<'p>>,
}

/// What an expression effectively is, and how we know.
#[derive(Debug, Clone)]
pub struct Value<'p> {
    /// What it is.
    pub kind: Kind<'p>,
    /// The steps from the question to the answer, in order.
    pub trail: Vec<Hop>,
    /// The pair, field or declaration that decided it. `None` if nothing did: the value is absent.
    pub place: Option<Span>,
}

/// A step on a value's way, worth a related label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Where.
    pub span: Span,
    /// What happens there: "`base` is spread here".
    pub text: String,
}

/// The kinds of values.
#[derive(Debug, Clone)]
pub enum Kind<'p> {
    /// Absent, or explicitly `undefined`.
    Undefined,
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(Text),
    /// An object literal, or several merged.
    Object(Object<'p>),
    /// An array.
    List(Rc<[Value<'p>]>),
    /// A function of the project.
    Function(Expr<'p>),
    /// A class of the project.
    Class(Expr<'p>),
    /// An instance of a class of the project.
    Instance(Expr<'p>),
    /// All exports of a file of the project.
    Exports(FileId),
    /// Something of a library, known by where it comes from.
    Foreign(Foreign<'p>),
    /// Something else that JavaScript takes for true: a regular expression, say.
    Opaque,
    /// One of several values.
    Choice(Rc<[Value<'p>]>, Origin),
    /// Not known.
    Unknown(Unknown),
}

/// An object literal, or several merged: later members win.
#[derive(Debug, Clone)]
pub struct Object<'p> {
    /// The literal that stands at the place in question.
    pub span: Span,
    /// In source order.
    pub members: Rc<[Member<'p>]>,
}

/// A part of an object literal.
#[derive(Debug, Clone)]
pub enum Member<'p> {
    /// A key and its value.
    Pair {
        /// The key.
        key: Rc<str>,
        /// The whole pair.
        span: Span,
        /// The value; a function for methods.
        value: Expr<'p>,
        /// Whether the value is what a getter returns.
        getter: bool,
    },
    /// A key that was given a value behind the literal: `options.key = value`, `delete options.key`.
    Later {
        /// The key.
        key: Rc<str>,
        /// Where.
        span: Span,
        /// The value.
        value: Value<'p>,
    },
    /// `...value`, or an object merged in by `Object.assign`.
    Spread {
        /// Where.
        span: Span,
        /// What is spread.
        value: Value<'p>,
    },
    /// A key that those before it may have and the object has not: what `{ key, ...rest }` leaves for `rest`.
    Gone(Rc<str>),
    /// A pair whose key is only known at run time: it may be any key.
    AnyKey(Origin),
}

/// A value of a library.
#[derive(Debug, Clone)]
pub struct Foreign<'p> {
    /// Where it comes from.
    pub path: AccessPath,
    /// The calls and constructions on the way, one for each call in the path; `None` if a type is all the evidence.
    pub sites: Sites<'p>,
    /// Other calls and constructions that it may have come from instead: `source = a ? new DataSource(x) : new DataSource(y)`.
    pub also: Vec<Sites<'p>>,
}

/// The calls and constructions on the way to a value of a library.
pub type Sites<'p> = Vec<Option<Expr<'p>>>;

impl<'p> Foreign<'p> {
    /// Something that is known by where it comes from, without any call.
    pub fn at(path: AccessPath) -> Self {
        Self { path, sites: Vec::new(), also: Vec::new() }
    }

    /// A member of it.
    #[must_use]
    pub fn member(&self, name: impl Into<String>) -> Self {
        Self { path: self.path.then(Step::Member(name.into())), ..self.clone() }
    }

    /// What calling or constructing it gives.
    #[must_use]
    pub fn called(&self, site: Option<&Expr<'p>>) -> Self {
        let with_site = |sites: &Sites<'p>| sites.iter().cloned().chain([site.cloned()]).collect();
        Self {
            path: self.path.then(Step::Call),
            sites: with_site(&self.sites),
            also: self.also.iter().map(with_site).collect(),
        }
    }

    /// Notes where something of the same path may have come from instead.
    fn or(&mut self, other: &Self) {
        /// More than people write by hand is generated code.
        const MOST: usize = 8;
        let same = |a: &Sites<'p>, b: &Sites<'p>| {
            let node = |site: &Option<Expr<'p>>| site.as_ref().map(|site| site.node.id());
            a.iter().map(node).eq(b.iter().map(node))
        };
        for sites in other.also.iter().chain([&other.sites]) {
            let is_known = self.also.iter().chain([&self.sites]).any(|known| same(known, sites));
            if !is_known && self.also.len() < MOST {
                self.also.push(sites.clone());
            }
        }
    }
}

/// Why a value is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What decides it.
    pub origin: Origin,
    /// Whether it is a text for sure, or absent: `process.env.X` is never a boolean.
    pub text: bool,
    /// Whether JavaScript takes it for true, whatever it is: what `a || b` is if it is `a`.
    pub truthy: bool,
    /// The text as far as it is known, if it is one.
    pub sketch: Option<Text>,
}

impl Unknown {
    /// Something of which only the origin is known.
    pub fn new(origin: Origin) -> Self {
        Self { origin, text: false, truthy: false, sketch: None }
    }

    /// A text, if it is there at all.
    pub fn text(origin: Origin) -> Self {
        Self { origin, text: true, truthy: false, sketch: None }
    }
}

/// What decides a value that code alone does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nothing: the values are spellings of the same thing, and whoever asks for one of them means that.
    Spelling,
    /// An environment variable.
    Environment(Rc<str>),
    /// A key of the application's configuration.
    Configuration(Rc<str>),
    /// Nothing: it is each of them, one after the other, as elements of a list are.
    Each,
    /// A condition between values that are themselves known.
    Condition,
    /// Nothing that ddlint can see.
    Unknown,
}

impl Origin {
    /// The one that leaves more open.
    #[must_use]
    pub fn weaker(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Spelling | Self::Each | Self::Condition => 0,
            Self::Environment(_) => 1,
            Self::Configuration(_) => 2,
            Self::Unknown => 3,
        }
    }
}

impl<'p> Value<'p> {
    /// A value without a story.
    pub fn new(kind: Kind<'p>) -> Self {
        Self { kind, trail: Vec::new(), place: None }
    }

    /// An absent value.
    pub fn undefined() -> Self {
        Self::new(Kind::Undefined)
    }

    /// A value that cannot be known.
    pub fn unknown() -> Self {
        Self::from_origin(Origin::Unknown)
    }

    /// A value that something else decides.
    pub fn from_origin(origin: Origin) -> Self {
        Self::new(Kind::Unknown(Unknown::new(origin)))
    }

    /// A text that was computed.
    pub fn text(text: &str) -> Self {
        Self::new(Kind::Text(Text::computed(text)))
    }

    /// A value that a rule file names.
    pub fn literal(literal: &Literal) -> Self {
        match literal {
            Literal::Bool(value) => Self::new(Kind::Bool(*value)),
            Literal::Number(value) => Self::new(Kind::Number(*value)),
            Literal::Text(text) => Self::text(text),
        }
    }

    /// One of several values: flattened, without repetition of foreign paths, and simply the value if there is one.
    pub fn choice(branches: Vec<Value<'p>>, origin: Origin) -> Self {
        /// More branches than people write by hand are generated code: unknown, rather than slow.
        const MOST_BRANCHES: usize = 24;
        let mut flat: Vec<Value<'p>> = Vec::new();
        let mut add = |branch: Value<'p>| {
            let Kind::Foreign(new) = &branch.kind else { return flat.push(branch) };
            let known = flat.iter_mut().find_map(|old| match &mut old.kind {
                Kind::Foreign(old) => Some(old).filter(|old| old.path == new.path),
                _ => None,
            });
            match known {
                Some(known) => known.or(new),
                None => flat.push(branch),
            }
        };
        for branch in branches {
            match branch.kind {
                Kind::Choice(inner, _) => inner.iter().cloned().for_each(&mut add),
                _ => add(branch),
            }
        }
        if flat.len() > MOST_BRANCHES {
            return Self::unknown();
        }
        match flat.len() {
            0 => Self::unknown(),
            1 => flat.remove(0),
            _ => Self::new(Kind::Choice(flat.into(), origin)),
        }
    }

    /// The value with one more step in front of its story.
    #[must_use]
    pub fn via(mut self, span: Span, text: impl Into<String>) -> Self {
        self.add_hop(&Hop { span, text: text.into() });
        self
    }

    /// The value with more steps in front of its story.
    #[must_use]
    pub fn after(mut self, trail: &[Hop]) -> Self {
        trail.iter().rev().for_each(|hop| self.add_hop(hop));
        self
    }

    /// The value as decided at a place.
    #[must_use]
    pub fn decided_at(mut self, span: Span) -> Self {
        if let Kind::Choice(branches, origin) = self.kind {
            let branches: Vec<_> =
                branches.iter().cloned().map(|branch| branch.decided_at(span)).collect();
            self.kind = Kind::Choice(branches.into(), origin);
        }
        self.place = Some(span);
        self
    }

    /// The values it may be: itself, or the branches of a choice.
    pub fn branches(&self) -> &[Value<'p>] {
        match &self.kind {
            Kind::Choice(branches, _) => branches,
            _ => std::slice::from_ref(self),
        }
    }

    /// The foreign values it may be.
    pub fn foreign(&self) -> impl Iterator<Item = &Foreign<'p>> {
        self.branches().iter().filter_map(|branch| match &branch.kind {
            Kind::Foreign(foreign) => Some(foreign),
            _ => None,
        })
    }

    /// What decides it, if code alone does not.
    pub fn origin(&self) -> Option<Origin> {
        match &self.kind {
            Kind::Unknown(unknown) => Some(unknown.origin.clone()),
            Kind::Choice(branches, origin) => {
                let inner = branches.iter().filter_map(Value::origin);
                Some(inner.fold(origin.clone(), Origin::weaker))
            }
            _ => None,
        }
    }

    fn add_hop(&mut self, hop: &Hop) {
        if let Kind::Choice(branches, origin) = &self.kind {
            let mut branches = branches.to_vec();
            for branch in &mut branches {
                branch.add_hop(hop);
            }
            self.kind = Kind::Choice(branches.into(), origin.clone());
        }
        if !self.trail.contains(hop) {
            self.trail.insert(0, hop.clone());
        }
    }
}

impl<'p> Expr<'p> {
    /// Another node of the same file, in the same call.
    #[must_use]
    pub fn with(&self, node: Node<'p>) -> Self {
        Self { file: self.file, node, frame: self.frame.clone() }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        Span {
            file: self.file,
            start: self.node.start_byte() as u32,
            end: self.node.end_byte() as u32,
        }
    }
}
