//! Small lock files in the shape of real ones.

use super::*;
use crate::files::MemoryFiles;

fn lock(path: &str, text: &str) -> Lockfile {
    Lockfile::parse(path, text.as_bytes()).unwrap()
}

fn version(lock: &Lockfile, folder: &str, package: &str, range: &str) -> Option<String> {
    lock.version(folder, package, Some(range)).map(|version| version.to_string())
}

#[track_caller]
fn pins(lock: &Lockfile, folder: &str, package: &str, range: &str, expected: &str) {
    assert_eq!(version(lock, folder, package, range).as_deref(), Some(expected));
}

#[test]
fn lock_files_are_told_by_their_names() {
    assert!(Lockfile::is_path("package-lock.json"));
    assert!(Lockfile::is_path("apps/api/pnpm-lock.yaml"));
    assert!(!Lockfile::is_path("bun.lockb"));
    assert!(!Lockfile::is_path("my-yarn.lock"));
    assert!(Lockfile::parse("bun.lockb", b"").is_err());
}

#[test]
fn npm_version_1_is_a_tree() {
    let text = r#"{
  "name": "app", "version": "1.0.0", "lockfileVersion": 1, "requires": true,
  "dependencies": {
    "typeorm": { "version": "0.2.34", "integrity": "sha512-a", "requires": { "debug": "^4.3.1" },
      "dependencies": { "debug": { "version": "4.3.1" } } },
    "debug": { "version": "2.6.9" },
    "orm": { "version": "npm:typeorm@0.3.20" },
    "knex": { "version": "git+ssh://git@example.com/knex.git#abc" }
  }
}"#;
    for name in ["package-lock.json", "npm-shrinkwrap.json"] {
        let lock = lock(name, text);
        pins(&lock, "", "typeorm", "^0.2.25", "0.2.34");
        pins(&lock, "", "debug", "^2.0.0", "2.6.9");
        pins(&lock, "examples/", "debug", "^4.0.0", "4.3.1");
        pins(&lock, "", "orm", "npm:typeorm@^0.3.0", "0.3.20");
        assert_eq!(version(&lock, "", "knex", "example/knex"), None);
        assert_eq!(version(&lock, "", "pg", "^8.0.0"), None);
    }
}

#[test]
fn npm_versions_2_and_3_have_workspaces() {
    let text = r#"{
  "name": "root", "lockfileVersion": 3, "requires": true,
  "packages": {
    "": { "name": "root", "workspaces": ["packages/*"] },
    "node_modules/api": { "resolved": "packages/api", "link": true },
    "node_modules/typeorm": { "version": "0.3.20", "license": "MIT" },
    "node_modules/typeorm/node_modules/debug": { "version": "4.3.4" },
    "node_modules/@nestjs/typeorm": { "version": "10.0.2" },
    "packages/api": { "version": "1.0.0", "dependencies": { "typeorm": "0.2.45" } },
    "packages/api/node_modules/typeorm": { "version": "0.2.45" },
    "packages/web": { "version": "1.0.0" }
  },
  "dependencies": { "typeorm": { "version": "9.9.9" } }
}"#;
    let lock = lock("package-lock.json", text);
    pins(&lock, "", "typeorm", "^0.3.0", "0.3.20");
    pins(&lock, "packages/api/", "typeorm", "0.2.45", "0.2.45");
    pins(&lock, "packages/api", "@nestjs/typeorm", "^10.0.0", "10.0.2");
    // An override in the root wins over what the member asks for.
    pins(&lock, "packages/web/", "typeorm", "^0.2.0", "0.3.20");
    // No member: what its manifest allows, wherever it is.
    pins(&lock, "examples/old/", "typeorm", "^0.2.0", "0.2.45");
    assert_eq!(version(&lock, "examples/old/", "typeorm", "^1.0.0"), None);
    assert_eq!(version(&lock, "examples/old/", "debug", "^3.0.0"), None);
}

const PNPM_9: &str = "lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

catalogs:
  default:
    typeorm:
      specifier: ^0.3.0
      version: 0.3.20

importers:

  .:
    devDependencies:
      knex:
        specifier: ^3.1.0
        version: 3.1.0(pg@8.11.3)
      lodash.merge:
        specifier: npm:@types/lodash.merge@4.6.1
        version: '@types/lodash.merge@4.6.1'

  packages/api:
    dependencies:
      '@nestjs/typeorm':
        specifier: ^10.0.0
        version: 10.0.2(@nestjs/common@10.2.5(rxjs@7.8.1))(typeorm@0.3.20(pg@8.11.3))
      shared:
        specifier: workspace:*
        version: link:../kit
      typeorm:
        specifier: 'catalog:'
        version: 0.3.20(pg@8.11.3)

  packages/shared: {}

packages:

  '@nestjs/typeorm@10.0.2':
    resolution: {integrity: sha512-a==}
    peerDependencies:
      typeorm: ^0.3.0

  typeorm@0.2.45:
    resolution: {integrity: sha512-a==}

  typeorm@0.3.20:
    resolution: {integrity: sha512-a==}

snapshots:

  typeorm@0.3.20(pg@8.11.3):
    dependencies:
      typeorm: 9.9.9
";

#[test]
fn pnpm_version_9_has_importers() {
    let lock = lock("pnpm-lock.yaml", PNPM_9);
    pins(&lock, "packages/api/", "typeorm", "catalog:", "0.3.20");
    pins(&lock, "packages/api/", "@nestjs/typeorm", "^10.0.0", "10.0.2");
    pins(&lock, "packages/api/", "knex", "^3.0.0", "3.1.0");
    pins(&lock, "", "lodash.merge", "npm:@types/lodash.merge@4.6.1", "4.6.1");
    pins(&lock, "packages/shared/", "typeorm", "^0.2.0", "0.2.45");
    assert_eq!(version(&lock, "packages/shared/", "typeorm", "latest"), None);
    assert_eq!(version(&lock, "packages/api/", "shared", "workspace:*"), None);
}

#[test]
fn pnpm_files_of_two_documents_are_read_as_one() {
    let text = format!(
        "---\nlockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    configDependencies:\n      a:\n        version: 1.0.0\n\n---\n{PNPM_9}"
    );
    pins(&lock("pnpm-lock.yaml", &text), "packages/api/", "typeorm", "catalog:", "0.3.20");
}

#[test]
fn pnpm_version_6_without_a_workspace() {
    let text = "lockfileVersion: '6.0'

dependencies:
  '@nestjs/typeorm':
    specifier: ^10.0.0
    version: 10.0.0(@nestjs/common@10.0.0)(typeorm@0.3.17)
  orm:
    specifier: npm:typeorm@^0.2.0
    version: /typeorm@0.2.45(pg@8.11.0)

devDependencies:
  typeorm:
    specifier: ^0.3.0
    version: 0.3.17(pg@8.11.0)

packages:

  /@nestjs/typeorm@10.0.0(@nestjs/common@10.0.0)(typeorm@0.3.17):
    resolution: {integrity: sha512-a==}

  ? /@scope/long@1.0.0(a@1.0.0)(b@1.0.0)
  : resolution: {integrity: sha512-a==}
    dev: true

  /typeorm@0.2.45(pg@8.11.0):
    resolution: {integrity: sha512-a==}
";
    let lock = lock("server/pnpm-lock.yaml", text);
    pins(&lock, "server/", "typeorm", "^0.3.0", "0.3.17");
    pins(&lock, "server/", "orm", "npm:typeorm@^0.2.0", "0.2.45");
    pins(&lock, "server/", "@nestjs/typeorm", "^10.0.0", "10.0.0");
    pins(&lock, "server/", "@scope/long", "^1.0.0", "1.0.0");
    pins(&lock, "server/old/", "typeorm", "^0.2.0", "0.2.45");
    assert_eq!(version(&lock, "", "typeorm", "^0.3.0"), None);
    assert_eq!(version(&lock, "server-old/", "typeorm", "^0.3.0"), None);
}

#[test]
fn pnpm_version_5_writes_versions_behind_names() {
    let text = "lockfileVersion: 5.4

importers:

  .:
    specifiers:
      knex: ^2.0.0
    dependencies:
      knex: 2.4.2_pg@8.7.3

  apps/api:
    specifiers:
      typeorm: ^0.2.25
    dependencies:
      '@nestjs/typeorm': 8.0.3_0c1b0f8b2e5e1d8e
      orm: /typeorm/0.3.11_pg@8.7.3
      shared: link:../kit
      typeorm: 0.2.45_pg@8.7.3

packages:

  /@nestjs/typeorm/8.0.3_0c1b0f8b2e5e1d8e:
    resolution: {integrity: sha512-a==}
    dependencies:
      typeorm: 9.9.9

  /@types/mssql/6.0.8_a@1.0.0+b@2.0.0:
    resolution: {integrity: sha512-a==}

  /typeorm/0.2.45_pg@8.7.3:
    resolution: {integrity: sha512-a==}
";
    let lock = lock("pnpm-lock.yaml", text);
    pins(&lock, "apps/api/", "typeorm", "^0.2.25", "0.2.45");
    pins(&lock, "apps/api/", "@nestjs/typeorm", "^8.0.0", "8.0.3");
    pins(&lock, "apps/api/", "orm", "npm:typeorm@^0.3.0", "0.3.11");
    pins(&lock, "apps/api/", "knex", "^2.0.0", "2.4.2");
    pins(&lock, "apps/api/", "@types/mssql", "^6.0.0", "6.0.8");
    assert_eq!(version(&lock, "apps/api/", "shared", "workspace:*"), None);
}

#[test]
fn yarn_1_resolves_ranges() {
    let text = "# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.
# yarn lockfile v1


\"@nestjs/typeorm@^7.0.0\", \"@nestjs/typeorm@^7.1.0\":
  version \"7.1.5\"
  resolved \"https://example.com/a.tgz#abc\"
  dependencies:
    uuid \"8.3.2\"
    version \"9.9.9\"

knex@~0.95.0:
  version \"0.95.15\"

\"linked@link:../linked\":
  version \"0.0.0\"
  uid \"\"

typeorm@0.2.29:
  version \"0.2.29\"

typeorm@^0.2.5, typeorm@^0.2.7:
  version \"0.2.45\"
";
    let lock = lock("yarn.lock", text);
    pins(&lock, "", "typeorm", "0.2.29", "0.2.29");
    pins(&lock, "packages/a/", "typeorm", "^0.2.7", "0.2.45");
    pins(&lock, "packages/a/", "@nestjs/typeorm", "^7.1.0", "7.1.5");
    // Not resolved so: the newest that fits.
    pins(&lock, "", "typeorm", ">=0.2.0 <0.3.0", "0.2.45");
    pins(&lock, "", "knex", "next", "0.95.15");
    assert_eq!(version(&lock, "packages/a/", "knex", "^1.0.0"), None);
    assert_eq!(version(&lock, "", "linked", "link:../linked"), None);
}

#[test]
fn yarn_berry_knows_the_members() {
    let text = "# This file is generated by running \"yarn install\" inside your project.

__metadata:
  version: 8
  cacheKey: 10c0

\"@app/api@workspace:^, @app/api@workspace:packages/api\":
  version: 0.0.0-use.local
  resolution: \"@app/api@workspace:packages/api\"
  dependencies:
    sequelize: \"npm:^6.37.8\"
  languageName: unknown
  linkType: soft

\"knex@npm:^2.0.0\":
  version: 2.5.1
  resolution: \"knex@npm:2.5.1\"

\"patched@patch:patched@npm%3A1.2.3#~/.yarn/patches/patched.patch\":
  version: 1.2.3
  resolution: \"patched@patch:patched@npm%3A1.2.3#~/.yarn/patches/patched.patch::version=1.2.3&hash=abc\"

? \"sequelize@npm:6.19.0, sequelize@npm:^6.0.0\"
:
  version: 6.19.0
  resolution: \"sequelize@npm:6.19.0\"

\"sequelize@npm:^6.37.8\":
  version: 6.37.8
  resolution: \"sequelize@npm:6.37.8\"
  checksum: 10c0/abc
";
    let lock = lock("yarn.lock", text);
    pins(&lock, "packages/api/", "sequelize", "^6.37.8", "6.37.8");
    pins(&lock, "packages/api/", "sequelize", "npm:^6.0.0", "6.19.0");
    pins(&lock, "", "patched", "patch:patched@npm%3A1.2.3#~/.yarn/patches/patched.patch", "1.2.3");
    // A resolution of the root wins for members, and only for them.
    pins(&lock, "packages/api/", "knex", "^1.0.0", "2.5.1");
    assert_eq!(version(&lock, "examples/", "knex", "^1.0.0"), None);
    assert_eq!(version(&lock, "", "@app/api", "workspace:^"), None);
}

#[test]
fn bun_has_members_by_name() {
    let text = r#"{
  // Bun writes trailing commas.
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "root", "dependencies": { "typeorm": "^0.3.20", }, },
    "packages/api": { "name": "@app/api", "dependencies": { "typeorm": "0.2.45", "@nestjs/typeorm": "^8.0.0", }, },
  },
  "packages": {
    "@app/api": ["@app/api@workspace:packages/api"],

    "@nestjs/typeorm": ["@nestjs/typeorm@10.0.2", "", { "peerDependencies": { "typeorm": "^0.3.0" } }, "sha512-a\"//,]"],

    "orm": ["typeorm@0.3.17", "", {}, "sha512-a=="],

    "typeorm": ["typeorm@0.3.20", "", { "bin": { "typeorm": "cli.js" } }, "sha512-a=="],

    "@app/api/@nestjs/typeorm": ["@nestjs/typeorm@8.0.3", "", {}, "sha512-a=="],

    "@app/api/typeorm": ["typeorm@0.2.45", "", {}, "sha512-a=="],

    "typeorm/debug": ["debug@4.3.4", "", {}, "sha512-a=="], /* the end */
  },
}"#;
    let lock = lock("bun.lock", text);
    pins(&lock, "", "typeorm", "^0.3.20", "0.3.20");
    pins(&lock, "", "@nestjs/typeorm", "^10.0.0", "10.0.2");
    pins(&lock, "", "orm", "npm:typeorm@^0.3.0", "0.3.17");
    pins(&lock, "packages/api/", "typeorm", "0.2.45", "0.2.45");
    pins(&lock, "packages/api/", "@nestjs/typeorm", "^8.0.0", "8.0.3");
    pins(&lock, "packages/api/", "orm", "npm:typeorm@^0.3.0", "0.3.17");
    assert_eq!(version(&lock, "", "@app/api", "workspace:*"), None);
}

#[test]
fn what_is_no_lock_file_says_why() {
    for (name, _) in FORMATS {
        let error = Lockfile::parse(name, b"<<<<<<< ours\n=======\n>>>>>>> theirs\n").unwrap_err();
        assert_eq!(error, "the lock file has merge conflicts");
        assert!(Lockfile::parse(name, b"\xff\xfe").is_err());
        assert!(Lockfile::parse(name, b"what is this").is_err(), "{name}");
    }
    // Yarn takes an empty file for the mark of a project's root.
    assert!(Lockfile::parse("yarn.lock", b"").is_ok());
}

#[test]
fn broken_lock_files_never_panic() {
    let texts = [
        "\"",
        "'",
        "? ",
        ": ",
        ":",
        "@",
        "/",
        "/@",
        "/@a",
        "@a",
        "a@",
        "'a",
        "\"a\"b",
        "\"\\",
        "//",
        "/*",
        "/*/",
        "[,",
        "é: é@é",
        "  version",
        "{\"packages\":{\"\":[],\"/\":[\"@\"],\"@/\":[\"@a\"]}}",
        "{\"packages\":{\"node_modules/\":{\"version\":1}}}",
        "importers:\n  .:\n    dependencies:\n      a: '\n      b: \"\n      'c: 1\n      /: (\n      _: _\n      é: _@é",
    ];
    let heads = [
        "",
        "lockfileVersion: 5\n",
        "__metadata:\n  version: 8\n\n",
        "lockfileVersion: 5\npackages:\n  ",
    ];
    for (name, _) in FORMATS {
        for text in
            heads.iter().flat_map(|head| texts.iter().map(move |text| format!("{head}{text}")))
        {
            if let Ok(lock) = Lockfile::parse(name, text.as_bytes()) {
                let _ = lock.version("é", "a", Some("é"));
            }
        }
        for end in 0..PNPM_9.len() {
            let _ = Lockfile::parse(name, &PNPM_9.as_bytes()[..end]);
        }
    }
}

#[test]
fn the_nearest_folder_with_a_lock_file_decides() {
    let npm = |version: &str| {
        format!(r#"{{ "packages": {{ "node_modules/a": {{ "version": "{version}" }} }} }}"#)
    };
    let files = MemoryFiles::from([
        ("package-lock.json", npm("1.1.0")),
        ("app/package-lock.json", npm("1.2.0")),
        ("app/yarn.lock", "# yarn lockfile v1\n\na@^1.0.0:\n  version \"1.3.0\"\n".into()),
        ("bad/package-lock.json", "{".into()),
        ("bare/pnpm-lock.yaml", "lockfileVersion: '9.0'\n".into()),
    ]);
    let locks = Lockfiles::among(&files.paths());
    let version = |folder: &str| locks.version(&files, folder, "a", "^1.0.0");
    assert_eq!(version("src/"), Some(Version(1, 1, 0)));
    assert_eq!(version("app/"), Some(Version(1, 3, 0)));
    assert_eq!(version("bare/"), Some(Version(1, u64::MAX, u64::MAX)));
    assert_eq!(locks.notices().count(), 0);
    assert_eq!(version("bad/"), Some(Version(1, u64::MAX, u64::MAX)));
    let notices: Vec<_> = locks.notices().map(|notice| notice.path).collect();
    assert_eq!(notices, ["bad/package-lock.json"]);
}

#[test]
fn a_catalog_is_read_from_the_workspace_file() {
    let workspace = "packages:
  - 'packages/*'

catalog: # the usual ones
  typeorm: ^0.2.25 # old
  \"@nestjs/typeorm\": '10.0.2'

catalogs:
  next:
    typeorm: 1.0.0
";
    let files = MemoryFiles::from([("pnpm-workspace.yaml", workspace)]);
    let locks = Lockfiles::among(&files.paths());
    let version =
        |package: &str, range: &str| locks.version(&files, "packages/api/", package, range);
    assert_eq!(version("typeorm", "catalog:"), Some(Version(0, 2, u64::MAX)));
    assert_eq!(version("typeorm", "catalog:default"), Some(Version(0, 2, u64::MAX)));
    assert_eq!(version("@nestjs/typeorm", "catalog:"), Some(Version(10, 0, 2)));
    assert_eq!(version("typeorm", "catalog:next"), Some(Version(1, 0, 0)));
    assert_eq!(version("typeorm", "catalog:none"), None);
}
