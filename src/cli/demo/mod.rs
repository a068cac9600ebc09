//! `demo`: the whole main job against an emulated tenant, with nothing set up.
//!
//! Each act is a command of this program as anybody could type it; nothing is shown that did not happen. It ends with 0 only if every
//! act ended as it should.

mod carried;

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Instant;

use clap::Args;

use super::emulate::trust_option;
use crate::cli::context::Context;
use crate::cli::error::{CliError, failure, usage_error};
use crate::cli::exit::Exit;
use crate::emulator::{Emulator, Facts, Options, Scenario, Server};
use crate::os::NewFile;
use crate::settings::{Secret, Trust};

/// The arguments.
#[derive(Args)]
pub(super) struct DemoArgs {
    /// Where the files go; the folder must not be there yet [default: a new one among the system's temporary files]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// One act: what it shows, the words of the command, and how it has to end.
struct Act {
    title: &'static str,
    words: Vec<String>,
    ends: Exit,
}

pub(super) fn run(context: &mut Context<'_>, args: &DemoArgs) -> Result<Exit, CliError> {
    let start = Instant::now();
    let folder = match folder(args) {
        Ok(folder) => folder,
        Err(error) => return Err(usage_error(format_args!("--folder: {}", crate::os::reason(&error)))),
    };
    let tenant = Tenant::start()?;
    let facts = &tenant.facts;
    writeln!(
        context.out,
        "A made-up tenant is served on this machine, at {}, and a SwyxServer beside it; it has users, and no application yet.",
        facts.authority
    )?;
    writeln!(context.out, "Files go to {}.", folder.display())?;
    let settings = folder.join("north.toml");
    NewFile::create(&settings)?.write(beginning(facts).as_bytes())?;
    NewFile::create(&folder.join("gateway.token"))?.write(facts.gateway_token.as_bytes())?;
    NewFile::create(&folder.join("mistake.toml"))?.write(mistake(facts).as_bytes())?;
    // As the tenant's administrator, and as a script: nobody is asked anything.
    context.admin_token = Some(Secret::new(facts.admin_token.as_str()));
    context.global.no_input = true;
    // Each act has only the trust that its own words name, so that they work when somebody types them.
    context.global.trust.clear();
    let trust_option = trust_option(facts);
    let acts = acts(&folder, &settings, facts, &trust_option);
    let count = acts.len() + 1;
    let mut failed = 0;
    for (number, act) in acts.iter().enumerate() {
        writeln!(context.out, "\n=== {} of {count}: {}", number + 1, act.title)?;
        writeln!(context.out, "$ swyx-teams {}\n", act.words.join(" "))?;
        context.out.flush()?;
        let exit = context.perform(&act.words.iter().map(OsStr::new).collect::<Vec<_>>())?;
        context.out.flush()?;
        if exit != act.ends {
            failed += 1;
            context.error(format_args!(
                "this ended with {}, and should have ended with {}",
                exit.code(),
                act.ends.code()
            ));
        }
    }
    writeln!(
        context.out,
        "\n=== {count} of {count}: the statuses are carried both ways; each change with the time that it took"
    )?;
    writeln!(context.out, "$ swyx-teams sync {trust_option} {}\n", settings.display())?;
    context.out.flush()?;
    let address = trust_option.strip_prefix("--trust=").unwrap_or_default();
    let trust = address.parse::<Trust>().map_err(io::Error::other)?;
    if !carried::act(context, &settings, &trust, &tenant.emulator)? {
        failed += 1;
        context.error("a change did not come to the other side");
    }
    let seconds = start.elapsed().as_secs_f64();
    if failed > 0 {
        return Err(failure(Exit::Findings, format_args!("{failed} of {count} did not end as they should")));
    }
    writeln!(
        context.out,
        "\nAll {count} ended as they should, in {seconds:.1} s. What they left is in {}; the tenant is gone.",
        folder.display()
    )?;
    Ok(Exit::Clean)
}

fn folder(args: &DemoArgs) -> io::Result<PathBuf> {
    match &args.folder {
        Some(folder) => std::fs::create_dir(folder).map(|()| folder.clone()),
        None => Ok(tempfile::Builder::new().prefix("swyx-teams-demo-").tempdir()?.keep()),
    }
}

fn acts(folder: &Path, settings: &Path, facts: &Facts, trust_option: &str) -> Vec<Act> {
    let path = |path: &Path| path.display().to_string();
    let (file, mistake) = (path(settings), path(&folder.join("mistake.toml")));
    let act = |title, words: &[&str], ends| Act {
        title,
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        ends,
    };
    vec![
        act(
            "the installer's wizard, with its questions answered beforehand: settings, application, permissions, secret, proof, sheet",
            &[
                "setup",
                trust_option,
                &file,
                "--swyx-version",
                "14.10",
                "--mode",
                "2",
                "--tenant",
                &facts.tenant_id,
                "--cloud",
                "global",
                "--secret",
                "file:teams.secret",
                "--sign-in",
                "token",
                "--yes",
            ],
            Exit::Clean,
        ),
        act(
            "planned again, there is nothing left to do",
            &["plan", trust_option, "--exit-code", &file],
            Exit::Clean,
        ),
        act("the file is checked, without any connection", &["check", &file], Exit::Clean),
        act(
            "a mistake that is easily made: the Secret ID in place of the Value",
            &["check", &mistake],
            Exit::Findings,
        ),
        act(
            "the application signs in, and an administrator looks at its registration",
            &["check", trust_option, "--online", "--as-admin", &file],
            Exit::Clean,
        ),
        act("a new client secret; the old one stays valid", &["rotate", trust_option, &file], Exit::Clean),
        act(
            "Control Center has the new one: the old one is removed",
            &["rotate", trust_option, "--finish", &file],
            Exit::Clean,
        ),
    ]
}

/// Where the tenant is; the wizard does the rest.
fn beginning(facts: &Facts) -> String {
    let ca_file = facts.ca_file.as_deref().unwrap_or_default();
    format!(
        "[swyx]\n# A service beside SwyxServer, which a real site provides.\ngateway = \"{}\"\ngateway_token = {{ file = \"gateway.token\" }}\n\n[entra]\n# The emulated tenant; for a real one, nothing of this is needed.\nauthority = \"{}\"\ngraph = \"{}\"\nca_file = \"{ca_file}\"\n",
        facts.gateway, facts.authority, facts.graph
    )
}

fn mistake(facts: &Facts) -> String {
    format!(
        "[swyx]\nversion = \"14.10\"\n\n[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"{}\"\n\
         MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\nMsTeamsClientSecret = \"4be1d0c7-9f52-4a38-8d16-37c5e2a90b64\"\n",
        facts.tenant_id
    )
}

/// The emulated tenant, served by a thread of its own until this is dropped.
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
            .map_err(|error| usage_error(format_args!("the emulated tenant cannot be served: {error}")))?;
        let (facts, emulator) = (server.facts().clone(), server.emulator().clone());
        let (end, ended) = tokio::sync::oneshot::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (ready, is_ready) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                // Whoever waits for it has gone; then nobody needs to be told.
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
