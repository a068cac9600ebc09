//! The gateway's events, as they come: server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).
//!
//! A connection on which nothing comes for 45 s, not even a comment, is dead: the contract has one at least every 15 s.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Cursor, GatewayError, UserStatus, wire};
use crate::graph::Chunks;

/// Nothing came for so long: three times the longest pause that the contract allows.
const SILENCE: Duration = Duration::from_secs(45);
/// The longest event; one of the contract has less than 1 KiB.
const MOST_BYTES: usize = 64 * 1024;

/// What the gateway tells unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayEvent {
    /// A user's status changed.
    Status(UserStatus),
    /// The list of users changed.
    Users,
}

/// The stream of events of one connection.
pub struct Events {
    chunks: Box<dyn Chunks>,
    host: String,
    reader: Reader,
    cursor: Option<Cursor>,
}

impl Events {
    pub(super) fn new(chunks: Box<dyn Chunks>, host: String) -> Self {
        Self { chunks, host, reader: Reader::default(), cursor: None }
    }

    /// The next event. What is no event of the contract is passed over. Nothing that came is lost when the future is dropped before it is
    /// ready.
    ///
    /// # Errors
    /// [`GatewayError::BrokenOff`], always in the end: a stream has none of its own.
    pub async fn next(&mut self) -> Result<GatewayEvent, GatewayError> {
        loop {
            while let Some(message) = self.reader.messages.pop_front() {
                if let Some(cursor) = message.id.as_deref().and_then(Cursor::of) {
                    self.cursor = Some(cursor);
                }
                if let Some(event) = event(&message) {
                    return Ok(event);
                }
            }
            let chunk = tokio::time::timeout(SILENCE, self.chunks.next()).await;
            let why = match chunk {
                Ok(Ok(Some(chunk))) if self.reader.take(&chunk) => continue,
                Ok(Ok(Some(_))) => "an event is larger than 64 KiB",
                Ok(Ok(None)) => "it was closed",
                Ok(Err(_)) => "the connection was cut",
                Err(_) => "nothing came for 45 s",
            };
            return Err(GatewayError::BrokenOff { host: self.host.clone(), why });
        }
    }

    /// From where to go on after what [`Events::next`] gave so far; none before the first.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }
}

fn event(message: &Message) -> Option<GatewayEvent> {
    match message.event.as_str() {
        "status" => {
            let status = serde_json::from_str::<wire::Status>(&message.data).ok()?;
            Some(GatewayEvent::Status(status.into()))
        }
        "users" => Some(GatewayEvent::Users),
        _ => None,
    }
}

/// One message of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Message {
    id: Option<String>,
    event: String,
    data: String,
}

/// Takes a stream apart, wherever its pieces were cut.
#[derive(Debug, Default)]
struct Reader {
    line: Vec<u8>,
    /// The last byte was a carriage return: a line feed that follows is of the same line end.
    is_after_return: bool,
    has_begun: bool,
    message: Message,
    size: usize,
    messages: VecDeque<Message>,
}

impl Reader {
    /// Takes the next piece in. Tells whether all of it could be.
    fn take(&mut self, chunk: &[u8]) -> bool {
        for byte in chunk {
            let is_rest = std::mem::replace(&mut self.is_after_return, *byte == b'\r') && *byte == b'\n';
            match byte {
                _ if is_rest => {}
                b'\r' | b'\n' => self.end_line(),
                byte => {
                    self.line.push(*byte);
                    self.size += 1;
                }
            }
            if self.size > MOST_BYTES {
                return false;
            }
        }
        true
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let line = if is_first { line.strip_prefix('\u{feff}').unwrap_or(&line) } else { &line };
        if line.is_empty() {
            let message = std::mem::take(&mut self.message);
            self.size = 0;
            if message != Message::default() {
                self.messages.push_back(message);
            }
            return;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.message.event),
            "data" if self.message.data.is_empty() => value.clone_into(&mut self.message.data),
            "data" => {
                self.message.data.push('\n');
                self.message.data.push_str(value);
            }
            "id" if !value.contains('\0') => self.message.id = Some(value.to_owned()),
            // A comment, or a field that has no meaning here.
            _ => {}
        }
        if name.is_empty() && self.message == Message::default() {
            self.size = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STREAM: &str = "\u{feff}: hello\n\nid: 1.7\nevent: status\ndata: {\"id\":\"1001\",\ndata: \"status\":\"Away\",\"inCall\":true,\"sequence\":7}\n\n\
                          event: users\r\nid:1.8\r\ndata: {}\r\n\r\nevent: other\rdata: x\r\r:\n\nretry: 5\n\nid: 1.9\nevent: status\ndata: {}\n\n";

    fn messages(pieces: &[&[u8]]) -> Vec<Message> {
        let mut reader = Reader::default();
        assert!(pieces.iter().all(|piece| reader.take(piece)));
        reader.messages.into()
    }

    #[test]
    fn a_stream_is_taken_apart() {
        let found = messages(&[STREAM.as_bytes()]);
        let events = found.iter().map(event).collect::<Vec<_>>();
        let status = UserStatus {
            user: "1001".into(),
            status: Some(crate::settings::SwyxStatus::Away),
            in_call: true,
            sequence: 7,
        };
        assert_eq!(events, [Some(GatewayEvent::Status(status)), Some(GatewayEvent::Users), None, None]);
        let ids = found.iter().map(|message| message.id.as_deref()).collect::<Vec<_>>();
        assert_eq!(ids, [Some("1.7"), Some("1.8"), None, Some("1.9")]);
    }

    proptest! {
        #[test]
        fn wherever_it_is_cut(cuts in proptest::collection::vec(0..STREAM.len(), 0..20)) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut rest = STREAM.as_bytes();
            let mut done = 0;
            for cut in cuts {
                let (piece, after) = rest.split_at(cut - done);
                pieces.push(piece);
                (rest, done) = (after, cut);
            }
            pieces.push(rest);
            prop_assert_eq!(messages(&pieces), messages(&[STREAM.as_bytes()]));
        }

        #[test]
        fn whatever_comes_is_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let mut reader = Reader::default();
            let _ = reader.take(&bytes);
            reader.messages.iter().map(event).for_each(drop);
        }
    }

    #[test]
    fn an_endless_event_is_given_up_and_endless_comments_are_not() {
        let mut reader = Reader::default();
        assert!((0..10_000).all(|_| reader.take(b": still there, and nothing to tell\n")));
        assert!(!(0..10_000).all(|_| reader.take(b"data: and more\n")));
    }
}
