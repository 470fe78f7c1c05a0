//! Branches and loops of a run: which ways are taken, how often, and what a way that leaves says of the rest.

use std::rc::Rc;

use tree_sitter::Node;

use crate::value::{Argument, Call, Expr, FARTHEST, Kind, Origin, Truth, Value, named_children};

use super::Runner;

/// How many rounds of a counted loop are gone: more than the tables of any schema.
const MOST_ROUNDS: usize = 10_000;

/// How deep the sums nest that are worked out: each level is evaluated as a whole, and generated code nests deeper than a
/// stack holds.
const DEEPEST_SUM: usize = 8;

/// Whether what stands behind is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow<'p> {
    /// It is.
    On,
    /// The loop goes on with its next round; with the label, if one is named.
    Continue(Option<&'p str>),
    /// The loop, or the `switch`, ends; or the statement with the label.
    Break(Option<&'p str>),
    /// The function ends.
    Left,
    /// The step fails. Then it did not happen, and is run again some day: what follows is what happens if it does not.
    Thrown,
}

/// What may have been left before, under a condition that nothing decides: what stands behind it is conditional, too.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each may hold whatever the others say")]
pub(super) struct Escapes {
    function: bool,
    breakable: bool,
    round: bool,
    /// What a `catch` around takes.
    caught: bool,
}

impl Escapes {
    pub(super) fn any(self) -> bool {
        self.function || self.breakable || self.round || self.caught
    }

    fn add(&mut self, flow: Flow<'_>, is_caught: bool) {
        match flow {
            Flow::On => {}
            Flow::Thrown => self.caught |= is_caught,
            Flow::Continue(None) => self.round = true,
            Flow::Break(None) => self.breakable = true,
            // Where a label stands matters little: the function's end is behind it.
            Flow::Continue(Some(_)) | Flow::Break(Some(_)) | Flow::Left => self.function = true,
        }
    }
}

impl<'p> Runner<'_, 'p> {
    /// Runs the body of a function. What may have been left in it was left with it.
    pub(super) fn body(&mut self, body: &Expr<'p>) {
        let (before, tries) = (self.escapes, std::mem::take(&mut self.tries));
        self.visit(body);
        self.escapes = before;
        self.tries = tries;
    }

    /// One of two ways.
    pub(super) fn either(
        &mut self,
        condition: &Expr<'p>,
        yes: Option<&Expr<'p>>,
        no: Option<&Expr<'p>>,
    ) -> Flow<'p> {
        let truth = self.evaluator.eval(condition).truthy();
        let mut way = |way: Option<&Expr<'p>>| way.map_or(Flow::On, |way| self.visit(way));
        match truth {
            Truth::Yes => way(yes),
            Truth::No => way(no),
            Truth::Maybe(origin) => {
                let depends = usize::from(matches!(
                    origin,
                    Origin::Environment(_) | Origin::Configuration(_)
                ));
                self.conditions += 1;
                self.depends += depends;
                let flows = [yes, no].map(|way| way.map_or(Flow::On, |way| self.visit(way)));
                self.conditions -= 1;
                self.depends -= depends;
                self.joined(flows)
            }
        }
    }

    /// Where two ways lead of which one is gone.
    fn joined(&mut self, flows: [Flow<'p>; 2]) -> Flow<'p> {
        if flows[0] == flows[1] {
            return flows[0];
        }
        for flow in flows {
            self.escapes.add(flow, self.tries > 0);
        }
        match flows {
            [Flow::Thrown, other] | [other, Flow::Thrown] => other,
            // Both leave, but for different places: the nearer one is reached.
            [a, b] if a != Flow::On && b != Flow::On => {
                let nearer =
                    |flow: &Flow<'_>| matches!(flow, Flow::Continue(None) | Flow::Break(None));
                [a, b].into_iter().find(nearer).unwrap_or(Flow::Left)
            }
            _ => Flow::On,
        }
    }

    /// `a + b + c`: the terms from the left. They nest to the left, in generated code deeper than a stack holds.
    pub(super) fn binary(&mut self, at: &Expr<'p>) -> Flow<'p> {
        let mut behind = Vec::new();
        let mut first = at.clone();
        while first.node.kind() == "binary_expression" {
            let field = |name| first.node.child_by_field_name(name).map(|node| first.with(node));
            let (Some(left), Some(right)) = (field("left"), field("right")) else { break };
            let operator = field("operator").map_or("", |operator| operator.node.kind());
            behind.push((left.clone(), operator, right));
            first = left;
        }
        self.visit(&first);
        for (left, operator, right) in behind.into_iter().rev() {
            match operator {
                "&&" => self.either(&left, Some(&right), None),
                "||" => self.either(&left, None, Some(&right)),
                _ => self.visit(&right),
            };
        }
        Flow::On
    }

    /// `try`: what a `catch` does happens if something fails; migrations that fail are run again.
    pub(super) fn attempt(&mut self, at: &Expr<'p>) -> Flow<'p> {
        let field = |name| at.node.child_by_field_name(name).map(|node| at.with(node));
        let caught = self.escapes.caught;
        let catches = usize::from(field("handler").is_some());
        self.tries += catches;
        let flow = field("body").map_or(Flow::On, |body| self.visit(&body));
        self.tries -= catches;
        self.escapes.caught = caught;
        let last = field("finalizer").map_or(Flow::On, |last| self.visit(&last));
        match (last, flow) {
            (Flow::On, Flow::Thrown) if catches > 0 => Flow::On,
            (Flow::On, flow) => flow,
            (last, _) => last,
        }
    }

    /// `break label` and `continue label`.
    pub(super) fn label(&self, at: &Expr<'p>) -> Option<&'p str> {
        at.node.child_by_field_name("label").map(|label| self.evaluator.slice(&at.with(label)))
    }

    /// A statement with a label, which `break` may name.
    pub(super) fn labeled(&mut self, at: &Expr<'p>) -> Flow<'p> {
        let body = at.node.child_by_field_name("body").map(|body| at.with(body));
        let flow = body.map_or(Flow::On, |body| self.visit(&body));
        if flow == Flow::Break(self.label(at)) { Flow::On } else { flow }
    }

    /// A `switch`: the case that is meant, with those it falls into. If that is open, each that may be, once.
    pub(super) fn switch(&mut self, at: &Expr<'p>) -> Flow<'p> {
        let field = |name| at.node.child_by_field_name(name).map(|node| at.with(node));
        let (Some(subject), Some(body)) = (field("value"), field("body")) else { return Flow::On };
        let cases = named_children(body.node).filter(|case| case.kind() != "comment");
        let cases: Vec<Node<'p>> = cases.collect();
        let truth = |case: &Node<'p>| match case.child_by_field_name("value") {
            Some(label) => self.evaluator.equal_expressions(&subject, &at.with(label)),
            None => Truth::No,
        };
        let truths: Vec<Truth> = cases.iter().map(truth).collect();
        let default = cases.iter().position(|case| case.kind() == "switch_default");
        let is_open = truths.iter().any(|truth| matches!(truth, Truth::Maybe(_)));
        let before = self.escapes;
        let flow = if is_open {
            let may_be = |position| truths[position] != Truth::No || Some(position) == default;
            self.open_cases(at, &cases, may_be)
        } else {
            let start = truths.iter().position(|truth| *truth == Truth::Yes).or(default);
            start.map_or(Flow::On, |start| self.cases(at, &cases[start..]))
        };
        self.escapes.breakable = before.breakable;
        if flow == Flow::Break(None) { Flow::On } else { flow }
    }

    fn open_cases(
        &mut self,
        at: &Expr<'p>,
        cases: &[Node<'p>],
        may_be: impl Fn(usize) -> bool,
    ) -> Flow<'p> {
        self.conditions += 1;
        let mut falls = false;
        let mut found = Vec::new();
        for (position, case) in cases.iter().enumerate() {
            if falls || may_be(position) {
                let flow = self.cases(at, &[*case]);
                falls = flow == Flow::On;
                found.push(flow);
            }
        }
        self.conditions -= 1;
        for flow in found {
            self.escapes.add(flow, self.tries > 0);
        }
        Flow::On
    }

    /// Statements of cases, until one leaves.
    fn cases(&mut self, at: &Expr<'p>, cases: &[Node<'p>]) -> Flow<'p> {
        for case in cases {
            let mut cursor = case.walk();
            for statement in case.children_by_field_name("body", &mut cursor) {
                let flow = self.visit(&at.with(statement));
                if flow != Flow::On {
                    return flow;
                }
            }
        }
        Flow::On
    }

    /// A loop of which nobody knows how often it goes round: once.
    pub(super) fn once(&mut self, at: &Expr<'p>) -> Flow<'p> {
        let before = self.escapes;
        let flow = self.children(at);
        self.after_loop(at, before, flow)
    }

    /// `for (const x of list)`, `for (const x in list)`: once for each element or key, if they are known.
    pub(super) fn rounds(&mut self, at: &Expr<'p>) -> Flow<'p> {
        let field = |name| at.node.child_by_field_name(name).map(|node| at.with(node));
        let (Some(list), Some(body)) = (field("right"), field("body")) else { return Flow::On };
        self.visit(&list);
        let value = self.evaluator.eval(&list);
        let of_keys = field("operator").is_some_and(|operator| operator.node.kind() == "in");
        let elements = match (&value.kind, of_keys) {
            (Kind::List(elements), false) => elements.to_vec(),
            (Kind::List(elements), true) => {
                (0..elements.len()).map(|index| Value::text(&index.to_string())).collect()
            }
            (Kind::Object(_), true) => {
                let entries = self.evaluator.entries(&value);
                if !entries.all {
                    return self.once(at);
                }
                entries.entries.iter().map(|(key, _)| Value::text(key)).collect()
            }
            _ => return self.once(at),
        };
        self.each_round(at, &body, elements)
    }

    /// `for (let i = 0; i < list.length; i++)`: once for each number, if it is known from where to where they go.
    pub(super) fn counted(&mut self, at: &Expr<'p>) -> Flow<'p> {
        let body = at.node.child_by_field_name("body").map(|body| at.with(body));
        match (self.numbers(at), body) {
            (Some(numbers), Some(body)) => self.each_round(at, &body, numbers),
            _ => self.once(at),
        }
    }

    /// The numbers that the variable of a loop goes through.
    fn numbers(&self, at: &Expr<'p>) -> Option<Vec<Value<'p>>> {
        let field = |name| at.node.child_by_field_name(name).map(|node| at.with(node));
        let counter = self.evaluator.counter(at)?;
        if self.evaluator.is_set_within(&counter, &field("body")?) {
            return None;
        }
        let is_counter = |side: &Expr<'p>| self.evaluator.slice(side) == counter.name;
        let condition = field("condition")?;
        let condition = match condition.node.kind() {
            "expression_statement" => condition.with(condition.node.named_child(0)?),
            _ => condition,
        };
        let side = |name| condition.node.child_by_field_name(name).map(|node| condition.with(node));
        let (left, right) = (side("left")?, side("right")?);
        let operator = condition.node.child_by_field_name("operator")?.kind();
        let upwards = counter.by > 0;
        let inclusive = match (operator, is_counter(&left), is_counter(&right)) {
            ("<", true, false) | (">", false, true) if upwards => false,
            ("<=", true, false) | (">=", false, true) if upwards => true,
            (">", true, false) | ("<", false, true) if !upwards => false,
            (">=", true, false) | ("<=", false, true) if !upwards => true,
            ("!==" | "!=", true, false) if counter.by.abs() == 1 => false,
            _ => return None,
        };
        let bound = if is_counter(&left) { right } else { left };
        // All of them are small: no sum or product of two of them overflows.
        let from = self.whole_number(&counter.from, DEEPEST_SUM)?;
        let to = self.whole_number(&bound, DEEPEST_SUM)?
            + if inclusive { counter.by.signum() } else { 0 };
        let way = (to - from) * counter.by.signum();
        let count = (way + counter.by.abs() - 1) / counter.by.abs();
        let count = usize::try_from(count).unwrap_or(0);
        if count > MOST_ROUNDS {
            return None;
        }
        let steps = (0..).map(|step: i64| from + step * counter.by).take(count);
        #[expect(clippy::cast_precision_loss, reason = "small, as checked above")]
        let number = |number: i64| Value::new(Kind::Number(number as f64));
        Some(steps.map(number).collect())
    }

    /// An integer up to [`FARTHEST`]: written, the length of a known list, or that less something, nested up to `depth`.
    fn whole_number(&self, expr: &Expr<'p>, depth: usize) -> Option<i64> {
        let depth = depth.checked_sub(1)?;
        let field = |name| expr.node.child_by_field_name(name).map(|node| expr.with(node));
        let number = match (self.evaluator.eval(expr).kind, expr.node.kind()) {
            (Kind::Number(number), _) =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "what is too large saturates")]
                (number.fract() == 0.0).then_some(number as i64)?
            }
            (_, "member_expression") if self.evaluator.slice(&field("property")?) == "length" => {
                let Kind::List(elements) = self.evaluator.eval(&field("object")?).kind else {
                    return None;
                };
                // An element that is not known may be several, spread in there.
                let is_open = |element: &Value<'p>| matches!(element.kind, Kind::Unknown(_));
                if elements.iter().any(is_open) {
                    return None;
                }
                i64::try_from(elements.len()).ok()?
            }
            (_, "binary_expression") => {
                // The right side first: sums nest to the left.
                let right = self.whole_number(&field("right")?, depth)?;
                let left = self.whole_number(&field("left")?, depth)?;
                match field("operator")?.node.kind() {
                    "-" => left - right,
                    "+" => left + right,
                    _ => return None,
                }
            }
            _ => return None,
        };
        (number.unsigned_abs() <= FARTHEST).then_some(number)
    }

    fn each_round(&mut self, at: &Expr<'p>, body: &Expr<'p>, elements: Vec<Value<'p>>) -> Flow<'p> {
        let before = self.escapes;
        let mut flow = Flow::On;
        for element in elements {
            let round = Call {
                function: at.node.id(),
                arguments: Some(vec![Argument::Known(element)]),
                outer: at.frame.clone(),
                this: None,
            };
            flow = self.visit(&Expr { frame: Some(Rc::new(round)), ..body.clone() });
            self.escapes.round = before.round;
            if !(flow == Flow::On || self.goes_on(at, flow)) {
                break;
            }
        }
        self.after_loop(at, before, flow)
    }

    /// Whether the next round of a loop is gone.
    fn goes_on(&self, at: &Expr<'p>, flow: Flow<'p>) -> bool {
        let outer = at.node.parent().filter(|outer| outer.kind() == "labeled_statement");
        let own = outer.and_then(|outer| self.label(&at.with(outer)));
        matches!(flow, Flow::Continue(label) if label.is_none() || label == own)
    }

    /// What a loop leaves open ends with it.
    fn after_loop(&mut self, at: &Expr<'p>, before: Escapes, flow: Flow<'p>) -> Flow<'p> {
        self.escapes.breakable = before.breakable;
        self.escapes.round = before.round;
        if flow == Flow::Break(None) || self.goes_on(at, flow) { Flow::On } else { flow }
    }
}
