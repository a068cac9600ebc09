//! The text format of server-sent events, read piece by piece.
//!
//! Source: <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>. Of its fields `retry` is left out:
//! when to come again is the synchronisation's business.

/// Bytes of one event, or of one line, at most: a status has less than 1 KiB.
pub(super) const MOST_BYTES: usize = 64 * 1024;

/// What stands in a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A line that says no more than that the other side lives.
    Comment,
    /// An event.
    Event {
        /// `event`; empty if it has none.
        name: Vec<u8>,
        /// The lines of `data`; nothing if it has none at all, and then it is no more than a new id.
        data: Option<Vec<u8>>,
        /// `id`, if it has one.
        id: Option<Vec<u8>>,
    },
}

/// An event, or a line, is larger than any of the contract.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Reads the format. Pieces may end anywhere, in the middle of a character or between CR and LF.
#[derive(Default)]
pub(super) struct Parser {
    /// The piece being read, and how far.
    piece: Vec<u8>,
    at: usize,
    /// The line so far.
    line: Vec<u8>,
    /// Whether the last line ended with CR, whose LF may still come.
    is_after_cr: bool,
    /// Whether a line was read: the first one may begin with a byte order mark.
    is_begun: bool,
    /// The event so far.
    name: Vec<u8>,
    data: Option<Vec<u8>>,
    id: Option<Vec<u8>>,
}

impl Parser {
    /// Takes in the next piece, once [`Parser::next`] has nothing left of the one before.
    pub(super) fn feed(&mut self, piece: Vec<u8>) {
        (self.piece, self.at) = (piece, 0);
    }

    /// The next comment or event of what was fed; nothing when more is needed.
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
            if self.line.len() + part.len() + self.data.as_ref().map_or(0, Vec::len) > MOST_BYTES {
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
