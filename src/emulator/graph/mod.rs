//! Microsoft Graph, version 1.0, and applications and service principals in its beta version: a pure function from request to response.
//!
//! | path | file |
//! |---|---|
//! | `/applications`, `/directory/deletedItems` | `applications`, `passwords`, `keys`, `owners`, `deleted`; their JSON in `application_json` |
//! | `/servicePrincipals`, `…/appRoleAssignedTo`, `…/appRoleAssignments` | `service_principals`, `role_assignments`; `service_principal_json` |
//! | `/oauth2PermissionGrants` | `grants` |
//! | `/users`, `/me` | `users` |
//! | `…/presence`, `/communications` | `presences`, on the value `presence` |
//! | `/organization`, `/domains`, `/policies` | `organization` |
//! | `/$batch` | `batch` |
//!
//! Shared parts: `call`, `kind`, `body`, `access`, `refusal`, `odata`.
//!
//! Each call refers to its page on learn.microsoft.com. Calls that are not emulated are rejected, never half implemented.

mod access;
mod application_json;
mod application_lookup;
mod applications;
mod batch;
mod body;
mod call;
mod deleted;
mod grants;
mod keys;
mod kind;
mod odata;
mod organization;
mod owners;
mod passwords;
pub(super) mod presence;
mod presences;
mod refusal;
mod role_assignments;
mod scopes;
mod service_principal_json;
mod service_principal_lookup;
mod service_principals;
mod users;

use call::Call;
use odata::{Options, Path};

use super::error::GraphError;
use super::message::{Request, Response};
use super::shared::Shared;
use super::token::Caller;

/// Handles a request below `/v1.0` with an accepted token, except a batch.
pub(super) fn handle(shared: &Shared, caller: &Caller, request: &Request) -> Response {
    let now = shared.clock.now();
    let answer = route(shared, caller, request, now);
    answer.unwrap_or_else(|error| error.response(&request.ids, now))
}

/// Handles a batch; `answer_part` handles each part as a separate request.
pub(super) fn handle_batch(
    shared: &Shared,
    caller: &Caller,
    request: &Request,
    answer_part: fn(&Shared, &Caller, &Request) -> Response,
) -> Response {
    let answer = batch::run(shared, caller, request, answer_part);
    answer.unwrap_or_else(|error| error.response(&request.ids, shared.clock.now()))
}

/// The starts of the paths that the beta version has here.
pub(super) const IN_BETA: [&str; 2] = ["/beta/applications", "/beta/servicePrincipals"];

fn route(
    shared: &Shared,
    caller: &Caller,
    request: &Request,
    now: jiff::Timestamp,
) -> Result<Response, GraphError> {
    let path = Path::parse(&request.path)?;
    let call = Call { shared, caller, request, path, options: Options::parse(request)?, now };
    match call.path.names().first().copied().unwrap_or_default() {
        "applications" => applications::route(&call),
        "servicePrincipals" => service_principals::route(&call),
        "oauth2PermissionGrants" => grants::route(&call),
        "users" => users::route(&call),
        "me" => users::route_me(&call),
        "communications" => presences::route_communications(&call),
        "directory" => deleted::route(&call),
        "organization" => organization::route(&call),
        "domains" => organization::route_domains(&call),
        "policies" => organization::route_policies(&call),
        name => Err(refusal::no_segment(name)),
    }
}
