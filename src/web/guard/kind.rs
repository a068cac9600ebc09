//! The guards by name.

/// One guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Guard {
    /// Response headers against frames, caches, foreign scripts and guessed types.
    Headers,
    /// The exact `Host`.
    Host,
    /// The secret path of the form and of its cookie.
    Path,
    /// The session's cookie.
    Session,
    /// `Sec-Fetch-Site`.
    FetchSite,
    /// The exact `Origin` of a change.
    Origin,
    /// The CSRF token of a change.
    Token,
    /// A link that opens once.
    LinkOnce,
    /// A link that dies unopened.
    LinkLife,
    /// The end of a session in which nothing happens.
    Idle,
    /// The end of any session.
    Longest,
}

impl Guard {
    /// All of them, the first to see a request first.
    pub(in crate::web) const ALL: [Self; 11] = [
        Self::Headers,
        Self::Host,
        Self::Path,
        Self::Session,
        Self::FetchSite,
        Self::Origin,
        Self::Token,
        Self::LinkOnce,
        Self::LinkLife,
        Self::Idle,
        Self::Longest,
    ];
}
