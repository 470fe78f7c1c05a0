//! Tables that code only describes: models of libraries that make their names up, too.

use std::collections::BTreeSet;

use tree_sitter::Node;

use crate::rule::{Slot, underscored};
use crate::schema::{Name, TableName};
use crate::value::{Expr, Kind, Truth};

use super::Model;
use super::run::{Happening, Runner};

impl<'p> Happening<'_, 'p> {
    /// What the called function is a member of, if that is a plain name or `this`.
    fn receiver(&self) -> Option<Expr<'p>> {
        let function = self.call.node.child_by_field_name("function")?;
        let object = function.child_by_field_name("object")?;
        matches!(object.kind(), "identifier" | "this").then(|| self.call.with(object))
    }
}

impl<'p> Runner<'_, 'p> {
    /// Notes the table that a call describes. Nothing is said of one whose columns stand nowhere.
    pub(super) fn model(&mut self, happening: &Happening<'_, 'p>) {
        if self.value(happening, Slot::Columns).is_none() {
            return;
        }
        let span = happening.call.span();
        let tables = self.tables(happening, Slot::Table);
        let of_model = if tables.is_empty() { self.names_by_model(happening) } else { Vec::new() };
        if let Some((first, also)) = of_model.split_first() {
            let schema = self.name(happening, Slot::Schema);
            let table = TableName { schema, name: first.clone() };
            let table = self.new_table(happening, table);
            self.models.push(Model { table, also: also.to_vec(), span, is_implied: false });
        }
        for table in tables.into_iter().filter(TableName::is_known) {
            let table = self.new_table(happening, table);
            self.models.push(Model { table, also: Vec::new(), span, is_implied: false });
        }
    }

    /// What a library may call the table of a model that does not say it. One that is a class is called what the class is.
    /// What the model leaves open, options elsewhere may say: then there are several.
    fn names_by_model(&self, happening: &Happening<'_, 'p>) -> Vec<Name> {
        let said = self.value(happening, Slot::Model).map(|value| value.as_text());
        let class = || self.name_of_class(happening);
        let Some(model) = said.unwrap_or_else(class) else { return Vec::new() };
        let Some(plural) = &happening.event.plural else { return vec![Name::new(&model)] };
        let plural = plural.of(&model);
        let says = |slot| self.value(happening, slot).map(|value| value.truthy());
        // A name that stays as it is gets no underscores either.
        let as_it_is = says(Slot::AsItIs);
        let apart = underscored(&plural);
        let mut names = match (&as_it_is, says(Slot::Underscored)) {
            (Some(Truth::Yes), _) => Vec::new(),
            (_, Some(Truth::Yes)) => vec![apart],
            (_, Some(Truth::No)) => vec![plural],
            _ => vec![plural, apart],
        };
        if as_it_is != Some(Truth::No) {
            names.push(model);
        }
        let mut found: Vec<Name> = names.iter().map(|name| Name::new(name)).collect();
        let mut known = BTreeSet::new();
        found.retain(|name| known.insert(name.clone()));
        found
    }

    /// A model that is a class is called what the class is.
    fn name_of_class(&self, happening: &Happening<'_, 'p>) -> Option<String> {
        let receiver = happening.receiver()?;
        let class = match self.evaluator.eval(&receiver).kind {
            Kind::Class(class) => {
                class.node.child_by_field_name("name").map(|name| class.with(name))
            }
            _ => None,
        };
        let named = class.or(Some(receiver).filter(|it| it.node.kind() == "identifier"))?;
        Some(self.evaluator.slice(&named).to_owned())
    }

    /// A call of a name on the same thing: `Log.init(…)` beside `Log.removeAttribute("id")`, or `super.init(…)` in the
    /// class `Log`.
    pub(super) fn call_beside(
        &self,
        happening: &Happening<'_, 'p>,
        name: &str,
    ) -> Option<Expr<'p>> {
        let receiver = happening.receiver().filter(|_| happening.event.is_model)?;
        if let Kind::Class(class) = self.evaluator.eval(&receiver).kind {
            // A method of the class that has the same name as the library's calls that one.
            let mut inside = ["super", "this"].into_iter();
            let call =
                inside.find_map(|object| self.calls_in(&class, &format!("{object}.{name}")).next());
            if call.is_some() {
                return call;
            }
        }
        let called = self.evaluator.slice(&receiver);
        let index = self.evaluator.index;
        let (scopes, (_, root)) = (index.scopes(receiver.file)?, index.tree(receiver.file)?);
        let declared = scopes.resolve(called, receiver.node.start_byte())?;
        let is_meant =
            |at: usize| scopes.resolve(called, at).is_some_and(|found| found.node == declared.node);
        self.calls_in(&receiver.with(root), &format!("{called}.{name}"))
            .find(|call| is_meant(call.node.start_byte()))
    }

    /// The calls that are written like this in a part of a file.
    fn calls_in(&self, around: &Expr<'p>, written: &str) -> impl Iterator<Item = Expr<'p>> {
        let text = self.evaluator.slice(around);
        let first = around.node.start_byte();
        let call = |start: usize| -> Option<Node<'p>> {
            let end = start + written.len();
            let function = around.node.descendant_for_byte_range(start, end)?;
            let call = function.parent().filter(|call| call.kind() == "call_expression")?;
            let is_called = call.child_by_field_name("function") == Some(function)
                && function.byte_range() == (start..end);
            is_called.then_some(call)
        };
        let places = text.match_indices(written).filter_map(|(at, _)| call(first + at));
        places.map(|call| around.with(call)).collect::<Vec<_>>().into_iter()
    }
}
