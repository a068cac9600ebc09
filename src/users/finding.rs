//! A finding: something to know about a matching.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use super::pair::By;
use crate::diagnostic::Severity;
use crate::entra::graph::TeamsUser;
use crate::swyx::SwyxUser;

/// The kind of a finding, defined as constants. Kinds are ordered as they are reported within one severity.
#[derive(Clone, Copy, Debug)]
pub struct FindingKind(pub(super) &'static Row);

/// The properties of a kind.
#[derive(Debug)]
pub(super) struct Row {
    /// Its order among the kinds of the same severity.
    pub(super) order: u8,
    /// Its id in JSON and CSV; stable.
    pub(super) id: &'static str,
    /// The severity. An error is an active user without a match.
    pub(super) severity: Severity,
    /// The title of a list of such findings.
    pub(super) title: &'static str,
    /// What to do.
    pub(super) help: &'static str,
    /// The details of one finding beyond the title.
    pub(super) detail: Text,
    /// The account name to enter.
    pub(super) suggestion: Text,
}

/// Builds the text of a finding. Texts from the lists are shown with their control characters escaped.
pub(super) type Text = fn(&Finding, Lists<'_>) -> Option<String>;

impl FindingKind {
    /// Its id in JSON and CSV; stable.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// The severity. An error is an active user without a match.
    pub fn severity(self) -> Severity {
        self.0.severity
    }

    /// The title of a list of such findings.
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

/// One finding. Numbers are positions in the matched lists.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    kind: FindingKind,
    swyx: Vec<usize>,
    teams: Vec<usize>,
    note: Note,
}

/// The details of a finding besides its users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Note {
    Nothing,
    /// The Teams user that is probably meant.
    Likely(Likely),
    /// The deceptive characters.
    Characters(Vec<char>),
    /// What matched the users.
    MatchedBy(By),
    /// The position of a `[[user]]`, from 0, and its problem.
    Override(usize, OverrideFault),
}

/// The problem of a `[[user]]`.
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
    /// This earlier entry names the same Swyx user, and takes precedence.
    Repeats(usize),
    /// The e-mail address leads to the same account.
    Redundant,
    /// The Swyx user is not activated.
    Disabled,
}

/// The Teams user that is probably meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Likely {
    /// The position in the list of Teams users.
    pub teams: usize,
    /// Why it is likely.
    pub reason: Reason,
}

/// Why a pair is likely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The addresses look the same.
    LooksTheSame,
    /// The same part before the @.
    SameLocalPart,
    /// The same name.
    SameName,
    /// One letter is wrong, missing or additional, or two letters are swapped.
    OneSlip,
}

impl Reason {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::LooksTheSame => "the address looks the same",
            Self::SameLocalPart => "the same part before the @",
            Self::SameName => "the same name",
            Self::OneSlip => "one letter apart",
        }
    }
}

/// The matched lists, used to build the texts of findings.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Lists<'a> {
    /// The Swyx users.
    pub swyx: &'a [SwyxUser],
    /// The Teams users.
    pub teams: &'a [TeamsUser],
    /// The overrides.
    pub overrides: &'a [(String, String)],
}

impl<'a> Lists<'a> {
    /// The lists that were matched, in the order of the parameters of [`match_users`](super::match_users).
    pub fn new(swyx: &'a [SwyxUser], teams: &'a [TeamsUser], overrides: &'a [(String, String)]) -> Self {
        Self { swyx, teams, overrides }
    }
}

impl Finding {
    pub(super) fn new(kind: FindingKind, swyx: &[usize], teams: &[usize], note: Note) -> Self {
        Self { kind, swyx: swyx.to_vec(), teams: teams.to_vec(), note }
    }

    /// Its kind.
    pub fn kind(&self) -> FindingKind {
        self.kind
    }

    /// The Swyx users of the finding.
    pub fn swyx(&self) -> &[usize] {
        &self.swyx
    }

    /// The Teams users of the finding, without the likely ones.
    pub fn teams(&self) -> &[usize] {
        &self.teams
    }

    pub(super) fn note(&self) -> &Note {
        &self.note
    }

    /// The likely Teams user, if there is no certain one.
    pub fn likely(&self) -> Option<Likely> {
        match self.note {
            Note::Likely(likely) => Some(likely),
            _ => None,
        }
    }

    /// The details, besides [`FindingKind::title`] and the users; often empty.
    pub fn detail(&self, lists: Lists<'_>) -> Option<String> {
        (self.kind.0.detail)(self, lists)
    }

    /// The account name to enter, if it is known or likely, with the reason.
    pub fn suggestion(&self, lists: Lists<'_>) -> Option<String> {
        (self.kind.0.suggestion)(self, lists)
    }
}
