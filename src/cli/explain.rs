//! `explain` and `rules`: the documentation of rules, keys and Entra ID error codes, taken from their definitions.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::Value;

use super::context::Context;
use super::error::{CliError, usage_error};
use super::exit::Exit;
use super::lines::reflow;
use super::names::named;
use super::options::Plain;
use super::output::{Prose, width_of_results};
use super::output_file::OutputArgs;
use crate::diagnostic::Key;
use crate::entra::aadsts::{self, Code};
use crate::report::json::write_versioned;
use crate::rules::{ALL, OF_FORMS, Rule, find_for_refusal};
use crate::settings::entries::list_known_keys;
use crate::settings::schema::{Dialect, describe, generate, list_choices};
use crate::settings::suggest::nearest;

#[derive(Args)]
pub(super) struct ExplainArgs {
    /// Rule id, key, or code such as `AADSTS7000215`
    #[arg(value_name = "RULE|KEY|AADSTS…")]
    what: String,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Args)]
pub(super) struct RulesArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: RulesFormat,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum RulesFormat {
    /// One line per rule
    #[default]
    Human,
    /// For programs
    Json,
    /// The full reference as one page
    Markdown,
}

#[derive(Serialize)]
struct RuleShape {
    id: &'static str,
    severity: &'static str,
    title: &'static str,
    doc: &'static str,
    keys: Vec<&'static str>,
}

#[derive(Serialize)]
struct RulesShape {
    rules: Vec<RuleShape>,
}

#[derive(Serialize)]
struct KeyShape<'a> {
    key: String,
    /// The part of the JSON Schema that describes the key.
    schema: &'a Value,
}

#[derive(Serialize)]
struct CodeShape {
    code: u32,
    error: Option<&'static str>,
    /// Whether `error` is inferred: no answer and no page of Microsoft shows it.
    error_inferred: bool,
    meaning: &'static str,
    why: &'static str,
    cure: &'static str,
    rule: Option<&'static str>,
    source: String,
}

/// The version of the JSON of `explain` and `rules`. Version 1 had no `version`: rules were an array, and a key was its schema.
const VERSION: u8 = 2;

pub(super) fn explain(context: &mut Context<'_>, args: &ExplainArgs) -> Result<Exit, CliError> {
    if let Some(rule) = every_rule().find(|rule| rule.id == args.what) {
        match args.format {
            Plain::Json => write_versioned(VERSION, rule_shape(rule), context.out)?,
            Plain::Human => write!(context.out, "{}", reflow(&page(rule), width_of_results()))?,
        }
        return Ok(Exit::Clean);
    }
    let schema = generate(Dialect::Draft2020_12);
    if let Some((key, described)) = find_key(&args.what, &schema) {
        match args.format {
            Plain::Json => {
                let shape = KeyShape { key: key.to_string(), schema: described };
                write_versioned(VERSION, shape, context.out)?;
            }
            Plain::Human => write_key(&mut Prose::new(context.out), &key, described)?,
        }
        return Ok(Exit::Clean);
    }
    if let Some(number) = aadsts::parse_number(&args.what) {
        return explain_code(context, number, args.format);
    }
    let keys = list_known_keys().map(|key| key.to_string()).collect::<Vec<_>>();
    let known = every_rule().map(|rule| rule.id).chain(keys.iter().map(String::as_str));
    let near = nearest(&args.what, known).map_or_else(
        || "see `swyx-teams rules` for the rules and `swyx-teams list` for the keys".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    // A number is no secret.
    let is_number = args.what.len() <= 20 && args.what.bytes().all(|byte| byte.is_ascii_digit());
    let what = if is_number { &args.what } else { named(&args.what) };
    Err(usage_error(format!("unknown rule, key or code `{what}`; {near}")))
}

/// The rules that a user can meet, including those that only forms report.
fn every_rule() -> impl Iterator<Item = &'static Rule> {
    ALL.iter().chain(OF_FORMS)
}

fn explain_code(context: &mut Context<'_>, number: u32, format: Plain) -> Result<Exit, CliError> {
    let Some(code) = aadsts::find(number) else {
        let page = aadsts::build_page_address(number);
        return Err(usage_error(format!("AADSTS{number} is not in the table; see Microsoft's page: {page}")));
    };
    match format {
        Plain::Json => write_versioned(VERSION, code_shape(code), context.out)?,
        Plain::Human => write!(context.out, "{}", reflow(&code_page(code), width_of_results()))?,
    }
    Ok(Exit::Clean)
}

fn code_shape(code: &Code) -> CodeShape {
    CodeShape {
        code: code.number,
        error: code.error,
        error_inferred: code.is_error_inferred,
        meaning: code.meaning,
        why: code.kind.why(),
        cure: code.cure,
        rule: find_for_refusal(code.kind).map(|rule| rule.id),
        source: aadsts::build_page_address(code.number),
    }
}

/// The page of one code, in the format of a rule's page.
fn code_page(code: &Code) -> String {
    let CodeShape { code: number, error, error_inferred, meaning, why, cure, rule, source } =
        code_shape(code);
    let inferred = if error_inferred { ", inferred" } else { "" };
    let error = error.map(|error| format!(" ({error}{inferred})")).unwrap_or_default();
    let rule = rule.map(|rule| format!(" `check --online` reports it as `{rule}`.")).unwrap_or_default();
    format!(
        "# AADSTS{number}{error}: {meaning}\n\n## What\nEntra ID refuses a sign-in: {meaning}.\n## Why\n{why}{rule}\n\
         ## Fix\n{}.\n## Source\n<{REFERENCE}>, <{source}>\n",
        capitalised(cure)
    )
}

/// The source of the meanings.
const REFERENCE: &str = "https://learn.microsoft.com/entra/identity-platform/reference-error-codes";

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// Finds a key by its full path, or by its last name as Control Center shows it.
fn find_key<'a>(text: &str, schema: &'a Value) -> Option<(Key, &'a Value)> {
    let by_address =
        text.parse::<Key>().ok().and_then(|key| describe(schema, &key).map(|described| (key, described)));
    by_address.or_else(|| {
        let key = list_known_keys().find(|key| {
            key.as_str().rsplit('.').next().is_some_and(|name| name.eq_ignore_ascii_case(text))
        })?;
        describe(schema, &key).map(|described| (key, described))
    })
}

fn write_key(out: &mut dyn Write, key: &Key, described: &Value) -> io::Result<()> {
    let text = |name: &str| described.get(name).and_then(Value::as_str);
    writeln!(out, "{key}: {}\n", text("title").unwrap_or_default())?;
    if let Some(description) = text("description") {
        writeln!(out, "{}", reflow(description, width_of_results()))?;
    }
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for (name, label) in
        [("type", "Type"), ("minimum", "At least"), ("maximum", "At most"), ("default", "Default")]
    {
        if let Some(value) = described.get(name) {
            writeln!(out, "{label}: {}", plain(value))?;
        }
    }
    for (value, title) in list_choices(described) {
        writeln!(out, "  {}: {title}", plain(value))?;
    }
    for variant in described.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| variant.get(name).and_then(Value::as_str).unwrap_or_default();
        writeln!(out, "  {}: {}", text("title"), text("description"))?;
    }
    for example in described.get("examples").and_then(Value::as_array).into_iter().flatten() {
        writeln!(out, "Example: {example}")?;
    }
    let rules = every_rule().filter(|rule| rule.keys.contains(key)).map(|rule| rule.id).collect::<Vec<_>>();
    if !rules.is_empty() {
        writeln!(out, "Rules: {}", rules.join(", "))?;
    }
    Ok(())
}

pub(super) fn rules(context: &mut Context<'_>, args: &RulesArgs) -> Result<Exit, CliError> {
    match args.format {
        RulesFormat::Json => {
            let shape = RulesShape { rules: ALL.iter().map(rule_shape).collect() };
            write_versioned(VERSION, shape, context.out)?;
        }
        RulesFormat::Markdown => write!(context.out, "{}", reference())?,
        RulesFormat::Human => {
            let width = ALL.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            let out = &mut Prose::new(context.out);
            for rule in ALL {
                writeln!(out, "{:width$}  {:7}  {}", rule.id, rule.severity.as_str(), rule.title)?;
            }
        }
    }
    Ok(Exit::Clean)
}

fn rule_shape(rule: &'static Rule) -> RuleShape {
    RuleShape {
        id: rule.id,
        severity: rule.severity.as_str(),
        title: rule.title,
        doc: rule.doc,
        keys: rule.keys.iter().map(Key::as_str).collect(),
    }
}

/// The page of one rule.
fn page(rule: &Rule) -> String {
    format!("# {} ({}): {}\n\n{}\n", rule.id, rule.severity, rule.title, rule.doc)
}

/// All rules on one page: the content of `schema/rules.md`.
pub(super) fn reference() -> String {
    let mut page = String::from(
        "# Rules\n\nGenerated by `swyx-teams rules --format markdown`.\n\n| rule | severity | finds |\n|---|---|---|\n",
    );
    for rule in ALL {
        page.push_str(&format!("| [`{0}`](#{0}) | {1} | {2} |\n", rule.id, rule.severity, rule.title));
    }
    for rule in ALL {
        page.push_str(&format!("\n## {}\n", rule.id));
        page.extend(rule.doc.lines().flat_map(|line| ["\n", deeper(line), line]));
        page.push('\n');
    }
    page
}

/// One more `#` for a heading, because the page of a rule becomes a section.
fn deeper(line: &str) -> &'static str {
    if line.starts_with("## ") { "#" } else { "" }
}
