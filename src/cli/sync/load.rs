//! Loads a settings file for `sync`: checks the file and its trust, fetches the secrets, and creates the clients.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::meter::{Meter, MeteredTransport, Side};
use super::state::{Identity, Rival};
use crate::check::{self, Checked};
use crate::cli::connection::{Connection, ConnectionPolicy, Transports, client_secret_source};
use crate::cli::exit::Exit;
use crate::cli::names::{display, folder};
use crate::cli::output::{width_of_messages, wrap_message};
use crate::diagnostic::Severity;
use crate::entra::graph::Client;
use crate::entra::sign_in::Credential;
use crate::entra::snapshot::Unseen;
use crate::http::{Limits, Transport};
use crate::os::process::CancellationToken;
use crate::os::{FileVersion, ProcessClaims};
use crate::report::{self, FileReport, Format};
use crate::secret::{Secret, SecretSource, Trust};
use crate::settings::{Access, Mode, Settings, Unresolved, keys};
use crate::swyx::Gateway;
use crate::sync::Options;
use crate::sync::run::Site;
use crate::text::printable;

/// The time limit of one request. Requests are not retried because the next reading replaces them.
const ATTEMPT: Duration = Duration::from_secs(20);

/// Loads settings files. Those with the same certificate authority and proxy share their connections.
pub(in crate::cli) struct Loader {
    trust: Trust,
    transports: Mutex<Transports>,
    /// The tenants and applications of this process, so that a second process does not use them, too.
    claims: Option<ProcessClaims>,
}

/// A settings file that can be synchronised.
pub(in crate::cli) struct Loaded {
    pub(super) settings: Settings,
    secrets: Secrets,
    connection: Connection,
    /// The state of the files when they were read.
    pub(super) stamp: Stamp,
}

/// Both secrets.
struct Secrets {
    client: Secret,
    gateway: Secret,
}

/// Why a settings file is not synchronised, with the exit code.
pub(in crate::cli) struct NotLoaded {
    pub(super) exit: Exit,
    /// For standard error.
    pub(in crate::cli) text: String,
    /// The same text for a log: no colours, one entry per line.
    pub(super) brief: String,
    /// The state of the files when they were read.
    pub(super) stamp: Stamp,
    /// What must become free before the file can be used.
    pub(super) waits_for: Option<Box<Identity>>,
    /// Whether the file that keeps this one from being used is refused for the same reason.
    pub(super) is_mutual: bool,
    /// Whether another process keeps the file from being used.
    pub(super) is_elsewhere: bool,
}

/// Why settings are not used that another process uses.
const OFF: &str = "`federated_services.presence` is \"off\": there is nothing to synchronise";

const ELSEWHERE: &str =
    "another process on this machine synchronises the same tenant and application; stop one of the two";

impl NotLoaded {
    pub(super) fn unusable(path: &Path, why: impl std::fmt::Display) -> Self {
        Self::of(format!("{}: {why}", printable(&display(path))))
    }

    fn of(brief: String) -> Self {
        Self {
            exit: Exit::Usage,
            text: wrap_message("error: ", &brief) + "\n",
            brief,
            stamp: Stamp::default(),
            waits_for: None,
            is_mutual: false,
            is_elsewhere: false,
        }
    }

    /// Another file has the same application. Both would use all of Graph's limit, and clear each other's sessions.
    fn duplicate(path: &Path, rival: &Rival) -> Self {
        let other = printable(&rival.file);
        let then = if rival.is_synchronised { "that file stays in use" } else { "neither is synchronised" };
        Self::unusable(
            path,
            format_args!(
                "{other} has the same tenant and application, and {then}; remove one of the two files"
            ),
        )
    }

    /// The file has errors; the text is that of `check`.
    fn with_errors(checked: &Checked) -> Self {
        let mut report = FileReport::new(checked, true);
        report.findings.retain(|finding| finding.diagnostic.severity == Severity::Error);
        let exit = if checked.was_read() { Exit::Findings } else { Exit::Usage };
        let reports = [report];
        let render = |format, out: &mut dyn std::io::Write| {
            // Writing to memory cannot fail.
            let _ = report::write(
                format,
                &reports,
                &report::Options::default().with_width(width_of_messages()),
                out,
            );
        };
        let (mut text, mut brief) = (Vec::new(), anstream::StripStream::new(Vec::new()));
        render(Format::Human, &mut text);
        render(Format::Concise, &mut brief);
        let as_text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        let brief = as_text(&brief.into_inner());
        let text = as_text(&text) + "\n";
        Self { exit, text, ..Self::of(brief) }
    }
}

impl Loader {
    pub(in crate::cli) fn new(trust: Trust) -> Self {
        Self { trust, transports: Mutex::default(), claims: None }
    }

    /// A loader that refuses settings whose tenant and application another process on this machine synchronises.
    pub(super) fn exclusive(trust: Trust) -> Self {
        let claims = ProcessClaims::new().map_err(|error| {
            let why = crate::os::reason(&error);
            tracing::warn!("cannot notice other processes that synchronise the same tenants: {why}");
        });
        Self { claims: claims.ok(), ..Self::new(trust) }
    }

    /// Lets another process synchronise the tenant and application of these settings.
    pub(super) fn release(&self, loaded: &Loaded) {
        if let Some(claims) = &self.claims {
            claims.release(&claim_name(&loaded.settings));
        }
    }

    pub(in crate::cli) fn load(&self, path: &Path) -> Result<Loaded, NotLoaded> {
        // Taken before the files are read, so that a later change is noticed.
        let mut stamp = Stamp::of(path);
        let loaded = checked(path).and_then(|(checked, settings)| {
            stamp.add_named_files(path, &settings);
            self.make(path, &checked, settings)
        });
        match loaded {
            Ok(loaded) => Ok(Loaded { stamp, ..loaded }),
            Err(error) => Err(NotLoaded { stamp, ..error }),
        }
    }

    /// Whether another process on this machine synchronises the same tenant and application; otherwise, this process claims them.
    fn is_taken(&self, settings: &Settings) -> bool {
        let claim = |claims: &ProcessClaims| claims.claim(&claim_name(settings));
        match self.claims.as_ref().map(claim) {
            Some(Ok(is_claimed)) => !is_claimed,
            Some(Err(error)) => {
                let why = crate::os::reason(&error);
                tracing::warn!("cannot check whether another process synchronises this tenant: {why}");
                false
            }
            None => false,
        }
    }

    fn connect(&self, path: &Path, checked: &Checked, settings: &Settings) -> Result<Connection, Unseen> {
        let policy = ConnectionPolicy {
            trust: self.trust.clone(),
            cancellation: CancellationToken::default(),
            pause_observer: None,
        };
        let mut transports = self.transports.lock().unwrap_or_else(PoisonError::into_inner);
        transports.forget_unused();
        Connection::open(checked, &folder(path), &settings.access, &policy, &mut transports)
    }

    fn make(&self, path: &Path, checked: &Checked, settings: Settings) -> Result<Loaded, NotLoaded> {
        let not_loaded = |unseen: Unseen| NotLoaded::unusable(path, unseen.reason);
        if self.is_taken(&settings) {
            let waits_for = Some(Box::new(identity(&settings)));
            return Err(NotLoaded { is_elsewhere: true, waits_for, ..NotLoaded::unusable(path, ELSEWHERE) });
        }
        let connection = self.connect(path, checked, &settings).map_err(not_loaded)?;
        let Some((_, token)) = &settings.gateway else {
            let why = "`swyx.gateway` is not set: the synchronisation needs it to reach SwyxServer";
            return Err(NotLoaded::unusable(path, why));
        };
        if settings.mode == Mode::Off {
            return Err(NotLoaded::unusable(path, OFF));
        }
        let source = client_secret_source(&settings).map_err(not_loaded)?;
        let client =
            connection.secret_blocking(&settings.keys.client_secret(), source).map_err(not_loaded)?;
        let gateway = connection.secret_blocking(&keys::GATEWAY_TOKEN, token).map_err(not_loaded)?;
        let secrets = Secrets { client, gateway };
        Ok(Loaded { settings, secrets, connection, stamp: Stamp::default() })
    }
}

impl Loaded {
    pub(super) fn identity(&self) -> Identity {
        identity(&self.settings)
    }

    /// Why these settings are not used: another file has the same tenant and application.
    pub(super) fn refused_for(self, path: &Path, rival: &Rival) -> NotLoaded {
        let waits_for = Some(Box::new(self.identity()));
        let is_mutual = !rival.is_synchronised;
        NotLoaded { stamp: self.stamp, waits_for, is_mutual, ..NotLoaded::duplicate(path, rival) }
    }

    /// Whether a run with these settings can change to `new` without a restart, which would clear its sessions.
    pub(super) fn can_hot_reload_to(&self, new: &Self) -> bool {
        let address = |one: &Self| one.settings.gateway.as_ref().map(|(address, _)| address.clone());
        // The way to the tenant may change.
        let tenant = |one: &Self| Access { ca_file: None, proxy: None, ..one.settings.access.clone() };
        self.identity() == new.identity() && tenant(self) == tenant(new) && address(self) == address(new)
    }

    /// Whether `new` needs another client of Graph.
    pub(super) fn has_other_client(&self, new: &Self) -> bool {
        self.secrets.client != new.secrets.client || self.has_other_way(new)
    }

    /// Whether `new` needs another client of the gateway.
    pub(super) fn has_other_gateway(&self, new: &Self) -> bool {
        self.secrets.gateway != new.secrets.gateway || self.has_other_way(new)
    }

    /// Whether the proxy, or the content of the CA file, differs.
    fn has_other_way(&self, new: &Self) -> bool {
        !Arc::ptr_eq(self.connection.transport(), new.connection.transport())
    }

    fn metered(&self, side: &Arc<Side>) -> Arc<dyn Transport> {
        let inner = Arc::clone(self.connection.transport());
        Arc::new(MeteredTransport { inner, side: Arc::clone(side), limit: ATTEMPT })
    }

    pub(super) fn client(&self, meter: &Meter) -> Arc<Client> {
        let credential = Credential::Secret(self.settings.client_id, self.secrets.client.clone());
        let transport = self.metered(&meter.graph);
        Arc::new(Client::new(&self.settings.access, credential, transport, limits()))
    }

    pub(super) fn gateway(&self, meter: &Meter) -> Option<Arc<Gateway>> {
        let (address, _) = self.settings.gateway.as_ref()?;
        let (token, transport) = (self.secrets.gateway.clone(), self.metered(&meter.gateway));
        Some(Arc::new(Gateway::new(address, token, transport, limits())))
    }

    pub(in crate::cli) fn site(&self, is_dry_run: bool, meter: &Meter) -> Option<Site> {
        Some(Site {
            client: self.client(meter),
            client_id: self.settings.client_id,
            gateway: self.gateway(meter)?,
            users: self.settings.users.clone(),
            options: Options::of(&self.settings),
            is_dry_run,
        })
    }
}

fn identity(settings: &Settings) -> Identity {
    Identity { tenant: settings.access.tenant_id.to_string(), application: settings.client_id.to_string() }
}

/// The name under which a process claims a tenant and application. An emulated Graph has tenants of its own.
fn claim_name(settings: &Settings) -> String {
    let graph = settings.access.graph.as_ref().map_or("-", |graph| graph.as_str());
    format!("{graph} {} {}", settings.access.tenant_id, settings.client_id)
}

/// A settings file without errors.
pub(super) fn checked(path: &Path) -> Result<(Checked, Settings), NotLoaded> {
    let checked = check::check_file(display(path), path);
    match checked.settings() {
        Ok(settings) => Ok((checked, settings)),
        Err(Unresolved::Errors) => Err(NotLoaded::with_errors(&checked)),
        Err(error @ Unresolved::UndocumentedMode) => Err(NotLoaded::unusable(path, error)),
    }
}

fn limits() -> Limits {
    Limits { attempt: ATTEMPT, until: None, repetitions: 0 }
}

/// The versions of the files; they show whether a file changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp(Vec<(PathBuf, Option<FileVersion>)>);

impl Stamp {
    /// The settings file.
    fn of(path: &Path) -> Self {
        Self(vec![version_of(path.to_path_buf())])
    }

    /// Includes the files of secrets and the CA file, which need not exist yet.
    fn add_named_files(&mut self, path: &Path, settings: &Settings) {
        let token = settings.gateway.as_ref().map(|(_, token)| token);
        let secrets = settings.client_secret().into_iter().chain(token).filter_map(|source| match source {
            SecretSource::File(file) => Some(file),
            SecretSource::Inline(_)
            | SecretSource::Env(_)
            | SecretSource::Keyring(_)
            | SecretSource::Command(_) => None,
        });
        let files = secrets.map(|file| folder(path).join(file));
        let ca_file = settings.access.ca_file.iter().map(|file| folder(path).join(file));
        self.0.extend(files.chain(ca_file).map(version_of));
    }

    /// Whether any of the files changed.
    pub(super) fn is_old(&self) -> bool {
        self.0.iter().any(|(path, version)| FileVersion::of(path) != *version)
    }
}

fn version_of(path: PathBuf) -> (PathBuf, Option<FileVersion>) {
    let version = FileVersion::of(&path);
    (path, version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(tenant: &str, entra: &str) -> String {
        format!(
            "[swyx]\nversion = \"14.10\"\ngateway = \"https://swyx.example.com\"\n\
             gateway_token = {{ file = \"secret\" }}\n[control_center]\nMsTeamsStatusSyncMode = 2\n\
             MsTeamsTenantId = \"{tenant}\"\nMsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\n\
             MsTeamsClientSecret = {{ file = \"secret\" }}\n[entra]\n{entra}"
        )
    }

    #[test]
    fn tenants_with_the_same_certificates_and_proxy_share_their_connections() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("secret"), "Xy28Q~abcdefghijklmnopqrstuvwxyzabcdefgh")
            .expect("written");
        let made = rcgen::generate_simple_self_signed(["swyx.example.com".to_owned()]).expect("made");
        std::fs::write(folder.path().join("ca.pem"), made.cert.pem()).expect("written");
        let loader = Loader::new(Trust::everything());
        let load = |name: &str, tenant: &str, entra: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, settings(tenant, entra)).expect("written");
            loader.load(&path).unwrap_or_else(|error| panic!("{}", error.brief))
        };
        let [north, south] = ["7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34", "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c35"];
        let (one, two) = (load("one.toml", north, ""), load("two.toml", south, ""));
        assert!(!one.has_other_way(&two) && one.identity() != two.identity());
        let ca_file = "ca_file = \"ca.pem\"\n";
        let (three, four) = (load("three.toml", north, ca_file), load("four.toml", south, ca_file));
        assert!(one.has_other_way(&three) && !three.has_other_way(&four));
        // With a changed file, or another proxy, the connections are others.
        std::fs::write(folder.path().join("ca.pem"), made.cert.pem() + "\n").expect("written");
        assert!(three.has_other_way(&load("three.toml", north, ca_file)));
        assert!(one.has_other_way(&load("one.toml", north, "proxy = \"http://proxy.example.com:8080\"\n")));
    }
}
