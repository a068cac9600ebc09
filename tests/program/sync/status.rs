//! `status`, as text and as JSON.

use serde_json::Value;

use super::running::until;
use super::site::Site;

#[test]
fn status_shows_each_tenant() {
    let site = Site::new();
    site.write("a.toml", &site.settings());
    site.write("bad.toml", "[swyx\n");
    let running = site.start(&["sync", "a.toml", "bad.toml", "--metrics", "127.0.0.1:0"]);
    until("all presences are read", || {
        let (_, metrics) = running.get("/metrics");
        metrics.lines().any(|line| line.starts_with("swyx_teams_readings_total{") && !line.ends_with(" 0"))
    });
    site.teams("Busy/InAMeeting");
    until("Away in Swyx", || site.in_swyx() == "Away");
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    until("both are counted", || {
        let (_, status) = running.get("/status");
        status.contains("\"open_sessions\":1") && status.matches("\"last_seconds\":null").count() == 0
    });
    let address = running.address();
    let human = site.start(&["status", &address]).end();
    // One of the two files cannot be used.
    assert_eq!((human.code, human.err.as_str()), (Some(1), ""));
    for part in [
        &format!("a.toml (tenant {})\n", site.facts().tenant_id),
        "matched of ",
        "1 change, ",
        "1 shown in Teams",
        "bad.toml\n  not synchronised: the file cannot be used\n",
        "bad.toml:1:6: error[syntax]",
    ] {
        assert!(human.out.contains(part), "`{part}` is not in\n{}", human.out);
    }
    assert_eq!(site.user_in(&human.out), None);
    let json = site.start(&["status", &address, "--format", "json"]).end();
    let json: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!((&json["version"], json["tenants"].as_array().map(Vec::len)), (&Value::from(1), Some(2)));
    assert_eq!(json["tenants"][0]["carried"]["graph_answers"], true);
    let problems = site.start(&["status", &address, "--problems"]).end();
    assert_eq!(problems.code, Some(1), "{}", problems.err);
    assert!(problems.out.starts_with("bad.toml\n") && !problems.out.contains("a.toml"), "{}", problems.out);
    // One tenant, by its id or its file.
    for name in [&*site.facts().tenant_id.to_uppercase(), "a.toml"] {
        let one = site.start(&["status", &address, "--tenant", name]).end();
        assert_eq!(one.code, Some(0), "{}", one.err);
        assert!(one.out.starts_with("a.toml (tenant ") && !one.out.contains("bad.toml"), "{}", one.out);
        let none = site.start(&["status", &address, "--tenant", name, "--problems"]).end();
        assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    }
    let unknown = site.start(&["status", &address, "--tenant", "north"]).end();
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.err.contains("--tenant north: no such tenant"), "{}", unknown.err);
    assert_eq!(running.stop().code, Some(0));

    let gone = site.start(&["status", &address]).end();
    assert_eq!((gone.code, gone.out.as_str()), (Some(4), ""));
    assert!(gone.err.contains("no answer from ") && gone.err.contains("--metrics"), "{}", gone.err);
}

#[test]
fn status_rejects_other_programs() {
    let site = Site::new();
    let run = site.start(&["status", site.host()]).end();
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(run.err.contains("is not from `swyx-teams sync`"), "{}", run.err);
}
