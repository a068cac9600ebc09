//! `demo`: the whole workflow against an emulated tenant; needs no setup.
//!
//! Each step is a real command that users can type. The exit code is 0 only if every step ends as expected.

mod changes;
mod steps;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Instant;

use clap::Args;

use crate::cli::administrator::ADMIN_TOKEN;
use crate::cli::context::Context;
use crate::cli::emulate;
use crate::cli::error::{CliError, cannot, failure, usage_error};
use crate::cli::exit::Exit;
use crate::cli::output::Prose;
use crate::emulator::{Emulator, Facts, Options, Scenario, Server};
use crate::os::{NewFile, create_own_folder};
use crate::report::wrap::unbroken;
use crate::secret::{Secret, Trust};
use changes::Problems;
use steps::{DemoStep, initial_settings, settings_with_mistake, steps};

/// The arguments.
#[derive(Args)]
pub(super) struct DemoArgs {
    /// Folder for the files; it must not exist yet [default: a new folder in the system's temporary files]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Keep the emulated tenant running after the last step, to try more commands, until Ctrl-C
    #[arg(long)]
    keep: bool,
}

/// The file of the administrator's token of the emulated tenant.
const ADMIN_TOKEN_FILE: &str = "administrator.token";

pub(super) fn run(context: &mut Context<'_>, args: &DemoArgs) -> Result<Exit, CliError> {
    let start = Instant::now();
    let folder = create_own_folder(args.folder.as_deref(), "swyx-teams-demo-");
    let folder =
        folder.map_err(|error| usage_error(format_args!("--folder: {}", crate::os::reason(&error))))?;
    let tenant = Tenant::start()?;
    let facts = &tenant.facts;
    writeln!(
        Prose::new(context.out),
        "An emulated tenant runs on this machine at {}, with a SwyxServer; it has users, but no application yet.",
        facts.authority
    )?;
    writeln!(context.out, "Folder for the files: {}.", folder.display())?;
    let settings = folder.join("north.toml");
    NewFile::create(&settings)?.write(initial_settings(facts).as_bytes())?;
    NewFile::create(&folder.join("gateway.token"))?.write(facts.gateway_token.as_bytes())?;
    NewFile::create(&folder.join("mistake.toml"))?.write(settings_with_mistake(facts).as_bytes())?;
    // The tenant's administrator, without prompts.
    context.admin_token = Some(Secret::new(facts.admin_token.as_str()));
    context.global.no_input = true;
    // Each command names the trust that it needs, so that users can type the same command.
    context.global.trust.clear();
    let steps = steps(&folder, &settings, facts);
    let count = steps.len() + 1;
    let mut failed = perform(context, &steps, count)?;
    if let Some(problems) = synchronise(context, &settings, &tenant, count)?.describe() {
        failed += 1;
        context.error(problems);
    }
    let seconds = start.elapsed().as_secs_f64();
    if failed == 0 {
        writeln!(
            Prose::new(context.out),
            "\nAll {count} steps succeeded in {seconds:.1} s. Their files are in {}{}",
            unbroken(&folder.display().to_string()),
            if args.keep { "." } else { "; the emulated tenant is stopped." }
        )?;
    }
    if args.keep {
        keep(context, &folder, facts)?;
    }
    if failed > 0 {
        return Err(failure(Exit::Findings, format_args!("{failed} of {count} steps failed")));
    }
    Ok(Exit::Clean)
}

/// Keeps the emulated tenant until a termination signal. The administrator's token is in a file, because the commands of the steps read it from a variable.
fn keep(context: &mut Context<'_>, folder: &Path, facts: &Facts) -> Result<(), CliError> {
    let token = folder.join(ADMIN_TOKEN_FILE);
    NewFile::create(&token)?.write(facts.admin_token.as_bytes())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(cannot("start the runtime"))?;
    runtime.block_on(async {
        // Registered before the message, because its reader may send a signal at once.
        let end = crate::os::shutdown_signal().map_err(cannot("listen for termination signals"))?;
        writeln!(
            Prose::new(context.out),
            "\nThe emulated tenant keeps running until you press Ctrl-C. In another terminal, sign in as its administrator with:"
        )?;
        writeln!(context.out, "\n    {}\n", read_into_variable(&token))?;
        writeln!(Prose::new(context.out), "The commands above then work there.")?;
        context.out.flush()?;
        end.await;
        Ok(())
    })
}

/// The line for a shell that reads the administrator's token.
fn read_into_variable(token: &Path) -> String {
    let (name, path) = (ADMIN_TOKEN, token.display());
    if cfg!(windows) {
        format!("$env:{name} = Get-Content \"{path}\"")
    } else {
        format!("export {name}=\"$(cat '{path}')\"")
    }
}

/// Runs the commands and returns how many did not end as expected; `count` is the total number of steps.
fn perform(context: &mut Context<'_>, steps: &[DemoStep], count: usize) -> Result<usize, CliError> {
    let mut failed = 0;
    for (number, step) in steps.iter().enumerate() {
        writeln!(Prose::new(context.out), "\n=== {} of {count}: {}", number + 1, step.title)?;
        writeln!(context.out, "$ swyx-teams {}\n", step.words.join(" "))?;
        context.out.flush()?;
        let exit = context.perform(&step.words.iter().map(OsStr::new).collect::<Vec<_>>())?;
        context.out.flush()?;
        if exit != step.exit {
            failed += 1;
            let (exit, expected) = (exit.code(), step.exit.code());
            context.error(format_args!("this step ended with {exit}; expected {expected}"));
        }
    }
    Ok(failed)
}

/// The last step: synchronises statuses.
fn synchronise(
    context: &mut Context<'_>,
    settings: &Path,
    tenant: &Tenant,
    count: usize,
) -> Result<Problems, CliError> {
    writeln!(
        Prose::new(context.out),
        "\n=== {count} of {count}: synchronise statuses both ways, with the time that each change takes"
    )?;
    let (option, trust) =
        (emulate::trust_option(&tenant.facts), emulate::address(&tenant.facts).parse::<Trust>());
    writeln!(context.out, "$ swyx-teams sync {option} {}\n", settings.display())?;
    context.out.flush()?;
    changes::show(context, settings, &trust.map_err(usage_error)?, &tenant.emulator)
}

/// The emulated tenant, served by its own thread until dropped.
struct Tenant {
    facts: Facts,
    emulator: Emulator,
    end: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Tenant {
    fn start() -> Result<Self, CliError> {
        let options = Options { scenario: Scenario::Empty, ..Options::default() };
        let server = Server::bind(([127, 0, 0, 1], 0).into(), options)
            .map_err(|error| usage_error(format_args!("cannot serve the emulated tenant: {error}")))?;
        let (facts, emulator) = (server.facts().clone(), server.emulator().clone());
        let (end, ended) = tokio::sync::oneshot::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(cannot("start the runtime"))?;
        let (ready, is_ready) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                // Sending fails only if nothing waits for the message.
                let _ = ready.send(());
                let end = async { drop(ended.await) };
                let _ = server.run(end).await;
            });
        });
        let _ = is_ready.recv();
        Ok(Self { facts, emulator, end: Some(end), thread: Some(thread) })
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            let _ = end.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
