//! Sign-in in a browser: the page on which the administrator agrees, and the code for it.
//!
//! <https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow>, RFC 7636. The page shows the emulated
//! administrator and asks for no password. It is inferred that errors return by GET even if the answer was requested by POST.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::{StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use url::Url;

use super::super::message::{Request, Response};
use super::super::random;
use super::super::shared::Shared;
use super::super::state::Directory;
use super::super::time::later;
use super::client::{self, Client};
use super::form::Form;
use super::page::{error_page, escape, form_page};
use super::refusal::{Refusal, repeated};
use super::scope;
use super::sessions::{AuthorizationCode, Pending};
use super::tenant;
use super::user::{check_place, issue_code};

/// The lifetime of a code; Microsoft's page says about 10 minutes.
const CODE_LIFE: Duration = Duration::from_secs(600);
/// The challenge method that is emulated.
const S256: &str = "S256";

/// Handles `GET /{tenant}/oauth2/v2.0/authorize`: the sign-in page, a redirect with an error, or a page with an error.
pub(super) fn ask(shared: &Shared, request: &Request, segment: &str) -> Response {
    let query = Form::of_query(request);
    match open(shared, &query, segment) {
        Ok(page) => page,
        Err(failure) => match *failure {
            (refusal, None) => error_page("Sign in", &refusal),
            (refusal, Some(back)) => returned(&back, query.get("state"), &refusal),
        },
    }
}

/// A refusal, with the address that may learn of it. Boxed, because both are large.
type Failure = Box<(Refusal, Option<Url>)>;

fn open(shared: &Shared, query: &Form, segment: &str) -> Result<Response, Failure> {
    let alone = |refusal| Box::new((refusal, None));
    let directory = shared.read();
    let place = tenant::place(segment, &directory.tenant).map_err(alone)?;
    let client = client::find(shared, &directory, query).map_err(alone)?;
    check_place(&client, place).map_err(alone)?;
    let asked = query.need("redirect_uri").map_err(alone)?;
    let back = redirect(&client, asked).map_err(alone)?;
    let pending =
        pending(shared, &directory, &client, query).map_err(|refusal| Box::new((refusal, Some(back))))?;
    let name = directory.users.by_id(directory.tenant.administrator);
    let name = name.map(|(_, user)| user.user_principal_name.clone()).unwrap_or_default();
    let text = format!(
        "{} asks {} for: {}",
        escape(client.name()),
        escape(&name),
        escape(&pending.asked.permissions.join(", "))
    );
    let ticket = random::opaque();
    let action = format!("/{}/oauth2/v2.0/authorize", directory.tenant.id);
    let page = form_page(
        "Sign in",
        &text,
        &action,
        &[("ticket", &ticket)],
        &[("accept", "Sign in"), ("cancel", "Cancel")],
    );
    shared.sessions().pending.insert(ticket, pending);
    Ok(page)
}

fn pending(
    shared: &Shared,
    directory: &Directory,
    client: &Client<'_>,
    query: &Form,
) -> Result<Pending, Refusal> {
    if query.need("response_type")? != "code" {
        return Err(Refusal::new(700054, "The response_type is not enabled for the application."));
    }
    let by_post = match query.get("response_mode") {
        None | Some("query") => false,
        Some("form_post") => true,
        Some(_) => return Err(Refusal::new(900144, "The response_mode is not emulated.")),
    };
    let challenge = match (query.get("code_challenge"), query.get("code_challenge_method")) {
        (None, _) => None,
        (Some(challenge), Some(S256)) if (43..=128).contains(&challenge.len()) => Some(challenge.to_owned()),
        (Some(_), Some(S256)) => {
            return Err(Refusal::new(501491, "The size of the Code_Challenge parameter is invalid."));
        }
        (Some(_), _) => return Err(Refusal::new(501481, "Only the code_challenge_method S256 is emulated.")),
    };
    Ok(Pending {
        client: client.id(),
        asked: scope::of_user(query.need("scope")?, &shared.base, directory.tenant.id)?,
        redirect_uri: query.need("redirect_uri")?.to_owned(),
        challenge,
        by_post,
        state: query.get("state").map(str::to_owned),
        nonce: query.get("nonce").map(str::to_owned),
    })
}

/// The address for the answer, if it is registered. For `http://localhost`, any port matches; path and host must be equal.
fn redirect(client: &Client<'_>, asked: &str) -> Result<Url, Refusal> {
    let registered = match client {
        Client::FirstParty(..) => vec!["http://localhost".to_owned()],
        Client::Registered(application, _) => {
            let platforms = ["web", "spa", "publicClient"].into_iter();
            let lists =
                platforms.filter_map(|name| application.other.get(name)?.get("redirectUris")?.as_array());
            lists.flatten().filter_map(|address| address.as_str().map(str::to_owned)).collect()
        }
    };
    let matches = |known: &String| known == asked || is_same_but_port(known, asked);
    let address = asked.parse().ok().filter(|_| registered.iter().any(matches));
    address.ok_or_else(|| {
        let (shown, id) = (repeated(asked), client.id());
        Refusal::new(
            50011,
            format!(
                "The redirect URI '{shown}' specified in the request does not match the redirect URIs configured for the application \
                 '{id}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal."
            ),
        )
    })
}

fn is_same_but_port(known: &str, asked: &str) -> bool {
    let (Ok(known), Ok(mut asked)) = (known.parse::<Url>(), asked.parse::<Url>()) else { return false };
    if known.scheme() != "http" || known.host_str() != Some("localhost") {
        return false;
    }
    asked.set_port(known.port()).is_ok() && asked == known
}

/// Handles `POST /{tenant}/oauth2/v2.0/authorize`: the answer of the administrator.
pub(super) fn answer(shared: &Shared, request: &Request) -> Response {
    let form = match Form::of(request) {
        Ok(form) => form,
        Err(refusal) => return error_page("Sign in", &refusal),
    };
    let pending = form.get("ticket").and_then(|ticket| shared.sessions().pending.remove(ticket));
    let Some(pending) = pending else {
        return error_page(
            "Sign in",
            &Refusal::new(165_000, "The sign-in page was used before. Start again."),
        );
    };
    let Ok(back) = pending.redirect_uri.parse::<Url>() else {
        return error_page("Sign in", &Refusal::new(50011, "The redirect URI is not valid."));
    };
    if form.get("answer") != Some("accept") {
        let refusal = Refusal::new(65004, "User declined to consent to access the app.");
        return returned(&back, pending.state.as_deref(), &refusal);
    }
    let code = random::opaque();
    let (state, by_post) = (pending.state.clone(), pending.by_post);
    let ends = later(shared.clock.now(), CODE_LIFE);
    let issued = AuthorizationCode { request: pending, ends, is_redeemed: false };
    shared.sessions().codes.insert(code.clone(), issued);
    let mut fields = vec![("code", code.as_str())];
    fields.extend(state.as_deref().map(|state| ("state", state)));
    if by_post { posted(&back, &fields) } else { redirected(back, &fields) }
}

/// A page that posts itself to the address, with a button for browsers without scripts.
fn posted(back: &Url, fields: &[(&str, &str)]) -> Response {
    form_page(
        "Working",
        "Continue to finish the sign-in.",
        back.as_str(),
        fields,
        &[("continue", "Continue")],
    )
}

fn redirected(mut back: Url, fields: &[(&str, &str)]) -> Response {
    back.query_pairs_mut().extend_pairs(fields);
    Response::empty(StatusCode::FOUND).with(header::LOCATION, back.as_str())
}

fn returned(back: &Url, state: Option<&str>, refusal: &Refusal) -> Response {
    let text = format!("AADSTS{}: {}", refusal.code, refusal.text);
    let word = if refusal.code == 65004 { "access_denied" } else { "invalid_request" };
    let mut fields = vec![("error", word), ("error_description", text.as_str())];
    fields.extend(state.map(|state| ("state", state)));
    redirected(back.clone(), &fields)
}

/// Handles `grant_type=authorization_code`. Which code a missing verifier has is inferred.
pub(super) fn redeem(shared: &Shared, form: &Form, place: tenant::Place) -> Result<Value, Refusal> {
    let code = form.need("code")?;
    let address = form.need("redirect_uri")?;
    let client = {
        let directory = shared.read();
        let client = client::find(shared, &directory, form)?;
        check_place(&client, place)?;
        super::user::check_credential(shared, &directory.tenant, &client, form)?;
        client.id()
    };
    let request = {
        let mut sessions = shared.sessions();
        let issued = sessions.codes.get_mut(code).filter(|issued| issued.request.client == client);
        let issued =
            issued.ok_or_else(|| Refusal::new(70000, "The provided authorization code is not valid."))?;
        if issued.is_redeemed {
            let text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code.";
            return Err(Refusal::new(54005, text));
        }
        if shared.clock.now() >= issued.ends {
            let text = "The provided authorization code or refresh token has expired due to inactivity.";
            return Err(Refusal::new(70008, text));
        }
        if issued.request.redirect_uri != address {
            let text = "The reply address does not match the reply address provided when requesting Authorization code.";
            return Err(Refusal::new(500112, text));
        }
        check_verifier(issued.request.challenge.as_deref(), form.get("code_verifier"))?;
        issued.is_redeemed = true;
        issued.request.clone()
    };
    issue_code(shared, form, &request)
}

fn check_verifier(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), Refusal> {
    let Some(challenge) = challenge else { return Ok(()) };
    let hash = |verifier: &str| URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    if verifier.is_some_and(|verifier| (43..=128).contains(&verifier.len()) && hash(verifier) == challenge) {
        return Ok(());
    }
    let text = "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
    Err(Refusal::new(501481, text))
}
