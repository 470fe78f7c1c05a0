//! The extensions of a history: what it creates, and what it uses.

use std::collections::BTreeMap;

use crate::rule::RuleSet;
use crate::source::Span;

use super::Replayed;
use super::record::{mentions, providing};

/// An extension that a history creates or uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionUse {
    /// Its name. One that is only known at run time has a [hole](crate::schema::HOLE).
    pub name: String,
    /// Where it is created, if it is there at the end.
    pub created: Option<Span>,
    /// Where something of it is used first.
    pub used: Option<Span>,
}

impl Replayed {
    /// The extensions that this history creates, and those that the rule files know it to use; by name.
    pub fn extensions(&self, rules: &RuleSet) -> Vec<ExtensionUse> {
        let mut found: BTreeMap<String, (Option<Span>, Option<Span>)> = BTreeMap::new();
        for step in self.schema.extension_steps() {
            let created = &mut found.entry(step.name.as_str().to_owned()).or_default().0;
            if step.creates {
                created.get_or_insert(step.at);
            } else if !step.conditional {
                *created = None;
            }
        }
        for ran in &self.ran {
            for (kind, name) in mentions(&ran.step) {
                let Some(extension) = providing(&rules.extensions, kind, name) else { continue };
                found.entry(extension.name.clone()).or_default().1.get_or_insert(ran.span);
            }
        }
        // One that was dropped and never used leaves nothing.
        found.retain(|_, (created, used)| created.is_some() || used.is_some());
        let found = found.into_iter();
        found.map(|(name, (created, used))| ExtensionUse { name, created, used }).collect()
    }
}
