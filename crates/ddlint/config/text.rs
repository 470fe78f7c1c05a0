//! The text that settings come from: a TOML file, or a key of `package.json`.

use std::ops::Range;

use ddlint_core::language::Language;
use ddlint_core::secret;
use tree_sitter::{Node, Parser};

use crate::trouble::Mistake;

/// The key of `package.json` with settings.
const KEY: &str = "ddlint";

/// How deep settings nest at most: theirs are three levels.
const DEEPEST: usize = 64;

/// Settings as TOML, and where each piece of it stands in the file that is shown.
#[derive(Debug, Default)]
pub(super) struct SettingsText {
    /// The file's name as it is shown.
    pub(super) name: String,
    /// The file itself.
    shown: String,
    /// What is read: the file, or a part of it put into TOML.
    toml: Option<Translated>,
}

/// A part of a JSON file as TOML.
#[derive(Debug, Default)]
struct Translated {
    text: String,
    /// Keys and values: where they are in `text`, and where in the file.
    pieces: Vec<(Range<usize>, Range<usize>)>,
}

impl SettingsText {
    /// A TOML file.
    pub(super) fn toml(name: String, text: String) -> Self {
        Self { name, shown: text, toml: None }
    }

    /// The settings in a `package.json`. `None` if it has none; a file that is no JSON has none.
    pub(super) fn in_package(name: String, text: String) -> Option<Self> {
        if !text.contains(KEY) {
            return None;
        }
        let mut parser = Parser::new();
        parser.set_language(&Language::Json.grammar()?).ok()?;
        let tree = parser.parse(&text, None)?;
        let settings = value_of(tree.root_node().named_child(0)?, &text, KEY)?;
        let mut toml = Translated::default();
        // The members of the key are the keys of the file, each on a line of its own.
        if settings.kind() == "object" {
            for pair in pairs(settings) {
                toml.pair(pair, &text, 0);
                toml.text.push('\n');
            }
        } else {
            toml.text.push_str(KEY);
            toml.text.push_str(" = ");
            toml.value(settings, &text, 0);
        }
        Some(Self { name, shown: text, toml: Some(toml) })
    }

    /// What is read, as TOML.
    pub(super) fn as_toml(&self) -> &str {
        self.toml.as_ref().map_or(&self.shown, |toml| &toml.text)
    }

    /// Says of a mistake where it is.
    pub(super) fn point(&self, mistake: Mistake, span: Range<usize>, label: &str) -> Mistake {
        let secrets = secret::in_settings(&self.shown);
        mistake.at(&self.name, &self.shown, &secrets, self.place(span), label)
    }

    /// The line of a place, counted from one.
    pub(super) fn line(&self, span: Range<usize>) -> usize {
        let start = self.place(span).start.min(self.shown.len());
        self.shown[..start].matches('\n').count() + 1
    }

    fn place(&self, span: Range<usize>) -> Range<usize> {
        let Some(toml) = &self.toml else { return span };
        let holds = |piece: &&(Range<usize>, Range<usize>)| {
            piece.0.start <= span.start && span.end <= piece.0.end
        };
        let smallest = toml.pieces.iter().filter(holds).min_by_key(|(own, _)| own.len());
        smallest.or(toml.pieces.first()).map(|(_, shown)| shown.clone()).unwrap_or_default()
    }
}

fn pairs(object: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = object.walk();
    object.named_children(&mut cursor).filter(|node| node.kind() == "pair").collect()
}

fn value_of<'t>(object: Node<'t>, text: &str, key: &str) -> Option<Node<'t>> {
    let is_meant = |pair: &Node<'t>| {
        let name = pair.child_by_field_name("key").and_then(|key| text.get(key.byte_range()));
        name.is_some_and(|name| name.trim_matches('"') == key)
    };
    pairs(object).into_iter().find(is_meant)?.child_by_field_name("value")
}

impl Translated {
    fn pair(&mut self, pair: Node<'_>, text: &str, depth: usize) {
        if let Some(key) = pair.child_by_field_name("key") {
            self.value(key, text, depth);
        }
        self.text.push_str(" = ");
        if let Some(value) = pair.child_by_field_name("value") {
            self.value(value, text, depth);
        }
    }

    /// Writes a value, `depth` levels down. What is too deep is left as it is, for the reader of TOML to refuse: it
    /// counts levels, too.
    fn value(&mut self, value: Node<'_>, text: &str, depth: usize) {
        let start = self.text.len();
        match value.kind() {
            "object" if depth < DEEPEST => {
                self.text.push_str("{ ");
                self.list(&pairs(value), |toml, pair| toml.pair(pair, text, depth + 1));
                self.text.push_str(" }");
            }
            "array" if depth < DEEPEST => {
                let mut cursor = value.walk();
                let items: Vec<_> = value.named_children(&mut cursor).collect();
                self.text.push('[');
                self.list(&items, |toml, item| toml.value(item, text, depth + 1));
                self.text.push(']');
            }
            // Every escape of JSON that its own writer leaves is one of TOML.
            _ => {
                let written = text.get(value.byte_range()).unwrap_or_default();
                let parsed = serde_json::from_str::<String>(written);
                let again = parsed.ok().and_then(|text| serde_json::to_string(&text).ok());
                self.text.push_str(again.as_deref().unwrap_or(written));
            }
        }
        self.pieces.push((start..self.text.len(), value.byte_range()));
    }

    fn list(&mut self, items: &[Node<'_>], mut write: impl FnMut(&mut Self, Node<'_>)) {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.text.push_str(", ");
            }
            write(self, *item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_a_package_reads_like_a_file() {
        let package = r#"{
  "name": "shop",
  "ddlint": {
    "fail-on": "warning",
    "exclude": ["a\\b", "c\u0041"],
    "assume": { "env": { "NODE_ENV": "production" } }
  }
}"#;
        let text = SettingsText::in_package("package.json".into(), package.into()).unwrap();
        assert_eq!(
            text.as_toml(),
            "\"fail-on\" = \"warning\"\n\"exclude\" = [\"a\\\\b\", \"cA\"]\n\"assume\" = { \"env\" = { \"NODE_ENV\" = \"production\" } }\n"
        );
        let shown = |piece: &str| {
            let start = text.as_toml().find(piece).unwrap();
            &package[text.place(start..start + piece.len())]
        };
        assert_eq!(shown("\"warning\""), "\"warning\"");
        assert_eq!(shown("\"cA\""), "\"c\\u0041\"");
        assert_eq!(shown("production"), "\"production\"");
        let start = text.as_toml().find("\"exclude\"").unwrap();
        assert_eq!(text.line(start..start + 3), 5);
    }

    #[test]
    fn a_package_without_the_key_has_no_settings() {
        for package in ["{}", "{ \"name\": \"ddlint\" }", "{ \"a\": { \"ddlint\": {} } }", "ddlint"]
        {
            assert!(SettingsText::in_package("package.json".into(), package.into()).is_none());
        }
    }
}
