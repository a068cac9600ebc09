//! Hostile texts: each is read without a panic, on a small stack, with few and short findings.

use super::fault::MAX_FAULTS;
use super::{Excerpt, MAX_BYTES, Source};
use crate::check;
use crate::diagnostic::id;

/// A text of at most 1 MiB: `before`, then as many copies of `unit` as fit, then `after`.
fn filled(before: &str, unit: &str, after: &str) -> String {
    filled_to(MAX_BYTES, before, unit, after)
}

fn filled_to(most: usize, before: &str, unit: &str, after: &str) -> String {
    let count = (most - before.len() - after.len()) / unit.len();
    format!("{before}{}{after}", unit.repeat(count))
}

/// Numbered pieces of `tokens` tokens each, enough to exceed the maximum number of findings.
fn numbered(before: &str, tokens: usize, piece: impl Fn(usize) -> String, after: &str) -> String {
    let mut text = before.to_owned();
    for piece in (0..24_000 / tokens).map(piece) {
        if text.len() + piece.len() + after.len() > MAX_BYTES {
            break;
        }
        text.push_str(&piece);
    }
    text + after
}

/// Checks a text like a file and shows the findings, on a thread with the stack size of a Windows thread.
fn survives(name: &'static str, text: impl Into<Vec<u8>>) {
    let text = text.into();
    let run = move || {
        let checked = check::check_bytes("a.toml", text, false);
        let source = checked.source();
        let of_syntax = checked.diagnostics().iter().filter(|found| found.rule == id::SYNTAX).count();
        assert!(of_syntax <= MAX_FAULTS && checked.diagnostics().len() <= check::MAX_FINDINGS + 1, "{name}");
        assert!(source.is_sound() || !checked.diagnostics().is_empty(), "{name}");
        for found in checked.diagnostics() {
            assert!(found.message.len() <= 1024, "{name}: {} bytes", found.message.len());
            let span = source.span(&found.place);
            assert!(span.start <= span.end && span.end.offset <= MAX_BYTES, "{name}");
        }
        // Excerpts work the same for each finding, so a sample is enough.
        for found in checked.diagnostics().iter().step_by(100) {
            let shown = source.excerpt(&found.place);
            let length = |shown: Excerpt| shown.before.len() + shown.marked.len() + shown.after.len();
            assert!(shown.map_or(0, length) < 16 * 1024, "{name}");
        }
    };
    std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(run).unwrap().join().unwrap();
}

#[test]
fn deep_nesting_is_rejected() {
    let deep = |unit: &str| unit.repeat(100_000);
    survives("arrays", format!("a = {}", deep("[")));
    survives("closed arrays", format!("a = {}1{}", deep("["), deep("]")));
    survives("inline tables", format!("a = {}", deep("{a=")));
    survives("closed inline tables", format!("a = {}1{}", "{a=".repeat(90_000), "}".repeat(90_000)));
    survives("both", format!("a = {}", deep("[{a=")));
    survives("dotted key", format!("a{} = 1", deep(".a")));
    survives("dotted header", format!("[a{}]", deep(".a")));
    survives("dotted keys in an array", format!("a = [{{a{} = 1}}]", deep(".a")));
    survives("dotted names of no letters", format!("{} = 1", deep(".")));
}

#[test]
fn misplaced_brackets_do_not_hide_the_depth() {
    // The parser reports these as closed without having reported them as opened.
    for pair in ["[]", "{}", "[],", "{},", "]", "},", "[[]]"] {
        let text = format!("a = {{{}b = {}", pair.repeat(50_000), "[".repeat(100_000));
        survives("brackets where keys belong", text.clone());
        survives("in an array", format!("a = [{text}"));
    }
    survives("alternating", format!("a = {}", "{[]b=[".repeat(40_000)));
}

#[test]
fn text_with_too_many_tokens_is_rejected() {
    let (_, found) = Source::new("a.toml", format!("a = [{}]", "1,".repeat(300_000)).into_bytes(), false);
    assert_eq!(found.iter().map(|found| found.rule).collect::<Vec<_>>(), [id::UNREADABLE]);
    let (source, _) = Source::new("a.toml", format!("a = [{}]", "1,".repeat(149_990)).into_bytes(), false);
    assert!(source.is_sound());
}

#[test]
fn any_input_of_one_mebibyte_is_read() {
    for unit in [
        "=", "=\n", "\n", "\r", "\r\n", " ", "\t", "\u{1}", "[", "]", "{", "}", "[[", "\"", "'", "\"\"\"",
        "'''", "\\", "+", "-", ".", ",", "#", "#\n", "# x\n", "a", "a\n", "a.", "a=\n", "a=1\n", "[a]\n",
        "[[a]]\n", "[a\n", "a=[\n", "a={\n", "a=[1\n", "\u{feff}", "é", "😀", "_", "0", "x:1\n", "\"\\\n",
    ] {
        survives(unit, filled("", unit, ""));
    }
    survives("NUL", vec![0; MAX_BYTES]);
    survives("no UTF-8", vec![0xff; MAX_BYTES]);
    survives("a byte too many", vec![b' '; MAX_BYTES + 1]);
}

#[test]
fn a_long_value_is_read() {
    let filled = |before, unit, after| filled_to(100_000, before, unit, after);
    for unit in [
        "+", "-", "_", "0", "1", "1_", ".", "e", "\u{1}", "\\", "\\x", "\\u0", "x", "é", "\u{a0}", " x",
        "\"", "'", "f_",
    ] {
        survives(unit, filled("a = ", unit, "\n"));
        survives(unit, filled("a = 0x", unit, "\n"));
        survives(unit, filled("a = \"", unit, "\"\n"));
        survives(unit, filled("a = \"\"\"", unit, "\"\"\"\n"));
        survives(unit, filled("a = '", unit, "'\n"));
        survives(unit, filled("\"", unit, "\" = 1\n"));
        survives(unit, filled("a = [", unit, ""));
    }
    survives("blanks behind a backslash", filled("a = \"\"\"", "\\  ", "\"\"\""));
    survives("carriage returns", filled("a = \"\"\"", "\r", "\"\"\""));
}

#[test]
fn findings_of_one_mebibyte_are_truncated() {
    let key = |n| format!("a{n}=1\n");
    let allowed = |rule: &'static str| move |n| format!("a{n}=1# swyx-teams: allow({rule})\n");
    survives("unknown keys", numbered("", 4, key, ""));
    survives("in a known table", numbered("[sync]\n", 4, key, ""));
    survives("in one line", numbered("sync={", 4, |n| format!("a{n}=1,"), "}"));
    survives("users in one line", numbered("user=[", 6, |_| "{swyx=1},".to_owned(), "]"));
    survives("statuses in one line", numbered("sync={status={", 4, |n| format!("a{n}=1,"), "}}"));
    survives("wrong types in one line", numbered("user=[", 2, |_| "1,".to_owned(), "]"));
    survives("directives", numbered("", 4, |_| "# swyx-teams: allow(placeholder)\n".to_owned(), ""));
    survives("directives that silence", numbered("[sync]\n", 5, allowed("unknown-key"), ""));
    survives(
        "directives in a table of a long name",
        numbered(&format!("[{}]\n", "x".repeat(500_000)), 5, allowed("placeholder"), ""),
    );
    survives("a comment of many marks", filled("a=1 #", "#", ""));
    survives("what looks like secrets", filled("a = \"", "1Q~", "\""));
    survives("comments of nothing", numbered("", 5, |n| format!("a{n}=1#\n"), ""));
}
