use super::*;

fn parse(text: &str) -> QueryText {
    QueryText::parse(text).unwrap()
}

fn captures(text: &str) -> Vec<(String, bool)> {
    parse(text).captures.into_iter().map(|capture| (capture.name, capture.mandatory)).collect()
}

fn kinds(text: &str) -> Vec<Result<String, NoKind>> {
    parse(text).roots.into_iter().map(|root| root.kind.map(|(kind, _)| kind)).collect()
}

#[test]
fn captures_in_branches_and_under_quantifiers_are_not_mandatory() {
    let text = "(call_expression ; a (comment) @no\n function: [(identifier) @a (_) @b] @c arguments: (arguments (_)? @d (x (y) @e)* (z)+ @f)) @at";
    let expected = [
        ("a", false),
        ("b", false),
        ("c", true),
        ("d", false),
        ("e", false),
        ("f", true),
        ("at", true),
    ];
    assert_eq!(captures(text), expected.map(|(name, mandatory)| (name.to_owned(), mandatory)));
    assert_eq!(captures("(x (y) @a.b ?)"), [("a.b".to_owned(), false)]);
}

#[test]
fn every_pattern_says_which_kind_it_begins_with() {
    assert_eq!(kinds("(a (b) . !c d: _)"), [Ok("a".into())]);
    assert_eq!(kinds("((a) @x (#eq? @x \"(\"))"), [Ok("a".into())]);
    assert_eq!(kinds("(expression/identifier)"), [Ok("identifier".into())]);
    assert_eq!(kinds("(_) @at"), [Err(NoKind::Wildcard)]);
    assert_eq!(kinds("[(a) (b)]"), [Err(NoKind::Alternation)]);
    assert_eq!(kinds("\"new\""), [Err(NoKind::Token)]);
    assert_eq!(kinds("((a) . (b))"), [Err(NoKind::Siblings)]);
    assert_eq!(kinds("(a)+"), [Err(NoKind::Quantified)]);
    assert_eq!(kinds("(a) @x (b) @y"), [Ok("a".into()), Ok("b".into())]);
    assert_eq!(kinds(" ; nothing"), []);
}

#[test]
fn captures_know_the_field_right_before_them() {
    let fields = |text: &str| -> Vec<Option<String>> {
        parse(text).captures.into_iter().map(|capture| capture.field).collect()
    };
    assert_eq!(fields("(a f: (_) @x)"), [Some("f".to_owned())]);
    assert_eq!(fields("(a f: (b (c) @x) g: _) @y"), [None, None]);
    assert_eq!(fields("(a f: (b g: (c) @x) @y)"), [Some("g".to_owned()), Some("f".to_owned())]);
}

#[test]
fn predicates_on_mandatory_captures_are_needles() {
    let needles = |text| parse(text).needles();
    assert_eq!(needles(r#"((a) @x (#eq? @x "sync"))"#), [["sync"]]);
    assert_eq!(needles(r#"((a (b) @x) (#any-of? @x "up\"" "down"))"#), [["up\"", "down"]]);
    assert_eq!(needles(r#"((a (b)? @x) (#eq? @x "sync"))"#), Vec::<Vec<String>>::new());
    assert_eq!(needles(r#"((a [(b) @x (c)]) (#eq? @x "sync"))"#), Vec::<Vec<String>>::new());
    assert_eq!(needles(r#"((a) @x (#match? @x "sync"))"#), Vec::<Vec<String>>::new());
    assert_eq!(needles(r#"((a) @x (#not-eq? @x "sync"))"#), Vec::<Vec<String>>::new());
    assert_eq!(needles("((a (b) @y) @x (#eq? @x @y))"), Vec::<Vec<String>>::new());
    assert_eq!(needles(r#"((a) @x (#eq? @x ""))"#), Vec::<Vec<String>>::new());
}

#[test]
fn bad_queries_say_where() {
    let bad = |text: &str| {
        let bad = QueryText::parse(text).unwrap_err();
        format!("{}: {}", &text[bad.at], bad.message)
    };
    assert_eq!(bad("(a (b)"), "(: its `)` is missing");
    assert_eq!(bad("(a [(b)"), "[: its `]` is missing");
    assert_eq!(bad("(a))"), "): this `)` closes nothing");
    assert_eq!(bad("(a \"x)"), "\": this quote is not closed on its line");
    assert_eq!(
        bad("(a) @x (#eq? @x \"y\")"),
        "(#: a predicate stands inside the parentheses of the pattern"
    );
    assert_eq!(bad("@x (a)"), "@: a capture stands behind what it captures");
    assert_eq!(bad("(a b)"), "b: a node stands in parentheses: `(b)`");
    assert_eq!(bad("(a (#eq @x))"), "#eq: a predicate's name ends in `?`");
    assert_eq!(bad("(a b:)"), "b: nothing stands behind `b:`");
    assert_eq!(bad("(a %)"), "%: `%` has no meaning here");
    assert_eq!(bad(&"(a ".repeat(5000)), "(: more than 100 levels of nesting");
}
