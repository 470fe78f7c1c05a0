//! What a folder without mistakes becomes.

use super::*;
use crate::language::Language;
use crate::rule::Reading;

/// Everything that libraries share beside subjects and facts.
const SHARED: &str = r#"
schema   = 1
library  = "acme"
packages = "acme"

[[value]]
name = "handle"
is   = ["acme:client.handle", "acme:client.run().$0"]

[[value]]
name = "client"
is   = ["acme#Client()", "acme/client#Client()"]

[[setting]]
call = "acme:handle.get"
key  = 1

[[setting]]
call = "acme#config.get"
key  = 0

[setting.registered]
call  = "acme#register"
key   = 0
value = 1
type  = "acme#ConfigOf"

[[set]]
name   = "models"
doc    = "The models of a client."
listed = ["models", "db.models"]

[[set.called]]
when = "autoload"

[[set.called.match]]
call    = "acme#addModels"
options = "0"

[[set.called]]

[[set.called.match]]
new     = "acme#Models"
options = "0"

[[set.embedded]]
decorator = "acme#Embed"
options   = "0()"

[[fact]]
name = "model"
over = "acme:models"
doc  = "A model."

[[fact.match]]
decorator = "acme#Model"

[[fact.case]]
label = "a model"

[[file]]
name  = "config"
files = ["acme.config.ts", "acme.json"]
call  = "acme#readConfig"

[[locator]]
call  = "acme#container.get"
class = 0

[[subject]]
name = "options"
doc  = "The options of a client."

[[subject.match]]
new     = "acme#Client"
options = ["1", "0.make()", "acme:config"]

[[subject.match]]
typed    = "acme#Options"
fallback = true
"#;

fn loaded(files: &[RuleFile]) -> RuleSet {
    load(files).unwrap_or_else(|_| panic!("{}", report(files)))
}

fn written<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

/// The access paths that a pattern's only capture may be.
fn paths(pattern: &Pattern) -> Vec<String> {
    let [(_, paths)] = pattern.value_of.as_slice() else { panic!("{pattern:?}") };
    written(paths)
}

fn argument(index: usize, path: &str) -> OptionsAt {
    OptionsAt::Argument { index, path: path.parse().unwrap() }
}

#[test]
fn files_come_in_any_order() {
    // In this one nothing is known yet when it is named.
    let set = loaded(&[
        user("sequelize/sync.toml", OWN_MATCH),
        user("typeorm/install-extensions.toml", RULE),
        user("roles.toml", ROLES),
        user("typeorm/_library.toml", LIBRARY),
    ]);
    let ids: Vec<&str> = set.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ["sequelize/sync", "typeorm/install-extensions"]);
    let subjects: Vec<&str> = set.rules.iter().map(|rule| subject(&set, rule)).collect();
    assert_eq!(subjects, ["sequelize/sync", "typeorm:options"]);
    assert_eq!(set.facts.len(), 1);
}

fn subject<'s>(set: &'s RuleSet, rule: &Rule) -> &'s str {
    &set.subjects[rule.subject().unwrap().0].name
}

#[test]
fn a_rule_says_what_it_is() {
    let set = loaded(&[
        builtin("typeorm/_library.toml", LIBRARY),
        user("typeorm/install-extensions.toml", RULE),
        user("sequelize/sync.toml", OWN_MATCH),
    ]);
    let rule = set.rule("typeorm/install-extensions").unwrap();
    assert_eq!(rule.title, "TypeORM installs extensions at every connect");
    assert_eq!((rule.status, rule.severity), (Status::Preview, Severity::Error));
    assert_eq!(rule.hazard, Hazard::ExtensionOnConnect);
    assert_eq!(rule.roles, [Role::Application, Role::Script, Role::Example]);
    assert_eq!(rule.docs.references, ["https://example.com/"]);
    let names: Vec<&str> = rule.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(names, ["typeorm", "@nestjs/typeorm"], "the library's");
    assert!(rule.packages[0].versions.is_none() && rule.packages[1].versions.is_some());

    let own = set.rule("sequelize/sync").unwrap();
    assert_eq!(own.status, Status::Stable);
    assert_eq!(own.roles, [Role::Application, Role::Test]);
    assert!(own.packages.is_empty(), "it says that it needs none");
}

#[test]
fn cases_keep_their_order_and_their_conditions() {
    let set = loaded(&[
        builtin("typeorm/_library.toml", LIBRARY),
        user("typeorm/install-extensions.toml", RULE),
        user("sequelize/sync.toml", OWN_MATCH),
    ]);
    let [special, general] = set.rule("typeorm/install-extensions").unwrap().cases.as_slice()
    else {
        panic!("two cases")
    };
    assert_eq!(special.packages[0].name, "typeorm");
    assert_eq!(special.severity, Some(Severity::Warning));
    assert_eq!(special.certainty, Certainty::Conditional);
    assert_eq!((general.severity, general.certainty), (None, Certainty::Certain));
    assert!(special.help.is_some() && general.help.is_none());
    let [kind, install, fact] = special.conditions.as_slice() else { panic!("three conditions") };
    assert!(matches!(
        kind,
        Condition::Option { drivers: true, test: Test::Is(all), default: None, .. } if all.len() == 2
    ));
    assert!(matches!(
        install,
        Condition::Option {
            of: None,
            path,
            default: Some(Literal::Bool(true)),
            test: Test::Truthy(true),
            drivers: false,
        } if path.to_string() == "installExtensions"
    ));
    assert!(matches!(fact, Condition::Fact { of: None, fact: FactId(0), seen: true }));
    let filled = |name: &str| format!("<{name}>");
    assert_eq!(special.label.render(&filled), "`<option>` <origin>");
    assert_eq!(
        special.help.as_ref().unwrap().render(&filled),
        "write { installExtensions: false }"
    );

    let [of, always] = set.rule("sequelize/sync").unwrap().cases.as_slice() else {
        panic!("two cases")
    };
    let [Condition::Option { of: Some(of), test: Test::IsNot(not), .. }] = of.conditions.as_slice()
    else {
        panic!("{of:?}")
    };
    assert_eq!(set.subjects[of.0].name, "typeorm:options");
    assert_eq!(not, &[Literal::Bool(false), Literal::Number(0.0)]);
    assert!(always.conditions.is_empty());
}

#[test]
fn facts_give_the_same_whichever_case_holds() {
    let set = loaded(&[builtin("typeorm/_library.toml", LIBRARY)]);
    let [fact] = set.facts.as_slice() else { panic!("one fact") };
    assert_eq!(fact.name, "typeorm:needs-extension");
    assert_eq!(fact.counts.as_ref().map(|noun| noun.many.as_str()), Some("entities"));
    assert!(fact.over.is_none());
    let given: Vec<&Given> = fact.cases.iter().map(|case| &case.gives["extension"]).collect();
    let from_option =
        Given::Option { path: "uuidExtension".parse().unwrap(), default: "uuid-ossp".into() };
    assert_eq!(given, [&from_option, &Given::Text("cube".into())]);
}

#[test]
fn subjects_have_the_packages_and_drivers_of_their_library() {
    let set = loaded(&[builtin("typeorm/_library.toml", LIBRARY)]);
    let [subject] = set.subjects.as_slice() else { panic!("one subject") };
    assert_eq!(subject.packages.len(), 2);
    assert_eq!(subject.drivers["mysql"], ["mysql", "mysql2"]);
    assert_eq!(subject.counts.as_ref().map(|noun| noun.one.as_str()), Some("data source"));
}

#[test]
fn shorthands_have_the_languages_that_can_say_them() {
    let set = loaded(&[builtin("acme/_library.toml", SHARED)]);
    let [subject] = set.subjects.as_slice() else { panic!("one subject") };
    let (typed, made): (Vec<_>, Vec<_>) =
        subject.patterns.iter().partition(|pattern| pattern.fallback);
    let languages = |pattern: &Pattern| set.queries[pattern.query.0].languages.clone();
    assert_eq!(made.iter().map(|made| languages(made)).collect::<Vec<_>>(), [Language::ALL]);
    assert!(typed.len() > 1, "a type can stand in many places");
    assert!(typed.iter().all(|typed| !languages(typed).contains(&Language::JavaScript)));
    assert!(typed.iter().all(|typed| paths(typed) == ["acme#Options"]));
    assert!(
        typed.iter().all(|typed| matches!(typed.options.as_slice(), [OptionsAt::Capture { .. }]))
    );
}

#[test]
fn what_is_judged_may_stand_in_an_argument_or_in_a_file() {
    let set = loaded(&[builtin("acme/_library.toml", SHARED)]);
    let options = &set.subjects[0].patterns[0].options;
    let file = OptionsAt::File { id: SettingFileId(0), all: false };
    let expected = [argument(1, ""), argument(0, "make()"), file];
    assert_eq!(*options, expected);
    let [file] = set.files.as_slice() else { panic!("one file") };
    assert_eq!(
        (file.name.as_str(), written(&file.paths)),
        ("acme:config", vec!["acme#readConfig".into()])
    );
    let [source] = file.sources.as_slice() else { panic!("one source") };
    assert_eq!(source.names, ["acme.config.ts", "acme.json"]);
}

#[test]
fn files_may_have_sources_for_some_versions_and_variables() {
    let set = loaded(&[builtin(
        "acme/_library.toml",
        r#"
schema   = 1
library  = "acme"
packages = "acme"

[[file]]
name     = "config"
packages = "acme@<2"
several  = { option = "name", default = "main", argument = 1 }

[[file.source]]
files = [".env"]
needs = "ACME_URL"
variable = [
  { name = "ACME_URL", option = "type", before = "://" },
  { name = "ACME_SYNC", option = "sync", on = ["true", "1"] },
  { name = "ACME_MODELS", option = "models", separator = "," },
  { name = "ACME_NAME", option = "name" },
]

[[file.source]]
files    = "acme.yml"
packages = "acme@<1.5"
keyed    = true

[[subject]]
name = "all"
doc  = "All of them."
match = [{ call = "acme#connect", options = "acme:config[]" }]
"#,
    )]);
    let [file] = set.files.as_slice() else { panic!("one file") };
    let [variables, yaml] = file.sources.as_slice() else { panic!("two sources") };
    assert_eq!((file.packages.len(), yaml.packages.len(), yaml.keyed), (1, 1, true));
    assert_eq!(file.several.as_ref().map(|several| several.argument), Some(1));
    let readings: Vec<_> = variables.variables.iter().map(|one| one.reading.clone()).collect();
    let on = vec!["true".to_owned(), "1".to_owned()];
    let expected = [
        Reading::Before("://".into()),
        Reading::Truth(on),
        Reading::List(",".into()),
        Reading::Text,
    ];
    assert_eq!(readings, expected);
    let options = &set.subjects[0].patterns[0].options;
    assert_eq!(*options, [OptionsAt::File { id: SettingFileId(0), all: true }]);
    assert_eq!(set.hidden_files().collect::<Vec<_>>(), [".env"]);
    assert!(set.reads("api/acme.yml") && !set.reads("api/not-acme.yml"));
}

#[test]
fn values_stand_for_all_their_paths() {
    let set = loaded(&[builtin("acme/_library.toml", SHARED)]);
    let [by_handle, by_config] = set.settings.as_slice() else { panic!("two settings") };
    assert_eq!(
        written(&by_handle.paths),
        [
            "acme#Client().handle.get",
            "acme/client#Client().handle.get",
            "acme#Client().run().$0.get",
            "acme/client#Client().run().$0.get",
        ]
    );
    assert_eq!((by_handle.key, by_config.key), (1, 0));
}

#[test]
fn settings_know_what_registers_them() {
    let set = loaded(&[builtin("acme/_library.toml", SHARED)]);
    assert!(set.settings[0].registered.is_none());
    let registered = set.settings[1].registered.as_ref().unwrap();
    assert_eq!(paths(&registered.pattern), ["acme#register"]);
    assert_eq!((registered.key, registered.value), (0, 1));
    assert_eq!(written(&registered.types), ["acme#ConfigOf"]);
    let [locator] = set.locators.as_slice() else { panic!("one locator") };
    assert_eq!((written(&locator.paths), locator.class), (vec!["acme#container.get".into()], 0));
}

#[test]
fn facts_may_be_about_a_set() {
    let set = loaded(&[builtin("acme/_library.toml", SHARED)]);
    let [models] = set.sets.as_slice() else { panic!("one set") };
    assert_eq!(models.name, "acme:models");
    assert_eq!(written(&models.listed), ["models", "db.models"]);
    let when = |called: &Called| called.when.as_ref().map(ToString::to_string);
    let called: Vec<_> = models.called.iter().map(when).collect();
    assert_eq!(called, [Some("autoload".to_owned()), None]);
    assert_eq!(paths(&models.called[1].patterns[0]), ["acme#Models"]);
    assert_eq!(models.embedded[0].options, [argument(0, "()")]);
    assert_eq!(set.facts[0].over, Some(SetId(0)));
}

#[test]
fn roles_may_be_told_by_more_than_paths() {
    let roles = ROLES.to_owned()
        + "environments = \"ci\"\nimports = [\"a-runner\", \"b-runner\"]\nmentions = \"@jest\"\n";
    let set = loaded(&[user("roles.toml", &roles)]);
    let [role] = set.roles.as_slice() else { panic!("one role") };
    assert_eq!(role.role, Role::Test);
    assert!(role.files.is_match("src/deep/a.spec.ts") && !role.files.is_match("src/a.ts"));
    assert_eq!(role.environments, ["ci"]);
    assert_eq!(role.imports, ["a-runner", "b-runner"]);
    assert_eq!(role.mentions, ["@jest"]);
}
