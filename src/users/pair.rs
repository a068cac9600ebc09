//! A Swyx user and a Teams user who are one person.

/// One person on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The place in the list of Swyx users.
    pub swyx: usize,
    /// The place in the list of Teams users.
    pub teams: usize,
    /// What they were matched by.
    pub by: By,
}

/// What a pair was matched by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A `[[user]]` of the settings.
    Override,
    /// The e-mail address is the account name (`userPrincipalName`).
    AccountName,
    /// The e-mail address is the mail address (`mail`), and nobody's account name.
    Mail,
}

impl By {
    /// Its word in JSON and CSV; stable.
    pub fn id(self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::AccountName => "account-name",
            Self::Mail => "mail",
        }
    }
}
