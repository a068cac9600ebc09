//! The users of the tenant, as far as `User.ReadBasic.All` shows them.
//!
//! <https://learn.microsoft.com/graph/api/user-list>. Addresses beside the mail address and the account name, and whether an account is enabled,
//! take `User.Read.All`; they are not asked for.

use std::collections::HashSet;

use serde::Deserialize;
use uuid::Uuid;

use super::client::{Call, Client, MOST_PAGES};
use super::error::{GraphError, Service, Word};

/// A user of the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamsUser {
    /// The object id.
    pub id: Uuid,
    /// The display name.
    pub name: Box<str>,
    /// The mail address.
    pub mail: Option<Box<str>>,
    /// The account name (user principal name), with which the user signs in to Teams.
    pub upn: Box<str>,
}

/// A page; what is no user is passed over.
#[derive(Deserialize)]
struct Page {
    value: Vec<Shape>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shape {
    id: Option<Uuid>,
    display_name: Option<Box<str>>,
    mail: Option<Box<str>>,
    user_principal_name: Option<Box<str>>,
}

impl Client {
    /// All users of the tenant, read in pages of 999; `so_far` hears after each page how many there are by now. Elements without an id or an
    /// account name are left out.
    ///
    /// # Errors
    /// [`GraphError`]; a page on another host is not followed.
    pub async fn teams_users(
        &self,
        mut so_far: impl FnMut(usize) + Send,
    ) -> Result<Vec<TeamsUser>, GraphError> {
        let mut users = Vec::new();
        let mut seen = HashSet::new();
        let mut address = self.address("/users?$select=id,displayName,mail,userPrincipalName&$top=999");
        loop {
            let response = self.call(&Call::get(&address)).await?;
            let (host, status) = (self.host(), response.status().as_u16());
            if !response.status().is_success() {
                return Err(self.refusal(&response));
            }
            let page = serde_json::from_slice::<Page>(response.body());
            let page = page.map_err(|_| GraphError::NotMicrosoft {
                host,
                status,
                service: Service::Graph,
                kind: Word::default(),
            })?;
            users.extend(page.value.into_iter().filter_map(user));
            so_far(users.len());
            let Some(next) = page.next else { return Ok(users) };
            if !self.is_ours(&next) {
                return Err(GraphError::PageElsewhere { host: self.host() });
            }
            if seen.len() >= MOST_PAGES || !seen.insert(next.clone()) {
                return Err(GraphError::EndlessPages { host: self.host() });
            }
            address = next;
        }
    }
}

fn user(shape: Shape) -> Option<TeamsUser> {
    let Shape { id, display_name, mail, user_principal_name } = shape;
    let mail = mail.filter(|mail| !mail.trim().is_empty());
    Some(TeamsUser { id: id?, name: display_name.unwrap_or_default(), mail, upn: user_principal_name? })
}
