//! What is worth saying of a matching, in words. Every text that comes from the lists is shown with its control characters spelt out.

use super::matching::By;
use crate::diagnostic::Severity;
use crate::entra::graph::TeamsUser;
use crate::swyx::SwyxUser;
use crate::text::shown;

/// The kinds of findings, in the order in which they are reported among those of one severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A Swyx user with an e-mail address who is nobody in Teams.
    UnmatchedSwyx,
    /// Two activated Swyx users with one e-mail address.
    DuplicateEmail,
    /// Two Teams users with the mail address of one Swyx user.
    AmbiguousMail,
    /// One Teams account that is claimed by two Swyx users.
    AccountTwice,
    /// An override that names nobody.
    OverrideUnknown,
    /// An override that names several.
    OverrideAmbiguous,
    /// The account name is another than the mail address that matches.
    UpnDiffers,
    /// An unmatched address that only looks like a Teams user's.
    Confusable,
    /// A Swyx user without an e-mail address.
    NoEmail,
    /// A match that needs case or Unicode's form to be passed over.
    SpellingDiffers,
    /// An override that changes nothing.
    OverrideNeedless,
    /// A Teams user who is nobody in Swyx.
    UnmatchedTeams,
}

impl Kind {
    /// Its id in JSON and CSV; stable.
    pub fn id(self) -> &'static str {
        match self {
            Self::UnmatchedSwyx => "unmatched-swyx",
            Self::DuplicateEmail => "duplicate-email",
            Self::AmbiguousMail => "ambiguous-mail",
            Self::AccountTwice => "account-twice",
            Self::OverrideUnknown => "override-unknown",
            Self::OverrideAmbiguous => "override-ambiguous",
            Self::UpnDiffers => "upn-differs",
            Self::Confusable => "confusable",
            Self::NoEmail => "no-email",
            Self::SpellingDiffers => "spelling-differs",
            Self::OverrideNeedless => "override-needless",
            Self::UnmatchedTeams => "unmatched-teams",
        }
    }

    /// How bad it is: an error is somebody who should be matched and is not.
    pub fn severity(self) -> Severity {
        match self {
            Self::UnmatchedSwyx
            | Self::DuplicateEmail
            | Self::AmbiguousMail
            | Self::AccountTwice
            | Self::OverrideUnknown
            | Self::OverrideAmbiguous => Severity::Error,
            Self::UpnDiffers | Self::Confusable | Self::NoEmail => Severity::Warning,
            Self::SpellingDiffers | Self::OverrideNeedless | Self::UnmatchedTeams => Severity::Info,
        }
    }

    /// What it comes to, as the head of a list of them.
    pub fn title(self) -> &'static str {
        match self {
            Self::UnmatchedSwyx => "Swyx users with an e-mail address that nobody in Teams has",
            Self::DuplicateEmail => "several activated Swyx users with one e-mail address",
            Self::AmbiguousMail => "several Teams users with one Swyx user's address",
            Self::AccountTwice => "several Swyx users with one Teams account",
            Self::OverrideUnknown => "`[[user]]` that names nobody",
            Self::OverrideAmbiguous => "`[[user]]` that names several",
            Self::UpnDiffers => "matched by the mail address, and the account name is another",
            Self::Confusable => "addresses that only look like a Teams user's",
            Self::NoEmail => "activated Swyx users without an e-mail address",
            Self::SpellingDiffers => "matched in another spelling",
            Self::OverrideNeedless => "`[[user]]` that changes nothing",
            Self::UnmatchedTeams => "Teams users who are nobody in Swyx",
        }
    }

    /// What to do.
    pub fn help(self) -> &'static str {
        match self {
            Self::UnmatchedSwyx => {
                "enter the account name of the Teams user as the Swyx user's e-mail address in Control Center, or add a [[user]] to the settings"
            }
            Self::DuplicateEmail => {
                "SwyxWare wants e-mail addresses to be unique: correct one, or tell the users apart with [[user]]"
            }
            Self::AmbiguousMail => {
                "enter the right one's account name as the Swyx user's e-mail address, or add a [[user]] to the settings"
            }
            Self::AccountTwice => {
                "a Teams account is one person's: correct the e-mail address, or the [[user]]"
            }
            Self::OverrideUnknown => {
                "correct it: `swyx` is a Swyx user's name or id, `teams` an account name or mail address"
            }
            Self::OverrideAmbiguous => "write the Swyx user's id, and the account name, which are unique",
            Self::UpnDiffers => {
                "SwyxWare itself matches by the account name and would not find them: enter the account name as e-mail address in Control Center"
            }
            Self::Confusable => "type the address anew, in Control Center or in Entra ID",
            Self::NoEmail => {
                "enter the account name of the Teams user in Control Center; who has no Teams account needs none"
            }
            Self::SpellingDiffers => {
                "nothing to do here; whether SwyxWare itself passes over this is not in the vendor's pages"
            }
            Self::OverrideNeedless => "it can be deleted from the settings",
            Self::UnmatchedTeams => "nothing to do for rooms, guests and whoever has no telephone",
        }
    }
}

/// One finding. Numbers are places in the lists that were matched; `entry` is the place of a `[[user]]`, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the kinds and the names say it")]
pub enum Finding {
    /// [`Kind::UnmatchedSwyx`]
    UnmatchedSwyx { swyx: usize, likely: Option<Likely> },
    /// [`Kind::DuplicateEmail`]
    DuplicateEmail { swyx: Vec<usize> },
    /// [`Kind::AmbiguousMail`]
    AmbiguousMail { swyx: usize, teams: Vec<usize> },
    /// [`Kind::AccountTwice`]
    AccountTwice { teams: usize, swyx: Vec<usize> },
    /// [`Kind::OverrideUnknown`]; with the Swyx user if it is on Teams' side.
    OverrideUnknown { entry: usize, side: Side, swyx: Option<usize> },
    /// [`Kind::OverrideAmbiguous`]
    OverrideAmbiguous { entry: usize, ambiguity: Ambiguity },
    /// [`Kind::UpnDiffers`]
    UpnDiffers { swyx: usize, teams: usize },
    /// [`Kind::Confusable`], with the characters that deceive.
    Confusable { swyx: usize, teams: usize, characters: Vec<char> },
    /// [`Kind::NoEmail`]
    NoEmail { swyx: usize, likely: Option<Likely> },
    /// [`Kind::SpellingDiffers`]
    SpellingDiffers { swyx: usize, teams: usize, by: By },
    /// [`Kind::OverrideNeedless`]; without a Teams user if the Swyx user is not activated.
    OverrideNeedless { entry: usize, swyx: usize, teams: Option<usize> },
    /// [`Kind::UnmatchedTeams`]
    UnmatchedTeams { teams: usize },
}

/// Which side of an override names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `swyx`
    Swyx,
    /// `teams`
    Teams,
}

/// How an override names several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Ambiguity {
    /// Several Swyx users have the name.
    SwyxName(Vec<usize>),
    /// Several Teams users have the mail address.
    TeamsMail { swyx: usize, teams: Vec<usize> },
    /// An earlier override names the same Swyx user, and counts.
    Twice { swyx: usize, earlier: usize },
}

/// The Teams user that somebody was perhaps meant to be.
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
    fn words(self) -> &'static str {
        match self {
            Self::LooksTheSame => "the address looks the same",
            Self::SameLocalPart => "the same before the @",
            Self::SameName => "the same name",
            Self::OneSlip => "one letter apart",
        }
    }
}

/// The lists that a matching is of, to find words for what was found.
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
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::UnmatchedSwyx { .. } => Kind::UnmatchedSwyx,
            Self::DuplicateEmail { .. } => Kind::DuplicateEmail,
            Self::AmbiguousMail { .. } => Kind::AmbiguousMail,
            Self::AccountTwice { .. } => Kind::AccountTwice,
            Self::OverrideUnknown { .. } => Kind::OverrideUnknown,
            Self::OverrideAmbiguous { .. } => Kind::OverrideAmbiguous,
            Self::UpnDiffers { .. } => Kind::UpnDiffers,
            Self::Confusable { .. } => Kind::Confusable,
            Self::NoEmail { .. } => Kind::NoEmail,
            Self::SpellingDiffers { .. } => Kind::SpellingDiffers,
            Self::OverrideNeedless { .. } => Kind::OverrideNeedless,
            Self::UnmatchedTeams { .. } => Kind::UnmatchedTeams,
        }
    }

    /// The Swyx users that it is about.
    pub fn swyx(&self) -> &[usize] {
        match self {
            Self::UnmatchedSwyx { swyx, .. }
            | Self::AmbiguousMail { swyx, .. }
            | Self::UpnDiffers { swyx, .. }
            | Self::Confusable { swyx, .. }
            | Self::NoEmail { swyx, .. }
            | Self::SpellingDiffers { swyx, .. }
            | Self::OverrideNeedless { swyx, .. }
            | Self::OverrideAmbiguous {
                ambiguity: Ambiguity::TeamsMail { swyx, .. } | Ambiguity::Twice { swyx, .. },
                ..
            } => std::slice::from_ref(swyx),
            Self::DuplicateEmail { swyx }
            | Self::AccountTwice { swyx, .. }
            | Self::OverrideAmbiguous { ambiguity: Ambiguity::SwyxName(swyx), .. } => swyx,
            Self::OverrideUnknown { swyx, .. } => swyx.as_slice(),
            Self::UnmatchedTeams { .. } => &[],
        }
    }

    /// The Teams users that it is about, those who are only likely apart.
    pub fn teams(&self) -> &[usize] {
        match self {
            Self::AccountTwice { teams, .. }
            | Self::UpnDiffers { teams, .. }
            | Self::Confusable { teams, .. }
            | Self::SpellingDiffers { teams, .. }
            | Self::UnmatchedTeams { teams } => std::slice::from_ref(teams),
            Self::AmbiguousMail { teams, .. }
            | Self::OverrideAmbiguous { ambiguity: Ambiguity::TeamsMail { teams, .. }, .. } => teams,
            Self::OverrideNeedless { teams, .. } => teams.as_slice(),
            Self::UnmatchedSwyx { .. }
            | Self::DuplicateEmail { .. }
            | Self::OverrideUnknown { .. }
            | Self::NoEmail { .. }
            | Self::OverrideAmbiguous {
                ambiguity: Ambiguity::SwyxName(_) | Ambiguity::Twice { .. }, ..
            } => &[],
        }
    }

    /// The Teams user that is likely, where there is no certain one.
    pub fn likely(&self) -> Option<Likely> {
        match self {
            Self::UnmatchedSwyx { likely, .. } | Self::NoEmail { likely, .. } => *likely,
            _ => None,
        }
    }

    /// What is found here, beyond what [`Kind::title`] says and who it is about; often nothing.
    pub fn detail(&self, lists: Lists<'_>) -> Option<String> {
        let account = |place: &usize| shown(lists.teams.get(*place).map_or("", |user| &user.upn));
        match self {
            Self::UpnDiffers { teams, .. } if is_guest(lists, *teams) => {
                Some("a guest, who has no presence in this tenant (inferred)".to_owned())
            }
            Self::Confusable { characters, .. } => {
                let spelt = characters.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect::<Vec<_>>();
                Some(format!("holds {}", spelt.join(", ")))
            }
            Self::AmbiguousMail { teams, .. } => Some(several(teams.iter().map(account))),
            Self::SpellingDiffers { swyx, teams, by } => Some(spelling(lists, *swyx, *teams, *by).to_owned()),
            Self::OverrideUnknown { entry, side, .. } => {
                let (name, who) = match side {
                    Side::Swyx => (lists.overrides.get(*entry).map(|entry| &entry.0), "Swyx user"),
                    Side::Teams => (lists.overrides.get(*entry).map(|entry| &entry.1), "Teams user"),
                };
                Some(format!("user[{entry}]: no {who} is {}", shown(name.map_or("", String::as_str))))
            }
            Self::OverrideAmbiguous { entry, ambiguity } => Some(match ambiguity {
                Ambiguity::SwyxName(users) => {
                    let ids = users.iter().map(|one| shown(lists.swyx.get(*one).map_or("", |user| &user.id)));
                    format!("user[{entry}]: the Swyx users with the ids {} have this name", several(ids))
                }
                Ambiguity::TeamsMail { teams, .. } => {
                    format!("user[{entry}]: it is the mail address of {}", several(teams.iter().map(account)))
                }
                Ambiguity::Twice { earlier, .. } => {
                    format!("user[{entry}]: the Swyx user is in user[{earlier}] already, which counts")
                }
            }),
            Self::OverrideNeedless { entry, teams: Some(_), .. } => {
                Some(format!("user[{entry}]: the e-mail address leads to the same account"))
            }
            Self::OverrideNeedless { entry, teams: None, .. } => {
                Some(format!("user[{entry}]: the Swyx user is not activated"))
            }
            Self::UnmatchedTeams { teams } if is_guest(lists, *teams) => Some("a guest".to_owned()),
            Self::UnmatchedSwyx { .. }
            | Self::DuplicateEmail { .. }
            | Self::AccountTwice { .. }
            | Self::UpnDiffers { .. }
            | Self::NoEmail { .. }
            | Self::UnmatchedTeams { .. } => None,
        }
    }

    /// The account name to enter, where it is known, or likely and why.
    pub fn suggestion(&self, lists: Lists<'_>) -> Option<String> {
        let account = |place: usize| Some(shown(&lists.teams.get(place)?.upn));
        match self {
            Self::UnmatchedSwyx { likely: Some(likely), .. } | Self::NoEmail { likely: Some(likely), .. } => {
                Some(format!("perhaps {} ({})", account(likely.teams)?, likely.reason.words()))
            }
            Self::UpnDiffers { teams, .. } if is_guest(lists, *teams) => None,
            Self::UpnDiffers { teams, .. } | Self::Confusable { teams, .. } => {
                Some(format!("enter {}", account(*teams)?))
            }
            _ => None,
        }
    }
}

/// Whether a Teams user is a guest. Source: <https://learn.microsoft.com/entra/external-id/user-properties>.
fn is_guest(lists: Lists<'_>, teams: usize) -> bool {
    lists.teams.get(teams).is_some_and(|user| user.upn.to_ascii_uppercase().contains("#EXT#"))
}

/// How the e-mail address and the one that it matches differ.
fn spelling(lists: Lists<'_>, swyx: usize, teams: usize, by: By) -> &'static str {
    let email = lists.swyx.get(swyx).and_then(|user| user.email.as_deref()).unwrap_or_default();
    let account = lists.teams.get(teams);
    let address = match by {
        By::AccountName | By::Override => account.map(|account| &*account.upn),
        By::Mail => account.and_then(|account| account.mail.as_deref()),
    };
    if address.is_some_and(|address| address.to_lowercase() == email.to_lowercase()) {
        "in another case"
    } else {
        "in another of Unicode's forms"
    }
}

/// Some of them, and how many more there are.
fn several(all: impl Iterator<Item = String>) -> String {
    const MOST: usize = 5;
    let all = all.collect::<Vec<_>>();
    let named = all.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(MOST) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
