//! The run: one loop that drives the engine.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use tracing::Instrument;

use super::super::engine::{Command, Engine, Event, Failure, Outcome};
use super::super::figures::Figures;
use super::super::mapping::nearest;
use super::super::moment::Moment;
use super::error::Reread;
use super::execute::{self, Executed, Executor};
use super::handle::RunChannel;
use super::line::Wishes;
use super::loss::RETRY;
use super::message::{Message, Reason};
use super::problems::{Problems, QUIET};
use super::site::{Control, Observer, Site};
use super::view::View;
use super::{listen, roster};
use crate::settings::SwyxStatus;

/// How often the view is updated and the clocks are compared.
const LOOK: Duration = Duration::from_secs(1);
/// If the wall clock advances by this much more than the monotonic clock, it counts as sleep.
const SLEPT: Duration = Duration::from_secs(20);

/// The topics of users that cannot be read, while others can.
const UNREADABLE: &str = "some presences in Teams are unreadable";
const SKIPPED: &str = "some records of the gateway are skipped";
const ABSENT: &str = "the list of statuses may be incomplete";
const LEFT_OUT: &str = "some users are left out for 15 minutes";

/// Runs until stopped, or until its controller is dropped, and clears its sessions. It updates its view once a second.
pub async fn run(site: Site, channel: RunChannel, observer: Box<dyn Observer>) {
    let RunChannel { mut controls, view } = channel;
    let (sender, mut messages) = mpsc::channel(1_024);
    let mut run = Run::new(site, observer);
    // They end with this function: dropping the set aborts its tasks.
    let mut helpers = JoinSet::new();
    let mut listener = helpers.spawn(run.listener(&sender));
    let (again, wanted) = mpsc::channel(1);
    run.reread = Some(again);
    helpers.spawn(roster::keep(run.roster_source(), wanted, sender.clone()).in_current_span());
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !run.engine.has_ended() {
        let wake = run.start + run.engine.wake(run.now()).since_start();
        tokio::select! {
            Some(landed) = run.flights.join_next() => run.landed(landed),
            Some(message) = messages.recv() => run.take_message(message),
            // A dropped sender stops the run.
            control = controls.recv(), if !run.is_stopping => {
                let control = control.unwrap_or(Control::Stop);
                let is_gateway = matches!(control, Control::Gateway(_));
                run.handle_control(control);
                if is_gateway {
                    // The new listener reads all statuses, so nothing is missed in between.
                    listener.abort();
                    listener = helpers.spawn(run.listener(&sender));
                }
                run.update_view(&view);
            }
            _ = look.tick() => run.update_view(&view),
            () = tokio::time::sleep_until(wake) => run.step(Event::Tick),
        }
    }
    run.update_view(&view);
}

struct Run {
    executor: Arc<Executor>,
    /// The pairs of `[[user]]`.
    users: Vec<(String, String)>,
    engine: Engine,
    /// The current interval, for the listener.
    interval: watch::Sender<Duration>,
    observer: Box<dyn Observer>,
    start: Instant,
    /// The difference between the wall clock and the monotonic clock at the last comparison.
    clocks: Option<Duration>,
    flights: JoinSet<(Command, Executed)>,
    reread: Option<mpsc::Sender<roster::Reread>>,
    /// When the lists of users were last found to be outdated.
    outdated: Option<Instant>,
    /// When the statuses of missing users were last asked for.
    asked_absent: Option<Instant>,
    view: View,
    problems: Problems,
    is_stopping: bool,
    /// What the listener must read again.
    wishes: Arc<Wishes>,
}

impl Run {
    fn new(site: Site, observer: Box<dyn Observer>) -> Self {
        let Site { client, client_id, gateway, users, options, is_dry_run } = site;
        Self {
            interval: watch::Sender::new(options.interval),
            engine: Engine::new(options),
            executor: Arc::new(Executor { client, client_id, gateway, is_dry_run }),
            users,
            observer,
            start: Instant::now(),
            clocks: None,
            flights: JoinSet::new(),
            reread: None,
            outdated: None,
            asked_absent: None,
            view: View::default(),
            problems: Problems::default(),
            is_stopping: false,
            wishes: Arc::default(),
        }
    }

    /// Listens to the current gateway.
    fn listener(&self, messages: &mpsc::Sender<Message>) -> impl Future<Output = ()> + Send + use<> {
        let (gateway, interval, wishes) =
            (Arc::clone(&self.executor.gateway), self.interval.subscribe(), Arc::clone(&self.wishes));
        listen::listen(gateway, interval, wishes, messages.clone()).in_current_span()
    }

    /// The engine's time. Its start means "never", so the time is slightly later.
    fn now(&self) -> Moment {
        Moment::at(self.start.elapsed() + Duration::from_millis(1))
    }

    fn step(&mut self, event: Event) {
        let now = self.now();
        self.observer.on_event(now, &event, &self.engine);
        for command in self.engine.step(event, now) {
            self.observer.on_command(now, &command, &self.engine);
            let executor = Arc::clone(&self.executor);
            let users = command.action.users().iter();
            let links = users.filter_map(|user| self.engine.link(*user).cloned()).collect::<Vec<_>>();
            let execute = async move {
                let executed = executor.execute(&command.action, &links).await;
                (command, executed)
            };
            self.flights.spawn(execute.in_current_span());
        }
    }

    fn landed(&mut self, landed: Result<(Command, Executed), JoinError>) {
        // A panicked task cannot return its command; in the program, a panic ends the process.
        let Ok((command, executed)) = landed else { return };
        let (outcome, error) = execute::to_outcome(executed, &mut self.engine);
        let is_split = matches!(outcome, Outcome::Failed(Failure::ListRefused));
        if is_split
            && let [user] = command.action.users()
            && let Some(link) = self.engine.link(*user)
        {
            tracing::debug!(user = %link.teams, "Graph rejects the id of this user");
        }
        match error.as_ref().and_then(|error| error.reread) {
            Some(Reread::Capabilities) => self.wishes.capabilities.notify_one(),
            Some(Reread::Users) => self.reread_outdated(),
            None => {}
        }
        let is_trial = self.engine.is_trial(&command.action);
        let topic = execute::topic(&command.action);
        let (is_write, has_failed) =
            (topic == execute::SETTING || topic == execute::CLEARING, error.is_some());
        self.step(Event::Answered(command, outcome));
        // A rejected list is split; only if that does not help, presences cannot be read.
        if !is_trial && (!is_split || self.engine.is_graph_out()) {
            self.problem(topic, error.map(|error| error.reason));
            if is_write && !has_failed {
                // The other kind of write may not be tried again: the call is over, or a new one is shown.
                self.problem(execute::SETTING, None);
                self.problem(execute::CLEARING, None);
            }
        }
    }

    fn take_message(&mut self, message: Message) {
        match message {
            Message::Event(event) => {
                if let Event::Settable(settable) = &event {
                    self.note_instead(settable);
                }
                self.step(event);
            }
            Message::Roster(roster) => {
                self.view.headcount = Some(roster.headcount);
                self.step(Event::Users(roster.links));
                // The statuses of new users are unknown at this point.
                self.wishes.statuses.notify_one();
            }
            Message::UsersChanged => self.reread(None),
            Message::Problem(topic, reason) => self.problem(topic, reason),
        }
    }

    /// Logs once which status replaces one that cannot be set.
    fn note_instead(&mut self, settable: &[SwyxStatus]) {
        let set = settable.iter().copied().collect();
        let all = [SwyxStatus::Available, SwyxStatus::Away, SwyxStatus::DoNotDisturb, SwyxStatus::Speaking];
        let instead = all.into_iter().map(|wanted| (wanted, nearest(wanted, set)));
        let instead = instead.filter(|(wanted, set)| wanted != set).collect::<Vec<_>>();
        if instead != self.view.instead {
            for (wanted, set) in &instead {
                tracing::warn!("the gateway cannot set {wanted:?}; {set:?} is set instead");
            }
            self.view.instead = instead;
        }
    }

    fn handle_control(&mut self, control: Control) {
        match control {
            Control::Options(options) => {
                self.interval.send_replace(options.interval);
                self.step(Event::Options(options));
            }
            Control::Client(client) => {
                self.executor = Arc::new(Executor { client, ..Executor::clone(&self.executor) });
                self.reread(Some(self.roster_source()));
            }
            Control::Gateway(gateway) => {
                self.executor = Arc::new(Executor { gateway, ..Executor::clone(&self.executor) });
                self.reread(Some(self.roster_source()));
            }
            Control::Users(users) => {
                self.users = users;
                self.reread(Some(self.roster_source()));
            }
            Control::Stop => {
                self.is_stopping = true;
                self.step(Event::Stop);
            }
        }
    }

    /// A user does not exist any more: the lists are read again, but not for each such user.
    fn reread_outdated(&mut self) {
        if self.outdated.is_none_or(|when| when.elapsed() >= QUIET) {
            self.outdated = Some(Instant::now());
            self.reread(None);
        }
    }

    fn reread(&mut self, source: roster::Reread) {
        // A waiting request is enough, unless the new one differs.
        if let Some(again) = &self.reread
            && let Err(mpsc::error::TrySendError::Full(Some(source))) = again.try_send(source)
        {
            let again = again.clone();
            tokio::spawn(async move { again.send(Some(source)).await });
        }
    }

    fn roster_source(&self) -> roster::Source {
        let Executor { client, gateway, .. } = &*self.executor;
        roster::Source { client: Arc::clone(client), gateway: Arc::clone(gateway), users: self.users.clone() }
    }

    /// Notes a problem, or that it is over.
    fn problem(&mut self, topic: &'static str, reason: Option<Reason>) {
        self.problems.note(&mut self.view.problems, topic, reason);
    }

    /// Whether there are problems with these topics, and whether nothing answered since they began.
    fn troubles(&self, topics: &[&str]) -> (bool, bool) {
        let problems = self.view.problems.iter().map(|(topic, _)| *topic);
        let current = problems.filter(|topic| topics.contains(topic)).collect::<Vec<_>>();
        let is_silent = current.iter().all(|topic| self.problems.is_silent(topic));
        (!current.is_empty(), !current.is_empty() && is_silent)
    }

    /// Reports users that cannot be read, without naming them.
    fn report_users(&mut self) {
        let Figures { unreadable_users, left_out, .. } = self.view.figures;
        let report = |count: usize, why: &str| {
            let users = if count == 1 { "user" } else { "users" };
            (count > 0).then(|| format!("{why} of {count} {users}, named in the log with -vv").into())
        };
        self.problem(UNREADABLE, report(unreadable_users, "no presence, or one in an unknown format,"));
        self.problem(LEFT_OUT, report(left_out, "Graph rejects (HTTP 400) the id"));
        let absent = self.view.figures.absent;
        let text = format!(
            "the gateway's list of statuses lacks {absent} users; their last statuses stay in use for 15 minutes"
        );
        self.problem(ABSENT, (absent > 0).then_some(text.into()));
        if absent > 0 && self.asked_absent.is_none_or(|when| when.elapsed() >= RETRY) {
            self.asked_absent = Some(Instant::now());
            self.wishes.statuses.notify_one();
        }
        let skipped = self.executor.gateway.skipped();
        let text = format!(
            "{} records of users and {} of statuses violate the contract; -vv names them",
            skipped.users, skipped.statuses
        );
        self.problem(SKIPPED, (skipped.users + skipped.statuses > 0).then_some(text.into()));
    }

    fn update_view(&mut self, view: &watch::Sender<View>) {
        let day = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let ahead = day.saturating_sub(self.start.elapsed());
        if self.clocks.replace(ahead).is_some_and(|before| ahead > before + SLEPT) {
            tracing::info!("the machine slept, or its clock was set forward: open sessions are set again");
            self.step(Event::Slept);
        }
        self.view.made = Some(Instant::now());
        self.view.figures = self.engine.figures(self.now());
        self.report_users();
        self.view.figures.graph_is_out |= self.troubles(&[execute::READING, roster::TEAMS_USERS]).0;
        self.view.figures.gateway_is_out |= self.troubles(&[listen::STATUSES, roster::SWYX_USERS]).0;
        let graph =
            self.troubles(&[execute::READING, execute::SETTING, execute::CLEARING, roster::TEAMS_USERS]);
        let gateway =
            self.troubles(&[listen::STATUSES, listen::STREAM, execute::STATUSES, roster::SWYX_USERS]);
        let figures = &mut self.view.figures;
        figures.graph_is_silent = figures.graph_is_out && graph.1;
        figures.gateway_is_silent = figures.gateway_is_out && gateway.1;
        self.view.unknown_words =
            self.engine.mapping().unknown().map(|(one, other)| format!("{one}/{other}")).collect();
        view.send_replace(self.view.clone());
    }
}
