//! The text format of server-sent events, parsed incrementally.
//!
//! Source: <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>. The field `retry` is ignored because
//! the synchronisation decides when to reconnect.

/// The maximum size of one event or one line in bytes: a status has less than 1 KiB.
pub(super) const MAX_BYTES: usize = 64 * 1024;

/// A part of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A comment: only a sign of life.
    Comment,
    /// An event.
    Event {
        /// `event`; empty if it has none.
        name: Vec<u8>,
        /// The lines of `data`; `None` if there are none, and the event is only a new id.
        data: Option<Vec<u8>>,
        /// `id`, if it has one.
        id: Option<Vec<u8>>,
    },
}

/// An event or a line is larger than any of the contract.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Parses the format. Pieces may end anywhere, even within a character or between CR and LF.
#[derive(Default)]
pub(super) struct Parser {
    /// The current piece, and the position in it.
    piece: Vec<u8>,
    at: usize,
    /// The current line.
    line: Vec<u8>,
    /// Whether the last line ended with CR, so that a LF may follow.
    is_after_cr: bool,
    /// Whether a line was read: the first one may start with a byte order mark.
    is_begun: bool,
    /// The current event.
    name: Vec<u8>,
    data: Option<Vec<u8>>,
    id: Option<Vec<u8>>,
}

impl Parser {
    /// Adds the next piece, after [`Parser::next`] has used up the previous one.
    pub(super) fn feed(&mut self, piece: Vec<u8>) {
        (self.piece, self.at) = (piece, 0);
    }

    /// The next comment or event; `None` if more input is needed.
    pub(super) fn next(&mut self) -> Result<Option<Item>, TooLarge> {
        loop {
            let mut rest = self.piece.get(self.at..).unwrap_or_default();
            if self.is_after_cr && !rest.is_empty() {
                self.is_after_cr = false;
                if let [b'\n', behind @ ..] = rest {
                    self.at += 1;
                    rest = behind;
                }
            }
            let length = rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
            let (part, behind) = rest.split_at(length);
            if self.line.len() + part.len() + self.data.as_ref().map_or(0, Vec::len) > MAX_BYTES {
                return Err(TooLarge);
            }
            self.line.extend_from_slice(part);
            let Some(end) = behind.first() else {
                self.feed(Vec::new());
                return Ok(None);
            };
            self.is_after_cr = *end == b'\r';
            self.at += length + 1;
            if let Some(item) = self.end_of_line() {
                return Ok(Some(item));
            }
        }
    }

    fn end_of_line(&mut self) -> Option<Item> {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if !std::mem::replace(&mut self.is_begun, true) {
            line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        }
        if line.is_empty() {
            return self.end_of_event();
        }
        let colon = line.iter().position(|b| *b == b':');
        let (field, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"" => return Some(Item::Comment),
            b"event" => self.name = value.to_vec(),
            b"data" => self.add_data(value),
            b"id" if !value.contains(&0) => self.id = Some(value.to_vec()),
            _ => {}
        }
        None
    }

    fn add_data(&mut self, value: &[u8]) {
        match &mut self.data {
            Some(data) => {
                data.push(b'\n');
                data.extend_from_slice(value);
            }
            None => self.data = Some(value.to_vec()),
        }
    }

    fn end_of_event(&mut self) -> Option<Item> {
        let (name, data, id) = (std::mem::take(&mut self.name), self.data.take(), self.id.take());
        (data.is_some() || id.is_some()).then_some(Item::Event { name, data, id })
    }
}
