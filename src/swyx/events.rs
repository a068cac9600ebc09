//! The stream of events of the gateway.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::cursor::Cursor;
use super::error::GatewayError;
use super::skipped::Skipped;
use super::sse::{Item, Parser};
use super::user::UserStatus;
use super::wire;
use crate::http::{Chunks, HttpError, SafeToken, Streamed, content_type};

/// After this time without a byte, the connection is dead: the gateway sends one at least every 15 s.
pub const SILENCE: Duration = Duration::from_secs(45);

/// A message of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GatewayEvent {
    /// A user's status. It may be late, repeated or out of order: compare its sequence.
    Status(UserStatus),
    /// The list of users changed; read it again.
    Users,
    /// Nothing happened, but the gateway is alive.
    Alive,
}

/// The event stream. Dropping it closes the connection.
pub struct Events {
    /// `None` once the stream has ended.
    chunks: Option<Box<dyn Chunks>>,
    parser: Parser,
    cursor: Option<Cursor>,
    heard: Instant,
    host: String,
    status: u16,
    kind: SafeToken,
    skipped: Arc<Skipped>,
}

impl Events {
    pub(super) fn new(answer: Streamed, after: Option<&Cursor>, host: String, skipped: Arc<Skipped>) -> Self {
        let (status, kind) = (answer.status().as_u16(), content_type(&answer));
        Self {
            chunks: Some(answer.into_body()),
            parser: Parser::default(),
            cursor: after.cloned(),
            heard: Instant::now(),
            host,
            status,
            kind,
            skipped,
        }
    }

    /// Waits for the next event; `None` after the gateway ended the stream, and after an error. Cancelling a wait, as `select!` does,
    /// loses nothing.
    ///
    /// # Errors
    /// [`GatewayError::Silent`] after [`SILENCE`], `Transport` if the connection broke, and `NotAGateway` for content that violates the
    /// contract. The stream has then ended, and [`Events::cursor`] is the position to continue from. A status that could not be read is
    /// skipped.
    pub async fn next(&mut self) -> Result<Option<GatewayEvent>, GatewayError> {
        let next = self.wait().await;
        if !matches!(next, Ok(Some(_))) {
            (self.chunks, self.parser) = (None, Parser::default());
        }
        next
    }

    /// The position to continue from when this stream has ended; `None` if there was no event yet and no start position.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    async fn wait(&mut self) -> Result<Option<GatewayEvent>, GatewayError> {
        loop {
            if let Some(item) = self.parser.next().map_err(|_| self.not_a_gateway())? {
                return self.event(item).map(Some);
            }
            let Some(chunks) = &mut self.chunks else { return Ok(None) };
            match timeout_at(self.heard + SILENCE, chunks.next()).await {
                Ok(Ok(Some(chunk))) => {
                    if !chunk.is_empty() {
                        self.heard = Instant::now();
                    }
                    self.parser.feed(chunk);
                }
                Ok(Ok(None)) => return Ok(None),
                Ok(Err(why)) => {
                    return Err(GatewayError::Http(HttpError::Transport { host: self.host.clone(), why }));
                }
                Err(_) => return Err(GatewayError::Silent { host: self.host.clone(), limit: SILENCE }),
            }
        }
    }

    fn event(&mut self, item: Item) -> Result<GatewayEvent, GatewayError> {
        let Item::Event { name, data, id } = item else { return Ok(GatewayEvent::Alive) };
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            let cursor = std::str::from_utf8(&id).ok().and_then(Cursor::new);
            self.cursor = Some(cursor.ok_or_else(|| self.not_a_gateway())?);
        }
        match (name.as_slice(), data) {
            (b"status", Some(data)) => {
                let status = wire::status(&data);
                let skipped = if status.is_none() { vec![wire::id_of(&data)] } else { Vec::new() };
                self.skipped.add_statuses(status.iter().map(|status| &*status.user), skipped);
                // A status that violates the contract does not end the stream: it would come again.
                Ok(status.map_or(GatewayEvent::Alive, GatewayEvent::Status))
            }
            (b"users", Some(_)) => Ok(GatewayEvent::Users),
            // A later version of the contract may have it.
            _ => Ok(GatewayEvent::Alive),
        }
    }

    fn not_a_gateway(&self) -> GatewayError {
        GatewayError::NotAGateway { host: self.host.clone(), status: self.status, kind: self.kind.clone() }
    }
}
