//! `setup --format json` to its end, as an installer runs it.

use serde_json::{Value, json};

use super::gate::GateAction;
use super::world::*;
use swyx_teams::emulator::{Options, Scenario};

fn events(run: &crate::common::Run) -> Vec<Value> {
    run.out.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

fn of_kind<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == kind).collect()
}

/// The words of a setup, with a file that leads to the tenant.
fn begin(world: &World, sign_in: &str) -> Vec<String> {
    let facts = world.facts();
    let text = format!("[entra]\nauthority = \"{}\"\ngraph = \"{}\"\n", facts.authority, facts.graph);
    world.write("a.toml", &text);
    let answers = format!(
        "swyx-version = \"14.10\"\nmode = 2\ntenant = \"{}\"\nsign-in = \"{sign_in}\"\nsecret = {{ file = \"teams.secret\" }}\nyes = true\n",
        facts.tenant_id
    );
    world.write("answers.toml", &answers);
    ["setup", "a.toml", "--answers", "answers.toml", "--format", "json"].map(str::to_owned).to_vec()
}

fn go(world: &World, words: &[String]) -> crate::common::Run {
    world.run_without_log(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn steps_end_with_the_results_of_their_commands() {
    let world = World::empty();
    let words = begin(&world, "token");
    let run = go(&world, &words);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{}", run.out);
    let events = events(&run);
    let ended =
        of_kind(&events, "step").into_iter().filter(|event| event["state"] == "end").collect::<Vec<_>>();
    let names = ended.iter().map(|event| event["step"].as_str().expect("a name")).collect::<Vec<_>>();
    assert_eq!(names, ["apply", "check", "sheet"]);
    let client_id = world.application().app_id.to_string();
    assert_eq!(ended[0]["result"]["client_id"], client_id);
    assert_eq!(ended[1]["result"]["summary"]["errors"], 0);
    let fields = ended[2]["result"]["fields"].as_array().expect("fields");
    assert!(fields.iter().any(|field| field["value"] == client_id), "{fields:?}");
    let made = of_kind(&events, "progress");
    // What begins also ends, and the test of the secret is among it.
    let in_state = |state: &str| {
        made.iter().filter(|event| event["state"] == state).map(|event| &event["what"]).collect::<Vec<_>>()
    };
    let (mut begun, mut ended) = (in_state("begin"), in_state("end"));
    assert!(begun.contains(&&json!("testing the new secret with a sign-in")), "{made:?}");
    begun.sort_by_key(|what| what.as_str());
    ended.sort_by_key(|what| what.as_str());
    assert_eq!(begun, ended);
    assert!(made.iter().all(|event| event["what"].is_string()));
    assert_eq!(events.last(), Some(&json!({"version": 1, "event": "result", "exit": 0, "messages": ""})));
    assert!(world.accepts(&world.kept_in(SECRET_FILE)));
    world.assert_silent(&run);
}

#[test]
fn pauses_of_throttled_requests_are_events() {
    let world = World::empty();
    let words = begin(&world, "token");
    world.at_requests(|asked| if asked.number == 1 { GateAction::Throttle } else { GateAction::Pass });
    let run = go(&world, &words);
    assert_eq!(run.code, Some(0), "{}", run.out);
    let events = events(&run);
    let waits = of_kind(&events, "wait");
    let is_throttled =
        |event: &&&Value| event["reason"].as_str().is_some_and(|why| why.contains("too many requests"));
    let throttled = waits.iter().filter(is_throttled).collect::<Vec<_>>();
    assert_eq!(throttled.len(), 1, "{waits:?}");
    assert!(throttled[0]["seconds"].is_u64());
}

#[test]
fn device_code_is_an_event() {
    let world = World::with(Options::default().scenario(Scenario::Empty));
    let words = begin(&world, "device-code");
    let run = {
        let mut command = world.command(&words.iter().map(String::as_str).collect::<Vec<_>>());
        command.env_remove("SWYX_TEAMS_ADMIN_TOKEN");
        world.go(&mut command)
    };
    let events = events(&run);
    let codes = of_kind(&events, "sign-in");
    assert_eq!(codes.len(), 1, "{}{}", run.out, run.err);
    assert!(codes[0]["code"].as_str().is_some_and(|code| code.len() > 5), "{codes:?}");
    assert!(codes[0]["address"].as_str().is_some_and(|address| address.starts_with("http")), "{codes:?}");
    assert_eq!(run.code, Some(0), "{}", run.out);
}
