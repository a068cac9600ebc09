//! The SwyxServer gateway: a small documented HTTP contract that a service beside SwyxServer implements, and its client.
//!
//! No public interface of SwyxServer reads or sets a user's status from outside Windows, so a site has to provide that service. The
//! contract is `schema/swyx-gateway.openapi.json`, made from the shapes in `wire`.
//!
//! | file | what it is |
//! |---|---|
//! | `client` | the calls |
//! | `events` | the stream of events, as it comes |
//! | `wire` | the shapes of requests and answers |
//! | `contract` | the contract as an OpenAPI document |
//! | `error` | why a call gave nothing |

mod client;
mod contract;
mod error;
mod events;
mod wire;

pub use client::{Gateway, Statuses};
pub use contract::contract;
pub use error::GatewayError;
pub use events::{Events, GatewayEvent};

use crate::settings::SwyxStatus;

/// A user as SwyxServer knows one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwyxUser {
    /// The gateway's id, opaque and unchanging; 1 to 200 characters.
    pub id: Box<str>,
    /// The name shown.
    pub name: Box<str>,
    /// The e-mail address of the user's configuration.
    pub email: Option<Box<str>>,
    /// Whether the user is activated.
    pub enabled: bool,
}

/// The status of a user, as the gateway tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserStatus {
    /// The user's id.
    pub user: Box<str>,
    /// What colleagues see; none where the user is logged off, or the word is not known here.
    pub status: Option<SwyxStatus>,
    /// Whether the user is on a call at SwyxServer, whatever status was set.
    pub in_call: bool,
    /// Of two statuses of one user, the one with the greater sequence is newer.
    pub sequence: u64,
}

/// From where the gateway is to go on telling what changed: its own word, opaque, of 1 to 1,024 printable ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(Box<str>);

impl Cursor {
    fn of(text: &str) -> Option<Self> {
        const LONGEST: usize = 1_024;
        let fits = (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| (0x20..0x7f).contains(&b));
        fits.then(|| Self(text.into()))
    }
}
