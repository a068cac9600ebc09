//! Saving is atomic, durable and locked: kills, two writers, full disks, modes, owners, links.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{GOOD, program, run};

/// A file of some kilobytes, so that a kill has something to tear.
fn large(minutes: u32) -> String {
    let users =
        (0..100).map(|at| format!("\n[[user]]\nswyx = \"User {at}\"\nteams = \"user{at}@example.com\"\n"));
    format!("{GOOD}\n[sync]\nsession_minutes = {minutes}\n{}", users.collect::<String>())
}

fn temporary_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.filter(|entry| entry.as_ref().expect("an entry").file_name() != "swyx-teams.toml").count()
}

/// Starts `writer` and kills it somewhere in its work, `kills` times. Gives how often the file was neither of the two texts, and the
/// most files that were left beside it.
fn count_torn_files(
    folder: &Path,
    texts: [&str; 2],
    kills: u32,
    writer: impl Fn(usize) -> Command,
) -> (u32, usize) {
    let path = folder.join("swyx-teams.toml");
    // The fastest of some runs: a short load must not delay all later kills.
    let whole = (0..5).map(|_| {
        let start = Instant::now();
        assert!(writer(1).status().expect("runs").success());
        start.elapsed()
    });
    let whole = whole.min().expect("some runs");
    let (mut torn, mut left, mut state) = (0, 0, 7_u32);
    for round in 0..kills {
        // A linear congruential generator: the moments differ from round to round, and are the same in every run.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let moment = whole.mul_f64(f64::from(state >> 8) / f64::from(1 << 24) * 1.2);
        let mut child = writer(round as usize % 2).spawn().expect("runs");
        std::thread::sleep(moment);
        let _ = child.kill();
        child.wait().expect("ends");
        let text = fs::read_to_string(&path).expect("there");
        torn += u32::from(!texts.contains(&text.as_str()));
        left = left.max(temporary_files(folder));
    }
    (torn, left)
}

fn quiet(mut command: Command) -> Command {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn kills_leave_no_partial_file_and_one_temporary_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let texts = [large(10), large(20)];
    fs::write(folder.path().join("swyx-teams.toml"), &texts[0]).expect("written");
    let writer = |at: usize| {
        let mut command = quiet(program(folder.path()));
        command.args(["set", "sync.session_minutes", ["10", "20"][at]]);
        command
    };
    let (torn, left) = count_torn_files(folder.path(), [&texts[0], &texts[1]], 1_000, writer);
    assert_eq!(torn, 0);
    assert!(left <= 1, "{left} temporary files at once");
    assert_eq!(run(folder.path(), &["set", "sync.session_minutes", "30"]).code, Some(0));
    assert_eq!(temporary_files(folder.path()), 0);
}

#[test]
fn writing_in_place_is_detected() {
    let folder = tempfile::tempdir().expect("a folder");
    let others = tempfile::tempdir().expect("a folder");
    let texts = [large(10).repeat(500), large(20).repeat(500)];
    for (at, text) in texts.iter().enumerate() {
        fs::write(others.path().join(at.to_string()), text).expect("written");
    }
    fs::write(folder.path().join("swyx-teams.toml"), &texts[0]).expect("written");
    let writer = |at: usize| {
        let mut command = quiet(Command::new("dd"));
        let from = format!("if={}", others.path().join(at.to_string()).display());
        command.args([from.as_str(), "of=swyx-teams.toml", "bs=512"]).current_dir(folder.path());
        command
    };
    let (torn, _) = count_torn_files(folder.path(), [&texts[0], &texts[1]], 100, writer);
    assert!(torn > 0, "it saw nothing");
}

#[test]
fn concurrent_writers_lose_no_change() {
    const EACH: usize = 25;
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("swyx-teams.toml"), GOOD).expect("written");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let folder = folder.path();
            scope.spawn(move || {
                for at in 0..EACH {
                    let key = format!("control_center.Field{writer}x{at}");
                    let set = run(folder, &["set", &key, "1"]);
                    assert_eq!(set.code, Some(0), "{}", set.err);
                }
            });
        }
    });
    let text = fs::read_to_string(folder.path().join("swyx-teams.toml")).expect("there");
    assert_eq!(text.lines().filter(|line| line.starts_with("Field")).count(), 4 * EACH);
    assert_eq!(temporary_files(folder.path()), 0, "a lock or temporary file is left");
}

#[test]
fn mode_owner_and_links_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("real")).expect("made");
    let real = folder.path().join("real/settings.toml");
    fs::write(&real, GOOD).expect("written");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("set");
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if is_root {
        std::os::unix::fs::chown(&real, Some(1234), Some(2345)).expect("given away");
    }
    let before = fs::metadata(&real).expect("there");
    symlink("real/settings.toml", folder.path().join("swyx-teams.toml")).expect("linked");
    assert_eq!(run(folder.path(), &["set", "sync.session_minutes", "20"]).code, Some(0));
    let after = fs::metadata(&real).expect("there");
    assert_eq!((after.mode(), after.uid(), after.gid()), (before.mode(), before.uid(), before.gid()));
    assert_ne!(after.ino(), before.ino(), "it was replaced, not written into");
    assert!(folder.path().join("swyx-teams.toml").is_symlink());
    assert!(fs::read_to_string(&real).expect("there").contains("session_minutes = 20"));
}

#[test]
fn full_disk_keeps_the_old_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = large(10);
    fs::write(folder.path().join("swyx-teams.toml"), &text).expect("written");
    // A file size limit, with its signal ignored, fails a write half-way like a full disk.
    let script = "trap '' XFSZ; ulimit -f 4; exec \"$0\" set sync.session_minutes 20";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_swyx-teams")])
        .env("COLUMNS", "1000")
        .current_dir(folder.path())
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("cannot write the temporary file") && said.contains("nothing was changed"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(folder.path().join("swyx-teams.toml")).expect("there"), text);
    assert_eq!(temporary_files(folder.path()), 0);
}

#[test]
fn read_only_folder_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("swyx-teams");
    // Copied by another process: a child that another test starts meanwhile would inherit our open file, and nobody may run a program
    // that is open for writing.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_swyx-teams")).arg(&copy).status();
    assert!(copied.expect("cp runs").success());
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).expect("made");
    fs::write(closed.join("swyx-teams.toml"), GOOD).expect("written");
    fs::create_dir(folder.path().join("secret")).expect("made");
    fs::write(folder.path().join("secret/swyx-teams.toml"), GOOD).expect("written");
    for (path, mode) in [(folder.path(), 0o755), (&closed, 0o555), (&folder.path().join("secret"), 0o000)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    }
    let ordinary = |arguments: &[&str]| {
        let mut command = Command::new(&copy);
        command.args(arguments).current_dir(folder.path()).env_clear();
        command.env("COLUMNS", "1000");
        // Root can write everywhere, so run as an unprivileged user.
        if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            command.uid(65_534).gid(65_534);
        }
        let output = command.output().expect("runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (code, said, _) =
        ordinary(&["set", "--config", "closed/swyx-teams.toml", "sync.session_minutes", "20"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("temporary file in the folder: permission denied; nothing was changed"), "{said}");
    let (code, _, found) = ordinary(&["check", "--format", "concise", "secret", "secret/swyx-teams.toml"]);
    assert_eq!(code, Some(2), "{found}");
    assert_eq!(found.matches("permission denied").count(), 2, "{found}");
    fs::set_permissions(folder.path().join("secret"), fs::Permissions::from_mode(0o755)).expect("set");
}

/// A locked folder is waited for, with a limit: the lock ends with its process.
#[test]
fn writers_wait_for_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("swyx-teams.toml"), GOOD).expect("written");
    let held = fs::File::open(folder.path()).expect("open");
    held.lock().expect("locked");
    let mut child =
        quiet(program(folder.path())).args(["set", "sync.session_minutes", "20"]).spawn().expect("runs");
    std::thread::sleep(Duration::from_millis(1));
    assert!(child.try_wait().expect("asked").is_none(), "it did not wait");
    drop(held);
    assert!(child.wait().expect("ends").success());
}
