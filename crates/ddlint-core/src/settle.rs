//! From findings to a report: severities, fingerprints, what is shown and in which order.

use std::collections::{BTreeMap, HashMap};

use tree_sitter::Node;

use crate::finding::Finding;
use crate::judge::shown;
use crate::lint::Options;
use crate::project::Project;
use crate::source::Span;

/// Turns what the rules found into what is reported: sorted, each place once for each rule.
pub(crate) fn settle(
    project: &Project<'_>,
    found: Vec<Finding>,
    options: &Options,
) -> Vec<Finding> {
    let mut by_place: BTreeMap<(Span, String), Finding> = BTreeMap::new();
    for finding in found {
        let key = (finding.primary().span, finding.rule.clone());
        match by_place.get_mut(&key) {
            // Several doors lead to one place: the one that makes it surest tells the story.
            Some(known) if known.certainty >= finding.certainty => {}
            Some(known) => *known = finding,
            None => {
                by_place.insert(key, finding);
            }
        }
    }
    let mut findings: Vec<Finding> = by_place.into_values().collect();
    let mut ordinals: HashMap<u64, usize> = HashMap::new();
    for finding in &mut findings {
        let place = finding.primary().span;
        let severity = options.severities.get(&finding.rule).copied().unwrap_or(finding.severity);
        finding.severity = shown(severity, finding.certainty, project.role(place.file));
        let hash = hash(project, finding);
        let ordinal = ordinals.entry(hash).or_default();
        finding.fingerprint = format!("{hash:016x}-{ordinal}");
        *ordinal += 1;
    }
    findings.retain(|finding| is_asked_for(project, finding, &options.report_in));
    findings
}

/// Whether any label of a finding lies in a given file or folder.
fn is_asked_for(project: &Project<'_>, finding: &Finding, given: &[String]) -> bool {
    let lies_in = |path: &str, given: &String| {
        given.is_empty()
            || path
                .strip_prefix(given.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    given.is_empty()
        || finding
            .labels
            .iter()
            .any(|label| given.iter().any(|given| lies_in(project.path(label.span.file), given)))
}

/// Rule, path and marked code, the same on every machine and in every version of the compiler (FNV-1a, 64 bits).
fn hash(project: &Project<'_>, finding: &Finding) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |text: &str| {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    let span = finding.primary().span;
    add(&finding.rule);
    add(project.path(span.file));
    if let Some((source, root)) =
        project.source(span.file).and_then(|source| Some((source, source.root()?)))
    {
        tokens(root, span).into_iter().for_each(|token| add(token_text(token, &source.text)));
    }
    hash
}

/// The first tokens of a marked place: enough to tell places apart, and no more, so that an option that is added at the
/// end of an object does not make it another finding.
fn tokens(root: Node<'_>, span: Span) -> Vec<Node<'_>> {
    const ENOUGH: usize = 16;
    let mut found = Vec::new();
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let is_apart =
            node.end_byte() <= span.start as usize || node.start_byte() >= span.end as usize;
        if !is_apart {
            // Formatters add and drop these.
            let is_punctuation =
                matches!(node.kind(), "," | ";" | "(" | ")" | "\"" | "'" | "comment");
            if node.child_count() == 0 && !is_punctuation {
                found.push(node);
            }
            if found.len() == ENOUGH {
                return found;
            }
            if cursor.goto_first_child() {
                continue;
            }
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

fn token_text<'t>(node: Node<'_>, text: &'t str) -> &'t str {
    text.get(node.byte_range()).unwrap_or_default()
}
