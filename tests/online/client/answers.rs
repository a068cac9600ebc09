//! Answers, good and bad, and when a request is sent again.

use serde_json::json;
use swyx_teams::http::TransportError;

use super::script::*;

#[tokio::test(start_paused = true)]
async fn reading_sends_a_sign_in_and_a_request_with_the_token() {
    let script = Script::new([good_token(), json(200, &json!({"value": 1}))]);
    assert_eq!(client(&script).get("/users?$top=1").await, Ok(json!({"value": 1})));
    assert_eq!(
        script.sent(|sent| sent.uri.clone()),
        [
            format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"),
            "https://graph.microsoft.com/v1.0/users?$top=1".to_owned()
        ]
    );
    let form = &script.sent(|sent| sent.body.clone())[0];
    for part in [
        "grant_type=client_credentials",
        "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
        &format!("client_id={CLIENT}"),
        "client_secret=Ab18Q%7EzY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d",
    ] {
        assert!(form.contains(part), "{part}");
    }
    assert_eq!(script.sent(|sent| sent.authorization.clone()), [None, Some("Bearer opaque".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn retry_after_seconds_are_respected() {
    for (asked, least, most) in [
        ("5", 5.0, 5.0),
        ("2.128", 2.128, 2.128),
        ("0", 1.0, 2.0),
        ("abc", 1.0, 2.0),
        ("-3", 1.0, 2.0),
        ("1e30", 1.0, 2.0),
        ("10000000000000000000000000000000", 1.0, 2.0),
    ] {
        for status in [429, 503] {
            let script = Script::new([good_token(), later(status, asked), json(200, &json!({}))]);
            client(&script).get("/x").await.expect("the second try succeeds");
            let waited = script.times()[2] - script.times()[1];
            assert!((least - 0.001..=most + 0.002).contains(&waited), "{status} {asked}: {waited}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_date_is_respected() {
    let then = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(60);
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&then).unwrap();
    let script = Script::new([good_token(), later(429, &date), json(200, &json!({}))]);
    client(&script).get("/x").await.expect("the second try succeeds");
    let waited = script.times()[2] - script.times()[1];
    assert!((58.0..61.0).contains(&waited), "{waited}");
}

#[tokio::test(start_paused = true)]
async fn pause_beyond_the_deadline_fails_at_once() {
    let script = Script::new([good_token(), later(429, "86400")]);
    let error = client_within(&script, 60).get("/x").await.expect_err("no time");
    assert_eq!(error.to_string(), "graph.microsoft.com: too many requests (HTTP 429); asked to wait 86400 s");
    assert_eq!(script.times(), [0.0, 0.0]);
}

#[tokio::test(start_paused = true)]
async fn huge_pause_does_not_panic() {
    for asked in ["10000000000000000000", "18446744073709551615"] {
        let script = Script::new([good_token(), later(429, asked)]);
        let error = client_within(&script, 60).get("/x").await.expect_err("no time");
        assert!(error.to_string().contains("too many requests (HTTP 429)"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn server_errors_are_tried_four_times_with_growing_pauses() {
    for status in [500, 502, 503, 504] {
        let script = Script::new([good_token(), html(status)]);
        let error = client(&script).get("/x").await.expect_err("service unavailable");
        assert_eq!(error.to_string(), format!("graph.microsoft.com: service unavailable (HTTP {status})"));
        let times = script.times();
        assert_eq!(times.len(), 5);
        for (at, least) in [(2, 1.0), (3, 2.0), (4, 4.0)] {
            let pause = times[at] - times[at - 1];
            assert!((least..=2.0 * least + 0.01).contains(&pause), "{times:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn retries_have_a_budget() {
    let script = Script::new([good_token(), html(503)]);
    let client = client(&script);
    for _ in 0..20 {
        client.get("/x").await.expect_err("service unavailable");
    }
    // 20 calls, and the ten repetitions that the budget has.
    assert_eq!(script.times().len(), 1 + 20 + 10);
}

#[tokio::test(start_paused = true)]
async fn missing_response_times_out_with_the_limit() {
    let script = Script::new([Reply::Never]);
    let error = client_within(&script, 60).fetch_token().await.expect_err("silence");
    assert!(error.is_silence());
    let text = error.to_string();
    assert!(text.starts_with("login.microsoftonline.com: no answer within "), "{text}");
    assert_eq!(script.times()[0], 0.0);
    assert!(*script.times().last().unwrap() < 60.0);
    let alone = client_within(&Script::new([Reply::Never]), 30).fetch_token().await.expect_err("silence");
    assert_eq!(alone.to_string(), "login.microsoftonline.com: no answer within 30 s");
}

#[tokio::test(start_paused = true)]
async fn responses_of_proxies_are_identified() {
    for (reply, words) in [
        (
            html(200),
            "login.microsoftonline.com: HTTP 200, but not an answer from Entra ID (text/html); check for a proxy or a captive portal",
        ),
        (
            html(407),
            "login.microsoftonline.com: HTTP 407, but not an answer from Entra ID (text/html); check for a proxy or a captive portal",
        ),
        (
            json(200, &json!([])),
            "login.microsoftonline.com: HTTP 200, but not an answer from Entra ID (application/json); check for a proxy or a captive portal",
        ),
        (
            json(200, &json!({"hello": 1})),
            "login.microsoftonline.com: HTTP 200, but not an answer from Entra ID (application/json); check for a proxy or a captive portal",
        ),
    ] {
        let error = client(&Script::new([reply])).fetch_token().await.expect_err("not Entra ID");
        assert_eq!(error.to_string(), words);
        assert!(!error.is_silence());
    }
    let error = client(&Script::new([good_token(), html(200)])).get("/x").await.expect_err("not Graph");
    assert_eq!(
        error.to_string(),
        "graph.microsoft.com: HTTP 200, but not an answer from Microsoft Graph (text/html); check for a proxy or a captive portal"
    );
}

#[tokio::test(start_paused = true)]
async fn redirects_are_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere =
            Reply::Answer(status, vec![("location", "https://login.example.com/".to_owned())], Vec::new());
        let script = Script::new([elsewhere.clone()]);
        let error = client(&script).fetch_token().await.expect_err("a redirect");
        assert!(
            error.to_string().contains(&format!("unexpected redirect (HTTP {status}), not followed")),
            "{error}"
        );
        assert_eq!(script.times().len(), 1);
        let script = Script::new([good_token(), elsewhere]);
        client(&script).get("/x").await.expect_err("a redirect");
        assert_eq!(script.times().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_certificate_is_not_retried() {
    let bad = TransportError::Certificate("is for another host");
    let script = Script::new([Reply::Failure(bad)]);
    let error = client(&script).fetch_token().await.expect_err("another host");
    assert_eq!(error.to_string(), "login.microsoftonline.com: the certificate is for another host");
    assert_eq!(script.times().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn next_pages_are_followed_only_on_the_same_host() {
    let page = |next: &str| json(200, &json!({"value": [next], "@odata.nextLink": next}));
    let last = json(200, &json!({"value": ["last"]}));
    let here = "https://graph.microsoft.com/v1.0/users?$skiptoken=2";
    let script = Script::new([good_token(), page(here), last]);
    let client_of = client(&script);
    let first = client_of.get("/users").await.expect("a page");
    assert_eq!(client_of.read_rest(first).await.expect("two pages"), [json!(here), json!("last")]);
    assert_eq!(script.sent(|sent| sent.uri.clone())[2], here);

    for elsewhere in [
        "https://graph.microsoft.com.example.com/v1.0/users",
        "https://graph.microsoft.com:8443/v1.0/users",
        "http://graph.microsoft.com/v1.0/users",
        "https://a:b@graph.microsoft.com/v1.0/users",
        "//example.com/x",
        "not an address",
    ] {
        let script = Script::new([good_token(), page(elsewhere), json(200, &json!({"value": []}))]);
        let client = client(&script);
        let first = client.get("/users").await.expect("a page");
        let error = client.read_rest(first).await.expect_err("another host");
        assert!(error.to_string().contains("on another host and was not requested"), "{error}");
        assert_eq!(script.times().len(), 2, "{elsewhere}");
    }

    let script = Script::new([good_token(), page(here), page(here)]);
    let client = client(&script);
    let first = client.get("/users").await.expect("a page");
    assert!(client.read_rest(first).await.expect_err("a circle").to_string().contains("are circular"));
}
