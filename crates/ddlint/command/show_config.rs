//! `ddlint --show-config`: which settings are in force, and why.

use std::io::{self, Write};

use super::print;
use crate::Status;
use crate::baseline;
use crate::cli::{CheckArgs, FailOn};
use crate::report::text::cleaned;
use crate::session::Session;
use crate::trouble::Trouble;
use clap::ValueEnum as _;

/// Writes the settings as a settings file with reasons.
pub(crate) fn run(session: &Session, args: &CheckArgs) -> Result<Status, Trouble> {
    print(|out| Shown { session, args }.write(out))?;
    Ok(Status::Clean)
}

struct Shown<'a> {
    session: &'a Session,
    args: &'a CheckArgs,
}

impl Shown<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let config = &self.session.config;
        let file = config.name().unwrap_or("no settings file");
        writeln!(out, "# root: {}", cleaned(&self.session.scope.root.display().to_string()))?;
        writeln!(out, "# settings: {}", cleaned(file))?;
        let why = |of_line: bool, of_file: bool| match (of_line, of_file) {
            (true, _) => "the command line",
            (false, true) => file,
            (false, false) => "the default",
        };
        let mut line = |key: &str, value: &str, why: &str| {
            writeln!(out, "{}", cleaned(&format!("{key} = {value}  # {why}")))
        };

        let of_line =
            if self.args.deny_warnings { Some(FailOn::Warning) } else { self.args.fail_on };
        let fail_on = of_line.or(config.fail_on()).unwrap_or_default();
        let name = fail_on.to_possible_value().map(|value| value.get_name().to_owned());
        let reason = why(of_line.is_some(), config.fail_on().is_some());
        line("fail-on", &quoted(&name.unwrap_or_default()), reason)?;
        if let Some(most) = self.args.max_warnings.or(config.max_warnings()) {
            let reason = why(self.args.max_warnings.is_some(), true);
            line("max-warnings", &most.to_string(), reason)?;
        }
        let strict = self.args.strict || config.strict();
        line("strict", &strict.to_string(), why(self.args.strict, config.strict()))?;
        let optional = config.reason_optional();
        line("require-reason", &(!optional).to_string(), why(false, optional))?;
        let exclude: Vec<&str> = config.excluded_patterns().collect();
        line("exclude", &list(&exclude), why(false, !exclude.is_empty()))?;
        let root = &self.session.scope.root;
        let chosen = self.args.baseline.clone().or_else(|| config.baseline());
        let reason = why(self.args.baseline.is_some(), config.baseline().is_some());
        let path = chosen.unwrap_or_else(|| root.join(baseline::FILE_NAME));
        let there = match (self.args.no_baseline, path.is_file()) {
            (true, _) => "the command line: not used",
            (false, true) => reason,
            (false, false) => "the default: there is none",
        };
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        line("baseline", &quoted(&name), there)?;

        writeln!(out, "\n[roles]")?;
        for (role, patterns) in config.role_patterns() {
            writeln!(out, "{}", cleaned(&format!("{role} = {}  # {file}", list(&patterns))))?;
        }
        writeln!(out, "\n[assume.env]")?;
        for (name, value) in config.assumed() {
            let name = cleaned(name);
            // A value may be a secret, whatever it is doing in a settings file.
            let value = if is_harmless(value) { quoted(value) } else { "\"…\"".into() };
            writeln!(out, "{name} = {value}  # {}", cleaned(file))?;
        }
        writeln!(out, "\n[severity]")?;
        for rule in &self.session.rules.rules {
            let (value, why) = self.severity(&rule.id, rule.severity.name(), file);
            let id = quoted(&rule.id);
            writeln!(out, "{}", cleaned(&format!("{id} = {}  # {why}", quoted(&value))))?;
        }
        Ok(())
    }

    /// The severity of a rule, and who says so.
    fn severity(&self, id: &str, own: &str, file: &str) -> (String, String) {
        let options = &self.session.options;
        let by_file = |line: Option<&usize>| {
            line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"))
        };
        let line = self.session.lines.get(id);
        let special =
            options.overrides.iter().filter(|entry| entry.severities.contains_key(id)).count();
        let elsewhere = if special > 0 { "; other in some files" } else { "" };
        if !options.runs(id) {
            let is_chosen = self.args.select.is_empty() && self.args.ignore.is_empty();
            let why = if is_chosen { by_file(line) } else { "the command line".into() };
            return ("off".into(), why);
        }
        match options.severities.get(id) {
            Some(severity) => (severity.name().into(), format!("{}{elsewhere}", by_file(line))),
            None => (own.into(), format!("the default{elsewhere}")),
        }
    }
}

/// Whether a value says nothing that a log must not have: names of environments, switches, numbers.
fn is_harmless(value: &str) -> bool {
    value.len() <= 16 && value.chars().all(|c| c.is_ascii_alphabetic() || c == '-')
        || value.parse::<i16>().is_ok()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn list(items: &[&str]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}
