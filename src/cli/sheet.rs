//! `sheet`: the values for Control Center.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
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
use crate::sheet::{Field, Language, Sheet};

#[derive(Args)]
pub(super) struct SheetArgs {
    /// Settings file
    pub(super) file: Option<PathBuf>,
    /// Fetch the secret from its source and print it
    #[arg(long)]
    reveal: bool,
    /// Language of Control Center [default: from LC_ALL, LC_MESSAGES or LANG; en for JSON]
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    language: Option<LanguageName>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// A language as an argument.
#[derive(Clone, Copy, ValueEnum)]
enum LanguageName {
    /// English
    En,
    /// German
    De,
}

impl LanguageName {
    fn language(self) -> Language {
        match self {
            Self::En => Language::English,
            Self::De => Language::German,
        }
    }

    /// The language of the locale. The first of these variables with a value decides, as for other programs.
    fn of_locale(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let mut values = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable);
        let locale = values.find(|value| !value.is_empty()).unwrap_or_default();
        let locale = locale.to_string_lossy();
        let code = locale.split(['_', '.', '-', '@']).next().unwrap_or_default();
        if code.eq_ignore_ascii_case("de") { Self::De } else { Self::En }
    }
}

impl SheetArgs {
    /// The language of the sheet. Scripts that read JSON do not depend on the locale.
    fn language(&self) -> Language {
        let default = || match self.format {
            Plain::Json => LanguageName::En,
            Plain::Human => LanguageName::of_locale(|name| std::env::var_os(name)),
        };
        self.language.unwrap_or_else(default).language()
    }
}

#[derive(Serialize)]
struct Shape<'a> {
    version: u8,
    place: &'a str,
    fields: Vec<FieldShape<'a>>,
    steps: &'a [String],
    notes: &'a [String],
    warnings: &'a [String],
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
        language: None,
        format: Plain::Human,
        output: OutputArgs::default(),
    };
    let printed = run(context, &args);
    context.settle(printed)
}

/// The sheet of the file at `path` in English, without the secret.
pub(super) fn of_file(context: &mut Context<'_>, path: &Path) -> Result<Sheet, CliError> {
    let (_, settings) = settings(context, path)?;
    Ok(Sheet::new(&settings, Language::English))
}

/// The file with its settings. Reports the errors if they prevent a sheet.
fn settings(context: &mut Context<'_>, path: &Path) -> Result<(Checked, Settings), CliError> {
    let advice = "fix these errors first, or wrong values end up in Control Center";
    context.resolve(path, Checked::settings, advice)
}

pub(super) fn run(context: &mut Context<'_>, args: &SheetArgs) -> Result<Exit, CliError> {
    let path = context.only_file(args.file.as_ref())?;
    let (checked, settings) = settings(context, &path)?;
    let sheet = Sheet::new(&settings, args.language());
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
        warnings: &sheet.warnings,
    };
    write_pretty(&shape, context.out)
}

/// The widest label that has its value next to it, in columns; the value of a longer one is below it.
const MAX_LABEL_WIDTH: usize = 40;

fn print(context: &mut Context<'_>, sheet: &Sheet, secret: Option<&Secret>) -> io::Result<()> {
    let out = &mut Prose::new(context.out);
    let headings = sheet.headings;
    writeln!(out, "{}\n", sheet.place)?;
    let lengths = sheet.fields.iter().map(|field| field.label.chars().count());
    let width = lengths.filter(|length| *length <= MAX_LABEL_WIDTH).max().unwrap_or(0);
    for field in &sheet.fields {
        let shown = match (value(field, secret), &field.kept) {
            (Some(value), _) => unbroken(value),
            (None, Some(kept)) => format!("({kept}; {})", headings.reveal),
            (None, None) => String::new(),
        };
        let mut label = unbroken(field.label);
        if field.label.chars().count() > width {
            writeln!(out, "  {label}")?;
            label.clear();
        }
        writeln!(out, "  {label:width$}  {shown}")?;
        if let Some(portal) = field.portal.filter(|portal| *portal != field.label) {
            writeln!(out, "  {:width$}  {}: {portal}", "", headings.portal)?;
        }
    }
    print_list(out, headings.warnings, &sheet.warnings)?;
    writeln!(out, "\n{}:\n", headings.steps)?;
    for (number, step) in sheet.steps.iter().enumerate() {
        writeln!(out, "  {}. {step}", number + 1)?;
    }
    print_list(out, headings.notes, &sheet.notes)
}

/// Prints a list under its heading; nothing if it is empty.
fn print_list(out: &mut impl Write, heading: &str, items: &[String]) -> io::Result<()> {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{heading}:\n")?;
    items.iter().try_for_each(|item| writeln!(out, "  - {item}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_locale_variable_with_a_value_decides() {
        for (variables, is_german) in [
            (&[][..], false),
            (&[("LANG", "de_DE.UTF-8")], true),
            (&[("LANG", "de")], true),
            (&[("LANG", "de-AT")], true),
            (&[("LANG", "den_CA")], false),
            (&[("LANG", "en_GB.UTF-8")], false),
            (&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")], false),
            (&[("LC_ALL", ""), ("LC_MESSAGES", "de_CH"), ("LANG", "C")], true),
            (&[("LC_MESSAGES", "C"), ("LANG", "de_DE")], false),
        ] {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            };
            let is_found = matches!(LanguageName::of_locale(variable), LanguageName::De);
            assert_eq!(is_found, is_german, "{variables:?}");
        }
    }
}
