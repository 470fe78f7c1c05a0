//! What authors of bad `_library.toml` and `roles.toml` files read.

use super::*;

const HEAD: &str = "schema = 1\nlibrary = \"acme\"\npackages = \"acme\"\n\n";

/// The mistakes of a library with these tables.
fn told(tables: &str) -> String {
    report(&[user("acme/_library.toml", &format!("{HEAD}{tables}"))])
}

#[test]
fn keys_that_are_missing() {
    insta::assert_snapshot!(told(
        r#"[[value]]

[[value]]
name = "client"

[[setting]]

[[setting]]
call = "acme#get"

[[setting]]
call = "acme#get"
key  = 0

[setting.registered]

[[setting]]
call = "acme#get"
key  = 0
registered = { call = "acme#register", key = 0 }

[[set]]

[[set]]
name = "models"
doc  = "d"

[[set]]
name   = "tables"
doc    = "d"
called = [{ when = "autoload" }, { match = [{ call = "acme#add" }] }]

[[set.embedded]]
decorator = "acme#Embed"

[[file]]

[[locator]]

[[locator]]
call = "acme#container.get"
"#
    ));
}

#[test]
fn keys_that_nobody_knows() {
    insta::assert_snapshot!(told(
        r#"[[value]]
name = "client"
is   = "acme#Client()"
doc  = "d"

[[setting]]
call  = "acme#get"
key   = 0
value = 1

[setting.registered]
call  = "acme#register"
key   = 0
value = 1
types = "acme#ConfigOf"

[[set]]
name  = "models"
doc   = "d"
list  = "models"

[[set.called]]
if    = "autoload"
match = [{ call = "acme#add", option = "0" }]

[[set.embeded]]
decorator = "acme#Embed"

[[file]]
name  = "config"
file  = "acme.json"

[[locator]]
call  = "acme#container.get"
clas  = 0

[[locators]]

[[fact]]
name = "f"
doc  = "d"
of   = "acme:models"
"#
    ));
}

#[test]
fn names_that_nobody_knows() {
    insta::assert_snapshot!(told(
        r#"[[value]]
name = "client"
is   = ["acme#Client()", "acme:cleint.other", "node:test"]

[[value]]
name = "bad name"
is   = "acme#Client()"

[[value]]
name = "client"
is   = []

[[setting]]
call = ["acme:clients.get", "other:client.get", "acme:client#get"]
key  = 0

[[set]]
name   = "models"
doc    = "d"
listed = "models"

[[file]]
name  = "config"
files = "acme.json"

[[fact]]
name  = "model"
doc   = "d"
over  = "models"
match = [{ decorator = "acme#Model" }]
case  = [{ label = "l" }]

[[fact]]
name  = "table"
doc   = "d"
over  = "acme:tables"
match = [{ decorator = "acme#Table" }]
case  = [{ label = "l" }]

[[subject]]
name  = "options"
doc   = "d"
match = [{ new = "acme#Client", options = ["0", "config", "acme:conf", "acme:configuration", "other:config"] }]
"#
    ));
}

#[test]
fn values_that_lead_nowhere() {
    insta::assert_snapshot!(told(
        r#"[[value]]
name = "self"
is   = ["acme#Client()", "acme:self.parent"]

[[value]]
name = "hen"
is   = "acme:egg.mother"

[[value]]
name = "egg"
is   = "acme:hen.lay()"

[[value]]
name = "path"
is   = ["acme#Client()", "acme#a b"]

[[value]]
name = "good"
is   = ["acme#Client()", "acme#Pool()"]

[[locator]]
call  = ["acme:hen.get", "acme:self.get", "acme:path.get", "acme:good.g et"]
class = 0
"#
    ));
}

#[test]
fn arguments_that_are_none() {
    insta::assert_snapshot!(told(
        r#"[[setting]]
call = "acme#get"
key  = -1

[[setting]]
call = []
key  = "0"

[[setting]]
call = "acme#get"
key  = 0
registered = { call = "acme#register", key = 0, value = -2 }

[[locator]]
call  = "acme#get"
class = 1.5
"#
    ));
}

#[test]
fn sets_and_files_that_hold_nothing() {
    insta::assert_snapshot!(told(
        r#"[[set]]
name   = "models"
doc    = " "
listed = []

[[set]]
name   = "tables"
doc    = "d"
listed = ["a..b", "tables"]

[[set.called]]
when  = "f(x)"
match = [{ typed = "acme#Models", options = "0" }]

[[file]]
name  = "config"
files = []

[[file]]
name  = "other"
files = ["acme.xml", "acme.*", "acme.json"]
call  = "acme#"

[[file]]
name    = "third"
several = { option = "name" }

[[file.source]]
files = ["acme.json", ".env"]

[[file.source]]
files    = "acme.json"
variable = [{ name = "ACME" }]

[[file.source]]
files    = ".env"
variable = [{ name = "ACME", option = "acme", on = [], separator = "," }]

[[file]]
name   = "fourth"
files  = "acme.json"
source = [{}]
"#
    ));
}

#[test]
fn facts_ask_only_for_options_of_what_they_see() {
    insta::assert_snapshot!(told(
        r#"[[subject]]
name  = "options"
doc   = "d"
match = [{ new = "acme#Client", options = "0" }]

[[fact]]
name  = "model"
doc   = "d"
match = [{ decorator = "acme#Model" }]

[[fact.case]]
label = "l"
where = [
  { of = "acme:options", option = "type", is = "postgres" },
  { option = "type", is = "postgres", drivers = true },
  { fact = "acme:model" },
]
"#
    ));
}

#[test]
fn placeholders_are_about_the_judged_value() {
    let case = "[[case]]\nmessage = \"m\"\nlabel = \"{origin}\"\nwhere = [{ of = \"typeorm:options\", option = \"type\", is = \"postgres\" }]";
    insta::assert_snapshot!(errors(&[with_cases(case)]));
}

#[test]
fn roles() {
    let told = report(&[user(
        "roles.toml",
        "schema = 1\n\n[[role]]\nimports = \"jest\"\n\n[[role]]\nname = \"tset\"\nfiles = \"**/*.{ts\"\nimport = \"jest\"\n\n[[role]]\nname = \"test\"\nfiles = \"test/**\"\nmentions = [1]\n",
    )]);
    insta::assert_snapshot!(told);
}

#[test]
fn types_have_their_value_already() {
    insta::assert_snapshot!(errors(&[
        with_match("typed = \"acme#Options\"\noptions = \"0\"\nvalue_of = { type = \"acme#A\" }"),
        with_match("typed = \"acme#Options\"\nlanguages = \"typescript\"\nnew = \"acme#A\""),
        with_match("typed = []"),
    ]));
}
