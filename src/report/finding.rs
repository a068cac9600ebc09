//! One finding with lines and columns, for every renderer.

use crate::diagnostic::{Diagnostic, Key};
use crate::source::{Excerpt, Span};

/// One finding with its place as lines and columns.
#[non_exhaustive]
pub struct Finding {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// The place.
    pub span: Span,
    /// The displayable line, if it was requested and may be shown.
    pub excerpt: Option<Excerpt>,
    /// The same for each related place.
    pub related: Vec<(Span, Option<Excerpt>)>,
    /// The changes of its fix: ranges with their new texts. They never contain a secret.
    pub replacements: Vec<(Span, String)>,
}

impl Finding {
    /// The affected key.
    pub fn key(&self) -> Option<&Key> {
        self.diagnostic.place.key()
    }

    /// The message and the help as running text, for formats with one field for both that may show only the
    /// first sentence.
    pub(super) fn sentences(&self) -> String {
        let help = self.diagnostic.help.iter().map(|help| format!("Help: {help}"));
        let texts = std::iter::once(self.diagnostic.message.clone()).chain(help);
        let closed =
            texts.map(|text| if text.ends_with(['.', '?', '!']) { text } else { format!("{text}.") });
        closed.collect::<Vec<_>>().join(" ")
    }
}
