//! The secret store of each system.

use keyring_core::{Entry, Result, get_default_store};

/// The service of all entries.
const SERVICE: &str = "swyx-teams";

/// Opens the entry of a name: in the store that the program chose, otherwise in that of the system. The store is opened
/// each time, because the Secret Service may have been restarted since.
pub(crate) fn open_entry(name: &str) -> Result<Entry> {
    match get_default_store() {
        Some(store) => Entry::new_in_store(&store, SERVICE, name),
        None => open_in_system(name),
    }
}

#[cfg(windows)]
fn open_in_system(name: &str) -> Result<Entry> {
    use keyring_core::api::CredentialStoreApi;

    // The default target would be `NAME.swyx-teams`, and the default persistence would copy the secret to other machines
    // of the domain.
    let target = format!("{SERVICE}/{name}");
    let modifiers = [("target", target.as_str()), ("persistence", "Local")].into();
    windows_native_keyring_store::Store::new()?.build(SERVICE, name, Some(&modifiers))
}

#[cfg(target_os = "macos")]
fn open_in_system(name: &str) -> Result<Entry> {
    use keyring_core::api::CredentialStoreApi;

    apple_native_keyring_store::keychain::Store::new()?.build(SERVICE, name, None)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn open_in_system(name: &str) -> Result<Entry> {
    use keyring_core::api::CredentialStoreApi;

    // The label is what password managers of desktops show.
    let label = format!("{SERVICE}/{name}");
    let modifiers = [("label", label.as_str())].into();
    zbus_secret_service_keyring_store::Store::new()?.build(SERVICE, name, Some(&modifiers))
}
