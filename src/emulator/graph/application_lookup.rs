//! Finds application registrations that are currently visible to the caller.

use super::call::{Call, guid, unknown};
use super::odata::Key;
use super::refusal::bad_request;
use crate::emulator::error::GraphError;
use crate::emulator::state::{Application, Directory};

/// The application with that key, if it is visible.
pub(super) fn find<'d>(
    call: &Call<'_>,
    directory: &'d Directory,
    key: Key<'_>,
) -> Result<&'d Application, GraphError> {
    let mut all = directory.applications.iter();
    let found = match key {
        Key::Id(id) => {
            let id = guid(id)?;
            all.find(|application| application.id == id)
        }
        Key::Alternate("appId", app_id) => {
            let app_id = guid(app_id)?;
            all.find(|application| application.app_id == app_id)
        }
        Key::Alternate("uniqueName", name) => {
            all.find(|application| application.unique_name.as_deref() == Some(name))
        }
        Key::Alternate(name, _) => return Err(bad_request(format!("'{name}' is no key of an application."))),
    };
    found.filter(|application| call.sees(application.created)).ok_or_else(|| unknown(key))
}
