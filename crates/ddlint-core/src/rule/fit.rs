//! Paths of calls in which `*` stands for one or more members that are called: `t.*().notNull`.

use crate::access_path::{AccessPath, Step};

/// The name that stands for any members which are called, one behind the other.
pub(in crate::rule) const ANY: &str = "*";

/// Whether a path is one that `pattern` means. If so, the positions of the calls that `*` stands for.
pub fn fits(pattern: &AccessPath, path: &AccessPath) -> Option<Vec<usize>> {
    if pattern.module != path.module {
        return None;
    }
    let mut any = Vec::new();
    fit(&pattern.steps, &path.steps, 0, &mut any).then_some(any)
}

/// Whether a path is one that `pattern` means, or on the way to one.
pub fn leads_to(pattern: &AccessPath, path: &AccessPath) -> bool {
    pattern.module == path.module && lead(&pattern.steps, &path.steps)
}

fn lead(pattern: &[Step], path: &[Step]) -> bool {
    match (pattern, path) {
        (_, []) => true,
        ([Step::Member(star), Step::Call, ..], [Step::Member(_)]) if star == ANY => true,
        (
            [Step::Member(star), Step::Call, rest @ ..],
            [Step::Member(_), Step::Call, behind @ ..],
        ) if star == ANY => lead(rest, behind) || lead(pattern, behind),
        ([a, rest @ ..], [b, behind @ ..]) => a == b && lead(rest, behind),
        ([], _) => false,
    }
}

fn fit(pattern: &[Step], path: &[Step], at: usize, any: &mut Vec<usize>) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (
            [Step::Member(star), Step::Call, rest @ ..],
            [Step::Member(_), Step::Call, behind @ ..],
        ) if star == ANY => {
            let known = any.len();
            any.push(at + 1);
            // One member, or more.
            if fit(rest, behind, at + 2, any) || fit(pattern, behind, at + 2, any) {
                return true;
            }
            any.truncate(known);
            false
        }
        ([a, rest @ ..], [b, behind @ ..]) => a == b && fit(rest, behind, at + 1, any),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_may_go_on() {
        let leads =
            |pattern: &str, path: &str| leads_to(&pattern.parse().unwrap(), &path.parse().unwrap());
        assert!(leads("k#t.*().primary", "k#t"));
        assert!(leads("k#t.*().primary", "k#t.uuid"));
        assert!(leads("k#t.*().primary", "k#t.uuid().notNull()"));
        assert!(leads("k#t.primary", "k#t.primary"));
        assert!(!leads("k#t.primary", "k#t.primary()"));
        assert!(!leads("k#t.primary", "k#t.unique"));
    }

    #[test]
    fn a_star_is_one_or_more_calls() {
        let fits_path = fits;
        let fits = |pattern: &str, path: &str| {
            fits_path(&pattern.parse().unwrap(), &path.parse().unwrap())
        };
        assert_eq!(fits("k#t.*().primary", "k#t.uuid().primary"), Some(vec![2]));
        assert_eq!(fits("k#t.*().primary", "k#t.uuid().notNull().primary"), Some(vec![2, 4]));
        assert_eq!(fits("k#t.*().primary", "k#t.primary"), None);
        assert_eq!(fits("k#t.*().primary", "k#t.uuid.primary"), None);
        assert_eq!(fits("k#t.primary", "k#t.primary"), Some(vec![]));
        assert_eq!(fits("k#t.primary", "l#t.primary"), None);
    }
}
