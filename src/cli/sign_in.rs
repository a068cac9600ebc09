//! How a command signs in as the application: settings that may be used, a connection, and the secrets.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::check::Checked;
use crate::diagnostic::Key;
use crate::graph::{Https, Transport};
use crate::os::process::CancellationToken;
use crate::settings::reveal::reveal_within;
use crate::settings::{Secret, SecretSource, Settings, Trust, Unresolved, keys};
use crate::tenant::{Cause, Unseen};

/// The settings to sign in with, if someone may sign in with them.
pub(super) fn settings(checked: &Checked, trust: &Trust) -> Result<Settings, Unseen> {
    let settings = checked.settings().map_err(|error| match error {
        Unresolved::Errors => {
            Unseen::new(Cause::Follows, "the settings have errors; nobody signs in with them")
        }
        Unresolved::UndocumentedMode => Unseen::new(Cause::Use, error.to_string()),
    })?;
    match untrusted(checked, trust) {
        Some(why) => Err(Unseen::new(Cause::Use, why)),
        None => Ok(settings),
    }
}

/// Connections are shared by the files with the same certificate authority and proxy.
#[derive(Default)]
pub(super) struct Transports(HashMap<Way, Result<Arc<Https>, Unseen>>);

/// A certificate authority and a proxy, where the settings name them.
type Way = (Option<PathBuf>, Option<String>);

impl Transports {
    pub(super) fn of(&mut self, settings: &Settings, folder: &Path) -> Result<Arc<dyn Transport>, Unseen> {
        let ca_file = settings.access.ca_file.as_ref().map(|path| folder.join(path));
        let proxy = settings.access.proxy.as_ref().map(|proxy| proxy.as_str().to_owned());
        let made = self.0.entry((ca_file, proxy)).or_insert_with(|| {
            let https = Https::new(&settings.access, folder).map(Arc::new);
            https.map_err(|error| Unseen::new(Cause::Use, error.to_string()))
        });
        made.clone().map(|https| https as Arc<dyn Transport>)
    }
}

/// The client secret, from where it is kept, within `limit`.
pub(super) async fn secret(
    settings: &Settings,
    folder: PathBuf,
    trust: &Trust,
    limit: Duration,
    cancellation: &CancellationToken,
) -> Result<Secret, Unseen> {
    match settings.client_secret.clone() {
        Some(source) => fetched(&keys::CLIENT_SECRET, source, folder, trust, limit, cancellation).await,
        None => {
            let why = "`control_center.MsTeamsClientSecret` is not set; signing in takes a client secret";
            Err(Unseen::new(Cause::Use, why))
        }
    }
}

/// The secret of `key`, from where it is kept. A command may take its time, so this has a thread of its own.
pub(super) async fn fetched(
    key: &Key,
    source: SecretSource,
    folder: PathBuf,
    trust: &Trust,
    limit: Duration,
    cancellation: &CancellationToken,
) -> Result<Secret, Unseen> {
    let trust = trust.clone();
    // Also ended when the time limit is over, or the task is dropped.
    let own = cancellation.child_token();
    let _cancel = own.drop_guard();
    let limits = own.into();
    let fetching = tokio::task::spawn_blocking(move || reveal_within(&source, &folder, &trust, &limits));
    match tokio::time::timeout(limit, fetching).await {
        Err(_) => Err(Unseen::new(Cause::Silence, format!("`{key}`: it was not fetched in time"))),
        Ok(Ok(Ok(secret))) => Ok(secret),
        Ok(Ok(Err(error))) => Err(Unseen::new(Cause::Use, format!("`{key}`: {error}"))),
        Ok(Err(_)) => Err(Unseen::new(Cause::Use, format!("`{key}`: it could not be fetched"))),
    }
}

/// Why a file is not used to sign in or to fetch secrets: it needs trust that was not given.
pub(super) fn untrusted(checked: &Checked, trust: &Trust) -> Option<String> {
    checked.draft()?.untrusted(trust).map(|untrusted| untrusted.to_string())
}
