//! Who is who, read at the start, whenever the gateway says that its users changed, and every quarter of an hour.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::engine::Link;
use super::News;
use crate::entra::GraphError;
use crate::entra::graph::Client;
use crate::http::HttpError;
use crate::swyx::{Gateway, GatewayError};
use crate::users::matching;

const LISTS: &str = "the lists of users cannot be read";

/// The tenant says nothing of users who come and go, so it is asked so often.
const EVERY: Duration = Duration::from_mins(15);
/// After a failure, at first and at most; twice as long each time, and never shorter than was asked for.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Users change in swarms; a reading is for all that come within this time.
const SWARM: Duration = Duration::from_secs(2);

/// Where the lists are, and what the settings add.
pub(super) struct Source {
    pub(super) client: Arc<Client>,
    pub(super) gateway: Arc<Gateway>,
    pub(super) users: Vec<(String, String)>,
}

/// A wish to read the lists anew, from elsewhere if it says so.
pub(super) type Reread = Option<Source>;

/// Who is carried.
pub(super) struct Roster {
    pub(super) links: Vec<Link>,
    pub(super) headcount: Headcount,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headcount {
    /// Activated users in Swyx.
    pub swyx: usize,
    /// Users in the tenant.
    pub teams: usize,
    /// Who is carried.
    pub matched: usize,
    /// Findings that keep somebody from being matched.
    pub errors: usize,
}

/// Reads the lists again and again, until nobody wants them any more.
pub(super) async fn keep(mut source: Source, mut wanted: mpsc::Receiver<Reread>, news: mpsc::Sender<News>) {
    let mut next_pause = FIRST_PAUSE;
    loop {
        let (pause, problem, roster) = match read(&source).await {
            Ok(roster) => {
                next_pause = FIRST_PAUSE;
                (EVERY, None, Some(News::Roster(roster)))
            }
            Err(trouble) => {
                let pause = trouble.wait.max(next_pause);
                next_pause = (next_pause * 2).min(LONGEST_PAUSE);
                (pause, Some(trouble.text), None)
            }
        };
        for one in [Some(News::Problem(LISTS, problem)), roster].into_iter().flatten() {
            if news.send(one).await.is_err() {
                return;
            }
        }
        let until = Instant::now() + pause;
        tokio::select! {
            wish = wanted.recv() => match wish {
                None => return,
                Some(wish) => {
                    source = wish.unwrap_or(source);
                    tokio::time::sleep(SWARM).await;
                    while let Ok(wish) = wanted.try_recv() {
                        source = wish.unwrap_or(source);
                    }
                }
            },
            () = tokio::time::sleep_until(until) => {}
        }
    }
}

/// Why a list cannot be read.
struct Trouble {
    text: String,
    /// The pause that was asked for.
    wait: Duration,
}

impl Trouble {
    fn of_gateway(error: &GatewayError) -> Self {
        Self { text: error.to_string(), wait: error.requested_pause().unwrap_or_default() }
    }

    fn of_graph(error: &GraphError) -> Self {
        let wait = match error {
            GraphError::Http(HttpError::Throttled { wait, .. })
            | GraphError::Http(HttpError::Unavailable { wait, .. }) => *wait,
            _ => Duration::ZERO,
        };
        Self { text: super::carry::Trouble::said(error), wait }
    }
}

async fn read(source: &Source) -> Result<Roster, Trouble> {
    let gateway = async { source.gateway.users().await.map_err(|error| Trouble::of_gateway(&error)) };
    let teams = async { source.client.teams_users().await.map_err(|error| Trouble::of_graph(&error)) };
    let (mut swyx, mut teams) = tokio::try_join!(gateway, teams)?;
    // Nobody looks at names here, but where `[[user]]` gives some; of 100,000 users they are some MiB.
    teams.iter_mut().for_each(|user| user.name = Box::default());
    if source.users.is_empty() {
        swyx.iter_mut().for_each(|user| user.name = Box::default());
    }
    let matching = matching(&swyx, &teams, &source.users);
    let links = matching.pairs.iter().filter_map(|pair| {
        Some(Link { swyx: swyx.get(pair.swyx)?.id.clone(), teams: teams.get(pair.teams)?.id })
    });
    let links = links.collect::<Vec<_>>();
    let is_error = |kind: crate::users::Kind| kind.severity() == crate::diagnostic::Severity::Error;
    let errors = matching.findings.iter().filter(|finding| is_error(finding.kind())).count();
    let enabled = swyx.len() - matching.disabled;
    let headcount = Headcount { swyx: enabled, teams: teams.len(), matched: links.len(), errors };
    tracing::info!(
        swyx = enabled,
        teams = teams.len(),
        matched = links.len(),
        "the lists of users were read"
    );
    Ok(Roster { links, headcount })
}
