//! What is wrong with the two lists, or worth knowing.

use crate::diagnostic::Severity;

/// One finding; users by their places in the two lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// The Swyx users whom it is about.
    pub swyx: Vec<usize>,
    /// The Teams users whom it is about: of an unmatched Swyx user, the one who is probably meant.
    pub teams: Vec<usize>,
    /// The place in the overrides that it is about.
    pub pair: Option<usize>,
    /// What a person has to know beside that: the letter that is another, say.
    pub detail: Option<String>,
}

/// What a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An override names nobody in Swyx.
    OverrideUnknownInSwyx,
    /// An override names nobody in Teams.
    OverrideUnknownInTeams,
    /// Two activated Swyx users have one e-mail address.
    DuplicateEmail,
    /// Two Teams users have the mail address.
    AmbiguousMail,
    /// Two Swyx users come to one Teams account.
    ClaimedTwice,
    /// A Swyx user's e-mail address looks like that of a Teams user, and has another letter.
    Confusable,
    /// A Swyx user with an e-mail address is nobody in Teams.
    Unmatched,
    /// Matched by the mail address, while the account name is another: SwyxServer itself goes by the account name.
    UpnDiffers,
    /// An activated Swyx user has no e-mail address, and so no Teams user.
    NoEmail,
    /// The addresses differ in case, or in the form of their letters.
    FormDiffers,
    /// An override says what is found without it.
    OverrideNeedless,
}

impl Kind {
    /// All of them, the gravest first.
    pub const ALL: [Self; 11] = [
        Self::OverrideUnknownInSwyx,
        Self::OverrideUnknownInTeams,
        Self::DuplicateEmail,
        Self::AmbiguousMail,
        Self::ClaimedTwice,
        Self::Confusable,
        Self::Unmatched,
        Self::UpnDiffers,
        Self::NoEmail,
        Self::FormDiffers,
        Self::OverrideNeedless,
    ];

    /// Its id in reports for programs; it does not change.
    pub fn id(self) -> &'static str {
        match self {
            Self::OverrideUnknownInSwyx => "override-unknown-swyx",
            Self::OverrideUnknownInTeams => "override-unknown-teams",
            Self::DuplicateEmail => "duplicate-email",
            Self::AmbiguousMail => "ambiguous-mail",
            Self::ClaimedTwice => "claimed-twice",
            Self::Confusable => "confusable",
            Self::Unmatched => "unmatched-swyx",
            Self::UpnDiffers => "upn-differs",
            Self::NoEmail => "no-email",
            Self::FormDiffers => "form-differs",
            Self::OverrideNeedless => "override-needless",
        }
    }

    /// How grave it is: an error where somebody who should be matched is not.
    pub fn severity(self) -> Severity {
        match self {
            Self::OverrideUnknownInSwyx
            | Self::OverrideUnknownInTeams
            | Self::DuplicateEmail
            | Self::AmbiguousMail
            | Self::ClaimedTwice
            | Self::Confusable
            | Self::Unmatched => Severity::Error,
            Self::UpnDiffers => Severity::Warning,
            Self::NoEmail | Self::FormDiffers | Self::OverrideNeedless => Severity::Info,
        }
    }

    /// What it is, for a person.
    pub fn title(self) -> &'static str {
        match self {
            Self::OverrideUnknownInSwyx => "`[[user]]` names nobody in Swyx",
            Self::OverrideUnknownInTeams => "`[[user]]` names nobody in Teams",
            Self::DuplicateEmail => "several Swyx users have one e-mail address",
            Self::AmbiguousMail => "several Teams users have the mail address",
            Self::ClaimedTwice => "several Swyx users come to one Teams account",
            Self::Confusable => "the e-mail address in Swyx has a letter of another script",
            Self::Unmatched => "the e-mail address in Swyx is nobody's in Teams",
            Self::UpnDiffers => "the account name in Teams is not the e-mail address in Swyx",
            Self::NoEmail => "no e-mail address in Swyx",
            Self::FormDiffers => "the addresses differ in case or in the form of a letter",
            Self::OverrideNeedless => "`[[user]]` says what is found without it",
        }
    }

    /// What to do about it.
    pub fn help(self) -> &'static str {
        match self {
            Self::OverrideUnknownInSwyx => "write `swyx` as the user's name or id in Swyx",
            Self::OverrideUnknownInTeams => {
                "write `teams` as the account name (user principal name) in Teams"
            }
            Self::DuplicateEmail | Self::ClaimedTwice => {
                "give each user in Swyx an address of his own, or deactivate one; none of them is carried"
            }
            Self::AmbiguousMail => {
                "name the account under `[[user]]`, or mend the mail addresses in Entra ID"
            }
            Self::Confusable => "type the address anew in Swyx",
            Self::Unmatched => "mend the e-mail address in Swyx, or name the Teams account under `[[user]]`",
            Self::UpnDiffers => {
                "this program matches them; SwyxServer itself goes by the account name: enter that as the e-mail address in Swyx"
            }
            Self::NoEmail => {
                "enter the account name in Teams as the e-mail address in Swyx, if the user is in Teams"
            }
            Self::FormDiffers => "nothing has to be done; other programs may be stricter",
            Self::OverrideNeedless => "the entry can go",
        }
    }
}
