//! `secret-expires-soon`: the client secret expires soon.

use jiff::civil::Date;

use super::end::{days, describe_end};
use super::online::{certificate_key, registered_certificate, secret_place};
use crate::diagnostic::{Diagnostic, Severity};
use crate::entra::aadsts::Kind;
use crate::entra::snapshot::{Cause, Registration, SecretSeen, Seen, SignIn, Snapshot, Unseen};
use crate::rules::{Check, Rule};
use crate::secret::shape::without_secret;
use crate::settings::{CalendarDate, Draft, defaults::RENEW_BEFORE_DAYS, keys};
use crate::text::shown;

pub(super) const RULE: Rule = Rule {
    id: "secret-expires-soon",
    severity: Severity::Warning,
    title: "the client secret or the certificate expires soon",
    doc: "\
## What
The client secret or the certificate expires within `entra.renew_before_days`, 30 if that is not
set. Without a connection, `check` compares `entra.credential_ends` with the current day in UTC, or
with `--today`. On the day itself, it still warns. With `--online --as-admin`, the end of the client
secret or the certificate in Entra ID is compared.
## Why
After it expires, nothing is synchronised, and a new secret must be entered in Control Center by
hand. Entra ID shows the first three characters of a secret and its end date, never the secret. So
these characters identify the secret in use. If several secrets match, the first to expire is
reported, as a guess. A secret that has already expired cannot be the one that signs in.
## Fix
Create a new secret, enter its Value here and in Control Center, test it, then delete the old one.
For a certificate, create a new one in Control Center and upload it. Then correct
`entra.credential_ends`; `swyx-teams rotate` does so itself.
## Source
<https://learn.microsoft.com/graph/api/resources/passwordcredential>",
    keys: &[
        keys::CLIENT_SECRET,
        keys::FEDERATED_CLIENT_SECRET,
        keys::CREDENTIAL_ENDS,
        keys::RENEW_BEFORE_DAYS,
    ],
    check: Check::SnapshotOrDay(check, check_on_day),
};

fn check(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    let registration = tenant.registration()?;
    if draft.registration().uses_certificate() {
        return check_certificate(draft, tenant, found);
    }
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

fn check_certificate(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Seen<()> {
    // `certificate-not-registered` reports a missing one.
    let Some(certificate) = registered_certificate(tenant)? else { return Ok(()) };
    let left = tenant.seen_at.duration_until(certificate.ends);
    if left <= days(draft.entra.renew_before_days.unwrap_or(i64::from(RENEW_BEFORE_DAYS))) {
        let message = format!("the certificate {}", describe_end(certificate.ends, left));
        found.push(RULE.at(certificate_key(draft), message).help(NEW_CERTIFICATE));
    }
    Ok(())
}

/// Compares the day in the file. From the day after it, `secret-expired` reports it.
fn check_on_day(draft: &Draft, today: Date, found: &mut Vec<Diagnostic>) {
    let Some(ends) = draft.entra.credential_ends.map(CalendarDate::date) else { return };
    let before = draft.entra.renew_before_days.unwrap_or(i64::from(RENEW_BEFORE_DAYS));
    let left = i64::from(ends.since(today).map_or(0, |left| left.get_days()));
    if ends < today || left > before {
        return;
    }
    let when = match left {
        0 => "today".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    let message = format!("{} expires on {ends}, {when}", credential(draft));
    let help = if draft.registration().uses_certificate() {
        NEW_CERTIFICATE
    } else {
        "renew it, for example with `swyx-teams rotate`, which also corrects this date"
    };
    found.push(RULE.at(keys::CREDENTIAL_ENDS, message).help(help));
}

/// How to renew a certificate. `rotate` also corrects the date in the file.
pub(super) const NEW_CERTIFICATE: &str = "create a new one in Control Center, download it, set `federated_services.certificate` to its file, then run `swyx-teams rotate`";

/// What signs in, as the subject of a sentence.
pub(super) fn credential(draft: &Draft) -> &'static str {
    if draft.registration().uses_certificate() { "the certificate" } else { "the client secret" }
}

/// The secrets that may be in use: those with the same first characters, otherwise those with unknown first
/// characters.
pub(super) fn candidates(registration: &Registration) -> Vec<&SecretSeen> {
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

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;

    const FILE: &str = "[swyx]\nversion = \"14.25\"\n[federated_services]\n\
                        tenant_id = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\n\
                        client_id = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\nlogin = \"certificate\"\n\
                        certificate = \"a.cer\"\n[entra]\nrenew_before_days = 20\ncredential_ends = ";

    fn found(ends: &str, today: &str) -> Vec<(&'static str, Severity, String)> {
        let text = format!("{FILE}{ends}\n").into_bytes();
        let checked = crate::check::check_bytes_on("a.toml", text, false, today.parse().unwrap());
        let found = checked.diagnostics().iter();
        found.map(|found| (found.rule, found.severity, found.message.clone())).collect()
    }

    #[test]
    fn end_in_the_file_is_compared_with_the_day() {
        let soon = |when: &str| {
            let message = format!("the certificate expires on 2027-05-29, {when}");
            vec![("secret-expires-soon", Severity::Warning, message)]
        };
        for ends in ["2027-05-29", "\"2027-05-29\""] {
            assert_eq!(found(ends, "2027-05-08"), []);
            assert_eq!(found(ends, "2027-05-09"), soon("in 20 days"));
            assert_eq!(found(ends, "2027-05-28"), soon("in 1 day"));
            assert_eq!(found(ends, "2027-05-29"), soon("today"));
            let expired =
                ("secret-expired", Severity::Error, "the certificate expired on 2027-05-29".to_owned());
            assert_eq!(found(ends, "2027-05-30"), [expired]);
        }
        // Years of several lengths are counted in days, not in years and months.
        assert_eq!(found("2029-05-29", "2027-05-09"), []);
    }

    #[test]
    fn other_dates_are_invalid() {
        for ends in ["2027-05-29T10:00:00Z", "10:00:00", "\"29.05.2027\"", "\"2027-02-30\"", "\"20270529\""] {
            let found = found(ends, "2020-01-01");
            assert_eq!(found.iter().map(|found| found.0).collect::<Vec<_>>(), ["invalid-value"], "{ends}");
        }
    }
}
