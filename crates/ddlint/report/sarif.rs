//! SARIF 2.1.0, as code scanning reads it: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>, and GitHub's "SARIF support
//! for code scanning".

use std::fmt::Write as _;
use std::io::{self, Write};

use ddlint_core::finding::{Finding, Label, Severity};
use ddlint_core::project::Project;
use ddlint_core::report::{Notice, Report};
use ddlint_core::rule::{Rule, RuleSet};
use ddlint_core::source::Span;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::text::cleaned;
use super::{Common, Place, Reporter, message, write_pretty};

/// Where the format is described.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What paths are relative to. Whoever reads the report knows where that is.
const BASE: &str = "%SRCROOT%";

/// The key of our fingerprints. Raised when they are made differently.
const FINGERPRINT: &str = "ddlintFingerprint/v1";

/// One run.
#[derive(Debug)]
pub(crate) struct Sarif<'r> {
    /// What it has in common with other formats.
    pub(crate) common: Common,
    /// The rules that ran.
    pub(crate) rules: Vec<&'r Rule>,
}

impl<'r> Sarif<'r> {
    /// For a run of these rules.
    pub(crate) fn new(common: Common, rules: &'r RuleSet, runs: impl Fn(&str) -> bool) -> Self {
        Self { common, rules: rules.rules.iter().filter(|rule| runs(&rule.id)).collect() }
    }
}

impl Reporter for Sarif<'_> {
    fn report(&self, out: &mut dyn Write, project: &Project, report: &Report) -> io::Result<()> {
        let mut results = Vec::new();
        for finding in self.common.findings(report) {
            results.push(self.result(project, finding));
        }
        let run = Run {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: self.rules.iter().map(|rule| Descriptor::new(rule)).collect(),
                },
            },
            automation_details: Automation { id: "ddlint/" },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: Bases {
                base: Base { description: text("The root of the repository.") },
            },
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: self
                    .common
                    .notices(report)
                    .map(|notice| self.notification(project, notice))
                    .collect(),
            }],
            results,
        };
        let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
        write_pretty(out, &log)
    }
}

#[derive(Debug, Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    automation_details: Automation,
    column_kind: &'static str,
    original_uri_base_ids: Bases,
    invocations: [Invocation; 1],
    results: Vec<SarifResult>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    information_uri: &'static str,
    rules: Vec<Descriptor>,
}

#[derive(Debug, Serialize)]
struct Automation {
    id: &'static str,
}

#[derive(Debug, Serialize)]
struct Bases {
    #[serde(rename = "%SRCROOT%")]
    base: Base,
}

#[derive(Debug, Serialize)]
struct Base {
    description: Text,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Debug, Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    descriptor: DescriptorId,
}

#[derive(Debug, Serialize)]
struct DescriptorId {
    id: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: String,
    name: String,
    short_description: Text,
    full_description: Text,
    help: Help,
    help_uri: String,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Debug, Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Properties {
    tags: [&'static str; 3],
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    properties: Certainty,
}

#[derive(Debug, Serialize)]
struct Certainty {
    certainty: &'static str,
    hazard: &'static str,
}

#[derive(Debug)]
struct Fingerprints(String);

impl Serialize for Fingerprints {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(FINGERPRINT, &self.0)?;
        map.end()
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "physicalLocation")]
    physical: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

impl Sarif<'_> {
    fn result(&self, project: &Project, finding: &Finding) -> SarifResult {
        let primary = finding.primary();
        let mut said = message(finding);
        if !primary.text.is_empty() {
            said = format!("{said}: {}", primary.text);
        }
        let location = |(at, label): (usize, &Label)| {
            let place = self.location(project, label.span);
            Location { id: Some(at + 1), message: Some(text(&label.text)), ..place }
        };
        SarifResult {
            rule_id: finding.rule.clone(),
            rule_index: self.rules.iter().position(|rule| rule.id == finding.rule),
            level: level(finding.severity),
            message: text(&said),
            locations: [self.location(project, primary.span)],
            related_locations: finding.related().enumerate().map(location).collect(),
            partial_fingerprints: Fingerprints(finding.fingerprint.clone()),
            properties: Certainty {
                certainty: finding.certainty.name(),
                hazard: finding.hazard.name(),
            },
        }
    }

    fn notification(&self, project: &Project, notice: &Notice) -> Notification {
        let location = match notice.span {
            Some(span) => self.location(project, span),
            None => self.whole(&notice.path),
        };
        Notification {
            level: "warning",
            message: text(&notice.message),
            locations: [location],
            descriptor: DescriptorId { id: notice.kind.name() },
        }
    }

    fn location(&self, project: &Project, span: Span) -> Location {
        let Place { path, start, end } = Place::of(project, span);
        let region = Region {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        };
        let mut location = self.whole(path);
        location.physical.region = Some(region);
        location
    }

    fn whole(&self, path: &str) -> Location {
        let uri = uri(&self.common.path(path));
        let artifact_location = Artifact { uri, uri_base_id: BASE };
        Location { id: None, physical: Physical { artifact_location, region: None }, message: None }
    }
}

impl Descriptor {
    fn new(rule: &Rule) -> Self {
        let sections = [&rule.docs.what, &rule.docs.why, &rule.docs.fix];
        let help = sections.map(|section| section.trim()).join("\n\n");
        Self {
            id: rule.id.clone(),
            name: pascal(&rule.id),
            short_description: text(&rule.title),
            full_description: text(&rule.docs.what),
            help: Help { markdown: format!("{help}\n\n[{}]({})", rule.id, rule.url()), text: help },
            help_uri: rule.url(),
            default_configuration: Configuration { level: level(rule.severity) },
            properties: Properties {
                tags: ["database", "postgresql", "replication"],
                precision: "high",
                severity: match rule.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Note => "recommendation",
                },
            },
        }
    }
}

fn text(text: &str) -> Text {
    Text { text: cleaned(text) }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// `store/create-table` as `StoreCreateTable`: the format wants a name without punctuation.
fn pascal(id: &str) -> String {
    let words = id.split(|c: char| !c.is_alphanumeric());
    let capitalized = words.map(|word| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
    });
    capitalized.collect::<Vec<String>>().concat()
}

/// A path as a relative reference: every byte that could mean something else is written as a number.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            _ => _ = write!(uri, "%{byte:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::hand_made;

    #[test]
    fn everything_has_its_place() {
        let common = Common { prefix: "apps/api/".into(), show_notes: true };
        let text = hand_made::reported(&Sarif { common, rules: Vec::new() });
        insta::assert_snapshot!(text);
    }

    #[test]
    fn names_and_paths_are_written_as_the_format_wants() {
        assert_eq!(pascal("rate-limiter/create-table"), "RateLimiterCreateTable");
        assert_eq!(uri("src/é [id]/a,b%.ts"), "src/%C3%A9%20%5Bid%5D/a%2Cb%25.ts");
    }
}
