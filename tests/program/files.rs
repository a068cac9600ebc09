//! Files that are none, or not what they seem: each is named for what it is, and nothing hangs.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(unix)]
use crate::common::system::make_pipe;
use crate::common::system::{NULL_DEVICE, link};
use crate::common::{GOOD, run};

fn said(folder: &Path, path: &str) -> String {
    let run = run(folder, &["check", "--format", "concise", path]);
    assert_eq!(run.code, Some(2), "{path}: {}{}", run.out, run.err);
    assert!(run.out.contains("error[unreadable]"), "{}", run.out);
    assert!(run.out.len() < 1_024, "{}", run.out);
    run.out
}

#[test]
fn paths_that_are_not_files_are_identified() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    #[cfg(unix)]
    make_pipe(&at("pipe.toml"));
    fs::File::create(at("huge.toml")).expect("made").set_len(1 << 30).expect("a hole of a GiB");
    // Wine makes no symbolic links.
    if cfg!(unix) {
        link("nowhere", at("dangling.toml"));
        link("loop.toml", at("loop.toml"));
    }
    #[cfg(unix)]
    let _listener = std::os::unix::net::UnixListener::bind(at("socket.toml")).expect("bound");
    for (path, reason) in [
        #[cfg(unix)]
        ("pipe.toml", "a pipe, device or socket, not a regular file"),
        #[cfg(unix)]
        ("/dev/zero", "a pipe, device or socket, not a regular file"),
        (NULL_DEVICE, "device"),
        ("huge.toml", "larger than 1 MiB"),
        #[cfg(unix)]
        ("dangling.toml", "no such file"),
        #[cfg(unix)]
        ("loop.toml", "symbolic links"),
        #[cfg(unix)]
        ("socket.toml", "error[unreadable]"),
        ("none/a.toml", "no such file"),
    ] {
        assert!(said(folder.path(), path).contains(reason), "{path}: {}", said(folder.path(), path));
        // The same, where it is to be changed: nothing is made in its place.
        let set = run(folder.path(), &["set", "--config", path, "sync.session_minutes", "20"]);
        assert_ne!(set.code, Some(0), "{path}");
    }
    assert_eq!(fs::metadata(at("huge.toml")).expect("there").len(), 1 << 30);
}

#[cfg_attr(windows, ignore = "Wine makes no symbolic links")]
#[test]
fn named_links_are_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.toml"), GOOD).expect("written");
    link("a.toml", folder.path().join("b.toml"));
    assert_eq!(run(folder.path(), &["check", "b.toml"]).code, Some(0));
}

/// Calls `write` with one text and the other in turn, over and over, while `read` is called many times.
fn while_it_changes(texts: &[String; 2], write: impl Fn(&str) + Sync, read: impl Fn()) {
    /// Ends the writer also where a reader's assertion fails.
    struct Done<'a>(&'a AtomicBool);
    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let end = Done(&done);
        scope.spawn(|| {
            texts.iter().cycle().take_while(|_| !done.load(Ordering::Relaxed)).for_each(|text| write(text));
        });
        (0..if cfg!(windows) { 200 } else { 2_000 }).for_each(|_| read());
        drop(end);
    });
}

#[test]
fn file_replaced_during_reading_is_old_or_new() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.toml");
    let texts = [GOOD.to_owned(), format!("{GOOD}{}", "# a comment that makes it longer\n".repeat(2_000))];
    fs::write(&path, &texts[0]).expect("written");
    let replace = |text: &str| {
        let other = folder.path().join("new");
        let renamed = fs::write(&other, text).and_then(|()| fs::rename(&other, &path));
        // Windows replaces no file that is open.
        assert!(renamed.is_ok() || cfg!(windows), "{renamed:?}");
    };
    while_it_changes(&texts, replace, || {
        let (content, _) = swyx_teams::os::read_regular(&path, 1 << 20).expect("read");
        assert!(texts.iter().any(|text| text.as_bytes() == content), "{} bytes", content.len());
    });
}

/// What a careless program has written so far may be seen, and nothing that never stood in the file.
#[test]
fn file_written_during_reading_is_read_partially() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.toml");
    let texts = [GOOD.to_owned(), format!("{GOOD}{}", "# a comment that makes it longer\n".repeat(2_000))];
    fs::write(&path, &texts[0]).expect("written");
    while_it_changes(
        &texts,
        |text| fs::write(&path, text).expect("written"),
        || match swyx_teams::os::read_regular(&path, 1 << 20) {
            Ok((content, _)) => assert!(texts[1].as_bytes().starts_with(&content), "{} bytes", content.len()),
            Err(swyx_teams::os::ReadError::Changing) => {}
            Err(error) => panic!("{error}"),
        },
    );
}
