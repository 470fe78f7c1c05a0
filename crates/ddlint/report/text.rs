//! Text that comes from a checked project, made fit for a terminal or a log.

/// Stands for a character of three bytes that is not shown.
const WIDE: char = char::REPLACEMENT_CHARACTER;

/// Text on one line without anything that could steer a terminal or turn the reading direction.
pub(crate) fn cleaned(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .flat_map(|c| visible(c).chars())
        .collect()
}

/// What to show for a character: itself, or as many bytes of something harmless, so that offsets stay.
pub(crate) fn visible(c: char) -> Visible {
    if !steers(c) {
        return Visible([Some(c), None]);
    }
    match c.len_utf8() {
        1 => Visible([Some('?'), None]),
        2 => Visible([Some('¿'), None]),
        3 => Visible([Some(WIDE), None]),
        _ => Visible([Some(WIDE), Some('?')]),
    }
}

/// One or two characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visible([Option<char>; 2]);

impl Visible {
    /// The characters.
    pub(crate) fn chars(self) -> impl Iterator<Item = char> {
        self.0.into_iter().flatten()
    }
}

/// Control characters, and those that change how the text round them looks: reading direction, no width at all, line
/// breaks of Unicode's own.
pub(super) fn steers(c: char) -> bool {
    let is_format = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    );
    (c.is_control() && c != '\t') || is_format
}

/// Prose in lines of at most `width` characters, as far as its words allow.
pub(crate) fn wrapped(text: &str, width: usize) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            lines.push('\n');
            column = 0;
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

/// "1 file", "2 files".
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// "a", "a and b", "a, b and c".
pub(crate) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        assert_eq!(cleaned("a\u{1b}[31m\u{7}b\r\nc\td"), "a?[31m?b  c d");
        assert_eq!(cleaned("a\u{202e}b\u{85}c\u{9b}d"), "a\u{fffd}b c¿d");
    }

    #[test]
    fn what_is_shown_instead_is_as_long() {
        for c in [
            '\0',
            '\u{1b}',
            '\u{85}',
            '\u{61c}',
            '\u{202e}',
            '\u{2028}',
            '\u{e0001}',
            'é',
            '表',
            '🦀',
            '\t',
        ] {
            let shown: usize = visible(c).chars().map(char::len_utf8).sum();
            assert_eq!(shown, c.len_utf8(), "{c:?}");
            assert!(visible(c).chars().all(|c| !steers(c)), "{c:?}");
        }
    }

    #[test]
    fn prose_wraps_between_words() {
        assert_eq!(wrapped("one two  three\nfour", 9), "one two\nthree\nfour");
        assert_eq!(wrapped("extraordinarily long", 5), "extraordinarily\nlong");
    }

    #[test]
    fn lists_read_like_prose() {
        let parts = ["1 error", "2 warnings", "3 notes"].map(String::from);
        assert_eq!(listed(&parts), "1 error, 2 warnings and 3 notes");
        assert_eq!(listed(&parts[..1]), "1 error");
    }
}
