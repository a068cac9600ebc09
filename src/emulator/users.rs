//! The tenant's users, compact enough for 100,000 of them, found by id, name or position.

use std::collections::HashMap;

use uuid::Uuid;

/// A user. Members: <https://learn.microsoft.com/en-us/graph/api/resources/user>.
#[derive(Clone, Debug)]
pub(super) struct User {
    /// The object id.
    pub(super) id: Uuid,
    /// The displayed name.
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

/// All users, in the order of lists.
#[derive(Default)]
pub(super) struct Users {
    objects: Vec<User>,
    by_id: HashMap<Uuid, u32>,
    by_name: HashMap<Box<str>, u32>,
}

impl Users {
    /// All users in order; a user's position is the index.
    pub(super) fn as_slice(&self) -> &[User] {
        &self.objects
    }

    /// The position of the user with that id.
    pub(super) fn place(&self, id: Uuid) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    /// The user with that id, with the position.
    pub(super) fn by_id(&self, id: Uuid) -> Option<(u32, &User)> {
        let place = self.place(id)?;
        Some((place, self.objects.get(place as usize)?))
    }

    /// The user with that sign-in name, ignoring case, with the position.
    pub(super) fn by_name(&self, name: &str) -> Option<(u32, &User)> {
        let place = self.by_name.get(name.to_lowercase().as_str()).copied()?;
        Some((place, self.objects.get(place as usize)?))
    }

    /// Adds one; if an id or sign-in name is repeated, the first user is found.
    pub(super) fn add(&mut self, user: User) {
        let place = u32::try_from(self.objects.len()).unwrap_or(u32::MAX);
        self.by_id.entry(user.id).or_insert(place);
        self.by_name.entry(user.user_principal_name.to_lowercase().into_boxed_str()).or_insert(place);
        self.objects.push(user);
    }
}

impl Users {
    /// Whether no two users have the same sign-in name.
    pub(super) fn has_distinct_names(&self) -> bool {
        self.by_name.len() == self.objects.len()
    }
}

const FIRST: [&str; 24] = [
    "Anna", "Ben", "Carla", "David", "Eva", "Felix", "Greta", "Hans", "Ida", "Jonas", "Katrin", "Lukas",
    "Maria", "Nils", "Olga", "Paul", "Rita", "Stefan", "Tanja", "Uwe", "Vera", "Willi", "Yvonne", "Zeno",
];
const LAST: [&str; 20] = [
    "Albrecht", "Bauer", "Conrad", "Dietz", "Engel", "Fischer", "Graf", "Hahn", "Jung", "Keller", "Lang",
    "Maier", "Neumann", "Otto", "Peters", "Richter", "Schulz", "Thiel", "Vogel", "Weber",
];

/// The plain user with that number: a member whose mail address is the sign-in name.
pub(super) fn plain(number: usize, id: Uuid, domain: &str) -> User {
    let first = FIRST.get(number % FIRST.len()).copied().unwrap_or_default();
    let last = LAST.get(number / FIRST.len() % LAST.len()).copied().unwrap_or_default();
    // The names repeat after 480 users, then with a number.
    let again = match number / (FIRST.len() * LAST.len()) {
        0 => String::new(),
        again => format!(".{again}"),
    };
    let name = format!("{}.{}{again}@{domain}", first.to_lowercase(), last.to_lowercase());
    User {
        id,
        display_name: format!("{first} {last}").into(),
        given_name: Some(first.into()),
        surname: Some(last.into()),
        mail: Some(name.as_str().into()),
        proxy_addresses: [format!("SMTP:{name}").into()].into(),
        user_principal_name: name.into(),
        account_enabled: true,
        is_guest: false,
        has_teams: true,
    }
}

/// The tenant's Global Administrator, without a mailbox.
pub(super) fn administrator(id: Uuid, domain: &str) -> User {
    User {
        id,
        display_name: "Global Administrator".into(),
        given_name: None,
        surname: None,
        mail: None,
        user_principal_name: format!("admin@{domain}").into(),
        proxy_addresses: Box::default(),
        account_enabled: true,
        is_guest: false,
        has_teams: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_users_have_unique_names_and_lookup_ignores_case() {
        let mut users = Users::default();
        for number in 0..2000 {
            users.add(plain(number, Uuid::from_u128(number as u128), "contoso.example"));
        }
        assert!(users.has_distinct_names());
        assert_eq!(users.by_name("ANNA.albrecht.2@Contoso.example").map(|(place, _)| place), Some(960));
        assert_eq!(users.by_id(Uuid::from_u128(77)).map(|(place, _)| place), Some(77));
        assert_eq!(users.by_name("nobody@contoso.example").map(|(place, _)| place), None);
    }
}
