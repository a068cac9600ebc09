//! The way to the emulator, on which requests and answers get lost, and the administrator's run is killed.

use std::sync::Arc;
use std::time::Duration;

use http::header::{DATE, HeaderValue};
use http::{Method, StatusCode};
use swyx_teams::http::{Request, Response, SendFuture, Transport, TransportError};

use super::stage::Stage;
use super::storm::{Strike, Target};

/// Leads to the emulator of a stage.
pub struct Wire(pub Arc<Stage>);

impl Transport for Wire {
    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move {
            let Self(stage) = self;
            stage.delay_message().await;
            let path = request.uri().path().to_owned();
            let target = if path.ends_with("/token") { Target::SignIn } else { Target::Graph(&path) };
            let is_write = request.method() != Method::GET
                && matches!(target, Target::Graph(path) if !path.ends_with("/$batch"));
            let strike = stage.strike(target).await;
            match strike {
                Some(Strike::DropRequest) => return Err(CUT),
                Some(Strike::Throttled) => return Ok(refused(StatusCode::TOO_MANY_REQUESTS, "1.5")),
                Some(Strike::Unavailable) => return Ok(refused(StatusCode::SERVICE_UNAVAILABLE, "2")),
                Some(Strike::Forbidden) => return Ok(refused(StatusCode::FORBIDDEN, "")),
                Some(Strike::Late) => {
                    let stage = Arc::clone(stage);
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_secs(31)).await;
                        answer(&stage, request, is_write).await;
                    });
                    return std::future::pending().await;
                }
                _ => {}
            }
            let response = answer(stage, request, is_write).await;
            if strike == Some(Strike::KillAfter) {
                return stage.kill().await;
            }
            stage.delay_message().await;
            match strike {
                Some(Strike::DropReply) => Err(CUT),
                _ => Ok(response),
            }
        })
    }
}

const CUT: TransportError = TransportError::Unreachable("the connection was closed before an answer arrived");

/// The emulator's answer, once what it did was looked at.
async fn answer(stage: &Stage, request: Request, is_write: bool) -> Response {
    let (mut head, body) = stage.emulator.answer(request).await.into_parts();
    let body = body.bytes().await.expect("a body");
    stage.look(is_write);
    // The wall clock stops while the emulator's runs; without a date, the client assumes that both are equal.
    head.headers.remove(DATE);
    Response::from_parts(head, body)
}

fn refused(status: StatusCode, retry_after: &str) -> Response {
    let body = br#"{"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}"#;
    let mut response = Response::new(body.to_vec());
    *response.status_mut() = status;
    if let (false, Ok(wait)) = (retry_after.is_empty(), HeaderValue::from_str(retry_after)) {
        response.headers_mut().insert("retry-after", wait);
    }
    response
}
