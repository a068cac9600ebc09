//! The wording of messages, documentation and comments: phrases that are always wrong, each with a better one.
//!
//! The whole repository is checked, including names in code and paths of files. The comparison ignores case, punctuation and line ends,
//! and splits identifiers into words.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Files and folders that are not checked: build output, third-party files, and this file, which contains the phrases.
const SKIPPED: &[&str] = &[
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "__pycache__",
    "node_modules",
    "package-lock.json",
    "target",
    "wording.rs",
];

/// The hidden files and folders that are checked. Others are local, such as those of an editor.
const HIDDEN: &[&str] = &[".ci", ".gitattributes", ".gitignore", ".pre-commit-hooks.yaml"];

/// The kinds of files that contain no text.
const BINARY: &[&str] = &["png"];

/// A phrase to avoid, and what to write instead.
const PHRASES: &[(&str, &str)] = &[
    // Messages.
    ("not written as it has to be", "invalid format"),
    ("out of order (HTTP", "service unavailable (HTTP"),
    ("examined wholly", "fully checked"),
    ("wholly", "fully"),
    ("an answer is needed here", "a value is required"),
    ("the file says it already", "no changes to save"),
    ("what is missing is an error", "fail if an answer is missing"),
    ("take keys away", "remove keys"),
    ("take away what", "delete what"),
    ("takes it away", "removes it"),
    ("taken away", "removed"),
    ("say in words", "describe"),
    ("without a word", "silently"),
    ("behind the key", "after the key"),
    ("behind its last", "after its last"),
    ("behind the last", "after the last"),
    ("should be and is not", "missing"),
    ("esc to give up", "Esc cancels"),
    ("enter alone", "press Enter to skip"),
    ("holds the users of", "matches the users of"),
    ("shall see", "must see"),
    ("fit for a timer", "suitable for a scheduled job"),
    ("break off", "be interrupted"),
    ("breaks off", "is interrupted"),
    ("broke off", "was interrupted"),
    ("bears", "has"),
    ("as far as can be inferred", "probably … (inferred)"),
    ("past its end", "expired"),
    ("is this one?", "check that …"),
    ("there is no such mode", "unknown mode"),
    ("none of the choices", "not an allowed value"),
    ("not one of the choices", "not an allowed value"),
    ("if that is right", "if this is intended"),
    ("what you entered is not repeated", "your input is not shown"),
    ("statuses are carried", "statuses are synchronised"),
    ("carries statuses", "synchronises statuses"),
    ("is given twice", "is defined twice"),
    ("already stands for", "is already"),
    ("someone else meanwhile", "another process in the meantime"),
    ("by somebody", "by …"),
    ("when it is called again", "run it again to continue"),
    ("nobodys business", "ignored"),
    ("nobody's business", "ignored"),
    ("is said to be", "is reported as"),
    ("lock nobody", "do not lock out"),
    ("locks nobody", "does not lock out"),
    ("keep nobody", "do not prevent"),
    ("lead nowhere", "do not resolve, have no target"),
    ("leads nowhere", "does not resolve, has no target"),
    ("wherever it stands", "at any position"),
    // Words.
    ("anew", "again"),
    ("befall", "happen to"),
    ("befalls", "happens to"),
    ("how-manieth", "number"),
    ("mend", "fix"),
    ("mended", "fixed"),
    ("mending", "fixing"),
    ("mends", "fixes"),
    ("misuse", "invalid usage"),
    ("of theirs", "their"),
    ("somebody", "a user, an administrator, another program"),
    ("whoever", "everyone who, the caller"),
    ("whom", "that, to which"),
    ("whose it is", "its user"),
    ("broken off", "interrupted"),
    ("swallows", "hides"),
    ("other people's", "third-party"),
    ("for want of", "because of a missing"),
    ("shall", "must"),
    ("by likeness", "by similarity"),
    ("comes about", "happens"),
    ("to the letter", "exactly"),
    ("each others way", "in conflict"),
    ("in words of its own", "with its own text"),
    // Comments.
    ("one of a kind", "unique"),
    ("the wishes that", "requests to …"),
    ("that nobody listens", "a closed …"),
    ("takes nothing of", "does not affect"),
    ("of whom nothing is told", "users missing from …"),
    ("what is not there is away", "unsetting a missing key is a no-op"),
    ("takes that first", "lock order: …"),
    ("has no debug text", "does not implement Debug"),
    ("so has no debug text", "does not implement Debug"),
    ("the end of all waiting", "the deadline"),
    ("the one way to", "the only way to"),
    ("in its own way", "gracefully"),
    ("with nobody doing anything", "without any change"),
    ("as it may be shown", "in displayable form"),
    ("for a person", "for display, for users"),
    ("be had", "be obtained"),
    ("by other people", "third-party"),
    ("can be had", "is available"),
    ("decision for a person", "decision of the user"),
    ("go round in a circle", "loop"),
    ("goes on where it", "continues where it"),
    ("in its place and works", "is stored and works"),
    ("in no word of", "not in"),
    ("is asked for a", "is prompted for a"),
    ("is to be kept", "is stored"),
    ("it can vouch for", "it can certify"),
    ("keeps nobody", "does not prevent"),
    ("stands in the way", "prevents"),
    ("takes at least", "needs at least"),
    ("what is given", "the arguments"),
    ("what to type into", "the values for"),
    ("where it is read from", "where the settings read it"),
    ("who may not", "without permission to"),
    ("as a person", "as a user"),
    ("be had again", "be reproduced"),
    ("begin again", "start again"),
    ("held against", "compared with"),
    ("hold against", "compare with"),
    ("known-bad twin", "negative control"),
    ("known-bad twins", "negative controls"),
    ("one after the other", "in sequence"),
    ("stands beside", "is next to"),
];

/// The phrases to avoid, by their first word: all words, the phrase, and what to write instead.
type Phrases = HashMap<String, Vec<(Vec<String>, &'static str, &'static str)>>;

/// Returns the lower-case words of a line, without punctuation. `snake_case` and `CamelCase` are split into words.
fn words_of_line(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    let mut rest = line.chars().peekable();
    while let Some(character) = rest.next() {
        let is_next_lowercase = rest.peek().is_some_and(|next| next.is_lowercase());
        let is_start = character.is_uppercase() && (!before.is_uppercase() || is_next_lowercase);
        if (is_start || !character.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Returns the words of a text, each with the number of its line.
fn words(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().enumerate();
    lines
        .flat_map(|(index, line)| words_of_line(line).into_iter().map(move |word| (index + 1, word)))
        .collect()
}

fn phrases() -> Phrases {
    let mut phrases = Phrases::new();
    for &(avoid, write) in PHRASES {
        let words = words_of_line(avoid);
        let first = words.first().expect("a word").clone();
        phrases.entry(first).or_default().push((words, avoid, write));
    }
    phrases
}

/// Describes every phrase to avoid in a text.
fn bad_phrases(phrases: &Phrases, name: &str, text: &str) -> Vec<String> {
    let words = words(text);
    let mut found = Vec::new();
    for (index, (line, word)) in words.iter().enumerate() {
        for (phrase, avoid, write) in phrases.get(word).into_iter().flatten() {
            let is_here = words.get(index..index + phrase.len());
            if is_here.is_some_and(|here| here.iter().map(|(_, word)| word).eq(phrase)) {
                found.push(format!("{name}:{line}: \"{avoid}\": write \"{write}\""));
            }
        }
    }
    found
}

/// Collects all text files at or below a path.
fn files(path: PathBuf, into: &mut Vec<PathBuf>) {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_local = name.starts_with('.') && !HIDDEN.contains(&name.as_str());
    if is_local || SKIPPED.contains(&name.as_str()) {
        return;
    }
    let is_binary = path.extension().is_some_and(|kind| BINARY.iter().any(|known| kind == *known));
    if path.is_dir() {
        children(&path, into);
    } else if path.is_file() && !is_binary {
        into.push(path);
    }
}

/// Collects all text files in a folder, whatever its own name is.
fn children(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        files(entry.expect("an entry").path(), into);
    }
}

#[test]
fn phrases_to_avoid_are_not_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    children(root, &mut paths);
    for expected in ["Cargo.toml", "README.md", "src/lib.rs", "src/main.rs", "tests/run"] {
        assert!(paths.contains(&root.join(expected)), "{expected} is not checked");
    }
    let phrases = phrases();
    let mut found = Vec::new();
    for path in paths {
        let name = path.strip_prefix(root).expect("below the root").display().to_string();
        // Some fixtures are not UTF-8.
        let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).into_owned();
        found.extend(bad_phrases(&phrases, "path", &name));
        found.extend(bad_phrases(&phrases, &name, &text));
    }
    found.sort();
    assert!(found.is_empty(), "{} phrases to avoid:\n{}", found.len(), found.join("\n"));
}

#[test]
fn phrases_are_found_across_lines_and_in_any_case() {
    let text = "/// What a file holds, Not written\n/// as it has to be.\nlet x = \"mend it\"; // Whoever.\n";
    assert_eq!(
        bad_phrases(&phrases(), "a.rs", text),
        [
            "a.rs:1: \"not written as it has to be\": write \"invalid format\"",
            "a.rs:3: \"mend\": write \"fix\"",
            "a.rs:3: \"whoever\": write \"everyone who, the caller\"",
        ]
    );
}

#[test]
fn phrases_are_found_in_identifiers() {
    let text = "fn job_that_broke_off_ends() {}\nstruct HTTPWhoeverAsks;\nlet isMended = nobodys_business;\n";
    assert_eq!(
        bad_phrases(&phrases(), "a.rs", text),
        [
            "a.rs:1: \"broke off\": write \"was interrupted\"",
            "a.rs:2: \"whoever\": write \"everyone who, the caller\"",
            "a.rs:3: \"mended\": write \"fixed\"",
            "a.rs:3: \"nobodys business\": write \"ignored\"",
        ]
    );
}

#[test]
fn similar_words_and_phrases_are_allowed() {
    for text in [
        "a bearer token",
        "behind a proxy",
        "recommended",
        "is_recommended",
        "a key that stands",
        "events out of order",
    ] {
        assert_eq!(bad_phrases(&phrases(), "a.rs", text), [""; 0], "{text}");
    }
}

#[test]
fn every_phrase_is_listed_once_and_has_a_replacement() {
    let mut phrases = PHRASES.iter().map(|(avoid, _)| words(avoid)).collect::<Vec<_>>();
    assert!(PHRASES.iter().all(|(avoid, write)| !words(avoid).is_empty() && !write.is_empty()));
    phrases.sort();
    let count = phrases.len();
    phrases.dedup();
    assert_eq!(phrases.len(), count);
}
