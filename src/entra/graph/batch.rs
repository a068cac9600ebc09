//! Several calls in one request. Each part is throttled separately, and only the throttled parts are sent
//! again.
//!
//! Source of the shapes and of the limit: <https://learn.microsoft.com/graph/json-batching>.

use std::collections::HashMap;
use std::time::Duration;

use backon::BackoffBuilder;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{Call, Client, error_code};
use crate::entra::{GraphError, Service};
use crate::http::{HttpError, RequestId, SafeToken, requested_pause};

/// The maximum number of parts in one batch.
const MAX_PARTS: usize = 20;

/// One part of a batch. It only reads, so it may be sent twice.
#[derive(Clone, Debug)]
pub struct Part {
    method: Method,
    url: String,
    body: Option<Value>,
}

impl Part {
    /// Reads `url`, the path after the version, for example `/users?$top=1`.
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: Method::GET, url: url.into(), body: None }
    }

    /// Sends a request with a body.
    pub fn post(url: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, url: url.into(), body: Some(body) }
    }
}

/// The answer to one part.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PartAnswer {
    /// The HTTP status, from 200 to 299 or from 400 to 499, except 429.
    pub status: u16,
    /// Graph's error code.
    pub code: SafeToken,
    /// The body; null if it has none.
    pub body: Value,
}

#[derive(Serialize)]
struct PartShape<'a> {
    id: String,
    method: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a Value>,
}

#[derive(Deserialize)]
struct AnswersShape {
    responses: Vec<AnswerShape>,
}

#[derive(Deserialize)]
struct AnswerShape {
    id: String,
    status: u16,
    #[serde(default)]
    headers: HashMap<String, Value>,
    #[serde(default)]
    body: Value,
}

/// The result of one part.
type Outcome = Result<PartAnswer, GraphError>;

impl Client {
    /// Sends `parts`, at most 20 in one request, and returns the outcome of each. If a whole request fails,
    /// all of its parts fail.
    pub async fn batch<const N: usize>(&self, parts: &[Part; N]) -> [Outcome; N] {
        let mut outcomes: [Option<Outcome>; N] = [const { None }; N];
        let mut pauses = self.sender.pauses().build();
        let mut is_renewed = false;
        loop {
            if !self.round(parts, &mut outcomes).await {
                break;
            }
            // Back ends sometimes refuse a valid token, so try once more with a new one.
            let renews = !is_renewed
                && outcomes.iter().any(is_unauthorized)
                && match self.fetch_token().await {
                    Ok(refused) => self.forget(&refused).await,
                    Err(_) => false,
                };
            is_renewed |= renews;
            let asked = outcomes.iter().flatten().filter_map(wait).max();
            match (asked, asked.and_then(|asked| Some(pauses.next()?.max(asked)))) {
                (Some(_), Some(pause)) if self.sender.wait(pause).await => {}
                (None, _) if renews => {}
                _ => break,
            }
            if renews {
                outcomes.iter_mut().filter(|outcome| is_unauthorized(outcome)).for_each(|open| *open = None);
            }
        }
        outcomes.map(|outcome| match outcome {
            // If the batch is refused, all of its parts are refused.
            Some(Err(GraphError::Refused { status: status @ (401 | 403), code, .. })) => {
                Ok(PartAnswer { status, code, body: Value::Null })
            }
            outcome => outcome.unwrap_or_else(|| Err(self.not_graph())),
        })
    }

    /// Sends the open parts and stores their results. Returns whether every request got a batch answer; a
    /// request without one was already retried often enough.
    async fn round(&self, parts: &[Part], outcomes: &mut [Option<Outcome>]) -> bool {
        let open = outcomes.iter().enumerate().filter(|(_, outcome)| is_open(outcome)).map(|(at, _)| at);
        let open = open.collect::<Vec<_>>();
        let mut was_answered = true;
        for some in open.chunks(MAX_PARTS) {
            match self.request_of(parts, some).await {
                Ok(answers) => {
                    for answer in answers {
                        // Unknown ids and duplicate answers are ignored.
                        let at = answer.id.parse::<usize>().ok().filter(|at| some.contains(at));
                        if let Some(open) =
                            at.and_then(|at| outcomes.get_mut(at)).filter(|open| is_open(open))
                        {
                            *open = Some(self.judged(answer));
                        }
                    }
                }
                Err(error) => {
                    note(outcomes, some, &Err(error));
                    was_answered = false;
                }
            }
        }
        was_answered
    }

    async fn request_of(&self, parts: &[Part], some: &[usize]) -> Result<Vec<AnswerShape>, GraphError> {
        let shapes = some.iter().filter_map(|at| Some(shape(*at, parts.get(*at)?))).collect::<Vec<_>>();
        let body = json!({"requests": shapes});
        let address = self.address("/$batch");
        let call = Call { method: Method::POST, body: Some(&body), ..Call::get(&address) };
        let answer = self.json(&call).await?;
        let answer = serde_json::from_value::<AnswersShape>(answer).map_err(|_| self.not_graph())?;
        Ok(answer.responses)
    }

    fn judged(&self, answer: AnswerShape) -> Outcome {
        let header = |name: &str| {
            let found = answer.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.and_then(|(_, value)| match value {
                Value::String(text) => Some(text.clone()),
                // In a batch, Graph also sends the seconds as a number.
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
        };
        let host = self.host();
        let wait = header("retry-after").and_then(|text| requested_pause(&text, self.sender.now()));
        match answer.status {
            429 => Err(GraphError::Http(HttpError::Throttled { host, wait: wait.unwrap_or_default() })),
            status @ 500..=599 => {
                let request = RequestId::of(header("request-id").as_deref());
                Err(GraphError::Http(HttpError::Unavailable {
                    host,
                    status,
                    wait: wait.unwrap_or_default(),
                    request,
                }))
            }
            status @ (200..=299 | 400..=499) => {
                Ok(PartAnswer { status, code: error_code(&answer.body), body: answer.body })
            }
            _ => Err(self.not_graph()),
        }
    }

    fn not_graph(&self) -> GraphError {
        GraphError::NotMicrosoft {
            host: self.host(),
            status: 200,
            service: Service::Graph,
            kind: SafeToken::default(),
        }
    }
}

fn note(outcomes: &mut [Option<Outcome>], some: &[usize], outcome: &Outcome) {
    for at in some {
        if let Some(open) = outcomes.get_mut(*at) {
            *open = Some(outcome.clone());
        }
    }
}

fn shape(at: usize, part: &Part) -> PartShape<'_> {
    PartShape {
        id: at.to_string(),
        method: part.method.as_str(),
        url: &part.url,
        headers: part.body.as_ref().map(|_| json!({"Content-Type": "application/json"})),
        body: part.body.as_ref(),
    }
}

/// Whether Graph rejected the token for a part.
fn is_unauthorized(outcome: &Option<Outcome>) -> bool {
    matches!(outcome, Some(Ok(answer)) if answer.status == 401)
}

/// Whether a part must still be sent: it has no answer yet, or it was throttled.
fn is_open(answer: &Option<Outcome>) -> bool {
    match answer {
        None => true,
        Some(answer) => wait(answer).is_some(),
    }
}

/// The pause before a part is tried again, if it is retried.
fn wait(answer: &Outcome) -> Option<Duration> {
    match answer {
        Err(
            GraphError::Http(HttpError::Throttled { wait, .. })
            | GraphError::Http(HttpError::Unavailable { wait, .. }),
        ) => Some(*wait),
        _ => None,
    }
}
