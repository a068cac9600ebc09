//! The initial users of the emulated SwyxServer.

use super::file::{StateError, SwyxState, SwyxUserState};
use super::gateway::{Status, SwyxServer, SwyxUser};
use super::state::Directory;
use super::users::User;

/// The maximum length of an id in characters.
const MAX_ID_LEN: usize = 200;
/// The numbers of unnamed users start after this one.
const NUMBERS: usize = 1_000;

/// Creates SwyxServer with the users of the state, otherwise with those of Teams.
pub(super) fn server(state: &SwyxState, directory: &Directory) -> Result<SwyxServer, StateError> {
    let settable = match &state.settable {
        None => Status::SETTABLE.to_vec(),
        Some(names) => names.iter().map(|name| settable(name)).collect::<Result<_, _>>()?,
    };
    let mut server = SwyxServer::new(settable);
    match &state.users {
        Some(named) => {
            for (place, user) in named.iter().enumerate() {
                let user = self::named(user).ok_or(StateError::SwyxId(place))?;
                if !server.add(user) {
                    return Err(StateError::Duplicate("ids of SwyxServer's users"));
                }
            }
        }
        None => {
            let members = directory.users.as_slice().iter();
            let members = members.filter(|user| user.id != directory.tenant.administrator);
            let members = members.filter(|user| {
                user.has_teams && !user.is_guest && (user.mail.is_some() || state.emails_as_mailed)
            });
            for (count, member) in members.enumerate() {
                server.add(of_member(member, NUMBERS + 1 + count, state.emails_as_mailed));
            }
        }
    }
    Ok(server)
}

fn settable(name: &str) -> Result<Status, StateError> {
    let status = name.parse::<Status>().ok().filter(|status| Status::SETTABLE.contains(status));
    status.ok_or(StateError::SwyxStatus)
}

fn named(state: &SwyxUserState) -> Option<SwyxUser> {
    user(&state.id, state.name.as_deref().unwrap_or(&state.id), state.email.as_deref(), state.enabled)
}

/// A user, if the id is valid.
pub(super) fn user(id: &str, name: &str, email: Option<&str>, enabled: bool) -> Option<SwyxUser> {
    let is_id = (1..=MAX_ID_LEN).contains(&id.chars().count());
    is_id.then(|| SwyxUser { id: id.into(), name: name.into(), email: email.map(Box::from), enabled })
}

fn of_member(member: &User, number: usize, as_mailed: bool) -> SwyxUser {
    let email =
        if as_mailed { member.mail.clone() } else { Some(member.user_principal_name.to_lowercase().into()) };
    SwyxUser { id: number.to_string().into(), name: member.display_name.clone(), email, enabled: true }
}
