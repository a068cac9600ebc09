//! `serve`: the admin form of one settings file as a page, until it is told to end.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::{Context, Exit, display};
use crate::web::{Site, guard, router};

/// The arguments.
#[derive(Args)]
#[command(after_help = AFTER)]
pub(super) struct Serve {
    /// The settings file; there need not be one yet
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Where to serve; port 0 is any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

const AFTER: &str = "\
It prints a link. Whoever opens it first has the form; it shows what `check` finds while one types, and saves as `set` does: comments, order and line ends stay, and a file that someone else changed meanwhile is not overwritten. No stored secret is sent to the browser.

Examples:
  swyx-teams serve
  swyx-teams serve customers/north.toml";

/// Serves until the end.
pub(super) fn run(context: &mut Context<'_>, args: &Serve) -> io::Result<Exit> {
    let path = context.file(args.file.as_ref());
    let site = Arc::new(Site::new(display(&path), path));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let end = crate::os::ending()?;
        let listener = tokio::net::TcpListener::bind(args.listen).await?;
        let address = listener.local_addr()?;
        writeln!(context.out, "http://{address}/")?;
        context.out.flush()?;
        axum::serve(listener, guard::closed(router(site))).with_graceful_shutdown(end).await
    })?;
    Ok(Exit::Clean)
}
