//! Relates the users of SwyxServer and Entra ID, and applies events to them.

use super::gateway::SwyxServer;
use super::shared::Shared;
use super::state::Directory;
use super::users::User;

/// Starts or ends a call, and writes a change to the journal.
pub(super) fn call(shared: &Shared, place: u32, in_call: bool) {
    let mut swyx = shared.swyx_mut();
    if swyx.call(place, in_call) {
        let id = swyx.user(place).map(|user| &*user.id);
        shared.write_journal(id, if in_call { "call" } else { "hangup" }, None);
    }
}

/// Writes an event of a Teams user to the journal, with the id in SwyxServer.
pub(super) fn write_journal(shared: &Shared, user: Option<&User>, what: &'static str, value: Option<&str>) {
    let swyx = shared.swyx();
    let place = user.and_then(|user| of_teams_user(&swyx, user));
    let id = place.and_then(|place| swyx.user(place)).map(|user| &*user.id);
    shared.write_journal(id, what, value);
}

/// The position in SwyxServer of a Teams user.
pub(super) fn of_teams_user(swyx: &SwyxServer, user: &User) -> Option<u32> {
    let by_mail = || user.mail.as_ref().and_then(|mail| swyx.by_email(mail));
    swyx.by_email(&user.user_principal_name).or_else(by_mail)
}

/// The position in Entra ID of a user, given by object id, sign-in name, or an id of SwyxServer.
pub(super) fn teams_place(shared: &Shared, directory: &Directory, user: &str) -> Option<u32> {
    let by_id = user.parse().ok().and_then(|id| directory.users.place(id));
    let own = by_id.or_else(|| directory.users.by_name(user).map(|(place, _)| place));
    own.or_else(|| {
        let swyx = shared.swyx();
        let place = swyx.place(user).or_else(|| swyx.by_email(user))?;
        let email = swyx.user(place)?.email.as_ref()?;
        let by_name = directory.users.by_name(email).map(|(place, _)| place);
        by_name.or_else(|| by_mail(directory, email))
    })
}

fn by_mail(directory: &Directory, email: &str) -> Option<u32> {
    let email = email.to_lowercase();
    let has_it = |user: &User| user.mail.as_ref().is_some_and(|mail| mail.to_lowercase() == email);
    u32::try_from(directory.users.as_slice().iter().position(has_it)?).ok()
}
