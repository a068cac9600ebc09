//! Tokens: how many are asked for, how long they are kept, and what refusals come to.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use swyx_teams::entra::GraphError;
use swyx_teams::entra::aadsts::Kind;

use super::script::*;

#[tokio::test(start_paused = true)]
async fn a_thousand_callers_share_one_sign_in() {
    let script = Script::new([good_token()]);
    let client = Arc::new(client(&script));
    let callers = (0..1000).map(|_| {
        let client = Arc::clone(&client);
        tokio::spawn(async move { client.fetch_token().await.is_ok() })
    });
    for caller in callers.collect::<Vec<_>>() {
        assert!(caller.await.unwrap());
    }
    assert_eq!(script.times().len(), 1);
}

/// Sign-ins of a client that asks for a token once a minute for two hours.
async fn sign_ins(seconds: &Value) -> usize {
    let script = Script::new([token("t", seconds)]);
    let client = client(&script);
    for _ in 0..120 {
        let _ = client.fetch_token().await;
        tokio::time::advance(Duration::from_secs(60)).await;
    }
    script.times().len()
}

#[tokio::test(start_paused = true)]
async fn token_is_cached_until_shortly_before_expiry() {
    assert_eq!(sign_ins(&json!(3599)).await, 3, "after 55 minutes each");
    assert_eq!(sign_ins(&json!(86_400)).await, 1);
    assert_eq!(sign_ins(&json!(1_000_000_000_000_u64)).await, 1);
    for useless in [json!(0), json!(1), json!(59)] {
        assert_eq!(sign_ins(&useless).await, 120, "{useless}");
    }
    assert_eq!(sign_ins(&json!("3599")).await, 3, "a text is read, too");
    assert_eq!(sign_ins(&json!(3599.5)).await, 3);
    for unknown in [Value::Null, json!("soon"), json!([])] {
        assert_eq!(sign_ins(&unknown).await, 24, "five minutes are assumed for {unknown}");
    }
}

#[tokio::test(start_paused = true)]
async fn rejected_token_is_renewed_once() {
    let refused = || json(401, &json!({"error": {"code": "InvalidAuthenticationToken", "message": "x"}}));
    let script = Script::new([
        token("one", &json!(3599)),
        refused(),
        token("two", &json!(3599)),
        json(200, &json!({})),
    ]);
    client(&script).get("/x").await.expect("with the second token");
    let bearers = script.sent(|sent| sent.authorization.clone().unwrap_or_default());
    assert_eq!(bearers, ["", "Bearer one", "", "Bearer two"]);

    let script = Script::new([good_token(), refused(), good_token(), refused()]);
    let error = client(&script).get("/x").await.expect_err("refused again");
    assert_eq!(error.to_string(), "graph.microsoft.com: refused with HTTP 401 (InvalidAuthenticationToken)");
    assert_eq!(script.times().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn rejection_is_identified_by_code_otherwise_by_error() {
    for (reply, code, kind) in [
        (refusal(401, "invalid_client", 7_000_215), Some(7_000_215), Kind::SecretRejected),
        (json(401, &json!({"error": "invalid_client"})), None, Kind::SecretRejected),
        (json(400, &json!({"error": "unauthorized_client", "error_codes": [1]})), Some(1), Kind::Unknown),
        (json(400, &json!({"error": "something_new"})), None, Kind::Unknown),
    ] {
        let script = Script::new([reply]);
        match client(&script).fetch_token().await {
            Err(GraphError::SignIn(refused)) => assert_eq!((refused.code, refused.kind), (code, kind)),
            other => panic!("{other:?}"),
        }
        assert_eq!(script.times().len(), 1, "a refusal is not tried again");
    }
}
