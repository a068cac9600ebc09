//! Drives the engine of one tenant: carries out its commands, tells it what became of them and what the gateway says, and keeps the time.
//!
//! ```text
//! listen (events and changes of the gateway) ──┐
//! roster (who is who, now and then) ───────────┼──▶ run ──▶ engine ──▶ commands, each a task of its own
//! orders (settings, the end) ──────────────────┘
//! ```

mod carry;
mod listen;
mod roster;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument;

pub use roster::Headcount;

use super::engine::{Command, Engine, Event, Options, Outcome};
use super::figures::Figures;
use super::moment::Moment;
use crate::entra::graph::Client;
use crate::settings::{ClientId, SwyxStatus};
use crate::swyx::Gateway;

/// What the synchronisation of one tenant works with.
pub struct Site {
    /// The tenant's Graph; it must repeat nothing by itself ([`crate::http::Limits::repetitions`]).
    pub client: Arc<Client>,
    /// The application, whose id names its presence sessions.
    pub client_id: ClientId,
    /// SwyxServer's gateway; it must repeat nothing either.
    pub gateway: Arc<Gateway>,
    /// The pairs of `[[user]]`.
    pub users: Vec<(String, String)>,
    /// What the settings say.
    pub options: Options,
    /// Whether anything is written.
    pub writing: Writing,
}

/// Whether anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Statuses and sessions are set.
    Really,
    /// Nothing is; what would be set is only told.
    NotAtAll,
}

/// What it may be told while it runs.
pub enum Order {
    /// Other options.
    Options(Options),
    /// Another client, with another secret.
    Client(Arc<Client>),
    /// Other pairs of `[[user]]`.
    Users(Vec<(String, String)>),
    /// To clear its sessions, and end.
    Stop,
}

/// How it is. Nothing here names a user.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// When it was made; none before the first time.
    pub looked: Option<Instant>,
    /// The engine's figures.
    pub figures: Figures,
    /// How many users there are, and are matched; none before the lists were read.
    pub headcount: Option<Headcount>,
    /// The last thing that went wrong and was not yet followed by success, by what it is about.
    pub problems: Vec<(&'static str, String)>,
    /// The pairs of words that nobody knows.
    pub unknown_words: Vec<String>,
    /// Statuses that the gateway cannot set, each with what is set instead; `none` leaves the status alone.
    pub instead: Vec<(SwyxStatus, SwyxStatus)>,
}

/// Hears everything that the engine hears and wants, in order: for recordings, and for those who want to see.
pub trait Witness: Send {
    /// Something happened; the engine has not taken it in yet.
    fn saw(&mut self, now: Moment, event: &Event, engine: &Engine);
    /// The engine wants something done.
    fn wants(&mut self, now: Moment, command: &Command, engine: &Engine);
}

/// Nobody watches.
pub struct Nobody;

impl Witness for Nobody {
    fn saw(&mut self, _: Moment, _: &Event, _: &Engine) {}
    fn wants(&mut self, _: Moment, _: &Command, _: &Engine) {}
}

/// How often the view is made anew, and the clocks are compared.
const LOOK: Duration = Duration::from_secs(1);
/// By so much more may the clock of the day advance than the one that cannot be set, before that counts as sleep.
const SLEPT: Duration = Duration::from_secs(20);

/// A problem that comes back within this time is not said again.
const QUIET: Duration = Duration::from_mins(1);

/// What the helpers of the run tell it.
enum News {
    Event(Event),
    Roster(roster::Roster),
    /// The list of Swyx users changed.
    UsersChanged,
    /// Something goes wrong, or no more.
    Problem(&'static str, Option<String>),
}

/// Runs until it is told to stop and has cleared its sessions, or nobody can tell it any more. How it is can be seen in `view`, once a
/// second.
pub async fn run(
    site: Site,
    mut orders: mpsc::Receiver<Order>,
    view: watch::Sender<View>,
    witness: Box<dyn Witness>,
) {
    let (sender, mut news) = mpsc::channel(1_024);
    let mut run = Run::new(site, witness);
    // They end with this function: the set aborts its tasks when it is dropped.
    let mut helpers = JoinSet::new();
    let (gateway, interval, again) =
        (Arc::clone(&run.site.gateway), run.interval.subscribe(), Arc::clone(&run.tell_all));
    helpers.spawn(listen::listen(gateway, interval, again, sender.clone()).in_current_span());
    let (again, wanted) = mpsc::channel(1);
    run.reread = Some(again);
    helpers.spawn(roster::keep(run.roster_source(), wanted, sender).in_current_span());
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !run.engine.has_ended() {
        let wake = run.start + run.engine.wake(run.now()).since_start();
        tokio::select! {
            Some(landed) = run.flights.join_next() => run.landed(landed),
            Some(news) = news.recv() => run.take_news(news),
            // Whoever drops the orders wants no more of it.
            order = orders.recv(), if !run.is_stopping => {
                run.obey(order.unwrap_or(Order::Stop));
                run.look(&view);
            }
            _ = look.tick() => run.look(&view),
            () = tokio::time::sleep_until(wake) => run.step(Event::Tick),
        }
    }
    run.look(&view);
}

/// What the log last had of a topic.
struct Said {
    when: Instant,
    /// That it is over.
    is_over: bool,
}

struct Run {
    site: Site,
    engine: Engine,
    /// The interval that counts now, for the listener.
    interval: watch::Sender<Duration>,
    witness: Box<dyn Witness>,
    start: Instant,
    /// What the clock of the day was ahead of the other when they were last compared.
    clocks: Option<Duration>,
    flights: JoinSet<(Command, Result<carry::Answer, carry::Trouble>)>,
    reread: Option<mpsc::Sender<roster::Reread>>,
    view: View,
    /// When the log last had something of each topic.
    said: HashMap<&'static str, Said>,
    is_stopping: bool,
    /// Asks the listener for all statuses.
    tell_all: Arc<Notify>,
}

impl Run {
    fn new(site: Site, witness: Box<dyn Witness>) -> Self {
        let options = site.options.clone();
        Self {
            interval: watch::Sender::new(options.interval),
            engine: Engine::new(options),
            site,
            witness,
            start: Instant::now(),
            clocks: None,
            flights: JoinSet::new(),
            reread: None,
            view: View::default(),
            said: HashMap::new(),
            is_stopping: false,
            tell_all: Arc::default(),
        }
    }

    /// The engine's time. Its beginning stands for "never" there, so it is a little later.
    fn now(&self) -> Moment {
        Moment::at(self.start.elapsed() + Duration::from_millis(1))
    }

    fn step(&mut self, event: Event) {
        let now = self.now();
        self.witness.saw(now, &event, &self.engine);
        for command in self.engine.step(event, now) {
            self.witness.wants(now, &command, &self.engine);
            let errand = carry::Errand::new(&self.site, &command, &self.engine);
            self.flights.spawn(async move { (command, errand.done().await) }.in_current_span());
        }
    }

    fn landed(
        &mut self,
        landed: Result<(Command, Result<carry::Answer, carry::Trouble>), tokio::task::JoinError>,
    ) {
        // A task that panicked has no command to give back; in the program, a panic ends the process.
        let Ok((command, answer)) = landed else { return };
        let outcome = match answer {
            Ok(answer) => {
                self.problem(carry::topic(&command), None);
                answer.outcome(&command, &mut self.engine)
            }
            Err(trouble) => {
                self.problem(carry::topic(&command), Some(trouble.text));
                Outcome::Failed(trouble.failure)
            }
        };
        self.step(Event::Answered(command, outcome));
    }

    fn take_news(&mut self, news: News) {
        match news {
            News::Event(event) => {
                if let Event::Settable(settable) = &event {
                    self.note_instead(settable);
                }
                self.step(event);
            }
            News::Roster(roster) => {
                self.view.headcount = Some(roster.headcount);
                self.step(Event::Users(roster.links));
                // Of those who are new, nothing is known yet.
                self.tell_all.notify_one();
            }
            News::UsersChanged => self.reread(None),
            News::Problem(topic, text) => self.problem(topic, text),
        }
    }

    /// Says once what is set in place of what cannot be.
    fn note_instead(&mut self, settable: &[SwyxStatus]) {
        let set = settable.iter().copied().collect();
        let all = [SwyxStatus::Available, SwyxStatus::Away, SwyxStatus::DoNotDisturb, SwyxStatus::Speaking];
        let instead = all.into_iter().map(|wanted| (wanted, super::nearest(wanted, set)));
        let instead = instead.filter(|(wanted, set)| wanted != set).collect::<Vec<_>>();
        if instead != self.view.instead {
            for (wanted, set) in &instead {
                tracing::warn!("the gateway cannot set {wanted:?}; in its place it gets {set:?}");
            }
            self.view.instead = instead;
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Options(options) => {
                self.interval.send_replace(options.interval);
                self.step(Event::Options(options));
            }
            Order::Client(client) => {
                self.site.client = client;
                self.reread(Some(self.roster_source()));
            }
            Order::Users(users) => {
                self.site.users = users;
                self.reread(Some(self.roster_source()));
            }
            Order::Stop => {
                self.is_stopping = true;
                self.step(Event::Stop);
            }
        }
    }

    fn reread(&mut self, source: roster::Reread) {
        // If one is waiting already, that will do, unless this one brings something new.
        if let Some(again) = &self.reread
            && let Err(mpsc::error::TrySendError::Full(Some(source))) = again.try_send(source)
        {
            let again = again.clone();
            tokio::spawn(async move { again.send(Some(source)).await });
        }
    }

    fn roster_source(&self) -> roster::Source {
        let Site { client, gateway, users, .. } = &self.site;
        roster::Source { client: Arc::clone(client), gateway: Arc::clone(gateway), users: users.clone() }
    }

    /// What goes wrong is said when it begins and when it is over, not each time.
    fn problem(&mut self, topic: &'static str, text: Option<String>) {
        let known = self.view.problems.iter().position(|(known, _)| *known == topic);
        match (known, text) {
            (Some(at), None) => {
                self.view.problems.remove(at);
                if self.said.get(topic).is_some_and(|said| !said.is_over) {
                    self.said.insert(topic, Said { when: Instant::now(), is_over: true });
                    tracing::info!("over: {topic}");
                }
            }
            (None, Some(text)) => {
                // What comes and goes is said once in a minute.
                if self.said.get(topic).is_none_or(|said| said.when.elapsed() >= QUIET) {
                    self.said.insert(topic, Said { when: Instant::now(), is_over: false });
                    tracing::warn!("{topic}: {text}");
                }
                self.view.problems.push((topic, text));
            }
            (Some(at), Some(text)) => {
                self.view.problems.get_mut(at).into_iter().for_each(|(_, last)| last.clone_from(&text))
            }
            (None, None) => {}
        }
    }

    fn look(&mut self, view: &watch::Sender<View>) {
        let day = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let ahead = day.saturating_sub(self.start.elapsed());
        if self.clocks.replace(ahead).is_some_and(|before| ahead > before + SLEPT) {
            tracing::info!("the machine slept, or its clock was set forward: open sessions are set anew");
            self.step(Event::Slept);
        }
        self.view.looked = Some(Instant::now());
        self.view.figures = self.engine.figures(self.now());
        let is_wrong = |topic| self.view.problems.iter().any(|(known, _)| *known == topic);
        let (gateway, graph) = (is_wrong(listen::STATUSES), is_wrong(carry::READING));
        self.view.figures.gateway_is_out |= gateway;
        self.view.figures.graph_is_out |= graph;
        self.view.unknown_words =
            self.engine.mapping().unknown().map(|(one, other)| format!("{one}/{other}")).collect();
        view.send_replace(self.view.clone());
    }
}
