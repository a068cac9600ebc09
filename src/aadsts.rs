//! What the codes of Entra ID's refusals mean, and what to do: the one table that findings, errors and `explain` read.
//!
//! Microsoft calls these numbers diagnostic and free to change, so a code that is not here is still an answer. Source of the
//! meanings: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.

/// What a refusal comes to, by what the administrator has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The tenant is not there, or its id is none.
    TenantNotFound,
    /// The tenant lives in another cloud, or the Graph that was asked for is another cloud's.
    WrongCloud,
    /// The application is not there.
    ApplicationNotFound,
    /// The secret is not one of the application's.
    SecretRejected,
    /// The secret is past its end.
    SecretExpired,
    /// The application may not sign in: switched off, or a policy forbids it.
    SignInDisabled,
    /// The permission was not consented to.
    NotConsented,
    /// The administrator's own sign-in failed.
    Administrator,
    /// Entra ID is busy; it goes away by itself.
    Transient,
    /// The request was not understood: a fault of this program, or of something between it and Entra ID.
    Request,
    /// Not in this table.
    Unknown,
}

/// One code.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// The number behind `AADSTS`.
    pub number: u32,
    /// The word of the answer's member `error`, where it is known.
    pub error: Option<&'static str>,
    /// What it comes to.
    pub kind: Kind,
    /// What it means: lower case, no full stop.
    pub meaning: &'static str,
    /// What to do, as an imperative: lower case, no full stop.
    pub cure: &'static str,
}

/// The code of a number.
pub fn find(number: u32) -> Option<&'static Code> {
    ALL.iter().find(|code| code.number == number)
}

/// What a refusal comes to: by its code, else by the word of `error` (RFC 6749, section 5.2).
pub fn kind(number: Option<u32>, error: &str) -> Kind {
    if let Some(code) = number.and_then(find) {
        return code.kind;
    }
    match error {
        "invalid_client" => Kind::SecretRejected,
        "unauthorized_client" => Kind::ApplicationNotFound,
        "invalid_resource" => Kind::WrongCloud,
        "temporarily_unavailable" => Kind::Transient,
        _ => Kind::Unknown,
    }
}

const fn code(
    number: u32,
    error: Option<&'static str>,
    kind: Kind,
    meaning: &'static str,
    cure: &'static str,
) -> Code {
    Code { number, error, kind, meaning, cure }
}

/// All codes that are known here.
pub static ALL: &[Code] = &[code(
    7000215,
    Some("invalid_client"),
    Kind::SecretRejected,
    "the secret matches no active secret of the application",
    "copy the Value of the secret, not its Secret ID; if it was made in the last minutes, wait and try again",
)];
