//! A position in the sequence of all changes in SwyxServer.

/// A position in the sequence of all changes in SwyxServer. The gateway issues it, and gets it back to continue from there.
///
/// Opaque: 1 to 1,024 visible ASCII characters, so that it fits into a header. It is valid until the gateway restarts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(Box<str>);

/// The maximum length in characters.
pub(super) const MAX: usize = 1024;
/// The pattern of the text, for the contract.
pub(super) const PATTERN: &str = "^[!-~]+$";

impl Cursor {
    /// The cursor with this text, if the text is valid.
    pub fn new(text: &str) -> Option<Self> {
        let is_sound = (1..=MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        is_sound.then(|| Self(text.into()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
