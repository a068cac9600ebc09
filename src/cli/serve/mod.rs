//! `serve`: the admin form of one settings file as a web page, until stopped.

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
use crate::cli::error::{CliError, cannot, failure, usage_error};
use crate::cli::exit::Exit;
use crate::cli::names::{display, folder};
use crate::web::guard::{Authenticator, LINK_LIFE};
use crate::web::{Bound, Listening, Refused, Site, Tls, listen};
use actions::Commands;

/// The arguments.
#[derive(Args)]
#[command(after_help = AFTER)]
pub(super) struct ServeArgs {
    /// Settings file; it need not exist yet
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Address to listen on; port 0 means any free port. Other machines can only connect with a certificate
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0", value_parser = super::options::address)]
    listen: SocketAddr,
    /// Serve HTTPS with this certificate (PEM, followed by the chain)
    #[arg(long, value_name = "FILE", requires_all = ["key", "host"])]
    certificate: Option<PathBuf>,
    /// Private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Name in the certificate, which browsers use to open the page
    #[arg(long, value_name = "NAME", requires = "certificate", value_parser = host_name)]
    host: Option<String>,
    /// If $SWYX_TEAMS_ADMIN_TOKEN is not set: sign in the administrator with the Azure CLI account instead of a device code
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
        Err("expected a name without scheme and port, such as form.example.com")
    }
}

const AFTER: &str = "\
Prints a link that opens the form once, within five minutes. The session ends after 15 minutes without a request, or after 8 hours. On a terminal, press Enter for another link. The form shows the findings of `check` while you type, and saves like `set`: comments, order and line ends stay, and a file that another program changed is not overwritten. No stored secret is sent to the browser. Addresses, the CA file, the administrator's client ID and commands that print a secret are read-only there: use `set`. The buttons run `check --online`, `plan` and `sheet`, and use hosts and commands from the file only if --trust allows them.

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

/// Serves until stopped.
pub(super) fn run(context: &mut Context<'_>, args: &ServeArgs) -> Result<Exit, CliError> {
    let path = context.only_file(args.file.as_ref())?;
    let folder = folder(&path);
    if !folder.as_os_str().is_empty() && !folder.is_dir() {
        let (file, folder) = (display(&path), display(&folder));
        return Err(usage_error(format!("{file}: there is no folder {folder}")));
    }
    let way = if args.use_az { AdminSignIn::AzureCli } else { AdminSignIn::DeviceCode };
    let commands = Arc::new(Commands::new(context, path.clone(), way));
    let site = Arc::new(Site::new(display(&path), path).with(commands));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(cannot("start the runtime"))?;
    let result = runtime.block_on(async {
        match listen(&args.listening()).await {
            Ok(bound) => serve(context, site, bound).await,
            Err(refused) => Err(usage_error(message(&refused))),
        }
    });
    // Does not wait for the thread that reads the terminal.
    runtime.shutdown_background();
    result
}

async fn serve(context: &mut Context<'_>, site: Arc<Site>, bound: Bound) -> Result<Exit, CliError> {
    let end = crate::os::shutdown_signal().map_err(cannot("listen for termination signals"))?;
    let guarded = bound.guard(site).map_err(|error| failure(Exit::Usage, error))?;
    let authenticator = Arc::clone(guarded.authenticator());
    print_link(context, &authenticator)?;
    let can_ask = context.can_ask();
    let (request, mut requests) = mpsc::channel(1);
    let hint = if can_ask { "; press Enter for another link" } else { "" };
    writeln!(
        context.err,
        "The link opens once, within {} minutes{hint}. Press Ctrl-C to stop.",
        LINK_LIFE.as_secs() / 60
    )?;
    if can_ask {
        std::thread::spawn(move || {
            io::stdin().lock().lines().map_while(Result::ok).all(|_| request.blocking_send(()).is_ok())
        });
    }
    let mut serving = std::pin::pin!(guarded.serve(end));
    loop {
        tokio::select! {
            result = &mut serving => {
                result.map_err(|refused| failure(Exit::Usage, message(&refused)))?;
                return Ok(Exit::Clean);
            }
            Some(()) = requests.recv() => print_link(context, &authenticator)?,
        }
    }
}

fn print_link(context: &mut Context<'_>, authenticator: &Authenticator) -> Result<(), CliError> {
    let link = authenticator.link().map_err(|error| failure(Exit::Usage, error))?;
    writeln!(context.out, "{link}")?;
    Ok(context.out.flush()?)
}

fn message(refused: &Refused) -> String {
    let cause = refused.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    let advice = match refused {
        Refused::NeedsTls(_) => "; use --certificate, --key and --host, or listen on 127.0.0.1",
        Refused::Listen { .. } | Refused::Certificate { .. } | Refused::Server(_) => "",
    };
    format!("{refused}{cause}{advice}")
}
