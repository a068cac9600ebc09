//! Microsoft Graph: the users of a tenant, as far as `User.ReadBasic.All` shows them.
//!
//! Each page is read from its bytes straight into users, so that 100,000 of them take little memory on the way.
//! Sources: <https://learn.microsoft.com/graph/api/user-list>, <https://learn.microsoft.com/graph/permissions-reference#userreadbasicall>.

use std::collections::HashSet;

use serde::Deserialize;
use uuid::Uuid;

use super::client::{Call, Client, Pages};
use crate::entra::GraphError;
use crate::text::guid;

/// All users, in pages as large as Graph makes them.
const USERS: &str = "/users?$select=id,displayName,mail,userPrincipalName&$top=999";

/// A user as Teams and Entra ID know one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamsUser {
    /// The object id.
    pub id: Uuid,
    /// `displayName`; empty where Graph shows none.
    pub name: Box<str>,
    /// `mail`, the primary SMTP address. Not every user has one, and it is not promised to be unique.
    pub mail: Option<Box<str>>,
    /// `userPrincipalName`, the account name. A guest's has `#EXT#` in it.
    pub upn: Box<str>,
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
    /// The user; nothing without an id or an account name.
    fn user(self) -> Option<TeamsUser> {
        Some(TeamsUser {
            id: guid(&self.id?)?,
            name: self.display_name.unwrap_or_default(),
            mail: self.mail.filter(|mail| !mail.is_empty()),
            upn: self.user_principal_name.filter(|upn| !upn.is_empty())?,
        })
    }
}

impl Client {
    /// All users of the tenant, guests and rooms among them, in the order in which Graph lists them, each once. What has no id or no
    /// account name is left out, and counted in the log.
    ///
    /// # Errors
    /// [`GraphError`]; with 403 the application may not read users. A page on another host is not followed.
    pub async fn teams_users(&self) -> Result<Vec<TeamsUser>, GraphError> {
        let mut users = Vec::new();
        let mut known = HashSet::new();
        let mut left_out = 0_usize;
        let mut pages = Pages::default();
        let mut address = self.address(USERS);
        loop {
            let page = self.decoded::<PageShape>(&Call::get(&address)).await?;
            for shape in page.value {
                match shape.user() {
                    // A list that changes while it is read shows some users on two pages.
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
            tracing::warn!(left_out, "users without an id or an account name were left out");
        }
        Ok(users)
    }
}
