//! One rule file while it is checked: its mistakes so far, and the checks that every part of a file needs.

use std::ops::Range;
use std::sync::Arc;

use miette::NamedSource;
use toml::Spanned;

use super::RuleFile;
use crate::rule::error::Mistake;
use crate::rule::file::{OneOrMany, Text, Texts};
use crate::rule::{Noun, Package};
use crate::suggest;
use crate::toml_file::TomlMistake;
use crate::version;

/// A file and what is wrong with it.
#[derive(Debug)]
pub(super) struct FileCheck<'a> {
    pub(super) file: &'a RuleFile,
    /// Whether queries are compiled.
    pub(super) compile: bool,
    source: NamedSource<Arc<str>>,
    /// Parts of the file could not be read: what is missing may be among them.
    incomplete: bool,
    mistakes: Vec<Mistake>,
}

impl<'a> FileCheck<'a> {
    pub(super) fn new(file: &'a RuleFile, compile: bool, shape: Vec<TomlMistake>) -> Self {
        let source = NamedSource::new(&file.path, Arc::from(file.text.as_str()));
        let incomplete = !shape.is_empty();
        let mut check = Self { file, compile, source, incomplete, mistakes: Vec::new() };
        for mistake in shape {
            check.refuse(mistake.span, mistake.message).help_if(mistake.help);
        }
        check
    }

    /// Notes a mistake. What it returns takes the label's text and the help.
    pub(super) fn refuse(&mut self, at: Range<usize>, message: impl Into<String>) -> &mut Mistake {
        let index = self.mistakes.len();
        self.mistakes.push(Mistake::new(self.source.clone(), at, message.into()));
        &mut self.mistakes[index]
    }

    /// In the order of the file.
    pub(super) fn into_mistakes(mut self) -> Vec<Mistake> {
        self.mistakes.sort_by_key(Mistake::offset);
        self.mistakes
    }

    /// Notes that something is missing, unless it may be in a part that could not be read.
    pub(super) fn missing(
        &mut self,
        at: Range<usize>,
        message: impl Into<String>,
    ) -> Option<&mut Mistake> {
        if self.incomplete {
            return None;
        }
        Some(self.refuse(at, message))
    }

    /// The value of a key that must be there.
    pub(super) fn required<'v, T>(
        &mut self,
        value: Option<&'v T>,
        at: Range<usize>,
        key: &str,
    ) -> Option<&'v T> {
        if value.is_none() {
            self.missing(at, format!("the key `{key}` is missing"));
        }
        value
    }

    /// A required text with something in it.
    pub(super) fn text(
        &mut self,
        value: Option<&Text>,
        at: Range<usize>,
        key: &str,
    ) -> Option<String> {
        let value = self.required(value, at, key)?;
        if value.get_ref().trim().is_empty() {
            self.refuse(value.span(), format!("`{key}` is empty"));
            return None;
        }
        Some(value.get_ref().clone())
    }

    pub(super) fn schema(&mut self, schema: Option<&Spanned<i64>>) {
        let Some(schema) = self.required(schema, 0..0, "schema") else { return };
        if *schema.get_ref() != 1 {
            self.refuse(schema.span(), format!("unknown schema {}", schema.get_ref()))
                .help("this version of ddlint reads `schema = 1`");
        }
    }

    /// One of a closed list of names.
    pub(super) fn named<T: Copy>(
        &mut self,
        value: &Text,
        noun: &str,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let found = all.iter().copied().find(|one| name(*one) == value.get_ref());
        if found.is_none() {
            self.unknown(value, noun, all.iter().map(|one| name(*one)));
        }
        found
    }

    pub(super) fn unknown<'n>(
        &mut self,
        value: &Text,
        noun: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let name = value.get_ref();
        let help = suggest::help(name, known);
        self.refuse(value.span(), format!("unknown {noun} `{name}`")).help_if(help);
    }

    /// The items of a list that must have some if it is there.
    pub(super) fn some<'v, T>(&mut self, list: &'v OneOrMany<T>, key: &str) -> &'v [Spanned<T>] {
        self.filled(list, key, "name at least one, or leave the key out")
    }

    /// The items of a list that must be there and have some.
    pub(super) fn one_at_least<'v, T>(
        &mut self,
        list: &'v OneOrMany<T>,
        key: &str,
    ) -> &'v [Spanned<T>] {
        self.filled(list, key, "name at least one")
    }

    fn filled<'v, T>(&mut self, list: &'v OneOrMany<T>, key: &str, help: &str) -> &'v [Spanned<T>] {
        if list.items.is_empty() {
            self.refuse(list.span.clone(), format!("`{key}` is an empty list")).help(help);
        }
        &list.items
    }

    pub(super) fn packages(&mut self, texts: &Texts) -> Vec<Package> {
        texts.items.iter().filter_map(|text| self.package(text)).collect()
    }

    fn package(&mut self, text: &Text) -> Option<Package> {
        let whole = text.get_ref();
        // The `@` at the beginning belongs to the scope.
        let (name, versions) = match whole.rfind('@').filter(|at| *at > 0) {
            Some(at) => (&whole[..at], Some(whole[at + 1..].parse::<version::Range>())),
            None => (whole.as_str(), None),
        };
        let package = match versions.transpose() {
            Ok(versions) => Package { name: name.to_owned(), versions },
            Err(error) => {
                self.refuse(
                    text.span(),
                    format!("`{whole}` is no package with a range of versions"),
                )
                .label(error.to_string())
                .help("for example `a-package@<6.20` or `@scope/a-package@>=8 <10`");
                return None;
            }
        };
        if !is_package_name(name) {
            self.refuse(text.span(), format!("`{name}` is no package's name"))
                .help("for example `a-package`, `@scope/a-package`, `a-package@<6.20`");
            return None;
        }
        Some(package)
    }

    /// Names of packages without versions.
    pub(super) fn bare_packages(&mut self, texts: &Texts, key: &str) -> Vec<String> {
        let mut names = Vec::new();
        for text in self.some(texts, key) {
            let Some(package) = self.package(text) else { continue };
            if package.versions.is_some() {
                self.refuse(text.span(), "a driver has no range of versions");
            }
            names.push(package.name);
        }
        names
    }

    pub(super) fn noun(&mut self, counts: Option<&Texts>) -> Option<Noun> {
        let counts = counts?;
        let [one, many] = counts.items.as_slice() else {
            self.refuse(counts.span.clone(), "`counts` is the noun for one and the noun for many")
                .help("for example `counts = [\"data source\", \"data sources\"]`");
            return None;
        };
        Some(Noun { one: one.get_ref().clone(), many: many.get_ref().clone() })
    }

    /// Where a part of a text stands in the file; the whole text if escapes make that unclear.
    pub(super) fn inside(&self, text: &Text, part: Range<usize>) -> Range<usize> {
        let span = text.span();
        let Some(start) =
            self.content(&span).filter(|content| content.text.starts_with(text.get_ref().as_str()))
        else {
            return span;
        };
        start.at + part.start..start.at + part.end
    }

    /// What stands between the quotes of a text, exactly as in the file.
    pub(super) fn content(&self, span: &Range<usize>) -> Option<Content<'a>> {
        let raw = self.file.text.get(span.clone())?;
        for quotes in ["'''", "\"\"\"", "'", "\""] {
            let Some(inner) = raw.strip_prefix(quotes).and_then(|rest| rest.strip_suffix(quotes))
            else {
                continue;
            };
            // TOML drops a line break right behind three quotes.
            let trimmed = match quotes.len() {
                3 => {
                    inner.strip_prefix("\r\n").or_else(|| inner.strip_prefix('\n')).unwrap_or(inner)
                }
                _ => inner,
            };
            let at = span.start + quotes.len() + inner.len() - trimmed.len();
            return Some(Content { text: trimmed, at, is_literal: quotes.starts_with('\'') });
        }
        None
    }
}

/// What stands between the quotes of a TOML text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content<'a> {
    pub(super) text: &'a str,
    /// Where it begins in the file.
    pub(super) at: usize,
    /// Whether the quotes are single: there are no escapes.
    pub(super) is_literal: bool,
}

fn is_package_name(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c))
    };
    match name.strip_prefix('@') {
        Some(scoped) => {
            scoped.split_once('/').is_some_and(|(scope, name)| is_part(scope) && is_part(name))
        }
        None => is_part(name),
    }
}
