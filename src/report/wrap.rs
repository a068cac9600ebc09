//! Wraps texts for people at the width of the terminal, between words.

use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter};

/// The width without a terminal, in columns.
pub const DEFAULT_WIDTH: usize = 80;

/// Stands for a space at which no line is broken.
const NO_BREAK: char = '\u{e000}';

/// Returns a text in which no line is broken, for a path with spaces.
pub(crate) fn unbroken(text: &str) -> String {
    text.replace(' ', NO_BREAK.encode_utf8(&mut [0; 4]))
}

/// Breaks each line of `text` between words, so that it fits in `width` columns. The first line starts with
/// `first`, the others with `rest`. Words, and code between backticks, are never broken.
pub(crate) fn wrap(text: &str, first: &str, rest: &str, width: usize) -> String {
    let text = keep_code(text);
    let mut lines = Vec::new();
    for line in text.lines() {
        let start = if lines.is_empty() { first } else { rest };
        let options = Options::new(width)
            .initial_indent(start)
            .subsequent_indent(rest)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
        lines.extend(textwrap::wrap(line, options).into_iter().map(String::from));
    }
    lines.join("\n").replace(NO_BREAK, " ")
}

/// Breaks each line of `text` on its own. The rest of a line is indented below its text, that is, after its
/// bullet, its number, or the last column of a table.
pub(crate) fn wrap_lines(text: &str, width: usize) -> String {
    let wrapped = text.split('\n').map(|line| {
        let rest = " ".repeat(text_column(line).min(width * 2 / 3));
        let (indent, text) = line.split_at(line.len() - line.trim_start_matches(' ').len());
        // Several spaces in a line are columns.
        let kept = text.replace("  ", &unbroken("  "));
        wrap(&kept, indent, &rest, width)
    });
    wrapped.collect::<Vec<_>>().join("\n")
}

/// The column at which the text of a line starts.
fn text_column(line: &str) -> usize {
    let text = line.trim_start_matches(' ');
    let indent = line.len() - text.len();
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if text.starts_with("- ") {
        return indent + 2;
    }
    if number.len() < text.len() && number.starts_with(". ") {
        return indent + text.len() - number.len() + 2;
    }
    let column = text.trim_end().rfind("  ").and_then(|at| text.get(..at + 2));
    indent + column.map_or(0, display_width)
}

/// Joins the lines of each paragraph of a Markdown text and breaks them again. Headings, tables and indented
/// code stay unchanged.
pub(crate) fn reflow(markdown: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut continues = false;
    for line in markdown.lines() {
        let is_item = line.starts_with("- ") || line.starts_with(|c: char| c.is_ascii_digit());
        let is_fixed = line.is_empty() || line.starts_with(['#', '|']) || line.starts_with("    ");
        match lines.last_mut().filter(|_| continues && !is_item && !is_fixed) {
            Some(last) => {
                last.push(' ');
                last.push_str(line.trim_start());
            }
            None => lines.push(line.to_owned()),
        }
        continues = !is_fixed;
    }
    let mut text = lines.join("\n");
    text.push('\n');
    wrap_lines(&text, width)
}

/// Protects the spaces of code, so that a command can be copied.
fn keep_code(text: &str) -> String {
    let is_code = |index: usize| index % 2 == 1;
    let pieces = text.split('`').enumerate();
    let pieces = pieces.map(|(index, piece)| if is_code(index) { unbroken(piece) } else { piece.to_owned() });
    pieces.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_between_words_only() {
        let id = "8f1c2d3e-0000-4000-8000-123456789abc";
        let path = unbroken("C:\\Program Files\\Swyx Teams\\customer one.toml");
        let text = format!("the id {id} of {path} is used twice, so run `swyx-teams check .` to see both");
        let wrapped = wrap(&text, "error: ", "       ", 40);
        assert_eq!(
            wrapped,
            "\
error: the id
       8f1c2d3e-0000-4000-8000-123456789abc
       of
       C:\\Program Files\\Swyx Teams\\customer one.toml
       is used twice, so run
       `swyx-teams check .` to see both"
        );
    }

    #[test]
    fn keeps_lines_and_colours() {
        let text = "\u{1b}[1mone two\u{1b}[0m three\n\nfour";
        assert_eq!(wrap(text, "", "  ", 13), "\u{1b}[1mone two\u{1b}[0m three\n\n  four");
    }

    #[test]
    fn indents_the_rest_of_a_line_below_its_text() {
        let text = "  1. one two three\n  - four five six\nname    seven eight nine\nten eleven twelve\n";
        let wrapped = concat!(
            "  1. one two\n     three\n",
            "  - four five\n    six\n",
            "name    seven\n        eight\n        nine\n",
            "ten eleven\ntwelve\n"
        );
        assert_eq!(wrap_lines(text, 16), wrapped);
    }

    #[test]
    fn reflows_paragraphs_and_items() {
        let text = "# a heading that is long\n\none two\nthree four\n\n- five\n  six seven\n- eight\n    code   code code code\n";
        let wrapped = "\
# a heading that
is long

one two three
four

- five six seven
- eight
    code   code
        code
        code
";
        assert_eq!(reflow(text, 16), wrapped);
    }
}
