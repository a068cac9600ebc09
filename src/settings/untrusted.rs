//! What a settings file needs trust for, and the error without it.

use std::fmt;

use crate::diagnostic::Key;
use crate::endpoint::{Address, Endpoint};
use crate::secret::Trust;

/// A key that is used only with trust, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustRequirement {
    key: Key,
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    /// It runs a program.
    Command,
    /// Secrets and tokens would be sent to the address. In the message, the words follow the key.
    Address { verb: &'static str, address: Address, remark: &'static str },
    /// A certificate authority could impersonate each of these.
    CaFile(Vec<Address>),
}

impl TrustRequirement {
    pub(super) fn command(key: Key) -> Self {
        Self { key, reason: Reason::Command }
    }

    pub(super) fn not_microsofts(key: Key, endpoint: &Endpoint) -> Self {
        let (verb, remark) = ("leads to", ", which is not Microsoft's");
        Self { key, reason: Reason::Address { verb, address: endpoint.address(), remark } }
    }

    pub(super) fn address(key: Key, verb: &'static str, endpoint: &Endpoint) -> Self {
        Self { key, reason: Reason::Address { verb, address: endpoint.address(), remark: "" } }
    }

    /// A file on a server.
    pub(super) fn remote_file(key: Key, address: Address) -> Self {
        Self { key, reason: Reason::Address { verb: "reads a file from", address, remark: "" } }
    }

    pub(super) fn ca_file(key: Key, addresses: impl IntoIterator<Item = Address>) -> Self {
        let mut vouched_for = Vec::new();
        for address in addresses {
            if !vouched_for.contains(&address) {
                vouched_for.push(address);
            }
        }
        Self { key, reason: Reason::CaFile(vouched_for) }
    }

    /// The key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The part that `trust` does not cover, if any.
    fn without(self, trust: &Trust) -> Option<Self> {
        let Self { key, reason } = self;
        let open = match reason {
            Reason::Command if trust.allows_command() => None,
            Reason::Address { address, .. } if is_trusted(&address, trust) => None,
            Reason::CaFile(mut addresses) => {
                addresses.retain(|address| !is_trusted(address, trust));
                (!addresses.is_empty()).then_some(Reason::CaFile(addresses))
            }
            other => Some(other),
        };
        open.map(|reason| Self { key, reason })
    }

    /// The items that `--trust` must list.
    fn items(&self) -> Vec<String> {
        match &self.reason {
            Reason::Command => vec![Trust::COMMAND.to_owned()],
            Reason::Address { address, .. } => vec![address.to_string()],
            Reason::CaFile(addresses) => addresses.iter().map(Address::to_string).collect(),
        }
    }
}

impl fmt::Display for TrustRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ", self.key)?;
        match &self.reason {
            Reason::Command => f.write_str("runs a command"),
            Reason::Address { verb, address, remark } => write!(f, "{verb} {address}{remark}"),
            Reason::CaFile(_) => {
                write!(f, "names a certificate authority that can impersonate {}", self.items().join(", "))
            }
        }
    }
}

/// Whether secrets and tokens may be sent to an address.
fn is_trusted(address: &Address, trust: &Trust) -> bool {
    trust.allows_host(address.host(), address.port())
}

/// Error: a settings file needs trust that was not given. The message names the option that gives it.
#[derive(Debug, PartialEq, Eq)]
pub struct Untrusted(Vec<TrustRequirement>);

impl Untrusted {
    /// The requirements that `trust` does not cover, if any.
    pub(super) fn new(requirements: Vec<TrustRequirement>, trust: &Trust) -> Option<Self> {
        let open = requirements.into_iter().filter_map(|requirement| requirement.without(trust));
        let open = open.collect::<Vec<_>>();
        (!open.is_empty()).then_some(Self(open))
    }
}

impl Untrusted {
    /// The items that `--trust` must list.
    pub fn items(&self) -> Vec<String> {
        let mut items = Vec::new();
        for item in self.0.iter().flat_map(TrustRequirement::items) {
            if !items.contains(&item) {
                items.push(item);
            }
        }
        items
    }

    /// What needs trust, as a text.
    pub fn reasons(&self) -> String {
        self.0.iter().map(TrustRequirement::to_string).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; if this is intended, add --trust={}", self.reasons(), self.items().join(","))
    }
}

impl std::error::Error for Untrusted {}
