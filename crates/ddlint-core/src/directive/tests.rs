use super::*;
use crate::files::MemoryFiles;
use crate::finding::{Certainty, Hazard, Label, LabelRole, Severity};
use crate::language::Language;
use crate::rule::{RuleFile, load};

fn rules() -> RuleSet {
    let rule = "schema = 1\ntitle = \"t\"\nsince = \"0.1.0\"\nhazard = \"library-ddl\"\nseverity = \"error\"\n[[match]]\ncall = \"acme#boot\"\n[[case]]\nmessage = \"m\"\nlabel = \"l\"\n[docs]\nwhat = \"w\"\nwhy = \"w\"\nfix = \"f\"\n";
    let library = "schema = 1\nlibrary = \"acme\"\npackages = [\"acme\"]\n";
    let files =
        [("acme/boot.toml", rule), ("acme/reset.toml", rule), ("acme/_library.toml", library)];
    load(&files.map(|(path, text)| RuleFile {
        path: path.into(),
        text: text.into(),
        builtin: false,
    }))
    .unwrap()
}

/// Whether a finding of `acme/boot` at the text between `«` and `»` is hidden, and what there is to say.
fn hidden_in(path: &str, text: &str) -> (bool, Vec<String>) {
    let plain = text.replace(['«', '»'], "");
    let start = text.find('«').unwrap();
    let end = text.find('»').unwrap() - '«'.len_utf8();
    let files = MemoryFiles::from([(path, plain)]);
    let project = Project::load(&files, files.paths(), &[]);
    let file = project.file(path).unwrap();
    project.source(file).unwrap();
    let span = Span { file, start: start as u32, end: end as u32 };
    let finding = Finding {
        rule: "acme/boot".into(),
        hazard: Hazard::LibraryDdl,
        severity: Severity::Error,
        certainty: Certainty::Certain,
        message: String::new(),
        help: String::new(),
        url: String::new(),
        labels: vec![Label { span, text: String::new(), role: LabelRole::Primary }],
        fingerprint: String::new(),
    };
    let mut directives = Directives::of(&project, &rules(), false);
    let is_hidden = directives.hide(&project, &finding);
    let notices = directives.notices(&project, |_, _| true);
    (is_hidden, notices.into_iter().map(|notice| notice.message).collect())
}

#[track_caller]
fn hides(text: &str) {
    assert_eq!(hidden_in("a.ts", text), (true, vec![]), "{text}");
}

#[track_caller]
fn hides_nothing(text: &str, says: &str) {
    let (is_hidden, notices) = hidden_in("a.ts", text);
    assert!(!is_hidden, "{text}");
    assert!(notices.len() == 1 && notices[0].contains(says), "{text}: {notices:?}");
}

#[test]
fn a_directive_covers_its_own_line_or_the_next_one_with_code() {
    hides("f({ «on: true», // ddlint-ignore: acme/boot -- it is mine\n})");
    hides("f({\n  // ddlint-ignore: acme/boot -- it is mine\n\n  // more\n  «on: true» })");
    hides("/* ddlint-ignore: acme/boot -- it is mine */ «f()»");
    hides("/**\n * Boots.\n * ddlint-ignore: acme/boot, acme/boot -- it is mine\n */\n«f()»");
    hides("«f()»\n// ddlint-ignore-file: acme/boot -- it is mine");
    hides_nothing("// ddlint-ignore: acme/boot -- no\ng();\n«f()»", "nothing here is hidden");
    hides_nothing("g(); // ddlint-ignore: acme/boot -- no\n«f()»", "nothing here is hidden");
    hides_nothing("«f()»\n// ddlint-ignore: acme/boot -- no", "nothing here is hidden");
}

#[test]
fn what_begins_on_the_line_is_covered() {
    let above = "// ddlint-ignore: acme/boot -- it is mine\n";
    hides(&format!("{above}await runner\n  .query(x)\n  .«boot»(y)"));
    hides(&format!("{above}await runner.query(`\n  CREATE TABLE\n  «a» (x int)\n`)"));
    hides(&format!("{above}@A()\n@B()\nexport class «C» {{}}"));
    hides(&format!("class C {{\n  {above}  @A()\n  @B()\n  «m()» {{}}\n}}"));
    hides(&format!("{above}export const a =\n  new B(«{{\n    c: 1 }}»)"));
    hides(&format!("{above}const sql =\n  'a' +\n  '«b»'"));
}

#[test]
fn a_directive_reaches_into_no_other_object_list_or_function() {
    let above = "// ddlint-ignore: acme/boot -- no\n";
    for code in [
        "f({\n  a: {\n «b: 1» } })",
        "f([\n «g()»])",
        "f(() => {\n «g()» })",
        "function f() {\n «g()» }",
        "class A {\n  b = «g()» }",
        "@Module({\n imports: [«f()»] })\nclass A {}",
    ] {
        hides_nothing(&format!("{above}{code}"), "nothing here is hidden");
    }
}

#[test]
fn what_is_wrong_with_a_directive_is_said() {
    hides_nothing("// ddlint-ignore: acme/boot\n«f()»", "needs a reason");
    hides_nothing("// ddlint-ignore: acme/boot --  \n«f()»", "needs a reason");
    hides_nothing("// ddlint-ignore: acme/boto -- x\n«f()»", "did you mean `acme/boot`?");
    hides_nothing("// ddlint-ignore: boot -- x\n«f()»", "did you mean `acme/boot`?");
    hides_nothing("// ddlint-ignore acme/boot -- x\n«f()»", "no colon");
    hides_nothing("// ddlint-ignore: -- x\n«f()»", "names no rule");
    hides_nothing("// ddlint-ignore: acme/boot acme/reset -- x\n«f()»", "separated by commas");
    hides_nothing("// ddlint-ignore: acme/boot - x\n«f()»", "separated by commas");
    hides_nothing(
        "// ddlint-disable-next-line acme/boot\n«f()»",
        "no directive `ddlint-disable-next-line`",
    );
    hides_nothing("// ddlint-ignore: acme/reset -- x\n«f()»", "acme/reset finds nothing");
}

#[test]
fn one_of_two_rules_may_be_unused() {
    let (is_hidden, notices) =
        hidden_in("a.ts", "// ddlint-ignore: acme/boot, acme/reset -- both\n«f()»");
    assert!(is_hidden);
    assert_eq!(notices.len(), 1);
    assert!(notices[0].contains("acme/reset"), "{notices:?}");
}

#[test]
fn what_only_looks_like_a_directive_is_none() {
    for text in [
        "// ddlint-expect: acme/boot\n«f()»",
        "// ddlint-core reads this\n«f()»",
        "g('// ddlint-ignore: x'); «f()»",
        "g(`\n// ddlint-ignore: x\n`); «f()»",
    ] {
        assert_eq!(hidden_in("a.ts", text), (false, vec![]), "{text}");
    }
}

#[test]
fn json_has_comments_too() {
    assert!(
        !hidden_in("ormconfig.json", "{ // ddlint-ignore: acme/boot -- x\n «\"on\": true» }").0
    );
    assert!(
        hidden_in("ormconfig.json", "{\n // ddlint-ignore: acme/boot -- x\n «\"on\": true» }").0
    );
}

/// A source that no grammar reads: its comments are found all the same.
fn comments(path: &str, text: &str) -> Vec<String> {
    let source = Source::new(path.into(), Language::Json, text.into());
    Comments::of(&source).lines(text).map(|(_, line)| line.to_owned()).collect()
}

#[test]
fn other_languages_have_comments_of_their_own() {
    assert_eq!(
        comments(
            "a.sql",
            "-- one\nSELECT '-- no', E'it\\'s -- no', \"-- no\"; /* two /* in */ */ $$ -- no $$ $a$ -- no $a$ -- three"
        ),
        ["one", "two /* in", "three"]
    );
    assert_eq!(comments("a.yml", "a: b # one\nc: 'd # no'\ne: f#no\n# two\n"), ["one", "two"]);
    assert_eq!(comments(".env.local", "# one\nA=\"b # no\"\nit's: x # two"), ["one", "two"]);
    assert_eq!(comments("main.tf", "a = \"#no\" # one"), ["one"]);
    assert_eq!(comments("schema.prisma", "// one\n  @@map(\"//no\") /// two"), ["one", "two"]);
    assert_eq!(comments("Dockerfile.dev", "# one\nCMD x"), ["one"]);
}

#[test]
fn an_sql_statement_is_covered_from_its_first_line() {
    let text =
        "SELECT 1;\n-- ddlint-ignore: acme/boot -- x\nCREATE TABLE a (\n  b int\n);\nDROP TABLE a;";
    let source = Source::new("a.sql".into(), Language::Json, text.into());
    let lines = |marked: &str| {
        let start = text.find(marked).unwrap() as u32;
        place::first_lines(&source, Span { file: FileId(0), start, end: start + 1 })
    };
    assert_eq!(lines("b int"), [4, 3]);
    assert_eq!(lines("DROP"), [6, 6]);
    let comments = Comments::of(&source);
    assert_eq!(comments.line_of(&source, text.find("ddlint").unwrap()), Some(3));
}
