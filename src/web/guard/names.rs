//! The names under which the page is served.

use std::net::{IpAddr, SocketAddr};

/// The scheme, and the names with port as browsers write them: a default port is omitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    scheme: &'static str,
    hosts: Vec<String>,
    port: u16,
}

impl Names {
    /// Plain HTTP on a loopback address: the address itself, and `localhost`.
    pub(in crate::web) fn loopback(address: SocketAddr) -> Self {
        Self::new("http", vec![literal(address.ip()), "localhost".to_owned()], address.port())
    }

    /// HTTPS under this name.
    pub(in crate::web) fn tls(host: &str, port: u16) -> Self {
        Self::new("https", vec![host.to_ascii_lowercase()], port)
    }

    fn new(scheme: &'static str, names: Vec<String>, port: u16) -> Self {
        let is_default = port == if scheme == "http" { 80 } else { 443 };
        let hosts = names.into_iter().map(|name| if is_default { name } else { format!("{name}:{port}") });
        Self { scheme, hosts: hosts.collect(), port }
    }

    /// The origin in links.
    pub fn origin(&self) -> String {
        self.origins().next().unwrap_or_default()
    }

    fn origins(&self) -> impl Iterator<Item = String> {
        self.hosts.iter().map(|host| format!("{}://{host}", self.scheme))
    }

    /// The origin of the pages that were fetched from this host.
    pub(super) fn origin_of(&self, host: &str) -> String {
        format!("{}://{host}", self.scheme)
    }

    pub(super) fn is_tls(&self) -> bool {
        self.scheme == "https"
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn has(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known == host)
    }
}

fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}
