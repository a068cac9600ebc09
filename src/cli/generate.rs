//! `schema`, `completions` and `man`: output generated from definitions.

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use super::context::Context;
use super::error::{CliError, usage_error};
use super::exit::Exit;
use super::names::named;
use super::output_file::OutputArgs;
use super::setup::answers_schema;
use crate::emulator::Fault;
use crate::entra::aadsts;
use crate::report::json::write_pretty;
use crate::rules::ALL;
use crate::settings::entries::list_known_keys;
use crate::settings::keys;
use crate::settings::schema::{self, Dialect};
use crate::swyx::contract;

#[derive(Args)]
pub(super) struct SchemaArgs {
    /// Target tool
    #[arg(long = "for", value_enum, default_value_t, value_name = "TOOL")]
    tool: SchemaFor,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args)]
pub(super) struct CompletionsArgs {
    /// Shell
    shell: clap_complete::Shell,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args)]
pub(super) struct ManArgs {
    /// Print the page of this command instead of the program's, such as `secret put`
    command: Vec<String>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum SchemaFor {
    /// JSON Schema, draft 2020-12
    #[default]
    JsonSchema,
    /// JSON Schema, draft 07, for tools without support for newer drafts
    #[value(name = "draft-07")]
    Draft07,
    /// Draft 07 with the keywords of Taplo and Tombi, for completion and hints in editors
    Taplo,
    /// JSON Schema, draft 2020-12, with the keywords of Jedison, for SwyxWare before 14.20
    Jedison,
    /// Schema and uiSchema of react-jsonschema-form
    Rjsf,
    /// Schema and UI schema of JSON Forms
    #[value(name = "jsonforms")]
    JsonForms,
    /// JSON Schema, draft 2020-12, of an answers file for `setup`
    Answers,
    /// OpenAPI 3.1: the contract of the SwyxServer gateway, for gateway developers
    Gateway,
}

pub(super) fn schema(context: &mut Context<'_>, args: &SchemaArgs) -> Result<Exit, CliError> {
    let schema = match args.tool {
        SchemaFor::JsonSchema => schema::generate_for_validators(Dialect::Draft2020_12),
        SchemaFor::Draft07 => schema::generate_for_validators(Dialect::Draft07),
        SchemaFor::Jedison => schema::generate_for_jedison(),
        SchemaFor::Taplo => schema::generate_for_taplo(),
        SchemaFor::Rjsf => schema::generate_for_rjsf(),
        SchemaFor::JsonForms => schema::generate_for_jsonforms(),
        SchemaFor::Answers => answers_schema::generate(),
        SchemaFor::Gateway => contract(),
    };
    write_pretty(&schema, context.out)?;
    Ok(Exit::Clean)
}

type ListWords = fn() -> Vec<String>;

/// The arguments with words that a shell completes and the parser does not list: the command, the argument, and its words.
const WITH_WORDS: [(&str, &str, ListWords); 6] = [
    ("get", "key", list_keys),
    ("set", "words", list_keys),
    ("unset", "keys", list_keys),
    ("explain", "what", list_topics),
    ("setup", "cloud", list_clouds),
    ("emulate", "faults", list_faults),
];

/// The keys of a file. A key of a user contains the user's position, so none is offered.
fn list_keys() -> Vec<String> {
    list_known_keys().map(|key| key.to_string()).filter(|key| !key.starts_with("user.")).collect()
}

/// What can be explained: keys, rules and codes.
fn list_topics() -> Vec<String> {
    let keys = list_known_keys().map(|key| key.to_string());
    let rules = ALL.iter().map(|rule| rule.id.to_owned());
    keys.chain(rules).chain(aadsts::list().map(|code| format!("AADSTS{}", code.number))).collect()
}

fn list_clouds() -> Vec<String> {
    answers_schema::list_clouds().into_iter().map(str::to_owned).collect()
}

fn list_faults() -> Vec<String> {
    Fault::list_names().map(str::to_owned).collect()
}

pub(super) fn completions(
    context: &mut Context<'_>,
    args: &CompletionsArgs,
    command: &clap::Command,
) -> Result<Exit, CliError> {
    let mut command = without_hidden(command);
    for (name, argument, list) in WITH_WORDS {
        // The parser takes static texts only, and the program ends after printing them.
        let values = PossibleValuesParser::new(list().into_iter().map(|word| &*word.leak()));
        command = command.mut_subcommand(name, |command| {
            command.mut_arg(argument, |argument| argument.value_parser(values))
        });
    }
    command = command.mut_subcommand("secret", |command| {
        let keys = PossibleValuesParser::new(keys::SECRETS.map(|key| &*key.to_string().leak()));
        command.mut_subcommand("put", |put| put.mut_arg("key", |key| key.value_parser(keys)))
    });
    // The generator panics if it cannot write, for example into a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "swyx-teams", &mut script);
    if args.shell == clap_complete::Shell::Bash {
        // The generator spells the hyphen of the program's name in two ways, and then finds no command.
        let text = String::from_utf8_lossy(&script).replace("swyx__subcmd__teams", "swyx__teams");
        script = text.into_bytes();
    }
    context.out.write_all(&script)?;
    Ok(Exit::Clean)
}

/// The parts of a command that completions show, without hidden commands, which the generator would offer.
fn without_hidden(command: &clap::Command) -> clap::Command {
    let shown = command.get_subcommands().filter(|command| !command.is_hide_set()).map(without_hidden);
    // The parser takes static texts only, and the program ends after printing them.
    let copy = clap::Command::new(&*command.get_name().to_owned().leak())
        .args(command.get_arguments().cloned())
        .groups(command.get_groups().cloned())
        .subcommands(shown);
    let copy = match command.get_about() {
        Some(about) => copy.about(about.clone()),
        None => copy,
    };
    match command.get_version() {
        Some(version) => copy.version(&*version.to_owned().leak()),
        None => copy,
    }
}

pub(super) fn man(
    context: &mut Context<'_>,
    args: &ManArgs,
    mut command: clap::Command,
) -> Result<Exit, CliError> {
    // Sets the full names of the subcommands, which become the names of their pages.
    command.build();
    let mut page = &command;
    for name in &args.command {
        page = page
            .find_subcommand(name)
            .ok_or_else(|| usage_error(format_args!("unknown command `{}`", named(name))))?;
    }
    clap_mangen::Man::new(page.clone()).render(&mut context.out)?;
    Ok(Exit::Clean)
}
