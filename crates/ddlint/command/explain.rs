//! `ddlint explain`: the page of a rule.

use ddlint_core::document::rule_page;

use super::print;
use crate::Status;
use crate::cli::ExplainArgs;
use crate::report::text::{cleaned, wrapped};
use crate::rule_files;
use crate::terminal::Terminal;
use crate::trouble::Trouble;

/// Writes the page of a rule.
pub(crate) fn run(args: &ExplainArgs) -> Result<Status, Trouble> {
    let rules = rule_files::load_for(&args.common.setup)?;
    let Some(rule) = rules.rule(&args.rule) else {
        return Err(rule_files::unknown(&args.rule, &rules).into());
    };
    let page = format!("{}\n{}", rule_page(rule, None), hiding(&rule.id));
    let page = set(&page, Terminal::stdout(args.common.color).width);
    print(|out| out.write_all(page.as_bytes()))?;
    Ok(Status::Clean)
}

/// How to hide a finding of a rule that is meant to be there.
fn hiding(id: &str) -> String {
    format!(
        "## If it is meant to be there\n\nOne finding, by a comment at the place or at the call:\n\n```\n// ddlint-ignore: {id} -- why\n```\n\nAll of them, in ddlint.toml:\n\n```\n[severity]\n\"{id}\" = \"off\"\n```\n"
    )
}

/// A Markdown text with its prose in lines of that width. Code, tables, lists and headings keep their own lines.
fn set(page: &str, width: usize) -> String {
    let mut lines = Vec::new();
    let mut paragraph = String::new();
    let mut is_code = false;
    for line in page.lines() {
        let is_fence = line.trim_start().starts_with("```");
        if !(is_code || is_fence || is_markup(line)) {
            paragraph.push_str(line);
            paragraph.push(' ');
            continue;
        }
        if !paragraph.is_empty() {
            lines.push(wrapped(&cleaned(&paragraph), width));
            paragraph.clear();
        }
        lines.push(cleaned(line));
        is_code ^= is_fence;
    }
    lines.push(wrapped(&cleaned(&paragraph), width));
    format!("{}\n", lines.join("\n").trim_end())
}

/// Whether a line must stay alone: an empty one, a heading, a row of a table, an item of a list.
fn is_markup(line: &str) -> bool {
    let text = line.trim_start();
    let is_numbered =
        text.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    text.is_empty() || is_numbered || text.starts_with(['#', '|', '>']) || text.starts_with("- ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_prose_is_wrapped() {
        let page = "# A long heading\n\none two\nthree\n\n| a | long table |\n```ts\nlong  code, kept\n\n1. x\n```\n- a long item\n";
        let expected = "# A long heading\n\none two\nthree\n\n| a | long table |\n```ts\nlong  code, kept\n\n1. x\n```\n- a long item\n";
        assert_eq!(set(page, 8), expected);
        assert_eq!(set("a\u{1b}[31m b\nc", 20), "a?[31m b c\n");
    }
}
