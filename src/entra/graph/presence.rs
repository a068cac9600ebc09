//! Presences: reads many in one request, and sets and clears this application's own session.
//!
//! <https://learn.microsoft.com/graph/api/cloudcommunications-getpresencesbyuserid>, `presence-setpresence`, `presence-clearpresence`.

use std::borrow::Cow;
use std::time::Duration;

use http::Method;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::client::{Call, Client, not_microsoft};
use crate::entra::GraphError;
use crate::http::{Response, media_type};
use crate::settings::ClientId;

/// The presences of one answer, unparsed. They are read in place, because there may be 25,000 per second.
pub struct Presences {
    response: Response,
    host: String,
}

/// Its elements are parsed one by one, because one odd element must not cost the others.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
}

/// What is still readable of an odd presence.
#[derive(Deserialize)]
struct Odd {
    id: Uuid,
}

/// One element of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PresenceElement<'a> {
    /// A presence.
    Presence {
        /// The object id of the user.
        user: Uuid,
        /// `availability`, as Graph spells it.
        availability: &'a str,
        /// `activity`.
        activity: &'a str,
        /// `sequenceNumber`; empty if there is none.
        sequence: &'a str,
    },
    /// An element without a valid id, availability or activity, with the user's object id if that is valid.
    Unreadable(Option<Uuid>),
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

impl Presence<'_> {
    fn element(&self) -> PresenceElement<'_> {
        PresenceElement::Presence {
            user: self.id,
            availability: &self.availability,
            activity: &self.activity,
            sequence: self.sequence_number.as_deref().unwrap_or_default(),
        }
    }
}

impl Presences {
    /// Calls `see` for each element. One that is not in the documented format does not affect the others.
    ///
    /// # Errors
    /// [`GraphError::NotMicrosoft`] for an answer that is not a list.
    pub fn for_each(&self, mut see: impl FnMut(PresenceElement<'_>)) -> Result<(), GraphError> {
        let answer = serde_json::from_slice::<Answer<'_>>(self.response.body());
        let answer = answer.map_err(|_| not_microsoft(self.host.clone(), &self.response))?;
        for element in answer.value {
            match serde_json::from_str::<Presence<'_>>(element.get()) {
                Ok(presence) => see(presence.element()),
                Err(_) => {
                    let odd = serde_json::from_str::<Odd>(element.get());
                    see(PresenceElement::Unreadable(odd.ok().map(|odd| odd.id)));
                }
            }
        }
        Ok(())
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
            Ok(Presences { response, host: self.host() })
        } else {
            Err(self.refusal(&response))
        }
    }

    /// Shows a user as "In a call" (Busy/InACall) for `life`, 5 minutes to 4 hours, unless a stronger
    /// presence or one set by the user takes precedence. `session` is this application's client id, the only
    /// one that Graph accepts.
    ///
    /// # Errors
    /// [`GraphError`]; any status but 2xx is [`GraphError::Refused`], and a 2xx of another party, such as a captive
    /// portal, is [`GraphError::NotMicrosoft`].
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

    /// Clears the presence that [`Client::set_in_a_call`] set, and returns whether there was one. A missing session is not an error.
    ///
    /// # Errors
    /// As [`Client::set_in_a_call`].
    pub async fn clear_presence(&self, user: Uuid, session: ClientId) -> Result<bool, GraphError> {
        match self.act(user, "clearPresence", &json!({"sessionId": session.guid()})).await {
            Err(GraphError::Refused { status: 404, .. }) => Ok(false),
            outcome => outcome.map(|()| true),
        }
    }

    async fn act(&self, user: Uuid, action: &str, body: &serde_json::Value) -> Result<(), GraphError> {
        let address = self.address(&format!("/users/{user}/presence/{action}"));
        let call = Call { method: Method::POST, body: Some(body), ..Call::get(&address) };
        let response = self.call(&call).await?;
        if is_success(&response) { Ok(()) } else { Err(self.refusal(&response)) }
    }
}

/// Whether Graph carried out an action. Microsoft does not document whether the body is empty, so JSON without an error is accepted
/// too. A captive portal answers 200 with a page, and must not count.
fn is_success(response: &Response) -> bool {
    let body = response.body().trim_ascii();
    let is_page = media_type(response).eq_ignore_ascii_case("text/html");
    let is_sound = || {
        let answer = serde_json::from_slice::<serde_json::Value>(body);
        answer.is_ok_and(|answer| answer.get("error").is_none())
    };
    response.status().is_success() && !is_page && (body.is_empty() || is_sound())
}
