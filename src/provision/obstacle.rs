//! Reasons why no plan can be made until an administrator decides.

use crate::certificate::CertificateError;
use crate::entra::snapshot::objects::{Application, Deleted, Namesake, Objects};
use crate::entra::snapshot::{DisabledReason, SecretSeen};
use crate::settings::{ClientId, Generation, SwyxVersion, Wanted, keys};

use super::day::day;
use super::name;

/// Why nothing can be planned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Obstacle {
    /// The settings name an application that does not exist.
    #[error(
        "`{key}`: no application {0} in this tenant; check that the tenant is right and that this is an Application (client) ID, not an object id. A new application can take some minutes to become visible. To have a new application created, remove that line from the file",
        key = .1.client_id()
    )]
    NotThere(ClientId, Generation),
    /// The settings name an application of another tenant.
    #[error(
        "`{key}`: the application {0} is registered in another tenant, whose administrators must provision it; to have a new application created in this tenant, remove that line from the file",
        key = .1.client_id()
    )]
    Foreign(ClientId, Generation),
    /// The application is deleted, but can be restored.
    #[error("{}", deleted(.0, *.1))]
    Deleted(Box<Deleted>, Restoring),
    /// Several applications have the display name.
    #[error("{}", namesakes(.0, .1, *.2))]
    Namesakes(String, Vec<Namesake>, Generation),
    /// Several secrets begin like the stored one; the text lists them.
    #[error(
        "several client secrets of the application begin like the stored one, so any of them may be it: {0}; nothing was changed. Compare the Secret IDs with your records, then run swyx-teams rotate with --stored SECRET_ID"
    )]
    AmbiguousSecrets(String),
    /// Graph lacks such a permission in this tenant.
    #[error(
        "Microsoft Graph has no application permission {0} in this tenant; is the tenant in a cloud without presence?"
    )]
    NoSuchPermission(&'static str),
    /// The registration is disabled.
    #[error("{0}; nothing was changed. To solve it: {1}")]
    Disabled(&'static str, &'static str),
    /// The certificate in the settings cannot be used.
    #[error("`{key}`: {0}", key = keys::CERTIFICATE)]
    Certificate(CertificateError),
    /// A policy forbids new client secrets.
    #[error(
        "a policy of this tenant (application management policy) forbids new client secrets, so none can be created; nothing was changed. Ask the policy's administrator to exempt this application or your account. {0}"
    )]
    SecretsForbidden(&'static str),
    /// A policy limits the lifetime of client secrets.
    #[error(
        "a policy of this tenant (application management policy) limits a new client secret to {max} days, but `{lifetime}` is {days}; nothing was changed. Set a shorter lifetime and an earlier renewal: `swyx-teams set {renewal} {earlier} {lifetime} {max}`",
        lifetime = keys::SECRET_LIFETIME_DAYS,
        renewal = keys::RENEW_BEFORE_DAYS,
        earlier = (*max / 4).max(1)
    )]
    LifetimeCapped {
        /// The lifetime in the settings.
        days: u16,
        /// The maximum.
        max: i64,
    },
    /// A permission has a different id than in Microsoft's documentation.
    #[error(
        "the permission {0} has a different id in this tenant than Microsoft documents for the global cloud, so it is not granted; check that `{cloud}` is right",
        cloud = keys::CLOUD
    )]
    StrangePermission(&'static str),
}

/// The alternative to restoring a deleted application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restoring {
    /// The settings name its id, in the table of this generation.
    OrForget(Generation),
    /// It has the unique name that a new application would get.
    OrRename,
}

impl Obstacle {
    /// It is unclear which of these secrets is the stored one.
    pub(super) fn ambiguous(secrets: &[&SecretSeen]) -> Self {
        let name = |secret: &SecretSeen| secret.name.clone().unwrap_or_else(|| "without a name".to_owned());
        let all = secrets.iter().map(|secret| format!("{} ({})", secret.key_id, name(secret)));
        Self::AmbiguousSecrets(all.collect::<Vec<_>>().join(", "))
    }

    /// Whether something prevents a new client secret. If that is unknown, adds a note.
    pub(super) fn to_a_new_secret(
        wanted: &Wanted,
        objects: &Objects,
        notes: &mut Vec<String>,
    ) -> Result<(), Self> {
        let policy = match &objects.secret_policy {
            Ok(policy) => policy,
            Err(why) => {
                notes.push(format!(
                    "whether a policy of this tenant forbids a new client secret is unknown: {}",
                    why.reason
                ));
                return Ok(());
            }
        };
        let obstacle = if policy.forbids_secrets {
            Some(Self::SecretsForbidden(instead_of_a_secret(wanted)))
        } else {
            let max = policy.max_days.filter(|max| *max < i64::from(wanted.secret_lifetime_days));
            max.map(|max| Self::LifetimeCapped { days: wanted.secret_lifetime_days, max })
        };
        match obstacle {
            Some(obstacle) if policy.has_exempt_accounts => {
                notes
                    .push(format!("this works only if your account is exempt, which is unknown: {obstacle}"));
            }
            Some(obstacle) => return Err(obstacle),
            None => {}
        }
        if !policy.unknown.is_empty() {
            notes.push(format!(
                "a policy of this tenant has restrictions that this program does not know, and may refuse the new client secret: {}",
                policy.unknown.join(", ")
            ));
        }
        Ok(())
    }

    /// Whether something prevents a new client secret that replaces one.
    pub(super) fn to_a_rotation(
        wanted: &Wanted,
        objects: &Objects,
        application: &Application,
    ) -> Result<(), Self> {
        // A rotation shows no notes; a refusal names the policy.
        Self::of_status(application).and_then(|()| Self::to_a_new_secret(wanted, objects, &mut Vec::new()))
    }

    /// Whether the registration of the application is disabled.
    pub(super) fn of_status(application: &Application) -> Result<(), Self> {
        match application.status.list_reasons().first() {
            Some(DisabledReason { reason, cure, .. }) => Err(Self::Disabled(reason, cure)),
            None => Ok(()),
        }
    }

    /// Whether something prevents a new application.
    pub(super) fn to_a_new_one(wanted: &Wanted, objects: &Objects) -> Result<(), Self> {
        if let Some(id) = wanted.client_id {
            return Err(match objects.deleted.iter().find(|deleted| deleted.client_id == id) {
                Some(deleted) => Self::Deleted(Box::new(deleted.clone()), Restoring::OrForget(wanted.keys)),
                None if objects.is_foreign => Self::Foreign(id, wanted.keys),
                None => Self::NotThere(id, wanted.keys),
            });
        }
        if objects.namesakes.len() > 1 {
            return Err(Self::Namesakes(wanted.name().to_owned(), objects.namesakes.clone(), wanted.keys));
        }
        let unique_name = name::unique_name(wanted.name());
        let is_ours = |deleted: &&Deleted| deleted.unique_name.as_deref() == Some(unique_name.as_str());
        match objects.deleted.iter().find(is_ours) {
            Some(deleted) => Err(Self::Deleted(Box::new(deleted.clone()), Restoring::OrRename)),
            None => Ok(()),
        }
    }
}

/// What SwyxWare accepts instead of a client secret.
fn instead_of_a_secret(wanted: &Wanted) -> &'static str {
    match wanted.swyx_version {
        Some(version) if version >= SwyxVersion::FEDERATED_SERVICES => {
            "Or use a certificate, which this version of SwyxWare also accepts"
        }
        Some(_) => {
            "This version of SwyxWare accepts only a client secret; 14.20 and later also accept a certificate"
        }
        None => {
            "SwyxWare up to 14.10 accepts only a client secret; 14.20 and later also accept a certificate"
        }
    }
}

fn deleted(deleted: &Deleted, restoring: Restoring) -> String {
    let instead = match restoring {
        Restoring::OrForget(table) => {
            format!("to have a new one created, remove `{}` from the file", table.client_id())
        }
        Restoring::OrRename => format!(
            "or delete it permanently there, or set another name for the new one: `swyx-teams set {} NAME`",
            keys::APPLICATION_NAME
        ),
    };
    format!("{}; {instead}", restorable(deleted))
}

/// Says that an application is deleted, and how to restore it.
/// Source: <https://learn.microsoft.com/graph/api/directory-deleteditems-restore>.
pub(super) fn restorable(deleted: &Deleted) -> String {
    let Deleted { id, client_id, name, at, principal, .. } = deleted;
    let when = at.map(|at| format!(" on {}", day(at))).unwrap_or_default();
    let then = match principal {
        Some(principal) => {
            format!(", then its service principal by POST /directory/deletedItems/{principal}/restore")
        }
        None => ", then run swyx-teams apply, which creates its service principal".to_owned(),
    };
    format!(
        "the application {name} ({client_id}) was deleted{when}, and can be restored for 30 days: in the Entra portal under App registrations, Deleted applications, or in Microsoft Graph by POST /directory/deletedItems/{id}/restore{then}"
    )
}

fn namesakes(name: &str, all: &[Namesake], table: Generation) -> String {
    let each = all.iter().map(|one| match one.created {
        Some(created) => format!("{} (created on {})", one.client_id, day(created)),
        None => one.client_id.to_string(),
    });
    format!(
        "{} applications have the name {name}: {}; choose one: `swyx-teams set {} ID`",
        all.len(),
        each.collect::<Vec<_>>().join(", "),
        table.client_id()
    )
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::entra::snapshot::objects::GraphPrincipal;

    const ID: &str = "7d3f1c2a-5b6e-4a8d-9c0b-2e4f6a8c0d1e";

    fn wanted(names_an_id: bool) -> Wanted {
        let id = if names_an_id { format!("MsTeamsClientId = \"{ID}\"\n") } else { String::new() };
        let text = format!(
            "[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"97235f07-e226-4f63-ace3-39588e11d3a1\"\n{id}"
        );
        crate::check::check_bytes("a.toml", text.into_bytes(), false).wanted().expect("no errors")
    }

    fn id() -> ClientId {
        ClientId::new(ID.parse().expect("an id"))
    }

    fn objects() -> Objects {
        Objects {
            seen_at: "2026-03-01T12:00:00Z".parse().expect("a time"),
            graph: GraphPrincipal { id: Uuid::nil(), roles: Default::default() },
            application: None,
            namesakes: Vec::new(),
            deleted: Vec::new(),
            is_foreign: false,
            secret_policy: Ok(Default::default()),
        }
    }

    fn deleted(unique_name: Option<String>) -> Deleted {
        Deleted {
            id: Uuid::max(),
            client_id: id(),
            name: "SwyxMSTeamsPresenceSync".to_owned(),
            unique_name,
            at: Some("2026-02-03T12:00:00Z".parse().expect("a time")),
            principal: None,
        }
    }

    fn obstacle(wanted: &Wanted, objects: &Objects) -> String {
        Obstacle::to_a_new_one(wanted, objects).map_or_else(|why| why.to_string(), |()| String::new())
    }

    #[test]
    fn configured_client_id_without_application_is_an_obstacle() {
        let (wanted, mut objects) = (wanted(true), objects());
        let why = obstacle(&wanted, &objects);
        assert!(why.contains(&format!("no application {ID} in this tenant")), "{why}");
        assert!(why.contains("can take some minutes to become visible"), "{why}");
        objects.is_foreign = true;
        let why = obstacle(&wanted, &objects);
        assert!(why.contains("registered in another tenant"), "{why}");
        objects.deleted.push(deleted(None));
        let why = obstacle(&wanted, &objects);
        assert!(why.contains("was deleted on 2026-02-03, and can be restored for 30 days"), "{why}");
        assert!(why.contains(&format!("deletedItems/{}/restore", Uuid::max())), "{why}");
        assert!(
            why.ends_with("to have a new one created, remove `control_center.MsTeamsClientId` from the file"),
            "{why}"
        );
        let table = Generation::FederatedServices;
        let why = obstacle(&Wanted { keys: table, ..wanted }, &objects);
        assert!(why.ends_with("remove `federated_services.client_id` from the file"), "{why}");
    }

    #[test]
    fn taken_application_name_is_an_obstacle() {
        let (wanted, mut objects) = (wanted(false), objects());
        assert_eq!(obstacle(&wanted, &objects), "");
        // An application with only the same display name is no obstacle.
        objects.deleted.push(deleted(None));
        assert_eq!(obstacle(&wanted, &objects), "");
        objects.deleted.push(deleted(Some(name::unique_name(wanted.name()))));
        let why = obstacle(&wanted, &objects);
        assert!(
            why.contains("can be restored") && why.contains("`swyx-teams set entra.application_name NAME`"),
            "{why}"
        );
        let namesake = |created| Namesake { client_id: id(), created };
        objects.namesakes = vec![namesake(None), namesake(Some(objects.seen_at))];
        let why = obstacle(&wanted, &objects);
        assert!(why.starts_with("2 applications have the name SwyxMSTeamsPresenceSync"), "{why}");
        assert!(why.contains(&format!("{ID}, {ID} (created on 2026-03-01)")), "{why}");
    }
}
