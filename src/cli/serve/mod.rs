//! `serve`: the admin form of one settings file as a page, until it is told to end.

mod actions;

use std::error::Error;
use std::io::{self, BufRead};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::sync::mpsc;

use super::provision::AdminSignIn;
use crate::cli::context::Context;
use crate::cli::error::{CliError, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::display;
use crate::web::guard::{Door, LINK_LIFE};
use crate::web::{Bound, Listening, Refused, Site, Tls, listen};
use actions::Commands;

/// The arguments.
#[derive(Args)]
#[command(after_help = AFTER)]
pub(super) struct ServeArgs {
    /// The settings file; there need not be one yet
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Where to serve; port 0 is any free one. Off this machine only with a certificate
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0", value_parser = super::options::address)]
    listen: SocketAddr,
    /// Serve HTTPS with this certificate (PEM, the chain after it)
    #[arg(long, value_name = "FILE", requires_all = ["key", "host"])]
    certificate: Option<PathBuf>,
    /// The certificate's key (PEM)
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// The name in the certificate, by which browsers reach the page
    #[arg(long, value_name = "NAME", requires = "certificate", value_parser = host_name)]
    host: Option<String>,
    /// Where an administrator is to sign in and $SWYX_TEAMS_ADMIN_TOKEN is not set: with the account of the Azure CLI, and not by a device code
    #[arg(long)]
    use_az: bool,
}

/// A name without a port.
fn host_name(text: &str) -> Result<String, &'static str> {
    let is_name =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    if is_name {
        Ok(text.to_owned())
    } else {
        Err("a name is wanted, without scheme and port, like form.example.com")
    }
}

const AFTER: &str = "\
It prints a link that opens the form once, within five minutes. The session ends after 15 minutes without a request, or after 8 hours. On a terminal, Enter gives another link. The form shows what `check` finds while one types, and saves as `set` does: comments, order and line ends stay, and a file that someone else changed meanwhile is not overwritten. No stored secret is sent to the browser. Addresses, the CA file, the administrator's client ID and commands that print a secret are shown and cannot be changed there: use `set`. Its buttons do what `check --online`, `plan` and `sheet` do, and use hosts and commands that the file names only if --trust allows them.

Examples:
  swyx-teams serve
  swyx-teams serve customers/north.toml
  swyx-teams serve --listen 0.0.0.0:8443 --certificate form.pem --key form.key --host form.example.com";

impl ServeArgs {
    fn listening(&self) -> Listening {
        let tls = self.certificate.clone().zip(self.key.clone()).zip(self.host.clone());
        let tls = tls.map(|((certificate, key), host)| Tls { certificate, key, host });
        Listening { address: self.listen, tls }
    }
}

/// Serves until the end.
pub(super) fn run(context: &mut Context<'_>, args: &ServeArgs) -> Result<Exit, CliError> {
    let path = context.file(args.file.as_ref());
    let way = if args.use_az { AdminSignIn::AzureCli } else { AdminSignIn::DeviceCode };
    let commands = Arc::new(Commands::new(context, path.clone(), way));
    let site = Arc::new(Site::new(display(&path), path).with(commands));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        match listen(&args.listening()).await {
            Ok(bound) => serve(context, site, bound).await,
            Err(refused) => Err(usage_error(message(&refused))),
        }
    });
    // Whoever waits for the next line of the terminal is not waited for.
    runtime.shutdown_background();
    result
}

async fn serve(context: &mut Context<'_>, site: Arc<Site>, bound: Bound) -> Result<Exit, CliError> {
    let end = crate::os::shutdown_signal()?;
    let guarded = bound.guard(site).map_err(io::Error::other)?;
    let door = Arc::clone(guarded.door());
    print_link(context, &door)?;
    let is_asked = context.can_ask();
    let (ask, mut asked) = mpsc::channel(1);
    let more = if is_asked { "; Enter gives another link" } else { "" };
    writeln!(
        context.err,
        "The link opens once, within {} minutes{more}. Ctrl-C ends.",
        LINK_LIFE.as_secs() / 60
    )?;
    if is_asked {
        std::thread::spawn(move || {
            io::stdin().lock().lines().map_while(Result::ok).all(|_| ask.blocking_send(()).is_ok())
        });
    }
    let mut serving = std::pin::pin!(guarded.serve(end));
    loop {
        tokio::select! {
            result = &mut serving => {
                result.map_err(io::Error::other)?;
                return Ok(Exit::Clean);
            }
            Some(()) = asked.recv() => print_link(context, &door)?,
        }
    }
}

fn print_link(context: &mut Context<'_>, door: &Door) -> io::Result<()> {
    let link = door.link().map_err(io::Error::other)?;
    writeln!(context.out, "{link}")?;
    context.out.flush()
}

fn message(refused: &Refused) -> String {
    let cause = refused.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    let advice = match refused {
        Refused::NeedsTls(_) => "; give --certificate, --key and --host, or listen on 127.0.0.1",
        Refused::Listen { .. } | Refused::Certificate { .. } | Refused::Server(_) => "",
    };
    format!("{refused}{cause}{advice}")
}
