//! `secret-expires-soon`: the client secret expires soon.

use super::end::{days, describe_end};
use super::online::secret_place;
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::aadsts::Kind;
use crate::entra::snapshot::{Cause, Registration, SecretSeen, Seen, SignIn, Snapshot, Unseen};
use crate::rules::{Check, Rule};
use crate::secret::shape::without_secret;
use crate::settings::{Draft, defaults::RENEW_BEFORE_DAYS, keys};
use crate::text::shown;

pub(super) const RULE: Rule = Rule {
    id: "secret-expires-soon",
    severity: Severity::Warning,
    title: "the client secret expires soon",
    doc: "\
## What
With `--online --as-admin`: the client secret expires within `entra.renew_before_days`, 30 if that
is not set.
## Why
After it expires, nothing is synchronised, and a new secret must be entered in Control Center by
hand. Entra ID shows the first three characters of a secret and its end date, never the secret. So
these characters identify the secret in use. If several secrets match, the first to expire is
reported, as a guess. A secret that has already expired cannot be the one that signs in.
## Fix
Create a new secret, enter its Value here and in Control Center, test it, then delete the old one.
## Source
<https://learn.microsoft.com/graph/api/resources/passwordcredential>",
    keys: &[keys::CLIENT_SECRET, keys::RENEW_BEFORE_DAYS],
    check: Check::Snapshot(check),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let registration = tenant.registration()?;
    let candidates = candidates(registration);
    let Some(Suspect { secret, is_guess }) = suspect(&candidates, tenant)? else { return Ok(()) };
    let left = tenant.seen_at.duration_until(secret.ends);
    if left > days(draft.entra.renew_before_days.unwrap_or(i64::from(RENEW_BEFORE_DAYS))) {
        return Ok(());
    }
    let name = secret.name.as_deref().filter(|name| !name.is_empty());
    let name = name.map(|name| format!(" \"{}\"", shown(without_secret(name)))).unwrap_or_default();
    let message = format!("the client secret{name} {}", describe_end(secret.ends, left));
    let guess = if is_guess {
        "this is a guess: of the secrets that may be in use, it is the first to expire; "
    } else {
        ""
    };
    let is_forbidden = registration.secret_policy.as_ref().is_ok_and(|policy| policy.forbids_secrets);
    let cure = if is_forbidden {
        "a policy of this tenant forbids new client secrets: ask its administrator to exempt this application; SwyxWare 14.20 and later also accepts a certificate"
    } else {
        "create a new one, enter its Value here and in Control Center, then delete this one"
    };
    let help = format!("{guess}{cure}");
    found.push(RULE.at(secret_place(draft), message).help(help));
    Ok(())
}

/// The secrets that may be in use: those with the same first characters, otherwise those with unknown first
/// characters.
fn candidates(registration: &Registration) -> Vec<&SecretSeen> {
    let with = |may_be_ours| {
        registration
            .secrets
            .iter()
            .filter(move |secret| secret.may_be_ours == may_be_ours)
            .collect::<Vec<_>>()
    };
    let alike = with(Some(true));
    if alike.is_empty() { with(None) } else { alike }
}

/// The secret whose end date is checked.
struct Suspect<'a> {
    secret: &'a SecretSeen,
    is_guess: bool,
}

/// Returns the valid candidate that expires first, or, if none is valid, the one that expired last. Returns
/// `None` if the sign-in itself reports that the secret has expired.
fn suspect<'a>(candidates: &[&'a SecretSeen], tenant: &Snapshot) -> Seen<Option<Suspect<'a>>> {
    let was_accepted = match &tenant.sign_in {
        Ok(SignIn::Refused(refusal)) if refusal.kind == Kind::SecretExpired => return Ok(None),
        Ok(SignIn::Refused(refusal)) if refusal.kind == Kind::SecretRejected => return Err(Unseen::refused()),
        Ok(SignIn::Accepted { .. }) => true,
        Ok(SignIn::Refused(_)) | Err(_) => false,
    };
    let is_valid = |secret: &&&SecretSeen| secret.ends > tenant.seen_at;
    let valid = candidates.iter().filter(is_valid).count();
    let first = candidates.iter().filter(is_valid).min_by_key(|secret| secret.ends);
    // An expired secret cannot be the one that signed in.
    let ended = || candidates.iter().filter(|_| !was_accepted).max_by_key(|secret| secret.ends);
    match first.or_else(ended) {
        Some(secret) => {
            // The only valid secret is the one that signed in.
            let is_sure = match valid {
                0 => candidates.len() == 1 && secret.may_be_ours == Some(true),
                1 => secret.may_be_ours == Some(true) || was_accepted,
                _ => false,
            };
            Ok(Some(Suspect { secret, is_guess: !is_sure }))
        }
        None => match &tenant.sign_in {
            Ok(SignIn::Accepted { .. }) => {
                Err(Unseen::new(Cause::Answer, "no secret of the registration matches the one in use"))
            }
            Ok(SignIn::Refused(_)) => Err(Unseen::refused()),
            Err(why) => Err(why.clone()),
        },
    }
}
