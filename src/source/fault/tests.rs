//! Tests the places and the texts of syntax errors.

use crate::diagnostic::Diagnostic;
use crate::source::Source;

fn findings(text: &str) -> (Source, Vec<Diagnostic>) {
    Source::new("a.toml", text.as_bytes().to_vec(), false)
}

fn places(text: &str) -> Vec<(usize, usize)> {
    let (source, found) = findings(text);
    let starts = found.iter().map(|found| source.span(&found.place).start);
    starts.map(|start| (start.line, start.column)).collect()
}

#[test]
fn every_faulty_line_is_reported_at_its_position() {
    let (deepest, deeper) = (nested(80), nested(81) + "\nb =");
    for (text, expected) in [
        ("a = x\nb = 1\nc 2\nd =\n", &[(1, 5), (3, 3), (4, 4)][..]),
        ("a = \"x\nb = 1\nc = 1 2 3 4", &[(1, 5), (3, 5)]),
        // All kinds of whitespace, and the text before a fault.
        ("\u{feff}a = x", &[(1, 5)]),
        ("\u{feff}\r\n\u{feff}a = 1", &[(2, 1)]),
        ("a = 1\r\nb = x\r\n\r\nc =\r\n[d\r\n", &[(2, 5), (4, 4), (5, 3)]),
        ("ä = 1\n\"ä😀\" = x\n\tb\t=\tx", &[(1, 1), (2, 8), (3, 6)]),
        ("a = 1\rb = 2\rc =\r", &[(1, 6)]),
        // Headers, and the keys below a faulty one.
        ("[a\nb = 1\nb = 2\n[a]\nb = 1", &[(1, 3), (3, 1)]),
        ("[[a]\n[b]]\n[c d]\n[]\n[e.]\nf]", &[(1, 5), (2, 4), (3, 3), (4, 2), (5, 4), (6, 2)]),
        // An unclosed string ends at the end of its line, a multi-line string at the end of the file.
        ("a = 'x\nb = [\"y, 1]\nc = { d = \"z }\ne =", &[(1, 5), (2, 6), (3, 11), (4, 4)]),
        ("a =\nb = \"\"\"x\n[c]\nd =", &[(1, 4), (2, 5)]),
        ("a = '''x\nb =", &[(1, 5)]),
        ("a = [\n  \"x\",\n  \"y\n]\nb =", &[(3, 3), (5, 4)]),
        // An unclosed bracket ends before the next line that cannot be inside it.
        ("a = [1, 2\nb = 3\n\n[c]\nd =", &[(1, 5), (5, 4)]),
        ("a = [\n  1,\n  2\n\n[[c]] # d\ne =", &[(1, 5), (6, 4)]),
        ("a = [[1, 2],\n[c]\nd = 1\n[c.e]\nf =", &[(1, 5), (5, 4)]),
        ("a = { b = 1\nc = 2\n[d]\n", &[(1, 5)]),
        ("  a = { b = 1,\n    c = 2\n  d =\n", &[(1, 7), (3, 6)]),
        ("a = [\n  { b = 1\n[c]\n", &[(1, 5), (2, 3)]),
        ("a = [", &[(1, 5)]),
        ("a = {\n", &[(1, 5)]),
        ("a = [ # b\n\n\n", &[(1, 5)]),
        // A closed bracket stays complete, even if it contains other faults.
        ("a = {\n  b = 1\n  c = 2\n}\nd =", &[(3, 3), (5, 4)]),
        ("a = [\n  { b = 1 }\n  { b = 2 },\n  { b = \"3\" c = 4 }\n]\n", &[(3, 3), (4, 13)]),
        ("a = [\n  [1]\n  [2]\n]", &[(3, 3)]),
        ("a = [\n  b = 1\n]", &[(2, 3)]),
        ("a = 1]\nb = { }}\n}", &[(1, 6), (2, 8), (3, 1)]),
        // Several faults on one line are one finding.
        ("a = „x“ y\nb = [x, y, z]", &[(1, 5), (2, 6)]),
        // A value that is nested too deeply is skipped completely.
        (&deepest, &[]),
        (&deeper, &[(1, 85), (2, 4)]),
    ] {
        assert_eq!(places(text), expected, "{text}");
    }
}

fn nested(depth: usize) -> String {
    format!("a = {}1{}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn duplicate_shows_the_first_definition() {
    for (text, second, first, message) in [
        ("a = 1\n\na = 2", (3, 1), (1, 1), "this key is defined twice"),
        ("t = { a = 1, \"a\" = 2 }", (1, 14), (1, 7), "this key is defined twice"),
        ("[a.b]\n[a]\nc = 1\n[ a ]", (4, 3), (2, 2), "this table is defined twice"),
        ("a.b.c = 1\n[a.b]", (2, 4), (1, 3), "this table is defined twice"),
        ("[a.b.c]\n[a]\nb.d = 1\n[a.b]", (4, 4), (1, 4), "this table is defined twice"),
        ("[[a]]\n[a]", (2, 2), (1, 3), "this name is already an array of tables"),
        ("a = 1\n[a]", (2, 2), (1, 1), "this name is already a value"),
        ("a = {}\n[a.b]", (2, 2), (1, 1), "this name is already a value, which a header cannot extend"),
        ("[a]\n[[a]]", (2, 3), (1, 2), "this name is already defined, but not as an array of tables"),
        ("a = []\n[[a]]", (2, 3), (1, 1), "this name is already defined, but not as an array of tables"),
        (
            "[a.b]\n[a]\nb.c = 1",
            (3, 1),
            (1, 4),
            "this name is already a value or table, which a dotted key cannot extend",
        ),
    ] {
        let (source, found) = findings(text);
        let [found] = &found[..] else { panic!("{text}: {found:?}") };
        let start = |place| source.span(place).start;
        let (at, related) = (start(&found.place), start(&found.related[0].place));
        assert_eq!((at.line, at.column), second, "{text}");
        assert_eq!((related.line, related.column), first, "{text}");
        assert_eq!(found.message, message, "{text}");
        assert!(found.help.is_some(), "{text}");
    }
}

#[test]
fn common_mistakes_get_helpful_messages() {
    let escape = "invalid escape sequence after the backslash";
    let quotes = "text without quotation marks";
    for (line, column, message, help) in [
        ("a = \"x", 5, "this string is not closed", "the same quotation mark"),
        ("a = \"x\u{201c}", 5, "this string is not closed", "straight"),
        ("a = [\"C:\\\\dir\\\"]", 6, "this string is not closed", "after a backslash"),
        ("a = \"C:\\Users\\x\"", 8, escape, "'…'"),
        ("a = \"\\u00\"", 6, escape, "\\\\"),
        ("a = \"\"\"x \\ y\"\"\"", 10, escape, "\\\\"),
        ("a = „x“", 5, "a typographic quotation mark", "straight"),
        ("a = “x”", 5, "a typographic quotation mark", "straight"),
        ("a = »x«", 5, "a typographic quotation mark", "straight"),
        ("„a“ = 1", 1, "a typographic quotation mark", "straight"),
        ("a = x", 5, quotes, "around"),
        ("a = falsch", 5, quotes, "around"),
        ("a = nein", 5, quotes, "around"),
        ("a = x\"", 5, quotes, "around"),
        ("a = True", 5, "true and false must be in lower case", ""),
        ("a: 1", 2, "expected `=`, found a colon", "key = value"),
        ("a : 1", 3, "expected `=`, found a colon", "key = value"),
        ("\"a\": 1,", 4, "expected `=`, found a colon", "key = value"),
        ("a = { b: 1 }", 8, "expected `=`, found a colon", "key = value"),
        ("a 1", 3, "`=` is missing here", "key = value"),
        ("a b = 1", 3, "`=` is missing here", "quotation marks"),
        ("hello", 6, "no `=` and value follow this key", "# before a comment"),
        ("a =", 4, "no value follows the `=`", "key = value"),
        ("a = # b", 5, "no value follows the `=`", "key = value"),
        ("a = { b = }", 11, "no value follows the `=`", "key = value"),
        ("a == 1", 4, "unexpected second `=`", ""),
        ("= 1", 1, "a name is missing here", "key = value"),
        ("[a", 3, "`]` is missing here", "[name]"),
        ("[[a]", 5, "`]]` is missing here", "[[name]]"),
        ("a]", 2, "a header starts with `[`", ""),
        ("a = 1,", 6, "only a comment can follow here", "comma"),
        ("a = 1 }", 7, "only a comment can follow here", "bracket"),
        ("a = \"it\"s\"", 9, "only a comment can follow here", "new line"),
        ("a = 1\t; b", 5, "a comment starts with `#`", ""),
        ("a = \"1\" ; b", 9, "a comment starts with `#`", ""),
        ("// a", 1, "a comment starts with `#`", ""),
        (
            "ä = 1",
            1,
            "this key needs quotation marks: it has characters other than A to Z, a to z, 0 to 9, - and _",
            "quotation marks",
        ),
        ("a = 3\u{a0}", 5, "an invisible character other than a space", "space"),
        ("\u{200b}a = 3", 1, "an invisible character other than a space", "space"),
        ("a = 14.20.1", 5, "this is not a number", "version"),
        ("a = 8f1c2d3e-0000-4000-8000-000000000000", 5, "this is not a number", "id"),
        ("a = 0049", 5, "a number cannot start with 0", "telephone"),
        ("a = +49 123", 5, "this is not a number", "telephone"),
        ("a = 99999999999999999999", 5, "this number has more than 64 bits", "id"),
        ("a = 0x", 5, "this is not a number", "id"),
        ("a = 1e999", 5, "this number is too large", ""),
        ("a = 2026-02-30", 5, "this date or time does not exist", ""),
        ("a = \"\u{1}\"", 6, "a control character", "delete"),
        ("a = 1 # \u{1}", 9, "a control character", "delete"),
        ("a = [1,, 2]", 8, "unexpected comma", "delete"),
        ("a = [1 2]", 6, "this is not a number", ""),
        ("a = [\"b\" \"c\"]", 10, "a comma is missing here", ""),
        ("{ a = 1 }", 1, "a line cannot start like this", "key = value"),
        ("'''a''' = 1", 1, "a key cannot be in three quotation marks", "single quotation marks"),
    ] {
        let (source, found) = findings(line);
        let [found] = &found[..] else { panic!("{line}: {found:?}") };
        let at = source.span(&found.place).start;
        assert_eq!((at.line, at.column, &*found.message), (1, column, message), "{line}");
        assert!(found.help.as_deref().unwrap_or_default().contains(help), "{line}: {:?}", found.help);
    }
}

#[test]
fn findings_do_not_repeat_the_source() {
    let faulty = [
        "Zq7 = Zq7",
        "Zq7",
        "a = \"Zq7",
        "Zq7: Zq7",
        "[Zq7",
        "a = [Zq7",
        "a.Zq7 = 1\na.Zq7 = 2",
        "a = \"\\Zq7\"",
        "a = 9Zq7",
        "a = tZq7",
    ];
    for text in faulty {
        let (_, found) = findings(text);
        assert_eq!(found.len(), 1, "{text}");
        assert!(!format!("{found:?}").contains("Zq"), "{text}");
    }
}

#[test]
fn findings_are_limited_to_100_faulty_lines() {
    let text = format!("a = [{}]\n", "x ,".repeat(1000)) + &"[c\n".repeat(1000);
    let places = places(&text);
    assert_eq!((places.len(), places[0], places[99]), (super::MAX_FAULTS, (1, 6), (100, 3)));
}
