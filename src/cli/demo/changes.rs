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

/// Makes the changes, and returns whether each of them reached the other side.
pub(super) fn show(
    context: &mut Context<'_>,
    settings: &Path,
    trust: &Trust,
    emulator: &Emulator,
) -> Result<bool, CliError> {
    let loaded = match Loader::new(trust.clone()).load(settings) {
        Ok(loaded) => loaded,
        Err(error) => {
            write!(context.err, "{}", error.text)?;
            return Ok(false);
        }
    };
    let Some(site) = loaded.site(false, &Meter::default()) else { return Ok(false) };
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
        // Wait until all users have been read once, so that later readings show changes.
        let ready = view.wait_for(|view| view.figures.oldest_reading.is_some());
        let is_ready = tokio::time::timeout(TIMEOUT, ready).await.unwrap_or(false);
        let mut all_arrived = is_ready;
        for round in ROUNDS {
            all_arrived &= is_ready && self::round(context, round, emulator).await?;
        }
        let _ = controller.send(Control::Stop).await;
        let _ = running.await;
        writeln!(
            context.out,
            "\nAfter `sync` was stopped, {} presences were left in Teams.",
            emulator.open_sessions()
        )?;
        Ok(all_arrived && emulator.open_sessions() == 0)
    })
}

async fn round(context: &mut Context<'_>, changes: &[Change], emulator: &Emulator) -> Result<bool, CliError> {
    const PROBE_INTERVAL: Duration = Duration::from_millis(5);
    let users = emulator.swyx_users();
    let start = Instant::now();
    let bars = MultiProgress::new();
    let mut open = Vec::new();
    for change in changes {
        let Some((id, email)) = users.get(change.user) else { continue };
        let account = email.as_deref().unwrap_or_default();
        match change.action {
            Action::Teams(presence) => drop(emulator.set_teams_status(account, Some(presence))),
            Action::Call(begins) => drop(emulator.call(id, begins)),
        }
        open.push((change, id.as_str(), account, bar(&bars, change, account)));
    }
    while !open.is_empty() && start.elapsed() < TIMEOUT {
        tokio::time::sleep(PROBE_INTERVAL).await;
        let mut left = Vec::new();
        for (change, id, account, bar) in open {
            let shown = match change.action {
                Action::Teams(_) => emulator.swyx_status(id).map(|seen| seen.status.to_owned()),
                Action::Call(_) => emulator.presence(account).map(|(one, other)| format!("{one}/{other}")),
            };
            if shown.as_deref() != Some(change.expected) {
                left.push((change, id, account, bar));
                continue;
            }
            let took = start.elapsed();
            let late = if took > change.limit { ", late" } else { "" };
            bars.remove(&bar);
            // The lines with a running timer are redrawn below this line.
            bars.suspend(|| {
                writeln!(context.out, "{}{:>6.2} s{late}", row(change, account), took.as_secs_f64())?;
                context.out.flush()
            })?;
        }
        open = left;
    }
    for (change, _, account, bar) in &open {
        bars.remove(bar);
        bars.suspend(|| writeln!(context.out, "{}  never", row(change, account)))?;
    }
    Ok(open.is_empty())
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
