//! The guards by name.

/// One guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Guard {
    /// Response headers against frames, caches, foreign scripts and content sniffing.
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
    /// A link that works only once.
    LinkOnce,
    /// A link that expires if it is not opened.
    LinkLife,
    /// The end of an idle session.
    Idle,
    /// The end of any session.
    Longest,
}

impl Guard {
    /// All guards, in the order in which they see a request.
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
