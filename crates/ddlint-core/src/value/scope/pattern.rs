//! The names in destructuring patterns.

use tree_sitter::Node;

use super::{PatternStep, Reader, key_text, named_children};

/// How deep destructuring patterns are followed.
const DEEPEST_PATTERN: usize = 64;

impl<'p> Reader<'p> {
    /// Calls `found` for every name in a destructuring pattern, with the way to it. Names in patterns that nobody writes
    /// by hand are left out: each level is a stack frame, and each of its names would keep the whole way.
    pub(super) fn pattern(
        &mut self,
        node: Node<'p>,
        way: &mut Vec<PatternStep<'p>>,
        found: &mut dyn FnMut(&mut Self, Node<'p>, &[PatternStep<'p>]),
    ) {
        if way.len() > DEEPEST_PATTERN {
            return;
        }
        match node.kind() {
            "identifier" => found(self, node, way),
            "shorthand_property_identifier_pattern" => {
                way.push(PatternStep::Key(self.slice(node)));
                found(self, node, way);
                way.pop();
            }
            "object_pattern" => {
                for child in named_children(node) {
                    self.pattern(child, way, found);
                }
            }
            "array_pattern" => {
                let mut index = 0;
                let mut cursor = node.walk();
                for child in node.children(&mut cursor).collect::<Vec<_>>() {
                    match child.kind() {
                        "," => index += 1,
                        "[" | "]" | "comment" => {}
                        _ => {
                            way.push(PatternStep::Index(index));
                            self.pattern(child, way, found);
                            way.pop();
                        }
                    }
                }
            }
            "pair_pattern" => {
                let fields = (node.child_by_field_name("key"), node.child_by_field_name("value"));
                let (Some(key), Some(value)) = fields else { return };
                way.push(PatternStep::Key(key_text(key, self.text).unwrap_or("")));
                self.pattern(value, way, found);
                way.pop();
            }
            "object_assignment_pattern" | "assignment_pattern" => {
                let fields = (node.child_by_field_name("left"), node.child_by_field_name("right"));
                let (Some(left), Some(right)) = fields else { return };
                let key = (left.kind() == "shorthand_property_identifier_pattern")
                    .then(|| self.slice(left));
                way.extend(key.map(PatternStep::Key));
                way.push(PatternStep::Default(right));
                if key.is_some() {
                    found(self, left, way);
                } else {
                    self.pattern(left, way, found);
                }
                way.pop();
                if key.is_some() {
                    way.pop();
                }
            }
            "rest_pattern" => {
                if let Some(name) = node.named_child(0) {
                    way.push(PatternStep::Rest(self.keys_beside(node)));
                    self.pattern(name, way, found);
                    way.pop();
                }
            }
            _ => {}
        }
    }

    /// The keys that a pattern names beside `...rest`.
    fn keys_beside(&self, rest: Node<'p>) -> Vec<&'p str> {
        let beside = rest.parent().into_iter().flat_map(named_children);
        let key = |part: Node<'p>| {
            let key = part.child_by_field_name("key").or_else(|| part.child_by_field_name("left"));
            key_text(key.unwrap_or(part), self.text)
        };
        beside.filter(|part| *part != rest).filter_map(key).collect()
    }
}
