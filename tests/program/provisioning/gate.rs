//! A gate before the emulated tenant. It counts each request, and forwards, rejects or delays it, or kills the program that sent it. It
//! records the secrets in the responses, to search for them elsewhere.

use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A request, as what is done with it is decided by.
pub struct InterceptedRequest<'a> {
    /// Its number among those of one run, from 1.
    pub number: usize,
    pub method: &'a str,
    pub path: &'a str,
}

impl InterceptedRequest<'_> {
    /// Whether it is one of Graph's that changes something.
    pub fn is_change(&self) -> bool {
        self.path.starts_with("/v1.0/") && self.path != "/v1.0/$batch" && self.method != "GET"
    }
}

/// What is done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateAction {
    Pass,
    /// Graph's error for a missing role or permission.
    Forbid,
    /// The request is refused as one of too many.
    Throttle,
    /// No response.
    Hold,
    /// The program is killed, and the request has no effect.
    KillBefore,
    /// The request takes effect, and the program is killed before the response.
    KillAfter,
}

type Decision = Box<dyn Fn(&InterceptedRequest<'_>) -> GateAction + Send>;

/// The gate of one tenant.
pub struct Gate {
    pub decision: Mutex<Decision>,
    pub count: AtomicUsize,
    /// The program that runs now.
    pub child: Mutex<Option<Child>>,
    /// Every client secret that was made.
    pub secrets: Mutex<Vec<String>>,
    /// The command line of the program: as the system showed it at each request, or as it was given to a system that does not.
    pub command_lines: Mutex<Vec<u8>>,
}

impl Gate {
    pub fn new() -> Self {
        Self {
            decision: Mutex::new(Box::new(|_| GateAction::Pass)),
            count: AtomicUsize::new(0),
            child: Mutex::default(),
            secrets: Mutex::default(),
            command_lines: Mutex::default(),
        }
    }

    fn decide(&self, request: &Request) -> GateAction {
        let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        let asked =
            InterceptedRequest { number, method: request.method().as_str(), path: request.uri().path() };
        self.decision.lock().unwrap()(&asked)
    }

    fn look(&self) {
        let id = self.child.lock().unwrap().as_ref().map(Child::id);
        let path = id.filter(|_| cfg!(target_os = "linux")).map(|id| format!("/proc/{id}/cmdline"));
        let shown = path.and_then(|path| std::fs::read(path).ok());
        self.command_lines.lock().unwrap().extend(shown.unwrap_or_default());
    }

    fn kill(&self) {
        self.child.lock().unwrap().as_mut().expect("a program asked").kill().expect("killed");
    }
}

/// Lets a request through, or not.
pub async fn pass(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let action = gate.decide(&request);
    gate.look();
    match action {
        GateAction::Pass => remembered(&gate, next.run(request).await).await,
        GateAction::Forbid => {
            let error = json!({"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}});
            (StatusCode::FORBIDDEN, axum::Json(error)).into_response()
        }
        GateAction::Throttle => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0")]).into_response(),
        GateAction::Hold => std::future::pending().await,
        GateAction::KillBefore => {
            gate.kill();
            std::future::pending().await
        }
        GateAction::KillAfter => {
            remembered(&gate, next.run(request).await).await;
            gate.kill();
            std::future::pending().await
        }
    }
}

/// The answer, once the secret in it is remembered.
async fn remembered(gate: &Gate, response: Response) -> Response {
    let (head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole answer");
    if let Ok(answer) = serde_json::from_slice::<Value>(&body)
        && let Some(secret) = answer["secretText"].as_str()
    {
        gate.secrets.lock().unwrap().push(secret.to_owned());
    }
    Response::from_parts(head, Body::from(body))
}
