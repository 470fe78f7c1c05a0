//! The declarations of one name, found by where they hold.
//!
//! A minified file declares a name of one letter a thousand times and uses it ten thousand times, so looking at each of
//! them for each use would take seconds.

use std::cmp::Reverse;

use super::Binding;

/// The declarations of a name in a file. Their scopes are nodes of a tree: of two, one lies in the other or they have
/// nothing in common.
#[derive(Debug)]
pub(super) struct Nested<'p> {
    /// By where their scopes begin, the wider before the narrower, of equal ones the first in the text last.
    all: Vec<Binding<'p>>,
    /// For each: the position of the next wider one.
    outer: Vec<Option<usize>>,
}

impl<'p> Nested<'p> {
    /// The declarations, given in the order of the text.
    pub(super) fn of(mut all: Vec<Binding<'p>>) -> Self {
        all.reverse();
        all.sort_by_key(|binding| (binding.scope.start, Reverse(binding.scope.end)));
        let mut open: Vec<usize> = Vec::new();
        let mut outer = Vec::with_capacity(all.len());
        for (position, binding) in all.iter().enumerate() {
            while open.last().is_some_and(|last| all[*last].scope.end < binding.scope.end) {
                open.pop();
            }
            outer.push(open.last().copied());
            open.push(position);
        }
        Self { all, outer }
    }

    /// The declarations that hold at an offset, the one with the narrowest scope first.
    pub(super) fn around(&self, at: usize) -> impl Iterator<Item = &Binding<'p>> {
        let begun = self.all.partition_point(|binding| binding.scope.start <= at);
        let outwards = std::iter::successors(begun.checked_sub(1), |inner| self.outer[*inner]);
        outwards.map(|position| &self.all[position]).filter(move |one| one.scope.contains(&at))
    }
}
