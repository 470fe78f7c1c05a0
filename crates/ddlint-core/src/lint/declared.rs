//! What is declared to be options and was not seen to enter a library: it does so from where nobody looks, or never.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{Owner, Run};
use crate::finding::Finding;
use crate::matcher::Place;
use crate::rule::Role;
use crate::source::{FileId, Span};
use crate::value::{Evaluator, Expr, Value};

/// Object literals, and what is found if they enter a library.
pub(super) type Declared = (Vec<Span>, Vec<Finding>);

impl<'p> Run<'_, 'p> {
    /// The findings of what may enter a library from elsewhere: what only tests take does not.
    pub(super) fn entering_elsewhere(
        &self,
        files: &[(FileId, &Vec<Place<'p>>)],
        declared: Vec<Declared>,
    ) -> Vec<Finding> {
        if declared.is_empty() {
            return Vec::new();
        }
        let used = self.used(files);
        let is_open = |object: &Span| !used.contains(object) && !self.is_only_tested(*object);
        let open = declared.into_iter().filter(|(objects, _)| objects.iter().all(is_open));
        open.flat_map(|(_, findings)| findings).collect()
    }

    /// The object literals that enter a library on some way, also on one that only tests take: what is seen to enter
    /// needs no other way in.
    fn used(&self, files: &[(FileId, &Vec<Place<'p>>)]) -> BTreeSet<Span> {
        let of_file = |(file, places): &(FileId, &Vec<Place<'p>>)| {
            let evaluator = Evaluator::of_all_ways(self.index);
            let mut found = Vec::new();
            let is_subject = |owner| matches!(owner, Owner::Subject(_));
            self.sights(*file, places, &evaluator, is_subject, &mut |_, sight| {
                if !sight.fallback {
                    found.extend(sight.options.iter().flat_map(Value::literals));
                }
            });
            found
        };
        files.par_iter().flat_map_iter(of_file).collect()
    }

    /// Whether only tests name the constant that an object literal is the value of.
    fn is_only_tested(&self, literal: Span) -> bool {
        let Some(name) = self.name_of_constant(literal) else { return false };
        let named_in = |file: FileId| {
            let mut times = 0;
            self.project.peek(file, |text| {
                times = named_times(text, name);
                false
            });
            times
        };
        let (mut in_tests, mut elsewhere) = (0, 0);
        for file in self.project.ids().filter(|file| self.project.is_code(*file)) {
            match self.project.role(file) {
                Role::Test => in_tests += named_in(file),
                _ => elsewhere += named_in(file),
            }
        }
        in_tests > 0 && elsewhere == 1
    }

    /// The name of the constant of which an object literal is the value, or a part of it.
    fn name_of_constant(&self, literal: Span) -> Option<&'p str> {
        let (source, root) = self.index.tree(literal.file)?;
        let node = root.descendant_for_byte_range(literal.start as usize, literal.end as usize)?;
        let around =
            Evaluator::new(self.index).ancestors(&Expr { file: literal.file, node, frame: None });
        let declarator = around.iter().find(|node| node.kind() == "variable_declarator")?;
        source.text.get(declarator.child_by_field_name("name")?.byte_range())
    }
}

/// How often a name stands in a text, as a word.
fn named_times(text: &str, name: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let is_word = |(at, _): &(usize, &str)| {
        !text[..*at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
    };
    text.match_indices(name).filter(is_word).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_whole_words() {
        assert_eq!(named_times("options, options2, my_options; options", "options"), 2);
        assert_eq!(named_times("größe größer", "größe"), 1);
    }
}
