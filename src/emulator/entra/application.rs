//! Tokens for an application itself, by its client secret or certificate.
//!
//! <https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

use serde_json::{Value, json};
use uuid::Uuid;

use super::super::permissions;
use super::super::shared::Shared;
use super::super::state::Directory;
use super::super::token::{self, LIFETIME};
use super::client::{self, Client};
use super::form::Form;
use super::refusal::Refusal;
use super::scope;
use super::tenant::Place;

/// Answers `grant_type=client_credentials`.
pub(super) fn grant(shared: &Shared, form: &Form, place: Place) -> Result<Value, Refusal> {
    match place {
        Place::Tenant => {}
        Place::Common | Place::Consumers => {
            let text = "The grant type isn't supported over the /common or /consumers endpoints. Please use the /organizations or \
                        tenant-specific endpoint.";
            return Err(Refusal::new(9001023, text));
        }
        // Which code this place has is inferred.
        Place::Organizations => {
            let text = "No tenant-identifying information found in either the request or implied by any provided credentials.";
            return Err(Refusal::new(50059, text));
        }
    }
    let directory = shared.read();
    let client = client::find(shared, &directory, form)?;
    let scope = form.need("scope")?;
    let audience = scope::of_application(scope, &shared.base, directory.tenant.id)?;
    if !directory.is_graph_enabled() {
        let text = "The service principal for resource 'https://graph.microsoft.com' is disabled. This indicate that a subscription within \
                    the tenant has lapsed, or that the administrator for this tenant has disabled the application, preventing tokens \
                    from being issued for it.";
        return Err(Refusal::new(500014, text));
    }
    client::authenticate(shared, &directory.tenant, &client, form)?;
    let Client::Registered(application, principal) = &client else {
        return Err(client::public(client.id()));
    };
    let roles = roles(shared, &directory, principal.id);
    let who =
        token::Client { id: application.app_id, name: &application.display_name, proof: client::proof(form) };
    let now = shared.clock.now();
    let claims = token::application_claims(directory.tenant.id, &audience, &who, principal.id, &roles, now);
    Ok(json!({"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME,
        "access_token": shared.keys.sign(&claims)}))
}

/// The names of the roles that a service principal has been granted on Microsoft Graph.
fn roles(shared: &Shared, directory: &Directory, principal: Uuid) -> Vec<&'static str> {
    let graph = directory.graph_id();
    let assignments = directory.app_role_assignments.iter();
    let mine = assignments.filter(|one| one.principal_id == principal && Some(one.resource_id) == graph);
    let seen = mine.filter(|assignment| shared.is_replicated(assignment.created));
    seen.filter_map(|assignment| permissions::role_by_id(assignment.app_role_id)).collect()
}
