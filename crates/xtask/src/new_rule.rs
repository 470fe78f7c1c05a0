//! `cargo xtask new-rule`: a rule file and fixtures to start from. They load and pass as they are.

use std::fs;
use std::path::Path;

use crate::Result;

/// What is written, by its path; `{library}` and `{rule}` stand for the two parts of the id in both.
const FILES: [(&str, &str); 6] = [
    ("rules/{library}/_library.toml", LIBRARY),
    ("rules/{library}/{rule}.toml", RULE),
    ("fixtures/rules/{library}/{rule}/bad/package.json", MANIFEST),
    ("fixtures/rules/{library}/{rule}/bad/src/client.ts", BAD),
    ("fixtures/rules/{library}/{rule}/good/package.json", MANIFEST),
    ("fixtures/rules/{library}/{rule}/good/src/client.ts", GOOD),
];

const LIBRARY: &str = r#"# What the rules of {library} share. Say which published versions you looked at.

schema = 1
library = "{library}"
packages = ["{library}"]
"#;

const RULE: &str = r#"# docs/rule-format.md has every key. `cargo run -- inspect FILE` shows how ddlint sees a file.

schema = 1
title = "{library} changes the schema when a client is made"
since = "0.1.0"
status = "preview"
# One of docs/hazards.md.
hazard = "library-ddl"
# error: on every start. warning: on a first start, an upgrade, or when migrations are pending.
severity = "error"

# Where: what is called, made or decorated, and which argument holds the options.
[[match]]
new = "{library}#Client"
options = "0"

# When: the first case that holds is the finding. An absent option has the library's default.
[[case]]
where = [{ option = "migrate", default = true, truthy = true }]
message = "{library} changes the schema each time this client is made"
label = "`migrate` {origin}"
help = "Set `migrate: false` and write the change as a migration."

[docs]
what = "A client of {library} whose effective `migrate` is, or may be, on."
why = "The statements are DDL, which logical replication does not carry."
fix = "Set `migrate: false`, and write the change as a migration."
references = []
"#;

const MANIFEST: &str = r#"{
  "private": true,
  "dependencies": {
    "{library}": "1.0.0"
  }
}
"#;

const BAD: &str = r#"import { Client } from "{library}";

// ddlint-expect: {library}/{rule} error certain "changes the schema"
export const client = new Client({ host: "db" });
"#;

const GOOD: &str = r#"import { Client } from "{library}";

export const client = new Client({ host: "db", migrate: false });
"#;

/// Writes the files. What is there already is left alone, and a rule that is there is an error.
pub(crate) fn write(root: &Path, id: &str) -> Result<()> {
    let is_name = |name: &str| {
        let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_part)
    };
    let parts = id.split_once('/').filter(|(library, rule)| is_name(library) && is_name(rule));
    let (library, rule) = parts.ok_or("an id looks like `my-library/my-rule`")?;
    if root.join(format!("rules/{id}.toml")).exists() {
        return Err(format!("there is a rule `{id}` already").into());
    }
    let filled = |text: &str| text.replace("{library}", library).replace("{rule}", rule);
    for (path, text) in FILES {
        let path = filled(path);
        if root.join(&path).exists() {
            continue;
        }
        root.join(&path).parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(root.join(&path), filled(text))?;
        println!("{path}");
    }
    println!(
        "\nNext: fill them in, then INSTA_UPDATE=always cargo test --test rendered, then cargo xtask docs"
    );
    Ok(())
}

#[cfg(test)]
mod tests;
