//! Batches: every part gets its own answer, and only parts that were put off are sent again.

use serde_json::{Value, json};
use swyx_teams::entra::graph::Part;
use swyx_teams::http::Limits;

use super::script::*;

fn parts() -> [Part; 3] {
    [Part::get("/a"), Part::post("/b", json!({"x": 1})), Part::get("/c")]
}

fn answers(responses: &Value) -> Reply {
    json(200, &json!({"responses": responses}))
}

/// The ids of the parts in a request.
fn ids(body: &str) -> Vec<String> {
    let body = serde_json::from_str::<Value>(body).unwrap();
    body["requests"].as_array().unwrap().iter().map(|part| part["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn batch_responses_can_be_reordered_repeated_or_unknown() {
    let script = Script::new([
        good_token(),
        answers(&json!([
            {"id": "2", "status": 404, "body": {"error": {"code": "Request_ResourceNotFound"}}},
            {"id": "9", "status": 200, "body": {}},
            {"id": "0", "status": 200, "body": {"value": 0}},
            {"id": "0", "status": 500, "body": {}},
            {"id": "x", "status": 200},
            {"id": "1", "status": 204},
        ])),
    ]);
    let [a, b, c] = client(&script).batch(&parts()).await.map(|part| part.expect("an answer"));
    assert_eq!((a.status, a.body, b.status), (200, json!({"value": 0}), 204));
    assert_eq!((c.status, c.code.as_str()), (404, Some("Request_ResourceNotFound")));
    let body = &script.sent(|sent| sent.body.clone())[1];
    assert_eq!(
        serde_json::from_str::<Value>(body).unwrap(),
        json!({"requests": [
            {"id": "0", "method": "GET", "url": "/a"},
            {"id": "1", "method": "POST", "url": "/b", "headers": {"Content-Type": "application/json"}, "body": {"x": 1}},
            {"id": "2", "method": "GET", "url": "/c"},
        ]})
    );
}

#[tokio::test(start_paused = true)]
async fn only_throttled_parts_are_resent_after_the_longest_pause() {
    let script = Script::new([
        good_token(),
        answers(&json!([
            {"id": "0", "status": 200, "body": {}},
            {"id": "1", "status": 429, "headers": {"Retry-After": "2.5"}},
            {"id": "2", "status": 503, "headers": {"retry-after": "7"}},
        ])),
        answers(
            &json!([{"id": "2", "status": 200, "body": {}}, {"id": "1", "status": 429, "headers": {"Retry-After": "1"}}]),
        ),
        answers(&json!([{"id": "1", "status": 200, "body": {}}])),
    ]);
    let outcomes = client(&script).batch(&parts()).await;
    assert!(outcomes.iter().all(Result::is_ok));
    let bodies = script.sent(|sent| sent.body.clone());
    assert_eq!(
        bodies[1..].iter().map(|body| ids(body)).collect::<Vec<_>>(),
        [vec!["0", "1", "2"], vec!["1", "2"], vec!["1"]]
    );
    let times = script.times();
    assert!(
        (7.0..7.1).contains(&(times[2] - times[1])) && (2.0..4.1).contains(&(times[3] - times[2])),
        "{times:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn endlessly_throttled_or_missing_part_does_not_affect_others() {
    let script = Script::new([
        good_token(),
        answers(&json!([{"id": "0", "status": 200, "body": {}}, {"id": "1", "status": 429}])),
        answers(&json!([{"id": "1", "status": 429}])),
    ]);
    let [a, b, c] = client(&script).batch(&parts()).await;
    assert!(a.is_ok());
    assert_eq!(b.unwrap_err().to_string(), "graph.microsoft.com: too many requests (HTTP 429)");
    assert!(c.unwrap_err().to_string().contains("not an answer from Microsoft Graph"));
    assert_eq!(script.times().len(), 5, "a token and four rounds");
}

#[tokio::test(start_paused = true)]
async fn failure_of_the_request_fails_every_part() {
    let refused = json(403, &json!({"error": {"code": "Forbidden"}}));
    let outcomes = client(&Script::new([good_token(), refused])).batch(&parts()).await;
    assert!(outcomes.iter().all(|part| part.as_ref().is_ok_and(|part| part.status == 403)));
    // A rejected batch does not reject its parts.
    let bad = json(400, &json!({"error": {"code": "BadRequest"}}));
    for reply in [bad, html(200), json(200, &json!({"responses": 1})), json(200, &json!({}))] {
        let outcomes = client(&Script::new([good_token(), reply])).batch(&parts()).await;
        assert!(outcomes.iter().all(|part| part.as_ref().is_err_and(|error| !error.is_silence())));
    }
}

#[tokio::test(start_paused = true)]
async fn part_with_rejected_token_gets_one_new_token() {
    let refused = || {
        answers(&json!([
            {"id": "0", "status": 200, "body": {}},
            {"id": "1", "status": 401, "body": {"error": {"code": "Unauthorized"}}},
            {"id": "2", "status": 200, "body": {}},
        ]))
    };
    let script = Script::new([
        token("one", &json!(3599)),
        refused(),
        token("two", &json!(3599)),
        answers(&json!([{"id": "1", "status": 200}])),
    ]);
    let outcomes = client(&script).batch(&parts()).await;
    assert!(outcomes.iter().all(|part| part.as_ref().is_ok_and(|part| part.status == 200)));
    assert_eq!(ids(&script.sent(|sent| sent.body.clone())[3]), ["1"]);
    assert_eq!(script.sent(|sent| sent.authorization.clone())[3].as_deref(), Some("Bearer two"));
}

#[tokio::test(start_paused = true)]
async fn new_token_waits_for_the_pause_of_another_part() {
    let mixed = answers(&json!([
        {"id": "0", "status": 429, "headers": {"Retry-After": 7}},
        {"id": "1", "status": 401, "body": {}},
        {"id": "2", "status": 200, "body": {}},
    ]));
    let rest = answers(&json!([{"id": "0", "status": 200}, {"id": "1", "status": 200}]));
    let script = Script::new([good_token(), mixed, good_token(), rest]);
    assert!(
        client(&script)
            .batch(&parts())
            .await
            .iter()
            .all(|part| part.as_ref().is_ok_and(|part| part.status == 200))
    );
    let times = script.times();
    assert!((7.0..7.1).contains(&(times[3] - times[1])), "{times:?}");
}

#[tokio::test(start_paused = true)]
async fn late_rejection_of_a_part_still_gets_a_new_token() {
    let script = Script::new([
        good_token(),
        answers(&json!([{"id": "0", "status": 200}, {"id": "1", "status": 429}, {"id": "2", "status": 200}])),
        answers(&json!([{"id": "1", "status": 401}])),
        good_token(),
        answers(&json!([{"id": "1", "status": 200}])),
    ]);
    assert!(
        client(&script)
            .batch(&parts())
            .await
            .iter()
            .all(|part| part.as_ref().is_ok_and(|part| part.status == 200))
    );
    assert_eq!(script.times().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn retries_are_not_nested() {
    // A token that is refused for the whole batch is renewed once.
    let refused = || json(401, &json!({"error": {"code": "InvalidAuthenticationToken"}}));
    let script = Script::new([good_token(), refused(), good_token(), refused()]);
    assert!(
        client(&script)
            .batch(&parts())
            .await
            .iter()
            .all(|part| part.as_ref().is_ok_and(|part| part.status == 401))
    );
    assert_eq!(script.times().len(), 4);
    // A batch that is unavailable is tried four times.
    let script = Script::new([good_token(), html(503)]);
    assert!(client(&script).batch(&parts()).await.iter().all(Result::is_err));
    assert_eq!(script.times().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn without_retries_neither_batch_nor_parts_are_resent() {
    let put_off = answers(&json!([
        {"id": "0", "status": 200, "body": {}},
        {"id": "1", "status": 429, "headers": {"Retry-After": "2"}},
        {"id": "2", "status": 503},
    ]));
    for (repetitions, answer, requests) in
        [(0, put_off.clone(), 2), (0, later(503, "1"), 2), (1, put_off, 3), (1, later(503, "1"), 3)]
    {
        let script = Script::new([good_token(), answer]);
        let client = client_with(&script, Limits::default().repetitions(repetitions));
        let [_, b, _] = client.batch(&parts()).await;
        assert!(b.is_err());
        assert_eq!(script.times().len(), requests, "{repetitions}");
    }
}
