//! What keeps a plan from being made: something that a person has to decide.

use crate::entra::snapshot::objects::{Deleted, Namesake, Objects};
use crate::settings::{ClientId, Wanted, keys};

use super::day::day;
use super::name;

/// Why nothing can be planned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Obstacle {
    /// The settings name an application that is not there.
    #[error(
        "`{key}`: there is no application {0} in this tenant; is it the right tenant, and its Application (client) ID, not an object id? One that was made in the last minutes may not be seen everywhere yet. To have a new application made, take that line out of the file",
        key = keys::CLIENT_ID
    )]
    NotThere(ClientId),
    /// The settings name an application of another tenant.
    #[error(
        "`{key}`: the application {0} is registered in another tenant, and only that one's administrators can provision it; to have an own one made, take that line out of the file",
        key = keys::CLIENT_ID
    )]
    Foreign(ClientId),
    /// The application was deleted, and can be restored.
    #[error("{}", deleted(.0, *.1))]
    Deleted(Box<Deleted>, Restoring),
    /// Several applications bear the display name.
    #[error("{}", namesakes(.0, .1))]
    Namesakes(String, Vec<Namesake>),
    /// Graph has no such permission in this tenant.
    #[error(
        "Microsoft Graph has no application permission {0} in this tenant; is it in a cloud without presence?"
    )]
    NoSuchPermission(&'static str),
    /// A permission has another id than Microsoft's pages say.
    #[error(
        "the permission {0} has another id in this tenant than Microsoft's pages say for the global cloud; nothing is granted on such ground. Is `{cloud}` right?",
        cloud = keys::CLOUD
    )]
    StrangePermission(&'static str),
}

/// What is to be done instead of restoring a deleted application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restoring {
    /// The settings name its id.
    OrForget,
    /// It bears the unique name that a new one would get.
    OrRename,
}

impl Obstacle {
    /// Whether something stands in the way of a new application.
    pub(super) fn to_a_new_one(wanted: &Wanted, objects: &Objects) -> Result<(), Self> {
        if let Some(id) = wanted.client_id {
            return Err(match objects.deleted.iter().find(|deleted| deleted.client_id == id) {
                Some(deleted) => Self::Deleted(Box::new(deleted.clone()), Restoring::OrForget),
                None if objects.is_foreign => Self::Foreign(id),
                None => Self::NotThere(id),
            });
        }
        if objects.namesakes.len() > 1 {
            return Err(Self::Namesakes(wanted.name().to_owned(), objects.namesakes.clone()));
        }
        let unique_name = name::unique_name(wanted.name());
        let is_ours = |deleted: &&Deleted| deleted.unique_name.as_deref() == Some(unique_name.as_str());
        match objects.deleted.iter().find(is_ours) {
            Some(deleted) => Err(Self::Deleted(Box::new(deleted.clone()), Restoring::OrRename)),
            None => Ok(()),
        }
    }
}

fn deleted(deleted: &Deleted, restoring: Restoring) -> String {
    let instead = match restoring {
        Restoring::OrForget => format!("to have a new one made, take `{}` out of the file", keys::CLIENT_ID),
        Restoring::OrRename => format!(
            "or delete it there for good, or give a new one another name: swyx-teams set {} NAME",
            keys::APPLICATION_NAME
        ),
    };
    format!("{}; {instead}", restorable(deleted))
}

/// That an application was deleted, and how it is restored.
/// Source: <https://learn.microsoft.com/graph/api/directory-deleteditems-restore>.
pub(super) fn restorable(deleted: &Deleted) -> String {
    let Deleted { id, client_id, name, at, .. } = deleted;
    let when = at.map(|at| format!(" on {}", day(at))).unwrap_or_default();
    format!(
        "the application {name} ({client_id}) was deleted{when}, and can be restored for 30 days: in the Entra portal under App registrations, Deleted applications, or in Microsoft Graph by POST /directory/deletedItems/{id}/restore"
    )
}

fn namesakes(name: &str, all: &[Namesake]) -> String {
    let each = all.iter().map(|one| match one.created {
        Some(created) => format!("{} (made on {})", one.client_id, day(created)),
        None => one.client_id.to_string(),
    });
    format!(
        "{} applications are called {name}: {}; say which one is meant: swyx-teams set {} ID",
        all.len(),
        each.collect::<Vec<_>>().join(", "),
        keys::CLIENT_ID
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
        crate::check::bytes("a.toml", text.into_bytes(), false).wanted().expect("no errors")
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
        }
    }

    fn deleted(unique_name: Option<String>) -> Deleted {
        Deleted {
            id: Uuid::max(),
            client_id: id(),
            name: "SwyxMSTeamsPresenceSync".to_owned(),
            unique_name,
            at: Some("2026-02-03T12:00:00Z".parse().expect("a time")),
        }
    }

    fn obstacle(wanted: &Wanted, objects: &Objects) -> String {
        Obstacle::to_a_new_one(wanted, objects).map_or_else(|why| why.to_string(), |()| String::new())
    }

    #[test]
    fn an_id_in_the_settings_stands_for_that_application_and_no_new_one() {
        let (wanted, mut objects) = (wanted(true), objects());
        let why = obstacle(&wanted, &objects);
        assert!(why.contains(&format!("there is no application {ID} in this tenant")), "{why}");
        assert!(why.contains("made in the last minutes"), "{why}");
        objects.is_foreign = true;
        let why = obstacle(&wanted, &objects);
        assert!(why.contains("registered in another tenant"), "{why}");
        objects.deleted.push(deleted(None));
        let why = obstacle(&wanted, &objects);
        assert!(why.contains("was deleted on 2026-02-03, and can be restored for 30 days"), "{why}");
        assert!(why.contains(&format!("deletedItems/{}/restore", Uuid::max())), "{why}");
        assert!(
            why.ends_with("to have a new one made, take `control_center.MsTeamsClientId` out of the file"),
            "{why}"
        );
    }

    #[test]
    fn without_an_id_a_name_that_is_taken_stands_in_the_way() {
        let (wanted, mut objects) = (wanted(false), objects());
        assert_eq!(obstacle(&wanted, &objects), "");
        // One with the same display name only is no obstacle.
        objects.deleted.push(deleted(None));
        assert_eq!(obstacle(&wanted, &objects), "");
        objects.deleted.push(deleted(Some(name::unique_name(wanted.name()))));
        let why = obstacle(&wanted, &objects);
        assert!(
            why.contains("can be restored") && why.contains("swyx-teams set entra.application_name NAME"),
            "{why}"
        );
        let namesake = |created| Namesake { client_id: id(), created };
        objects.namesakes = vec![namesake(None), namesake(Some(objects.seen_at))];
        let why = obstacle(&wanted, &objects);
        assert!(why.starts_with("2 applications are called SwyxMSTeamsPresenceSync"), "{why}");
        assert!(why.contains(&format!("{ID}, {ID} (made on 2026-03-01)")), "{why}");
    }
}
