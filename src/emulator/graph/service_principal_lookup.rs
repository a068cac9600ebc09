//! Finds service principals that are currently visible to the caller.

use uuid::Uuid;

use super::call::{Call, guid, unknown};
use super::odata::Key;
use super::refusal::{bad_request, no_resource};
use crate::emulator::error::GraphError;
use crate::emulator::state::{Directory, ServicePrincipal};

/// The service principal with that key, if it is visible.
pub(super) fn find<'d>(
    call: &Call<'_>,
    directory: &'d Directory,
    key: Key<'_>,
) -> Result<&'d ServicePrincipal, GraphError> {
    let found = match key {
        Key::Id(id) => directory.service_principals.get(guid(id)?),
        Key::Alternate("appId", id) => directory.service_principals.by_app_id(guid(id)?),
        Key::Alternate(name, _) => {
            return Err(bad_request(format!("'{name}' is no key of a service principal.")));
        }
    };
    found.filter(|principal| is_seen(call, principal)).ok_or_else(|| unknown(key))
}

/// Whether it is visible: not too new, and not deleted.
pub(super) fn is_seen(call: &Call<'_>, principal: &ServicePrincipal) -> bool {
    call.sees(principal.created) && principal.deleted.is_none()
}

/// The name of the service principal with that id.
pub(super) fn name_of(directory: &Directory, id: Uuid) -> Result<&str, GraphError> {
    directory
        .service_principals
        .get(id)
        .map(|principal| principal.display_name.as_str())
        .ok_or_else(|| no_resource(id))
}
