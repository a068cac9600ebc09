//! Settings that change on disk: used when they check clean, refused with the diagnostics when not.

use super::running::{Running, until};
use super::site::{SECRET, Site, TOKEN};

const WORDS: [&str; 5] = ["sync", "a.toml", "--metrics", "127.0.0.1:0", "-vvv"];

fn carrying(site: &Site) -> Running<'_> {
    site.write("a.toml", &site.settings());
    let running = site.start(&WORDS);
    running.is_ready();
    running
}

#[test]
fn changed_mapping_and_mode_are_used() {
    let site = Site::new();
    let running = carrying(&site);
    site.teams("Busy/InAMeeting");
    until("Away in Swyx", || site.in_swyx() == "Away");
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    site.write(
        "a.toml",
        &format!("{}[sync.status]\n\"Busy/InAMeeting\" = \"DoNotDisturb\"\n", site.settings()),
    );
    running.says("settings changed; the new settings are in use");
    site.call(false);
    until("the other status in Swyx", || site.in_swyx() == "DoNotDisturb");
    site.call(true);
    until("a call in Teams again", || site.sessions() == 1);
    site.write("a.toml", &site.settings().replace("SyncMode = 2", "SyncMode = 1"));
    until("mode 1 shows no call in Teams", || site.sessions() == 0);
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn changed_secret_file_is_used() {
    let site = Site::new();
    let wrong = "Xy28Q~wrongwrongwrongwrongwrongwrongwron";
    site.secrets.lock().unwrap().push(wrong.to_owned());
    site.write("a.toml", &site.settings().replace(&format!("env = \"{SECRET}\""), "file = \"teams.secret\""));
    // Equal in length and time: the copy of a secret may have the time of the original.
    assert_eq!(wrong.len(), site.secret().len());
    let write = |secret: &str| {
        site.write("draft", secret);
        let draft = std::fs::File::options().write(true).open(site.path("draft")).expect("opened");
        draft.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1 << 30)).expect("set");
        std::fs::rename(site.path("draft"), site.path("teams.secret")).expect("renamed");
    };
    write(wrong);
    let running = site.start(&WORDS);
    running.says("sign-in refused");
    until("it is in the status", || running.get("/status").1.contains("sign-in refused"));
    assert_eq!((running.get("/readyz").0, running.get("/healthz").0), (503, 200));
    write(site.secret());
    running.is_ready();
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn invalid_settings_are_reported_and_previous_ones_stay() {
    let site = Site::new();
    let running = carrying(&site);
    let refused = || {
        let status: serde_json::Value = serde_json::from_str(&running.get("/status").1).expect("JSON");
        status["tenants"][0]["refused"].clone()
    };
    for (text, rule) in [
        (site.settings().replace("SyncMode = 2", "SyncMode = 7"), "a.toml:7:"),
        (site.settings().replace("[sync]", "[snyc]"), "error[unknown-key]"),
        ("half a fi".to_owned(), "error[syntax]"),
        (site.settings().replace("http://", "https://swyx.example.com@"), "error["),
        (site.settings().replace(SECRET, "NOT_THERE"), "`control_center.MsTeamsClientSecret`"),
    ] {
        site.write("a.toml", &text);
        until(&format!("{rule} in the status"), || refused().as_str().is_some_and(|why| why.contains(rule)));
        until(&format!("{rule} in the log"), || running.err().contains(rule));
    }
    until("it is said so", || running.err().contains("cannot be used; the previous settings stay in use"));
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    assert_eq!(running.get("/readyz").0, 200);
    std::fs::remove_file(site.path("a.toml")).expect("removed");
    until("the file is gone", || refused().as_str().is_some_and(|why| why.contains("unreadable")));
    site.write("a.toml", &site.settings());
    until("nothing is refused any more", || refused().is_null());
    assert_eq!(site.sessions(), 1, "the run was not restarted");
    assert_eq!(running.stop().code, Some(0));
}

only_on_unix!(hangup_fetches_the_secret_of_a_command_again, "signals are of Unix");
#[cfg(unix)]
#[test]
fn hangup_fetches_the_secret_of_a_command_again() {
    let site = Site::new();
    let wrong = "Xy28Q~wrongwrongwrongwrongwrongwrongwron";
    site.secrets.lock().unwrap().push(wrong.to_owned());
    let command = format!("command = [\"cat\", \"{}\"]", site.path("printed").display());
    site.write("a.toml", &site.settings().replace(&format!("env = \"{SECRET}\""), &command));
    site.write("printed", wrong);
    let words = [&WORDS[..], &["--trust=command"]].concat();
    let mut running = site.start(&words);
    running.says("sign-in refused");
    // Nothing that is watched changes.
    site.write("printed", site.secret());
    running.signal("HUP");
    running.says("reading all settings again");
    running.says("settings read again; the new settings are in use");
    running.is_ready();
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn rotated_gateway_token_clears_nothing() {
    let site = Site::new();
    site.write("token", &site.facts().gateway_token);
    let running = carrying(&site);
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    let cleared = || site.requests().iter().filter(|entry| entry.path.ends_with("clearPresence")).count();
    let before = cleared();
    let changes = || running.err().matches("the new settings are in use").count();
    // Another reference, then a wrong token, then the right one again.
    let reference = format!("env = \"{TOKEN}\"");
    site.write("a.toml", &site.settings().replace(&reference, "file = \"token\""));
    until("another reference", || changes() == 1);
    site.secrets.lock().unwrap().push("a-wrong-token-of-the-gateway".to_owned());
    site.write("token", "a-wrong-token-of-the-gateway");
    until("a wrong token", || changes() == 2 && running.get("/readyz").0 == 503);
    site.write("token", &site.facts().gateway_token);
    until("the right token", || changes() == 3);
    running.is_ready();
    assert_eq!((site.sessions(), cleared()), (1, before));
    // The new client is in use in both directions.
    site.teams("Busy/InAMeeting");
    site.call(false);
    until("the call is over", || site.sessions() == 0);
    until("Away in Swyx", || site.in_swyx() == "Away");
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn changed_certificates_are_used_and_clear_nothing() {
    let site = Site::new();
    let certificate = || {
        let made = rcgen::generate_simple_self_signed(["swyx.example.com".to_owned()]).expect("made");
        made.cert.pem()
    };
    site.write("ca.pem", &certificate());
    site.write("a.toml", &site.settings().replace("[entra]\n", "[entra]\nca_file = \"ca.pem\"\n"));
    let running = site.start(&WORDS);
    running.is_ready();
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    site.write("ca.pem", "nothing");
    running.says("contains no PEM certificate");
    site.write("ca.pem", &certificate());
    running.says("settings changed; the new settings are in use");
    running.is_ready();
    let cleared = site.requests().iter().filter(|entry| entry.path.ends_with("clearPresence")).count();
    assert_eq!((site.sessions(), cleared), (1, 0));
    site.call(false);
    until("the call is over", || site.sessions() == 0);
    assert_eq!(running.stop().code, Some(0));
}
