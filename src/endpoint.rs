//! Web addresses, and their hosts and ports.
//!
//! ```
//! use swyx_teams::endpoint::Endpoint;
//!
//! let endpoint = "https://gateway.example.com:8443/api".parse::<Endpoint>()?;
//! assert!(endpoint.is_https() && !endpoint.is_loopback());
//! assert_eq!(endpoint.host(), "gateway.example.com");
//! assert!("https://user:password@example.com".parse::<Endpoint>().is_err());
//! # Ok::<(), swyx_teams::settings::InvalidFormat>(())
//! ```

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::text::InvalidFormat;

/// A web address: `https://host[:port][/path]`. `http` is accepted too; the rule `plain-http` reports it.
///
/// No user name, query or fragment. Hosts are names, IPv4 addresses or `[::1]`, so that a pattern can
/// describe the format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    const PATTERN: &str = "^https?://(\\[::1\\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?(/[A-Za-z0-9._~/-]*)?$";

    /// The address as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the connection is encrypted.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// The host and, if the address has one, the port.
    pub(crate) fn authority(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }

    /// The host, without port.
    pub fn host(&self) -> &str {
        let authority = self.authority();
        if authority.starts_with('[') { "[::1]" } else { authority.split(':').next().unwrap_or_default() }
    }
}

/// Whether the host of an address is this machine: `localhost`, `127.0.0.0/8` in the usual form, or `[::1]`.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host == "[::1]"
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

impl FromStr for Endpoint {
    type Err = InvalidFormat;

    fn from_str(text: &str) -> Result<Self, InvalidFormat> {
        let wrong = InvalidFormat(
            "an address must have the form https://host, https://host:port or https://host:port/path",
        );
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let Some(rest) = rest else { return Err(wrong) };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let port_at =
            if authority.starts_with("[::1]") { 5 } else { authority.find(':').unwrap_or(authority.len()) };
        let (host, port) = authority.split_at_checked(port_at).unwrap_or_default();
        let edge = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
        let inner = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let host_is_sound = host == "[::1]"
            || (edge(host.bytes().next()) && edge(host.bytes().last()) && host.bytes().all(inner));
        let port_is_sound = port.is_empty()
            || port.strip_prefix(':').is_some_and(|port| {
                let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
                digits && (port.len() < 5 || (!port.starts_with('0') && port.parse::<u16>().is_ok()))
            });
        let path_is_sound = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"._~/-".contains(&b));
        if host_is_sound && port_is_sound && path_is_sound { Ok(Self(text.to_owned())) } else { Err(wrong) }
    }
}

impl JsonSchema for Endpoint {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Endpoint".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "uri", "pattern": Self::PATTERN})
    }
}

/// A host in lower case and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// Creates the address of a host with the HTTPS port.
    pub(crate) fn https(host: &str) -> Self {
        Self::new(host, 443)
    }

    fn new(host: &str, port: u16) -> Self {
        Self { host: host.to_ascii_lowercase(), port }
    }

    /// The host, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// The server that a path of Windows leads to, as `\\server\share\file`. Opening such a path signs the user in at the server, which may
/// then try to guess the password. `\\server@SSL@8443\…` is WebDAV.
pub(crate) fn server_of_path(path: &str) -> Option<Address> {
    let path = path.replace('/', "\\");
    let rest = path.strip_prefix(r"\\")?;
    let is_verbatim = rest.get(..6).is_some_and(|start| start.eq_ignore_ascii_case(r"?\UNC\"));
    let rest = if is_verbatim { &rest[6..] } else { rest };
    let mut words = rest.split('\\').next()?.split('@');
    let host = words.next().filter(|host| !matches!(*host, "?" | "."))?;
    let port = match (words.next(), words.next()) {
        (None, _) => 445,
        (Some(port), None) if port.eq_ignore_ascii_case("SSL") => 443,
        (Some(port), None) | (Some(_), Some(port)) => port.parse().unwrap_or(80),
    };
    // Other characters could change the meaning of a message.
    let host = host.replace(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)), "?");
    Some(Address::new(&host, port))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl Endpoint {
    /// The host and the port. The default port is that of the scheme.
    pub fn address(&self) -> Address {
        let host = self.host();
        let port = self.authority().get(host.len()..).and_then(|port| port.strip_prefix(':'));
        let default = if self.is_https() { 443 } else { 80 };
        Address::new(host, port.and_then(|port| port.parse().ok()).unwrap_or(default))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_port_defaults_to_the_scheme() {
        for (endpoint, address) in [
            ("https://Swyx.example.com", "swyx.example.com:443"),
            ("http://localhost/path", "localhost:80"),
            ("https://[::1]", "[::1]:443"),
            ("https://[::1]:9180/a", "[::1]:9180"),
            ("https://127.0.0.1:0443", "127.0.0.1:443"),
        ] {
            assert_eq!(endpoint.parse::<Endpoint>().expect("valid").address().to_string(), address);
        }
    }

    #[test]
    fn server_of_a_path_is_found_in_every_notation() {
        for (path, server) in [
            (r"\\Files\share\a.secret", Some("files:445")),
            ("//files/share/a.secret", Some("files:445")),
            (r"\/10.0.0.1\share", Some("10.0.0.1:445")),
            (r"\\?\unc\files\share\a", Some("files:445")),
            (r"\\files@SSL\dav\a", Some("files:443")),
            (r"\\files@SSL@8443\dav\a", Some("files:8443")),
            (r"\\files@8080\dav\a", Some("files:8080")),
            (r"\\a b,c\x", Some("a?b?c:445")),
            (r"\\?\C:\a.secret", None),
            (r"\\.\pipe\x", None),
            (r"C:\a.secret", None),
            (r"\a.secret", None),
            ("/etc/a.secret", None),
            ("keys/a.secret", None),
        ] {
            assert_eq!(server_of_path(path).map(|address| address.to_string()).as_deref(), server, "{path}");
        }
    }
}
