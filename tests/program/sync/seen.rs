//! What it serves and logs for those who watch over it: no user is in any of it.

use serde_json::Value;

use super::running::{Running, until};
use super::site::{Fault, Site};

/// Both directions have carried something.
fn busy(site: &Site) {
    site.teams("Busy/InAMeeting");
    until("Away in Swyx", || site.in_swyx() == "Away");
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
}

fn carrying<'a>(site: &'a Site, more: &[&str]) -> Running<'a> {
    site.write("a.toml", &site.settings());
    let running = site.start(&[&["sync", "a.toml", "--metrics", "127.0.0.1:0"], more].concat());
    running.is_ready();
    running
}

#[test]
fn metrics_health_and_status_contain_no_user() {
    let site = Site::new();
    let running = carrying(&site, &[]);
    busy(&site);
    let (tenant, application) =
        (&site.facts().tenant_id, site.facts().client_id.clone().expect("an application"));
    let labels = format!("{{tenant=\"{tenant}\",application=\"{application}\"}}");
    let has = |line: &str| until(line, || running.get("/metrics").1.contains(line));
    has(&format!("swyx_teams_open_sessions{labels} 1.0\n"));
    has(&format!("swyx_teams_statuses_set_total{labels} "));
    has(&format!("swyx_teams_gateway_up{labels} 1.0\n"));
    has("swyx_teams_settings_refused 0.0\n");
    has(&format!(
        "swyx_teams_delay_seconds_count{{tenant=\"{tenant}\",application=\"{application}\",direction=\"to_teams\"}} 1\n"
    ));
    let version = env!("CARGO_PKG_VERSION");
    has(&format!("swyx_teams_build_info{{version=\"{version}\"}} 1\n"));
    let side = format!("{{tenant=\"{tenant}\",application=\"{application}\",side=\"gateway\"");
    has(&format!("swyx_teams_failures_total{side},reason=\"timeout\"}} 0\n"));
    has(&format!("swyx_teams_last_success_age_seconds{side}}} "));
    has(&format!("swyx_teams_stream_reconnects_total{labels} 0\n"));
    let names =
        ["resident_memory_bytes", "virtual_memory_bytes", "start_time_seconds", "open_fds", "max_fds"];
    // Only Linux provides them without unsafe code.
    if cfg!(target_os = "linux") {
        names.iter().for_each(|name| has(&format!("\nprocess_{name} ")));
        has("\nprocess_cpu_seconds_total ");
    }
    assert!(running.get("/metrics").1.ends_with("# EOF\n"));
    for path in ["/metrics", "/healthz", "/readyz", "/status"] {
        let (code, body) = running.get(path);
        assert_eq!((code, site.user_in(&body)), (200, None), "{path}\n{body}");
    }
    // The search itself works.
    assert!(site.user_in("nobody but Anna.Albrecht@contoso.example").is_some());
    assert_eq!(running.get("/").0, 404);
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn readyz_names_the_side_that_fails() {
    let site = Site::new();
    let running = carrying(&site, &["-v"]);
    site.let_go(Fault::GatewayFails);
    // A status that cannot be set tells it at once; reading alone tells it within a minute.
    site.teams("Busy/InAMeeting");
    until("not ready", || running.get("/readyz").0 == 503);
    let why = format!(
        "not ready:\na.toml (tenant {}): the answers of the gateway cannot be used\n",
        site.facts().tenant_id
    );
    assert_eq!(running.get("/readyz").1, why);
    let counted = "side=\"gateway\",reason=\"server_error\"} ";
    let failures =
        || running.get("/metrics").1.lines().find_map(|line| line.split_once(counted)?.1.parse().ok());
    assert!(failures().is_some_and(|count: u64| count > 0));
    running.says("the gateway's ");
    assert_eq!(running.get("/healthz").0, 200);
    site.let_go(Fault::None);
    running.is_ready();
    running.says("resolved: ");
    assert_eq!(running.stop().code, Some(0));
}

fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
}

#[test]
fn json_log_names_users_only_with_vv() {
    for (verbosity, names_users) in [("-q", false), ("-v", false), ("-vv", true), ("-vvv", true)] {
        let site = Site::new();
        site.write("bad.toml", "[swyx\n");
        let running = sync_with_an_invalid_file(&site, verbosity);
        busy(&site);
        site.call(false);
        until("the call is over", || site.sessions() == 0);
        site.write("a.toml", &site.settings().replace("[sync]", "[snyc]"));
        running.says("unknown-key");
        let run = running.stop();
        let log = lines(&run.err);
        assert!(
            log.iter().all(|line| line["level"].is_string() && line["message"].is_string()),
            "{}",
            run.err
        );
        assert!(log.iter().any(|line| line["file"] == "bad.toml" && line["level"] == "ERROR"), "{}", run.err);
        assert_eq!(site.user_in(&run.err).is_some(), names_users, "{verbosity}\n{}", run.err);
    }
}

fn sync_with_an_invalid_file<'a>(site: &'a Site, verbosity: &str) -> Running<'a> {
    site.write("a.toml", &site.settings());
    site.start(&["sync", "a.toml", "bad.toml", "--log-format", "json", verbosity])
}

#[test]
fn failed_start_is_logged_as_json() {
    let site = Site::new();
    site.write("a.toml", &site.settings().replace("gateway = ", "gatewya = "));
    let run = site.start(&["sync", "a.toml", "--log-format", "json"]).end();
    assert_eq!(run.code, Some(1));
    assert_eq!(lines(&run.err).len(), 1, "{}", run.err);
}
