//! Bearer tokens: their claims from Entra ID, and what an accepted token means to Graph.
//!
//! Claims of a version 1.0 token, as Graph's are:
//! <https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference>.

use axum::http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::GraphError;
use super::hosts::GRAPH_HOSTS;
use super::permissions::GRAPH_APP_ID;
use super::random;
use super::shared::Shared;

/// The lifetime of a token in seconds.
pub(super) const LIFETIME: i64 = 3599;

/// The id of the directory role Global Administrator, the same in every tenant.
///
/// <https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference>
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

/// The caller of Graph, from the accepted token.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The client's application id (claim `appid`).
    pub(super) client_id: Uuid,
    /// What the call may do.
    pub(super) kind: Kind,
}

/// On whose behalf a call is made.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// The application itself, with the roles of its token; none without consent.
    Application {
        /// Names of application permissions.
        roles: Vec<String>,
    },
    /// A user, with the scopes of the token.
    Delegated {
        /// Names of delegated permissions.
        scopes: Vec<String>,
        /// The user's object id.
        user_id: Uuid,
    },
}

/// The client of a token.
pub(super) struct Client<'a> {
    /// The application id.
    pub(super) id: Uuid,
    /// Its name.
    pub(super) name: &'a str,
    /// How it authenticated.
    pub(super) proof: Proof,
}

/// How a client authenticated. Source: <https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// Not at all: it is a public client.
    None,
    /// With a secret.
    Secret,
    /// With a certificate.
    Certificate,
}

impl Proof {
    /// The claim `appidacr`.
    fn claim(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Secret => "1",
            Self::Certificate => "2",
        }
    }
}

/// The user of a token.
pub(super) struct Person<'a> {
    /// The object id.
    pub(super) id: Uuid,
    /// The sign-in name.
    pub(super) user_principal_name: &'a str,
    /// The displayed name.
    pub(super) name: &'a str,
}

/// Claims of every token: times and opaque marks.
fn common(tenant: Uuid, now: Timestamp, lifetime: i64) -> Value {
    let second = now.as_second();
    json!({"iat": second, "nbf": second, "exp": second.saturating_add(lifetime), "aio": random::opaque(),
        "rh": random::opaque(), "uti": random::opaque(), "tid": tenant})
}

fn joined(mut claims: Value, more: Value) -> Value {
    if let (Value::Object(claims), Value::Object(more)) = (&mut claims, more) {
        claims.extend(more);
    }
    claims
}

/// The issuer of version 1.0 tokens.
fn issuer(tenant: Uuid) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// Claims of an application's own token. Without roles, the claim `roles` is missing.
pub(super) fn application_claims(
    tenant: Uuid,
    audience: &str,
    client: &Client<'_>,
    principal: Uuid,
    roles: &[&str],
    now: Timestamp,
) -> Value {
    let mut claims = joined(
        common(tenant, now, LIFETIME),
        json!({"aud": audience, "iss": issuer(tenant), "appid": client.id, "app_displayname": client.name,
            "appidacr": client.proof.claim(), "idtyp": "app", "oid": principal, "sub": principal, "ver": "1.0"}),
    );
    if !roles.is_empty()
        && let Some(claims) = claims.as_object_mut()
    {
        claims.insert("roles".to_owned(), json!(roles));
    }
    claims
}

/// Claims of a token on behalf of the administrator, for that many seconds.
pub(super) fn delegated_claims(
    tenant: Uuid,
    audience: &str,
    client: &Client<'_>,
    user: &Person<'_>,
    scopes: &[String],
    now: Timestamp,
    lifetime: i64,
) -> Value {
    joined(
        common(tenant, now, lifetime),
        json!({"aud": audience, "iss": issuer(tenant), "appid": client.id, "app_displayname": client.name,
            "appidacr": client.proof.claim(), "idtyp": "user", "oid": user.id,
            "sub": pairwise(client.id, user.id), "upn": user.user_principal_name,
            "unique_name": user.user_principal_name, "name": user.name, "scp": scopes.join(" "),
            "wids": [GLOBAL_ADMINISTRATOR], "ver": "1.0"}),
    )
}

/// Claims of an id token: <https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference>.
pub(super) fn id_claims(base: &str, tenant: Uuid, client: Uuid, user: &Person<'_>, now: Timestamp) -> Value {
    joined(
        common(tenant, now, LIFETIME),
        json!({"aud": client, "iss": format!("{base}/{tenant}/v2.0"), "name": user.name, "oid": user.id,
            "preferred_username": user.user_principal_name, "email": user.user_principal_name,
            "sub": pairwise(client, user.id), "ver": "2.0"}),
    )
}

/// A subject that differs per client, as documented for `sub`.
fn pairwise(client: Uuid, user: Uuid) -> String {
    Uuid::new_v5(&client, user.as_bytes()).simple().to_string()
}

/// Accepts the bearer token of a request to Graph.
pub(super) fn accept(shared: &Shared, headers: &HeaderMap) -> Result<Caller, GraphError> {
    let refused =
        |message: &str| GraphError::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message);
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = match token.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            token.trim()
        }
        _ => return Err(refused("Access token is empty.")),
    };
    let claims = shared.keys.verify(token).map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidSignature => {
            refused("Access token validation failure. Invalid signature.")
        }
        _ => refused("The token is not a well-formed JSON Web Token."),
    })?;
    let audience = text(&claims, "aud");
    let is_ours = audience == shared.base || audience == GRAPH_APP_ID.to_string();
    if !is_ours && !GRAPH_HOSTS.contains(&audience) {
        return Err(refused("Access token validation failure. Invalid audience."));
    }
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64).unwrap_or_default();
    // The start time allows a clock difference of 5 minutes.
    let now = shared.clock.now().as_second();
    if now >= seconds("exp") || now + 300 < seconds("nbf") {
        return Err(refused("Lifetime validation failed, the token is expired."));
    }
    caller(&claims).ok_or_else(|| refused("Access token validation failure."))
}

fn text<'a>(claims: &'a Value, name: &str) -> &'a str {
    claims.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn caller(claims: &Value) -> Option<Caller> {
    let client_id = text(claims, "appid").parse().ok()?;
    let kind = match claims.get("scp").and_then(Value::as_str) {
        Some(scopes) => Kind::Delegated {
            scopes: scopes.split_whitespace().map(str::to_owned).collect(),
            user_id: text(claims, "oid").parse().ok()?,
        },
        None => {
            let roles = claims.get("roles").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            Kind::Application { roles: roles.iter().filter_map(Value::as_str).map(str::to_owned).collect() }
        }
    };
    Some(Caller { client_id, kind })
}
