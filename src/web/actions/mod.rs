//! The actions of the page besides editing: check the tenant, plan, show the sheet. The program provides the
//! implementation.
//!
//! Each action runs as a job on its own thread, because a tenant may answer slowly, and a sign-in with a code
//! takes even longer. The job's page shows the progress and then the result. No action changes a tenant or a
//! file, and no result contains a secret.
//!
//! ```
//! use std::sync::Arc;
//! use swyx_teams::web::Site;
//! use swyx_teams::web::actions::{Action, Actions, Done, Part, Progress, Verdict};
//!
//! struct OnlySheet;
//!
//! impl Actions for OnlySheet {
//!     fn perform(&self, action: Action, progress: &Arc<dyn Progress>) -> Done {
//!         progress.report("reading the file");
//!         match action {
//!             Action::Sheet => Done::new(Verdict::Good, "the sheet", vec![Part::Verbatim("…".to_owned())]),
//!             _ => Done::new(Verdict::Failed, "not available", Vec::new()),
//!         }
//!     }
//! }
//!
//! let site = Site::new("north.toml", "/etc/swyx-teams/north.toml").with(Arc::new(OnlySheet));
//! assert_eq!(Action::ALL.first().map(|action| action.title()), Some("Check online"));
//! # drop(site);
//! ```

mod jobs;
mod routes;

pub(super) use jobs::{Job, Jobs, State};
pub(super) use routes::routes;

use std::sync::Arc;
use std::time::Duration;

use crate::form::Finding;
use crate::os::process::CancellationToken;

/// An action of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Sign in as the application, and check the file against the tenant.
    Check,
    /// The same, and read the registration as an administrator.
    CheckAsAdmin,
    /// Plan the changes in the tenant.
    Plan,
    /// The sheet for Control Center, without the secret.
    Sheet,
}

impl Action {
    /// All actions, in the order of the page.
    pub const ALL: &[Self] = &[Self::Check, Self::CheckAsAdmin, Self::Plan, Self::Sheet];

    /// The name in a form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::CheckAsAdmin => "check-as-admin",
            Self::Plan => "plan",
            Self::Sheet => "sheet",
        }
    }

    /// The label of its button.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Check => "Check online",
            Self::CheckAsAdmin => "Check online as administrator",
            Self::Plan => "Plan",
            Self::Sheet => "Sheet",
        }
    }

    /// The help text.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Check => "Signs in as the application and checks its permissions.",
            Self::CheckAsAdmin => "Also reads the application's registration. An administrator must sign in.",
            Self::Plan => {
                "Shows the required changes in the tenant without making them. An administrator must sign in."
            }
            Self::Sheet => "Shows the values for Control Center, without the secret.",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}

/// Performs the actions of the page with the saved file.
pub trait Actions: Send + Sync {
    /// Performs an action and reports its progress. It may block: it is called on its own thread.
    fn perform(&self, action: Action, progress: &Arc<dyn Progress>) -> Done;
}

/// Receives the progress of an action.
pub trait Progress: Send + Sync {
    /// Reports the current step.
    fn report(&self, what: &str);
    /// Reports that a step has ended. By default, nothing.
    fn end_step(&self, what: &str) {
        let _ = what;
    }
    /// Reports why the current step waits. By default, like a step.
    fn report_wait(&self, why: &str, pause: Duration) {
        self.report(&format!("waiting {} s: {why}", pause.as_secs()));
    }
    /// An administrator must sign in.
    fn request_sign_in(&self, code: Code);
    /// Cancelled when the job is stopped; terminates the commands of the job.
    fn cancellation(&self) -> CancellationToken {
        CancellationToken::default()
    }
}

/// A code to sign in with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// The address at which to enter it.
    pub address: String,
    /// The code. It is useless without the administrator's own sign-in.
    pub code: String,
    /// How long it is valid, in minutes.
    pub minutes: u64,
}

impl Code {
    /// A code to enter at `address`.
    pub fn new(address: impl Into<String>, code: impl Into<String>, minutes: u64) -> Self {
        Self { address: address.into(), code: code.into(), minutes }
    }
}

/// The result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Success.
    Good,
    /// There is something to fix or to do.
    Open,
    /// The action failed.
    Failed,
}

/// A result with the texts of the command line. It contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Done {
    /// The verdict.
    pub verdict: Verdict,
    /// The result in one sentence.
    pub headline: String,
    /// The details, in reading order.
    pub parts: Vec<Part>,
}

impl Done {
    /// A result with its details.
    pub fn new(verdict: Verdict, headline: impl Into<String>, parts: Vec<Part>) -> Self {
        Self { verdict, headline: headline.into(), parts }
    }
}

/// A part of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// Lines as printed by the command line, with their whitespace.
    Verbatim(String),
    /// An unordered list of sentences, with an optional title.
    List(Option<&'static str>, Vec<String>),
    /// Numbered manual steps.
    Numbered(&'static str, Vec<String>),
    /// Names with values.
    Fields(Vec<Field>),
    /// Steps of a plan.
    Steps(Vec<Step>),
    /// Findings.
    Findings(Vec<Finding>),
}

/// A name with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name.
    pub label: String,
    /// The value; `None` for a secret.
    pub value: Option<String>,
    /// Remarks: where a secret is stored, or the name in the portal.
    pub remarks: Vec<String>,
}

impl Field {
    /// A name with its value, or `None` for a secret, and remarks.
    pub fn new(label: impl Into<String>, value: Option<String>, remarks: Vec<String>) -> Self {
        Self { label: label.into(), value, remarks }
    }
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// `+`, `~` or `-`.
    pub sign: char,
    /// The kind of object.
    pub object: String,
    /// Which object, and the change.
    pub what: String,
    /// The key of the settings that requires it, and why.
    pub reason: String,
    /// The least directory role that is allowed to do it.
    pub role: Option<String>,
}

impl Step {
    /// A step that needs no particular role.
    pub fn new(
        sign: char,
        object: impl Into<String>,
        what: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self { sign, object: object.into(), what: what.into(), reason: reason.into(), role: None }
    }

    /// Sets the least directory role that is allowed to do it.
    #[must_use]
    pub fn role(self, role: impl Into<String>) -> Self {
        Self { role: Some(role.into()), ..self }
    }
}
