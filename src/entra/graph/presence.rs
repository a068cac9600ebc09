//! Presences: reads many in one request, and sets and clears this application's own session.
//!
//! <https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>, `presence-setpresence`, `presence-clearpresence`.

use std::borrow::Cow;
use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::client::{Call, Client};
use crate::entra::GraphError;
use crate::settings::ClientId;

/// The presences of one answer, unparsed. They are read in place, because there may be 25,000 per second.
pub struct Presences(Vec<u8>);

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    value: Vec<Presence<'a>>,
}

/// The members that are read. For an unknown user, Graph returns `PresenceUnknown` or nothing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Presence<'a> {
    id: Uuid,
    #[serde(borrow)]
    availability: Cow<'a, str>,
    #[serde(borrow)]
    activity: Cow<'a, str>,
    #[serde(borrow, default)]
    sequence_number: Option<Cow<'a, str>>,
}

impl Presences {
    /// Calls `see` for each presence with its user, availability, activity and sequence number, which is
    /// empty if there is none. Returns whether the answer is valid.
    #[must_use]
    pub fn for_each(&self, mut see: impl FnMut(Uuid, &str, &str, &str)) -> bool {
        let Ok(answer) = serde_json::from_slice::<Answer<'_>>(&self.0) else { return false };
        for presence in &answer.value {
            let sequence = presence.sequence_number.as_deref().unwrap_or_default();
            see(presence.id, &presence.availability, &presence.activity, sequence);
        }
        true
    }
}

impl Client {
    /// Reads the presences of users by their object ids, at most 650.
    ///
    /// # Errors
    /// [`GraphError`]; any status but 2xx is [`GraphError::Refused`].
    pub async fn read_presences(&self, ids: &[Uuid]) -> Result<Presences, GraphError> {
        let body = json!({"ids": ids});
        let address = self.address("/communications/getPresencesByUserId");
        let call = Call { method: Method::POST, body: Some(&body), ..Call::get(&address) };
        let response = self.call(&call).await?;
        if response.status().is_success() {
            Ok(Presences(response.into_body()))
        } else {
            Err(self.refusal(&response))
        }
    }

    /// Shows a user as "In a call" (Busy/InACall) for `life`, 5 minutes to 4 hours, unless a stronger
    /// presence or one set by the user takes precedence. `session` is this application's client id, the only
    /// one that Graph accepts.
    ///
    /// # Errors
    /// [`GraphError`]; any status but 2xx is [`GraphError::Refused`].
    pub async fn set_in_a_call(
        &self,
        user: Uuid,
        session: ClientId,
        life: Duration,
    ) -> Result<(), GraphError> {
        let body = json!({
            "sessionId": session.guid(),
            "availability": "Busy",
            "activity": "InACall",
            "expirationDuration": format!("PT{}M", life.as_secs() / 60),
        });
        self.act(user, "setPresence", &body).await
    }

    /// Clears the presence that [`Client::set_in_a_call`] set. A missing session is not an error.
    ///
    /// # Errors
    /// As [`Client::set_in_a_call`].
    pub async fn clear_presence(&self, user: Uuid, session: ClientId) -> Result<(), GraphError> {
        match self.act(user, "clearPresence", &json!({"sessionId": session.guid()})).await {
            Err(GraphError::Refused { status: 404, .. }) => Ok(()),
            outcome => outcome,
        }
    }

    async fn act(&self, user: Uuid, action: &str, body: &serde_json::Value) -> Result<(), GraphError> {
        let address = self.address(&format!("/users/{user}/presence/{action}"));
        let call = Call { method: Method::POST, body: Some(body), ..Call::get(&address) };
        let response = self.call(&call).await?;
        // Microsoft does not document whether the body is empty.
        if response.status().is_success() { Ok(()) } else { Err(self.refusal(&response)) }
    }
}
