//! What the page can do besides editing: look at the tenant, plan, show the sheet. The program hands in how.
//!
//! Each runs as a job on a thread of its own, since a tenant may take its time, and a person who enters a code even more; the job's page
//! says how far it is and then what came out. Nothing here changes a tenant or a file, and no result holds a secret.

mod jobs;
mod routes;

pub(super) use jobs::{Job, Jobs, State};
pub(super) use routes::routes;

use std::sync::Arc;

use crate::form::Finding;
use crate::os::process::CancellationToken;

/// Something that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sign in as the application, and check the file with what is seen.
    Check,
    /// The same, and read the registration as an administrator.
    CheckAsAdmin,
    /// Plan what is to be done in the tenant.
    Plan,
    /// The sheet for Control Center, without the secret.
    Sheet,
}

impl Action {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Check, Self::CheckAsAdmin, Self::Plan, Self::Sheet];

    /// The name in a form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::CheckAsAdmin => "check-as-admin",
            Self::Plan => "plan",
            Self::Sheet => "sheet",
        }
    }

    /// What its button says.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Check => "Check online",
            Self::CheckAsAdmin => "Check online as administrator",
            Self::Plan => "Plan",
            Self::Sheet => "Sheet",
        }
    }

    /// What it is for.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Check => "Signs in as the application and sees what it may do.",
            Self::CheckAsAdmin => "Reads the application's registration, too. An administrator signs in.",
            Self::Plan => {
                "Says what is to be done in the tenant, without doing it. An administrator signs in."
            }
            Self::Sheet => "Shows what to type into Control Center, without the secret.",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// Does what the page asks for, with the file as it is saved.
pub trait Actions: Send + Sync {
    /// Does it, and tells meanwhile how it goes. It may wait: it is called on a thread of its own.
    fn perform(&self, action: Action, told: &Arc<dyn Told>) -> Done;
}

/// Hears how it goes.
pub trait Told: Send + Sync {
    /// What is being done now.
    fn says(&self, what: &str);
    /// Somebody has to sign in.
    fn asks(&self, code: Code);
    /// Cancelled when the job is stopped: ends the commands that the job waits for.
    fn cancellation(&self) -> CancellationToken {
        CancellationToken::default()
    }
}

/// A code to sign in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The address at which it is entered.
    pub address: String,
    /// The code. It is of use only together with the administrator's own sign-in.
    pub code: String,
    /// How long it can be used, in minutes.
    pub minutes: u64,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Good,
    /// There is something to mend, or to do.
    Open,
    /// It could not be done.
    Failed,
}

/// A result, in the words of the command line. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// What it comes to.
    pub verdict: Verdict,
    /// What came of it, in a sentence.
    pub headline: String,
    /// The rest, in the order in which it is read.
    pub parts: Vec<Part>,
}

/// A part of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Lines as the command line prints them, which keep their blanks.
    Verbatim(String),
    /// Sentences, perhaps with a title; the order says nothing.
    List(Option<&'static str>, Vec<String>),
    /// Steps of work for a person, in their order.
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
    /// The value; nothing for a secret.
    pub value: Option<String>,
    /// What else to know: where a secret is kept, what the portal calls it.
    pub remarks: Vec<String>,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// `+`, `~` or `-`.
    pub sign: char,
    /// The kind of thing.
    pub object: String,
    /// Which one, and how.
    pub what: String,
    /// The key of the settings that asks for it, and why.
    pub reason: String,
    /// The least directory role that may do it.
    pub role: Option<String>,
}
