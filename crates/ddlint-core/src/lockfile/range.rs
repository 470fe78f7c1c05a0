//! The ranges of versions that manifests ask for, as the documentation of npm describes them.

use crate::version::Version;

/// Versions from the first on and before the second.
type Interval = (Version, Version);

const FIRST: Version = Version(0, 0, 0);
const NEVER: Version = Version(u64::MAX, u64::MAX, u64::MAX);

/// Whether a range allows a version. `None` if it is no range: a tag, an address, a catalog.
///
/// Suffixes of pre-releases are left out, as [`Version`] leaves them out.
pub(super) fn allows(range: &str, version: Version) -> Option<bool> {
    let range = range.strip_prefix("workspace:").unwrap_or(range);
    let range = match range.strip_prefix("npm:") {
        // A package under another name: `npm:other@^1.0.0`.
        Some(alias) => alias.rsplit_once('@').map_or(alias, |(_, range)| range),
        None => range,
    };
    let mut is_allowed = false;
    for alternative in range.split("||") {
        let intervals = intervals(alternative.trim())?;
        is_allowed |= intervals.iter().all(|(from, to)| (*from..*to).contains(&version));
    }
    Some(is_allowed)
}

/// Intervals of which all must hold the version.
fn intervals(text: &str) -> Option<Vec<Interval>> {
    if let Some((from, to)) = text.split_once(" - ") {
        return Some(vec![interval(">=", from.trim())?, interval("<=", to.trim())?]);
    }
    let is_operator = |c: char| "^~<>=v".contains(c);
    let mut intervals = Vec::new();
    let mut waiting = "";
    for word in text.split_whitespace() {
        let version = word.trim_start_matches(is_operator);
        let operator = &word[..word.len() - version.len()];
        // A blank may stand between the operator and the version.
        let operator = if operator.is_empty() { waiting } else { operator };
        if version.is_empty() {
            waiting = operator;
            continue;
        }
        waiting = "";
        intervals.push(interval(operator.trim_end_matches('v'), version)?);
    }
    waiting.is_empty().then_some(intervals)
}

fn interval(operator: &str, version: &str) -> Option<Interval> {
    let numbers = version.split(['-', '+']).next()?;
    let mut parts: Vec<u64> = Vec::new();
    for part in numbers.split('.') {
        if matches!(part, "x" | "X" | "*") {
            break;
        }
        parts.push(part.parse().ok()?);
    }
    let part = |index: usize| parts.get(index).copied().unwrap_or_default();
    let first = Version(part(0), part(1), part(2));
    // The first version behind all those that begin with the same parts.
    let behind = |count: usize| match count.min(parts.len()) {
        0 => NEVER,
        1 => Version(part(0).saturating_add(1), 0, 0),
        2 => Version(part(0), part(1).saturating_add(1), 0),
        _ => Version(part(0), part(1), part(2).saturating_add(1)),
    };
    Some(match operator {
        "" | "=" => (first, behind(3)),
        "^" => (first, behind(1 + parts.iter().take(2).take_while(|part| **part == 0).count())),
        "~" | "~>" => (first, behind(2)),
        ">=" => (first, NEVER),
        ">" => (behind(3), NEVER),
        "<=" => (FIRST, behind(3)),
        "<" => (FIRST, first),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(range: &str, version: &str) -> Option<bool> {
        allows(range, version.parse().unwrap())
    }

    #[test]
    fn ranges_are_those_of_npm() {
        let yes = [
            ("*", "1.2.3"),
            ("", "1.2.3"),
            ("1.2.3", "1.2.3"),
            ("v1.2", "1.2.9"),
            ("^0.2.25", "0.2.45"),
            ("^0.0.3", "0.0.3"),
            ("^0.0", "0.0.9"),
            ("^1.2", "1.9.0"),
            ("~1.2.3", "1.2.9"),
            ("~1", "1.9.0"),
            ("1.x", "1.9.0"),
            (">= 1.2 <2", "1.9.9"),
            ("1.2 - 2.3", "2.3.9"),
            (">1.2", "1.3.0"),
            ("<=1.2.3", "1.2.3"),
            ("^8 || ^9", "8.1.0"),
            ("npm:other@^1.0.0", "1.2.3"),
            ("workspace:^1.0.0", "1.2.3"),
        ];
        for (range, version) in yes {
            assert_eq!(allowed(range, version), Some(true), "{range} {version}");
        }
        let no = [
            ("1.2.3", "1.2.4"),
            ("^0.2.25", "0.3.0"),
            ("^0.2.25", "0.2.24"),
            ("^0.0.3", "0.0.4"),
            ("~1.2.3", "1.3.0"),
            (">1.2", "1.2.9"),
            ("<2", "2.0.0"),
            ("^8 || ^9", "10.0.0"),
            ("1.2 - 2.3", "2.4.0"),
        ];
        for (range, version) in no {
            assert_eq!(allowed(range, version), Some(false), "{range} {version}");
        }
    }

    #[test]
    fn what_is_no_range_is_not_known() {
        let others = ["latest", "catalog:", "git+https://example.com/a", "file:../a", ">=", "^é"];
        for range in others {
            assert_eq!(allowed(range, "1.2.3"), None, "{range}");
        }
    }
}
