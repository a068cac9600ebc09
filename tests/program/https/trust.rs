//! A settings file from a pull request: each key that could send a secret elsewhere, or run a command, points to a listener, which must
//! receive nothing. As a cross-check, the listener receives a request from the same file with `--trust`.
//!
//! The listener is on this machine, under its usual names and under `127.1`, which connects to 127.0.0.1.

use std::path::Path;

use super::certificates::{SECRET, check};
use super::server::*;
use crate::common::{self, GOOD, program};

/// An attack.
struct Attack {
    /// The key that makes it one.
    key: &'static str,
    text: String,
    /// The narrowest trust that lets it through.
    trust: String,
}

fn attacks(port: u16) -> Vec<Attack> {
    let attack = |key, text, trust: String| Attack { key, text, trust };
    let entra = |lines: &str| format!("{GOOD}\n[entra]\n{lines}\n");
    let microsoft = "login.microsoftonline.com:443,graph.microsoft.com:443";
    let gateway = |host: &str, token: &str| {
        format!("{GOOD}\n[swyx]\ngateway = \"https://{host}:{port}\"\ngateway_token = {{ {token} }}\n")
    };
    let mut attacks = Vec::new();
    for host in ["127.1", "127.0.0.1", "localhost"] {
        let address = format!("{host}:{port}");
        attacks.extend([
            attack("entra.authority", entra(&format!("authority = \"https://{address}\"")), address.clone()),
            attack(
                "entra.graph",
                entra(&format!(
                    "graph = \"https://{address}/v1.0\"\nauthority = \"https://login.microsoftonline.com\"\nproxy = \"http://{address}\""
                )),
                address.clone(),
            ),
            attack("entra.proxy", entra(&format!("proxy = \"http://{address}\"")), address.clone()),
            attack(
                "entra.ca_file",
                entra(&format!("ca_file = \"ca.pem\"\nproxy = \"http://{address}\"")),
                format!("{address},{microsoft}"),
            ),
            attack("swyx.gateway", gateway(host, "env = \"SWYX_TEAMS_CLIENT_SECRET\""), address.clone()),
            attack(
                "swyx.gateway_token",
                gateway(host, "command = [\"touch\", \"ran\"]"),
                format!("{address},command"),
            ),
        ]);
    }
    // Plain HTTP is an error everywhere but at the names of this machine.
    let plain = format!("localhost:{port}");
    attacks.push(attack("entra.authority", entra(&format!("authority = \"http://{plain}\"")), plain));
    attacks.push(attack(
        "control_center.MsTeamsClientSecret",
        GOOD.replace("{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }", "{ command = [\"touch\", \"ran\"] }"),
        "command".to_owned(),
    ));
    attacks
}

fn attacked(folder: &Path, text: &str) {
    Authority::new("the attacker's").save(&folder.join("ca.pem"));
    std::fs::write(folder.join("a.toml"), text).expect("written");
}

#[test]
fn untrusted_files_cause_no_request_and_no_command() {
    let (address, seen) = listener();
    for Attack { key, text, trust } in attacks(address.port()) {
        let other_port =
            format!("--trust=localhost:1,127.0.0.1:1,127.1:1,localhost.example.com:{}", address.port());
        for more in [&[][..], &["--as-admin"], &["--thorough", "--format", "json"], &[&other_port]] {
            let folder = tempfile::tempdir().expect("a folder");
            attacked(folder.path(), &text);
            let run = check(folder.path(), more, &[("SWYX_TEAMS_ADMIN_TOKEN", SECRET)]);
            assert_eq!(run.code, Some(2), "{key}: {}{}", run.out, run.err);
            assert!(
                run.err.contains("error: a.toml: `") && run.err.contains(&format!("`{key}` ")),
                "{key}: {}",
                run.err
            );
            let suggested = run.err.trim_end().rsplit_once("; if this is intended, add --trust=");
            let suggested = suggested.map(|(_, items)| items.lines().next().unwrap_or_default());
            let mut items = suggested.unwrap_or_default().split(',').collect::<Vec<_>>();
            let mut expected = trust.split(',').collect::<Vec<_>>();
            items.sort_unstable();
            expected.sort_unstable();
            assert_eq!(items, expected, "{key}: {}", run.err);
            assert!(!folder.path().join("ran").exists(), "{key}");
        }
    }
    assert_eq!(seen.connections(), Vec::<String>::new());
}

#[test]
fn trusted_files_reach_the_listener() {
    for at in 0..attacks(0).len() {
        for is_narrow in [true, false] {
            let (address, seen) = listener();
            let Attack { key, text, trust } = attacks(address.port()).swap_remove(at);
            let folder = tempfile::tempdir().expect("a folder");
            attacked(folder.path(), &text);
            let option = if is_narrow { format!("--trust={trust}") } else { "--trust".to_owned() };
            let run = check(folder.path(), &[&option, "--timeout", "1"], &[]);
            assert!(run.code.is_some_and(|code| code >= 1), "{key}: {}", run.err);
            assert!(!run.err.contains("--trust"), "{key}: {}", run.err);
            let is_command = text.contains("touch") && key.starts_with("control_center");
            assert_eq!(folder.path().join("ran").exists(), is_command, "{key}");
            // A check asks a gateway nothing, and runs a command before it connects.
            let is_asked = key.starts_with("entra.");
            assert_eq!(!seen.connections().is_empty(), is_asked, "{key}: {}", run.err);
            if key == "entra.proxy" {
                assert!(seen.connections()[0].starts_with("CONNECT login.microsoftonline.com:443 "));
            }
        }
    }
}

#[test]
fn offline_check_sends_nothing() {
    let (address, seen) = listener();
    for Attack { key, text, .. } in attacks(address.port()) {
        let folder = tempfile::tempdir().expect("a folder");
        attacked(folder.path(), &text);
        let output =
            program(folder.path()).args(["check", "--trust", "a.toml"]).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(0), "{key}: {}", String::from_utf8_lossy(&output.stdout));
        assert!(!folder.path().join("ran").exists(), "{key}");
    }
    assert_eq!(seen.connections(), Vec::<String>::new());
}

/// Every command that signs in, fetches a secret or sends a token, for a file that leads to a port of this machine.
#[test]
fn no_command_connects_to_a_local_port_without_trust() {
    let (address, seen) = listener();
    let folder = tempfile::tempdir().expect("a folder");
    let host = format!("localhost:{}", address.port());
    let text = format!(
        "{}\n[swyx]\ngateway = \"https://{host}/swyx\"\ngateway_token = {{ env = \"TOKEN\" }}\n\
         [entra]\nauthority = \"https://{host}\"\ngraph = \"https://{host}/v1.0\"\n",
        GOOD.replace("= 2", "= 1")
    );
    std::fs::write(folder.path().join("a.toml"), &text).expect("written");
    std::fs::write(folder.path().join("users.csv"), "name;email\nIda;ida@example.com\n").expect("written");
    let port = address.port();
    for line in [
        "check --online a.toml",
        "check --online --as-admin --thorough a.toml",
        "plan a.toml",
        "apply --yes --secret-out out a.toml",
        "rotate --secret-out out a.toml",
        "rotate --finish a.toml",
        "destroy --yes Name a.toml",
        "users a.toml",
        "users --swyx users.csv a.toml",
        "sync a.toml",
        "sync --dry-run a.toml",
        "get --config a.toml --reveal control_center.MsTeamsClientSecret",
        "get --config a.toml --reveal swyx.gateway_token",
        "list --reveal a.toml",
        "sheet --reveal a.toml",
        "setup --sign-in token --yes a.toml",
    ] {
        let other = format!("--trust=command,127.0.0.1:{port},localhost:1");
        for trust in [None, Some(other.as_str()), Some("--no-input")] {
            let mut command = program(folder.path());
            command.args(line.split(' ')).args(trust).env("SWYX_TEAMS_CLIENT_SECRET", SECRET);
            command.env("TOKEN", SECRET).env("SWYX_TEAMS_ADMIN_TOKEN", SECRET);
            let run = common::finished(command.output().expect("the program runs"));
            assert_eq!(run.code, Some(2), "{line} {trust:?}: {}{}", run.out, run.err);
            let expected = format!("; if this is intended, add --trust={host}\n");
            assert!(run.err.contains(&expected), "{line} {trust:?}: {}", run.err);
            assert!(!run.out.contains(SECRET) && !run.err.contains(SECRET), "{line}");
        }
    }
    assert_eq!(seen.connections(), Vec::<String>::new());
    // With trust, the listener receives a request, and the secret is shown.
    for trust in [format!("--trust={host}"), "--trust=LocalHost".to_owned(), "--trust".to_owned()] {
        let run = check(folder.path(), &[&trust, "--timeout", "1"], &[]);
        assert!(matches!(run.code, Some(3 | 4)), "{}", run.err);
        let mut command = program(folder.path());
        command.args(["get", "--config", "a.toml", "--reveal", &trust, "swyx.gateway_token"]);
        let run = common::finished(command.env("TOKEN", SECRET).output().expect("the program runs"));
        assert_eq!((run.code, run.out.trim_end()), (Some(0), SECRET), "{}", run.err);
    }
    assert!(seen.connections().len() >= 3);
}

#[test]
fn local_addresses_bypass_the_proxy() {
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

    // The cross-check: requests to other machines use it as a tunnel, and the tunnel request contains no secret.
    std::fs::write(folder.path().join("a.toml"), GOOD).expect("written");
    let run = check(folder.path(), &["--timeout", "1"], &environment);
    assert!(through.connections()[0].starts_with("CONNECT login.microsoftonline.com:443 "), "{}", run.err);
    assert!(matches!(run.code, Some(3 | 4)), "{}", run.err);
}
