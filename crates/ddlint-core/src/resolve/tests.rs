use crate::files::MemoryFiles;
use crate::project::{Project, Resolved};

/// What an import leads to: a path, `package` or `missing`.
fn leads(files: &[(&str, &str)], from: &str, module: &str) -> String {
    let files =
        MemoryFiles(files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect());
    let project = Project::load(&files, files.paths(), &[]);
    match project.resolve(project.file(from).unwrap(), module) {
        Resolved::File(file) => project.path(file).into(),
        Resolved::Package => "package".into(),
        Resolved::Missing => "missing".into(),
    }
}

#[test]
fn relative_imports_find_all_kinds_of_sources() {
    let files = [
        ("src/a.ts", ""),
        ("src/b.tsx", ""),
        ("src/c.mts", ""),
        ("src/d.cjs", ""),
        ("src/e.entity.ts", ""),
        ("src/f.js", ""),
        ("src/f.ts", ""),
        ("src/g/index.ts", ""),
        ("src/index.ts", ""),
        ("src/h.js/x.ts", ""),
    ];
    let from = |module| leads(&files, "src/a.ts", module);
    assert_eq!(from("./b"), "src/b.tsx");
    assert_eq!(from("./b.jsx"), "src/b.tsx");
    assert_eq!(from("./b.js"), "src/b.tsx");
    assert_eq!(from("./c.mjs"), "src/c.mts");
    assert_eq!(from("./d"), "src/d.cjs");
    assert_eq!(from("./e.entity"), "src/e.entity.ts");
    assert_eq!(from("./f.js"), "src/f.ts");
    assert_eq!(from("./g"), "src/g/index.ts");
    assert_eq!(from("./g/"), "src/g/index.ts");
    assert_eq!(from("."), "src/index.ts");
    assert_eq!(from("./g/.."), "src/index.ts");
    assert_eq!(from("../src/f.ts"), "src/f.ts");
    assert_eq!(from("./g?raw"), "src/g/index.ts");
    assert_eq!(from("./none"), "missing");
}

#[test]
fn a_relative_import_of_a_folder_goes_by_its_manifest() {
    let files =
        [("a.ts", ""), ("b/package.json", r#"{ "main": "lib/main.js" }"#), ("b/lib/main.ts", "")];
    assert_eq!(leads(&files, "a.ts", "./b"), "b/lib/main.ts");
}

#[test]
fn relative_imports_of_what_is_not_built() {
    let files = [
        ("ormconfig.js", ""),
        ("package.json", "{}"),
        ("src/config/db.ts", ""),
        ("packages/core/package.json", r#"{ "main": "./lib/index.js" }"#),
        ("packages/core/src/index.ts", ""),
    ];
    assert_eq!(leads(&files, "ormconfig.js", "./dist/config/db.js"), "src/config/db.ts");
    assert_eq!(leads(&files, "ormconfig.js", "./dist/src/config/db"), "src/config/db.ts");
    assert_eq!(leads(&files, "ormconfig.js", "./packages/core"), "packages/core/src/index.ts");
    assert_eq!(leads(&files, "ormconfig.js", "./other/config/db"), "missing");
}

#[test]
fn imports_that_leave_the_project_are_missing() {
    let files = [("src/a.ts", ""), ("b.ts", "")];
    assert_eq!(leads(&files, "src/a.ts", "../b"), "b.ts");
    assert_eq!(leads(&files, "src/a.ts", "../../b"), "missing");
    assert_eq!(leads(&files, "src/a.ts", "../../project/b"), "missing");
    assert_eq!(leads(&files, "src/a.ts", "/b"), "missing");
}

#[test]
fn json_files_can_be_imported() {
    let files =
        [("a.ts", ""), ("package.json", "{}"), ("b.json", ""), ("c.json", ""), ("c.js", "")];
    assert_eq!(leads(&files, "a.ts", "./package.json"), "package.json");
    assert_eq!(leads(&files, "a.ts", "./b"), "b.json");
    assert_eq!(leads(&files, "a.ts", "./c"), "c.js");
}

#[test]
fn unknown_names_and_the_hosts_modules_are_packages() {
    let files = [
        ("a.ts", ""),
        ("path.ts", ""),
        ("tsconfig.json", r#"{ "compilerOptions": { "baseUrl": "." } }"#),
    ];
    for module in [
        "typeorm",
        "@nestjs/typeorm",
        "pg/lib/client",
        "path",
        "fs/promises",
        "node:fs",
        "node:sea",
    ] {
        assert_eq!(leads(&files, "a.ts", module), "package", "{module}");
    }
}

#[test]
fn node_modules_is_not_looked_at() {
    let files = [
        ("a.ts", ""),
        ("package.json", r#"{ "workspaces": ["packages/*"] }"#),
        ("packages/b/package.json", r#"{ "name": "b" }"#),
        ("node_modules/typeorm/package.json", r#"{ "name": "typeorm", "main": "index.js" }"#),
        ("node_modules/typeorm/index.js", ""),
    ];
    assert_eq!(leads(&files, "a.ts", "typeorm"), "package");
}

#[test]
fn names_that_no_package_can_have_are_missing() {
    for module in ["@/b", "~/b", "#b"] {
        assert_eq!(leads(&[("a.ts", "")], "a.ts", module), "missing", "{module}");
    }
}

#[test]
fn paths_of_a_configuration_with_comments() {
    let config = r#"{
        // Aliases.
        "compilerOptions": {
            "paths": { "@/*": ["./src/*"], "@db": ["./src/db/index.ts"], "gone/*": ["./gone/*"], "*": ["./types/*"], },
        },
    }"#;
    let files = [
        ("tsconfig.json", config),
        ("src/db/index.ts", ""),
        ("src/main.ts", ""),
        ("src/deep/x.ts", ""),
        ("types/own.ts", ""),
    ];
    let from = |module| leads(&files, "src/deep/x.ts", module);
    assert_eq!(from("@/main"), "src/main.ts");
    assert_eq!(from("@/main.js"), "src/main.ts");
    assert_eq!(from("@/db"), "src/db/index.ts");
    assert_eq!(from("@db"), "src/db/index.ts");
    assert_eq!(from("own"), "types/own.ts");
    assert_eq!(from("@/none"), "missing");
    assert_eq!(from("gone/x"), "missing");
    assert_eq!(from("typeorm"), "package");
}

#[test]
fn a_base_url() {
    let files = [
        ("tsconfig.json", r#"{ "compilerOptions": { "baseUrl": "./" } }"#),
        ("src/main.ts", ""),
        ("src/config/db.ts", ""),
        ("lib.ts", ""),
    ];
    let from = |module| leads(&files, "src/main.ts", module);
    assert_eq!(from("src/config/db"), "src/config/db.ts");
    assert_eq!(from("lib"), "lib.ts");
    assert_eq!(from("src/none"), "missing");
    assert_eq!(from("pg"), "package");
}

#[test]
fn a_javascript_configuration() {
    let config = r#"{ "compilerOptions": { "baseUrl": ".", "paths": { "~/*": ["src/*"] } } }"#;
    let files = [("jsconfig.json", config), ("src/a.js", ""), ("src/b.js", "")];
    assert_eq!(leads(&files, "src/a.js", "~/b"), "src/b.js");
}

#[test]
fn what_a_configuration_extends() {
    let base = r#"{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }"#;
    let files = [
        ("config/base.json", base),
        ("config/src/b.ts", ""),
        ("apps/a/tsconfig.json", r#"{ "extends": ["../../config/base"] }"#),
        ("apps/a/main.ts", ""),
    ];
    assert_eq!(leads(&files, "apps/a/main.ts", "@/b"), "config/src/b.ts");
}

#[test]
fn a_base_configuration_from_a_package_of_the_workspace() {
    let base = r#"{ "compilerOptions": { "paths": { "@/*": ["${configDir}/src/*"] } } }"#;
    let files = [
        ("package.json", r#"{ "workspaces": { "packages": ["packages/*"] } }"#),
        ("packages/tsconfig/package.json", r#"{ "name": "@acme/tsconfig" }"#),
        ("packages/tsconfig/node.json", base),
        ("packages/a/package.json", r#"{ "name": "a" }"#),
        ("packages/a/tsconfig.json", r#"{ "extends": "@acme/tsconfig/node.json" }"#),
        ("packages/a/main.ts", ""),
        ("packages/a/src/b.ts", ""),
    ];
    assert_eq!(leads(&files, "packages/a/main.ts", "@/b"), "packages/a/src/b.ts");
}

#[test]
fn configurations_that_cannot_be_found_or_go_round_in_circles_break_nothing() {
    let paths =
        r#""compilerOptions": { "paths": { "@/*": ["./src/*"] }, "lib": 3, "rootDirs": "x" }"#;
    let extends = [
        r#""@tsconfig/node20/tsconfig.json""#,
        r#"["./none.json", "./node_modules/x/tsconfig.json"]"#,
        r#""./tsconfig.json""#,
        r#""./tsconfig.build.json""#,
        "7",
    ];
    for base in extends {
        let config = format!(
            r#"{{ "extends": {base}, "references": [{{ "path": "./none" }}, {{ "path": "." }}], {paths} }}"#
        );
        let files = [
            ("tsconfig.json", config.as_str()),
            ("tsconfig.build.json", r#"{ "extends": "./tsconfig.json" }"#),
            ("a/tsconfig.json", "{ no json"),
            ("a/package.json", "{ no json"),
            ("a/b.ts", ""),
            ("a/c/package.json", "[]"),
            ("a/c/index.ts", ""),
            ("src/d.ts", ""),
        ];
        assert_eq!(leads(&files, "a/b.ts", "./c"), "a/c/index.ts", "{base}");
        assert_eq!(leads(&files, "a/b.ts", "./c?x"), "a/c/index.ts", "{base}");
        assert_eq!(leads(&files, "a/b.ts", "@/d"), "src/d.ts", "{base}");
    }
}

#[test]
fn references_say_which_configuration_a_file_has() {
    let files = [
        (
            "tsconfig.json",
            r#"{ "files": [], "include": [], "references": [{ "path": "./tsconfig.app.json" }, { "path": "api" }] }"#,
        ),
        (
            "tsconfig.app.json",
            r#"{ "include": ["src"], "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }"#,
        ),
        ("api/tsconfig.json", r#"{ "compilerOptions": { "paths": { "@/*": ["./lib/*"] } } }"#),
        ("src/a.ts", ""),
        ("src/b.ts", ""),
        ("api/a.ts", ""),
        ("api/lib/b.ts", ""),
        ("test/a.ts", ""),
    ];
    assert_eq!(leads(&files, "src/a.ts", "@/b"), "src/b.ts");
    assert_eq!(leads(&files, "api/a.ts", "@/b"), "api/lib/b.ts");
    // In no configuration's `include`, as tests often are.
    assert_eq!(leads(&files, "test/a.ts", "@/b"), "src/b.ts");
}

/// A workspace with packages that point at files which a build would write.
fn workspace(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut files = vec![
        ("packages/api/package.json", r#"{ "name": "api" }"#),
        ("packages/api/main.ts", ""),
        (
            "packages/db/package.json",
            r#"{ "name": "@acme/db", "main": "dist/index.js", "types": "dist/index.d.ts" }"#,
        ),
        ("packages/db/src/index.ts", ""),
        ("packages/db/src/options.ts", ""),
        ("packages/there/package.json", r#"{ "name": "there", "main": "lib/main" }"#),
        ("packages/there/lib/main.js", ""),
        ("packages/there/other.js", ""),
        (
            "packages/mapped/package.json",
            r#"{ "name": "mapped", "exports": {
            ".": { "types": "./dist/main.d.ts", "import": "./dist/main.mjs" }, "./source": "./src/source.ts", "./*": "./dist/lib/*.js", "./hidden": null } }"#,
        ),
        ("packages/mapped/src/main.ts", ""),
        ("packages/mapped/src/source.ts", ""),
        ("packages/mapped/src/lib/options.ts", ""),
        ("packages/empty/package.json", r#"{ "name": "empty" }"#),
        ("other/package.json", r#"{ "name": "outside" }"#),
        ("other/index.ts", ""),
    ];
    files.extend(more);
    files
}

#[test]
fn packages_of_a_workspace_are_found_whether_they_are_built_or_not() {
    let roots = [
        vec![("package.json", r#"{ "workspaces": ["packages/*"] }"#)],
        vec![("package.json", r#"{ "workspaces": { "packages": ["./packages/*/"] } }"#)],
        vec![("package.json", "{}"), ("pnpm-workspace.yaml", "packages:\n  - 'packages/**'\n")],
    ];
    for root in roots {
        let files = workspace(&root);
        let from = |module| leads(&files, "packages/api/main.ts", module);
        assert_eq!(from("@acme/db"), "packages/db/src/index.ts");
        assert_eq!(from("@acme/db/dist/options"), "packages/db/src/options.ts");
        assert_eq!(from("@acme/db/src/options"), "packages/db/src/options.ts");
        assert_eq!(from("there"), "packages/there/lib/main.js");
        assert_eq!(from("there/other"), "packages/there/other.js");
        assert_eq!(from("mapped"), "packages/mapped/src/main.ts");
        assert_eq!(from("mapped/source"), "packages/mapped/src/source.ts");
        assert_eq!(from("mapped/options"), "packages/mapped/src/lib/options.ts");
        assert_eq!(from("empty"), "missing");
        assert_eq!(from("@acme/db/none"), "missing");
        assert_eq!(from("@acme/published"), "package");
        assert_eq!(from("outside"), "package");
    }
}

#[test]
fn packages_that_a_workspace_excludes_are_not_part_of_it() {
    let files = workspace(&[("pnpm-workspace.yaml", "packages: ['packages/*', '!packages/db']")]);
    assert_eq!(leads(&files, "packages/api/main.ts", "there"), "packages/there/lib/main.js");
    assert_eq!(leads(&files, "packages/api/main.ts", "@acme/db"), "package");
}

#[test]
fn packages_of_one_workspace_are_none_of_the_others() {
    let files = [
        ("a/package.json", r#"{ "workspaces": ["*"] }"#),
        ("a/x/package.json", r#"{ "name": "x" }"#),
        ("a/x/index.ts", ""),
        ("a/y/main.ts", ""),
        ("b/main.ts", ""),
    ];
    assert_eq!(leads(&files, "a/y/main.ts", "x"), "a/x/index.ts");
    assert_eq!(leads(&files, "b/main.ts", "x"), "package");
}

#[test]
fn a_dependency_on_a_folder_of_the_project() {
    let files = [
        (
            "api/package.json",
            r#"{ "dependencies": { "kit": "file:../kit", "lost": "link:../lost" } }"#,
        ),
        ("api/main.ts", ""),
        ("kit/package.json", r#"{ "name": "kit" }"#),
        ("kit/index.ts", ""),
    ];
    assert_eq!(leads(&files, "api/main.ts", "kit"), "kit/index.ts");
    assert_eq!(leads(&files, "api/main.ts", "lost"), "package");
}

#[test]
fn what_a_package_calls_its_own() {
    let manifest = r##"{ "name": "own", "exports": { ".": "./dist/index.js", "./x": "./x.js" },
        "imports": { "#db": "./db.ts", "#lib/*": "./dist/*.js", "#out": "pg" } }"##;
    let files = [
        ("package.json", manifest),
        ("db.ts", ""),
        ("x.ts", ""),
        ("src/index.ts", ""),
        ("src/a.ts", ""),
        ("src/deep/options.ts", ""),
    ];
    let from = |module| leads(&files, "src/a.ts", module);
    assert_eq!(from("#db"), "db.ts");
    assert_eq!(from("#lib/deep/options"), "src/deep/options.ts");
    assert_eq!(from("#none"), "missing");
    assert_eq!(from("own"), "src/index.ts");
    assert_eq!(from("own/x"), "x.ts");
}

#[test]
fn an_alias_of_something_generated_is_the_package_that_the_manifest_names() {
    let files = [
        (
            "tsconfig.json",
            r#"{ "compilerOptions": { "paths": { "@prisma/client": ["./generated/client"] } } }"#,
        ),
        ("package.json", r#"{ "dependencies": { "@prisma/client": "^6.0.0" } }"#),
        ("a.ts", ""),
    ];
    assert_eq!(leads(&files, "a.ts", "@prisma/client"), "package");
}

#[test]
fn what_is_only_declared_or_no_code_is_no_mystery() {
    let files = [
        ("package.json", r#"{ "workspaces": ["packages/*"] }"#),
        ("packages/shared/package.json", r#"{ "name": "shared" }"#),
        ("packages/shared/types/sql.d.ts", ""),
        ("packages/app/package.json", r#"{ "name": "app", "dependencies": { "shared": "*" } }"#),
        ("packages/app/src/a.ts", ""),
        ("packages/app/src/generated.d.ts", ""),
    ];
    let from = |module| leads(&files, "packages/app/src/a.ts", module);
    assert_eq!(from("shared/types/sql"), "package");
    assert_eq!(from("shared/types/other"), "missing");
    assert_eq!(from("./generated"), "package");
    assert_eq!(from("./generated.js"), "package");
    assert_eq!(from("./page.module.css"), "package");
    assert_eq!(from("./missing"), "missing");
}

#[test]
fn only_files_that_say_where_imports_lead_are_read_besides_sources() {
    for path in [
        "a/tsconfig.json",
        "tsconfig.base.json",
        "jsconfig.json",
        "pnpm-workspace.yaml",
        "package.json",
        "a.ts",
    ] {
        assert!(Project::reads(path), "{path}");
    }
    for path in ["tsconfig.md", "pnpm-workspace.yaml.md", "README.md"] {
        assert!(!Project::reads(path), "{path}");
    }
}

#[test]
fn sources_of_compiled_code_are_in_the_same_package() {
    let sources = |path, package| super::sources_of(path, package).collect::<Vec<_>>();
    assert_eq!(sources("dist/changes", ""), ["src/changes", "changes"]);
    assert_eq!(
        sources("packages/api/dist/changes", "packages/api/"),
        ["packages/api/src/changes", "packages/api/changes"]
    );
    assert_eq!(sources("packages/db/dist/changes", "packages/api/"), [] as [&str; 0]);
    assert_eq!(sources("dist", ""), [] as [&str; 0]);
}
