//! Which library a value comes from: `typeorm#DataSource`, `connect-pg-simple()`, `knex().schema.createTable`.

use std::fmt;
use std::str::FromStr;

/// A step away from a module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// An export, or a member of the value reached so far.
    Member(String),
    /// The result of calling or constructing the value reached so far, awaited if need be.
    Call,
}

/// The way from a package to a value: `module#Export.member()`.
///
/// Behind `#` stands an export, `.x` is a member, `()` the result of a call or of `new`. The default export and the
/// module itself are the same thing, the bare module name, since interoperation between module systems mixes them up in
/// real code: `import PgBoss from "pg-boss"` and `require("pg-boss")` are both `pg-boss`. Its members can be named
/// behind a call: `pg-boss().start`.
///
/// ```
/// use ddlint_core::access_path::AccessPath;
///
/// let path: AccessPath = "@mikro-orm/core#MikroORM.init().schema.updateSchema".parse().unwrap();
/// assert_eq!(path.module, "@mikro-orm/core");
/// assert_eq!(path.last_name(), "updateSchema");
/// assert_eq!(path.to_string(), "@mikro-orm/core#MikroORM.init().schema.updateSchema");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccessPath {
    /// What stands in the import: a package, or a file of a package.
    pub module: String,
    /// The steps from the module's default export.
    pub steps: Vec<Step>,
}

/// Why a text is no access path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessPathError {
    /// Nothing stands before `#`.
    #[error("an access path starts with a package, as in `typeorm#DataSource`")]
    NoModule,
    /// Nothing, or no name, stands where an export or a member should.
    #[error("`{0}` is no name: write `module#Export.member()`")]
    BadName(String),
}

impl AccessPath {
    /// The module itself, or its default export.
    pub fn module(name: impl Into<String>) -> Self {
        Self { module: name.into(), steps: Vec::new() }
    }

    /// One step further. A member called `default` is the module itself.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut path = self.clone();
        if !(path.steps.is_empty() && step == Step::Member("default".into())) {
            path.steps.push(step);
        }
        path
    }

    /// Several steps further.
    #[must_use]
    pub fn then_all(&self, steps: &[Step]) -> Self {
        Self { module: self.module.clone(), steps: [&self.steps, steps].concat() }
    }

    /// The name of the member that it is of what stands at another path, if it is one.
    pub fn member_of(&self, other: &Self) -> Option<&str> {
        let [before @ .., Step::Member(name)] = self.steps.as_slice() else { return None };
        (self.module == other.module && before == other.steps).then_some(name)
    }

    /// Whether it is something of that name that the host provides.
    pub fn is_global(&self, name: &str) -> bool {
        self.module.is_empty()
            && matches!(self.steps.as_slice(), [Step::Member(member)] if member == name)
    }

    /// How many calls are on the way.
    pub fn calls(&self) -> usize {
        self.steps.iter().filter(|step| **step == Step::Call).count()
    }

    /// Whether a member of that name is called on the way.
    pub fn calls_of(&self, name: &str) -> bool {
        self.steps
            .windows(2)
            .any(|pair| matches!(pair, [Step::Member(member), Step::Call] if member == name))
    }

    /// The name that stands in the code where the value is reached: its last member, or the module if there is none.
    pub fn last_name(&self) -> &str {
        let member = self.steps.iter().rev().find_map(|step| match step {
            Step::Member(name) => Some(name.as_str()),
            Step::Call => None,
        });
        member.unwrap_or(&self.module)
    }
}

impl FromStr for AccessPath {
    type Err = AccessPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Names of packages may hold dots, so what follows the default export can only be told behind its call.
        let called = || text.find("()").map_or((text, ""), |at| text.split_at(at));
        let (module, rest) = text.split_once('#').unwrap_or_else(called);
        if module.is_empty() {
            return Err(AccessPathError::NoModule);
        }
        let is_default = !text.contains('#');
        let (mut steps, mut rest) = (Vec::new(), rest);
        if is_default {
            while let Some(behind) = rest.strip_prefix("()") {
                steps.push(Step::Call);
                rest = behind;
            }
            rest = match rest.strip_prefix('.') {
                None if rest.is_empty() => return Ok(Self { module: module.into(), steps }),
                Some(members) => members,
                None => return Err(AccessPathError::BadName(rest.into())),
            };
        }
        for part in rest.split('.') {
            let name = part.trim_end_matches("()");
            let is_name =
                name == "*" || name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
            if name.is_empty() || !is_name {
                return Err(AccessPathError::BadName(part.into()));
            }
            let is_module_itself = steps.is_empty() && name == "default";
            if !is_module_itself {
                steps.push(Step::Member(name.into()));
            }
            steps.extend(std::iter::repeat_n(Step::Call, (part.len() - name.len()) / 2));
        }
        Ok(Self { module: module.into(), steps })
    }
}

impl fmt::Display for AccessPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.module)?;
        let mut separator = '#';
        for step in &self.steps {
            match step {
                Step::Member(name) => write!(f, "{separator}{name}")?,
                Step::Call => f.write_str("()")?,
            }
            separator = '.';
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_back_as_written() {
        for text in [
            "pg-boss",
            "connect-pg-simple()()",
            "typeorm#DataSource",
            "knex#knex().schema.createTable",
            "pg-boss().start",
            "lodash.merge()",
        ] {
            assert_eq!(text.parse::<AccessPath>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_default_export_is_the_module() {
        let path = AccessPath::module("pg-boss");
        assert_eq!(path.then(Step::Member("default".into())), path);
        assert_eq!(
            "pg-boss#default().start".parse::<AccessPath>().unwrap(),
            "pg-boss().start".parse().unwrap()
        );
    }

    #[test]
    fn what_is_no_path_says_why() {
        assert_eq!("#DataSource".parse::<AccessPath>(), Err(AccessPathError::NoModule));
        assert_eq!("typeorm#".parse::<AccessPath>(), Err(AccessPathError::BadName(String::new())));
        assert_eq!(
            "typeorm#Data Source".parse::<AccessPath>(),
            Err(AccessPathError::BadName("Data Source".into()))
        );
    }
}
