//! The whole command, through the built binary.

#![allow(
    clippy::unwrap_used,
    reason = "clippy takes only the functions marked `#[test]` for tests"
)]

mod changes;
mod commands;
mod exit_status;
mod files;
mod formats;
mod reports;
mod sandbox;
mod schema;
mod settings;
mod suppressions;
mod usage;

/// One error at line 7, and a password.
const DATA_SOURCE: &str = r#"import { DataSource } from "typeorm";

export const source = new DataSource({
  type: "postgres",
  url: "postgres://shop:hunter2@db/shop", password: "hunter2",
  installExtensions: false,
  synchronize: true, extra: { password: "hunter2" },
});
"#;

/// One warning at line 5: the environment decides.
const CONDITIONAL: &str = r#"import { DataSource } from "typeorm";
export const source = new DataSource({
  type: "postgres",
  installExtensions: false,
  synchronize: process.env.DB_SYNC === "yes",
});
"#;
