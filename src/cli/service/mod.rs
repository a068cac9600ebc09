//! `service`: runs `sync` as a service of systemd or of Windows.
//!
//! | file | what it is |
//! |---|---|
//! | `args` | the arguments |
//! | `plan` | what is installed, and the checks that both systems share |
//! | `systemd` | the service manager of Linux |
//! | `unit` | the text of a unit of systemd |
//! | `account` | the proof that the service's account can read its files, on Linux |
//! | `windows` | the service manager of Windows |
//! | `command` | the command line of a service, and the places that it cannot read, on Windows |
//! | `sid` | the identifier of the account of a service of Windows |
//! | `host` | the running service of Windows |
//! | `log_file` | its log |
//! | `elsewhere` | systems without a service manager that this program knows |

#[cfg(target_os = "linux")]
mod account;
mod args;
#[cfg(any(windows, test))]
mod command;
#[cfg(not(any(target_os = "linux", windows)))]
mod elsewhere;
#[cfg(windows)]
mod host;
#[cfg(any(windows, test))]
mod log_file;
mod plan;
#[cfg(any(windows, test))]
mod sid;
#[cfg(target_os = "linux")]
mod systemd;
#[cfg(any(target_os = "linux", test))]
mod unit;
#[cfg(windows)]
mod windows;

use super::context::Context;
use super::error::CliError;
use super::error::usage_error;
use super::exit::Exit;
use args::{InstallArgs, ServiceCommand};
use plan::Plan;

pub(super) use args::ServiceArgs;

#[cfg(not(any(target_os = "linux", windows)))]
use elsewhere as manager;
#[cfg(target_os = "linux")]
use systemd as manager;
#[cfg(windows)]
use windows as manager;

pub(super) fn run(context: &mut Context<'_>, args: &ServiceArgs) -> Result<Exit, CliError> {
    match &args.command {
        ServiceCommand::Install(args) => install(context, args),
        ServiceCommand::Start(args) => manager::start(context, args),
        ServiceCommand::Stop(args) => manager::stop(context, args),
        ServiceCommand::Status(args) => manager::status(context, args),
        ServiceCommand::Uninstall(args) => manager::uninstall(context, args),
        #[cfg(windows)]
        ServiceCommand::Run(args) => host::run(context, args),
        #[cfg(not(windows))]
        ServiceCommand::Run(_) => Err(usage_error(
            "this command is for the service manager of Windows; run `swyx-teams sync`, or install a service with `swyx-teams service install`",
        )),
        #[cfg(target_os = "linux")]
        ServiceCommand::Prove(args) => account::run(context, args),
        #[cfg(not(target_os = "linux"))]
        ServiceCommand::Prove(_) => Err(usage_error("this command is for Linux only")),
    }
}

fn install(context: &mut Context<'_>, args: &InstallArgs) -> Result<Exit, CliError> {
    manager::refuse_options(args)?;
    let plan = Plan::of(context, args)?;
    let found = plan.secrets.iter().filter_map(|secret| manager::refusal(args, secret));
    plan::report_refusals(context, found)?;
    let trust = plan.agree(context, args)?;
    // The files are checked with the trust that the service gets.
    if let Ok(agreed) = trust.join(",").parse() {
        context.global.trust.push(agreed);
    }
    manager::install(context, args, &plan, &trust)
}
