//! The application permissions of Microsoft Graph that a mode needs, and the other sufficient permissions.
//!
//! Least privilege before 14.20: mode 1 reads presences, mode 2 also writes them; both match users by name and
//! e-mail address. From 14.20 on, the application also serves login, contacts and calendar, and the vendor's
//! list of permissions is not completely known. So no permission is excess there, and the presence permission
//! is inferred.
//! Source: <https://learn.microsoft.com/graph/permissions-reference>.
//!
//! ```
//! use swyx_teams::entra::permission::list_needs;
//! use swyx_teams::settings::{Generation, Mode};
//!
//! let names = |generation| list_needs(generation, Mode::FromTeams).into_iter().map(|need| need.name).collect::<Vec<_>>();
//! assert_eq!(names(Generation::ExpertSettings), ["Presence.Read.All", "User.ReadBasic.All"]);
//! assert_eq!(names(Generation::FederatedServices), ["Presence.Read.All", "User.Read.All"]);
//! ```

use crate::settings::{Generation, Mode};

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

/// Reading the users of the directory with all their properties, which 14.20 and later need.
const USERS: Need = Need {
    name: "User.Read.All",
    id: "df021288-bdef-4463-88db-98f22de89214",
    also: &["User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    weaker: &["User.ReadBasic.All"],
    purpose: "read the users of Entra ID",
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
pub(crate) fn select_presence(mode: Mode) -> Option<Need> {
    match mode {
        Mode::BothWays => Some(WRITE_PRESENCE),
        Mode::FromTeams | Mode::Undocumented => Some(READ_PRESENCE),
        Mode::Off => None,
    }
}

/// All needs of a mode. From 14.20 on, the one for presences is inferred.
pub fn list_needs(generation: Generation, mode: Mode) -> Vec<Need> {
    let users = match generation {
        Generation::ExpertSettings => DIRECTORY,
        Generation::FederatedServices => USERS,
    };
    select_presence(mode).into_iter().chain([users]).collect()
}

/// Whether a permission allows more than a mode needs. From 14.20 on, none does.
pub(crate) fn is_excess(generation: Generation, mode: Mode, permission: &str) -> bool {
    generation == Generation::ExpertSettings
        && list_needs(generation, mode)
            .iter()
            .all(|need| permission != need.name && !need.weaker.contains(&permission))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broader_permission_suffices_and_narrower_does_not() {
        assert!(DIRECTORY.is_met_by(&["Mail.Read", "User.Read.All"]));
        assert!(DIRECTORY.is_met_by(&["Directory.Read.All"]));
        assert!(!DIRECTORY.is_met_by(&["User.Read"]) && !DIRECTORY.is_met_by::<&str>(&[]));
        let is_met = |mode, name| select_presence(mode).is_some_and(|need| need.is_met_by(&[name]));
        assert!(is_met(Mode::FromTeams, "Presence.ReadWrite.All"));
        assert!(!is_met(Mode::BothWays, "Presence.Read.All"));
    }

    #[test]
    fn excess_permissions_depend_on_the_mode() {
        let excess = |mode, permissions: &[&'static str]| {
            let is_excess = |name: &&str| is_excess(Generation::ExpertSettings, mode, name);
            permissions.iter().copied().filter(is_excess).collect::<Vec<_>>()
        };
        let some = ["Presence.Read.All", "Presence.ReadWrite.All", "User.ReadBasic.All", "User.Read.All"];
        assert_eq!(excess(Mode::FromTeams, &some), ["Presence.ReadWrite.All", "User.Read.All"]);
        // The permission to write presences includes reading them.
        assert_eq!(excess(Mode::BothWays, &some), ["User.Read.All"]);
        assert_eq!(excess(Mode::BothWays, &["Mail.Read"]), ["Mail.Read"]);
    }

    #[test]
    fn nothing_is_excess_from_14_20_on() {
        let federated = Generation::FederatedServices;
        for mode in [Mode::Off, Mode::FromTeams, Mode::BothWays] {
            for name in [
                "Contacts.Read",
                "People.Read.All",
                "Calendars.ReadWrite",
                "Presence.ReadWrite.All",
                "Mail.Read",
            ] {
                assert!(!is_excess(federated, mode, name), "{name}");
            }
        }
        let names = |mode| list_needs(federated, mode).into_iter().map(|need| need.name).collect::<Vec<_>>();
        assert_eq!(names(Mode::Off), ["User.Read.All"]);
        assert_eq!(names(Mode::BothWays), ["Presence.ReadWrite.All", "User.Read.All"]);
        assert!(!USERS.is_met_by(&["User.ReadBasic.All"]) && USERS.is_met_by(&["Directory.Read.All"]));
    }
}
