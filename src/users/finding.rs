//! A finding: what a person should know of a matching.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::pair::By;
use crate::diagnostic::Severity;
use crate::entra::graph::TeamsUser;
use crate::swyx::SwyxUser;

/// The kind of a finding; the constants are the kinds there are. Kinds are ordered as they are reported within one severity.
#[derive(Clone, Copy, Debug)]
pub struct FindingKind(pub(super) &'static Row);

/// What is known of a kind.
#[derive(Debug)]
pub(super) struct Row {
    /// Its place among the kinds of its severity.
    pub(super) order: u8,
    /// Its id in JSON and CSV; stable.
    pub(super) id: &'static str,
    /// An error is a user who should be matched and is not.
    pub(super) severity: Severity,
    /// The head of a list of such findings.
    pub(super) title: &'static str,
    /// What to do.
    pub(super) help: &'static str,
    /// What one finding says beyond the title.
    pub(super) detail: Text,
    /// The account name to enter.
    pub(super) suggestion: Text,
}

/// Makes a text of a finding. Every text that comes from the lists is shown with its control characters spelt out.
pub(super) type Text = fn(&Finding, Lists<'_>) -> Option<String>;

impl FindingKind {
    /// Its id in JSON and CSV; stable.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// How bad it is: an error is a user who should be matched and is not.
    pub fn severity(self) -> Severity {
        self.0.severity
    }

    /// The head of a list of such findings.
    pub fn title(self) -> &'static str {
        self.0.title
    }

    /// What to do.
    pub fn help(self) -> &'static str {
        self.0.help
    }
}

impl PartialEq for FindingKind {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for FindingKind {}

impl PartialOrd for FindingKind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FindingKind {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0.order, self.0.id).cmp(&(other.0.order, other.0.id))
    }
}

impl Hash for FindingKind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

/// One finding. Numbers are places in the lists that were matched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    kind: FindingKind,
    swyx: Vec<usize>,
    teams: Vec<usize>,
    note: Note,
}

/// What a finding holds beyond the users it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Note {
    Nothing,
    /// The Teams user that is probably meant.
    Likely(Likely),
    /// The deceptive characters.
    Characters(Vec<char>),
    /// What the users were matched by.
    MatchedBy(By),
    /// The place of a `[[user]]`, from 0, and what is wrong with it.
    Override(usize, OverrideFault),
}

/// What is wrong with a `[[user]]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OverrideFault {
    /// `swyx` matches nobody.
    NoSwyxUser,
    /// `teams` matches nobody.
    NoTeamsUser,
    /// Several Swyx users have the name.
    SeveralSwyxUsers,
    /// Several Teams users have the mail address.
    SeveralTeamsUsers,
    /// This earlier one names the same Swyx user, and counts.
    Repeats(usize),
    /// The e-mail address leads to the same account.
    Redundant,
    /// The Swyx user is not activated.
    Disabled,
}

/// The Teams user that is probably meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likely {
    /// The place in the list of Teams users.
    pub teams: usize,
    /// What speaks for it.
    pub reason: Reason,
}

/// What speaks for a likely pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The addresses look the same.
    LooksTheSame,
    /// The same before the @.
    SameLocalPart,
    /// The same name.
    SameName,
    /// One letter is wrong, missing or too many, or two changed places.
    OneSlip,
}

impl Reason {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::LooksTheSame => "the address looks the same",
            Self::SameLocalPart => "the same before the @",
            Self::SameName => "the same name",
            Self::OneSlip => "one letter apart",
        }
    }
}

/// The lists that were matched, from which the texts of findings are made.
#[derive(Clone, Copy)]
pub struct Lists<'a> {
    /// The Swyx users.
    pub swyx: &'a [SwyxUser],
    /// The Teams users.
    pub teams: &'a [TeamsUser],
    /// The overrides.
    pub overrides: &'a [(String, String)],
}

impl Finding {
    pub(super) fn new(kind: FindingKind, swyx: &[usize], teams: &[usize], note: Note) -> Self {
        Self { kind, swyx: swyx.to_vec(), teams: teams.to_vec(), note }
    }

    /// Its kind.
    pub fn kind(&self) -> FindingKind {
        self.kind
    }

    /// The Swyx users that it is about.
    pub fn swyx(&self) -> &[usize] {
        &self.swyx
    }

    /// The Teams users that it is about, without those who are only likely.
    pub fn teams(&self) -> &[usize] {
        &self.teams
    }

    pub(super) fn note(&self) -> &Note {
        &self.note
    }

    /// The Teams user that is likely, where there is no certain one.
    pub fn likely(&self) -> Option<Likely> {
        match self.note {
            Note::Likely(likely) => Some(likely),
            _ => None,
        }
    }

    /// What is found here, beyond what [`FindingKind::title`] says and whom it is about; often nothing.
    pub fn detail(&self, lists: Lists<'_>) -> Option<String> {
        (self.kind.0.detail)(self, lists)
    }

    /// The account name to enter, where it is known, or likely and why.
    pub fn suggestion(&self, lists: Lists<'_>) -> Option<String> {
        (self.kind.0.suggestion)(self, lists)
    }
}
