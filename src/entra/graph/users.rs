//! Microsoft Graph: the users of a tenant, with the properties that `User.ReadBasic.All` allows.
//!
//! Each page is deserialized directly into users, so that 100,000 of them need little memory. Sources:
//! <https://learn.microsoft.com/graph/api/user-list>,
//! <https://learn.microsoft.com/graph/permissions-reference#userreadbasicall>.

use std::collections::HashSet;

use serde::Deserialize;
use uuid::Uuid;

use super::client::{Call, Client, Pages};
use crate::entra::GraphError;
use crate::text::parse_guid;

/// The request for all users, with the maximum page size.
const USERS: &str = "/users?$select=id,displayName,mail,userPrincipalName&$top=999";

/// A user of Teams and Entra ID.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TeamsUser {
    /// The object id.
    pub id: Uuid,
    /// `displayName`; empty if Graph returns none.
    pub name: Box<str>,
    /// `mail`, the primary SMTP address. Not every user has one, and it may not be unique.
    pub mail: Option<Box<str>>,
    /// `userPrincipalName`, the account name. A guest's account name contains `#EXT#`.
    pub upn: Box<str>,
}

impl TeamsUser {
    /// Creates a user without a display name and without `mail`.
    pub fn new(id: Uuid, upn: impl Into<Box<str>>) -> Self {
        Self { id, name: Box::default(), mail: None, upn: upn.into() }
    }
}

#[derive(Deserialize)]
struct PageShape {
    value: Vec<UserShape>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserShape {
    id: Option<Box<str>>,
    display_name: Option<Box<str>>,
    mail: Option<Box<str>>,
    user_principal_name: Option<Box<str>>,
}

impl UserShape {
    /// Returns the user, or `None` without an id or an account name.
    fn user(self) -> Option<TeamsUser> {
        Some(TeamsUser {
            id: parse_guid(&self.id?)?,
            name: self.display_name.unwrap_or_default(),
            mail: self.mail.filter(|mail| !mail.is_empty()),
            upn: self.user_principal_name.filter(|upn| !upn.is_empty())?,
        })
    }
}

impl Client {
    /// Returns all users of the tenant, including guests and rooms, in Graph's order, each once. Users
    /// without an id or an account name are skipped, and counted in the log.
    ///
    /// # Errors
    /// [`GraphError`]; 403 means that the application is not allowed to read users. A page on another host is
    /// not requested.
    pub async fn list_teams_users(&self) -> Result<Vec<TeamsUser>, GraphError> {
        let mut users = Vec::new();
        let mut known = HashSet::new();
        let mut left_out = 0_usize;
        let mut pages = Pages::default();
        let mut address = self.address(USERS);
        loop {
            let page = self.decoded::<PageShape>(&Call::get(&address)).await?;
            for shape in page.value {
                match shape.user() {
                    // If a list changes while it is read, a user may appear on two pages.
                    Some(user) if known.insert(user.id) => users.push(user),
                    Some(_) => {}
                    None => left_out += 1,
                }
            }
            let Some(next) = page.next else { break };
            pages.turn(self, &next, users.len())?;
            address = next;
        }
        if left_out > 0 {
            tracing::warn!(left_out, "users without an id or an account name were skipped");
        }
        Ok(users)
    }
}
