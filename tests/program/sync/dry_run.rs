//! `--dry-run` writes nothing, and prints what would be set; what is recorded beside it gives the same again.

use super::running::until;
use super::site::{ANNA, Site};
use crate::common::system::{KILLED, assert_private};

/// What happens while it runs, in both directions.
fn happens(site: &Site, is_seen: impl Fn(&str)) {
    site.teams("Busy/InAMeeting");
    is_seen("would set 1001 in Swyx: Away\n");
    site.call(true);
    is_seen("would set 1001 in Teams: In a call, for 10 min\n");
    site.call(false);
    is_seen("would clear 1001 in Teams: In a call is over\n");
    site.teams("DoNotDisturb/DoNotDisturb");
    is_seen("would set 1001 in Swyx: DoNotDisturb\n");
}

#[test]
fn dry_run_writes_nothing_and_replays_the_same() {
    let site = Site::new();
    site.write("a.toml", &site.settings());
    let running = site.start(&[
        "sync",
        "a.toml",
        "--dry-run",
        "--record",
        "r.jsonl",
        "--metrics",
        "127.0.0.1:0",
        "-vvv",
    ]);
    running.says("dry run: nothing is set in Teams or Swyx");
    running.is_ready();
    happens(&site, |line| running.prints(line));
    // A call that continues after the end of the run.
    site.call(true);
    until("two calls", || running.out().matches("In a call, for").count() == 2);
    let run = running.stop();
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!((site.in_swyx(), site.sessions()), ("Available", 0));
    let writes = site.requests().into_iter().filter(|entry| {
        entry.path.ends_with("/status")
            || entry.path.ends_with("setPresence")
            || entry.path.ends_with("clearPresence")
    });
    assert_eq!(writes.count(), 0);

    let recording = site.read("r.jsonl");
    assert_private(&site.path("r.jsonl"));
    site.assert_silent("the recording", recording.as_bytes());
    assert!(recording.contains(ANNA.0), "it has something to say");

    // No secret is fetched, and no request is sent.
    let asked = site.requests().len();
    let mut replay = site.command(&["sync", "a.toml", "--replay", "r.jsonl"]);
    replay.env_remove(super::site::SECRET).env_remove(super::site::TOKEN);
    let again = super::running::Running::start(&site, &mut replay).end();
    assert_eq!((again.code, &again.out), (Some(0), &run.out), "{}", again.err);
    assert_eq!(site.requests().len(), asked);

    // The settings of today count: with another table, other statuses.
    site.write(
        "a.toml",
        &format!("{}[sync.status]\n\"Busy/InAMeeting\" = \"DoNotDisturb\"\n", site.settings()),
    );
    let other = site.start(&["sync", "a.toml", "--replay", "r.jsonl"]).end();
    assert!(!other.out.contains("Swyx: Away") && other.out.contains("Swyx: DoNotDisturb"), "{}", other.out);
}

#[test]
fn real_changes_are_recorded_in_the_same_form() {
    let site = Site::new();
    site.write("a.toml", &site.settings());
    let mut running = site.start(&["sync", "a.toml", "--record", "r.jsonl", "--metrics", "127.0.0.1:0"]);
    running.says("recording is on");
    running.is_ready();
    site.teams("Busy/InAMeeting");
    until("Away in Swyx", || site.in_swyx() == "Away");
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    // Killed at any moment, the recording is whole up to it.
    running.signal("KILL");
    assert_eq!(running.end().code, KILLED);
    let again = site.start(&["sync", "a.toml", "--replay", "r.jsonl"]).end();
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(again.out.contains("would set 1001 in Swyx: Away\n"), "{}", again.out);
    assert!(again.out.contains("would set 1001 in Teams: In a call, for 10 min\n"), "{}", again.out);
}

#[test]
fn lines_of_several_tenants_name_the_tenant() {
    let site = Site::new();
    site.write("a.toml", &site.settings());
    let id = site.facts().client_id.as_deref().expect("an application");
    site.write("b.toml", &site.settings().replace(id, "9f1e1a52-7d5e-4c0b-8a43-5f6f0c3b7d21"));
    let running = site.start(&["sync", "a.toml", "b.toml", "--dry-run"]);
    site.call(true);
    running.prints("would set 1001 in Teams");
    let run = running.stop();
    assert!(run.out.lines().all(|line| line.starts_with("a.toml: ")), "{}", run.out);
}
