//! Running a function on paper: its calls in the order in which they happen, as far as code tells.
//!
//! Branches that code decides are taken or not; of others both are, and what happens there is conditional. Loops over
//! lists that are known go round by round. Functions of the project are entered, with what they are given.

mod branch;
mod follow;

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::access_path::{AccessPath, Step as PathStep};
use crate::rule::{Event, RuleSet, fits};
use crate::source::Span;
use crate::value::{
    Argument, Evaluator, Expr, Foreign, Kind, Value, entered, is_function, named_children,
};

use self::branch::{Escapes, Flow};
use super::{Model, Ran, Tally};

/// How deep functions may call each other: far deeper than in migrations that people write.
const DEEPEST: usize = 24;
/// How far a migration is followed into code of the application that it hands nothing.
const BARE: usize = 2;
/// How deep code may nest: far deeper than people write, and far less than a stack holds.
const DEEPEST_NESTING: u32 = 1_000;
/// How many nodes one step of a history may look at: a generated loop can ask for any number.
const MOST_NODES: u32 = 2_000_000;

/// What happens in functions that are run on paper.
pub(super) struct Runner<'a, 'p> {
    pub(super) evaluator: &'a Evaluator<'p>,
    pub(super) rules: &'p RuleSet,
    /// What happened, in order.
    pub(super) ran: Vec<Ran>,
    pub(super) tally: Tally,
    /// Tables that are described and made by something else.
    pub(super) models: Vec<Model>,
    /// The functions that are run now, one inside the other.
    inside: Vec<usize>,
    /// How far calls are followed into other files that get nothing of a library.
    bare: usize,
    /// Whether something of a library leads to an event, by what it is.
    leading: HashMap<AccessPath, bool>,
    /// Whether calls count that only describe tables.
    describes: bool,
    /// Whether the code runs in production, and is no migration.
    pub(super) at_run_time: bool,
    /// How many conditions that nothing decides stand around here.
    conditions: usize,
    /// How many of these are decided by where it runs.
    pub(super) depends: usize,
    /// What may have been left before, under such a condition.
    escapes: Escapes,
    /// How many `try` with a `catch` stand around here in the function.
    tries: usize,
    nodes: u32,
    depth: u32,
    /// What types of columns stand for, where files say so.
    pub(super) shorthands: OnceCell<Vec<Value<'p>>>,
}

/// A call that rule files tell the meaning of.
pub(super) struct Happening<'e, 'p> {
    pub(super) event: &'e Event,
    /// The call.
    pub(super) call: Expr<'p>,
    /// Its arguments.
    pub(super) arguments: Vec<Expr<'p>>,
    /// What is called.
    pub(super) callee: Foreign<'p>,
    /// The positions in the path of the calls that `*` stands for.
    pub(super) any: Vec<usize>,
}

impl<'p> Happening<'_, 'p> {
    /// A call on the way to what is called: by the name of what is called there, or the first that `*` stands for.
    pub(super) fn call_before(&self, name: &str) -> Option<Expr<'p>> {
        let steps = &self.callee.path.steps;
        let is_call = |position: &usize| steps.get(*position) == Some(&PathStep::Call);
        let is_meant = |position: &usize| match steps.get(position.wrapping_sub(1)) {
            Some(PathStep::Member(member)) => name.split('|').any(|name| name == member),
            _ => false,
        };
        let position = if name == "*" {
            // What stands before a callback's parameter chains something else.
            let is_parameter =
                |step: &PathStep| matches!(step, PathStep::Member(name) if name.starts_with('$'));
            let from = steps.iter().rposition(is_parameter).unwrap_or(0);
            self.any.iter().copied().find(|position| *position > from).filter(is_call)?
        } else {
            (0..steps.len()).rev().find(|position| is_call(position) && is_meant(position))?
        };
        let ordinal = steps[..position].iter().filter(|step| **step == PathStep::Call).count();
        self.callee.sites.get(ordinal).cloned().flatten()
    }

    /// Where a reader should look: a call in a chain begins on the chain's first line, so at the called name.
    pub(super) fn shown(&self) -> Span {
        let function = self.call.node.child_by_field_name("function");
        let name = function.and_then(|function| function.child_by_field_name("property"));
        let span = self.call.span();
        name.map_or(span, |name| Span { start: name.start_byte() as u32, ..span })
    }
}

impl<'a, 'p> Runner<'a, 'p> {
    pub(super) fn new(evaluator: &'a Evaluator<'p>) -> Self {
        let rules = evaluator.index.rules;
        let (ran, tally) = (Vec::new(), Tally::default());
        Self {
            evaluator,
            rules,
            ran,
            tally,
            models: Vec::new(),
            inside: Vec::new(),
            bare: 0,
            leading: HashMap::new(),
            describes: false,
            at_run_time: false,
            conditions: 0,
            depends: 0,
            escapes: Escapes::default(),
            tries: 0,
            nodes: 0,
            depth: 0,
            shorthands: OnceCell::new(),
        }
    }

    /// Runs the function of a step with what it is handed. What it calls may also reach a database by itself.
    pub(super) fn step(&mut self, function: &Expr<'p>, arguments: Vec<Argument<'p>>) {
        self.bare = BARE;
        self.function(function, arguments);
        self.bare = 0;
    }

    /// Runs a function with these arguments.
    fn function(&mut self, function: &Expr<'p>, arguments: Vec<Argument<'p>>) {
        // What calls itself does so under a condition that only run time knows, and with the same calls inside.
        if self.inside.len() >= DEEPEST || self.inside.contains(&function.node.id()) {
            return;
        }
        let Some(body) = entered(function, Some(arguments)) else { return };
        self.inside.push(function.node.id());
        self.body(&body);
        self.inside.pop();
    }

    /// Whether a condition that nothing decides stands around what happens now.
    pub(super) fn is_conditional(&self) -> bool {
        self.conditions > 0 || self.escapes.any()
    }

    fn visit(&mut self, at: &Expr<'p>) -> Flow<'p> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            if self.nodes == MOST_NODES + 1 {
                self.not_run(at, "it goes on for too long");
            }
            return Flow::Left;
        }
        if self.depth >= DEEPEST_NESTING {
            self.not_run(at, "it nests too deep");
            return Flow::Left;
        }
        self.depth += 1;
        let flow = self.visit_kind(at);
        self.depth -= 1;
        flow
    }

    /// Counts code as unread: what it does is not known.
    fn not_run(&mut self, at: &Expr<'p>, why: &str) {
        self.tally.all += 1;
        self.tally.unread.push((at.span(), format!("what this code does was not read: {why}")));
    }

    fn visit_kind(&mut self, at: &Expr<'p>) -> Flow<'p> {
        let field = |name| at.node.child_by_field_name(name).map(|node| at.with(node));
        match at.node.kind() {
            kind if is_function(kind) => Flow::On,
            "class_declaration" | "class" | "comment" | "string" => Flow::On,
            "return_statement" => {
                self.children(at);
                Flow::Left
            }
            "throw_statement" => {
                self.children(at);
                Flow::Thrown
            }
            "break_statement" => Flow::Break(self.label(at)),
            "continue_statement" => Flow::Continue(self.label(at)),
            "labeled_statement" => self.labeled(at),
            "if_statement" => {
                let (Some(condition), Some(yes)) = (field("condition"), field("consequence"))
                else {
                    return Flow::On;
                };
                self.visit(&condition);
                self.either(&condition, Some(&yes), field("alternative").as_ref())
            }
            "ternary_expression" => {
                let Some(condition) = field("condition") else { return Flow::On };
                self.visit(&condition);
                self.either(
                    &condition,
                    field("consequence").as_ref(),
                    field("alternative").as_ref(),
                )
            }
            "binary_expression" => self.binary(at),
            "switch_statement" => self.switch(at),
            "for_in_statement" => self.rounds(at),
            "for_statement" => self.counted(at),
            "while_statement" | "do_statement" => self.once(at),
            "try_statement" => self.attempt(at),
            "call_expression" => self.call(at),
            // `new Promise(resolve => …)`
            "new_expression" => {
                let flow = self.children(at);
                self.callbacks(at, None, &self.evaluator.arguments(at));
                flow
            }
            _ => self.children(at),
        }
    }

    fn children(&mut self, at: &Expr<'p>) -> Flow<'p> {
        for child in named_children(at.node) {
            let flow = self.visit(&at.with(child));
            if flow != Flow::On {
                return flow;
            }
        }
        Flow::On
    }

    fn call(&mut self, at: &Expr<'p>) -> Flow<'p> {
        let Some(callee) = at.node.child_by_field_name("function").map(|node| at.with(node)) else {
            return Flow::On;
        };
        let object = callee.node.child_by_field_name("object").map(|node| at.with(node));
        // What stands before in a chain happens before.
        self.visit(object.as_ref().unwrap_or(&callee));
        let arguments = self.evaluator.arguments(at);
        for argument in &arguments {
            self.visit(argument);
        }
        if let Some(list) = object.as_ref().and_then(|object| self.listed(&callee, object)) {
            self.each(&callee, &list, &arguments);
            return Flow::On;
        }
        let value = self.evaluator.eval(&callee);
        let mut is_own = false;
        for branch in value.branches() {
            match &branch.kind {
                Kind::Function(function) => {
                    is_own = true;
                    self.follow(at, function, &arguments);
                }
                Kind::Foreign(foreign) => match (bound(foreign), arguments.get(1..)) {
                    // Who binds arguments has it called later, in that order.
                    (Some(bound), Some(behind)) => self.happens(at, &bound, behind),
                    _ => self.happens(at, foreign, &arguments),
                },
                _ => {}
            }
        }
        if let Some(elements) = self.gone_through(&callee, &arguments).filter(|_| !is_own) {
            self.each(&callee, &elements, &arguments[1..]);
            return Flow::On;
        }
        if !is_own {
            let library = value.foreign().find(|foreign| !foreign.path.module.is_empty());
            self.callbacks(at, library, &arguments);
        }
        Flow::On
    }

    /// Notes what a call does, if a rule file tells.
    fn happens(&mut self, call: &Expr<'p>, callee: &Foreign<'p>, arguments: &[Expr<'p>]) {
        let name = callee.path.last_name();
        let rules = self.rules;
        for event in &rules.events {
            let mut fitting = event
                .calls
                .iter()
                .filter(|path| path.last_name() == name)
                .filter_map(|path| fits(path, &callee.path));
            // A migration runs nothing by describing a table.
            let Some(any) = fitting.next().filter(|_| self.describes || !event.is_model) else {
                continue;
            };
            let happening = Happening {
                event,
                call: call.clone(),
                arguments: arguments.to_vec(),
                callee: callee.clone(),
                any,
            };
            if self.holds(&happening) {
                self.note(&happening);
                return;
            }
        }
    }

    /// Notes what one call does that stands in application code.
    pub(super) fn one(&mut self, call: &Expr<'p>, callee: &Foreign<'p>, is_conditional: bool) {
        self.describes = true;
        self.at_run_time = true;
        self.conditions = usize::from(is_conditional);
        let arguments = self.evaluator.arguments(call);
        self.happens(call, callee, &arguments);
        self.describes = false;
        self.callbacks(call, Some(callee), &arguments);
        // What follows in the chain and is no place of its own: `createTable("a").addColumn("b", …)`.
        for link in self.links(call) {
            let Some(function) = link.node.child_by_field_name("function") else { continue };
            let value = self.evaluator.eval(&link.with(function));
            let Some(callee) = value.foreign().next().cloned() else { continue };
            let mut paths = self.rules.events.iter().flat_map(|event| &event.calls);
            if paths.any(|path| *path == callee.path) {
                continue;
            }
            let arguments = self.evaluator.arguments(&link);
            self.happens(&link, &callee, &arguments);
            self.callbacks(&link, Some(&callee), &arguments);
        }
    }

    /// The calls behind one in its chain.
    fn links(&self, call: &Expr<'p>) -> Vec<Expr<'p>> {
        let around = self.evaluator.ancestors(call);
        // Each is a member of what stands before, and a call of it.
        let links = around.chunks_exact(2).map_while(|link| {
            let is_link =
                link[0].kind() == "member_expression" && link[1].kind() == "call_expression";
            is_link.then(|| call.with(link[1]))
        });
        links.collect()
    }

    /// Whether a call of a name follows in the chain.
    pub(super) fn call_behind(&self, happening: &Happening<'_, 'p>, name: &str) -> bool {
        let name_of = |link: &Expr<'p>| {
            let function = link.node.child_by_field_name("function")?;
            Some(self.evaluator.slice(&link.with(function.child_by_field_name("property")?)))
        };
        self.links(&happening.call).iter().any(|link| name_of(link) == Some(name))
    }

    /// A step that happens at a place.
    pub(super) fn push(&mut self, step: crate::schema::Step, span: Span, call: Span) {
        let conditional = self.is_conditional();
        self.ran.push(Ran { step, span, call, conditional, elsewhere: self.depends > 0 });
    }
}

/// What `method.bind(object, …)` or `method.call(object, …)` calls.
fn bound<'p>(foreign: &Foreign<'p>) -> Option<Foreign<'p>> {
    let (last, before) = foreign.path.steps.split_last()?;
    let PathStep::Member(name) = last else { return None };
    let path = AccessPath { module: foreign.path.module.clone(), steps: before.to_vec() };
    matches!(name.as_str(), "bind" | "call").then(|| Foreign { path, ..foreign.clone() })
}

/// What a library hands to a function.
pub(super) fn handed<'p>(
    evaluator: &Evaluator<'p>,
    call: &Expr<'p>,
    library: &Foreign<'p>,
) -> Vec<Argument<'p>> {
    /// More parameters than the callbacks of any library have.
    const MOST: usize = 4;
    let one = |index: usize| {
        Argument::Known(Value::new(Kind::Foreign(evaluator.passed_by(library, call, index))))
    };
    (0..MOST).map(one).collect()
}
