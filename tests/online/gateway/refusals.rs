//! What each answer but a good one comes to.

use std::time::Duration;

use serde_json::json;
use swyx_teams::http::{HttpError, TransportError};
use swyx_teams::settings::SwyxStatus;
use swyx_teams::swyx::{GatewayError, GatewayEvent};

use super::script::*;

/// The errors of all calls to a gateway that answers with `reply` only: capabilities, users, statuses, statuses since, setting, events,
/// events after.
async fn errors(reply: &Reply) -> [GatewayError; 7] {
    let gateway = gateway(&Script::new([reply.clone()]));
    let cursor = cursor("c");
    [
        gateway.capabilities().await.err(),
        gateway.users().await.err(),
        gateway.statuses(None).await.err(),
        gateway.statuses(Some(&cursor)).await.err(),
        gateway.set_status("a", SwyxStatus::Away).await.err(),
        gateway.events(None).await.err(),
        gateway.events(Some(&cursor)).await.err(),
    ]
    .map(|error| error.expect("an error"))
}

/// A word for the kind of an error.
fn kind(error: &GatewayError) -> &'static str {
    match error {
        GatewayError::Http(HttpError::Transport { .. }) => "transport",
        GatewayError::Http(HttpError::TimedOut { .. }) => "timed out",
        GatewayError::Silent { .. } => "silent",
        GatewayError::Http(HttpError::Throttled { .. }) => "throttled",
        GatewayError::Http(HttpError::Unavailable { .. }) => "unavailable",
        GatewayError::Http(HttpError::Redirected { .. }) => "redirected",
        GatewayError::Unauthorized { .. } => "unauthorized",
        GatewayError::NotAToken => "not a token",
        GatewayError::UnknownUser { .. } => "user",
        GatewayError::UnknownCursor { .. } => "cursor",
        GatewayError::CannotBeSet { .. } => "cannot",
        GatewayError::Conflict { .. } => "conflict",
        GatewayError::Refused { .. } => "refused",
        GatewayError::Version { .. } => "version",
        GatewayError::NotAGateway { .. } => "not",
        GatewayError::EndlessPages { .. } => "endless",
        other => panic!("{other:?} has no word"),
    }
}

#[tokio::test(start_paused = true)]
async fn each_status_code_maps_to_an_error() {
    for (reply, expected) in [
        (problem(401), ["unauthorized"; 7]),
        (html(401), ["unauthorized"; 7]),
        (problem(403), ["refused"; 7]),
        (problem(404), ["refused", "refused", "refused", "refused", "user", "refused", "refused"]),
        (html(404), ["not"; 7]),
        (problem(409), ["refused", "refused", "refused", "refused", "conflict", "refused", "refused"]),
        (html(409), ["not"; 7]),
        (problem(410), ["refused", "refused", "refused", "cursor", "refused", "refused", "cursor"]),
        (html(410), ["not"; 7]),
        (problem(422), ["refused", "refused", "refused", "refused", "cannot", "refused", "refused"]),
        (html(422), ["not"; 7]),
        (problem(429), ["throttled"; 7]),
        (problem(500), ["unavailable"; 7]),
        (html(502), ["unavailable"; 7]),
        (problem(503), ["unavailable"; 7]),
        (problem(302), ["not"; 7]),
        (html(200), ["not"; 7]),
        (answer(204, "application/json", ""), ["not"; 7]),
        (json(&json!({"error": "x"})), ["not"; 7]),
        (Reply::Failure(TransportError::Certificate("has expired")), ["transport"; 7]),
        (Reply::Never, ["timed out"; 7]),
    ] {
        let errors = errors(&reply).await;
        assert_eq!(errors.each_ref().map(kind), expected, "{}", errors[0]);
    }
}

#[tokio::test]
async fn requested_pause_is_reported() {
    for (status, wish, wait) in [
        (429, Some("7"), Some(Duration::from_secs(7))),
        (503, Some("0.5"), Some(Duration::from_millis(500))),
        (429, None, None),
        (503, Some("soon"), None),
    ] {
        let headers = wish.map(|wish| ("retry-after", wish.to_owned()));
        let reply = Reply::Answer(status, headers.into_iter().collect(), Vec::new());
        for error in errors(&reply).await {
            assert_eq!(error.requested_pause(), wait, "{error}");
            assert!(error.is_transient());
        }
    }
    for error in errors(&problem(401)).await {
        assert!(error.requested_pause().is_none() && !error.is_transient());
    }
}

#[tokio::test]
async fn bodies_that_violate_the_contract_are_rejected() {
    let status = |id: &str, status: &str, in_call: &str, sequence: &str| {
        format!(r#"{{"id":{id},"status":{status},"inCall":{in_call},"sequence":{sequence}}}"#)
    };
    for body in [
        status(r#""""#, r#""Away""#, "true", "1"),
        status(r#""..""#, r#""Away""#, "true", "1"),
        status(r#""a\nb""#, r#""Away""#, "true", "1"),
        status("5", r#""Away""#, "true", "1"),
        status(r#""a""#, "null", "true", "1"),
        status(r#""a""#, r#""Away""#, "\"yes\"", "1"),
        status(r#""a""#, r#""Away""#, "true", "-1"),
        status(r#""a""#, r#""Away""#, "true", "1.5"),
        status(r#""a""#, r#""Away""#, "true", "9007199254740992"),
        status(r#""a""#, r#""Away""#, "true", "1e400"),
        r#"{"id":"a"}"#.to_owned(),
        String::new(),
        "[".repeat(100_000),
        "\u{feff}{}".to_owned(),
    ] {
        let list = format!(r#"{{"cursor":"c","statuses":[{body}],"next":null}}"#);
        let lists = gateway(&Script::new([answer(200, "application/json", &list)]));
        // One such record is skipped and counted, unless the list is no JSON.
        let is_json = serde_json::from_str::<&serde_json::value::RawValue>(&body).is_ok();
        match lists.statuses(None).await {
            Ok(all) => {
                assert!(all.statuses.is_empty() && (is_json || body.is_empty()), "{body:.80}");
                assert_eq!(lists.skipped().statuses, usize::from(is_json), "{body:.80}");
            }
            Err(_) => assert!(!is_json, "{body:.80}"),
        }
        let set = gateway(&Script::new([answer(200, "application/json", &body)]));
        let error = set.set_status("a", SwyxStatus::Away).await.unwrap_err();
        assert_eq!(kind(&error), "not", "{body:.80}");
        let event = text(&format!("event: status\ndata: {body}\n\n"));
        let next = events(vec![event]).await.next().await;
        // Only an event above the maximum size ends the stream.
        assert_eq!(next == Ok(Some(GatewayEvent::Alive)), body.len() < 65_536, "{body:.80}");
    }
    // The status of the same user is accepted, that of another user is not.
    let body = status(r#""b""#, r#""Away""#, "true", "1");
    let set = gateway(&Script::new([answer(200, "application/json", &body)]));
    assert!(set.set_status("b", SwyxStatus::Away).await.is_ok());
    assert_eq!(kind(&set.set_status("a", SwyxStatus::Away).await.unwrap_err()), "not");
}

#[tokio::test]
async fn invalid_cursors_are_rejected() {
    for cursor in ["", "a b", "ü", "a\n", &"x".repeat(1025)] {
        let body = json!({"cursor": cursor, "statuses": [], "next": null});
        let error = gateway(&Script::new([json(&body)])).statuses(None).await.unwrap_err();
        assert_eq!(kind(&error), "not", "{cursor}");
    }
    let body = json!({"cursor": "x".repeat(1024), "statuses": [], "next": null});
    assert!(gateway(&Script::new([json(&body)])).statuses(None).await.is_ok());
}

#[tokio::test]
async fn messages_name_the_setting_to_check() {
    let said = |reply: Reply| async move { errors(&reply).await[1].to_string() };
    assert_eq!(
        said(problem(401)).await,
        "swyx.example.com: gateway token rejected (HTTP 401); check `swyx.gateway_token`"
    );
    assert_eq!(
        said(html(200)).await,
        "swyx.example.com: HTTP 200, but not an answer of a SwyxServer gateway (text/html); is `swyx.gateway` its address, and is there a proxy in between?"
    );
    let wish = vec![("retry-after", "30".to_owned())];
    assert_eq!(
        said(Reply::Answer(503, wish, Vec::new())).await,
        "swyx.example.com: service unavailable (HTTP 503); asked to wait 30 s"
    );
}

#[tokio::test]
async fn one_broken_record_does_not_affect_the_others() {
    let user = |id: &str| json!({"id": id, "name": "A", "email": null, "enabled": true});
    let broken = json!({"id": "b", "name": null, "email": null, "enabled": true});
    let users = json!({"users": [user("a"), broken, user("c"), 7], "next": null});
    let lists = gateway(&Script::new([json(&users)]));
    let ids = lists.users().await.unwrap().into_iter().map(|user| user.id).collect::<Vec<_>>();
    assert_eq!((ids, lists.skipped().users), (vec!["a".into(), "c".into()], 2));
    // A list in which all are broken is none.
    let all = json!({"users": [broken, broken], "next": null});
    assert_eq!(kind(&gateway(&Script::new([json(&all)])).users().await.unwrap_err()), "not");
    // A status that becomes readable is not counted any longer.
    let status = |sequence: i32| json!({"id": "b", "status": "Away", "inCall": false, "sequence": sequence});
    let list = |sequence| json(&json!({"cursor": "c", "statuses": [status(sequence)], "next": null}));
    let statuses = gateway(&Script::new([list(-1), list(1)]));
    assert_eq!(statuses.statuses(None).await.unwrap().statuses.len(), 0);
    assert_eq!(statuses.skipped().statuses, 1);
    assert_eq!(statuses.statuses(None).await.unwrap().statuses.len(), 1);
    assert_eq!(statuses.skipped().statuses, 0);
}
