//! Errors at the start and their exit codes. One invalid file does not affect the others.

use super::running::until;
use super::site::{SECRET, Site, TOKEN};
use crate::common::Run;
use crate::common::system::NULL_DEVICE;
#[cfg(unix)]
use crate::common::system::make_pipe;

/// Runs `sync` until it ends by itself.
fn refused(site: &Site, words: &[&str], code: i32, said: &str) -> Run {
    let run = site.start(words).end();
    assert_eq!(run.code, Some(code), "{words:?}\n{}", run.err);
    assert!(run.err.contains(said), "{words:?}: `{said}` is not in\n{}", run.err);
    assert_eq!(run.out, "", "{words:?}");
    run
}

/// A line of the settings, in place of that which begins like it.
fn with(text: &str, start: &str, line: &str) -> String {
    let lines = text.lines().map(|old| if old.starts_with(start) { line } else { old });
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn missing_and_invalid_settings_are_named() {
    let site = Site::new();
    let good = site.settings();
    for (name, text, code, said) in [
        (
            "no gateway",
            with(&with(&good, "gateway = ", ""), "gateway_token", ""),
            2,
            "`swyx.gateway` is not set",
        ),
        ("no token", with(&good, "gateway_token", ""), 1, "gateway_token"),
        ("no secret, both ways", with(&good, "MsTeamsClientSecret", ""), 1, "mode-needs-secret"),
        (
            "no secret, one way",
            with(
                &with(&good, "MsTeamsClientSecret", ""),
                "MsTeamsStatusSyncMode",
                "MsTeamsStatusSyncMode = 1",
            ),
            2,
            "`control_center.MsTeamsClientSecret` is not set",
        ),
        (
            "mode 0",
            with(&good, "MsTeamsStatusSyncMode", "MsTeamsStatusSyncMode = 0"),
            2,
            "the vendor does not document mode 0",
        ),
        (
            "a gateway on another machine",
            with(&good, "gateway = ", "gateway = \"https://swyx.example.com:9180\""),
            2,
            "`swyx.gateway` leads to swyx.example.com:9180; if this is intended, add --trust=swyx.example.com:9180",
        ),
        ("another variable", good.replace(SECRET, "NOT_THERE"), 2, "`control_center.MsTeamsClientSecret`: "),
        ("another variable for the token", good.replace(TOKEN, "NOT_THERE"), 2, "`swyx.gateway_token`: "),
        ("no TOML", "[swyx".to_owned(), 1, "syntax"),
    ] {
        site.write("a.toml", &text);
        let run = refused(&site, &["sync", "a.toml", "-vvv"], code, said);
        assert!(run.err.contains("a.toml"), "{name}: {}", run.err);
    }
    refused(&site, &["sync", "nowhere.toml"], 2, "nowhere.toml");
    refused(&site, &["sync", "-"], 2, "standard input");
    assert!(site.requests().is_empty(), "no request was sent");
    assert!(!site.path("new.jsonl").exists());
}

#[test]
fn usage_errors_are_reported_before_the_start() {
    let site = Site::new();
    site.write("a.toml", &site.settings());
    site.write("b.toml", &site.settings());
    site.write("there.jsonl", "mine\n");
    refused(
        &site,
        &["sync", "a.toml", "b.toml", "--record", "r.jsonl"],
        2,
        "--record needs exactly one settings file",
    );
    assert!(!site.path("r.jsonl").exists());
    refused(&site, &["sync", "a.toml", "--record", "there.jsonl"], 2, "--record there.jsonl: ");
    assert_eq!(site.read("there.jsonl"), "mine\n");
    refused(&site, &["sync", "a.toml", "--metrics", site.host()], 2, "--metrics: ");
    refused(&site, &["sync", "a.toml", "--replay", "nowhere.jsonl"], 2, "nowhere.jsonl");
    refused(&site, &["sync", "a.toml", "--replay", "."], 2, "--replay: ");
    refused(
        &site,
        &["sync", "a.toml", "--replay", "there.jsonl"],
        2,
        "line 1 is not a valid line of a recording",
    );
    site.write(
        "bad.jsonl",
        "{\"swyx_teams_recording\":1}\n{\"at\":1,\"tick\":null}\n{\"at\":2,\"tock\":null}\n{\"at\":3,\"tick\":null}\n",
    );
    refused(
        &site,
        &["sync", "a.toml", "--replay", "bad.jsonl"],
        2,
        "line 3 is not a valid line of a recording",
    );
    refused(
        &site,
        &["sync", "a.toml", "b.toml", "--replay", "bad.jsonl"],
        2,
        "--replay needs exactly one settings file",
    );
    assert!(site.requests().is_empty(), "no request was sent");
}

#[test]
fn recording_must_be_a_regular_file_of_limited_size() {
    let site = Site::new();
    site.write("a.toml", &site.settings());
    #[cfg(unix)]
    make_pipe(&site.path("pipe"));
    std::fs::File::create(site.path("huge")).expect("made").set_len((1 << 30) + 1).expect("a hole");
    for (name, why) in [
        #[cfg(unix)]
        ("pipe", "not a regular file"),
        (NULL_DEVICE, "not a regular file"),
        ("huge", "larger than 1024 MiB"),
    ] {
        refused(&site, &["sync", "a.toml", "--replay", name], 2, why);
    }
}

/// The environment of a process can be read for as long as it runs.
#[cfg(any(target_os = "linux", windows))]
#[test]
fn administrators_token_is_erased_from_the_environment() {
    const TOKEN: &str = "SWYX_TEAMS_ADMIN_TOKEN";
    let site = Site::new();
    site.write("a.toml", &site.settings());
    let mut command = site.command(&["sync", "a.toml"]);
    let running = super::running::Running::start(&site, command.env(TOKEN, "not.a.token"));
    running.says("a.toml");
    let environment = crate::common::system::environment_of(running.id()).to_uppercase();
    assert!(environment.contains("PATH=") && !environment.contains(TOKEN), "{environment}");
    #[cfg(target_os = "linux")]
    {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", running.id())).expect("readable");
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit");
        assert_eq!(core.split_whitespace().skip(4).collect::<Vec<_>>(), ["0", "0", "bytes"]);
    }
    assert_eq!(running.stop().code, Some(0));
}

only_on_unix!(limit_of_open_files_is_raised, "Windows has no such limit");
#[cfg(target_os = "linux")]
#[test]
fn limit_of_open_files_is_raised() {
    let site = Site::new();
    site.write("a.toml", &site.settings());
    let command = site.command(&["sync", "a.toml"]);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -S -n 100 && ulimit -H -n 500 && exec \"$0\" \"$@\""]);
    limited.arg(command.get_program()).args(command.get_args());
    limited.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.current_dir(command.get_current_dir().expect("a folder"));
    let running = super::running::Running::start(&site, &mut limited);
    running.says("read the lists of users");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", running.id())).expect("readable");
    let files = limits.lines().find(|line| line.starts_with("Max open files")).expect("a limit");
    assert_eq!(files.split_whitespace().skip(3).collect::<Vec<_>>(), ["500", "500", "files"]);
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn invalid_file_does_not_affect_others_and_is_used_once_valid() {
    let site = Site::new();
    site.write("a.toml", "[swyx");
    site.write("b.toml", &site.settings());
    let running = site.start(&["sync", "a.toml", "b.toml", "--metrics", "127.0.0.1:0"]);
    running.says("error[syntax]");
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    assert_eq!(running.get("/readyz").0, 503, "one of two is carried");
    assert!(running.get("/metrics").1.contains("swyx_teams_settings_refused 1.0\n"));
    // Valid now, but with the same tenant and application as the other file: not used, and no session is cleared.
    site.write("a.toml", &site.settings());
    running.says("b.toml has the same tenant and application, and that file stays in use");
    assert_eq!(site.sessions(), 1);
    // Another application of the same tenant can be used.
    let id = site.facts().client_id.as_deref().expect("an application");
    site.write("a.toml", &site.settings().replace(id, "9f1e1a52-7d5e-4c0b-8a43-5f6f0c3b7d21"));
    until("both are carried", || running.get("/status").1.matches("\"refused\":null").count() == 2);
    assert!(running.get("/metrics").1.contains("swyx_teams_settings_refused 0.0\n"));
    assert_eq!(running.stop().code, Some(0));
    assert_eq!(site.sessions(), 0);
}

#[test]
fn two_files_of_one_application_are_both_refused_until_one_changes() {
    let site = Site::new();
    let id = site.facts().client_id.as_deref().expect("an application");
    let other = site.settings().replace(id, "9f1e1a52-7d5e-4c0b-8a43-5f6f0c3b7d21");
    site.write("a.toml", &site.settings());
    site.write("b.toml", &site.settings());
    let why = "error: b.toml: a.toml has the same tenant and application, and neither is synchronised; \
               remove one of the two files\n";
    let run = refused(&site, &["sync", "a.toml", "b.toml"], 2, why);
    assert_eq!(run.err.matches("the same tenant").count(), 1, "one message for the pair:\n{}", run.err);
    assert!(site.requests().is_empty(), "no request was sent");
    // A third file is not affected.
    site.write("c.toml", &other);
    let running = site.start(&["sync", "a.toml", "b.toml", "c.toml", "--metrics", "127.0.0.1:0"]);
    running.says(why);
    let status = || running.get("/status").1;
    until("one is carried", || status().matches("\"refused\":null").count() == 1);
    assert_eq!(status().matches("and neither is synchronised").count(), 2, "each names the other");
    // As soon as the copy is changed, the other file is used; a copy of it is not.
    site.write("b.toml", "[swyx");
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    site.write("b.toml", &site.settings());
    running.says("cannot be used: b.toml: a.toml has the same tenant and application, and that file stays");
    assert_eq!(site.sessions(), 1);
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn second_process_is_noticed_and_takes_over_when_the_first_ends() {
    let site = Site::new();
    let id = site.facts().client_id.as_deref().expect("an application");
    site.write("a.toml", &site.settings());
    site.write("b.toml", &site.settings().replace(id, "9f1e1a52-7d5e-4c0b-8a43-5f6f0c3b7d21"));
    let first = site.start(&["sync", "a.toml"]);
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    let why = "a.toml: another process on this machine synchronises the same tenant and application";
    refused(&site, &["sync", "a.toml"], 2, why);
    assert_eq!(site.sessions(), 1, "the first one is not disturbed");
    // A dry run changes nothing.
    let dry = site.start(&["sync", "a.toml", "--dry-run"]);
    dry.says("read the lists of users");
    assert_eq!(dry.stop().code, Some(0));
    let second = site.start(&["sync", "a.toml", "b.toml", "--metrics", "127.0.0.1:0"]);
    second.says(why);
    until("one of two", || second.get("/readyz").1.contains("a.toml (tenant"));
    assert_eq!(first.stop().code, Some(0));
    until("a call in Teams again", || site.sessions() == 1);
    let run = second.stop();
    assert_eq!((run.code, run.err.matches(why).count()), (Some(0), 1), "reported once:\n{}", run.err);
}

#[test]
fn missing_secret_file_is_used_once_it_exists() {
    let site = Site::new();
    site.write("b.toml", &site.settings());
    let id = site.facts().client_id.as_deref().expect("an application");
    let other = site.settings().replace(id, "9f1e1a52-7d5e-4c0b-8a43-5f6f0c3b7d21");
    site.write("a.toml", &other.replace(&format!("env = \"{SECRET}\""), "file = \"later\""));
    let running = site.start(&["sync", "a.toml", "b.toml"]);
    running.says("`control_center.MsTeamsClientSecret`: ");
    site.write("later", site.secret());
    running.says("settings changed; the new settings are in use");
    assert_eq!(running.stop().code, Some(0));
}
