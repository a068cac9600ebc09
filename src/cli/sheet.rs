//! `sheet`: what to type into Control Center.

use std::io;
use std::path::Path;

use serde::Serialize;

use super::args::{Plain, Sheet as Args};
use super::{Context, Exit};
use crate::check::Checked;
use crate::report::json::write_pretty;
use crate::secret::Secret;
use crate::settings::{Settings, Unresolved};
use crate::sheet::{Field, Sheet};

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

/// Prints the sheet of the file at `path` for a person, without the secret.
pub(super) fn print_file(context: &mut Context<'_>, path: &Path) -> io::Result<Exit> {
    run(context, &Args { file: Some(path.to_path_buf()), reveal: false, format: Plain::Human })
}

/// The sheet of the file at `path`, which holds no secret.
pub(super) fn of_file(context: &mut Context<'_>, path: &Path) -> io::Result<Result<Sheet, Exit>> {
    Ok(settings(context, path)?.map(|(_, settings)| Sheet::new(&settings)))
}

/// The file with its settings, if a sheet can be made of them; else says what is to be mended.
fn settings(context: &mut Context<'_>, path: &Path) -> io::Result<Result<(Checked, Settings), Exit>> {
    let checked = match context.load(path)? {
        Ok(checked) => checked,
        Err(exit) => return Ok(Err(exit)),
    };
    match checked.settings() {
        Ok(settings) => Ok(Ok((checked, settings))),
        Err(Unresolved::Errors) => {
            context.report_to_err(&checked, |_| true)?;
            writeln!(
                context.err,
                "error: mend these first; a sheet with wrong values would be typed in as it is"
            )?;
            Ok(Err(Exit::Findings))
        }
        Err(error) => context.misuse(error).map(Err),
    }
}

pub(super) fn run(context: &mut Context<'_>, args: &Args) -> io::Result<Exit> {
    let path = context.file(args.file.as_ref());
    let (checked, settings) = match settings(context, &path)? {
        Ok(found) => found,
        Err(exit) => return Ok(exit),
    };
    let sheet = Sheet::new(&settings);
    let mut secret = None;
    if args.reveal
        && let Some(source) = &settings.client_secret
    {
        match context.fetch(&checked, source, &path) {
            Ok(found) => secret = Some(found),
            Err(error) => return context.misuse(format!("`control_center.MsTeamsClientSecret`: {error}")),
        }
    }
    match args.format {
        Plain::Json => print_json(context, &sheet, secret.as_ref()),
        Plain::Human => print(context, &sheet, secret.as_ref()),
    }?;
    Ok(Exit::Clean)
}

/// What to type into a field, if it may be shown.
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
    let out = &mut context.out;
    writeln!(out, "{}\n", sheet.place)?;
    let width = sheet.fields.iter().map(|field| field.label.len()).max().unwrap_or(0);
    for field in &sheet.fields {
        let shown = match (value(field, secret), &field.kept) {
            (Some(value), _) => value.to_owned(),
            (None, Some(kept)) => format!("({kept}; --reveal shows it)"),
            (None, None) => String::new(),
        };
        writeln!(out, "  {:width$}  {shown}", field.label)?;
        if let Some(portal) = field.portal.filter(|portal| *portal != field.label) {
            writeln!(out, "  {:width$}  in the Entra portal: {portal}", "")?;
        }
    }
    writeln!(out, "\nBy hand:\n")?;
    for (number, step) in sheet.steps.iter().enumerate() {
        writeln!(out, "  {}. {step}", number + 1)?;
    }
    writeln!(out, "\nTo know:\n")?;
    sheet.notes.iter().try_for_each(|note| writeln!(out, "  - {note}"))
}
