//! A picture of what a terminal shows, as SVG: real output of the binary, with its colors.

use std::fmt::Write as _;

/// The size of a character, and of the room around the text.
const WIDTH: usize = 8;
const HEIGHT: usize = 18;
const MARGIN: usize = 16;

/// What an escape sequence may have switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Style {
    color: Option<u8>,
    is_bold: bool,
    is_dim: bool,
    is_underlined: bool,
}

/// The picture of a text with ANSI colors, below the command that was given.
pub(crate) fn svg(command: &str, output: &str) -> String {
    let shown = format!("$ {command}\n{}", output.trim_end());
    let lines: Vec<&str> = shown.lines().collect();
    let widest = lines.iter().map(|line| plain(line).chars().count()).max().unwrap_or_default();
    let (width, height) = (widest * WIDTH + 2 * MARGIN, lines.len() * HEIGHT + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\n",
        escaped(command)
    );
    svg.push_str(
        "<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#d8dee9;white-space:pre}\
         .b{font-weight:bold}.d{opacity:.6}.u{text-decoration:underline}\
         .c1{fill:#ff7b72}.c2{fill:#7ee787}.c3{fill:#e3b341}.c4{fill:#79c0ff}.c5{fill:#d2a8ff}.c6{fill:#76e3ea}</style>\n",
    );
    // Writing to a string cannot fail.
    let _ =
        writeln!(svg, "<rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#161b22\"/>");
    let mut style = Style::default();
    for (at, line) in lines.iter().enumerate() {
        let y = MARGIN + at * HEIGHT + HEIGHT * 3 / 4;
        let length = plain(line).chars().count() * WIDTH;
        let _ = write!(svg, "<text x=\"{MARGIN}\" y=\"{y}\"");
        if length > 0 {
            // Fonts differ; the columns must not.
            let _ = write!(svg, " textLength=\"{length}\"");
        }
        svg.push_str(" xml:space=\"preserve\">");
        for (text, codes) in pieces(line) {
            push(&mut svg, text, style);
            style = codes.into_iter().flat_map(|codes| codes.split(';')).fold(style, Style::after);
        }
        svg.push_str("</text>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

impl Style {
    fn after(self, code: &str) -> Self {
        match code {
            "" | "0" => Self::default(),
            "1" => Self { is_bold: true, ..self },
            "2" => Self { is_dim: true, ..self },
            "4" => Self { is_underlined: true, ..self },
            _ => match code.parse::<u8>() {
                Ok(color @ 31..=36) => Self { color: Some(color - 30), ..self },
                _ => self,
            },
        }
    }
}

/// The texts of a line, each with the codes of the escape sequence behind it.
fn pieces(line: &str) -> Vec<(&str, Option<&str>)> {
    let mut parts = line.split("\u{1b}[");
    let mut pieces = Vec::new();
    let mut text = parts.next().unwrap_or_default();
    for part in parts {
        let (codes, rest) = part.split_once('m').unwrap_or((part, ""));
        pieces.push((text, Some(codes)));
        text = rest;
    }
    pieces.push((text, None));
    pieces
}

fn plain(line: &str) -> String {
    pieces(line).into_iter().map(|(text, _)| text).collect()
}

fn push(svg: &mut String, text: &str, style: Style) {
    if text.is_empty() {
        return;
    }
    let mut classes: Vec<String> =
        style.color.map(|color| format!("c{color}")).into_iter().collect();
    let flags = [(style.is_bold, "b"), (style.is_dim, "d"), (style.is_underlined, "u")];
    classes.extend(flags.into_iter().filter(|(is_on, _)| *is_on).map(|(_, name)| name.to_owned()));
    if classes.is_empty() {
        svg.push_str(&escaped(text));
        return;
    }
    let _ = write!(svg, "<tspan class=\"{}\">{}</tspan>", classes.join(" "), escaped(text));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_become_classes_and_texts_stay() {
        let svg = svg("x", "a \u{1b}[31;1m<b>\u{1b}[0m\n\u{1b}[2mc\n\nd\u{1b}[0m");
        assert!(svg.contains(">a <tspan class=\"c1 b\">&lt;b&gt;</tspan></text>"), "{svg}");
        assert!(svg.contains("<tspan class=\"d\">c</tspan></text>"), "{svg}");
        assert!(
            svg.contains("<tspan class=\"d\">d</tspan></text>"),
            "a style goes on over lines: {svg}"
        );
    }
}
