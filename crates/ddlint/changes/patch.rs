//! Patches in the unified format, as `git diff` writes them: which lines are new, and what stood there before.

use std::collections::BTreeSet;

/// What a patch does to one file. Paths start from where the patch does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct FilePatch {
    /// The path before; `None` if the file was not there.
    pub(super) old: Option<String>,
    /// The path afterwards; `None` if the file is no longer there.
    pub(super) new: Option<String>,
    hunks: Vec<Hunk>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Hunk {
    /// The first line afterwards, counted from one; the line before it if the hunk only removes.
    start: usize,
    lines: Vec<(Kind, Vec<u8>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Context,
    Removed,
    Added,
}

/// Lines of a file that are new.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Changed {
    /// Counted from one.
    added: BTreeSet<usize>,
    /// Lines behind which something was removed.
    gaps: BTreeSet<usize>,
}

impl Changed {
    /// Whether a place from one line to another is changed: a line of it is new, or something in the midst of it is gone.
    pub(super) fn touches(&self, first: usize, last: usize) -> bool {
        self.added.range(first..=last).next().is_some()
            || first < last && self.gaps.range(first..last).next().is_some()
    }
}

/// Reads a patch. What is no part of one is skipped, as `git apply` does.
pub(super) fn parse(text: &[u8]) -> Result<Vec<FilePatch>, String> {
    let mut files: Vec<FilePatch> = Vec::new();
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').peekable();
    // The paths of a rename without a change stand in no other line.
    let mut renamed = FilePatch::default();
    while let Some(line) = lines.next() {
        let shown = String::from_utf8_lossy(line);
        let shown = shown.trim_end_matches(['\n', '\r']);
        if shown.starts_with("diff --git ") {
            finish_rename(&mut renamed, &mut files);
        } else if let Some(path) = shown.strip_prefix("rename from ") {
            renamed.old = Some(unquoted(path));
        } else if let Some(path) = shown.strip_prefix("rename to ") {
            renamed.new = Some(unquoted(path));
        } else if let Some(old) = shown.strip_prefix("--- ") {
            let next = lines.peek().map(|line| String::from_utf8_lossy(line).into_owned());
            let Some(new) = next.as_deref().and_then(|line| line.strip_prefix("+++ ")) else {
                continue;
            };
            lines.next();
            renamed = FilePatch::default();
            let (old, new) = (path_in(old), path_in(new.trim_end_matches(['\n', '\r'])));
            let (old, new) = without_prefixes(old, new);
            files.push(FilePatch { old, new, hunks: Vec::new() });
        } else if let (Some(header), Some(file)) = (shown.strip_prefix("@@ -"), files.last_mut()) {
            let unreadable = || format!("`{shown}` is no head of a hunk");
            let (old, new) = ranges(header).ok_or_else(unreadable)?;
            let mut hunk = Hunk { start: new.0, lines: Vec::new() };
            let (mut removed, mut added) = (old.1, new.1);
            while removed > 0 || added > 0 {
                let Some(line) = lines.next() else {
                    return Err("the patch ends in a hunk".into());
                };
                let (kind, text) = match line.first() {
                    Some(b'-') => (Kind::Removed, &line[1..]),
                    Some(b'+') => (Kind::Added, &line[1..]),
                    Some(b'\\') => {
                        without_line_break(&mut hunk);
                        continue;
                    }
                    Some(b' ') => (Kind::Context, &line[1..]),
                    // Editors strip the blank of an empty line.
                    Some(b'\n' | b'\r') => (Kind::Context, line),
                    _ => {
                        return Err(
                            "a line of a hunk begins with none of `+`, `-` and a blank".into()
                        );
                    }
                };
                let take = |count: &mut usize, is_there: bool| {
                    *count = count.checked_sub(usize::from(is_there)).unwrap_or_default();
                };
                take(&mut removed, kind != Kind::Added);
                take(&mut added, kind != Kind::Removed);
                hunk.lines.push((kind, text.to_vec()));
            }
            if lines.peek().is_some_and(|line| line.first() == Some(&b'\\')) {
                lines.next();
                without_line_break(&mut hunk);
            }
            file.hunks.push(hunk);
        }
    }
    finish_rename(&mut renamed, &mut files);
    Ok(files)
}

fn finish_rename(renamed: &mut FilePatch, files: &mut Vec<FilePatch>) {
    let renamed = std::mem::take(renamed);
    if renamed.old.is_some() && renamed.new.is_some() {
        files.push(renamed);
    }
}

/// `\ No newline at end of file`.
fn without_line_break(hunk: &mut Hunk) {
    if let Some((_, line)) = hunk.lines.last_mut() {
        while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            line.pop();
        }
    }
}

/// `1,2 +3,4 @@`: the first line and the number of lines, before and afterwards.
fn ranges(header: &str) -> Option<((usize, usize), (usize, usize))> {
    let (old, rest) = header.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let range = |text: &str| -> Option<(usize, usize)> {
        match text.split_once(',') {
            Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
            None => Some((text.parse().ok()?, 1)),
        }
    };
    Some((range(old)?, range(new)?))
}

/// The path in a `---` or `+++` line. `None` for the file that is none.
fn path_in(text: &str) -> Option<String> {
    // Behind a tab stands a time, or nothing.
    let text = if text.starts_with('"') { text } else { text.split('\t').next().unwrap_or(text) };
    let path = unquoted(text.trim_end_matches(['\n', '\r']));
    (path != "/dev/null").then_some(path)
}

/// `a/` and `b/`, or what the settings of git make of them (`i/`, `w/`, `c/`, `o/`, or nothing).
fn without_prefixes(old: Option<String>, new: Option<String>) -> (Option<String>, Option<String>) {
    let is_prefixed = |path: &Option<String>, letters: [char; 5]| {
        path.as_deref().is_none_or(|path| path.starts_with(letters) && path[1..].starts_with('/'))
    };
    if is_prefixed(&old, ['a', 'i', 'c', 'o', 'w']) && is_prefixed(&new, ['b', 'w', 'i', 'o', 'c'])
    {
        let cut = |path: Option<String>| path.map(|path| path[2..].to_owned());
        return (cut(old), cut(new));
    }
    (old, new)
}

/// A path as git writes it: in quotes and with escapes if it has strange characters.
fn unquoted(text: &str) -> String {
    let text = text.trim_end_matches('\t');
    let Some(inner) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut bytes = Vec::new();
    let mut rest = inner.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'n') => bytes.push(b'\n'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'r') => bytes.push(b'\r'),
            Some(first @ b'0'..=b'3') => {
                let digits = [Some(first), rest.next(), rest.next()];
                let digits = digits.into_iter().flatten();
                bytes.push(digits.fold(0_u8, |value, digit| {
                    value.wrapping_mul(8).wrapping_add(digit.wrapping_sub(b'0'))
                }));
            }
            Some(other) => bytes.push(other),
            None => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl FilePatch {
    /// The lines that are new.
    pub(super) fn changed(&self) -> Changed {
        let mut changed = Changed::default();
        for hunk in &self.hunks {
            let adds = hunk.lines.iter().any(|(kind, _)| *kind != Kind::Removed);
            let mut next = if adds { hunk.start } else { hunk.start + 1 };
            let mut runs = hunk.lines.chunk_by(|(one, _), (other, _)| one == other).peekable();
            let mut before = Kind::Context;
            while let Some(run) = runs.next() {
                let kind = run[0].0;
                let behind = runs.peek().map(|run| run[0].0);
                match kind {
                    Kind::Context => next += run.len(),
                    Kind::Added => {
                        changed.added.extend(next..next + run.len());
                        next += run.len();
                    }
                    // What is replaced is no gap: the lines that came for it are new.
                    Kind::Removed if before == Kind::Added || behind == Some(Kind::Added) => {}
                    Kind::Removed => {
                        changed.gaps.insert(next - 1);
                    }
                }
                before = kind;
            }
        }
        changed
    }

    /// What the file was before, given what it is. `None` if the patch is about another text.
    pub(super) fn reversed(&self, text: &[u8]) -> Option<Vec<u8>> {
        let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
        let mut before = Vec::with_capacity(text.len());
        let mut at = 0;
        for hunk in &self.hunks {
            let adds = hunk.lines.iter().any(|(kind, _)| *kind != Kind::Removed);
            let start = if adds { hunk.start.checked_sub(1)? } else { hunk.start };
            lines.get(at..start)?.iter().for_each(|line| before.extend_from_slice(line));
            at = start;
            for (kind, said) in &hunk.lines {
                if *kind == Kind::Removed {
                    before.extend_from_slice(said);
                    continue;
                }
                let line = lines.get(at)?;
                if without_break(line) != without_break(said) {
                    return None;
                }
                if *kind == Kind::Context {
                    before.extend_from_slice(line);
                }
                at += 1;
            }
        }
        lines.get(at..)?.iter().for_each(|line| before.extend_from_slice(line));
        Some(before)
    }
}

/// A line without its break: git may have put other breaks into the patch than the file has.
fn without_break(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(patch: &str) -> FilePatch {
        let mut files = parse(patch.as_bytes()).unwrap();
        assert_eq!(files.len(), 1, "{files:?}");
        files.remove(0)
    }

    #[test]
    fn the_text_before_is_found_again() {
        let patch = one(
            "diff --git a/x.ts b/x.ts\n--- a/x.ts\n+++ b/x.ts\n@@ -2,2 +2 @@\n-two\n-three\n+2\n@@ -5,0 +5,2 @@\n+five a\n+five b\n@@ -8 +8,0 @@ f() {\n-eight\n",
        );
        let after = b"one\n2\nfour\nfive\nfive a\nfive b\nsix\nseven\nnine\n";
        let before = b"one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n";
        assert_eq!(patch.reversed(after).unwrap(), before);
        assert_eq!(patch.reversed(b"something else\n"), None);
        let changed = patch.changed();
        let touched: Vec<_> = (1..=9).filter(|line| changed.touches(*line, *line)).collect();
        assert_eq!(touched, [2, 5, 6]);
        assert!(changed.touches(8, 9), "what stood between them is gone");
        assert!(!changed.touches(3, 4) && !changed.touches(7, 8));
    }

    #[test]
    fn many_removed_lines_are_one_gap() {
        let gone = "-gone\n".repeat(200_000);
        let patch = one(&format!(
            "--- a/x.ts\n+++ b/x.ts\n@@ -1,200003 +1,4 @@\n one\n{gone}+two\n three\n-gone\n four\n"
        ));
        // Looking for the end of the run from each of its lines takes minutes.
        let changed = patch.changed();
        let touched: Vec<_> = (1..=4).filter(|line| changed.touches(*line, *line)).collect();
        assert_eq!(touched, [2]);
        assert!(changed.touches(3, 4) && !changed.touches(1, 1));
    }

    #[test]
    fn context_is_no_change() {
        let patch = one("--- a/x.ts\n+++ b/x.ts\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n");
        assert_eq!(patch.reversed(b"one\r\n2\r\nthree\r\n").unwrap(), b"one\r\ntwo\nthree\r\n");
        let changed = patch.changed();
        assert!(changed.touches(2, 2) && !changed.touches(1, 1) && !changed.touches(3, 3));
    }

    #[test]
    fn files_come_and_go() {
        let text = "diff --git a/n.ts b/n.ts\nnew file mode 100644\n--- /dev/null\n+++ b/n.ts\n@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\ndiff --git a/g.ts b/g.ts\ndeleted file mode 100644\n--- a/g.ts\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n";
        let files = parse(text.as_bytes()).unwrap();
        assert_eq!((files[0].old.as_deref(), files[0].new.as_deref()), (None, Some("n.ts")));
        assert_eq!(files[0].reversed(b"one\ntwo").unwrap(), b"");
        assert_eq!((files[1].old.as_deref(), files[1].new.as_deref()), (Some("g.ts"), None));
        assert_eq!(files[1].reversed(b"").unwrap(), b"gone\n");
    }

    #[test]
    fn files_are_renamed() {
        let text = "diff --git a/a.ts b/b.ts\nsimilarity index 100%\nrename from a.ts\nrename to b.ts\ndiff --git a/c.ts b/d.ts\nrename from c.ts\nrename to d.ts\n--- a/c.ts\n+++ b/d.ts\n@@ -1 +1 @@\n-x\n+y\n";
        let files = parse(text.as_bytes()).unwrap();
        let names: Vec<_> = files
            .iter()
            .map(|file| (file.old.as_deref().unwrap(), file.new.as_deref().unwrap()))
            .collect();
        assert_eq!(names, [("a.ts", "b.ts"), ("c.ts", "d.ts")]);
        assert!(files[0].hunks.is_empty());
    }

    #[test]
    fn paths_are_read_as_git_writes_them() {
        let path = |line: &str| {
            one(&format!("--- {line}\n+++ {line}\n@@ -1 +1 @@\n-x\n+y\n")).new.unwrap()
        };
        assert_eq!(path("src/a b.ts\t"), "src/a b.ts");
        assert_eq!(path("src/a.ts\t2026-01-01 00:00:00"), "src/a.ts");
        assert_eq!(path("\"src/\\303\\251\\\"\\t.ts\""), "src/é\"\t.ts");
        let text = "--- i/x.ts\n+++ w/x.ts\n@@ -1 +1 @@\n-x\n+y\n";
        assert_eq!(one(text).new.as_deref(), Some("x.ts"));
    }

    #[test]
    fn what_is_no_patch_is_told_or_skipped() {
        assert_eq!(parse(b"hello\n--- \nworld\n").unwrap(), []);
        assert!(parse(b"--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-x\n").is_err());
        assert!(parse(b"--- a/x\n+++ b/x\n@@ -x +1 @@\n-x\n").is_err());
        assert!(parse(b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n?x\n").is_err());
        // A line of the text that looks like the head of a file.
        let text = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/y\n-b\n+++ b/y\n+c\n";
        assert_eq!(one(text).reversed(b"++ b/y\nc\n").unwrap(), b"-- a/y\nb\n");
    }
}
