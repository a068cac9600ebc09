//! A place in the course of all changes at SwyxServer.

/// A place in the course of all changes at SwyxServer, given by the gateway and handed back to it to go on from there.
///
/// Opaque: 1 to 1,024 visible characters of ASCII, so that it fits into a header. It is of use until the gateway starts anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(Box<str>);

/// Characters at most.
pub(super) const MOST: usize = 1024;
/// The pattern of the text, for the contract.
pub(super) const PATTERN: &str = "^[!-~]+$";

impl Cursor {
    /// The cursor of a text, if it can be one.
    pub fn new(text: &str) -> Option<Self> {
        let is_sound = (1..=MOST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        is_sound.then(|| Self(text.into()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
