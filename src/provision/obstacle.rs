//! What keeps a plan from being made: something that a person has to decide.

use crate::settings::{ClientId, Wanted, keys};
use crate::tenant::objects::{Deleted, Namesake, Objects};

use super::name;
use super::plan::day;

/// Why nothing can be planned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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
