//! Many files at once: in the order of their names, each with its own verdict, and one that fails spoils no other.

use crate::emulated::*;
use serde_json::Value;

#[test]
fn failing_file_does_not_affect_others() {
    let emulated = Emulated::scenario("ready");
    let other = Emulated::scenario("empty");
    let good = emulated.settings(2);
    for number in 0..40 {
        emulated.write(&format!("files/{number:03}.toml"), &good);
    }
    emulated.write("files/004.toml", &good.replace(emulated.fact("client_id"), NOBODY));
    emulated.write("files/005.toml", &good.replace(emulated.fact("ca_file"), other.fact("ca_file")));
    emulated.write("files/006.toml", "nothing = [");
    emulated.write("files/007.toml", &good.replace("\"SECRET\"", "\"NOT_THERE\""));
    emulated.write("files/008.toml", &good.replace(emulated.fact("authority"), "https://login.example.com"));
    let run = emulated.check(&["--format", "json", "files"]);
    assert_eq!(run.code, Some(2), "2 before 3 before 1: {}", run.err);
    let report: Value = serde_json::from_str(&run.out).expect("JSON");
    let files = report["files"].as_array().expect("files");
    assert_eq!(files.len(), 40);
    for (number, file) in files.iter().enumerate() {
        assert_eq!(file["path"], format!("files/{number:03}.toml"));
        let rules = file["diagnostics"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap());
        // The files are copies.
        let rules = rules.filter(|rule| *rule != "tenant-twice");
        let expected: &[&str] = match number {
            4 => &["application-not-found"],
            6 => &["syntax"],
            _ => &[],
        };
        assert_eq!(rules.collect::<Vec<_>>(), expected, "{number}");
    }
    for words in [
        "error: files/005.toml: localhost: the certificate has an invalid signature",
        "error: files/007.toml: `control_center.MsTeamsClientSecret`: the environment variable NOT_THERE is not set or is empty",
        "error: files/008.toml: `entra.authority` leads to login.example.com:443, which is not Microsoft's; `entra.graph` leads to login.example.com:443, which is not Microsoft's; `entra.ca_file` names a \
         certificate authority that can impersonate login.example.com:443; if this is intended, add --trust=login.example.com:443",
    ] {
        assert!(run.err.contains(words), "{words}\n{}", run.err);
    }
    // 35 sound files with two requests each, and one sign-in that is refused.
    assert_eq!(emulated.requests().len(), 35 * 2 + 1);
}

#[test]
fn unreadable_files_are_reported_as_without_online() {
    let emulated = Emulated::scenario("ready");
    let utf16 = emulated.folder().join("utf16.toml");
    std::fs::write(&utf16, "x = 1".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())
        .expect("written");
    std::fs::write(emulated.folder().join("large.toml"), "#".repeat(2 * 1024 * 1024)).expect("written");
    for (name, rule, code) in
        [("nosuch.toml", "unreadable", 2), ("large.toml", "unreadable", 2), ("utf16.toml", "encoding", 1)]
    {
        let run = emulated.check(&["--format", "json", name]);
        assert_eq!(run.code, Some(code), "{}", run.err);
        assert_eq!(findings(&run), [format!("error {rule} -")]);
        assert!(!skipped(&run).is_empty());
    }
    assert_eq!(emulated.requests(), Vec::<String>::new());
}

#[test]
fn closed_stderr_does_not_change_the_verdict() {
    let emulated = Emulated::scenario("ready");
    emulated.write(
        "a.toml",
        &emulated.settings(2).replace(emulated.fact("authority"), "https://login.example.com"),
    );
    let mut command = crate::common::program(emulated.folder());
    command.args(["check", "--online", "a.toml"]).stderr(crate::common::closed_pipe());
    assert_eq!(command.output().expect("it runs").status.code(), Some(2));
}
