//! `schema`, `completions` and `man`: what is generated from definitions.

use std::io;

use super::args::{self, Completions, Man, Schema, SchemaFor};
use super::{Context, Exit, named};
use crate::report::json::write_pretty;
use crate::settings::schema::{self, Dialect};
use crate::swyx::contract;

pub(super) fn schema(context: &mut Context<'_>, args: &Schema) -> io::Result<Exit> {
    let schema = match args.tool {
        SchemaFor::JsonSchema => schema::schema(Dialect::Draft2020_12),
        SchemaFor::Draft07 => schema::schema(Dialect::Draft07),
        SchemaFor::Taplo => schema::taplo(),
        SchemaFor::Rjsf => schema::rjsf(),
        SchemaFor::JsonForms => schema::jsonforms(),
        SchemaFor::Gateway => contract(),
    };
    write_pretty(&schema, context.out)?;
    Ok(Exit::Clean)
}

pub(super) fn completions(context: &mut Context<'_>, args: &Completions) -> io::Result<Exit> {
    // The generator panics where it cannot write, as into a pipe that was closed.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::command(), "swyx-teams", &mut script);
    context.out.write_all(&script)?;
    Ok(Exit::Clean)
}

pub(super) fn man(context: &mut Context<'_>, args: &Man) -> io::Result<Exit> {
    let mut command = args::command();
    // Fills in the subcommands' full names, by which their pages go.
    command.build();
    let page = match &args.command {
        None => &command,
        Some(name) => match command.find_subcommand(name) {
            Some(found) => found,
            None => return context.misuse(format!("there is no command `{}`", named(name))),
        },
    };
    clap_mangen::Man::new(page.clone()).render(&mut context.out)?;
    Ok(Exit::Clean)
}
