//! A settings file from a pull request: each key that could carry a secret elsewhere, or run something, aimed at a listener, which
//! must hear nothing; and, as the known-bad twin, the same file with `--trust`, which makes the listener hear.
//!
//! The listener is on this machine, under a name that is not known to be this machine: `127.1` is 127.0.0.1 to whoever connects.

use std::path::Path;

use super::certificates::{SECRET, check};
use super::common::{GOOD, program};
use super::server::*;

/// Each attack: its key, and the file.
fn attacks(port: u16) -> Vec<(&'static str, String)> {
    let entra = |lines: &str| format!("{GOOD}\n[entra]\n{lines}\n");
    vec![
        ("entra.authority", entra(&format!("authority = \"https://127.1:{port}\""))),
        (
            "entra.graph",
            entra(&format!(
                "graph = \"https://127.1:{port}/v1.0\"\nauthority = \"https://localhost:{port}\""
            )),
        ),
        ("entra.proxy", entra(&format!("proxy = \"http://127.1:{port}\"\nca_file = \"ca.pem\""))),
        ("entra.ca_file", entra(&format!("ca_file = \"ca.pem\"\nproxy = \"http://127.0.0.1:{port}\""))),
        (
            "swyx.gateway",
            format!(
                "{GOOD}\n[swyx]\ngateway = \"https://127.1:{port}\"\ngateway_token = {{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }}\n"
            ),
        ),
        (
            "control_center.MsTeamsClientSecret",
            GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", "{ command = [\"touch\", \"ran\"] }"),
        ),
        (
            "swyx.gateway_token",
            format!(
                "{GOOD}\n[swyx]\ngateway = \"https://localhost:{port}\"\ngateway_token = {{ command = [\"touch\", \"ran\"] }}\n"
            ),
        ),
    ]
}

fn attacked(folder: &Path, text: &str) {
    Authority::new("the attacker's").save(&folder.join("ca.pem"));
    std::fs::write(folder.join("a.toml"), text).expect("written");
}

#[test]
fn without_trust_nothing_is_sent_and_nothing_is_run() {
    let (address, seen) = listener();
    for (key, text) in attacks(address.port()) {
        for more in [&[][..], &["--as-admin"], &["--thorough", "--format", "json"]] {
            let folder = tempfile::tempdir().expect("a folder");
            attacked(folder.path(), &text);
            let run = check(folder.path(), more, &[("SWYX_TEAMS_ADMIN_TOKEN", SECRET)]);
            assert_eq!(run.code, Some(2), "{key}: {}{}", run.out, run.err);
            assert!(
                run.err.contains(&format!("error: a.toml: `{key}` ")) && run.err.contains("--trust"),
                "{key}: {}",
                run.err
            );
            assert!(!folder.path().join("ran").exists(), "{key}");
        }
    }
    assert_eq!(seen.connections(), Vec::<String>::new());
}

#[test]
fn with_trust_the_same_files_reach_the_listener() {
    for (key, text) in attacks(0) {
        let (address, seen) = listener();
        let folder = tempfile::tempdir().expect("a folder");
        attacked(folder.path(), &text.replace(":0", &format!(":{}", address.port())));
        let run = check(folder.path(), &["--trust", "--timeout", "1"], &[]);
        assert!(run.code.is_some_and(|code| code >= 2), "{key}: {}", run.err);
        assert!(!run.err.contains("--trust"), "{key}: {}", run.err);
        let is_command = text.contains("touch") && key.starts_with("control_center");
        assert_eq!(folder.path().join("ran").exists(), is_command, "{key}");
        // A gateway is not asked anything by a check; and a command comes before any connection.
        let is_asked = key.starts_with("entra.");
        assert_eq!(!seen.connections().is_empty(), is_asked, "{key}: {}", run.err);
        if key == "entra.proxy" {
            assert!(seen.connections()[0].starts_with("CONNECT login.microsoftonline.com:443 "));
        }
    }
}

#[test]
fn without_online_the_same_files_are_only_read() {
    let (address, seen) = listener();
    for (key, text) in attacks(address.port()) {
        let folder = tempfile::tempdir().expect("a folder");
        attacked(folder.path(), &text);
        let output =
            program(folder.path()).args(["check", "--trust", "a.toml"]).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(0), "{key}: {}", String::from_utf8_lossy(&output.stdout));
        assert!(!folder.path().join("ran").exists(), "{key}");
    }
    assert_eq!(seen.connections(), Vec::<String>::new());
}

#[test]
fn this_machine_is_never_reached_through_a_proxy() {
    let (proxy, through) = listener();
    let (target, direct) = listener();
    let folder = tempfile::tempdir().expect("a folder");
    Authority::new("x").save(&folder.path().join("ca.pem"));
    super::certificates::settings(folder.path(), target.port());
    let address = format!("http://127.0.0.1:{}", proxy.port());
    let variables = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];
    let environment = variables.map(|name| (name, address.as_str()));
    check(folder.path(), &["--timeout", "1"], &environment);
    assert!(!direct.connections().is_empty());
    assert_eq!(through.connections(), Vec::<String>::new());

    // The twin: what is not on this machine does go through it, as a tunnel, and nothing secret is in the request for the tunnel.
    std::fs::write(folder.path().join("a.toml"), GOOD).expect("written");
    let run = check(folder.path(), &["--timeout", "1"], &environment);
    assert!(through.connections()[0].starts_with("CONNECT login.microsoftonline.com:443 "), "{}", run.err);
    assert!(matches!(run.code, Some(3 | 4)), "{}", run.err);
}
