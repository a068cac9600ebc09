//! Presences: which answers are Graph's, and which are not.

use std::time::Duration;

use serde_json::json;
use swyx_teams::entra::GraphError;
use swyx_teams::entra::graph::PresenceElement;
use uuid::Uuid;

use super::script::*;

const USER: Uuid = Uuid::from_u128(7);

/// The outcomes of setting and of clearing a presence that is answered like this.
async fn acted(reply: Reply) -> [Result<(), GraphError>; 2] {
    let script = Script::new([good_token(), reply]);
    let (client, session) = (client(&script), settings().client_id);
    [
        client.set_in_a_call(USER, session, Duration::from_mins(10)).await,
        client.clear_presence(USER, session).await.map(|is_cleared| assert!(is_cleared)),
    ]
}

#[tokio::test(start_paused = true)]
async fn empty_and_json_answers_are_successes() {
    let empty = |status| Reply::Answer(status, Vec::new(), Vec::new());
    for reply in [empty(200), empty(202), empty(204), json(200, &json!({"@odata.context": "x"}))] {
        assert_eq!(acted(reply).await, [Ok(()), Ok(())]);
    }
}

#[tokio::test(start_paused = true)]
async fn missing_session_is_told_apart_from_a_cleared_one() {
    let script = Script::new([good_token(), json(404, &json!({"error": {"code": "NotFound"}}))]);
    assert_eq!(client(&script).clear_presence(USER, settings().client_id).await, Ok(false));
}

#[tokio::test(start_paused = true)]
async fn page_of_a_captive_portal_is_no_success() {
    let untyped = Reply::Answer(200, Vec::new(), b"<html>Please log on</html>".to_vec());
    let blank = Reply::Answer(200, vec![("content-type", "text/html".to_owned())], Vec::new());
    for reply in [html(200), untyped, blank, json(200, &json!({"error": {"code": "x"}}))] {
        for outcome in acted(reply).await {
            assert!(matches!(outcome, Err(GraphError::NotMicrosoft { status: 200, .. })), "{outcome:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn page_instead_of_presences_is_an_error_with_its_reason() {
    let script = Script::new([good_token(), html(200)]);
    let presences =
        client(&script).read_presences(&[USER]).await.expect("a success, as far as its status says");
    let error = presences.for_each(|_| panic!("there is none")).expect_err("no presences");
    let text = "graph.microsoft.com: HTTP 200, but not an answer from Microsoft Graph (text/html); check for a proxy or a captive portal";
    assert_eq!(error.to_string(), text);
}

#[tokio::test(start_paused = true)]
async fn one_odd_presence_does_not_affect_the_others() {
    let user = |number: u128| Uuid::from_u128(number).to_string();
    let good = |number| json!({"id": user(number), "availability": "Busy", "activity": "InACall", "sequenceNumber": "A1"});
    let elements = json!({"value": [
        good(1),
        {"id": user(2), "availability": null, "activity": "Away"},
        {"id": user(3), "availability": "Away"},
        {"id": user(4), "availability": "Away", "activity": 5},
        {"id": 6, "availability": "Away", "activity": "Away"},
        {"id": "not a GUID", "availability": "Away", "activity": "Away"},
        {"availability": "Away", "activity": "Away"},
        null,
        7,
        [good(8)],
        {"id": user(9), "availability": "Away", "activity": "Away", "sequenceNumber": null},
    ]});
    let script = Script::new([good_token(), json(200, &elements)]);
    let presences = client(&script).read_presences(&[USER]).await.expect("a list");
    let mut seen = Vec::new();
    presences
        .for_each(|element| {
            seen.push(match element {
                PresenceElement::Presence { user, availability, activity, sequence } => {
                    format!("{} {availability}/{activity} {sequence}", user.as_u128())
                }
                PresenceElement::Unreadable(user) => format!("odd {:?}", user.map(|user| user.as_u128())),
                _ => panic!("unknown"),
            })
        })
        .expect("a list");
    let odd = |id: Option<u128>| format!("odd {id:?}");
    let mut expected = vec!["1 Busy/InACall A1".to_owned()];
    expected.extend([Some(2), Some(3), Some(4), None, None, None, None, None, None].map(odd));
    expected.push("9 Away/Away ".to_owned());
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn answers_without_a_list_are_errors() {
    for body in [json!({"value": {}}), json!({}), json!({"value": null}), json!([])] {
        let script = Script::new([good_token(), json(200, &body)]);
        let presences = client(&script).read_presences(&[USER]).await.expect("a success");
        assert!(presences.for_each(|_| ()).is_err(), "{body}");
    }
}
