//! A Swyx user and a Teams user of the same person.

/// One person on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair {
    /// The position in the list of Swyx users.
    pub swyx: usize,
    /// The position in the list of Teams users.
    pub teams: usize,
    /// What matched them.
    pub by: By,
}

/// What matched a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum By {
    /// A `[[user]]` of the settings.
    Override,
    /// The e-mail address is the account name (`userPrincipalName`).
    AccountName,
    /// The e-mail address is the mail address (`mail`), and no user's account name.
    Mail,
}

impl By {
    /// Its name in JSON and CSV; stable.
    pub fn id(self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::AccountName => "account-name",
            Self::Mail => "mail",
        }
    }
}
