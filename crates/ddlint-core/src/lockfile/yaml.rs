//! The part of YAML that package managers write: one key on a line, indented by spaces.

/// Calls `found` with every key, below the keys that it stands in, and with what stands behind it on its line. Lists are
/// left out, and so is what is no key: a wrong text brings less, never an error.
pub(super) fn each_key<'t>(text: &'t str, mut found: impl FnMut(&[&'t str], &'t str)) {
    let mut path: Vec<&str> = Vec::new();
    let mut indents: Vec<usize> = Vec::new();
    for line in text.lines() {
        let mut content = line.trim_start_matches(' ');
        let mut indent = line.len() - content.len();
        content = content.trim_end();
        // A key of more than 1024 characters is written as `? key`, and its value behind a colon on the next line
        // (YAML 1.2, 8.2.2; js-yaml and Yarn both do so).
        if content == ":" {
            continue;
        }
        if let Some(value) = content.strip_prefix(": ") {
            content = value;
            indent += 2;
        }
        let entry = match content.strip_prefix("? ") {
            Some(key) => Some((unquoted(key), "")),
            None => key_and_value(content),
        };
        let Some((key, value)) = entry else { continue };
        while indents.last().is_some_and(|last| *last >= indent) {
            indents.pop();
            path.pop();
        }
        indents.push(indent);
        path.push(key);
        found(&path, value);
    }
}

fn key_and_value(content: &str) -> Option<(&str, &str)> {
    if content.starts_with(['#', '-']) {
        return None;
    }
    let quote = content.chars().next().filter(|c| matches!(c, '"' | '\''));
    // A colon can stand inside of a quoted key, and inside of a bare one if no blank follows.
    let colon = match quote {
        Some(quote) => content[1..].find(quote)? + 2,
        None if content.ends_with(':') && !content.contains(": ") => content.len() - 1,
        None => content.find(": ")?,
    };
    let value = content.get(colon..)?.strip_prefix(':')?.trim_start();
    Some((unquoted(&content[..colon]), plain(value)))
}

/// A value without its quotes or the comment behind it.
fn plain(value: &str) -> &str {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        return value[1..].split(quote).next().unwrap_or_default();
    }
    if value.starts_with('#') {
        return "";
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}
