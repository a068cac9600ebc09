//! Connects a checked settings file to Entra ID, Microsoft Graph and the gateway.
//!
//! Every command that connects uses [`Connection::open`], the only function that decides whether a file is trusted. Fetching a secret has
//! a time limit and can be cancelled.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::zeroize::Zeroizing;

use crate::check::Checked;
use crate::diagnostic::Key;
use crate::endpoint::Endpoint;
use crate::entra::graph::Client;
use crate::entra::sign_in::{Credential, KeyError, SigningKey};
use crate::entra::snapshot::{Cause, Unseen};
use crate::http::{Https, Limits, PauseObserver, Transport};
use crate::os::process::CancellationToken;
use crate::os::{FileVersion, ReadError};
use crate::provision::WantedCertificate;
use crate::secret::keyring::KeyringError;
use crate::secret::{RevealError, Secret, SecretSource, Trust, reveal_key, reveal_within};
use crate::settings::{Access, Automation, Settings, Thumbprint, keys};
use crate::swyx::Gateway;

/// What a connection may use.
#[derive(Clone)]
pub(super) struct ConnectionPolicy {
    /// The hosts and commands that the user trusts.
    pub(super) trust: Trust,
    /// Cancels the commands that print secrets.
    pub(super) cancellation: CancellationToken,
    /// Receives the pauses of clients of Microsoft Graph.
    pub(super) pause_observer: Option<PauseObserver>,
}

/// A connection to the tenant and the gateway of one trusted settings file.
pub(super) struct Connection {
    access: Access,
    transport: Arc<dyn Transport>,
    /// The base folder of relative paths in the settings file.
    folder: PathBuf,
    policy: ConnectionPolicy,
}

impl Connection {
    /// Prepares the connection for the settings `checked` in `folder`, with `access`. Sends nothing yet.
    ///
    /// # Errors
    /// The user did not give the trust that the file needs, or its certificate authority or proxy cannot be used.
    pub(super) fn open(
        checked: &Checked,
        folder: &Path,
        access: &Access,
        policy: &ConnectionPolicy,
        transports: &mut Transports,
    ) -> Result<Self, Unseen> {
        match untrusted(checked, &policy.trust) {
            Some(why) => Err(Unseen::new(Cause::Use, why)),
            None => Ok(Self::over(transports.of(access, folder)?, folder, access, policy)),
        }
    }

    /// Like `open`, over an existing transport.
    pub(super) fn over(
        transport: Arc<dyn Transport>,
        folder: &Path,
        access: &Access,
        policy: &ConnectionPolicy,
    ) -> Self {
        Self { access: access.clone(), transport, folder: folder.to_path_buf(), policy: policy.clone() }
    }

    /// The transport for requests.
    pub(super) fn transport(&self) -> &Arc<dyn Transport> {
        &self.transport
    }

    /// The tenant and how to reach it.
    pub(super) fn access(&self) -> &Access {
        &self.access
    }

    /// Whether the user trusts everything that the settings file names.
    pub(super) fn trusts_everything(&self) -> bool {
        self.policy.trust.allows_everything()
    }

    /// A client of Microsoft Graph.
    pub(super) fn client(&self, credential: Credential, limits: Limits) -> Client {
        let mut client = Client::new(&self.access, credential, Arc::clone(&self.transport), limits);
        if let Some(observer) = &self.policy.pause_observer {
            client.observe_pauses(Arc::clone(observer));
        }
        client
    }

    /// A client of the gateway.
    pub(super) fn gateway(&self, address: &Endpoint, token: Secret, limits: Limits) -> Gateway {
        Gateway::new(address, token, Arc::clone(&self.transport), limits)
    }

    /// The thumbprint of the certificate that the settings name.
    pub(super) fn thumbprint(&self, settings: &Settings) -> Result<Thumbprint, Unseen> {
        let read = WantedCertificate::read(&settings.credential, &self.folder);
        let read = read.map_err(|why| Unseen::new(Cause::Use, why))?;
        read.thumbprint().ok_or_else(|| Unseen::new(Cause::NotAsked, "the settings name no certificate"))
    }

    /// The client secret, fetched from its source within `limit`.
    pub(super) async fn client_secret(&self, settings: &Settings, limit: Duration) -> Result<Secret, Unseen> {
        self.secret(&settings.keys.client_secret(), client_secret_source(settings)?, limit).await
    }

    /// The secret of `key`, fetched from its source within `limit`. Runs on its own thread because a command may block.
    pub(super) async fn secret(
        &self,
        key: &Key,
        source: &SecretSource,
        limit: Duration,
    ) -> Result<Secret, Unseen> {
        let (source, folder, trust) = (source.clone(), self.folder.clone(), self.policy.trust.clone());
        // Also cancelled when the time limit expires or the task is dropped.
        let own = self.policy.cancellation.child_token();
        let _cancel = own.drop_guard();
        let limits = own.into();
        let fetching = tokio::task::spawn_blocking(move || reveal_within(&source, &folder, &trust, &limits));
        let fetched = async { Ok(fetching.await??) };
        let secret = tokio::time::timeout(limit, fetched).await.unwrap_or(Err(FetchError::Timeout));
        secret.map_err(|error| error.unseen(key))
    }

    /// The private key of the automation application, fetched from its source within `limit`.
    pub(super) async fn signing_key(
        &self,
        automation: &Automation,
        limit: Duration,
    ) -> Result<SigningKey, Unseen> {
        let content = self.key_content(&automation.key, limit).await;
        let content = content.map_err(|error| error.unseen(&keys::AUTOMATION_KEY))?;
        let password = self.key_password(automation.key_password.as_ref(), limit).await?;
        SigningKey::read(&content, password.as_ref(), Timestamp::now()).map_err(|error| unusable(&error))
    }

    /// Like `signing_key`; `None` if nothing is stored there, or the certificate has expired.
    pub(super) async fn stored_key(
        &self,
        place: &SecretSource,
        password: Option<&SecretSource>,
        limit: Duration,
    ) -> Result<Option<SigningKey>, Unseen> {
        let content = match self.key_content(place, limit).await {
            Ok(content) => content,
            Err(error) if error.is_missing() => return Ok(None),
            Err(error) => return Err(error.unseen(&keys::AUTOMATION_KEY)),
        };
        let password = self.key_password(password, limit).await?;
        match SigningKey::read(&content, password.as_ref(), Timestamp::now()) {
            Ok(key) => Ok(Some(key)),
            Err(KeyError::Expired(_)) => Ok(None),
            Err(error) => Err(unusable(&error)),
        }
    }

    async fn key_content(
        &self,
        place: &SecretSource,
        limit: Duration,
    ) -> Result<Zeroizing<Vec<u8>>, FetchError> {
        let (source, folder) = (place.clone(), self.folder.clone());
        // Cancelled when the time limit expires or the task is dropped.
        let own = self.policy.cancellation.child_token();
        let cancelled = own.clone();
        let _cancel = own.drop_guard();
        let fetching = tokio::task::spawn_blocking(move || reveal_key(&source, &folder, &cancelled));
        let fetched = async { Ok(fetching.await??) };
        tokio::time::timeout(limit, fetched).await.unwrap_or(Err(FetchError::Timeout))
    }

    /// The password of a key, if it has one.
    async fn key_password(
        &self,
        source: Option<&SecretSource>,
        limit: Duration,
    ) -> Result<Option<Secret>, Unseen> {
        match source {
            Some(source) => Ok(Some(self.secret(&keys::AUTOMATION_KEY_PASSWORD, source, limit).await?)),
            None => Ok(None),
        }
    }

    /// Like `secret`, but blocks, with no limit other than that of the command.
    pub(super) fn secret_blocking(&self, key: &Key, source: &SecretSource) -> Result<Secret, Unseen> {
        let limits = self.policy.cancellation.clone().into();
        reveal_within(source, &self.folder, &self.policy.trust, &limits)
            .map_err(|error| FetchError::from(error).unseen(key))
    }
}

/// Why a key cannot be used.
fn unusable(error: &KeyError) -> Unseen {
    let key = if error.is_about_password() { keys::AUTOMATION_KEY_PASSWORD } else { keys::AUTOMATION_KEY };
    Unseen::new(Cause::Use, format!("`{key}`: {error}"))
}

/// Why a secret could not be fetched.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("timeout while fetching the secret")]
    Timeout,
    #[error(transparent)]
    Source(#[from] RevealError),
    /// The thread that fetches the secret panicked.
    #[error("the secret could not be fetched")]
    Panicked(#[from] tokio::task::JoinError),
}

impl FetchError {
    /// Whether nothing is stored there.
    fn is_missing(&self) -> bool {
        match self {
            Self::Source(RevealError::File(_, ReadError::Io(error))) => {
                error.kind() == std::io::ErrorKind::NotFound
            }
            Self::Source(RevealError::Keyring(KeyringError::NoEntry(_))) => true,
            _ => false,
        }
    }

    /// Names the key of the secret.
    fn unseen(&self, key: &Key) -> Unseen {
        let cause = match self {
            Self::Timeout => Cause::Silence,
            Self::Source(_) | Self::Panicked(_) => Cause::Use,
        };
        Unseen::new(cause, format!("`{key}`: {self}"))
    }
}

/// Why a file with a certificate cannot be used to sign in.
pub(super) const CERTIFICATE: &str = "SwyxServer signs in with a certificate: this program cannot sign in as the application, because the \
                           key stays in SwyxServer";

/// The source of the client secret.
pub(super) fn client_secret_source(settings: &Settings) -> Result<&SecretSource, Unseen> {
    settings.client_secret().ok_or_else(|| {
        let why = if settings.credential.is_certificate() {
            CERTIFICATE.to_owned()
        } else {
            format!("`{}` is not set: signing in needs a client secret", settings.keys.client_secret())
        };
        Unseen::new(Cause::Use, why)
    })
}

/// Fetches a secret to show it. A secret in the file itself needs no trust: every reader of the file sees it.
pub(super) fn reveal_secret(
    checked: &Checked,
    source: &SecretSource,
    folder: &Path,
    policy: &ConnectionPolicy,
) -> Result<Secret, String> {
    let is_elsewhere = !matches!(source, SecretSource::Inline(_));
    let secret = match untrusted(checked, &policy.trust) {
        Some(why) if is_elsewhere => Err(why),
        _ => {
            let limits = policy.cancellation.clone().into();
            reveal_within(source, folder, &policy.trust, &limits).map_err(|error| error.to_string())
        }
    }?;
    printable_secret(secret)
}

/// The secret, unless a terminal would interpret a part of it.
pub(super) fn printable_secret(secret: Secret) -> Result<Secret, String> {
    match secret.control_character() {
        Some(c) => Err(format!(
            "the secret contains the control character U+{:04X}, so it is not printed; check where it is stored",
            u32::from(c)
        )),
        None => Ok(secret),
    }
}

/// The missing trust, if the file must not be used to sign in or to fetch secrets.
fn untrusted(checked: &Checked, trust: &Trust) -> Option<String> {
    checked.draft()?.untrusted(trust).map(|untrusted| untrusted.to_string())
}

/// Transports, shared by files with the same certificate authority and proxy.
#[derive(Default)]
pub(super) struct Transports(HashMap<TransportKey, Result<Arc<Https>, Unseen>>);

/// The certificates and the proxy, if the settings name them.
type TransportKey = (Option<CaFile>, Option<String>);

/// A file of certificates with its version, so that changed content gets a transport of its own.
type CaFile = (PathBuf, Option<FileVersion>);

impl Transports {
    fn of(&mut self, access: &Access, folder: &Path) -> Result<Arc<dyn Transport>, Unseen> {
        let ca_file = access.ca_file.as_ref().map(|path| {
            let path = folder.join(path);
            // Links and other spellings of one file share a transport.
            let path = path.canonicalize().unwrap_or(path);
            let version = FileVersion::of(&path);
            (path, version)
        });
        let proxy = access.proxy.as_ref().map(|proxy| proxy.as_str().to_owned());
        let made = self.0.entry((ca_file, proxy)).or_insert_with(|| {
            let https = Https::new(access, folder).map(Arc::new);
            https.map_err(|error| Unseen::new(Cause::Use, error.to_string()))
        });
        made.clone().map(|https| https as Arc<dyn Transport>)
    }

    /// Forgets failures, and transports that nothing uses any more.
    pub(super) fn forget_unused(&mut self) {
        self.0.retain(|_, made| made.as_ref().is_ok_and(|https| Arc::strong_count(https) > 1));
    }
}
