//! The objects that an options value may be.
//!
//! `isPg ? { type: "postgres" } : { type: "sqlite", synchronize: true }` never synchronizes on `postgres`. Asking each
//! option by itself would lose that, so a choice is taken apart first and each outcome is judged as a whole.

use std::rc::Rc;

use crate::source::Span;

use super::{Kind, Member, Object, Origin, Value};

/// One outcome of the choices in a value.
#[derive(Debug, Clone)]
pub struct World<'p> {
    /// The value in it: no choice, and if it is an object, without spread choices.
    pub value: Value<'p>,
    /// What decides that it is this one.
    pub decided_by: Vec<Origin>,
}

impl World<'_> {
    /// Whether something decides that it is this one and no other.
    pub fn is_chosen(&self) -> bool {
        self.decided_by.iter().any(|origin| *origin != Origin::Each)
    }
}

/// More than that is not taken apart; options are then asked one by one.
const MOST_WORLDS: usize = 128;

impl<'p> Value<'p> {
    /// The outcomes, in source order. A branch without any object is none if others have one: no options, no library.
    pub fn worlds(&self) -> Vec<World<'p>> {
        let mut worlds = Vec::new();
        let branches = self.branches();
        let nothing = |branch: &&Value<'p>| matches!(branch.kind, Kind::Undefined | Kind::Null);
        let something: Vec<_> = branches.iter().filter(|branch| !nothing(branch)).collect();
        let decided_by: Vec<Origin> = match (&self.kind, something.len()) {
            (Kind::Choice(_, origin), 2..) => vec![origin.clone()],
            _ => Vec::new(),
        };
        let all: Vec<_> = if something.is_empty() { branches.iter().collect() } else { something };
        for branch in all {
            for mut world in spread_worlds(branch) {
                world.decided_by.extend(decided_by.iter().cloned());
                world.value = world.value.after(&self.trail);
                worlds.push(world);
            }
        }
        if worlds.len() > MOST_WORLDS {
            return vec![World { value: self.clone(), decided_by: Vec::new() }];
        }
        worlds
    }

    /// The object literals that take part in it.
    pub fn literals(&self) -> Vec<Span> {
        let mut found = Vec::new();
        self.collect_literals(&mut found);
        found
    }

    /// The keys of an object, each once. `None` if it may have others.
    pub(super) fn keys(&self) -> Option<Vec<Rc<str>>> {
        let members = match &self.kind {
            Kind::Object(object) => &object.members,
            Kind::Undefined | Kind::Null => return Some(Vec::new()),
            _ => return None,
        };
        let mut found: Vec<Rc<str>> = Vec::new();
        for member in members.iter() {
            let more = match member {
                Member::Pair { key, .. } | Member::Later { key, .. } => vec![key.clone()],
                Member::Spread { value, .. } => {
                    let branches = value.branches().iter().map(Value::keys);
                    branches.collect::<Option<Vec<_>>>()?.concat()
                }
                Member::Gone(gone) => {
                    found.retain(|key| key != gone);
                    continue;
                }
                Member::AnyKey(_) => return None,
            };
            for key in more {
                if !found.contains(&key) {
                    found.push(key);
                }
            }
        }
        Some(found)
    }

    fn collect_literals(&self, found: &mut Vec<Span>) {
        for branch in self.branches() {
            let Kind::Object(object) = &branch.kind else { continue };
            found.push(object.span);
            for member in object.members.iter() {
                if let Member::Spread { value, .. } = member {
                    value.collect_literals(found);
                }
            }
        }
    }
}

/// An object, once for each combination of what its spreads may be.
fn spread_worlds<'p>(value: &Value<'p>) -> Vec<World<'p>> {
    let Kind::Object(object) = &value.kind else {
        return vec![World { value: value.clone(), decided_by: Vec::new() }];
    };
    let mut worlds: Vec<(Vec<Member<'p>>, Vec<Origin>)> = vec![(Vec::new(), Vec::new())];
    for member in object.members.iter() {
        let outcomes = outcomes(member);
        if worlds.len() * outcomes.len() > MOST_WORLDS {
            return vec![World { value: value.clone(), decided_by: Vec::new() }];
        }
        // Most members are one thing: they are added, and nothing is copied.
        if let [(member, decided_by)] = outcomes.as_slice()
            && decided_by.is_empty()
        {
            worlds.iter_mut().for_each(|(members, _)| members.push(member.clone()));
            continue;
        }
        let mut next = Vec::with_capacity(worlds.len() * outcomes.len());
        for (members, decided_by) in worlds {
            for (member, origins) in &outcomes {
                let mut members = members.clone();
                members.push(member.clone());
                let decided_by = decided_by.iter().chain(origins).cloned().collect();
                next.push((members, decided_by));
            }
        }
        worlds = next;
    }
    let world = |(members, decided_by): (Vec<Member<'p>>, _)| {
        let kind = Kind::Object(Object { span: object.span, members: Rc::from(members) });
        World { value: Value { kind, ..value.clone() }, decided_by }
    };
    worlds.into_iter().map(world).collect()
}

/// What a member may be, and what decides that. An object that is spread may itself spread choices.
fn outcomes<'p>(member: &Member<'p>) -> Vec<(Member<'p>, Vec<Origin>)> {
    let Member::Spread { span, value } = member else { return vec![(member.clone(), Vec::new())] };
    let origin = match &value.kind {
        Kind::Choice(_, origin) => Some(origin.clone()),
        _ => None,
    };
    let worlds = value.branches().iter().flat_map(spread_worlds);
    let spread = |world: World<'p>| {
        let trail = if origin.is_some() { &value.trail[..] } else { &[] };
        let value = world.value.after(trail);
        (
            Member::Spread { span: *span, value },
            origin.iter().cloned().chain(world.decided_by).collect(),
        )
    };
    worlds.map(spread).collect()
}
