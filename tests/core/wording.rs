//! The wording of messages, documentation and comments: phrases that are always wrong, each with a better one.
//!
//! The comparison ignores case, punctuation and line ends. To add a finished room, add its path to [`ROOMS`].

use std::path::{Path, PathBuf};

/// The folders and files whose wording is checked.
const ROOMS: &[&str] = &[
    "src/check.rs",
    "src/cli",
    "src/diagnostic.rs",
    "src/edit",
    "src/emulator",
    "src/endpoint.rs",
    "src/entra",
    "src/form",
    "src/http",
    "src/os",
    "src/provision",
    "src/report",
    "src/rules",
    "src/secret",
    "src/settings",
    "src/sheet.rs",
    "src/source",
    "src/swyx",
    "src/sync",
    "src/text.rs",
    "src/users",
    "src/web",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "docs",
    "schema",
    "tests",
];

/// The kinds of files whose wording is checked.
const KINDS: &[&str] = &["css", "js", "json", "md", "mjs", "py", "rs", "toml", "txt"];

/// Files and folders that are not checked: this file, which contains the phrases, and files from elsewhere.
const SKIPPED: &[&str] = &["wording.rs", "node_modules", "package-lock.json"];

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
];

/// The words of a text, each with its line, without comment markers, punctuation and case.
fn words(text: &str) -> Vec<(usize, String)> {
    let of_line = |(index, line): (usize, &str)| {
        let word = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let words = line.split_whitespace().map(word).filter(|word| !word.is_empty());
        words.map(move |word| (index + 1, word)).collect::<Vec<_>>()
    };
    text.lines().enumerate().flat_map(of_line).collect()
}

/// Describes every phrase to avoid in a text.
fn bad_phrases(name: &str, text: &str) -> Vec<String> {
    let words_of_text = words(text);
    let mut found = Vec::new();
    for (avoid, write) in PHRASES {
        let phrase = words(avoid).into_iter().map(|(_, word)| word).collect::<Vec<_>>();
        let is_here = |window: &&[(usize, String)]| window.iter().map(|(_, word)| word).eq(&phrase);
        let hits = words_of_text.windows(phrase.len()).filter(is_here).filter_map(<[_]>::first);
        found.extend(hits.map(|(line, _)| format!("{name}:{line}: \"{avoid}\": write \"{write}\"")));
    }
    found
}

/// All files of these kinds at or below a path.
fn files(path: PathBuf, into: &mut Vec<PathBuf>) {
    let is_skipped = |name: &std::ffi::OsStr| SKIPPED.iter().any(|skipped| name == *skipped);
    if path.file_name().is_some_and(is_skipped) {
        return;
    }
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a folder") {
            files(entry.expect("an entry").path(), into);
        }
    } else if path.extension().is_some_and(|kind| KINDS.iter().any(|known| kind == *known)) {
        into.push(path);
    }
}

#[test]
fn phrases_to_avoid_are_not_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for room in ROOMS {
        let mut paths = Vec::new();
        files(root.join(room), &mut paths);
        assert!(!paths.is_empty(), "{room} has no files");
        for path in paths {
            let text = std::fs::read_to_string(&path).expect("text");
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            found.extend(bad_phrases(&name, &text));
        }
    }
    found.sort();
    assert!(found.is_empty(), "{} phrases to avoid:\n{}", found.len(), found.join("\n"));
}

#[test]
fn phrases_are_found_across_lines_and_in_any_case() {
    let text = "/// What a file holds, Not written\n/// as it has to be.\nlet x = \"mend it\"; // Whoever.\n";
    assert_eq!(
        bad_phrases("a.rs", text),
        [
            "a.rs:1: \"not written as it has to be\": write \"invalid format\"",
            "a.rs:3: \"mend\": write \"fix\"",
            "a.rs:3: \"whoever\": write \"everyone who, the caller\"",
        ]
    );
}

#[test]
fn similar_words_and_phrases_are_allowed() {
    for text in
        ["a bearer token", "behind a proxy", "recommended", "a key that stands", "events out of order"]
    {
        assert_eq!(bad_phrases("a.rs", text), [""; 0], "{text}");
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
