//! The arguments of `setup`. Their doc comments are the help.

use std::path::PathBuf;

use clap::Args;

use super::question::SignIn;
use crate::cli::options::Plain;

/// The arguments. The keys of an answers file have the same names.
#[derive(Args)]
#[command(after_help = AFTER)]
pub(in crate::cli) struct SetupArgs {
    /// Settings file; an existing file keeps everything that no answer changes
    pub(super) file: Option<PathBuf>,
    /// Read answers from a TOML file, whose keys are the names of the flags below; it contains no secret
    #[arg(long, value_name = "FILE")]
    pub(super) answers: Option<PathBuf>,
    /// Output format; json writes one object in each line, for a program that runs the setup, and never asks
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Plain,
    /// SwyxWare version, such as 14.10
    #[arg(long, value_name = "N.N", help_heading = ANSWERS)]
    pub(super) swyx_version: Option<String>,
    /// 1: statuses from Teams to Swyx. 2: also "Speaking" in Swyx to "In a call" in Teams
    #[arg(long, value_name = "1|2", help_heading = ANSWERS)]
    pub(super) mode: Option<String>,
    /// The directory (tenant) ID
    #[arg(long, value_name = "GUID", help_heading = ANSWERS)]
    pub(super) tenant: Option<String>,
    /// The Microsoft cloud: global, us_gov_l4 or us_gov_l5
    #[arg(long, value_name = "CLOUD", help_heading = ANSWERS)]
    pub(super) cloud: Option<String>,
    /// Name of the application in Entra ID [default: SwyxMSTeamsPresenceSync]
    #[arg(long, value_name = "NAME", help_heading = ANSWERS)]
    pub(super) application_name: Option<String>,
    /// How the administrator signs in [default: token, if $SWYX_TEAMS_ADMIN_TOKEN is set]
    #[arg(long, value_enum, value_name = "METHOD", help_heading = ANSWERS)]
    pub(super) sign_in: Option<SignIn>,
    /// Where to store the client secret: file:PATH, keyring:swyx-teams/NAME, env:NAME or { command = ["PROGRAM"] }; never the secret itself
    #[arg(long, value_name = "REFERENCE", help_heading = ANSWERS)]
    pub(super) secret: Option<String>,
    /// User whose e-mail address in Swyx differs from the Teams account; can be repeated; `none` for no such user
    #[arg(long, value_name = "SWYX NAME=TEAMS ACCOUNT", help_heading = ANSWERS)]
    pub(super) user: Vec<String>,
    /// Also set the redirect URI and public client flows from the vendor's guide, which only SwyxWare 14.20 and later need; there they are always set
    #[arg(long, help_heading = ANSWERS)]
    pub(super) as_in_the_guide: bool,
    /// Create another client secret even if the application has one that may be stored already
    #[arg(long, help_heading = ANSWERS)]
    pub(super) new_secret: bool,
    /// Remove Microsoft Graph permissions that the mode does not need
    #[arg(long, help_heading = ANSWERS)]
    pub(super) prune: bool,
    /// Write the new client secret to this new file, if --secret names a variable or a command
    #[arg(long, value_name = "FILE", help_heading = ANSWERS)]
    pub(super) secret_out: Option<PathBuf>,
    /// Agree to the plan in advance
    #[arg(long, help_heading = ANSWERS)]
    pub(super) yes: bool,
}

const ANSWERS: &str = "Answers";

const AFTER: &str = "Examples:
  swyx-teams setup
  swyx-teams setup north.toml --mode 2 --swyx-version 14.10
  swyx-teams setup north.toml --answers answers.toml --no-input --yes
  swyx-teams setup north.toml --answers answers.toml --yes --format json

An answers file, whose JSON Schema `swyx-teams schema --for answers` prints:
  swyx-version = \"14.10\"
  mode = 2
  tenant = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"
  sign-in = \"az\"
  secret = { file = \"north.secret\" }
  user = [\"Jane Roe=jane.roe@example.com\"]

Flags override the answers file, which overrides the settings file. The wizard asks for missing answers. Without a terminal, or with
--no-input, mode, tenant, sign-in and secret are required. Each answer is saved at once; after an interruption, run setup again to continue.";
