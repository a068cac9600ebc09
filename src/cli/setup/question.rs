//! The questions of `setup`. Their names are those of the flags and of the keys in an answers file.

use clap::ValueEnum;

use crate::cli::administrator::ADMIN_TOKEN;
use crate::diagnostic::Key;
use crate::settings::{Generation, keys};

/// One question of `setup`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Question {
    SwyxVersion,
    Mode,
    Tenant,
    Cloud,
    ApplicationName,
    SignIn,
    Secret,
    User,
    SecretOut,
    AsInTheGuide,
    NewSecret,
    Prune,
    Yes,
}

/// How the administrator signs in, to register the application and grant its permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SignIn {
    /// With the access token for Microsoft Graph in SWYX_TEAMS_ADMIN_TOKEN
    Token,
    /// With the account of the Azure CLI
    Az,
    /// With a device code, to enter on a Microsoft page
    DeviceCode,
    /// With the browser of this machine
    Browser,
}

impl SignIn {
    /// The name in flags and answers files.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl Question {
    /// All questions in the order of their prompts. The application's name, and the questions after the users, have no prompt.
    pub(super) const ALL: [Self; 13] = [
        Self::SwyxVersion,
        Self::Mode,
        Self::Tenant,
        Self::Cloud,
        Self::ApplicationName,
        Self::SignIn,
        Self::Secret,
        Self::User,
        Self::SecretOut,
        Self::AsInTheGuide,
        Self::NewSecret,
        Self::Prune,
        Self::Yes,
    ];

    /// The flag without its dashes, which is also the key in the answers file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::SwyxVersion => "swyx-version",
            Self::Mode => "mode",
            Self::Tenant => "tenant",
            Self::Cloud => "cloud",
            Self::ApplicationName => "application-name",
            Self::SignIn => "sign-in",
            Self::Secret => "secret",
            Self::User => "user",
            Self::SecretOut => "secret-out",
            Self::AsInTheGuide => "as-in-the-guide",
            Self::NewSecret => "new-secret",
            Self::Prune => "prune",
            Self::Yes => "yes",
        }
    }

    /// The question with a name.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|question| question.name() == name)
    }

    /// The key that stores the answer before 14.20; `None` if the answer is only for one run.
    pub(super) fn key(self) -> Option<Key> {
        self.key_in(Generation::ExpertSettings)
    }

    /// The key that stores the answer in a file with the keys of `generation`.
    pub(super) fn key_in(self, generation: Generation) -> Option<Key> {
        Some(match self {
            Self::SwyxVersion => keys::SWYX_VERSION,
            Self::Mode => generation.mode(),
            Self::Tenant => generation.tenant_id(),
            Self::Cloud => keys::CLOUD,
            Self::ApplicationName => keys::APPLICATION_NAME,
            Self::Secret => generation.client_secret(),
            Self::User => keys::USERS,
            Self::SignIn
            | Self::SecretOut
            | Self::AsInTheGuide
            | Self::NewSecret
            | Self::Prune
            | Self::Yes => return None,
        })
    }

    /// The message for a missing answer, with the flag and the line of an answers file that provide it; `None` for an optional answer.
    pub(super) fn wanted(self) -> Option<Wanted> {
        let wanted = |what, flag, line| Some(Wanted { what, flag, line });
        match self {
            Self::Mode => wanted("direction of the synchronisation", "--mode 2", "mode = 2"),
            Self::Tenant => wanted("directory (tenant) ID", "--tenant ID", "tenant = \"ID\""),
            Self::SignIn => wanted("administrator sign-in", "--sign-in az", "sign-in = \"az\""),
            Self::Secret => wanted(
                "where to store the client secret",
                "--secret file:PATH",
                "secret = { file = \"PATH\" }",
            ),
            Self::SecretOut => wanted(
                "file for the new client secret, because swyx-teams cannot store it where the settings say",
                "--secret-out FILE",
                "secret-out = \"FILE\"",
            ),
            Self::Yes => wanted("agreement to the plan", "--yes", "yes = true"),
            Self::SwyxVersion
            | Self::Cloud
            | Self::ApplicationName
            | Self::User
            | Self::AsInTheGuide
            | Self::NewSecret
            | Self::Prune => None,
        }
    }
}

/// What is missing, and how to provide it.
pub(super) struct Wanted {
    pub(super) what: &'static str,
    pub(super) flag: &'static str,
    pub(super) line: &'static str,
}

impl Wanted {
    pub(super) fn help(&self) -> String {
        let help = format!("use {}, or {} in an answers file", self.flag, self.line);
        if self.flag.starts_with("--sign-in") { format!("{help}, or set {ADMIN_TOKEN}") } else { help }
    }
}
