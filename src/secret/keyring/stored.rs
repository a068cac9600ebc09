//! Tests with a store in memory. Each test has its own entry, because they share the store.
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use keyring_core::{Entry, Error, mock};

use super::*;
use crate::secret::{RevealError, SecretSource, Trust, reveal};

fn token() -> CancellationToken {
    CancellationToken::new()
}

/// The entry as another program sees it.
fn entry_in_store(name: &str) -> Entry {
    use_store_in_memory();
    Entry::new("swyx-teams", name).unwrap()
}

/// Makes the next request to an entry fail.
fn fail(entry: &Entry, error: Error) {
    entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(error);
}

fn locked() -> Error {
    Error::NoStorageAccess("a prompt was dismissed".into())
}

fn fetch(entry: &str) -> Result<Secret, RevealError> {
    reveal(&SecretSource::Keyring(entry.to_owned()), Path::new("."), &Trust::nothing())
}

#[test]
fn written_secret_is_read_by_name_and_by_other_programs() {
    let entry = entry_in_store("written");
    let missing = read("swyx-teams/written", &token());
    assert_eq!(missing.unwrap_err(), KeyringError::NoEntry("swyx-teams/written".to_owned()));
    for text in ["made-up", "another"] {
        write("swyx-teams/written", &Secret::new(text), &token()).unwrap();
        assert_eq!(entry.get_password().unwrap(), text);
        assert!(fetch("swyx-teams/written").unwrap() == Secret::new(text));
    }
}

#[test]
fn failed_write_leaves_the_old_secret() {
    let entry = entry_in_store("failed");
    entry.set_password("old").unwrap();
    fail(&entry, locked());
    assert_eq!(write("swyx-teams/failed", &Secret::new("new"), &token()), Err(KeyringError::Locked));
    assert_eq!(
        write("swyx-teams/failed", &Secret::new("x".repeat(1281)), &token()),
        Err(KeyringError::TooLong(1281))
    );
    assert_eq!(entry.get_password().unwrap(), "old");
}

#[test]
fn trial_changes_nothing() {
    let (entry, beside) = (entry_in_store("trial"), entry_in_store("trial (test)"));
    try_out("swyx-teams/trial", &token()).unwrap();
    for entry in [&entry, &beside] {
        assert!(matches!(entry.get_password(), Err(Error::NoEntry)));
    }
    fail(&beside, locked());
    assert_eq!(try_out("swyx-teams/trial", &token()), Err(KeyringError::Locked));
    entry.set_password("old").unwrap();
    try_out("swyx-teams/trial", &token()).unwrap();
    assert_eq!(entry.get_password().unwrap(), "old");
    // Only reading it is impossible.
    entry.set_secret(&[0xff]).unwrap();
    try_out("swyx-teams/trial", &token()).unwrap();
}

#[test]
fn errors_of_the_store_name_what_to_do_and_no_secret() {
    let entry = entry_in_store("errors");
    let cases = [
        (locked(), "is locked"),
        (Error::Ambiguous(Vec::new()), "several entries swyx-teams/errors"),
        (Error::BadEncoding(b"made-up".to_vec()), "is not text"),
        (Error::BadDataFormat(b"made-up".to_vec(), "made-up".into()), "is not text"),
        (Error::PlatformFailure("the bus\nis gone.".into()), "failed: the bus\\u{a}is gone"),
    ];
    for (error, words) in cases {
        fail(&entry, error);
        let message = fetch("swyx-teams/errors").unwrap_err().to_string();
        assert!(message.contains(words) && !message.contains("made-up"), "{message}");
    }
}

#[test]
fn fetched_entry_is_one_line_of_text() {
    let entry = entry_in_store("text");
    for stored in ["made-up", "\u{feff}made-up\r\n", " made-up\n"] {
        entry.set_password(stored).unwrap();
        assert!(fetch("swyx-teams/text").unwrap() == Secret::new("made-up"), "{stored:?}");
    }
    entry.set_password("one\ntwo").unwrap();
    assert!(matches!(fetch("swyx-teams/text"), Err(RevealError::NotText)));
    entry.set_password("").unwrap();
    assert!(matches!(fetch("swyx-teams/text"), Err(RevealError::NotText)));
    // What the Credential Manager gives for bytes of another program.
    entry.set_password("\u{616d}\u{6564}").unwrap();
    assert!(matches!(fetch("swyx-teams/text"), Err(RevealError::NotAscii(_))));
    entry.set_secret(&[0xff, 0xfe, 0xfd]).unwrap();
    let error = fetch("swyx-teams/text").unwrap_err();
    assert!(matches!(error, RevealError::Keyring(KeyringError::NotText(_))), "{error}");
}

#[test]
fn silent_store_is_left_when_the_request_is_cancelled() {
    let (_sender, receiver): (_, Receiver<Result<(), KeyringError>>) = channel();
    let token = token();
    token.cancel();
    assert_eq!(access::wait(&receiver, &token), Err(KeyringError::Cancelled));
}
