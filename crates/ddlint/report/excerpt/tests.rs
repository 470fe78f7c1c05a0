use miette::{Diagnostic, MietteDiagnostic};

use super::*;
use crate::terminal::Terminal;

/// A diagnostic over an excerpt, rendered as the reports do it.
fn rendered(excerpt: Excerpt) -> String {
    let diagnostic = MietteDiagnostic::new("message").with_labels(excerpt.labels().to_vec());
    let diagnostic = miette::Report::new(diagnostic).with_source_code(excerpt);
    let diagnostic: &dyn Diagnostic = diagnostic.as_ref();
    let mut out = String::new();
    Terminal::PLAIN.renderer().render_report(&mut out, diagnostic).unwrap();
    out
}

fn mark(range: Range<usize>, text: &str) -> Mark {
    Mark { start: range.start, end: range.end, text: text.into(), primary: false }
}

fn at(text: &str, needle: &str, label: &str) -> Mark {
    let start = text.find(needle).unwrap();
    mark(start..start + needle.len(), label)
}

fn shown(text: &str, secrets: &[Range<usize>], mut marks: Vec<Mark>) -> String {
    marks[0].primary = true;
    rendered(Excerpt::new("src/a.ts", text, secrets, &marks, 100))
}

#[test]
fn marked_lines_keep_their_numbers_and_nothing_else_is_shown() {
    let text = "import x;\n\nconst é = {\n  ...base,\n  b: 2,\n  switch: on(),\n};\nlast";
    let marks = vec![
        at(text, "on()", "is `true`"),
        at(text, "...base", "spread here"),
        at(text, "b: 2", "set here"),
    ];
    insta::assert_snapshot!(shown(text, &[], marks), @r"
     × message
      ╭─[src/a.ts:6:11]
    4 │   ...base,
      ·   ───┬───
      ·      ╰── spread here
    5 │   b: 2,
      ·   ──┬─
      ·     ╰── set here
    6 │   switch: on(),
      ·           ──┬─
      ·             ╰── is `true`
      ╰────
    ");
}

#[test]
fn a_mark_over_many_lines_is_clipped_to_its_first() {
    let text = "a\r\nconst o = {  \r\n  b: 1,\r\n};\r\n";
    insta::assert_snapshot!(shown(text, &[], vec![mark(13..32, "this object")]), @r"
     × message
      ╭─[src/a.ts:2:11]
    2 │ const o = {  
      ·           ┬
      ·           ╰── this object
      ╰────
    ");
}

#[test]
fn secrets_are_blanked() {
    let text = "new X({ password: 'pässword', url: `pg://u:hunter2@h`, on: true })";
    let secret = |needle: &str| {
        let start = text.find(needle).unwrap();
        start..start + needle.len()
    };
    let secrets = [secret("pässword'"), secret("hunter2")];
    insta::assert_snapshot!(shown(text, &secrets, vec![at(text, "on: true", "here")]), @r"
     × message
      ╭─[src/a.ts:1:56]
    1 │ new X({ password: '**********, url: `pg://u:*******@h`, on: true })
      ·                                                         ────┬───
      ·                                                             ╰── here
      ╰────
    ");
}

#[test]
fn long_lines_are_clipped_round_their_marks() {
    let mut text = "x".repeat(5_000_000);
    text.push_str("; first(1); ");
    text.push_str(&"y".repeat(70_000));
    text.push_str("; second(2); ");
    text.push_str(&"表".repeat(70_000));
    let marks = vec![at(&text, "second(2)", "two"), at(&text, "first(1)", "one")];
    insta::assert_snapshot!(shown(&text, &[], marks), @r"
     × message
      ╭─[src/a.ts:1:5070015]
    1 │ …xxxxxxxxxxxxxxxxxxxxxxxx; first(1); yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…yyyyyyyyyyyyyyyyyyyyyyyy; second(2); 表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表表…
      ·                            ────┬───                                                                         ────┬────
      ·                                │                                                                                ╰── two
      ·                                ╰── one
      ╰────
    ");
}

#[test]
fn characters_that_steer_a_terminal_are_not_shown() {
    let text = "\u{feff}a\u{1b}[31m \u{202e}b\u{7}\tvalue\u{85}";
    insta::assert_snapshot!(shown(text, &[], vec![at(text, "value", "la\u{1b}bel")]), @r"
     × message
      ╭─[src/a.ts:1:13]
    1 │ �a?[31m �b? value¿
      ·             ──┬──
      ·               ╰── la?bel
      ╰────
    ");
}

#[test]
fn marks_at_the_ends_are_seen() {
    insta::assert_snapshot!(shown("", &[], vec![mark(0..0, "empty")]), @r"
     × message
      ╭─[src/a.ts:1:1]
    1 │  
      · ▲
      · ╰── empty
      ╰────
    ");
    insta::assert_snapshot!(shown("ab\n\ncd", &[], vec![mark(6..6, "end"), mark(3..3, "empty line"), mark(2..3, "break")]), @r"
     × message
      ╭─[src/a.ts:3:3]
    1 │ ab 
      ·   ▲
      ·   ╰── break
    2 │  
      · ▲
      · ╰── empty line
    3 │ cd 
      ·   ▲
      ·   ╰── end
      ╰────
    ");
}

#[test]
fn odd_offsets_are_no_reason_to_panic() {
    let texts = [
        "",
        "\n",
        "é\n表🦀\r\n\r\n",
        "a\rb\r\n",
        "\u{2028}\n\n\n",
        &"ab🦀".repeat(300),
        &"\t".repeat(400),
    ];
    for text in texts {
        let offsets = [
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            8,
            9,
            150,
            299,
            600,
            1499,
            text.len(),
            text.len() + 9,
            usize::MAX,
        ];
        for start in offsets {
            for end in offsets {
                for secrets in [vec![], vec![0..1, 9..10], vec![1..2, 3..200]] {
                    let other = mark(end..start, "other");
                    let out = shown(text, &secrets, vec![mark(start..end, "one"), other]);
                    assert!(
                        out.contains("one") && out.contains("other"),
                        "{start}..{end} in {text:?}:\n{out}"
                    );
                    assert!(out.len() < 4000, "{start}..{end} in {text:?}:\n{out}");
                }
            }
        }
    }
}

#[test]
fn marks_round_others_leave_them_room() {
    let text = "make({ a: 1, on: env.ON })";
    let marks = vec![
        at(text, "on: env.ON", "inner"),
        at(text, text, "outer"),
        at(text, "env.ON", "innermost"),
    ];
    insta::assert_snapshot!(shown(text, &[], marks), @r"
     × message
      ╭─[src/a.ts:1:14]
    1 │ make({ a: 1, on: env.ON })
      · ──────┬───── ─┬─ ───┬──
      ·       │       │     ╰── innermost
      ·       │       ╰── inner
      ·       ╰── outer
      ╰────
    ");
}
