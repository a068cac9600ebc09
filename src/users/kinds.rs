//! The kinds of findings, each with its texts. A new kind is one constant here.

use super::finding::{Finding, FindingKind, Lists, Note, OverrideFault, Row};
use super::pair::By;
use crate::diagnostic::Severity;
use crate::text::shown;

impl FindingKind {
    /// A Swyx user with an e-mail address that no Teams user has.
    pub const UNMATCHED_SWYX: Self = Self(&Row {
        order: 10,
        id: "unmatched-swyx",
        severity: Severity::Error,
        title: "Swyx users whose e-mail address no Teams user has",
        help: "enter the account name of the Teams user as the Swyx user's e-mail address in Control Center, or add a [[user]] to the settings",
        detail: nothing,
        suggestion: perhaps,
    });
    /// Two activated Swyx users with one e-mail address.
    pub const DUPLICATE_EMAIL: Self = Self(&Row {
        order: 20,
        id: "duplicate-email",
        severity: Severity::Error,
        title: "activated Swyx users with the same e-mail address",
        help: "SwyxWare requires unique e-mail addresses: correct one of them, or assign the users with [[user]]",
        detail: nothing,
        suggestion: nothing,
    });
    /// Several Teams users with the mail address of one Swyx user.
    pub const AMBIGUOUS_MAIL: Self = Self(&Row {
        order: 30,
        id: "ambiguous-mail",
        severity: Severity::Error,
        title: "Teams users with the same mail address as a Swyx user",
        help: "enter the right user's account name as the Swyx user's e-mail address, or add a [[user]] to the settings",
        detail: |finding, lists| Some(accounts(finding, lists)),
        suggestion: nothing,
    });
    /// One Teams account that two Swyx users claim.
    pub const ACCOUNT_TWICE: Self = Self(&Row {
        order: 40,
        id: "account-twice",
        severity: Severity::Error,
        title: "Swyx users with the same Teams account",
        help: "a Teams account belongs to one person: correct the e-mail address or the [[user]]",
        detail: nothing,
        suggestion: nothing,
    });
    /// An override that matches nobody.
    pub const OVERRIDE_UNKNOWN: Self = Self(&Row {
        order: 50,
        id: "override-unknown",
        severity: Severity::Error,
        title: "`[[user]]` without a matching user",
        help: "correct it: `swyx` is a Swyx user's name or id, `teams` an account name or mail address",
        detail: override_fault,
        suggestion: nothing,
    });
    /// An override that matches several users.
    pub const OVERRIDE_AMBIGUOUS: Self = Self(&Row {
        order: 60,
        id: "override-ambiguous",
        severity: Severity::Error,
        title: "`[[user]]` that matches several users",
        help: "use the Swyx user's id and the account name, which are unique",
        detail: override_fault,
        suggestion: nothing,
    });
    /// The account name differs from the mail address that matches.
    pub const UPN_DIFFERS: Self = Self(&Row {
        order: 70,
        id: "upn-differs",
        severity: Severity::Warning,
        title: "matched by mail address, but the account name differs",
        help: "SwyxWare itself matches by account name and would not find these users: enter the account name as e-mail address in Control Center",
        detail: |finding, lists| {
            let text = "a guest, without presence in this tenant (inferred)";
            is_guest(finding, lists).then(|| text.to_owned())
        },
        suggestion: |finding, lists| enter(finding, lists).filter(|_| !is_guest(finding, lists)),
    });
    /// An unmatched address that looks like a Teams user's address.
    pub const CONFUSABLE: Self = Self(&Row {
        order: 80,
        id: "confusable",
        severity: Severity::Warning,
        title: "addresses that only look like a Teams user's address",
        help: "type the address again, in Control Center or in Entra ID",
        detail: characters,
        suggestion: enter,
    });
    /// A Swyx user without an e-mail address.
    pub const NO_EMAIL: Self = Self(&Row {
        order: 90,
        id: "no-email",
        severity: Severity::Warning,
        title: "activated Swyx users without an e-mail address",
        help: "enter the account name of the Teams user in Control Center; users without a Teams account need none",
        detail: nothing,
        suggestion: perhaps,
    });
    /// A match whose account has the display name of another Swyx user.
    pub const NAME_OF_ANOTHER: Self = Self(&Row {
        order: 95,
        id: "name-of-another",
        severity: Severity::Warning,
        title: "matched accounts whose display name is that of another Swyx user",
        help: "check that the e-mail addresses of these users are not swapped; otherwise one gets the status of the other",
        detail: |finding, lists| {
            let account = lists.teams.get(*finding.teams().first()?)?;
            Some(format!("the account's name is {}", shown(&account.name)))
        },
        suggestion: nothing,
    });
    /// A match that ignores case or Unicode normalization.
    pub const SPELLING_DIFFERS: Self = Self(&Row {
        order: 100,
        id: "spelling-differs",
        severity: Severity::Info,
        title: "matched with a different spelling",
        help: "no action needed; the vendor's pages do not say whether SwyxWare itself ignores the difference",
        detail: spelling,
        suggestion: nothing,
    });
    /// An override that changes nothing.
    pub const OVERRIDE_NEEDLESS: Self = Self(&Row {
        order: 110,
        id: "override-needless",
        severity: Severity::Info,
        title: "`[[user]]` that changes nothing",
        help: "you can delete it from the settings",
        detail: override_fault,
        suggestion: nothing,
    });
    /// A Teams user without a match in Swyx.
    pub const UNMATCHED_TEAMS: Self = Self(&Row {
        order: 120,
        id: "unmatched-teams",
        severity: Severity::Info,
        title: "Teams users without a Swyx user",
        help: "no action needed for rooms, guests and users without a telephone",
        detail: |finding, lists| is_guest(finding, lists).then(|| "a guest".to_owned()),
        suggestion: nothing,
    });
}

fn nothing(_: &Finding, _: Lists<'_>) -> Option<String> {
    None
}

/// The account name of a Teams user.
fn account(lists: Lists<'_>, place: usize) -> Option<String> {
    Some(shown(&lists.teams.get(place)?.upn))
}

/// The likely account, and the reason.
fn perhaps(finding: &Finding, lists: Lists<'_>) -> Option<String> {
    let likely = finding.likely()?;
    Some(format!("perhaps {} ({})", account(lists, likely.teams)?, likely.reason.words()))
}

/// The account to enter.
fn enter(finding: &Finding, lists: Lists<'_>) -> Option<String> {
    Some(format!("enter {}", account(lists, *finding.teams().first()?)?))
}

fn accounts(finding: &Finding, lists: Lists<'_>) -> String {
    several(finding.teams().iter().map(|place| account(lists, *place).unwrap_or_default()))
}

fn characters(finding: &Finding, _: Lists<'_>) -> Option<String> {
    let Note::Characters(characters) = finding.note() else { return None };
    let spelt = characters.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect::<Vec<_>>();
    Some(format!("contains {}", spelt.join(", ")))
}

fn override_fault(finding: &Finding, lists: Lists<'_>) -> Option<String> {
    let Note::Override(entry, fault) = finding.note() else { return None };
    let (swyx, teams) = lists.overrides.get(*entry).map_or(("", ""), |(swyx, teams)| (swyx, teams));
    let text = match fault {
        OverrideFault::NoSwyxUser => format!("no Swyx user is {}", shown(swyx)),
        OverrideFault::NoTeamsUser => format!("no Teams user is {}", shown(teams)),
        OverrideFault::SeveralSwyxUsers => {
            let ids = finding.swyx().iter().map(|one| lists.swyx.get(*one).map_or("", |user| &user.id));
            format!("the Swyx users with the ids {} have this name", several(ids.map(shown)))
        }
        OverrideFault::SeveralTeamsUsers => {
            format!("several users have the mail address: {}", accounts(finding, lists))
        }
        OverrideFault::Repeats(earlier) => {
            format!("the Swyx user is already in user[{earlier}], which takes precedence")
        }
        OverrideFault::Redundant => "the e-mail address leads to the same account".to_owned(),
        OverrideFault::Disabled => "the Swyx user is not activated".to_owned(),
    };
    Some(format!("user[{entry}]: {text}"))
}

/// Whether a Teams user is a guest. Source: <https://learn.microsoft.com/entra/external-id/user-properties>.
fn is_guest(finding: &Finding, lists: Lists<'_>) -> bool {
    let account = finding.teams().first().and_then(|place| lists.teams.get(*place));
    account.is_some_and(|user| user.upn.to_ascii_uppercase().contains("#EXT#"))
}

/// How the e-mail address and its match differ.
fn spelling(finding: &Finding, lists: Lists<'_>) -> Option<String> {
    let Note::MatchedBy(by) = finding.note() else { return None };
    let swyx = finding.swyx().first().and_then(|place| lists.swyx.get(*place));
    let email = swyx.and_then(|user| user.email.as_deref()).unwrap_or_default();
    let account = finding.teams().first().and_then(|place| lists.teams.get(*place));
    let address = match by {
        By::AccountName | By::Override => account.map(|account| &*account.upn),
        By::Mail => account.and_then(|account| account.mail.as_deref()),
    };
    let text = if address.is_some_and(|address| address.to_lowercase() == email.to_lowercase()) {
        "different case"
    } else {
        "different Unicode normalization"
    };
    Some(text.to_owned())
}

/// Some of the names, and the number of the others.
fn several(all: impl Iterator<Item = String>) -> String {
    const MAX: usize = 5;
    let all = all.collect::<Vec<_>>();
    let named = all.iter().take(MAX).cloned().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(MAX) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
