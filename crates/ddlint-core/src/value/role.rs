//! What the code at a place is for, as far as the place tells more than its file.

use tree_sitter::Node;

use crate::rule::{Code, Role};

use super::scope::{is_function, named_children};
use super::{Evaluator, Expr};

impl<'p> Evaluator<'p> {
    /// What the code at a place is for. A migration is one wherever it stands; beside it in its file is application code,
    /// unless the file's path says that it is one of migrations.
    pub(crate) fn role(&self, at: &Expr<'p>) -> Role {
        let (project, rules) = (self.index.project, self.index.rules);
        let (role, by_path) = (project.role(at.file), project.role_by_path(at.file));
        if !matches!(by_path, Role::Application | Role::Script) {
            return role;
        }
        let around = self.ancestors(at);
        let mut objects = around.iter().filter(|node| node.kind() == "object");
        let codes = || rules.histories.iter().filter_map(|history| history.code.as_ref());
        if objects.any(|node| codes().any(|code| self.step_of(&at.with(*node), code).is_some())) {
            return Role::Migration;
        }
        let Some(class) = self.class_around(at) else { return by_path };
        let is_step = |code: &Code| {
            let members =
                class.node.child_by_field_name("body").into_iter().flat_map(named_children);
            let mut named = members.filter(|member| {
                let name = member.child_by_field_name("name");
                name.is_some_and(|name| self.slice(&class.with(name)) == code.method)
            });
            let is_handed = |method: Node<'p>| {
                let handed = self.declared_parameter(&class.with(method), 0);
                handed.is_some_and(|handed| {
                    handed.foreign().any(|handed| code.handed.contains(&handed.path))
                })
            };
            named.any(|method| role == Role::Migration || is_handed(method))
        };
        if codes().any(|code| code.class && is_step(code)) { Role::Migration } else { by_path }
    }

    /// The function of an object that goes forward, if it declares that it is handed what migrations are:
    /// `{ async up(db: Database) { … }, … }`.
    pub(crate) fn step_of(&self, object: &Expr<'p>, code: &Code) -> Option<Expr<'p>> {
        if code.class {
            return None;
        }
        let is_named = |member: &Node<'p>| {
            let name = member.child_by_field_name("name");
            let name = name.or_else(|| member.child_by_field_name("key"));
            name.is_some_and(|name| self.slice(&object.with(name)) == code.method)
        };
        let member = named_children(object.node).find(is_named)?;
        let function = object.with(member.child_by_field_name("value").unwrap_or(member));
        let handed =
            is_function(function.node.kind()).then(|| self.declared_parameter(&function, 0));
        let is_handed = handed??.foreign().any(|handed| code.handed.contains(&handed.path));
        is_handed.then_some(function)
    }
}
