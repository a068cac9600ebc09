//! The steps of a plan, and their descriptions.

use jiff::civil::Date;
use uuid::Uuid;

use super::day::day;
use crate::certificate::Certificate;
use crate::diagnostic::Key;
use crate::settings::{Generation, Mode, keys};

/// One step. In a plan, each step comes after the steps that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Creates the registration.
    CreateApplication {
        /// Its display name.
        name: String,
        /// The permissions to declare.
        declare: Vec<Permission>,
        /// The settings of the vendor's guide, if requested.
        guide: Option<Guide>,
    },
    /// Changes members of the registration, and leaves the others.
    ChangeApplication {
        /// The new display name.
        rename: Option<String>,
        /// Permissions to add to the declaration.
        declare: Vec<Permission>,
        /// Permissions to remove from the declaration.
        undeclare: Vec<Permission>,
        /// The settings of the vendor's guide, if requested and missing.
        guide: Option<Guide>,
    },
    /// Exposes an API: the application ID URI and a scope, as far as they are missing.
    ExposeApi {
        /// The application ID URI, if it is missing.
        uri: Option<String>,
        /// The scope, if none is enabled.
        scope: Option<&'static str>,
    },
    /// Writes the client id into the settings file.
    StoreClientId,
    /// Creates the service principal.
    CreatePrincipal,
    /// Restores the deleted service principal, with its grants.
    RestorePrincipal {
        /// Its object id.
        id: Uuid,
    },
    /// Enables sign-in of the application again.
    EnablePrincipal,
    /// Grants an application permission.
    Grant(Permission),
    /// Revokes a grant.
    Revoke {
        /// The id of the assignment.
        assignment: String,
        /// The permission.
        permission: Permission,
    },
    /// Removes an orphaned secret.
    RemoveSecret {
        /// Its key id.
        key_id: Uuid,
        /// Its name.
        name: String,
    },
    /// Creates a client secret and stores it.
    AddSecret {
        /// The key id of the secret that it replaces, if any.
        after: Option<Uuid>,
        /// Why it is needed.
        why: String,
        /// How long it is valid.
        days: u16,
        /// Where it is stored, in printable form; `None` if the settings name no place.
        place: Option<String>,
    },
    /// Adds the certificate that Control Center created.
    AddCertificate {
        /// The certificate.
        certificate: Box<Certificate>,
        /// The key id of the certificate that it replaces, if known.
        after: Option<Uuid>,
    },
    /// Writes the end of the secret or certificate into the settings file.
    StoreEnd(Date),
}

/// An application permission of Microsoft Graph: its name, its id in the tenant, and its purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Permission {
    /// `Presence.Read.All`.
    pub name: String,
    /// The id of the app role.
    pub id: Uuid,
    /// The purpose, as in "needed to …", or why it is not needed.
    pub purpose: String,
}

/// Settings of the vendor's guide that an application with a secret does not need: a redirect URI of a public client, and public client
/// flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Guide {
    /// The redirect URI.
    pub redirect: &'static str,
}

/// The change that a step makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Creates it.
    Add,
    /// Changes it.
    Change,
    /// Removes it.
    Remove,
}

impl Sign {
    /// The displayed name.
    pub fn mark(self) -> char {
        match self {
            Self::Add => '+',
            Self::Change => '~',
            Self::Remove => '-',
        }
    }
}

/// One line of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// The change.
    pub sign: Sign,
    /// The kind of object: `application`, `service principal`, `declared permission`, `grant`, `client secret`, `settings file`.
    pub object: &'static str,
    /// Which object, and its details.
    pub what: String,
    /// The key of the settings that asks for it.
    pub key: Key,
    /// The reason.
    pub reason: String,
    /// The least directory role for it; `None` for changes outside the tenant.
    /// Source: <https://learn.microsoft.com/entra/identity/role-based-access-control/delegate-by-task>.
    pub role: Option<&'static str>,
}

pub(super) const CREATE: &str = "Application Developer";
pub(super) const CHANGE: &str = "Cloud Application Administrator, or an owner of the application";
pub(super) const GRANT: &str = "Privileged Role Administrator";

impl Step {
    /// The displayed lines, for a settings file with the keys of a generation.
    pub fn lines(&self, keys: Generation, mode: Mode) -> Vec<Line> {
        use Sign::{Add, Change, Remove};
        let by_mode = |sign, object, one: &Permission, role| by_mode((keys, mode), sign, object, one, role);
        let permission = |sign, permission: &Permission| by_mode(sign, "grant", permission, GRANT);
        let client_id = || keys.client_id();
        match self {
            Self::CreateApplication { name, declare, guide } => {
                let what = format!("{name}, for this tenant only");
                let why = "the settings name no application, and no application has this name";
                let made = line(Add, "application", what, keys::APPLICATION_NAME, why, Some(CREATE));
                let declared = declare.iter().map(|one| by_mode(Add, DECLARED, one, CREATE));
                [made].into_iter().chain(declared).chain(guide.iter().map(guided)).collect()
            }
            Self::ChangeApplication { rename, declare, undeclare, guide } => {
                let declared = declare.iter().map(|one| by_mode(Add, DECLARED, one, CHANGE));
                let undeclared = undeclare.iter().map(|one| by_mode(Remove, DECLARED, one, CHANGE));
                let renamed = rename.iter().map(renamed);
                renamed.chain(declared).chain(undeclared).chain(guide.iter().map(guided)).collect()
            }
            Self::ExposeApi { uri, scope } => {
                let uri = uri.iter().map(|uri| format!("application ID URI {uri}"));
                let scope = scope.iter().map(|name| format!("scope {name} for administrators and users"));
                let why = "the vendor's guide asks for it: the Swyx clients sign in with it";
                uri.chain(scope)
                    .map(|what| line(Add, "exposed API", what, keys::SWYX_VERSION, why, Some(CHANGE)))
                    .collect()
            }
            Self::AddCertificate { certificate, .. } => {
                let what = format!("{}, valid until {}", certificate.thumbprint, day(certificate.not_after));
                let why = "the application does not have the certificate from this file";
                vec![line(Add, "certificate", what, keys::CERTIFICATE, why, Some(CHANGE))]
            }
            Self::StoreEnd(day) => {
                let (what, why) = (format!("{} {day}", keys::CREDENTIAL_ENDS), "Entra ID has this end");
                vec![line(Change, SETTINGS, what, keys::CREDENTIAL_ENDS, why, None)]
            }
            Self::StoreClientId => {
                let (what, why) = (client_id().to_string(), "the settings need the application's id");
                vec![line(Change, SETTINGS, what, client_id(), why, None)]
            }
            Self::CreatePrincipal => {
                let what = "of the application".to_owned();
                let why = "without it, the application cannot sign in here or get permissions";
                vec![line(Add, PRINCIPAL, what, client_id(), why, Some(CREATE))]
            }
            Self::RestorePrincipal { .. } => {
                let what = "restored, with the grants that it had".to_owned();
                let why = "it is deleted; without it, the application cannot sign in here or get permissions";
                vec![line(Add, PRINCIPAL, what, client_id(), why, Some(CHANGE))]
            }
            Self::EnablePrincipal => {
                let (what, why) =
                    ("sign-in enabled again".to_owned(), "the application's sign-in is disabled");
                vec![line(Change, PRINCIPAL, what, client_id(), why, Some(CHANGE))]
            }
            Self::Grant(one) => vec![permission(Add, one)],
            Self::Revoke { permission: one, .. } => vec![permission(Remove, one)],
            Self::RemoveSecret { key_id, name } => {
                let what = format!("{name}, Secret ID {key_id}");
                let why = "orphan of an interrupted run; its value cannot be in use";
                vec![line(Remove, SECRET, what, keys.client_secret(), why, Some(CHANGE))]
            }
            Self::AddSecret { why, days, place, .. } => {
                let place = place.as_deref().unwrap_or("stored in a place that the settings do not name yet");
                let what = format!("valid for {days} days, {place}");
                vec![line(Add, SECRET, what, keys.client_secret(), why, Some(CHANGE))]
            }
        }
    }
}

fn line(
    sign: Sign,
    object: &'static str,
    what: String,
    key: Key,
    reason: &str,
    role: Option<&'static str>,
) -> Line {
    Line { sign, object, what, key, reason: reason.to_owned(), role }
}

/// A permission that the mode asks for, or does not.
fn by_mode(
    (keys, mode): (Generation, Mode),
    sign: Sign,
    object: &'static str,
    permission: &Permission,
    role: &'static str,
) -> Line {
    let reason = match sign {
        Sign::Remove => permission.purpose.clone(),
        Sign::Add | Sign::Change => format!("{}: needed to {}", keys.describe_mode(mode), permission.purpose),
    };
    line(sign, object, permission.name.clone(), keys.mode(), &reason, Some(role))
}

fn renamed(name: &String) -> Line {
    let what = format!("is called {name}");
    line(Sign::Change, "application", what, keys::APPLICATION_NAME, "the settings ask for it", Some(CHANGE))
}

fn guided(guide: &Guide) -> Line {
    let what = format!("redirect URI {}, and public client flows allowed", guide.redirect);
    let why = "the vendor's guide asks for it";
    line(Sign::Change, "application", what, keys::SWYX_VERSION, why, Some(CHANGE))
}

const DECLARED: &str = "declared permission";
const PRINCIPAL: &str = "service principal";
const SECRET: &str = "client secret";
const SETTINGS: &str = "settings file";

#[cfg(test)]
mod tests {
    use super::*;

    fn permission() -> Permission {
        let purpose = "find the Teams account of each Swyx user".to_owned();
        Permission { name: "User.ReadBasic.All".to_owned(), id: Uuid::nil(), purpose }
    }

    #[test]
    fn every_tenant_change_names_the_required_role() {
        let guide = Some(Guide { redirect: "https://localhost/" });
        let one = || vec![permission()];
        for (step, count, role) in [
            (Step::CreateApplication { name: "x".to_owned(), declare: one(), guide }, 3, Some(CREATE)),
            (
                Step::ChangeApplication {
                    rename: Some("x".to_owned()),
                    declare: one(),
                    undeclare: one(),
                    guide,
                },
                4,
                Some(CHANGE),
            ),
            (Step::StoreClientId, 1, None),
            (Step::CreatePrincipal, 1, Some(CREATE)),
            (Step::RestorePrincipal { id: Uuid::nil() }, 1, Some(CHANGE)),
            (Step::EnablePrincipal, 1, Some(CHANGE)),
            (Step::Grant(permission()), 1, Some(GRANT)),
            (Step::Revoke { assignment: "a".to_owned(), permission: permission() }, 1, Some(GRANT)),
            (Step::RemoveSecret { key_id: Uuid::nil(), name: "old".to_owned() }, 1, Some(CHANGE)),
            (Step::AddSecret { after: None, why: "w".to_owned(), days: 180, place: None }, 1, Some(CHANGE)),
        ] {
            let lines = step.lines(Generation::ExpertSettings, Mode::BothWays);
            assert_eq!((lines.len(), lines[0].role), (count, role), "{step:?}");
            assert!(lines.iter().all(|line| !line.what.is_empty() && !line.reason.is_empty()));
        }
    }

    #[test]
    fn permission_steps_state_the_need_of_the_mode() {
        let grant = Step::Grant(permission()).lines(Generation::ExpertSettings, Mode::FromTeams).remove(0);
        assert_eq!((grant.sign, grant.key), (Sign::Add, keys::MODE));
        assert_eq!(grant.reason, "mode 1: needed to find the Teams account of each Swyx user");
        let permission = Permission { purpose: "mode 1 does not need it".to_owned(), ..permission() };
        let revoke = Step::Revoke { assignment: "a".to_owned(), permission }
            .lines(Generation::ExpertSettings, Mode::FromTeams)
            .remove(0);
        assert_eq!((revoke.sign, revoke.reason.as_str()), (Sign::Remove, "mode 1 does not need it"));
    }

    #[test]
    fn secret_step_shows_lifetime_and_storage() {
        let line = |place: Option<&str>| {
            let place = place.map(str::to_owned);
            Step::AddSecret { after: None, why: "there is none yet".to_owned(), days: 90, place }
                .lines(Generation::ExpertSettings, Mode::BothWays)
                .remove(0)
        };
        assert_eq!(line(Some("stored in the file x")).what, "valid for 90 days, stored in the file x");
        assert_eq!(line(None).what, "valid for 90 days, stored in a place that the settings do not name yet");
        assert_eq!(line(None).reason, "there is none yet");
    }
}
