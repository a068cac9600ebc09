//! Wraps text that consists of lines: lists, tables and Markdown.

use textwrap::core::display_width;

use crate::report::wrap::{unbroken, wrap};

/// Breaks each line of `text` on its own. The rest of a line is indented below its text, that is, after its
/// bullet, its number, or the last column of a table.
pub(super) fn wrap_lines(text: &str, width: usize) -> String {
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
pub(super) fn reflow(markdown: &str, width: usize) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

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
