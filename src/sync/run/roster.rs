//! The lists of users, read at the start, whenever the gateway says that its users changed, and every quarter of an hour.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::engine::Link;
use super::error::RequestError;
use super::message::{Message, Roster};
use super::view::Headcount;
use crate::entra::graph::Client;
use crate::swyx::Gateway;
use crate::users::matching;

const LISTS: &str = "the lists of users cannot be read";

/// The tenant does not report users who come and go, so it is asked this often.
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

/// A request to read the lists again, from another source if it names one.
pub(super) type Reread = Option<Source>;

/// Reads the lists again and again, until the run ends.
pub(super) async fn keep(
    mut source: Source,
    mut wanted: mpsc::Receiver<Reread>,
    messages: mpsc::Sender<Message>,
) {
    let mut next_pause = FIRST_PAUSE;
    loop {
        let (pause, problem, roster) = match read(&source).await {
            Ok(roster) => {
                next_pause = FIRST_PAUSE;
                (EVERY, None, Some(Message::Roster(roster)))
            }
            Err(error) => {
                let pause = error.wait().max(next_pause);
                next_pause = (next_pause * 2).min(LONGEST_PAUSE);
                (pause, Some(error.text), None)
            }
        };
        for one in [Some(Message::Problem(LISTS, problem)), roster].into_iter().flatten() {
            if messages.send(one).await.is_err() {
                return;
            }
        }
        let until = Instant::now() + pause;
        tokio::select! {
            request = wanted.recv() => match request {
                None => return,
                Some(request) => {
                    source = request.unwrap_or(source);
                    tokio::time::sleep(SWARM).await;
                    while let Ok(request) = wanted.try_recv() {
                        source = request.unwrap_or(source);
                    }
                }
            },
            () = tokio::time::sleep_until(until) => {}
        }
    }
}

async fn read(source: &Source) -> Result<Roster, RequestError> {
    let gateway = async { source.gateway.users().await.map_err(RequestError::from) };
    let teams = async { source.client.teams_users().await.map_err(RequestError::from) };
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
    let is_error = |kind: crate::users::FindingKind| kind.severity() == crate::diagnostic::Severity::Error;
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
