//! Options that several commands share, and the parsers of their values.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, ValueEnum};

use super::names::named;
use crate::diagnostic::Severity;
use crate::secret::{InvalidTrust, Trust};

#[derive(Args, Clone)]
pub(super) struct Global {
    /// Settings file [default: $SWYX_TEAMS_CONFIG, otherwise ./swyx-teams.toml]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub(super) config: Option<PathBuf>,
    /// When to use colours
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "WHEN",
        help_heading = "Global options"
    )]
    pub(super) color: Color,
    /// Never prompt; fail if an answer is missing
    #[arg(long, global = true, help_heading = "Global options")]
    pub(super) no_input: bool,
    /// Trust what the settings files name: hosts other than Microsoft's (including this machine) and commands that print secrets. LIST
    /// restricts it to HOST, HOST:PORT and command, separated by commas
    #[arg(
        long,
        global = true,
        value_name = "LIST",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = Trust::EVERYTHING,
        help_heading = "Global options"
    )]
    pub(super) trust: Vec<Trust>,
    /// Print only results
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub(super) quiet: bool,
    /// Print more: skipped files and reasons, pauses and retries; -vv prints every request without secrets
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub(super) verbose: u8,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(super) enum Color {
    /// Only on terminals
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    pub(super) fn choice(self) -> Option<anstream::ColorChoice> {
        match self {
            Self::Auto => None,
            Self::Always => Some(anstream::ColorChoice::Always),
            Self::Never => Some(anstream::ColorChoice::Never),
        }
    }
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(super) enum FailOn {
    #[default]
    Error,
    Warning,
    Info,
}

impl FailOn {
    pub(super) fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Info => Severity::Info,
        }
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Plain {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
}

/// The environment variable that is equivalent to `--trust`.
const TRUST: &str = "SWYX_TEAMS_TRUST";

/// The trust from the environment; an empty variable gives none.
pub(super) fn trust_of_environment() -> Result<Trust, String> {
    let Some(value) = std::env::var_os(TRUST).filter(|value| !value.is_empty()) else {
        return Ok(Trust::nothing());
    };
    let text = value.to_str().ok_or_else(|| format!("{TRUST}: the value is not valid Unicode"))?;
    text.parse().map_err(|error: InvalidTrust| format!("{TRUST}: {error}"))
}

/// An argument error without the values that may be a secret in the wrong place.
pub(super) fn without_values(mut error: clap::Error) -> clap::Error {
    let hidden = |text: &str| {
        let name = text.split('=').next().unwrap_or_default();
        let is_option = name.starts_with('-')
            && name.len() <= 30
            && name.chars().all(|c| c == '-' || c.is_ascii_lowercase());
        if is_option { name.to_owned() } else { named(text).to_owned() }
    };
    // "to pass '--this' as a value, use '-- --this'".
    error.remove(ContextKind::Suggested);
    let given = [ContextKind::InvalidValue, ContextKind::InvalidArg, ContextKind::InvalidSubcommand];
    for kind in given {
        // Otherwise, this program defines the argument, so its name is safe to show.
        let is_typed = error.kind() == ErrorKind::UnknownArgument;
        if kind == ContextKind::InvalidArg && !is_typed {
            continue;
        }
        if let Some(ContextValue::String(text)) = error.get(kind) {
            let text = hidden(text);
            error.insert(kind, ContextValue::String(text));
        }
    }
    error
}

/// An address with a port; `localhost` is also allowed.
pub(super) fn address(text: &str) -> Result<SocketAddr, &'static str> {
    let numeric =
        text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    numeric.parse().map_err(|_| "expected an address and a port, such as 127.0.0.1:8443")
}

#[cfg(test)]
pub(super) mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct TestCli {
        #[command(flatten)]
        global: Global,
    }

    /// The default global options.
    pub(in crate::cli) fn global() -> Global {
        TestCli::parse_from(["swyx-teams"]).global
    }
}
