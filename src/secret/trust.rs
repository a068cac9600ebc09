//! Trust: which hosts besides Microsoft's a settings file may use, and whether it may run commands.

use std::fmt;
use std::str::FromStr;

use super::shape::holds_a_secret;
use crate::endpoint::Endpoint;

/// What the user trusts a settings file with. The file itself cannot grant trust.
///
/// ```
/// use swyx_teams::secret::Trust;
///
/// let trust = "gateway.example.com:8443,command".parse::<Trust>()?;
/// assert!(trust.allows_command() && trust.allows_host("gateway.example.com", 8443));
/// assert!(!trust.allows_host("gateway.example.com", 443));
/// # Ok::<(), swyx_teams::secret::InvalidTrust>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    everything: bool,
    command: bool,
    hosts: Vec<TrustedHost>,
}

/// A trusted host, on one port or on all ports.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TrustedHost {
    host: String,
    port: Option<u16>,
}

impl Trust {
    /// The notation of [`Trust::everything`].
    pub const EVERYTHING: &str = "1";
    /// The notation of trust in commands.
    pub const COMMAND: &str = "command";

    /// No trust: Microsoft's hosts only, and no command.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Trust in everything that a settings file names.
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Combines two trusts: everything that one of them allows.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        self.everything |= other.everything;
        self.command |= other.command;
        self.hosts.extend(other.hosts);
        self
    }

    /// Whether everything is trusted.
    pub fn allows_everything(&self) -> bool {
        self.everything
    }

    /// Whether a command may be run.
    pub fn allows_command(&self) -> bool {
        self.everything || self.command
    }

    /// Whether secrets and tokens may be sent to a port of a host.
    pub fn allows_host(&self, host: &str, port: u16) -> bool {
        let is_named = |named: &TrustedHost| {
            named.host.eq_ignore_ascii_case(host) && named.port.is_none_or(|named| named == port)
        };
        self.everything || self.hosts.iter().any(is_named)
    }

    /// The items of the list. Trust in everything has none.
    pub fn items(&self) -> Vec<String> {
        let host = |TrustedHost { host, port }: &TrustedHost| match port {
            Some(port) => format!("{host}:{port}"),
            None => host.clone(),
        };
        let command = self.command.then(|| Self::COMMAND.to_owned());
        self.hosts.iter().map(host).chain(command).collect()
    }

    fn add(&mut self, item: &str) -> Result<(), InvalidTrust> {
        if item.eq_ignore_ascii_case(Self::COMMAND) {
            self.command = true;
            return Ok(());
        }
        let endpoint = format!("https://{item}").parse::<Endpoint>().ok().filter(|_| !item.contains('/'));
        let endpoint = endpoint.ok_or_else(|| InvalidTrust::new(item))?;
        let has_port = endpoint.host().len() < item.len();
        let address = endpoint.address();
        let port = has_port.then(|| address.port());
        self.hosts.push(TrustedHost { host: address.host().to_owned(), port });
        Ok(())
    }
}

/// `1` for everything, otherwise a list separated by commas: `HOST`, `HOST:PORT`, `[::1]:PORT` and `command`.
impl FromStr for Trust {
    type Err = InvalidTrust;

    fn from_str(text: &str) -> Result<Self, InvalidTrust> {
        if text == Self::EVERYTHING {
            return Ok(Self::everything());
        }
        let mut trust = Self::nothing();
        text.split(',').try_for_each(|item| trust.add(item.trim()))?;
        Ok(trust)
    }
}

/// An item of a trust list that is neither a host nor `command`.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidTrust {
    /// The item, if it may be shown.
    item: Option<String>,
}

impl InvalidTrust {
    /// An item with characters that hosts, ports and paths cannot have may contain a password, so it is not
    /// shown.
    fn new(item: &str) -> Self {
        const MAX_SHOWN_LEN: usize = 100;
        let is_plain = item.len() <= MAX_SHOWN_LEN
            && item.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:/[]-".contains(&b));
        let can_be_shown = is_plain && !holds_a_secret(item);
        Self { item: can_be_shown.then(|| item.to_owned()) }
    }
}

impl fmt::Display for InvalidTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.item.as_deref() {
            Some("") => f.write_str("an item is empty")?,
            Some(item) => write!(f, "`{item}` is not a valid item")?,
            None => f.write_str("an item is not valid")?,
        }
        f.write_str("; expected HOST, HOST:PORT, [::1]:PORT or command, separated by commas")
    }
}

/// It has no source: the error of the address may contain a password.
impl std::error::Error for InvalidTrust {}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(text: &str) -> Trust {
        text.parse().expect("valid")
    }

    #[test]
    fn trust_in_nothing_and_in_everything() {
        let nothing = Trust::nothing();
        assert!(!nothing.allows_everything() && !nothing.allows_command());
        assert!(!nothing.allows_host("localhost", 443) && !nothing.allows_host("[::1]", 443));
        let everything = trust("1");
        assert_eq!(everything, Trust::everything());
        assert!(everything.allows_everything() && everything.allows_command());
        assert!(everything.allows_host("example.com", 1));
    }

    #[test]
    fn trust_list_allows_only_its_items() {
        let some = trust("gateway.example.com, LOCALHOST:8443,[::1]:9180,127.0.0.1:0443");
        assert!(!some.allows_everything() && !some.allows_command());
        for (host, port, is_allowed) in [
            ("gateway.example.com", 443, true),
            ("Gateway.Example.com", 1, true),
            ("example.com", 443, false),
            ("a.gateway.example.com", 443, false),
            ("localhost", 8443, true),
            ("localhost", 8444, false),
            ("127.0.0.1", 443, true),
            ("127.0.0.1", 8443, false),
            ("[::1]", 9180, true),
            ("[::1]", 443, false),
        ] {
            assert_eq!(some.allows_host(host, port), is_allowed, "{host} {port}");
        }
    }

    #[test]
    fn items_give_the_same_trust() {
        for text in ["gateway.example.com,[::1]:9180,127.0.0.1:443,command", "[::1]", "command"] {
            let items = trust(text).items();
            assert_eq!(items.join(","), text);
        }
        assert!(Trust::everything().items().is_empty() && Trust::nothing().items().is_empty());
    }

    #[test]
    fn command_item_allows_commands_only() {
        let command = trust("command");
        assert!(command.allows_command() && !command.allows_everything());
        assert!(!command.allows_host("command", 443));
        let host = trust("command:443");
        assert!(host.allows_host("command", 443) && !host.allows_command());
        let both = trust("command").or(trust("a"));
        assert!(both.allows_command() && both.allows_host("a", 1) && !both.allows_everything());
    }

    #[test]
    fn invalid_item_is_rejected_and_shown() {
        for item in [
            "https://localhost:8443",
            "localhost:8443/v1.0",
            "localhost:",
            "localhost:65536",
            "::1",
            "[::2]:1",
            "-a",
        ] {
            let error = format!("a,{item}").parse::<Trust>().expect_err(item).to_string();
            assert!(error.starts_with(&format!("`{item}` is not a valid item; expected HOST, ")), "{error}");
        }
        for list in ["", "a,", ",a"] {
            let error = list.parse::<Trust>().expect_err(list).to_string();
            assert!(error.starts_with("an item is empty; "), "{error}");
        }
    }

    #[test]
    fn item_with_a_possible_password_is_not_shown() {
        for item in
            ["user:word@host", "host?key=word", "host word", "w\u{f6}rd", "3kP8Q~word", &"word/".repeat(30)]
        {
            let error = item.parse::<Trust>().expect_err(item).to_string();
            assert!(error.starts_with("an item is not valid; ") && !error.contains("word"), "{error}");
        }
    }
}
