//! Whole rule folders: a good one, and what authors of bad ones read.

mod good;
mod shared;

use miette::{GraphicalReportHandler, GraphicalTheme};

use super::*;

const LIBRARY: &str = r#"
schema   = 1
library  = "typeorm"
packages = ["typeorm", "@nestjs/typeorm@>=8"]

[drivers]
postgres = ["pg"]
mysql    = ["mysql", "mysql2"]

[[subject]]
name   = "options"
doc    = "An object that ends up as TypeORM's data source options."
counts = ["data source", "data sources"]

[[subject.match]]
new     = "typeorm#DataSource"
options = "0"

[[subject.match]]
call    = "@nestjs/typeorm#TypeOrmModule.forRootAsync"
options = ["0.useFactory()", "0.useValue"]

[[subject.match]]
fallback  = true
languages = ["typescript", "tsx"]
query = '''
(variable_declarator
  name: (identifier) @at
  type: (type_annotation (_) @type)
  value: (_) @options)
'''
value_of = { type = ["typeorm#DataSourceOptions", "@nestjs/typeorm#TypeOrmModuleOptions"] }

[[fact]]
name   = "needs-extension"
doc    = "An entity that makes TypeORM want an extension."
counts = ["entity", "entities"]

[[fact.match]]
decorator = "typeorm#PrimaryGeneratedColumn"
options   = "0"

[[fact.case]]
where = [{ option = "", is = "uuid" }]
gives = { extension = { option = "uuidExtension", default = "uuid-ossp" } }
label = "this column needs `{extension}`"

[[fact.case]]
gives = { extension = "cube" }
label = "this column needs `{extension}`"
"#;

const RULE: &str = r#"
schema     = 1
title      = "TypeORM installs extensions at every connect"
since      = "0.1.0"
status     = "preview"
hazard     = "extension-on-connect"
severity   = "error"
subject    = "typeorm:options"

[[case]]
packages = ["typeorm@<0.3"]
where = [
  { option = "type", is = ["postgres", "cockroachdb"], drivers = true },
  { option = "installExtensions", default = true, truthy = true },
  { fact = "typeorm:needs-extension" },
]
message   = "TypeORM runs `CREATE EXTENSION {extension}` at each connect"
label     = "`{option}` {origin}"
help      = "write {{ installExtensions: false }}"
severity  = "warning"
certainty = "conditional"

[[case]]
where   = [{ option = "url", matches = "^postgres(ql)?:" }, { option = "cache.type", present = true }]
message = "TypeORM makes its cache table"
label   = "`cache` is {value}"

[docs]
what = "An options object whose effective `installExtensions` is on."
why  = "The statement is DDL."
fix  = "Set `installExtensions: false`."
references = ["https://example.com/"]
"#;

const OWN_MATCH: &str = r#"
schema   = 1
title    = "Sync"
since    = "0.1.0"
hazard   = "schema-sync"
severity = "error"
packages = []
roles    = ["application", "test"]

[[match]]
query = '''
(call_expression
  function: (member_expression object: (_) @receiver property: (property_identifier) @at)
  arguments: (arguments . (_)? @options)
  (#any-of? @at "sync" "drop"))
'''
value_of = { receiver = "sequelize#Sequelize()" }

[[match]]
call = ["sequelize#Sequelize().sync", "sequelize#Model.sync"]

[[match]]
new = "typeorm#DataSource"

[[case]]
where   = [{ of = "typeorm:options", option = "force", is_not = [false, 0] }]
message = "`sync` drops every table"
label   = "called here"

[[case]]
message = "`sync` makes missing tables"
label   = "called here"

[docs]
what = "Calls."
why  = "DDL."
fix  = "Migrations."
"#;

const ROLES: &str = r#"
schema = 1

[[role]]
name  = "test"
files = ["**/*.spec.ts", "**/test/**"]
"#;

fn user(path: &str, text: &str) -> RuleFile {
    RuleFile { path: path.into(), text: text.into(), builtin: false }
}

fn builtin(path: &str, text: &str) -> RuleFile {
    RuleFile { builtin: true, ..user(path, text) }
}

/// What an author reads. The library is good, so what rules name is there. A `#` in a path becomes a number.
fn errors(files: &[RuleFile]) -> String {
    let numbered = files.iter().zip(1..).map(|(file, number)| {
        let path = file.path.replace('#', &number.to_string());
        RuleFile { path, ..file.clone() }
    });
    let all: Vec<_> =
        std::iter::once(builtin("typeorm/_library.toml", LIBRARY)).chain(numbered).collect();
    report(&all)
}

fn report(files: &[RuleFile]) -> String {
    let errors = load(files).unwrap_err();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .with_links(false);
    let mut text = String::new();
    handler.render_report(&mut text, &errors).unwrap();
    text
}

/// A rule with something between its head and its docs.
fn rule(middle: &str) -> String {
    let (head, _) = RULE.split_once("\n[[case]]").unwrap();
    let head = head.replace("subject    = \"typeorm:options\"\n", "");
    let (_, docs) = RULE.split_once("\n[docs]").unwrap();
    format!("{}\n{middle}\n[docs]{docs}", head.trim_start())
}

/// A rule with its own match.
fn with_match(lines: &str) -> RuleFile {
    let case = "[[case]]\nmessage = \"m\"\nlabel = \"l\"\n";
    user("typeorm/match-#.toml", &rule(&format!("[[match]]\n{lines}\n\n{case}")))
}

fn with_query(query: &str) -> RuleFile {
    with_match(&format!("query = '''\n{query}\n'''"))
}

/// A rule about the options of the library.
fn with_cases(lines: &str) -> RuleFile {
    user("typeorm/case-#.toml", &rule(&format!("subject = \"typeorm:options\"\n\n{lines}\n")))
}

fn with_conditions(conditions: &str) -> RuleFile {
    with_cases(&format!("[[case]]\nmessage = \"m\"\nlabel = \"l\"\nwhere = [\n{conditions}\n]"))
}

#[test]
fn line_breaks_of_windows_change_nothing_but_themselves() {
    let files = [
        user("sequelize/sync.toml", &OWN_MATCH.replace('\n', "\r\n")),
        builtin("typeorm/_library.toml", LIBRARY),
    ];
    assert_eq!(load(&files).unwrap().queries.len(), 5);
    let bad = OWN_MATCH.replace("(_) @receiver", "(identifer) @receiver").replace('\n', "\r\n");
    let errors =
        load(&[user("sequelize/sync.toml", &bad), builtin("typeorm/_library.toml", LIBRARY)])
            .unwrap_err();
    let [mistake] = errors.mistakes.as_slice() else { panic!("{errors}") };
    assert_eq!(&bad[mistake.offset()..][..9], "identifer");
}

#[test]
fn identical_patterns_share_a_query() {
    let set = load(&[
        builtin("typeorm/_library.toml", LIBRARY),
        builtin("sequelize/sync.toml", OWN_MATCH),
    ])
    .unwrap();
    let of_new = |name: &str| {
        let subject = set.subjects.iter().find(|subject| subject.name == name).unwrap();
        subject.patterns.iter().map(|pattern| pattern.query).collect::<Vec<_>>()
    };
    assert_eq!(of_new("typeorm:options")[0], of_new("sequelize/sync")[2]);
}

#[test]
fn queries_that_come_with_ddlint_are_compiled_only_by_the_check() {
    let mut file = with_query("(nonsense) @at");
    file.builtin = true;
    let files = [builtin("typeorm/_library.toml", LIBRARY), file];
    assert!(load(&files).is_ok());
    assert_eq!(check(&files).unwrap_err().to_string(), "1 mistake in 1 rule file");
}

#[test]
fn a_users_role_goes_before_ours() {
    let ours = ROLES.replace("\"test\"", "\"migration\"");
    let set = load(&[builtin("roles.toml", &ours), user("roles.toml", ROLES)]).unwrap();
    let roles: Vec<Role> = set.roles.iter().map(|rule| rule.role).collect();
    assert_eq!(roles, [Role::Test, Role::Migration]);
}

#[test]
fn shapes() {
    let unknown = RULE
        .replace("severity   = \"error\"", "severty = \"error\"")
        .replace("certainty = \"conditional\"", "certainty = 3")
        .replace("installExtensions\", default", "installExtensions\", defualt")
        .replace("references = [\"https://example.com/\"]", "references = \"https://example.com/\"")
        .replace("truthy = true", "truthy = \"yes\"");
    let tables = OWN_MATCH.replace("[[match]]\nnew = ", "[[case]]\nwhere = []\n[other]\nnew = ");
    let single = "schema = \"1\"\ntitle = 1\n[case]\nmessage = \"m\"\n";
    let syntax = RULE.replace("since      = \"0.1.0\"", "since = 0.1.0").replace("[docs]", "[docs");
    let told = errors(&[
        user("typeorm/unknown.toml", &unknown),
        user("typeorm/tables.toml", &tables),
        user("typeorm/single.toml", single),
        user("typeorm/syntax.toml", &syntax),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn missing_keys() {
    let told = errors(&[
        user("typeorm/empty.toml", ""),
        user(
            "other/no-packages.toml",
            &rule("subject = \"typeorm:options\"\n[[case]]\nmessage = \"m\"\n"),
        ),
        with_match(""),
        with_conditions("{},\n{ option = \"a\" },"),
        user(
            "typeorm/docs.toml",
            &RULE
                .replace("why  = \"The statement is DDL.\"", "")
                .replace("\"Set `installExtensions: false`.\"", "\" \""),
        ),
        user("roles.toml", "schema = 1\n[[role]]\n"),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn names() {
    let rule = RULE
        .replace("schema     = 1", "schema     = 2")
        .replace("0.1.0", "soon")
        .replace("\"preview\"", "\"prevew\"")
        .replace("extension-on-connect", "extensions-on-connect")
        .replace(
            "severity   = \"error\"",
            "severity   = \"fatal\"\nroles = [\"applications\", \"sql\"]",
        )
        .replace("\"typeorm:options\"", "\"options\"")
        .replace("typeorm:needs-extension", "typeorm:needs-table")
        .replace("\"conditional\"", "\"certian\"")
        .replace("typeorm@<0.3", "typeorm@^0.3");
    let told = errors(&[
        user("typeorm/names.toml", &rule),
        user(
            "typeorm/packages.toml",
            &RULE.replace(
                "subject ",
                "packages = [\"@nestjs\", \"a b\", \"pg@\", \"\", \"pg@<1.x\"]\nsubject ",
            ),
        ),
        with_match("query = '''(program) @at'''\nlanguages = [\"typescrpt\", \"rust\"]"),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn libraries() {
    let library = LIBRARY
        .replace("library  = \"typeorm\"", "library  = \"TypeORM\"")
        .replace("\"mysql2\"]", "\"mysql2@>2\"]")
        .replace("counts = [\"data source\", \"data sources\"]", "counts = \"data source\"")
        .replace("gives = { extension = \"cube\" }", "gives = { Extension = \"cube\", option = 3 }")
        .replace("doc    = \"An object that ends up as TypeORM's data source options.\"", "");
    let doubled = "schema = 1\nlibrary = \"b\"\npackages = []\n\n[[subject]]\nname = \"a\"\ndoc = \"d\"\n\n[[subject]]\nname = \"a\"\ndoc = \"d\"\nmatch = [{ new = \"b\" }]\n\n[[fact]]\nname = \"b:c\"\ndoc = \"d\"\nmatch = [{ new = \"b\" }]\n";
    let facts = LIBRARY
        .replace("where = [{ option = \"\", is = \"uuid\" }]", "where = [{ fact = \"typeorm:needs-extension\" }, { option = \"a\", is = 1, drivers = true }]")
        .replace("gives = { extension = \"cube\" }\nlabel = \"this column needs `{extension}`\"", "label = \"{origin}\"")
        .replace("library  = \"typeorm\"", "library  = \"facts\"");
    let told = report(&[
        user("typeorm/_library.toml", &library),
        user("b/_library.toml", doubled),
        user("facts/_library.toml", &facts),
        user("alone.toml", RULE),
        user(
            "roles.toml",
            "schema = 1\n[[role]]\nname = \"tests\"\nfiles = [\"a/[\", \"**/*.{ts\"]\n\n[[role]]\nname = \"test\"\nfiles = []\n",
        ),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn one_name_for_two_files() {
    let library = builtin("typeorm/_library.toml", LIBRARY);
    let ours = builtin("typeorm/install-extensions.toml", RULE);
    let told = report(&[
        user("typeorm/_library.toml", LIBRARY),
        user("typeorm/install-extensions.toml", RULE),
        library,
        ours,
        user("sequelize/sync.toml", OWN_MATCH),
        user("sequelize/sync.toml", OWN_MATCH),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn queries_that_do_not_compile() {
    let told = errors(&[
        with_query("(call_expresion) @at"),
        with_query("(call_expression functon: (_)) @at"),
        with_query("(variable_declarator type: (type_annotation)) @at"),
        with_query("(arguments (program)) @at"),
        with_query("; é\n((identifier) @at (#eq? @ta \"x\"))"),
        with_query("((identifier) @at\n  (#eq? @at \"x\")\n  (#match? @at \"(\"))"),
        with_query("((identifier) @at (#eq? @at))"),
        with_query("(call_expression function: (identifier) @at"),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn queries_that_compile_but_do_no_good() {
    let told = errors(&[
        with_query("(identifier) @att"),
        with_query("((identifier) @at (#equals? @at \"x\") (#set! a b))"),
        with_query("(identifier) @at (number) @_b"),
        with_query(""),
        with_query("(_) @at"),
        with_query("[(identifier) (number)] @at"),
        with_query("(expression) @at"),
        with_query(
            "(call_expression function: (_) @at arguments: (arguments (_) @options (_) @options.returned))",
        ),
        with_match("query = '''(identifier) @at'''\noptions = \"0\"\nvalue_of = { att = \"a#b\" }"),
        with_match("query = \"(identifier) @at\""),
        with_match("query = \"\"\"\n(identifier) @at\"\"\""),
        with_query("(call_expression function: (_) @at arguments: (arguments (_) @option))"),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn matches() {
    let told = errors(&[
        with_match("call = \"a#b\"\nnew = \"a#c\""),
        with_match("call = []"),
        with_match(
            "call = [\"#b\", \"a#\", \"a#b c\", \"knex()schema\", \"a b\"]\noptions = [\"first\", \"0.\", \"0.a..b\", \"0.f(x)\", \"0()\"]",
        ),
        with_match("new = \"a#b\"\nlanguages = \"tsx\"\nvalue_of = { callee = \"a#b\" }"),
        with_match("subject = \"typeorm:options\""),
        user(
            "typeorm/both.toml",
            &rule(
                "subject = \"typeorm:options\"\n[[match]]\nnew = \"a\"\n[[case]]\nmessage = \"m\"\nlabel = \"l\"\n",
            ),
        ),
        user("typeorm/neither.toml", &rule("[[case]]\nmessage = \"m\"\nlabel = \"l\"\n")),
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn conditions() {
    let no_drivers = user(
        "other/c.toml",
        &rule(
            "packages = []\n[[match]]\nnew = \"a\"\n[[case]]\nmessage = \"m\"\nlabel = \"l\"\nwhere = [{ option = \"type\", is = \"postgres\", drivers = true }]\n",
        ),
    );
    let told = errors(&[
        with_conditions(
            "  { option = \"a\", is = 1, truthy = true },\n  { option = \"a\", is = [] },\n  { option = \"a\", is = [1, {}] },",
        ),
        with_conditions(
            "  { option = \"a..b\", truthy = true },\n  { option = \"a\", matches = \"(\" },\n  { is = 1 },",
        ),
        with_conditions("  { fact = \"typeorm:needs-extension\", weak = true },"),
        with_conditions(
            "  { fact = \"typeorm:needs-extension\", is = true },\n  { fact = \"needs-extension\" },",
        ),
        with_conditions(
            "  { option = \"a\", truthy = true, of = \"typeorm:option\" },\n  { option = \"type\", truthy = true, drivers = true },",
        ),
        no_drivers,
    ]);
    insta::assert_snapshot!(told);
}

#[test]
fn cases() {
    let told = errors(&[
        with_cases(
            "[[case]]\nmessage = \"a\"\nlabel = \"b\"\n\n[[case]]\nmessage = \"c\"\nlabel = \"d\"\nseverity = \"err\"",
        ),
        with_cases(
            "[[case]]\nmessage = \"`{optoin}` and {extension}\"\nlabel = \"é { force: true }\"\nhelp = \"a \\\" {foo}\"\nwhere = [{ option = \"a\", truthy = true }, { fact = \"typeorm:needs-extension\" }]",
        ),
        with_cases("[[case]]\nmessage = \"{origin}\"\nlabel = \"{foo}\"\npackages = []"),
        with_cases(""),
    ]);
    insta::assert_snapshot!(told);
}
