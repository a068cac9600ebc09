//! A server without a valid certificate for the host gets no request, and the error says why.

use std::path::Path;

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, date_time_ymd};

use super::server::*;
use crate::common::{self, program};

pub const SECRET: &str = "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";

/// A settings file whose sign-in and Graph are at `https://localhost:{port}`, with the certificate authority in `ca.pem`.
pub fn settings(folder: &Path, port: u16) {
    let text = format!(
        "{}\n[entra]\nauthority = \"https://localhost:{port}\"\ngraph = \"https://localhost:{port}/v1.0\"\nca_file = \"ca.pem\"\n",
        common::GOOD
    );
    std::fs::write(folder.join("a.toml"), text).expect("written");
    std::fs::write(folder.join(TRUST_FILE), format!("localhost:{port}")).expect("written");
}

/// The file in which [`settings`] saves the trust for [`check`]. A settings file alone gets no trust.
const TRUST_FILE: &str = "trust";

/// Runs `check --online` with the secret in the environment; every line of the log, and nothing secret in any of it.
pub fn check(folder: &Path, more: &[&str], environment: &[(&str, &str)]) -> common::Run {
    let mut command = program(folder);
    command.env("SWYX_TEAMS_CLIENT_SECRET", SECRET).args(["check", "-vvv", "--online", "a.toml"]).args(more);
    if let Ok(trust) = std::fs::read_to_string(folder.join(TRUST_FILE)) {
        command.env("SWYX_TEAMS_TRUST", trust);
    }
    command.envs(environment.iter().copied());
    let output = command.output().expect("the program runs");
    let run = common::Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    };
    for hidden in [SECRET, &SECRET[..8], "zY7xW6vU5", "Bearer"] {
        assert!(!run.out.contains(hidden) && !run.err.contains(hidden), "{hidden}: {}{}", run.out, run.err);
    }
    run
}

#[test]
fn invalid_certificate_gets_no_request() {
    let authority = Authority::new("the authority");
    let namesake = Authority::new("the authority");
    let stranger = Authority::new("a stranger");
    let years = |from, to| {
        move |leaf: &mut CertificateParams| {
            leaf.not_before = date_time_ymd(from, 1, 1);
            leaf.not_after = date_time_ymd(to, 1, 1);
        }
    };
    let cases = [
        (
            "expired",
            authority.leaf(years(2001, 2002)),
            "the certificate has expired, or the clock of this machine is fast",
        ),
        (
            "early",
            authority.leaf(years(2900, 2901)),
            "the certificate is not valid yet, or the clock of this machine is slow",
        ),
        (
            "another host",
            authority.leaf(|leaf| {
                leaf.subject_alt_names = CertificateParams::new(["login.example.com".to_owned()])
                    .expect("a name")
                    .subject_alt_names
            }),
            "the certificate is for another host",
        ),
        (
            "a common name only",
            authority.leaf(|leaf| {
                leaf.subject_alt_names.clear();
                leaf.distinguished_name.push(DnType::CommonName, "localhost");
            }),
            "the certificate is for another host",
        ),
        (
            "self-signed",
            self_signed(),
            "the certificate was issued by an authority that this machine does not trust",
        ),
        (
            "unknown authority",
            stranger.leaf(|_| {}),
            "the certificate was issued by an authority that this machine does not trust",
        ),
        (
            "forged",
            namesake.leaf(|leaf| leaf.use_authority_key_identifier_extension = false),
            "the certificate",
        ),
        (
            "not for servers",
            authority.leaf(|leaf| leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            "the certificate is not a server certificate",
        ),
    ];
    assert_eq!(cases.len(), 8);
    for (name, identity, words) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        authority.save(&folder.path().join("ca.pem"));
        let (address, seen) = https(identity, |_| http("200 OK", "", "{}"));
        settings(folder.path(), address.port());
        let run = check(folder.path(), &[], &[]);
        assert!(run.err.contains(&format!("error: a.toml: localhost: {words}")), "{name}: {}", run.err);
        assert_eq!(run.code, Some(3), "{name}: {}", run.err);
        assert_eq!(seen.connections(), Vec::<String>::new(), "{name}");
    }
}

/// The cross-check: with a valid certificate, the server receives the request with the secret.
#[test]
fn valid_certificate_gets_the_request() {
    let authority = Authority::new("the authority");
    let folder = tempfile::tempdir().expect("a folder");
    authority.save(&folder.path().join("ca.pem"));
    let (address, seen) = https(authority.leaf(|_| {}), |_| http("200 OK", "", "{}"));
    settings(folder.path(), address.port());
    let run = check(folder.path(), &[], &[]);
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("localhost: HTTP 200, but not an answer from Entra ID"), "{}", run.err);
    assert!(seen.connections()[0].contains("client_secret=Ab18Q%7E"));
}

/// A port of this machine may belong to any of its users, so a public authority proves nothing here.
#[test]
fn only_the_ca_file_is_trusted_for_this_machine() {
    let [named, of_system] = ["the named", "one of the system"].map(Authority::new);
    let folder = tempfile::tempdir().expect("a folder");
    let bundle = folder.path().join("system.pem");
    of_system.save(&bundle);
    named.save(&folder.path().join("ca.pem"));
    let system = [("SSL_CERT_FILE", bundle.to_str().expect("UTF-8"))];
    let (address, seen) = https(of_system.leaf(|_| {}), |_| http("200 OK", "", "{}"));
    settings(folder.path(), address.port());
    let run = check(folder.path(), &[], &system);
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("localhost: the certificate was issued by an authority"), "{}", run.err);
    assert_eq!(seen.connections(), Vec::<String>::new());
    // The authority of the file is accepted, whatever the system trusts.
    let (address, seen) = https(named.leaf(|_| {}), |_| http("200 OK", "", "{}"));
    settings(folder.path(), address.port());
    let run = check(folder.path(), &[], &system);
    assert!(run.err.contains("localhost: HTTP 200, but not an answer from Entra ID"), "{}", run.err);
    assert_eq!(seen.connections().len(), 1);
}

#[test]
fn plain_text_and_closed_connections_are_distinguished() {
    let folder = tempfile::tempdir().expect("a folder");
    Authority::new("x").save(&folder.path().join("ca.pem"));
    let (plain, _) = serve(|stream, _| {
        use std::io::Write;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    settings(folder.path(), plain.port());
    let run = check(folder.path(), &[], &[]);
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("the other side does not use TLS"), "{}", run.err);

    let nobody =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    settings(folder.path(), nobody.port());
    // There is no time for a second try, but for a first, however slow this machine is, there may be none either.
    let run = check(folder.path(), &["--timeout", "1"], &[]);
    assert_eq!(run.code, Some(4), "{}", run.err);
    let words = ["connection refused; no program is listening at this address", "no answer within 1 s"];
    assert!(
        words.iter().any(|words| run.err.contains(&format!("error: a.toml: localhost: {words}"))),
        "{}",
        run.err
    );
}

#[test]
fn invalid_ca_file_is_reported_before_any_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let (address, seen) = listener();
    settings(folder.path(), address.port());
    for (content, words) in [
        (None, "ca.pem cannot be read: no such file or directory"),
        (Some("hello"), "the CA file contains no PEM certificate"),
    ] {
        if let Some(content) = content {
            std::fs::write(folder.path().join("ca.pem"), content).expect("written");
        }
        let run = check(folder.path(), &[], &[]);
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains(words), "{}", run.err);
    }
    assert_eq!(seen.connections(), Vec::<String>::new());
}
