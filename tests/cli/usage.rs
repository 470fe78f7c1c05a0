//! What is told about wrong usage and wrong settings.

use std::fmt::Write as _;

use crate::DATA_SOURCE;
use crate::sandbox::Sandbox;

#[test]
fn help_is_worth_reading() {
    let sandbox = Sandbox::new([]);
    let help = sandbox.run(&["--help"]);
    assert_eq!((help.status, help.stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!("help", help.stdout);
    assert_eq!(sandbox.run(&["-h"]), help);
}

#[test]
fn the_version_is_told() {
    let outcome = Sandbox::new([]).run(&["--version"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), "ddlint [version]\n"));
}

#[test]
fn unknown_names_are_usage_errors_with_a_suggestion() {
    let sandbox = Sandbox::new([]);
    let told = |args: &[&str]| {
        let outcome = sandbox.run(args);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{args:?}");
        format!("$ ddlint {}\n{}\n", args.join(" "), outcome.stderr)
    };
    let all = [
        told(&["--select", "typeorm/syncronize"]),
        told(&["--select", "typeorm", "--ignore", "sync,sequelise"]),
        told(&["explain", "typeorm/sync"]),
        told(&["--format", "jsn"]),
        told(&["--threads", "0"]),
        told(&["--shownotes"]),
        told(&["--rules", "rules-of-mine"]),
    ];
    insta::assert_snapshot!("unknown_names", all.concat());
}

#[test]
fn bad_settings_point_into_the_file() {
    let sandbox = Sandbox::new([("src/data-source.ts", DATA_SOURCE)]);
    let mut told = String::new();
    for settings in [
        "fail_on = \"error\"\nexclude = [\"src/[\"]\nrules = 3\n",
        "rules = [\"my-rules\"]\n",
        "fail-on = \"warnings\"\n",
        "[severity]\n\"typeorm/syncronize\" = \"warning\"\n\"typeorm/synchronize\" = \"fatal\"\n",
        "fail-on = \n",
    ] {
        sandbox.write("ddlint.toml", settings);
        let outcome = sandbox.run(&[]);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{settings}");
        writeln!(told, "{settings}-----\n{}", outcome.stderr).unwrap();
    }
    insta::assert_snapshot!("bad_settings", told);

    assert_eq!(sandbox.run(&["--no-config", "--ignore", "typeorm"]).status, Some(0));
    assert_eq!(sandbox.run(&["--config", "nowhere.toml"]).status, Some(2));
}

#[test]
fn a_missing_path_is_told_after_what_was_found_elsewhere() {
    let sandbox = Sandbox::new([("src/data-source.ts", DATA_SOURCE)]);
    let outcome =
        sandbox.run(&["--select", "typeorm/synchronize", "src/datasource.ts", "src", "gone/*.ts"]);
    assert_eq!(outcome.status, Some(2));
    insta::assert_snapshot!("missing_path", outcome.stderr);
    assert!(outcome.stdout.contains("src/data-source.ts:7:3"), "{}", outcome.stdout);

    let outcome = sandbox.run(&["gone"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""));
}

#[test]
fn a_path_outside_of_the_root_is_refused() {
    let sandbox = Sandbox::new([("a/a.ts", ""), ("b/b.ts", "")]);
    let outcome = sandbox.run(&["--root", "a", "b"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""));
    assert!(outcome.stderr.contains("`b` lies outside of the root"), "{}", outcome.stderr);
    assert_eq!(sandbox.run(&["--root", "gone"]).status, Some(2));
}
