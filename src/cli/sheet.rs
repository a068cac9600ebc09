//! `sheet`: the values for Control Center.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::error::{CliError, usage_error};
use super::exit::Exit;
use super::options::Plain;
use super::output::Prose;
use super::output_file::OutputArgs;
use crate::check::Checked;
use crate::report::json::write_pretty;
use crate::report::wrap::unbroken;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::sheet::{Field, Sheet};

#[derive(Args)]
pub(super) struct SheetArgs {
    /// Settings file
    pub(super) file: Option<PathBuf>,
    /// Fetch the secret from its source and print it
    #[arg(long)]
    reveal: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Serialize)]
struct Shape<'a> {
    version: u8,
    place: &'a str,
    fields: Vec<FieldShape<'a>>,
    steps: &'a [String],
    notes: &'a [&'static str],
}

#[derive(Serialize)]
struct FieldShape<'a> {
    label: &'a str,
    portal: Option<&'a str>,
    value: Option<&'a str>,
    secret: Option<&'a str>,
}

/// Prints the sheet of the file at `path` as text, without the secret.
pub(super) fn print_file(context: &mut Context<'_>, path: &Path) -> io::Result<Exit> {
    let args = SheetArgs {
        file: Some(path.to_path_buf()),
        reveal: false,
        format: Plain::Human,
        output: OutputArgs::default(),
    };
    let printed = run(context, &args);
    context.settle(printed)
}

/// The sheet of the file at `path`, without the secret.
pub(super) fn of_file(context: &mut Context<'_>, path: &Path) -> Result<Sheet, CliError> {
    let (_, settings) = settings(context, path)?;
    Ok(Sheet::new(&settings))
}

/// The file with its settings. Reports the errors if they prevent a sheet.
fn settings(context: &mut Context<'_>, path: &Path) -> Result<(Checked, Settings), CliError> {
    let advice = "fix these errors first, or wrong values end up in Control Center";
    context.resolve(path, Checked::settings, advice)
}

pub(super) fn run(context: &mut Context<'_>, args: &SheetArgs) -> Result<Exit, CliError> {
    let path = context.only_file(args.file.as_ref())?;
    let (checked, settings) = settings(context, &path)?;
    let sheet = Sheet::new(&settings);
    let mut secret = None;
    if args.reveal
        && let Some(source) = settings.client_secret()
    {
        let fetched = context.fetch(&checked, source, &path);
        secret =
            Some(fetched.map_err(|error| {
                usage_error(format_args!("`{}`: {error}", settings.keys.client_secret()))
            })?);
    }
    match args.format {
        Plain::Json => print_json(context, &sheet, secret.as_ref()),
        Plain::Human => print(context, &sheet, secret.as_ref()),
    }?;
    Ok(Exit::Clean)
}

/// The value of a field, if it may be shown.
fn value<'a>(field: &'a Field, secret: Option<&'a Secret>) -> Option<&'a str> {
    field.value.as_deref().or_else(|| secret.map(Secret::expose))
}

fn print_json(context: &mut Context<'_>, sheet: &Sheet, secret: Option<&Secret>) -> io::Result<()> {
    let fields = sheet.fields.iter().map(|field| FieldShape {
        label: field.label,
        portal: field.portal,
        value: value(field, secret),
        secret: field.kept.as_deref(),
    });
    let shape = Shape {
        version: 1,
        place: sheet.place,
        fields: fields.collect(),
        steps: &sheet.steps,
        notes: &sheet.notes,
    };
    write_pretty(&shape, context.out)
}

fn print(context: &mut Context<'_>, sheet: &Sheet, secret: Option<&Secret>) -> io::Result<()> {
    let out = &mut Prose::new(context.out);
    writeln!(out, "{}\n", sheet.place)?;
    let width = sheet.fields.iter().map(|field| field.label.len()).max().unwrap_or(0);
    for field in &sheet.fields {
        let shown = match (value(field, secret), &field.kept) {
            (Some(value), _) => unbroken(value),
            (None, Some(kept)) => format!("({kept}; --reveal shows it)"),
            (None, None) => String::new(),
        };
        writeln!(out, "  {:width$}  {shown}", field.label)?;
        if let Some(portal) = field.portal.filter(|portal| *portal != field.label) {
            writeln!(out, "  {:width$}  in the Entra portal: {portal}", "")?;
        }
    }
    writeln!(out, "\nManual steps:\n")?;
    for (number, step) in sheet.steps.iter().enumerate() {
        writeln!(out, "  {}. {step}", number + 1)?;
    }
    writeln!(out, "\nNotes:\n")?;
    sheet.notes.iter().try_for_each(|note| writeln!(out, "  - {note}"))
}
