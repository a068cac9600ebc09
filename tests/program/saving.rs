//! Saving is atomic, durable and locked: kills, two writers, full disks, modes, owners, links.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::system::set_mode;
#[cfg(unix)]
use crate::common::system::unprivileged::{copy_program, is_root, lower};
#[cfg(windows)]
use crate::common::system::{MODES, is_public, make_public, mode_of};
use crate::common::system::{hold, link, with_small_files, write_in_place};
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

/// What the kills of [`kill_at_random`] left.
#[derive(Debug, Default, PartialEq, Eq)]
struct Damage {
    /// How often the file was neither of the two texts.
    torn: u32,
    /// How often a writer had ended with success before it was killed, and the file was not its text.
    lost: u32,
    /// The most files beside it at once.
    left: usize,
}

/// Starts a process. Wine sometimes cannot start one, and calls that an internal error.
fn start(command: impl Fn() -> Command) -> Child {
    const INTERNAL_ERROR: i32 = 1359;
    for _ in 0..2 {
        match command().spawn() {
            Err(error) if cfg!(windows) && error.raw_os_error() == Some(INTERNAL_ERROR) => {}
            child => return child.expect("runs"),
        }
    }
    command().spawn().expect("runs")
}

/// Starts `writer` and kills it somewhere in its work, `kills` times.
fn kill_at_random(folder: &Path, texts: [&str; 2], kills: u32, writer: impl Fn(usize) -> Command) -> Damage {
    let path = folder.join("swyx-teams.toml");
    // The fastest of some runs: a short load must not delay all later kills.
    let whole = (0..5).map(|_| {
        let start = Instant::now();
        assert!(writer(1).status().expect("runs").success());
        start.elapsed()
    });
    let whole = whole.min().expect("some runs");
    let (mut damage, mut state) = (Damage::default(), 7_u32);
    for round in 0..kills {
        // A linear congruential generator: the moments differ from round to round, and are the same in every run.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let moment = whole.mul_f64(f64::from(state >> 8) / f64::from(1 << 24) * 1.2);
        let wanted = round as usize % 2;
        let mut child = start(|| writer(wanted));
        std::thread::sleep(moment);
        let _ = child.kill();
        let is_acknowledged = child.wait().expect("ends").success();
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("kill {round}: {error}"));
        damage.torn += u32::from(!texts.contains(&text.as_str()));
        damage.lost += u32::from(is_acknowledged && text != texts[wanted]);
        damage.left = damage.left.max(temporary_files(folder));
    }
    damage
}

fn quiet(mut command: Command) -> Command {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn kills_leave_no_partial_file_lose_no_change_and_leave_one_temporary_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let texts = [large(10), large(20)];
    fs::write(folder.path().join("swyx-teams.toml"), &texts[0]).expect("written");
    let writer = |at: usize| {
        let mut command = quiet(program(folder.path()));
        command.args(["set", "sync.session_minutes", ["10", "20"][at]]);
        command
    };
    // A process takes longer to start on Windows.
    let kills = if cfg!(windows) { 300 } else { 1_000 };
    let damage = kill_at_random(folder.path(), [&texts[0], &texts[1]], kills, writer);
    assert_eq!((damage.torn, damage.lost), (0, 0));
    assert!(damage.left <= 1, "{} temporary files at once", damage.left);
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
        let from = others.path().join(at.to_string());
        let mut command = quiet(write_in_place(&from, "swyx-teams.toml"));
        command.current_dir(folder.path());
        command
    };
    let is_torn = |_| kill_at_random(folder.path(), [&texts[0], &texts[1]], 20, writer).torn > 0;
    assert!((0..5).any(is_torn), "it saw nothing");
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

#[cfg_attr(windows, ignore = "Wine makes no symbolic links")]
#[test]
fn links_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("real")).expect("made");
    let real = folder.path().join("real/settings.toml");
    fs::write(&real, GOOD).expect("written");
    link(Path::new("real").join("settings.toml"), folder.path().join("swyx-teams.toml"));
    assert_eq!(run(folder.path(), &["set", "sync.session_minutes", "20"]).code, Some(0));
    assert!(folder.path().join("swyx-teams.toml").is_symlink());
    assert!(fs::read_to_string(&real).expect("there").contains("session_minutes = 20"));
}

#[cfg(windows)]
#[test]
fn rights_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("swyx-teams.toml");
    for is_for_everybody in [false, true] {
        fs::write(&path, GOOD).expect("written");
        if is_for_everybody {
            make_public(&path);
        }
        set_mode(&path, MODES[0]);
        assert_eq!(run(folder.path(), &["set", "sync.session_minutes", "20"]).code, Some(0));
        assert!(fs::read_to_string(&path).expect("there").contains("session_minutes = 20"));
        assert_eq!((is_public(&path), mode_of(&path)), (is_for_everybody, MODES[0]));
        fs::remove_file(&path).expect("removed");
    }
}

#[cfg(unix)]
#[test]
fn rights_stay() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("real")).expect("made");
    let real = folder.path().join("real/settings.toml");
    fs::write(&real, GOOD).expect("written");
    set_mode(&real, 0o640);
    if is_root() {
        std::os::unix::fs::chown(&real, Some(1234), Some(2345)).expect("given away");
    }
    let before = fs::metadata(&real).expect("there");
    link("real/settings.toml", folder.path().join("swyx-teams.toml"));
    assert_eq!(run(folder.path(), &["set", "sync.session_minutes", "20"]).code, Some(0));
    let after = fs::metadata(&real).expect("there");
    assert_eq!((after.mode(), after.uid(), after.gid()), (before.mode(), before.uid(), before.gid()));
    assert_ne!(after.ino(), before.ino(), "it was replaced, not written into");
}

#[test]
fn full_disk_keeps_the_old_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = large(10);
    fs::write(folder.path().join("swyx-teams.toml"), &text).expect("written");
    let output = with_small_files(2_048)
        .args(["set", "sync.session_minutes", "20"])
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

only_on_unix!(read_only_folder_is_named, "needs another user");
#[cfg(unix)]
#[test]
fn read_only_folder_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = copy_program(folder.path());
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).expect("made");
    fs::write(closed.join("swyx-teams.toml"), GOOD).expect("written");
    fs::create_dir(folder.path().join("secret")).expect("made");
    fs::write(folder.path().join("secret/swyx-teams.toml"), GOOD).expect("written");
    set_mode(&closed, 0o555);
    set_mode(&folder.path().join("secret"), 0o000);
    let ordinary = |arguments: &[&str]| {
        let mut command = Command::new(&copy);
        command.args(arguments).current_dir(folder.path()).env_clear();
        command.env("COLUMNS", "1000");
        lower(&mut command);
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
    set_mode(&folder.path().join("secret"), 0o755);
}

/// A folder that is locked by another writer is waited for, and on Windows a file that a virus scanner or an editor does not share.
#[test]
fn writers_wait_for_a_held_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("swyx-teams.toml");
    fs::write(&path, GOOD).expect("written");
    let held = hold(&path);
    let mut child =
        quiet(program(folder.path())).args(["set", "sync.session_minutes", "20"]).spawn().expect("runs");
    std::thread::sleep(Duration::from_millis(if cfg!(windows) { 1_000 } else { 1 }));
    assert!(child.try_wait().expect("asked").is_none(), "it did not wait");
    drop(held);
    assert!(child.wait().expect("ends").success());
    assert!(fs::read_to_string(&path).expect("there").contains("session_minutes = 20"));
    assert_eq!(temporary_files(folder.path()), 0);
}
