//! The text of a unit of systemd.

use std::path::Path;

use super::args::Credential;

/// The first line of a unit that this program wrote, and may replace and remove.
pub(super) const MARK: &str = "# Written by `swyx-teams service install`.";

/// The parts of a unit that depend on the service.
pub(super) struct Unit<'a> {
    /// The program with its arguments.
    pub(super) words: &'a [String],
    /// The account; `None` for one that exists only while the service runs.
    pub(super) user: Option<&'a str>,
    pub(super) credentials: &'a [Credential],
    /// Whether the program or a settings file is in a home folder.
    pub(super) reads_home: bool,
}

/// What restricts the service, in addition to its account.
const RESTRICTIONS: &str = "\
CapabilityBoundingSet=
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome={home}
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
LimitCORE=0
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077
";

impl Unit<'_> {
    /// The text.
    ///
    /// # Errors
    /// The word or path with a control character, which no unit can contain.
    pub(super) fn text(&self) -> Result<String, String> {
        let words = self.words.iter().map(|word| quoted(word)).collect::<Result<Vec<_>, _>>()?.join(" ");
        let mut text = format!(
            "{MARK}
[Unit]
Description=Presences between SwyxWare and Microsoft Teams
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStart={words}
ExecReload=/bin/kill -HUP $MAINPID
WatchdogSec=60
LimitNOFILE=65536
"
        );
        for Credential { id, path } in self.credentials {
            let path = specifiers_escaped(&checked(&path.to_string_lossy())?);
            text.push_str(&format!("LoadCredential={id}:{path}\n"));
        }
        text.push_str("Restart=on-failure\nRestartSec=10\nRestartPreventExitStatus=1 2\nTimeoutStopSec=30\n");
        match self.user {
            Some(user) => text.push_str(&format!("User={}\n", specifiers_escaped(&checked(user)?))),
            None => text.push_str("DynamicUser=yes\n"),
        }
        text.push_str(&RESTRICTIONS.replace("{home}", if self.reads_home { "read-only" } else { "yes" }));
        text.push_str("\n[Install]\nWantedBy=multi-user.target\n");
        Ok(text)
    }
}

/// Refuses what would end the line or start another.
fn checked(text: &str) -> Result<String, String> {
    if text.contains(|c: char| c.is_control()) {
        return Err(format!(
            "{}: control characters cannot be written to a unit",
            crate::text::printable(text)
        ));
    }
    Ok(text.to_owned())
}

fn specifiers_escaped(text: &str) -> String {
    text.replace('%', "%%")
}

/// A word of `ExecStart`: systemd replaces variables and specifiers in it, and reads it like a shell.
fn quoted(word: &str) -> Result<String, String> {
    let word = specifiers_escaped(&checked(word)?).replace('$', "$$");
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=,@%$+[]*?~^".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Ok(word);
    }
    Ok(format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// Why the service cannot see a path, although its account could read it.
pub(super) fn hidden_place(path: &Path) -> Option<&'static str> {
    ["/tmp", "/var/tmp", "/dev", "/proc"].into_iter().find(|folder| path.starts_with(folder))
}

/// Whether a path is in a home folder.
pub(super) fn is_in_home(path: &Path) -> bool {
    ["/home", "/root", "/run/user"].into_iter().any(|folder| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// The documentation shows this unit; `UPDATE=1` writes it there.
    #[test]
    fn documentation_shows_the_unit_that_is_written() {
        let words = words(&[
            "/usr/local/bin/swyx-teams",
            "sync",
            "/etc/swyx-teams",
            "--trust=swyx.example.com:9180",
            "--metrics",
            "127.0.0.1:9464",
            "--log-format",
            "json",
        ]);
        let credentials = ["north.secret", "north.token"]
            .map(|id| Credential { id: id.to_owned(), path: format!("/etc/swyx-teams-secrets/{id}").into() });
        let unit = Unit { words: &words, user: None, credentials: &credentials, reads_home: false };
        let text = unit.text().expect("valid");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/synchronisation.md");
        let page = std::fs::read_to_string(&path).expect("read");
        let (before, rest) = page.split_once("```ini\n").expect("a unit");
        let (shown, after) = rest.split_once("```").expect("its end");
        if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
            std::fs::write(&path, format!("{before}```ini\n{text}```{after}")).expect("written");
            return;
        }
        assert_eq!(shown, text, "UPDATE=1 writes the unit");
    }

    #[test]
    fn words_are_quoted_for_systemd() {
        for (word, expected) in [
            ("/etc/a.toml", "/etc/a.toml"),
            ("--trust=[::1]:9180,a", "--trust=[::1]:9180,a"),
            ("/etc/swyx teams/a", "\"/etc/swyx teams/a\""),
            ("/etc/50%", "/etc/50%%"),
            ("/etc/$HOME", "/etc/$$HOME"),
            ("a\"b\\c'd", "\"a\\\"b\\\\c'd\""),
            ("a;b", "\"a;b\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(word).as_deref(), Ok(expected));
        }
        assert!(quoted("a\nExecStartPre=/bin/b").is_err());
    }

    #[test]
    fn no_part_can_add_a_line() {
        let credentials = [Credential { id: "a".to_owned(), path: "/a\nExecStartPre=/b".into() }];
        let unit = Unit { words: &words(&["/a"]), user: None, credentials: &credentials, reads_home: false };
        assert!(unit.text().is_err());
        let unit = Unit { words: &words(&["/a"]), user: Some("a\nb"), credentials: &[], reads_home: false };
        assert!(unit.text().is_err());
    }

    #[test]
    fn account_and_home_change_their_lines() {
        let unit = Unit { words: &words(&["/a"]), user: Some("north"), credentials: &[], reads_home: true };
        let text = unit.text().expect("valid");
        assert!(text.contains("\nUser=north\n") && text.contains("\nProtectHome=read-only\n"), "{text}");
        assert!(!text.contains("DynamicUser") && !text.contains("LoadCredential"), "{text}");
    }

    #[test]
    fn places_that_the_unit_hides_are_known() {
        assert_eq!(hidden_place(Path::new("/tmp/a.toml")), Some("/tmp"));
        assert_eq!(hidden_place(Path::new("/var/tmp/a/b")), Some("/var/tmp"));
        assert_eq!(hidden_place(Path::new("/tmpx/a.toml")), None);
        assert!(is_in_home(Path::new("/home/a/b.toml")) && is_in_home(Path::new("/root/b.toml")));
        assert!(!is_in_home(Path::new("/homes/a")) && !is_in_home(Path::new("/etc/home/a")));
    }
}
