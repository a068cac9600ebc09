//! Wraps texts for people at the width of the terminal, between words.

use textwrap::{Options, WordSeparator, WordSplitter};

/// The width without a terminal, in columns.
pub const DEFAULT_WIDTH: usize = 80;

/// Stands for a space at which no line is broken. Unicode reserves this noncharacter for internal use; `printable`
/// escapes it, so no displayed text contains it.
const NO_BREAK: char = '\u{fdd0}';

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
    fn every_character_of_a_name_stays() {
        for name in ["a\u{e000}b", "a\u{f8ff}b"] {
            assert_eq!(wrap(&unbroken(name), "", "", 80), name);
        }
        let shown = crate::text::printable("a\u{fdd0}b \u{fdef}");
        assert_eq!(wrap(&unbroken(&shown), "", "", 80), "a\\u{fdd0}b \\u{fdef}");
    }

    #[test]
    fn keeps_lines_and_colours() {
        let text = "\u{1b}[1mone two\u{1b}[0m three\n\nfour";
        assert_eq!(wrap(text, "", "  ", 13), "\u{1b}[1mone two\u{1b}[0m three\n\n  four");
    }
}
