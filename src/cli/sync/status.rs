//! `status`: shows the state of a running synchronisation. It requests the address of `sync --metrics`.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::shapes::name;
use super::shown;
use super::state::{State, Tenant};
use crate::cli::context::Context;
use crate::cli::error::cannot;
use crate::cli::error::{CliError, failure, usage_error};
use crate::cli::exit::Exit;
use crate::cli::options::Plain;
use crate::report::report_path;
use crate::sync::Delays;
use crate::sync::run::View;
use crate::text::printable;

/// The arguments.
#[derive(Args)]
#[command(after_help = "\
The exit code is 1 if something is wrong: a file cannot be used, a side does not work, a problem is current, no user is synchronised, \
the users are not read as often as the settings say, a watched folder cannot be searched, or there is no settings file.

Examples:
  swyx-teams status
  swyx-teams status --problems
  swyx-teams status 127.0.0.1:9464 --tenant 7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34 --format json")]
pub(in crate::cli) struct StatusArgs {
    /// Address of `sync --metrics`
    #[arg(value_name = "ADDRESS:PORT", default_value = "127.0.0.1:9464", value_parser = super::super::options::address)]
    address: SocketAddr,
    /// Show only tenants with problems, and only the problems
    #[arg(long)]
    problems: bool,
    /// Show only this tenant: its ID, or its settings file as `status` shows it
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Plain,
}

/// The time limit for the response.
const TIMEOUT: Duration = Duration::from_secs(5);

pub(in crate::cli) fn run(context: &mut Context<'_>, args: &StatusArgs) -> Result<Exit, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(cannot("start the runtime"))?;
    let address = format!("http://{}/status", args.address);
    let response = runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build().ok()?;
        client.get(&address).send().await.ok()?.bytes().await.ok()
    });
    let Some(body) = response else {
        let message = format!(
            "no answer from {address}: is `swyx-teams sync` running with --metrics {}?",
            args.address
        );
        return Err(failure(Exit::Timeout, message));
    };
    let report = serde_json::from_slice::<Value>(&body).ok();
    let Some(tenants) = report.as_ref().and_then(|report| report.get("tenants")?.as_array()) else {
        return Err(failure(
            Exit::UnexpectedResponse,
            format_args!("the response from {address} is not from `swyx-teams sync`"),
        ));
    };
    let general = if args.tenant.is_some() { Vec::new() } else { shown::general_problems(report.as_ref()) };
    let tenants = selected(tenants, args)?;
    let is_wrong = !general.is_empty() || tenants.iter().any(|tenant| shown::is_wrong(tenant));
    match args.format {
        Plain::Json => {
            let mut report = report.clone().unwrap_or_default();
            report.as_object_mut().and_then(|report| report.insert("tenants".to_owned(), json!(tenants)));
            writeln!(context.out, "{report}")?;
        }
        Plain::Human if args.problems => {
            general.iter().try_for_each(|problem| writeln!(context.out, "{problem}"))?;
            tenants.iter().try_for_each(|tenant| shown::problems_of(context.out, tenant))?
        }
        Plain::Human => {
            general.iter().try_for_each(|problem| writeln!(context.out, "{problem}"))?;
            tenants.iter().try_for_each(|tenant| shown::tenant(context.out, tenant))?;
        }
    }
    Ok(if is_wrong { Exit::Findings } else { Exit::Clean })
}

/// The tenants that the arguments ask for.
fn selected<'a>(tenants: &'a [Value], args: &StatusArgs) -> Result<Vec<&'a Value>, CliError> {
    let mut tenants = tenants.iter().collect::<Vec<_>>();
    if let Some(wanted) = &args.tenant {
        let wanted = report_path(wanted);
        let is = |tenant: &Value, key: &str| {
            tenant.get(key).and_then(Value::as_str).is_some_and(|value| value.eq_ignore_ascii_case(&wanted))
        };
        tenants.retain(|tenant| is(tenant, "tenant") || is(tenant, "file"));
        if tenants.is_empty() {
            return Err(usage_error(format_args!(
                "--tenant {}: no such tenant; `swyx-teams status` shows all",
                printable(&wanted)
            )));
        }
    }
    if args.problems {
        tenants.retain(|tenant| shown::is_wrong(tenant));
    }
    Ok(tenants)
}

/// The state of all tenants, version 1.
pub(super) fn report(state: &State) -> Value {
    let tenants = state.tenants();
    let folders =
        state.failed_folders().into_iter().map(|(folder, why)| json!({"folder": folder, "why": why}));
    json!({
        "version": 1,
        "tenants": tenants.values().map(tenant).collect::<Vec<_>>(),
        "folders": folders.collect::<Vec<_>>(),
    })
}

fn tenant(tenant: &Tenant) -> Value {
    let seconds = |time: Option<Duration>| time.map(|time| (time.as_secs_f64() * 1e3).round() / 1e3);
    let identity = tenant.identity.as_ref().or(tenant.wanted.as_ref());
    let (id, application) = (identity.map(|one| &one.tenant), identity.map(|one| &one.application));
    let head = json!({"file": tenant.file, "tenant": id, "application": application, "refused": tenant.refused, "carried": Value::Null});
    let Some(view) = &tenant.view else { return head };
    let View { figures, headcount, problems, unknown_words, instead, .. } = view.read(View::clone);
    let mut head = head;
    let carried = json!({
        "users": headcount.map(|count| json!({
            "swyx": count.swyx, "teams": count.teams, "matched": count.matched, "errors": count.errors})),
        "oldest_reading_seconds": seconds(figures.oldest_reading),
        "interval_seconds": {"wanted": seconds(Some(tenant.interval)), "kept": seconds(figures.interval_kept)},
        "delays": {"to_swyx": delays(&figures.to_swyx), "to_teams": delays(&figures.to_teams)},
        "requests_in_30_seconds": {"used": figures.budget.0, "limit": figures.budget.1},
        "open_sessions": figures.open_sessions, "waiting": figures.waiting,
        "refused": figures.refused, "throttled": figures.throttled, "failed": figures.failed,
        "graph_answers": !figures.graph_is_silent, "gateway_answers": !figures.gateway_is_silent,
        "graph_works": !figures.graph_is_out, "gateway_works": !figures.gateway_is_out,
        "unreadable_users": figures.unreadable_users, "left_out_users": figures.left_out, "absent_users": figures.absent,
        "read_budget": tenant.read_budget,
        "problems": problems.iter().map(|(topic, why)| json!({"what": topic, "why": why})).collect::<Vec<_>>(),
        "unknown_words": unknown_words,
        "instead": instead.iter().map(|(wanted, set)| json!({"wanted": name(*wanted), "set": name(*set)})).collect::<Vec<_>>(),
    });
    head.as_object_mut().into_iter().for_each(|members| {
        members.insert("carried".to_owned(), carried.clone());
    });
    head
}

fn delays(delays: &Delays) -> Value {
    let at_most = |percent| delays.percentile(percent).map(|bound| bound.as_secs_f64());
    let last = (delays.count() > 0).then_some(delays.last.as_secs_f64());
    json!({"count": delays.count(), "half_at_most_seconds": at_most(50), "99_percent_at_most_seconds": at_most(99), "last_seconds": last})
}
