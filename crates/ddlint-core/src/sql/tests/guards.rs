//! Bad input ends no process, and is told.

use std::thread;

use super::{steps, unread};
use crate::sql::{Reason, read};

/// Runs with the stack that a thread of a pool has by default.
fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn what_nests_too_deep_is_not_parsed() {
    on_a_small_stack(|| {
        for count in [100, 400, 1_000, 5_000] {
            let n = |text: &str| text.repeat(count);
            for text in [
                format!("CREATE VIEW v AS SELECT {}1{}", n("("), n(")")),
                format!("CREATE VIEW v AS SELECT {}", n("(")),
                format!("CREATE VIEW v AS SELECT {}1{}", n("(SELECT "), n(")")),
                format!("CREATE VIEW v AS SELECT ARRAY{}1{}", n("["), n("]")),
                format!("CREATE VIEW v AS SELECT {}a", n("NOT ")),
                format!("CREATE VIEW v AS SELECT {}a", n("- ")),
                format!("CREATE VIEW v AS SELECT {}a", n("@ ")),
                format!("CREATE VIEW v AS SELECT {}a", n("+-")),
                format!("CREATE VIEW v AS SELECT {}a", n("OPERATOR(+) ")),
                format!("CREATE VIEW v AS SELECT a{}", n(" BETWEEN 1 AND b")),
                format!("CREATE VIEW v AS SELECT {}a{}", n("CASE WHEN a THEN "), n(" END")),
                format!("CREATE VIEW v AS SELECT a{}", n(" || b")),
                format!("CREATE VIEW v AS SELECT a{}", n("||b")),
                format!("CREATE VIEW v AS SELECT a{}", n("::int")),
                format!("CREATE VIEW v AS SELECT a{}", n(" AND b = c")),
                format!("CREATE VIEW v AS SELECT 1 FROM a{}{}", n(" JOIN b"), n(" ON true")),
                format!("CREATE VIEW v AS SELECT 1{}", n(" UNION SELECT 1")),
                format!("CREATE VIEW v AS SELECT 1{}", n(" UNION SELECT 1 FROM a WHERE b")),
                format!("CREATE VIEW v AS SELECT a{}", n(" IS DISTINCT FROM b")),
                format!("CREATE VIEW v AS SELECT a{}", n(" IS NULL")),
                format!("CREATE VIEW v AS SELECT a{}", n(" COLLATE b")),
                format!("CREATE VIEW v AS SELECT a{}", n("[1]")),
                format!("CREATE VIEW v AS SELECT {}", n("NOT (")),
                format!("CREATE VIEW v AS {} SELECT 1", n("WITH a AS (SELECT 1) ")),
                format!("{} SELECT 1", n("EXPLAIN ")),
                format!("{} SELECT 1", n("PREPARE a AS ")),
                format!("{} DELETE FROM a", n("CREATE RULE a AS ON INSERT TO b DO ")),
                format!("{} DELETE FROM a", n("CREATE RULE a AS ON INSERT TO b WHERE c DO ")),
                format!("DO $$ BEGIN {} NULL; {} END $$", n("IF a THEN "), n("END IF; ")),
                format!("DO $$ BEGIN {} NULL; {} END $$", n("LOOP "), n("END LOOP; ")),
                format!("DO $$ {} NULL; {} $$", n("BEGIN "), n("END; ")),
                format!("DO $$ BEGIN EXECUTE 'DROP TABLE ' {}; END $$", n("|| a ")),
                format!("DO $$ BEGIN EXECUTE {}'DROP TABLE a'{}; END $$", n("("), n(")")),
                format!("DO $$ BEGIN IF {}a THEN NULL; END IF; END $$", n("NOT ")),
                format!("CREATE TABLE a{} (b int)", n(".c")),
                // What looks like the end of a clause is none where the parser is lost.
                format!("CREATE SCHEMA {}", n("a WITH FROM b)")),
            ] {
                let deep = read(&text).unread.iter().any(|it| it.reason == Reason::TooDeep);
                assert!(deep || count < 5_000, "{}", &text[..40]);
            }
            // These are not deep, but for all we know they might have been.
            read(&format!("SELECT ( {}", n("END ( CASE ")));
            read(&n("`a "));
            read(&n("CREATE SCHEMA a "));
        }
    });
}

#[test]
fn it_is_told_and_hides_nothing_else() {
    let deep = format!("ALTER TABLE x ADD CHECK ({}a{})", "(".repeat(400), ")".repeat(400));
    let text = format!("DROP TABLE a; {deep}; DROP TABLE b");
    assert_eq!(steps(&text), ["drop a", "unreadable ALTER TABLE x", "drop b"]);
    assert_eq!(unread(&text), [(Reason::TooDeep, deep.as_str())]);
    let long = format!("INSERT INTO x VALUES {}('a')", "('a'),".repeat(200_000));
    let text = format!("{long}; DROP TABLE b");
    assert_eq!(steps(&text), ["INSERT", "drop b"]);
    assert_eq!(unread(&text), [(Reason::TooLong, long.as_str())]);
}

#[test]
fn what_people_write_is_not_too_deep() {
    let conditions = "a.b = c.d AND e.f IS NOT NULL AND ".repeat(100);
    let joins = "LEFT JOIN a.b c ON c.id = d.id ".repeat(100);
    let view = format!("CREATE VIEW v AS SELECT 1 FROM x {joins} WHERE {conditions} true");
    assert_eq!(steps(&view), ["view v view"]);
    let guarded = "ALTER TABLE a DROP COLUMN IF EXISTS b; DROP TABLE IF EXISTS c; ".repeat(500);
    let block = format!("DO $$ BEGIN {guarded} END $$");
    assert_eq!(steps(&block).len(), 1_001);
    let columns = "a int, ".repeat(1_600);
    assert_eq!(steps(&format!("CREATE TABLE x ({columns} b int)")).len(), 1);
    let nested = format!("CREATE TABLE x (a int CHECK ({}a{}))", "(".repeat(100), ")".repeat(100));
    assert_eq!(steps(&nested), ["create x a:int"]);
}

#[test]
fn no_text_is_too_strange() {
    const PARTS: [&str; 44] = [
        "CREATE",
        "TABLE",
        "ALTER",
        "DROP",
        "(",
        ")",
        ",",
        ";",
        "\"",
        "'",
        "$$",
        "$a$",
        "--",
        "/*",
        "*/",
        "\n",
        "PRIMARY",
        "KEY",
        "x",
        "\u{10}",
        "é",
        "`",
        "[",
        "]",
        "\\",
        "DO",
        "BEGIN",
        "END",
        "EXECUTE",
        "||",
        "E'",
        "U&\"",
        "ADD",
        "CONSTRAINT",
        "COPY x FROM stdin;",
        "\\.\n",
        "IF",
        "THEN",
        "${",
        "}",
        ":",
        "??",
        "\0",
        ".",
    ];
    // A linear congruential generator: the same texts in every run.
    let mut state: u64 = 7;
    let mut next = |bound: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound
    };
    for _ in 0..3_000 {
        let count = next(30);
        let parts: Vec<&str> = (0..count).map(|_| PARTS[next(PARTS.len())]).collect();
        let text = parts.join(if next(2) == 0 { " " } else { "" });
        let reading = read(&text);
        let statements = reading.statements.iter().map(|statement| statement.range.clone());
        let steps =
            reading.statements.iter().flat_map(|s| s.steps.iter().map(|step| step.range.clone()));
        let names = reading.statements.iter().filter_map(|statement| statement.name_range.clone());
        let unread = reading.unread.iter().map(|unread| unread.range.clone());
        for range in statements.chain(steps).chain(names).chain(unread) {
            assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
        }
    }
}
