//! The application permissions of Microsoft Graph that a mode needs, and the other sufficient permissions.
//!
//! Least privilege: mode 1 reads presences, mode 2 also writes them; both match users by name and e-mail address.
//! Source: <https://learn.microsoft.com/graph/permissions-reference>.
//!
//! ```
//! use swyx_teams::entra::permission::list_needs;
//! use swyx_teams::settings::Mode;
//!
//! let names = list_needs(Mode::FromTeams).map(|need| need.name);
//! assert_eq!(names, ["Presence.Read.All", "User.ReadBasic.All"]);
//! ```

use crate::settings::Mode;

/// One task of the synchronisation, and the permissions that allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Need {
    /// The least sufficient permission.
    pub name: &'static str,
    /// Its id as an application permission in Microsoft's global cloud.
    pub id: &'static str,
    /// Other sufficient permissions, which allow more.
    pub also: &'static [&'static str],
    /// Insufficient permissions that allow nothing that `name` does not allow.
    pub weaker: &'static [&'static str],
    /// Its purpose, for texts like "it is needed to …".
    pub purpose: &'static str,
}

/// Reading the users of the directory.
pub const DIRECTORY: Need = Need {
    name: "User.ReadBasic.All",
    id: "97235f07-e226-4f63-ace3-39588e11d3a1",
    also: &["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    weaker: &[],
    purpose: "find the Teams account of each Swyx user",
};

/// Reading presences.
pub(crate) const READ_PRESENCE: Need = Need {
    name: "Presence.Read.All",
    id: "a70e0c2d-e793-494c-94c4-118fa0a67f42",
    also: &["Presence.ReadWrite.All"],
    weaker: &[],
    purpose: "read the presence of users in Teams",
};

/// Reading and writing presences.
const WRITE_PRESENCE: Need = Need {
    name: "Presence.ReadWrite.All",
    id: "83cded22-8297-4ff6-a7fa-e97e9545a259",
    also: &[],
    weaker: &["Presence.Read.All"],
    purpose: "set presences in Teams, so that \"Speaking\" shows as \"In a call\"",
};

impl Need {
    /// Whether one of these permissions is sufficient.
    pub(crate) fn is_met_by<T: AsRef<str>>(&self, permissions: &[T]) -> bool {
        permissions.iter().any(|name| self.accepts(name.as_ref()))
    }

    /// Whether this permission is sufficient.
    pub fn accepts(&self, permission: &str) -> bool {
        permission == self.name || self.also.contains(&permission)
    }
}

/// The need of a mode for presences.
pub(crate) fn select_presence(mode: Mode) -> Need {
    match mode {
        Mode::BothWays => WRITE_PRESENCE,
        Mode::FromTeams | Mode::Undocumented => READ_PRESENCE,
    }
}

/// All needs of a mode.
pub fn list_needs(mode: Mode) -> [Need; 2] {
    [select_presence(mode), DIRECTORY]
}

/// Whether a permission allows more than a mode needs.
pub(crate) fn is_excess(mode: Mode, permission: &str) -> bool {
    list_needs(mode).iter().all(|need| permission != need.name && !need.weaker.contains(&permission))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broader_permission_suffices_and_narrower_does_not() {
        assert!(DIRECTORY.is_met_by(&["Mail.Read", "User.Read.All"]));
        assert!(DIRECTORY.is_met_by(&["Directory.Read.All"]));
        assert!(!DIRECTORY.is_met_by(&["User.Read"]) && !DIRECTORY.is_met_by::<&str>(&[]));
        assert!(select_presence(Mode::FromTeams).is_met_by(&["Presence.ReadWrite.All"]));
        assert!(!select_presence(Mode::BothWays).is_met_by(&["Presence.Read.All"]));
    }

    #[test]
    fn excess_permissions_depend_on_the_mode() {
        let excess = |mode, permissions: &[&'static str]| {
            permissions.iter().copied().filter(|name| is_excess(mode, name)).collect::<Vec<_>>()
        };
        let some = ["Presence.Read.All", "Presence.ReadWrite.All", "User.ReadBasic.All", "User.Read.All"];
        assert_eq!(excess(Mode::FromTeams, &some), ["Presence.ReadWrite.All", "User.Read.All"]);
        // The permission to write presences includes reading them.
        assert_eq!(excess(Mode::BothWays, &some), ["User.Read.All"]);
        assert_eq!(excess(Mode::BothWays, &["Mail.Read"]), ["Mail.Read"]);
    }
}
