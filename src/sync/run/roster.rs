//! Reads the lists of users: at the start, when the gateway reports a change of its users, and every quarter of an hour.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::engine::Link;
use super::error::RequestError;
use super::loss::{LossGuard, RETRY, Sizes, Verdict};
use super::message::{Message, Reason, Roster};
use super::view::Headcount;
use crate::entra::graph::Client;
use crate::swyx::Gateway;
use crate::users::match_users;

pub(super) const TEAMS_USERS: &str = "cannot read the users of Teams";
pub(super) const SWYX_USERS: &str = "cannot read the users of Swyx";
const LOSS: &str = "a list of users may be incomplete";

/// The tenant does not report changes of its users, so it is polled this often.
const EVERY: Duration = Duration::from_mins(15);
/// The first and the maximum pause after a failure; it doubles each time, and is never shorter than requested.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// Changes of users come in bursts; one reading covers all within this time.
const SWARM: Duration = Duration::from_secs(2);

/// The sources of the lists, and the settings' additions.
pub(super) struct Source {
    pub(super) client: Arc<Client>,
    pub(super) gateway: Arc<Gateway>,
    pub(super) users: Vec<(String, String)>,
}

/// A request to read the lists again, from another source if it names one.
pub(super) type Reread = Option<Source>;

/// Reads the lists repeatedly until the run ends.
pub(super) async fn keep(
    mut source: Source,
    mut wanted: mpsc::Receiver<Reread>,
    messages: mpsc::Sender<Message>,
) {
    let (mut next_pause, mut guard) = (FIRST_PAUSE, LossGuard::default());
    loop {
        let (pause, told) = match read(&source).await {
            Ok((roster, sizes)) => {
                next_pause = FIRST_PAUSE;
                let (pause, loss, roster) = match guard.judge(sizes, Instant::now()) {
                    Verdict::Use => (EVERY, None, Some(roster)),
                    Verdict::UseForNow(loss) => (RETRY, Some(loss), Some(roster)),
                    Verdict::KeepOld(loss) => (RETRY, Some(loss), None),
                };
                let problems = [
                    Message::Problem(TEAMS_USERS, None),
                    Message::Problem(SWYX_USERS, None),
                    Message::Problem(LOSS, loss.map(Reason::from)),
                ];
                (pause, problems.into_iter().chain(roster.map(Message::Roster)).collect::<Vec<_>>())
            }
            Err((topic, error)) => {
                let pause = error.wait().max(next_pause);
                next_pause = (next_pause * 2).min(MAX_PAUSE);
                (pause, vec![Message::Problem(topic, Some(error.reason))])
            }
        };
        for one in told {
            if messages.send(one).await.is_err() {
                return;
            }
        }
        let until = Instant::now() + pause;
        tokio::select! {
            request = wanted.recv() => match request {
                None => return,
                Some(request) => {
                    let mut new = request;
                    tokio::time::sleep(SWARM).await;
                    while let Ok(request) = wanted.try_recv() {
                        new = request.or(new);
                    }
                    if let Some(new) = new {
                        guard.expect_other_pairs();
                        source = new;
                    }
                }
            },
            () = tokio::time::sleep_until(until) => {}
        }
    }
}

/// Reads both lists. An error names the list that cannot be read.
async fn read(source: &Source) -> Result<(Roster, Sizes), (&'static str, RequestError)> {
    let gateway = async { source.gateway.users().await.map_err(|error| (SWYX_USERS, error.into())) };
    let teams = async { source.client.list_teams_users().await.map_err(|error| (TEAMS_USERS, error.into())) };
    let (mut swyx, mut teams) = tokio::try_join!(gateway, teams)?;
    // Names are only needed if a `[[user]]` uses one; for 100,000 users they take some MiB.
    teams.iter_mut().for_each(|user| user.name = Box::default());
    if source.users.is_empty() {
        swyx.iter_mut().for_each(|user| user.name = Box::default());
    }
    let matching = match_users(&swyx, &teams, &source.users);
    let links = matching.pairs.iter().filter_map(|pair| {
        Some(Link { swyx: swyx.get(pair.swyx)?.id.clone(), teams: teams.get(pair.teams)?.id })
    });
    let links = links.collect::<Vec<_>>();
    let is_error = |kind: crate::users::FindingKind| kind.severity() == crate::diagnostic::Severity::Error;
    let errors = matching.findings.iter().filter(|finding| is_error(finding.kind())).count();
    let enabled = swyx.len() - matching.disabled;
    let headcount = Headcount { swyx: enabled, teams: teams.len(), matched: links.len(), errors };
    tracing::info!(swyx = enabled, teams = teams.len(), matched = links.len(), "read the lists of users");
    let sizes = Sizes { swyx: swyx.len(), teams: teams.len(), matched: links.len() };
    Ok((Roster { links, headcount }, sizes))
}
