//! The tenant's users, compact enough for 100,000 of them, found by id, name or place.

use std::collections::HashMap;

use uuid::Uuid;

/// A user. Members: <https://learn.microsoft.com/en-us/graph/api/resources/user>.
#[derive(Clone, Debug)]
pub(super) struct User {
    /// The object id.
    pub(super) id: Uuid,
    /// The name shown.
    pub(super) display_name: Box<str>,
    /// The first name.
    pub(super) given_name: Option<Box<str>>,
    /// The last name.
    pub(super) surname: Option<Box<str>>,
    /// The mail address.
    pub(super) mail: Option<Box<str>>,
    /// The sign-in name.
    pub(super) user_principal_name: Box<str>,
    /// Further addresses, `SMTP:` before the primary, `smtp:` before aliases.
    pub(super) proxy_addresses: Box<[Box<str>]>,
    /// Whether the account may sign in.
    pub(super) account_enabled: bool,
    /// A guest, not a member.
    pub(super) is_guest: bool,
    /// Has Teams, and so a presence.
    pub(super) has_teams: bool,
}

/// All users, in the order in which lists show them.
#[derive(Default)]
pub(super) struct Users {
    objects: Vec<User>,
    by_id: HashMap<Uuid, u32>,
    by_name: HashMap<Box<str>, u32>,
}

impl Users {
    /// All users in order; a user's place is the index.
    pub(super) fn as_slice(&self) -> &[User] {
        &self.objects
    }

    /// The place of the user with that id.
    pub(super) fn place(&self, id: Uuid) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    /// The user with that id, with the place.
    pub(super) fn by_id(&self, id: Uuid) -> Option<(u32, &User)> {
        let place = self.place(id)?;
        Some((place, self.objects.get(place as usize)?))
    }

    /// The user with that sign-in name, without regard to case, with the place.
    pub(super) fn by_name(&self, name: &str) -> Option<(u32, &User)> {
        let place = self.by_name.get(name.to_lowercase().as_str()).copied()?;
        Some((place, self.objects.get(place as usize)?))
    }

    /// Adds one; of two with one id or sign-in name the first is found.
    pub(super) fn add(&mut self, user: User) {
        let place = u32::try_from(self.objects.len()).unwrap_or(u32::MAX);
        self.by_id.entry(user.id).or_insert(place);
        self.by_name.entry(user.user_principal_name.to_lowercase().into_boxed_str()).or_insert(place);
        self.objects.push(user);
    }
}
