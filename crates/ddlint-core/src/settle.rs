//! From findings to a report: severities, fingerprints, what is shown and in which order.

mod fingerprint;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::directive::Directives;
use crate::finding::{Finding, Severity};
use crate::judge::shown;
use crate::lint::Options;
use crate::project::Project;
use crate::report::{Notice, NoticeKind, Report};
use crate::rule::{Role, RuleSet};
use crate::source::{FileId, Span};

/// Settings for rules in some files only.
#[derive(Debug, Clone, Default)]
pub struct Override {
    /// The files: globs over root-relative paths.
    pub files: globset::GlobSet,
    /// Severities by rule; `None` switches the rule off there.
    pub severities: BTreeMap<String, Option<Severity>>,
}

/// What was found at one place by one rule.
struct Found {
    finding: Finding,
    is_hidden: bool,
}

/// Turns what the rules found into what is reported: sorted, each place once for each rule, without what comments and
/// the baseline hide. Adds to the notices and the counts of the report what there is to say about that.
pub(crate) fn settle(
    project: &Project<'_>,
    rules: &RuleSet,
    found: Vec<Finding>,
    options: &Options,
    report: &mut Report,
) {
    let mut directives = Directives::of(project, rules, options.reason_optional);
    let mut findings = by_place(project, found, &mut directives);
    findings.retain_mut(|found| set_severity(project, &mut found.finding, options));
    add_fingerprints(project, &mut findings, options);

    let judges = |rule: &str, file: FileId| {
        let is_skipped = project.role(file) == Role::Test && !options.include_tests;
        options.runs(rule) && !is_skipped
    };
    let told = directives.notices(project, judges).into_iter();
    report.notices.extend(told.filter(|notice| is_given(&notice.path, &options.report_in)));

    let there: BTreeSet<&str> =
        findings.iter().map(|found| found.finding.fingerprint.as_str()).collect();
    let missing = options.baseline.keys().filter(|known| !there.contains(known.as_str()));
    report.missing = missing.cloned().collect();
    findings.retain(|found| is_asked_for(project, &found.finding, &options.report_in));
    report.summary.suppressed = findings.iter().filter(|found| found.is_hidden).count();
    let shown = findings.into_iter().filter(|found| !found.is_hidden).map(|found| found.finding);
    let (old, new): (Vec<_>, Vec<_>) =
        shown.partition(|finding| is_known(finding, &options.baseline));
    report.summary.baselined = old.len();
    report.findings = new;
}

/// One finding for each place and rule. Several doors lead to one place: the one that makes it surest tells the story,
/// and a comment at one of them hides nothing of what comes through the others.
fn by_place(project: &Project<'_>, found: Vec<Finding>, directives: &mut Directives) -> Vec<Found> {
    let mut by_place: BTreeMap<(Span, String), Found> = BTreeMap::new();
    for finding in found {
        let is_hidden = directives.hide(project, &finding);
        let key = (finding.primary().span, finding.rule.clone());
        let weight = |is_hidden: bool, finding: &Finding| (!is_hidden, finding.certainty);
        match by_place.get_mut(&key) {
            Some(known)
                if weight(known.is_hidden, &known.finding) >= weight(is_hidden, &finding) => {}
            Some(known) => *known = Found { finding, is_hidden },
            None => _ = by_place.insert(key, Found { finding, is_hidden }),
        }
    }
    by_place.into_values().collect()
}

/// Gives a finding the severity that the settings want. `false` if the rule is off there.
fn set_severity(project: &Project<'_>, finding: &mut Finding, options: &Options) -> bool {
    let file = finding.primary().span.file;
    let path = project.path(file);
    // The last word counts, and the more special one is later.
    let mut special = options.overrides.iter().rev().filter(|special| special.files.is_match(path));
    let set = special.find_map(|special| special.severities.get(&finding.rule));
    let severity = match set {
        Some(None) => return false,
        Some(Some(severity)) => Some(*severity),
        None => options.severities.get(&finding.rule).copied(),
    };
    let severity = severity.unwrap_or(finding.severity);
    finding.severity = shown(severity, finding.certainty, project.role(file));
    true
}

fn add_fingerprints(project: &Project<'_>, findings: &mut [Found], options: &Options) {
    let mut ordinals: HashMap<u64, usize> = HashMap::new();
    for Found { finding, .. } in findings {
        let path = project.path(finding.primary().span.file);
        let path = options.renamed.get(path).map_or(path, String::as_str);
        let hash = fingerprint::hash(project, finding, path);
        let ordinal = ordinals.entry(hash).or_default();
        finding.fingerprint = format!("{hash:016x}-{ordinal}");
        *ordinal += 1;
    }
}

/// Whether the baseline has a finding. What has become worse than it was then is news.
fn is_known(finding: &Finding, baseline: &BTreeMap<String, Severity>) -> bool {
    baseline.get(&finding.fingerprint).is_some_and(|severity| *severity >= finding.severity)
}

/// Whether any label of a finding lies in a given file or folder.
fn is_asked_for(project: &Project<'_>, finding: &Finding, given: &[String]) -> bool {
    let mut paths = finding.labels.iter().map(|label| project.path(label.span.file));
    given.is_empty() || paths.any(|path| is_given(path, given))
}

/// Whether a notice is about what is reported on: about a file among it, or about the packages of such a file. What may
/// hide something is told wherever it is.
pub(crate) fn is_told(notice: &Notice, given: &[String]) -> bool {
    let is_above = || {
        let folder = notice.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        given.iter().any(|path| path.starts_with(folder))
    };
    notice.kind.is_loud()
        || given.is_empty()
        || is_given(&notice.path, given)
        || (notice.kind == NoticeKind::UnknownVersion && is_above())
}

/// Whether a path is or lies in one of the given ones, if any are.
pub(crate) fn is_given(path: &str, given: &[String]) -> bool {
    let lies_in = |given: &String| {
        given.is_empty()
            || path
                .strip_prefix(given.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    given.is_empty() || given.iter().any(lies_in)
}
