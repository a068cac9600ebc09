//! The last step: runs `sync` while calls and presences change in the emulated SwyxServer and Teams, and shows the delay of each change.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::super::sync::load::Loader;
use super::super::sync::meter::Meter;
use crate::cli::context::Context;
use crate::cli::error::{CliError, cannot};
use crate::emulator::Emulator;
use crate::secret::Trust;
use crate::sync::run::{Control, NoopObserver, channel, run};
use crate::text::count_noun;

/// A user's action, and the expected result on the other side.
struct Change {
    description: &'static str,
    /// The position of the user in the list of the emulated SwyxServer.
    user: usize,
    action: Action,
    expected: &'static str,
    /// The longest delay that the vendor documents.
    limit: Duration,
}

impl Change {
    /// Makes the change of the user with the id `id` in Swyx and this account in Teams.
    fn make(&self, emulator: &Emulator, id: &str, account: &str) {
        match self.action {
            Action::Teams(presence) => drop(emulator.set_teams_status(account, Some(presence))),
            Action::Call(begins) => drop(emulator.call(id, begins)),
        }
    }

    /// Whether the other side shows the expected result.
    fn has_arrived(&self, emulator: &Emulator, id: &str, account: &str) -> bool {
        let shown = match self.action {
            Action::Teams(_) => emulator.swyx_status(id).map(|seen| seen.status.to_owned()),
            Action::Call(_) => emulator.presence(account).map(|(one, other)| format!("{one}/{other}")),
        };
        shown.as_deref() == Some(self.expected)
    }
}

enum Action {
    /// The presence that the Teams client reports; the Swyx status follows.
    Teams(&'static str),
    /// A call in Swyx starts or ends; the Teams presence follows.
    Call(bool),
}

const TEAMS_TO_SWYX_LIMIT: Duration = Duration::from_secs(5);
const SWYX_TO_TEAMS_LIMIT: Duration = Duration::from_secs(3);

/// Two rounds. The actions of a round happen at the same time.
const ROUNDS: [&[Change]; 2] = [
    &[
        Change {
            description: "Teams: in a meeting",
            user: 0,
            action: Action::Teams("Busy/InAMeeting"),
            expected: "Away",
            limit: TEAMS_TO_SWYX_LIMIT,
        },
        Change {
            description: "Teams: in a call",
            user: 1,
            action: Action::Teams("Busy/InACall"),
            expected: "Speaking",
            limit: TEAMS_TO_SWYX_LIMIT,
        },
        Change {
            description: "Swyx: a call starts",
            user: 2,
            action: Action::Call(true),
            expected: "Busy/InACall",
            limit: SWYX_TO_TEAMS_LIMIT,
        },
    ],
    &[
        Change {
            description: "Teams: available again",
            user: 0,
            action: Action::Teams("Available/Available"),
            expected: "Available",
            limit: TEAMS_TO_SWYX_LIMIT,
        },
        Change {
            description: "Teams: do not disturb",
            user: 1,
            action: Action::Teams("DoNotDisturb/DoNotDisturb"),
            expected: "DoNotDisturb",
            limit: TEAMS_TO_SWYX_LIMIT,
        },
        Change {
            description: "Swyx: the call ends",
            user: 2,
            action: Action::Call(false),
            expected: "Available/Available",
            limit: SWYX_TO_TEAMS_LIMIT,
        },
    ],
];

/// The longest wait for a change. Longer than the limits, because a busy machine can be slow.
const TIMEOUT: Duration = Duration::from_secs(20);

/// What went wrong while the changes were made.
#[derive(Default)]
pub(super) struct Problems {
    /// Changes that did not reach the other side.
    missing: usize,
    /// Changes that reached it after the documented limit.
    late: usize,
    /// Presences that `sync` left in Teams when it was stopped.
    left: usize,
}

impl Problems {
    /// The problems in one line; `None` if there are none.
    pub(super) fn describe(&self) -> Option<String> {
        let counted = [
            (self.missing, count_noun(self.missing, "change")),
            (self.late, count_noun(self.late, "change")),
            (self.left, count_noun(self.left, "presence")),
        ];
        let endings = ["did not reach the other side", "arrived late", "left in Teams"];
        let problems = counted.into_iter().zip(endings).filter(|((count, _), _)| *count > 0);
        let problems =
            problems.map(|((_, counted), ending)| format!("{counted} {ending}")).collect::<Vec<_>>();
        (!problems.is_empty()).then(|| problems.join(", "))
    }
}

/// Makes the changes, and shows how long each takes. Fails if they cannot be made at all.
pub(super) fn show(
    context: &mut Context<'_>,
    settings: &Path,
    trust: &Trust,
    emulator: &Emulator,
) -> Result<Problems, CliError> {
    let all_missing =
        || Problems { missing: ROUNDS.iter().map(|round| round.len()).sum(), ..Problems::default() };
    let loaded = match Loader::new(trust.clone()).load(settings) {
        Ok(loaded) => loaded,
        Err(error) => {
            write!(context.err, "{}", error.text)?;
            return Ok(all_missing());
        }
    };
    let Some(site) = loaded.site(false, &Meter::default()) else { return Ok(all_missing()) };
    let users = emulator.swyx_users();
    for (_, email) in &users {
        // Users without Teams have no presence there.
        let _ = emulator.set_teams_status(email.as_deref().unwrap_or_default(), Some("Available/Available"));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(cannot("start the runtime"))?;
    runtime.block_on(async {
        let (controller, mut view, channel) = channel();
        let running = tokio::spawn(run(site, channel, Box::new(NoopObserver)));
        // Wait until all users have been read once, which takes one request, so that later readings show changes.
        let ready = view.wait_for(|view| view.figures.readings > 0);
        let is_ready = tokio::time::timeout(TIMEOUT, ready).await.unwrap_or(false);
        let mut problems = if is_ready { Problems::default() } else { all_missing() };
        for round in ROUNDS.iter().filter(|_| is_ready) {
            self::round(context, round, emulator, &mut problems).await?;
        }
        let _ = controller.send(Control::Stop).await;
        let _ = running.await;
        problems.left = emulator.open_sessions();
        writeln!(context.out, "\nPresences left in Teams after `sync` was stopped: {}", problems.left)?;
        Ok(problems)
    })
}

/// Makes the changes of one round, and waits until each of them has reached the other side.
async fn round(
    context: &mut Context<'_>,
    changes: &[Change],
    emulator: &Emulator,
    problems: &mut Problems,
) -> Result<(), CliError> {
    const PROBE_INTERVAL: Duration = Duration::from_millis(5);
    let users = emulator.swyx_users();
    let start = Instant::now();
    let bars = MultiProgress::new();
    let mut open = Vec::new();
    for change in changes {
        let Some((id, email)) = users.get(change.user) else { continue };
        let account = email.as_deref().unwrap_or_default();
        change.make(emulator, id, account);
        open.push((change, id.as_str(), account, bar(&bars, change, account)));
    }
    while !open.is_empty() && start.elapsed() < TIMEOUT {
        tokio::time::sleep(PROBE_INTERVAL).await;
        let mut left = Vec::new();
        for (change, id, account, bar) in open {
            if !change.has_arrived(emulator, id, account) {
                left.push((change, id, account, bar));
                continue;
            }
            let took = start.elapsed();
            let is_late = took > change.limit;
            problems.late += usize::from(is_late);
            let late = if is_late { ", late" } else { "" };
            bars.remove(&bar);
            // The lines with a running timer are redrawn below this line.
            bars.suspend(|| {
                writeln!(context.out, "{}{:>6.2} s{late}", row(change, account), took.as_secs_f64())?;
                context.out.flush()
            })?;
        }
        open = left;
    }
    problems.missing += open.len();
    for (change, _, account, bar) in &open {
        bars.remove(bar);
        bars.suspend(|| writeln!(context.out, "{}  never", row(change, account)))?;
    }
    Ok(())
}

fn row(change: &Change, account: &str) -> String {
    let other = if matches!(change.action, Action::Teams(_)) { "Swyx" } else { "Teams" };
    let expected = format!("{other}: {}", change.expected);
    // The part before the @ is enough and fits a narrow terminal.
    let name = account.split('@').next().unwrap_or_default();
    format!("{name:<16} {:<22} -> {expected:<26}", change.description)
}

/// A line with a timer until the change reaches the other side. Hidden in a pipe.
fn bar(bars: &MultiProgress, change: &Change, account: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = bars.add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("{msg}{elapsed:>6} {spinner}") {
        bar.set_style(style);
    }
    bar.set_message(row(change, account));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_problem_is_counted() {
        assert_eq!(Problems::default().describe(), None);
        let problems = Problems { missing: 1, late: 2, left: 0 };
        let described = problems.describe();
        assert_eq!(
            described.as_deref(),
            Some("1 change did not reach the other side, 2 changes arrived late")
        );
        let left = Problems { left: 1, ..Problems::default() };
        assert_eq!(left.describe().as_deref(), Some("1 presence left in Teams"));
    }
}
