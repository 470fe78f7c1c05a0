//! Members of values: keys of objects, things of libraries, exports of files.

use crate::access_path::{AccessPath, Step};
use crate::matcher::made;
use crate::rule::{OptionPath, OptionStep, fits};

use super::changes::with_last;
use super::operator::open;
use super::{Evaluator, Expr, Foreign, Kind, Member, Origin, Unknown, Value};

/// The objects of the host that hold environment variables, as access paths: globals have no module.
const ENVIRONMENTS: [&str; 6] = [
    "#process.env",
    "process#env",
    "node:process#env",
    "#import.meta.env",
    "#Bun.env",
    "#globalThis.process.env",
];

impl<'p> Evaluator<'p> {
    pub(super) fn member_expression(&self, expr: &Expr<'p>) -> Value<'p> {
        let node = expr.node;
        let Some(object) = node.child_by_field_name("object").map(|object| expr.with(object))
        else {
            return Value::unknown();
        };
        let property = node
            .child_by_field_name("property")
            .map(|property| self.slice(&expr.with(property)).to_string());
        let index = node.child_by_field_name("index").map(|index| self.eval(&expr.with(index)));
        let Some(key) = property.or_else(|| index.as_ref()?.as_text()) else {
            return index
                .map_or_else(Value::unknown, |index| self.chosen(&self.eval(&object), &index));
        };
        if object.node.kind() == "meta_property" {
            match key.as_str() {
                "dirname" => return Value::text(&self.folder(expr.file)),
                "url" | "filename" => return Value::text(&self.path_of(expr.file)),
                _ => {}
            }
        }
        let value = if object.node.kind() == "super" {
            self.super_member(expr, &key)
        } else {
            self.get(&self.eval(&object), &key)
        };
        match &value.kind {
            Kind::Unknown(Unknown { origin: Origin::Environment(name), text: true, .. })
                if value.trail.is_empty() =>
            {
                let text = format!("`{name}` comes from the environment");
                value.via(expr.span(), text)
            }
            _ => value,
        }
    }

    /// One of an object's values, as something that code does not tell chooses it: `byEnvironment[process.env.NODE_ENV]`.
    fn chosen(&self, object: &Value<'p>, index: &Value<'p>) -> Value<'p> {
        let (Kind::Object(object), Some(origin)) = (&object.kind, index.origin()) else {
            return Value::unknown();
        };
        // What is chosen for tests is not judged.
        let is_judged = |member: &&Member<'p>| match member {
            Member::Pair { key, .. } | Member::Later { key, .. } => {
                self.note_compared(index, key);
                !self.index.assumed.not.iter().any(|not| **not == **key)
            }
            _ => true,
        };
        let value = |member: &Member<'p>| match member {
            Member::Pair { value, span, .. } => self.eval(value).decided_at(*span),
            Member::Later { value, span, .. } => value.clone().decided_at(*span),
            Member::Spread { .. } | Member::Gone(_) | Member::AnyKey(_) => Value::unknown(),
        };
        let origin = if origin == Origin::Unknown { Origin::Condition } else { origin };
        let judged = object.members.iter().filter(is_judged).map(value);
        Value::choice(judged.collect(), origin).after(&index.trail)
    }

    /// What an option is, at the end of a path.
    pub fn option(&self, value: &Value<'p>, path: &OptionPath) -> Value<'p> {
        path.0.iter().fold(value.clone(), |value, step| match step {
            OptionStep::Key(key) => self.get(&value, key),
            OptionStep::Returned => self.called(&value),
            OptionStep::Each => self.members(&value),
        })
    }

    /// What rule files say that a thing of a library is.
    pub(super) fn known_as(&self, path: &AccessPath) -> Option<Value<'p>> {
        let mut known = self.index.rules.known.iter();
        let known = known.find(|known| known.paths.contains(path))?;
        Some(Value::choice(known.is.iter().map(Value::literal).collect(), Origin::Spelling))
    }

    /// The options with which a thing of a library was made, where it keeps them: `dataSource.options`.
    fn kept(&self, thing: &Foreign<'p>, path: &AccessPath) -> Option<Value<'p>> {
        let subjects = &self.index.rules.subjects;
        let subject = subjects.iter().find(|subject| subject.kept.contains(path))?;
        let ways = thing.also.iter().chain([&thing.sites]);
        let made = ways.map(|sites| Some(made(subject, sites, self)?.options));
        let made: Vec<_> = made.collect::<Option<_>>()?;
        let mut options = Value::choice(made, Origin::Condition);
        // Code that asks which database it is only matters on those that rules are about.
        let span = thing.sites.iter().rev().flatten().next()?.span();
        for known in &self.index.rules.known {
            for key in known.paths.iter().filter_map(|known| known.member_of(path)) {
                let Some(is) = known.is.first() else { continue };
                if self.get(&options, key).origin().is_some() {
                    let (key, value) = (key.into(), Value::literal(is));
                    options = with_last(options, Member::Later { key, span, value });
                }
            }
        }
        Some(options)
    }

    /// The values of all members, as a list.
    pub(super) fn members(&self, value: &Value<'p>) -> Value<'p> {
        let values = match &value.kind {
            Kind::Exports(file) => self.exports(*file),
            Kind::Object(_) => {
                let keys = value.keys();
                let open = keys.is_none().then(Value::unknown);
                let values = keys.into_iter().flatten().map(|key| self.get(value, &key));
                values.chain(open).collect()
            }
            _ => return open(&[value]),
        };
        Value::new(Kind::List(values.into()))
    }

    /// A member of something that a library made: a variable, if it is the environment.
    pub(super) fn foreign_member(&self, foreign: &Foreign<'p>, key: &str) -> Value<'p> {
        if !ENVIRONMENTS.contains(&foreign.path.to_string().as_str()) {
            let path = foreign.path.then(Step::Member(key.into()));
            if let Some(known) = self.known_as(&path).or_else(|| self.kept(foreign, &path)) {
                return known;
            }
            let mut settings = self.index.rules.settings.iter();
            let is_checked = |path: &AccessPath| fits(path, &foreign.path).is_some();
            if settings.any(|setting| setting.members.iter().any(is_checked)) {
                let open = || Value::from_origin(Origin::Configuration(key.into()));
                return self.assumed(key).unwrap_or_else(open);
            }
            return Value::new(Kind::Foreign(foreign.member(key)));
        }
        let open = || Value::new(Kind::Unknown(Unknown::text(Origin::Environment(key.into()))));
        self.assumed(key).unwrap_or_else(open)
    }

    /// A member of a value; undefined if it has none of that name.
    pub fn get(&self, value: &Value<'p>, key: &str) -> Value<'p> {
        let found = self.lookup(value, key, &mut || None).unwrap_or_else(Value::undefined);
        if matches!(found.kind, Kind::Undefined) { found } else { found.after(&value.trail) }
    }

    /// The members of an object, as far as they are known.
    pub(crate) fn entries(&self, value: &Value<'p>) -> Entries<'p> {
        let mut found = Entries { entries: Vec::new(), all: true };
        let Kind::Object(object) = &value.kind else {
            found.all = matches!(value.kind, Kind::Undefined | Kind::Null);
            return found;
        };
        for member in object.members.iter() {
            let (key, value) = match member {
                Member::Pair { key, value, span, .. } => (key, self.eval(value).decided_at(*span)),
                Member::Later { key, value, .. } => (key, value.clone()),
                Member::Spread { value, .. } => {
                    let inner = self.deeper(|| self.entries(value));
                    let inner = inner.unwrap_or(Entries { entries: Vec::new(), all: false });
                    found.all &= inner.all;
                    for (key, value) in inner.entries {
                        found.set(key, value);
                    }
                    continue;
                }
                Member::Gone(gone) => {
                    found.entries.retain(|(key, _)| **key != **gone);
                    continue;
                }
                Member::AnyKey(_) => {
                    found.all = false;
                    continue;
                }
            };
            found.set(key.to_string(), value);
        }
        found.entries.retain(|(_, value)| !matches!(value.kind, Kind::Undefined));
        found
    }

    /// An element of a list.
    pub(super) fn element(&self, value: &Value<'p>, index: usize) -> Value<'p> {
        match &value.kind {
            Kind::List(elements) => elements.get(index).cloned().unwrap_or_else(Value::undefined),
            _ => self.get(value, &index.to_string()),
        }
    }

    /// A member of a value. `None` if it surely has none of that name; where only a branch has none, `rest` is what
    /// stands behind it.
    fn lookup(
        &self,
        value: &Value<'p>,
        key: &str,
        rest: &mut dyn FnMut() -> Option<Value<'p>>,
    ) -> Option<Value<'p>> {
        match &value.kind {
            Kind::Object(object) => self.lookup_members(&object.members, key, rest),
            Kind::Choice(branches, origin) => {
                let mut rest_of_all: Option<Option<Value<'p>>> = None;
                let mut found = Vec::new();
                let mut is_somewhere = false;
                for branch in branches.iter() {
                    let mut behind = || rest_of_all.get_or_insert_with(&mut *rest).clone();
                    let member = self.lookup(branch, key, &mut behind);
                    is_somewhere |= member.is_some();
                    found.push(member.unwrap_or_else(Value::undefined));
                }
                is_somewhere.then(|| Value::choice(found, origin.clone()))
            }
            Kind::Exports(file) => Some(self.exported_member(*file, key)),
            Kind::Instance(class) => self.member_of_instance(class, key),
            Kind::Class(class) => self.class_member(class, key, true),
            Kind::Foreign(foreign) => Some(self.foreign_member(foreign, key)),
            Kind::List(elements) => {
                let index: Option<usize> = key.parse().ok();
                index.map_or(Some(Value::unknown()), |index| elements.get(index).cloned())
            }
            // A text that was put together has no keys, whatever it says.
            Kind::Unknown(unknown) if unknown.sketch.is_some() => rest(),
            // The members of an environment text are computed from it: `process.env.URL.split`.
            Kind::Unknown(unknown) => Some(Value::from_origin(unknown.origin.clone())),
            Kind::Function(_) | Kind::Opaque => Some(Value::unknown()),
            // `new URL("./entities/*.ts", import.meta.url)` is known by its path.
            Kind::Text(_) if matches!(key, "pathname" | "href") => Some(value.clone()),
            Kind::Undefined | Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) => {
                rest()
            }
        }
    }

    /// Later members win: a pair answers, a spread answers if it has the key, an unknown spread leaves it open.
    fn lookup_members(
        &self,
        members: &[Member<'p>],
        key: &str,
        rest: &mut dyn FnMut() -> Option<Value<'p>>,
    ) -> Option<Value<'p>> {
        for (position, member) in members.iter().enumerate().rev() {
            match member {
                Member::Pair { key: name, span, value, getter } if **name == *key => {
                    let value = self.eval(value);
                    let value = if *getter { self.called(&value) } else { value };
                    return Some(value.decided_at(*span));
                }
                Member::Later { key: name, span, value } if **name == *key => {
                    return Some(value.clone().decided_at(*span));
                }
                Member::Gone(name) if **name == *key => return rest(),
                Member::Pair { .. } | Member::Later { .. } | Member::Gone(_) => {}
                Member::AnyKey(origin) => return Some(Value::from_origin(origin.clone())),
                Member::Spread { span, value } => {
                    let mut used_rest = false;
                    let mut behind = || {
                        used_rest = true;
                        self.lookup_members(&members[..position], key, rest)
                    };
                    let found = self.deeper(|| self.lookup_spread(value, key, &mut behind));
                    match found.unwrap_or_else(|| Some(Value::unknown())) {
                        Some(found) if used_rest => return Some(found),
                        Some(found) => {
                            return Some(found.after(&value.trail).via(*span, "spread in here"));
                        }
                        None if used_rest => return None,
                        None => {}
                    }
                }
            }
        }
        rest()
    }

    /// A member of what is spread into an object.
    fn lookup_spread(
        &self,
        value: &Value<'p>,
        key: &str,
        rest: &mut dyn FnMut() -> Option<Value<'p>>,
    ) -> Option<Value<'p>> {
        match &value.kind {
            // A text has no keys that an option could have.
            Kind::Unknown(Unknown { text: true, .. }) => None,
            // Which keys it has is not known, whatever decides what it is.
            Kind::Unknown(_) => Some(Value::unknown()),
            // What a library returned is not known; only its things have known members.
            Kind::Foreign(foreign) if foreign.path.steps.last() == Some(&Step::Call) => {
                Some(Value::unknown())
            }
            _ => self.lookup(value, key, rest),
        }
    }
}

/// The members of an object.
pub(crate) struct Entries<'p> {
    /// Keys and values, in the order in which the keys first occur.
    pub(crate) entries: Vec<(String, Value<'p>)>,
    /// Whether these are all.
    pub(crate) all: bool,
}

impl<'p> Entries<'p> {
    fn set(&mut self, key: String, value: Value<'p>) {
        match self.entries.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => self.entries.push((key, value)),
        }
    }
}
