//! Loads a settings file for `sync`: checks the file and its trust, fetches the secrets, and creates the clients.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::state::Identity;
use crate::check::{self, Checked};
use crate::cli::connection::{Connection, ConnectionPolicy, Transports, client_secret_source};
use crate::cli::exit::Exit;
use crate::cli::names::{display, folder};
use crate::cli::output::{width_of_messages, wrap_message};
use crate::diagnostic::Severity;
use crate::entra::graph::Client;
use crate::entra::sign_in::Credential;
use crate::entra::snapshot::Unseen;
use crate::http::Limits;
use crate::os::process::CancellationToken;
use crate::report::{self, FileReport, Format};
use crate::secret::{Secret, SecretSource, Trust};
use crate::settings::{Settings, Unresolved, keys};
use crate::sync::Options;
use crate::sync::run::Site;
use crate::text::printable;

/// The time limit of one request. Requests are not retried because the next reading replaces them.
const ATTEMPT: Duration = Duration::from_secs(20);

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
}

impl NotLoaded {
    pub(super) fn unusable(path: &Path, why: impl std::fmt::Display) -> Self {
        let brief = format!("{}: {why}", printable(&display(path)));
        Self {
            exit: Exit::Usage,
            text: wrap_message("error: ", &brief) + "\n",
            brief,
            stamp: Stamp::default(),
        }
    }

    /// Another file has the same application. Both would use all of Graph's limit, and clear each other's sessions.
    pub(super) fn duplicate(path: &Path, other: &str) -> Self {
        let other = printable(other);
        Self::unusable(
            path,
            format_args!("{other} has the same tenant and application; remove one of the two files"),
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
        Self { exit, text: as_text(&text) + "\n", brief, stamp: Stamp::default() }
    }
}

impl Loaded {
    pub(in crate::cli) fn load(path: &Path, trust: &Trust) -> Result<Self, NotLoaded> {
        // Taken before the files are read, so that a later change is noticed.
        let mut stamp = Stamp::of(path);
        let loaded = checked(path).and_then(|(checked, settings)| {
            stamp.add_secrets(path, &settings);
            Self::make(path, &checked, settings, trust)
        });
        match loaded {
            Ok(loaded) => Ok(Self { stamp, ..loaded }),
            Err(error) => Err(NotLoaded { stamp, ..error }),
        }
    }

    fn make(path: &Path, checked: &Checked, settings: Settings, trust: &Trust) -> Result<Self, NotLoaded> {
        let not_loaded = |unseen: Unseen| NotLoaded::unusable(path, unseen.reason);
        let policy = ConnectionPolicy { trust: trust.clone(), cancellation: CancellationToken::default() };
        let mut transports = Transports::default();
        let connection = Connection::open(checked, &folder(path), &settings.access, &policy, &mut transports)
            .map_err(not_loaded)?;
        let Some((_, token)) = &settings.gateway else {
            let why = "`swyx.gateway` is not set: the synchronisation needs it to reach SwyxServer";
            return Err(NotLoaded::unusable(path, why));
        };
        let source = client_secret_source(&settings).map_err(not_loaded)?;
        let client = connection.secret_blocking(&keys::CLIENT_SECRET, source).map_err(not_loaded)?;
        let gateway = connection.secret_blocking(&keys::GATEWAY_TOKEN, token).map_err(not_loaded)?;
        let secrets = Secrets { client, gateway };
        Ok(Self { settings, secrets, connection, stamp: Stamp::default() })
    }

    pub(super) fn identity(&self) -> Identity {
        Identity {
            tenant: self.settings.access.tenant_id.to_string(),
            application: self.settings.client_id.to_string(),
        }
    }

    /// Whether a run with these settings can change to `new` without a restart.
    pub(super) fn can_hot_reload_to(&self, new: &Self) -> bool {
        let gateway = |one: &Self| one.settings.gateway.as_ref().map(|(address, _)| address.clone());
        self.identity() == new.identity()
            && self.settings.access == new.settings.access
            && gateway(self) == gateway(new)
            && self.secrets.gateway == new.secrets.gateway
    }

    pub(super) fn has_other_secret(&self, other: &Self) -> bool {
        self.secrets.client != other.secrets.client
    }

    pub(super) fn client(&self) -> Arc<Client> {
        let credential = Credential::Secret(self.settings.client_id, self.secrets.client.clone());
        Arc::new(self.connection.client(credential, limits()))
    }

    pub(in crate::cli) fn site(&self, is_dry_run: bool) -> Option<Site> {
        let (address, _) = self.settings.gateway.as_ref()?;
        let token = self.secrets.gateway.clone();
        Some(Site {
            client: self.client(),
            client_id: self.settings.client_id,
            gateway: Arc::new(self.connection.gateway(address, token, limits())),
            users: self.settings.users.clone(),
            options: Options::of(&self.settings),
            is_dry_run,
        })
    }
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

/// The modification times and sizes of the files; they show whether a file changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamp(Vec<(PathBuf, Option<(SystemTime, u64)>)>);

impl Stamp {
    /// The settings file.
    fn of(path: &Path) -> Self {
        Self(vec![file_state(path.to_path_buf())])
    }

    /// Includes the files of secrets, which need not exist yet.
    fn add_secrets(&mut self, path: &Path, settings: &Settings) {
        let token = settings.gateway.as_ref().map(|(_, token)| token);
        let files = settings.client_secret.iter().chain(token).filter_map(|source| match source {
            SecretSource::File(file) => Some(folder(path).join(file)),
            SecretSource::Inline(_) | SecretSource::Env(_) | SecretSource::Command(_) => None,
        });
        self.0.extend(files.map(file_state));
    }

    /// Whether any of the files changed.
    pub(super) fn is_old(&self) -> bool {
        self.0.iter().any(|(path, state)| file_state(path.clone()).1 != *state)
    }
}

fn file_state(path: PathBuf) -> (PathBuf, Option<(SystemTime, u64)>) {
    let state = std::fs::metadata(&path).ok().and_then(|about| Some((about.modified().ok()?, about.len())));
    (path, state)
}
