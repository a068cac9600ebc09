//! A man in the middle puts the secret and the token into every part of a response: the client never repeats them.

use serde_json::json;
use swyx_teams::entra::GraphError;
use swyx_teams::entra::graph::Part;
use swyx_teams::entra::probe::{self, Depth};
use swyx_teams::entra::snapshot::Unseen;
use swyx_teams::secret::Secret;

use super::script::*;

/// A token in the form of the real ones; nothing checks its signature.
const TOKEN: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJyb2xlcyI6WyJQcmVzZW5jZS5SZWFkV3JpdGUuQWxsIl19.c2lnbmF0dXJlLXRoYXQtbm9ib2R5LWNoZWNrcw";

/// Replies that hold `text` in every place.
fn echoes(text: &str) -> Vec<Reply> {
    let body = json!({"error": text, "error_description": text, "error_codes": [text], "trace_id": text, "suberror": text, "access_token": text});
    let graph = json!({"error": {"code": text, "message": text, "innerError": {"request-id": text}}});
    let headers = [
        "content-type",
        "request-id",
        "x-ms-request-id",
        "location",
        "www-authenticate",
        "date",
        "retry-after",
    ];
    let headers = headers.map(|name| (name, text.to_owned())).to_vec();
    let mut replies = Vec::new();
    for status in [200, 302, 400, 401, 403, 404, 429, 502] {
        for content in [body.to_string(), graph.to_string(), text.to_owned(), format!("<html>{text}</html>")]
        {
            replies.push(Reply::Answer(status, headers.clone(), content.into_bytes()));
        }
    }
    replies
}

fn assert_silent(said: &str) {
    for hidden in [SECRET, &SECRET[..8], TOKEN, &TOKEN[..40], "c2lnbmF0dXJl"] {
        assert!(!said.contains(hidden), "{said}");
    }
}

fn assert_error_is_silent(error: &GraphError) {
    let mut said = format!("{error} {error:?} {error:#?} {:?}", Unseen::from(error));
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        said.push_str(&format!("{error} {error:?}"));
        source = error.source();
    }
    assert_silent(&said);
}

#[tokio::test(start_paused = true)]
async fn no_sign_in_response_reveals_the_secret() {
    let mut failures = 0;
    for reply in echoes(SECRET) {
        if let Err(error) = client(&Script::new([reply])).fetch_token().await {
            assert_error_is_silent(&error);
            failures += 1;
        }
    }
    assert!(failures >= 25, "{failures}");
}

#[tokio::test(start_paused = true)]
async fn no_graph_response_reveals_the_token() {
    for text in [SECRET, TOKEN] {
        for reply in echoes(text) {
            let script = Script::new([
                token(TOKEN, &json!(3599)),
                reply.clone(),
                token(TOKEN, &json!(3599)),
                reply.clone(),
            ]);
            let client = client(&script);
            if let Err(error) = client.get("/x").await {
                assert_error_is_silent(&error);
            }
            let script =
                Script::new([token(TOKEN, &json!(3599)), reply.clone(), token(TOKEN, &json!(3599)), reply]);
            let client = self::client(&script);
            for outcome in client.batch(&[Part::get("/x"), Part::get("/y")]).await {
                match outcome {
                    Ok(answer) => assert_silent(&format!("{:?}", answer.code)),
                    Err(error) => assert_error_is_silent(&error),
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn snapshot_contains_neither_secret_nor_token() {
    for text in [SECRET, TOKEN] {
        for reply in echoes(text) {
            let script =
                Script::new([token(TOKEN, &json!(3599)), reply.clone(), token(TOKEN, &json!(3599)), reply]);
            let tenant =
                probe::read_application(&client(&script), &Secret::new(SECRET), Depth::RealUser).await;
            assert_silent(&format!("{tenant:?}"));
        }
    }
}

/// The cross-check: an error that contains the body, like that of an HTTP library, is detected.
#[test]
#[should_panic(expected = "invalid_client")]
fn error_with_a_response_body_is_detected() {
    assert_silent(&format!(
        "{:?}",
        json!({"error": "invalid_client", "error_description": SECRET}).to_string()
    ));
}
