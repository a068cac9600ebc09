//! Tokens on behalf of the administrator: device code, authorization code and refresh.
//!
//! <https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-device-code>

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::options::DeviceCode;
use super::super::random;
use super::super::shared::Shared;
use super::super::state::Tenant;
use super::super::time::later;
use super::super::token::{self, LIFETIME, Person};
use super::client::{self, Client};
use super::consent::{allowed, consent, narrowed, no_consent};
use super::form::Form;
use super::refusal::Refusal;
use super::scope::{self, RequestedScopes};
use super::sessions::{Device, Pending, Refresh};
use super::tenant::Place;

/// The lifetime of a device code in seconds.
const DEVICE_LIFE: u64 = 900;
/// The lifetime of a refresh token in seconds: 90 days.
const REFRESH_LIFE: u64 = 90 * 24 * 3600;

/// Handles `POST …/devicecode`.
pub(super) fn device_code(
    shared: &Shared,
    form: &Form,
    place: Place,
    is_german: bool,
) -> Result<Value, Refusal> {
    let directory = shared.read();
    let client = client::find(shared, &directory, form)?;
    check_place(&client, place)?;
    let asked = scope::of_user(form.need("scope")?, &shared.base, directory.tenant.id)?;
    let (device_code, user_code) = (random::opaque(), random::user_code());
    let device = Device {
        client: client.id(),
        asked,
        ends: later(shared.clock.now(), std::time::Duration::from_secs(DEVICE_LIFE)),
        polls: 0,
        is_redeemed: false,
    };
    shared.sessions().devices.insert(device_code.clone(), device);
    let address = format!("{}/devicelogin", shared.base);
    let message = if is_german {
        format!("Zur Anmeldung die Seite {address} im Browser öffnen und den Code {user_code} eingeben.")
    } else {
        format!("To sign in, open the page {address} in a browser and enter the code {user_code}.")
    };
    Ok(json!({"user_code": user_code, "device_code": device_code, "verification_uri": address,
        "expires_in": DEVICE_LIFE, "interval": shared.device.interval, "message": message}))
}

/// Handles `grant_type=urn:ietf:params:oauth:grant-type:device_code`, in either spelling.
pub(super) fn device_grant(shared: &Shared, form: &Form, place: Place) -> Result<Value, Refusal> {
    let code = form
        .get("device_code")
        .or_else(|| form.get("code"))
        .ok_or_else(|| Refusal::missing("device_code"))?;
    let asked = {
        let directory = shared.read();
        let client = client::find(shared, &directory, form)?;
        check_place(&client, place)?;
        check_credential(shared, &directory.tenant, &client, form)?;
        let asked = poll(shared, code, client.id())?;
        RequestedScopes { permissions: allowed(&directory, &client, &asked)?, ..asked }
    };
    consent(shared, form, &asked)?;
    if let Some(device) = shared.sessions().devices.get_mut(code) {
        device.is_redeemed = true;
    }
    issue(shared, form, &asked, None)
}

/// What the user has done with a code so far. Early polling has no effect: it is not known whether Entra ID answers `slow_down`. It is
/// inferred that a redeemed code gets 70019.
fn poll(shared: &Shared, code: &str, client: Uuid) -> Result<RequestedScopes, Refusal> {
    let mut sessions = shared.sessions();
    let wrong = || Refusal::new(70018, "The device code is not one that was given to this client.");
    let device = sessions.devices.get_mut(code).filter(|device| device.client == client).ok_or_else(wrong)?;
    if device.is_redeemed {
        return Err(Refusal::new(70019, "The device code was redeemed before."));
    }
    device.polls = device.polls.saturating_add(1);
    if shared.clock.now() >= device.ends
        || (shared.device.answer == DeviceCode::Expire && device.polls > shared.device.polls)
    {
        let text = "The provided value for the input parameter 'device_code' is not valid. This device code has expired.";
        return Err(Refusal::new(70020, text));
    }
    if device.polls <= shared.device.polls {
        return Err(Refusal::new(
            70016,
            "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        ));
    }
    match shared.device.answer {
        DeviceCode::Decline => {
            Err(Refusal::new(65004, "The user declined to consent to access the application."))
        }
        DeviceCode::Approve | DeviceCode::Expire => Ok(device.asked.clone()),
    }
}

/// `common` and similar are for multi-tenant applications.
pub(super) fn check_place(client: &Client<'_>, place: Place) -> Result<(), Refusal> {
    match (client, place) {
        (_, Place::Consumers) => {
            let (id, name) = (client.id(), client.name());
            let text = format!(
                "Application '{id}'({name}) is configured for accounts of an organization only. The /consumers endpoint does not serve \
                 such a request."
            );
            Err(Refusal::new(9002332, text))
        }
        (Client::Registered(application, _), Place::Common | Place::Organizations)
            if application.sign_in_audience == "AzureADMyOrg" =>
        {
            let (id, name) = (application.app_id, &application.display_name);
            let text = format!(
                "Application '{id}'({name}) is not configured as a multi-tenant application. Usage of the /common endpoint is not \
                 supported for such applications. Use a tenant-specific endpoint or configure the application to be multi-tenant."
            );
            Err(Refusal::new(50194, text))
        }
        _ => Ok(()),
    }
}

/// A public client sends no credential; any other client must send a valid one.
pub(super) fn check_credential(
    shared: &Shared,
    tenant: &Tenant,
    client: &Client<'_>,
    form: &Form,
) -> Result<(), Refusal> {
    let has_one = form.get("client_secret").is_some() || form.get("client_assertion").is_some();
    match (client.is_public(), has_one) {
        (true, false) => Ok(()),
        (true, true) if matches!(client, Client::FirstParty(..)) => Err(client::public(client.id())),
        (true, true) | (false, _) => client::authenticate(shared, tenant, client, form),
    }
}

/// The tokens for an authorization code, whose request has been checked.
pub(super) fn issue_code(shared: &Shared, form: &Form, request: &Pending) -> Result<Value, Refusal> {
    let asked = {
        let directory = shared.read();
        let client = client::find(shared, &directory, form)?;
        let permissions = allowed(&directory, &client, &request.asked)?;
        RequestedScopes { permissions, ..request.asked.clone() }
    };
    consent(shared, form, &asked)?;
    issue(shared, form, &asked, request.nonce.as_deref())
}

/// Handles `grant_type=refresh_token`. The old token stays valid, as with Entra ID.
pub(super) fn refresh_grant(shared: &Shared, form: &Form, place: Place) -> Result<Value, Refusal> {
    let token = form.need("refresh_token")?;
    let asked = {
        let directory = shared.read();
        let client = client::find(shared, &directory, form)?;
        check_place(&client, place)?;
        check_credential(shared, &directory.tenant, &client, form)?;
        let known = shared.sessions().refresh.get(token).cloned();
        let valid = known.filter(|one| one.client == client.id() && shared.clock.now() < one.ends);
        let before = valid.ok_or_else(|| {
            Refusal::new(70000, "The provided value for the input parameter 'refresh_token' is not valid.")
        })?;
        match form.get("scope") {
            None => before.asked,
            Some(scope) => {
                let asked = scope::of_user(scope, &shared.base, directory.tenant.id)?;
                narrowed(&directory, &client, asked, before.asked)?
            }
        }
    };
    issue(shared, form, &asked, None)
}

/// The response with the tokens.
fn issue(
    shared: &Shared,
    form: &Form,
    asked: &RequestedScopes,
    nonce: Option<&str>,
) -> Result<Value, Refusal> {
    let directory = shared.read();
    let client = client::find(shared, &directory, form)?;
    let tenant = directory.tenant.id;
    let Some((_, user)) = directory.users.by_id(directory.tenant.administrator) else {
        return Err(no_consent(&client));
    };
    let user =
        Person { id: user.id, user_principal_name: &user.user_principal_name, name: &user.display_name };
    let who = token::Client { id: client.id(), name: client.name(), proof: client::proof(form) };
    let now = shared.clock.now();
    let names = asked.permissions.iter().chain(asked.openid.iter().filter(|name| *name != "offline_access"));
    let names = names.cloned().collect::<Vec<_>>();
    let claims = token::delegated_claims(tenant, &asked.audience, &who, &user, &names, now, LIFETIME);
    let mut answer = Map::new();
    answer.insert("token_type".to_owned(), "Bearer".into());
    answer.insert("scope".to_owned(), granted_scopes(asked, form.get("scope")).into());
    answer.insert("expires_in".to_owned(), LIFETIME.into());
    answer.insert("ext_expires_in".to_owned(), LIFETIME.into());
    answer.insert("access_token".to_owned(), shared.keys.sign(&claims).into());
    if asked.has("offline_access") {
        let token = random::opaque();
        let ends = later(now, std::time::Duration::from_secs(REFRESH_LIFE));
        let refresh = Refresh { client: client.id(), asked: asked.clone(), ends };
        shared.sessions().refresh.insert(token.clone(), refresh);
        answer.insert("refresh_token".to_owned(), token.into());
    }
    if asked.has("openid") {
        let mut claims = token::id_claims(&shared.base, tenant, client.id(), &user, now);
        if let (Some(nonce), Some(claims)) = (nonce, claims.as_object_mut()) {
            claims.insert("nonce".to_owned(), nonce.into());
        }
        answer.insert("id_token".to_owned(), shared.keys.sign(&claims).into());
    }
    if form.get("client_info") == Some("1") {
        let info = json!({"uid": user.id, "utid": tenant}).to_string();
        answer.insert("client_info".to_owned(), URL_SAFE_NO_PAD.encode(info).into());
    }
    Ok(Value::Object(answer))
}

/// The scopes of the response: OpenID scopes as words, permissions with their resource if it is not the usual host.
fn granted_scopes(asked: &RequestedScopes, given: Option<&str>) -> String {
    let with_resource = |name: &String| match asked.audience.as_str() {
        "https://graph.microsoft.com" => name.clone(),
        audience => format!("{audience}/{name}"),
    };
    let openid = asked.openid.iter().filter(|name| *name != "offline_access").cloned();
    let mut names = openid.chain(asked.permissions.iter().map(with_resource)).collect::<Vec<_>>();
    // A client finds its token by the scope that it requested.
    let defaults = given.unwrap_or_default().split_whitespace().filter(|scope| scope.ends_with("/.default"));
    names.extend(defaults.map(str::to_owned));
    names.join(" ")
}
