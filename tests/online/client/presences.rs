//! Presences: which answers are Graph's, and which are not.

use std::time::Duration;

use serde_json::json;
use swyx_teams::entra::GraphError;
use uuid::Uuid;

use super::script::*;

const USER: Uuid = Uuid::from_u128(7);

/// The outcomes of setting and of clearing a presence that is answered like this.
async fn acted(reply: Reply) -> [Result<(), GraphError>; 2] {
    let script = Script::new([good_token(), reply]);
    let (client, session) = (client(&script), settings().client_id);
    [
        client.set_in_a_call(USER, session, Duration::from_mins(10)).await,
        client.clear_presence(USER, session).await,
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
    let error = presences.for_each(|_, _, _, _| panic!("there is none")).expect_err("no presences");
    let text = "graph.microsoft.com: HTTP 200, but not an answer from Microsoft Graph (text/html); check for a proxy or a captive portal";
    assert_eq!(error.to_string(), text);
}
