//! `plan`: what is to be done in the tenant, without doing it.

use std::io;
use std::path::PathBuf;

use clap::Args;

use super::show::{self, Words};
use super::{Administrator, SecretOut, Site};
use crate::cli::args::Plain;
use crate::cli::{Context, Exit};
use crate::entra::sign_in::TO_READ;
use crate::provision::{Files, Keep, Look, Options, Plan as Planned, plan};
use crate::report::json::write_pretty;
use crate::text::printable;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
Nothing is changed. Three requests at most, the sign-in apart. An application is found by the client id in the settings, else by the unique name that an
earlier run gave it, else by its display name if no other bears it.

Examples:
  swyx-teams plan north.toml
  swyx-teams plan --exit-code --format json north.toml")]
pub(in crate::cli) struct Plan {
    /// The settings file
    file: Option<PathBuf>,
    #[command(flatten)]
    wishes: Wishes,
    /// End with 1 if there is something to do
    #[arg(long)]
    exit_code: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
    #[command(flatten)]
    administrator: Administrator,
}

/// What is wanted beyond the settings.
#[derive(Args, Clone, Default)]
pub(in crate::cli) struct Wishes {
    /// Take away permissions of Microsoft Graph that were granted beyond what the mode needs
    #[arg(long)]
    prune: bool,
    /// Set the redirect URI and the public client flows of the vendor's guide, which an application with a secret does not need
    #[arg(long)]
    as_in_the_guide: bool,
    /// Make another client secret, although the present one may be kept where it cannot be looked at from here
    #[arg(long)]
    new_secret: bool,
}

impl Wishes {
    fn options(&self) -> Options {
        Options { prune: self.prune, as_in_the_guide: self.as_in_the_guide, new_secret: self.new_secret }
    }
}

pub(in crate::cli) fn run(context: &mut Context<'_>, args: &Plan) -> io::Result<Exit> {
    let path = context.file(args.file.as_ref());
    let (site, files) = match Site::open(context, &path, &args.administrator, TO_READ, &SecretOut::default())?
    {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let (look, plan) = match make(context, &site, &files, &args.wishes)? {
        Ok(made) => made,
        Err(exit) => return Ok(exit),
    };
    match args.format {
        Plain::Human => Words::new(&site, &plan, &look.objects).print(context)?,
        Plain::Json => write_pretty(&show::shape(&site, &plan, &look.objects), context.out)?,
    }
    Ok(if args.exit_code && !plan.steps.is_empty() { Exit::Findings } else { Exit::Clean })
}

/// The plan for the settings file at `path`, for a page.
pub(in crate::cli) fn for_page(
    context: &mut Context<'_>,
    path: &std::path::Path,
    administrator: &Administrator,
) -> io::Result<Result<Words, Exit>> {
    let (site, files) = match Site::open(context, path, administrator, TO_READ, &SecretOut::default())? {
        Ok(opened) => opened,
        Err(exit) => return Ok(Err(exit)),
    };
    let made = make(context, &site, &files, &Wishes::default())?;
    Ok(made.map(|(look, plan)| Words::new(&site, &plan, &look.objects)))
}

/// Looks at the tenant and plans; else says what stands in the way.
pub(super) fn make(
    context: &mut Context<'_>,
    site: &Site,
    files: &Files,
    wishes: &Wishes,
) -> io::Result<Result<(Look, Planned), Exit>> {
    let provisioner = site.provisioner();
    let look = match site.result(context, provisioner.look(files.held()))? {
        Ok(look) => look,
        Err(exit) => return Ok(Err(exit)),
    };
    match plan(&site.wanted, &look, &site.installation, wishes.options()) {
        Ok(plan) => Ok(Ok((look, plan))),
        Err(obstacle) => context.misuse(printable(&obstacle.to_string())).map(Err),
    }
}
