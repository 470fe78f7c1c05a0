//! A report to test reporters with: every part of one, and texts that want to get out of their place.

use ddlint_core::files::MemoryFiles;
use ddlint_core::finding::{Certainty, Finding, Hazard, Label, LabelRole, Severity};
use ddlint_core::project::Project;
use ddlint_core::report::{Notice, NoticeKind, Report, Summary, Tally};
use ddlint_core::rule::Role;
use ddlint_core::source::Span;

use super::Reporter;
use super::text::steers;

const STORE: &str =
    "// é\nexport const store = new Store({ // 表\n  ...base,\n  schema: ensure(),\n});\n";
const BASE: &str = "\nexport const base = {\n  create: true,\n};\n";

/// What a reporter writes about a report with two findings and a note, two notices, and counts. Whatever the format,
/// nothing in it steers a terminal.
pub(super) fn reported(reporter: &dyn Reporter) -> String {
    let files = MemoryFiles::from([("src/base.ts", BASE), ("src/sto,re.ts", STORE)]);
    let project = Project::load(&files, files.paths(), &[]);
    let at = |path: &str, from: &str, to: &str| {
        let file = project.file(path).unwrap();
        let text = &project.source(file).unwrap().text;
        let start = text.find(from).unwrap();
        let end = start + text[start..].find(to).unwrap() + to.len();
        Span { file, start: start as u32, end: end as u32 }
    };
    let label = |role, span, text: &str| Label { span, text: text.into(), role };

    let object = at("src/sto,re.ts", "{ //", "}");
    let certain = Finding {
        rule: "store/create".into(),
        hazard: Hazard::LibraryDdl,
        severity: Severity::Error,
        certainty: Certainty::Certain,
        message: "the store creates its table each time it is made".into(),
        help: "set `create: false` and write the table\nas a migration, so that it is made once and on purpose, not by chance".into(),
        url: "https://example.org/store/create".into(),
        labels: vec![
            label(LabelRole::Primary, object, "`create` is `true`"),
            label(LabelRole::Related, at("src/sto,re.ts", "...base", "base"), "`base` is spread here"),
            label(LabelRole::Related, at("src/base.ts", "create: true", "true"), "set here"),
            label(LabelRole::Hidden, at("src/base.ts", "base", "base"), ""),
        ],
        fingerprint: "1f".into(),
    };
    let hostile = Finding {
        severity: Severity::Warning,
        certainty: Certainty::Conditional,
        message: "100%\n::error::gotcha\u{1b}[2J\u{9b}2J".into(),
        labels: vec![label(
            LabelRole::Primary,
            at("src/sto,re.ts", "schema", ")"),
            "a\r\n::warning::b\u{202e}",
        )],
        fingerprint: "2f".into(),
        ..certain.clone()
    };
    let note = Finding {
        severity: Severity::Note,
        certainty: Certainty::Latent,
        message: "the store may create its table".into(),
        fingerprint: "3f".into(),
        ..certain.clone()
    };
    let notice = |path: &str, span, kind, message: &str| Notice {
        path: path.into(),
        span,
        kind,
        message: message.into(),
    };
    let report = Report {
        findings: vec![certain, hostile, note],
        notices: vec![
            notice(
                "src/::error::\n::error::a.ts",
                None,
                NoticeKind::NotText,
                "it holds \"quotes\"\n::error::and breaks",
            ),
            notice(
                "src/sto,re.ts",
                Some(object),
                NoticeKind::Syntax,
                "the grammar does not know this",
            ),
        ],
        summary: Summary {
            files: 120,
            recognized: vec![
                Tally { count: 1, one: "store".into(), many: "stores".into() },
                Tally { count: 0, one: "queue".into(), many: "queues".into() },
            ],
            skipped: vec![(Role::Test, 31)],
            suppressed: 1,
            baselined: 2,
            statements: 0,
            unread_statements: 0,
            unchanged: 0,
        },
        missing: Vec::new(),
    };
    let mut out = Vec::new();
    reporter.report(&mut out, &project, &report).unwrap();
    let text = String::from_utf8(out).unwrap();
    // Colors and links are a reporter's own.
    let steering = text.chars().find(|c| steers(*c) && !"\n\u{1b}".contains(*c));
    assert!(steering.is_none() && !text.contains("\u{1b}[2J"), "{text}");
    text.replace(env!("CARGO_PKG_VERSION"), "[version]")
}
