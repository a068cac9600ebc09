//! The report of `status` as text: problems stand out, normal values are short.

use std::io::{self, Write};

use serde_json::Value;

use super::state::NO_FILE;
use crate::text::printable;

/// Writes one tenant of the report.
pub(super) fn tenant(out: &mut dyn Write, tenant: &Value) -> io::Result<()> {
    head(out, tenant)?;
    let carried = at(tenant, "/carried");
    if !carried.is_null() {
        figures(out, carried)?;
        lines(out, &problems(carried))?;
        notes(out, carried)?;
    }
    Ok(())
}

/// Writes the problems of one tenant of the report.
pub(super) fn problems_of(out: &mut dyn Write, tenant: &Value) -> io::Result<()> {
    head(out, tenant)?;
    lines(out, &problems(at(tenant, "/carried")))
}

/// What is wrong apart from tenants: folders that cannot be searched, or no settings file at all.
pub(super) fn general_problems(report: Option<&Value>) -> Vec<String> {
    let Some(report) = report else { return Vec::new() };
    let folders = list(report, "/folders");
    let folders =
        folders.map(|one| format!("{}\n  {:13}  {}", text(one, "/folder"), "problem", text(one, "/why")));
    let is_empty = list(report, "/tenants").next().is_none();
    folders.chain(is_empty.then(|| NO_FILE.to_owned())).collect()
}

/// Whether something is wrong with one tenant of the report.
pub(super) fn is_wrong(tenant: &Value) -> bool {
    let carried = at(tenant, "/carried");
    carried.is_null() || !at(tenant, "/refused").is_null() || !problems(carried).is_empty()
}

fn head(out: &mut dyn Write, tenant: &Value) -> io::Result<()> {
    let file = text(tenant, "/file");
    match tenant.pointer("/tenant").and_then(Value::as_str) {
        Some(id) => writeln!(out, "{file} (tenant {})", printable(id))?,
        None => writeln!(out, "{file}")?,
    }
    let is_synchronised = !at(tenant, "/carried").is_null();
    if let Some(refused) = tenant.pointer("/refused").and_then(Value::as_str) {
        let what = if is_synchronised {
            "the current file cannot be used; the previous settings stay in use:"
        } else {
            "not synchronised: the file cannot be used"
        };
        writeln!(out, "  {what}")?;
        refused.lines().try_for_each(|line| writeln!(out, "    {}", printable(line)))?;
    } else if !is_synchronised {
        writeln!(out, "  not synchronised")?;
    }
    Ok(())
}

fn figures(out: &mut dyn Write, carried: &Value) -> io::Result<()> {
    line(out, "users", &users(carried))?;
    line(out, "presences", &presences(carried))?;
    line(out, "Teams to Swyx", &delays(at(carried, "/delays/to_swyx")))?;
    line(out, "Swyx to Teams", &delays(at(carried, "/delays/to_teams")))?;
    let calls = number(carried, "/open_sessions");
    let waiting = match number(carried, "/waiting") {
        0 => String::new(),
        waiting => format!("; {} pending", counted(waiting, "change", "changes")),
    };
    line(out, "calls", &format!("{calls} shown in Teams{waiting}"))?;
    line(out, "requests", &requests(carried))
}

/// What is wrong with a tenant that is synchronised: names and texts.
fn problems(carried: &Value) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let is_false = |pointer: String| at(carried, &pointer) == &Value::Bool(false);
    for (side, name) in [("Microsoft Graph", "graph"), ("the gateway", "gateway")] {
        if is_false(format!("/{name}_answers")) {
            found.push(("UNAVAILABLE", format!("{side} does not answer; retrying")));
        } else if is_false(format!("/{name}_works")) {
            found.push(("UNAVAILABLE", format!("the answers of {side} cannot be used; retrying")));
        }
    }
    for problem in list(carried, "/problems") {
        found.push(("problem", format!("{}: {}", text(problem, "/what"), text(problem, "/why"))));
    }
    if !carried.is_null() && at(carried, "/users").is_null() {
        found.push(("problem", "the lists of users are not read yet".to_owned()));
    } else if at(carried, "/users/matched") == &Value::from(0) {
        found.push(("problem", "no user is synchronised (see `swyx-teams users`)".to_owned()));
    }
    if let Some(slow) = slow_reading(carried) {
        found.push(("problem", slow));
    }
    if let Some(budget) = at(carried, "/read_budget").as_str() {
        found.push(("read-budget", printable(budget)));
    }
    found
}

/// Readings that take much longer than the target interval.
fn slow_reading(carried: &Value) -> Option<String> {
    let interval = |name: &str| at(carried, &format!("/interval_seconds/{name}")).as_f64();
    let (kept, wanted) = (interval("kept")?, interval("wanted")?);
    let text = format!("each presence is read only every {kept:.1} s instead of every {wanted:.1} s");
    (kept > wanted * 1.5 + 1.0).then_some(text)
}

/// What is unusual, but not wrong.
fn notes(out: &mut dyn Write, carried: &Value) -> io::Result<()> {
    for words in list(carried, "/unknown_words").filter_map(Value::as_str) {
        line(out, "unknown", &format!("Teams reported {}, which changes nothing in Swyx", printable(words)))?;
    }
    for instead in list(carried, "/instead") {
        let (wanted, set) = (text(instead, "/wanted"), text(instead, "/set"));
        line(out, "instead", &format!("the gateway cannot set {wanted}; {set} is set instead"))?;
    }
    Ok(())
}

fn lines(out: &mut dyn Write, lines: &[(&str, String)]) -> io::Result<()> {
    lines.iter().try_for_each(|(name, what)| line(out, name, what))
}

fn users(carried: &Value) -> String {
    if at(carried, "/users").is_null() {
        return "not read yet".to_owned();
    }
    let of = |name: &str| number(carried, &format!("/users/{name}"));
    let errors = match of("errors") {
        0 => String::new(),
        errors => {
            format!(
                "; {} (see `swyx-teams users`)",
                counted(errors, "active user without a match", "active users without a match")
            )
        }
    };
    format!("{} matched of {} in Swyx and {} in Teams{errors}", of("matched"), of("swyx"), of("teams"))
}

fn presences(carried: &Value) -> String {
    let Some(oldest) = seconds(carried, "/oldest_reading_seconds") else {
        return "none read yet".to_owned();
    };
    let wanted = seconds(carried, "/interval_seconds/wanted").unwrap_or_default();
    match seconds(carried, "/interval_seconds/kept") {
        Some(kept) => format!("the oldest is {oldest} old; each is read every {kept} (target: {wanted})"),
        None => format!("the oldest is {oldest} old; the target is every {wanted}"),
    }
}

fn delays(delays: &Value) -> String {
    let count = number(delays, "/count");
    let of = |name: &str| seconds(delays, name).unwrap_or_else(|| "-".to_owned());
    match count {
        0 => "no change yet".to_owned(),
        _ => format!(
            "{}, 99 % within {}, the last in {}",
            counted(count, "change", "changes"),
            of("/99_percent_at_most_seconds"),
            of("/last_seconds")
        ),
    }
}

fn requests(carried: &Value) -> String {
    let of = |name: &str| number(carried, name);
    let (used, limit) = (of("/requests_in_30_seconds/used"), of("/requests_in_30_seconds/limit"));
    let faults = [("rejected", "/refused"), ("throttled", "/throttled"), ("failed", "/failed")];
    let faults = faults.iter().filter(|(_, name)| of(name) > 0);
    let faults = faults.map(|(what, name)| format!("{} {what}", of(name))).collect::<Vec<_>>();
    let faults = if faults.is_empty() { String::new() } else { format!("; so far {}", faults.join(", ")) };
    format!("{used} of {limit} in 30 s{faults}")
}

fn line(out: &mut dyn Write, name: &str, what: &str) -> io::Result<()> {
    writeln!(out, "  {name:<14} {what}")
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

fn text(value: &Value, pointer: &str) -> String {
    at(value, pointer).as_str().map_or_else(|| "-".to_owned(), printable)
}

fn number(value: &Value, pointer: &str) -> u64 {
    at(value, pointer).as_u64().unwrap_or_default()
}

fn seconds(value: &Value, pointer: &str) -> Option<String> {
    at(value, pointer).as_f64().map(|seconds| format!("{seconds:.1} s"))
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    at(value, pointer).as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(report: &Value) -> String {
        let mut out = Vec::new();
        tenant(&mut out, report).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn normal_values_are_short() {
        let report = json!({"file": "a.toml", "tenant": "t", "refused": null, "carried": {
            "users": {"swyx": 24, "teams": 25, "matched": 24, "errors": 0}, "oldest_reading_seconds": 3.21,
            "interval_seconds": {"wanted": 4.0, "kept": 4.04}, "open_sessions": 2, "waiting": 0,
            "delays": {"to_swyx": {"count": 1, "99_percent_at_most_seconds": 5.0, "last_seconds": 2.25}, "to_teams": {"count": 0}},
            "requests_in_30_seconds": {"used": 8, "limit": 1500}, "refused": 0, "throttled": 0, "failed": 0,
            "graph_answers": true, "gateway_answers": true, "problems": [], "unknown_words": [], "instead": []}});
        assert_eq!(
            shown(&report),
            "a.toml (tenant t)\n  users          24 matched of 24 in Swyx and 25 in Teams\n  \
             presences      the oldest is 3.2 s old; each is read every 4.0 s (target: 4.0 s)\n  \
             Teams to Swyx  1 change, 99 % within 5.0 s, the last in 2.2 s\n  Swyx to Teams  no change yet\n  \
             calls          2 shown in Teams\n  requests       8 of 1500 in 30 s\n"
        );
    }

    #[test]
    fn problems_are_shown() {
        let report = json!({"file": "a.toml", "tenant": "t", "refused": "one\ntwo \u{1b}[31m", "carried": {
            "users": {"swyx": 24, "teams": 25, "matched": 23, "errors": 1}, "waiting": 3, "failed": 7, "throttled": 1,
            "graph_answers": false, "problems": [{"what": "x", "why": "y"}], "unknown_words": ["Busy/New"],
            "instead": [{"wanted": "Speaking", "set": "Away"}]}});
        let shown = shown(&report);
        for part in [
            "the previous settings stay in use:\n    one\n    two \\u{1b}[31m\n",
            "in Teams; 1 active user without a match (see `swyx-teams users`)",
            "none read yet",
            "0 shown in Teams; 3 changes pending",
            "so far 1 throttled, 7 failed",
            "UNAVAILABLE    Microsoft Graph does not answer",
            "problem        x: y",
            "Teams reported Busy/New",
            "cannot set Speaking; Away is set instead",
        ] {
            assert!(shown.contains(part), "`{part}` is not in\n{shown}");
        }
        assert!(!shown.contains("the gateway does not answer"));
        let page = json!({"file": "a.toml", "tenant": "t", "carried": {"graph_answers": true, "graph_works": false}});
        let shown = self::shown(&page);
        assert!(shown.contains("the answers of Microsoft Graph cannot be used"), "{shown}");
        assert!(!shown.contains("does not answer"), "{shown}");
    }

    #[test]
    fn wrong_tenants_are_told_from_healthy_ones() {
        let healthy = json!({"file": "a.toml", "tenant": "t", "refused": null, "carried": {
            "users": {"swyx": 24, "teams": 25, "matched": 23, "errors": 1}, "graph_answers": true,
            "gateway_answers": true, "graph_works": true, "gateway_works": true,
            "interval_seconds": {"wanted": 4.0, "kept": 5.0}, "problems": [], "unknown_words": ["Busy/New"], "instead": [],
            "read_budget": null, "failed": 7}});
        assert!(!is_wrong(&healthy));
        for (pointer, value) in [
            ("/refused", json!("one")),
            ("/carried", Value::Null),
            ("/carried/users", Value::Null),
            ("/carried/users/matched", json!(0)),
            ("/carried/graph_answers", json!(false)),
            ("/carried/gateway_answers", json!(false)),
            ("/carried/graph_works", json!(false)),
            ("/carried/interval_seconds/kept", json!(7.1)),
            ("/carried/problems", json!([{"what": "x", "why": "y"}])),
            ("/carried/read_budget", json!("too slow")),
        ] {
            let mut wrong = healthy.clone();
            *wrong.pointer_mut(pointer).unwrap() = value;
            assert!(is_wrong(&wrong), "{pointer}");
            let mut out = Vec::new();
            problems_of(&mut out, &wrong).unwrap();
            let out = String::from_utf8(out).unwrap();
            assert!(out.lines().count() > 1 && !out.contains("Busy/New"), "{pointer}: {out}");
        }
    }

    #[test]
    fn files_that_were_never_synchronised_have_no_figures() {
        let report = json!({"file": "bad.toml", "tenant": null, "refused": "one", "carried": null});
        assert_eq!(shown(&report), "bad.toml\n  not synchronised: the file cannot be used\n    one\n");
    }
}
