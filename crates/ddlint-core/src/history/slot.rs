//! What a call says: what stands in the slots that rule files name.

use crate::access_path::Step as PathStep;
use crate::rule::{ArgumentPath, OptionPath, OptionStep, Slot, Verb};
use crate::schema::{Name, TableName, hole};
use crate::source::Span;
use crate::value::{Expr, Kind, Value};

use super::run::{Happening, Runner, handed};

impl<'p> Runner<'_, 'p> {
    /// What stands in a slot: the first of its places that is there, or the default.
    pub(super) fn value(&self, happening: &Happening<'_, 'p>, slot: Slot) -> Option<Value<'p>> {
        let places = happening.event.from.iter().filter(|(of, _)| *of == slot);
        let mut values = places
            .flat_map(|(_, places)| places)
            .map(|place| self.at(happening, place))
            .filter(|value| !matches!(value.kind, Kind::Undefined | Kind::Null));
        let default = || {
            let of_slot = happening.event.defaults.iter().find(|(of, _)| *of == slot);
            of_slot.map(|(_, literal)| Value::literal(literal))
        };
        let value = values.next().or_else(default)?;
        // Columns and constraints may be what a function makes of what it is handed.
        match &value.kind {
            Kind::Function(function) if happening.event.is_model => {
                let handed = handed(self.evaluator, &happening.call, &happening.callee);
                Some(self.evaluator.apply(function, Some(handed)))
            }
            _ => Some(value),
        }
    }

    fn at(&self, happening: &Happening<'_, 'p>, place: &ArgumentPath) -> Value<'p> {
        let (of, index, rest, path) = match place {
            ArgumentPath::Argument { of, index, rest, path } => (of, *index, *rest, path),
            ArgumentPath::Behind(name) => {
                let follows = self.call_behind(happening, name);
                return if follows { Value::new(Kind::Bool(true)) } else { Value::undefined() };
            }
        };
        let arguments = match of {
            None => happening.arguments.clone(),
            Some(name) => {
                let call =
                    happening.call_before(name).or_else(|| self.call_beside(happening, name));
                call.map(|call| self.evaluator.arguments(&call)).unwrap_or_default()
            }
        };
        let mut arguments = arguments.into_iter().skip(index);
        if rest {
            let all: Vec<_> = arguments.map(|argument| self.plain(&argument)).collect();
            let is_list = |value: &Value<'p>| matches!(value.kind, Kind::List(_));
            return match <[_; 1]>::try_from(all) {
                Ok([one]) if is_list(&one) => one,
                Ok(one) => Value::new(Kind::List(one.into())),
                Err(all) if all.is_empty() => Value::undefined(),
                Err(all) => Value::new(Kind::List(all.into())),
            };
        }
        let argument = arguments.next();
        let value = argument.map_or_else(Value::undefined, |argument| self.plain(&argument));
        // `0.name` leads nowhere in a text that is put together at run time; that is no answer, and the next place is asked.
        let is_text = matches!(&value.kind, Kind::Unknown(unknown) if unknown.text);
        if is_text && !path.0.is_empty() {
            return Value::undefined();
        }
        if let Some(each) = path.0.iter().position(|step| *step == OptionStep::Each) {
            let list = self.evaluator.option(&value, &OptionPath(path.0[..each].to_vec()));
            if let Kind::List(elements) = &list.kind {
                let inner = elements.iter().map(|one| self.inside(one, &path.0[each + 1..]));
                return Value::new(Kind::List(inner.collect()));
            }
        }
        let found = self.evaluator.option(&value, path);
        // Nor does it in something of a library, a name that is asked for at run time.
        match found.kind {
            Kind::Foreign(_) if !path.0.is_empty() => Value::undefined(),
            _ => found,
        }
    }

    /// What stands in an element of a list, through constructions such as `new TableColumn({…})`.
    fn inside(&self, value: &Value<'p>, path: &[OptionStep]) -> Value<'p> {
        path.iter().fold(self.unwrapped(value.clone()), |value, step| {
            let found = self.evaluator.option(&value, &OptionPath(vec![step.clone()]));
            self.unwrapped(found)
        })
    }

    /// An argument, or what a construction such as `new Table({…})` stands for.
    pub(super) fn plain(&self, argument: &Expr<'p>) -> Value<'p> {
        self.unwrapped(self.evaluator.eval(argument))
    }

    pub(super) fn unwrapped(&self, value: Value<'p>) -> Value<'p> {
        let Kind::Foreign(foreign) = &value.kind else { return value };
        if foreign.path.steps.last() != Some(&PathStep::Call)
            || !self.rules.wrappers.contains(&foreign.path)
        {
            return value;
        }
        let site = foreign.sites.last().cloned().flatten();
        let first = site.and_then(|site| self.evaluator.arguments(&site).into_iter().next());
        first.map_or_else(Value::unknown, |first| self.evaluator.eval(&first))
    }

    /// Where the description of a table that is made stands, if it is a construction: a reader should look there.
    pub(super) fn place(&self, happening: &Happening<'_, 'p>) -> Option<Span> {
        if happening.event.does != Verb::CreateTable {
            return None;
        }
        let value = self.evaluator.eval(happening.arguments.first()?);
        match &value.kind {
            Kind::Foreign(foreign) if self.rules.wrappers.contains(&foreign.path) => {
                Some(foreign.sites.last()?.as_ref()?.span())
            }
            _ => None,
        }
    }

    pub(super) fn table(&self, happening: &Happening<'_, 'p>) -> Option<TableName> {
        self.tables(happening, Slot::Table).into_iter().next()
    }

    /// The tables that a call names.
    pub(super) fn tables(&self, happening: &Happening<'_, 'p>, slot: Slot) -> Vec<TableName> {
        let Some(value) = self.value(happening, slot) else { return Vec::new() };
        let schema = self.name(happening, Slot::Schema);
        let values = match &value.kind {
            Kind::List(all) => all.to_vec(),
            _ => value.branches().to_vec(),
        };
        let names = values.iter().map(|value| {
            let name = named(&self.unwrapped(value.clone()));
            name.unwrap_or_else(|| TableName::new(&hole(1)))
        });
        let in_schema = |name: TableName| match (&name.schema, &schema) {
            (None, Some(schema)) => TableName { schema: Some(schema.clone()), ..name },
            _ => name,
        };
        names.map(in_schema).collect()
    }

    pub(super) fn name(&self, happening: &Happening<'_, 'p>, slot: Slot) -> Option<Name> {
        let value = self.value(happening, slot)?;
        Some(value.sketch().map_or_else(Name::unknown, |text| Name::new(&text)))
    }

    /// The names in a slot: a text, a list of texts, or of objects with names.
    pub(super) fn names(&self, happening: &Happening<'_, 'p>, slot: Slot) -> Vec<Name> {
        let Some(value) = self.value(happening, slot) else { return Vec::new() };
        let shape = &happening.event.column;
        let name = |value: &Value<'p>| {
            let value = self.unwrapped(value.clone());
            let named = match (&value.kind, &shape.name) {
                (Kind::Object(_), Some(path)) => self.evaluator.option(&value, path),
                _ => value,
            };
            named.sketch().map_or_else(Name::unknown, |text| Name::new(&text))
        };
        match &value.kind {
            Kind::List(all) => all.iter().map(name).collect(),
            Kind::Bool(_) => Vec::new(),
            _ => vec![name(&value)],
        }
    }
}

/// A text as the name of a table: `table` or `schema.table`.
pub(super) fn named(value: &Value<'_>) -> Option<TableName> {
    value.sketch().map(|text| TableName::dotted(&text))
}
