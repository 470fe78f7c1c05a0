//! A project in a folder of its own, and the built binary run in it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with a project in it, outside of any repository.
pub(crate) struct Sandbox(TempDir);

/// What a run left behind. The folder's own path reads `[root]`.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

const MANIFEST: &str =
    r#"{ "dependencies": { "typeorm": "0.3.20", "sequelize": "6.37.3", "pg": "8.11.5" } }"#;

impl Sandbox {
    /// A project with these files and a manifest, its root marked by an empty settings file.
    pub(crate) fn new<const N: usize>(files: [(&str, &str); N]) -> Self {
        let sandbox = Self(tempfile::tempdir().unwrap());
        sandbox.write("ddlint.toml", "");
        sandbox.write("package.json", MANIFEST);
        for (path, text) in files {
            sandbox.write(path, text);
        }
        sandbox
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ddlint"));
        command.args(args).current_dir(self.0.path()).stdin(Stdio::null());
        for name in [
            "NO_COLOR",
            "COLUMNS",
            "LINES",
            "GITHUB_ACTIONS",
            "GITHUB_STEP_SUMMARY",
            "GITHUB_WORKSPACE",
            "RUST_BACKTRACE",
            "GIT_DIR",
            "GIT_INDEX_FILE",
            "GIT_WORK_TREE",
        ] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Outcome {
        let output = self.command(args).output().unwrap();
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            let canonical = fs::canonicalize(self.0.path()).unwrap();
            let text = text
                .replace(canonical.to_str().unwrap(), "[root]")
                .replace(self.0.path().to_str().unwrap(), "[root]");
            text.replace(env!("CARGO_PKG_VERSION"), "[version]")
        };
        Outcome {
            status: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// The JSON report of a run that only looks for two rules.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let outcome = self.run(
            &[&["--format", "json", "--select", "typeorm/synchronize,sequelize/sync"], args]
                .concat(),
        );
        assert_ne!(outcome.status, Some(2), "{}", outcome.stderr);
        serde_json::from_str(&outcome.stdout).unwrap()
    }

    /// The paths with findings, in the order of the report.
    pub(crate) fn found(&self, args: &[&str]) -> Vec<String> {
        let report = self.json(args);
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["path"].as_str().unwrap().into())
            .collect()
    }
}
