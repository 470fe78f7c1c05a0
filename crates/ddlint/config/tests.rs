use ddlint_core::rule::RuleFile;

use super::*;

fn parse(text: &str) -> Result<Config, Trouble> {
    let text = SettingsText::toml(FILE_NAMES[0].into(), text.into());
    Config::parse(text, PathBuf::from("project"))
}

fn rules() -> RuleSet {
    let rule = "schema = 1\ntitle = \"t\"\nsince = \"0.1.0\"\nhazard = \"library-ddl\"\nseverity = \"error\"\n[[match]]\ncall = \"acme#boot\"\n[[case]]\nmessage = \"m\"\nlabel = \"l\"\n[docs]\nwhat = \"w\"\nwhy = \"w\"\nfix = \"f\"\n";
    let library = "schema = 1\nlibrary = \"acme\"\npackages = [\"acme\"]\n";
    let files =
        [("acme/boot.toml", rule), ("acme/reset.toml", rule), ("acme/_library.toml", library)];
    let file = |(path, text): (&str, &str)| RuleFile {
        path: path.into(),
        text: text.into(),
        builtin: false,
    };
    ddlint_core::rule::load(&files.map(file)).unwrap()
}

#[test]
fn an_empty_file_changes_nothing() {
    let config = parse("").unwrap();
    assert_eq!(config.fail_on(), None);
    assert!(config.exclude().is_empty());
    let severities = config.severities(&RuleSet::default()).unwrap();
    assert!(
        severities.set.is_empty() && severities.off.is_empty() && severities.overrides.is_empty()
    );
}

#[test]
fn a_folder_may_be_excluded_in_any_spelling() {
    let config =
        parse("exclude = ['legacy/**', './old/', 'src/*.gen.ts']\nfail-on = 'warning'").unwrap();
    for path in ["legacy", "old", "src/a.gen.ts"] {
        assert!(config.exclude().is_match(path), "{path}");
    }
    assert!(!config.exclude().is_match("src/deep/a.gen.ts"));
    assert_eq!(config.fail_on(), Some(FailOn::Warning));
}

#[test]
fn files_get_the_roles_that_the_settings_say() {
    let mut config = parse("[roles]\nscript = ['ops/**']").unwrap();
    let roles = config.take_roles();
    assert_eq!(roles[0].role, Role::Script);
    assert!(roles[0].files.is_match("ops/deep/a.ts"));
    assert!(parse("[roles]\nscripts = ['ops/**']").is_err());
}

#[test]
fn all_mistakes_are_told_at_once() {
    let Err(Trouble::Mistakes(mistakes)) = parse("exclude = ['[']\nfail-on = 'warnin'\ncolour = 1")
    else {
        panic!("a bad file is accepted")
    };
    assert_eq!(mistakes.len(), 3, "{mistakes:?}");
}

#[test]
fn a_rule_wins_over_its_library() {
    let config = parse("[severity]\n'acme/boot' = 'note'\nacme = 'off'").unwrap();
    let severities = config.severities(&rules()).unwrap();
    assert_eq!(severities.set, BTreeMap::from([("acme/boot".into(), Severity::Note)]));
    assert_eq!(severities.off, BTreeSet::from(["acme/reset".into()]));
    assert_eq!(severities.lines["acme/boot"], 2);
    assert!(parse("[severity]\nacne = 'off'").unwrap().severities(&rules()).is_err());
}

#[test]
fn a_rule_may_be_on_in_some_files_only() {
    let text = "[severity]\nacme = 'off'\n[[override]]\nfiles = ['apps/api']\nseverity = { 'acme/boot' = 'error' }";
    let severities = parse(text).unwrap().severities(&rules()).unwrap();
    assert_eq!(severities.off, BTreeSet::from(["acme/reset".into()]));
    let last = |path: &str| {
        let mut fitting =
            severities.overrides.iter().rev().filter(|entry| entry.files.is_match(path));
        fitting.find_map(|entry| entry.severities.get("acme/boot")).copied()
    };
    assert_eq!(last("apps/api/deep/a.ts"), Some(Some(Severity::Error)));
    assert_eq!(last("apps/web/a.ts"), Some(None));
}
