//! The application permissions of Microsoft Graph that a mode needs, and what else is enough.
//!
//! Least privilege: mode 1 reads presences, mode 2 also writes them; both match users by name and e-mail address.
//! Source: <https://learn.microsoft.com/graph/permissions-reference>.

use crate::settings::Mode;

/// One thing that the synchronisation does, and the permissions that allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// The least permission that is enough.
    pub name: &'static str,
    /// Others that are enough too, and allow more.
    pub also: &'static [&'static str],
    /// What it is for, as in "it is needed to …".
    pub purpose: &'static str,
}

/// Reads the directory's users.
pub const DIRECTORY: Need = Need {
    name: "User.ReadBasic.All",
    also: &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    purpose: "find the Teams account of each Swyx user",
};

/// Reads presences.
const READ_PRESENCE: Need = Need {
    name: "Presence.Read.All",
    also: &["Presence.ReadWrite.All"],
    purpose: "read the presence of users in Teams",
};

/// Reads and writes presences.
const WRITE_PRESENCE: Need = Need {
    name: "Presence.ReadWrite.All",
    also: &[],
    purpose: "read presences in Teams and show \"Speaking\" as \"In a call\"",
};

impl Need {
    /// Whether one of these permissions is enough.
    pub fn is_met_by<T: AsRef<str>>(&self, permissions: &[T]) -> bool {
        permissions.iter().any(|name| name.as_ref() == self.name || self.also.contains(&name.as_ref()))
    }
}

/// What the synchronisation needs for its presences.
pub fn presence(mode: Mode) -> Need {
    match mode {
        Mode::BothWays => WRITE_PRESENCE,
        Mode::FromTeams | Mode::Undocumented => READ_PRESENCE,
    }
}

/// All that a mode needs.
pub fn needs(mode: Mode) -> [Need; 2] {
    [presence(mode), DIRECTORY]
}
