//! Helpers that several online rules share.

use super::Rule;
use crate::diagnostic::{Diagnostic, Key, Place};
use crate::entra::aadsts::{self, Kind};
use crate::entra::permission::Need;
use crate::entra::snapshot::{Cause, CertificateSeen, Read, Refusal, Seen, SignIn, Snapshot, Unseen};
use crate::settings::{Draft, IdText, Mode, build_consent_address, keys};
use crate::text::shown;

const TENANT_NOT_FOUND: &str = "tenant-not-found";
const APPLICATION_NOT_FOUND: &str = "application-not-found";
const SERVICE_PRINCIPAL_MISSING: &str = "service-principal-missing";
const SECRET_REJECTED: &str = "secret-rejected";
const SECRET_EXPIRED: &str = "secret-expired";
const SIGN_IN_DISABLED: &str = "sign-in-disabled";
const PERMISSION_MISSING: &str = "permission-missing";

/// The id of the rule that reports a refusal of this kind; `None` if the refusal says nothing about the
/// settings.
pub(super) fn reporting(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::TenantNotFound | Kind::WrongCloud => Some(TENANT_NOT_FOUND),
        Kind::ApplicationNotFound => Some(APPLICATION_NOT_FOUND),
        Kind::ServicePrincipalMissing => Some(SERVICE_PRINCIPAL_MISSING),
        Kind::SecretRejected => Some(SECRET_REJECTED),
        Kind::SecretExpired => Some(SECRET_EXPIRED),
        Kind::SignInDisabled => Some(SIGN_IN_DISABLED),
        Kind::NotConsented => Some(PERMISSION_MISSING),
        Kind::AssertionRejected | Kind::Administrator | Kind::Transient | Kind::Request | Kind::Unknown => {
            None
        }
    }
}

/// The rules that have nothing to report after this refusal: an error about the secret means that the
/// application was found.
fn ruled_out_by(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::ApplicationNotFound => &[TENANT_NOT_FOUND],
        Kind::SecretRejected | Kind::SecretExpired => {
            &[TENANT_NOT_FOUND, APPLICATION_NOT_FOUND, SECRET_REJECTED, SECRET_EXPIRED]
        }
        Kind::ServicePrincipalMissing | Kind::NotConsented => &[TENANT_NOT_FOUND, APPLICATION_NOT_FOUND],
        Kind::SignInDisabled => &[TENANT_NOT_FOUND, APPLICATION_NOT_FOUND, SERVICE_PRINCIPAL_MISSING],
        Kind::TenantNotFound
        | Kind::WrongCloud
        | Kind::AssertionRejected
        | Kind::Administrator
        | Kind::Transient
        | Kind::Request
        | Kind::Unknown => &[],
    }
}

/// Returns the refusal of the sign-in if `rule` reports it, or `None` if `rule` has nothing to report.
///
/// A refusal has one reason. Everything else remains unseen: if the tenant is unknown, the secret was not
/// checked.
pub(super) fn refusal<'a>(rule: &Rule, tenant: &'a Snapshot) -> Seen<Option<&'a Refusal>> {
    let refusal = match &tenant.sign_in {
        Err(why) => return Err(why.clone()),
        Ok(SignIn::Accepted { .. }) => return Ok(None),
        Ok(SignIn::Refused(refusal)) => refusal,
    };
    let Some(reporting) = reporting(refusal.kind) else {
        return Err(Unseen::new(Cause::Answer, describe_without_rule(refusal)));
    };
    if reporting == rule.id {
        return Ok(Some(refusal));
    }
    if ruled_out_by(refusal.kind).contains(&rule.id) { Ok(None) } else { Err(Unseen::refused()) }
}

/// Describes a refusal that no rule reports, because it says nothing certain about the settings.
fn describe_without_rule(refusal: &Refusal) -> String {
    let Some(code) = refusal.code else { return "the sign-in was refused".to_owned() };
    match aadsts::find(code) {
        Some(known) => {
            format!("the sign-in was refused{}: {}; {}", number(refusal), known.meaning, known.cure)
        }
        None => {
            let error = refusal.error.as_deref().unwrap_or_default();
            format!("sign-in refused with AADSTS{code}: {}", aadsts::describe_unknown(code, error))
        }
    }
}

/// Whether the refusal leaves open whether the application's state in the tenant is its cause. Then an
/// administrator's view of that state decides.
pub(super) fn leaves_state_open(tenant: &Snapshot) -> bool {
    match &tenant.sign_in {
        Ok(SignIn::Refused(refusal)) => refusal.kind == Kind::Unknown,
        Ok(SignIn::Accepted { .. }) | Err(_) => true,
    }
}

/// Creates a finding for a refusal with the text of its code, or with `meaning` and `cure` if it has no code.
pub(super) fn refused(
    rule: &Rule,
    place: impl Into<Place>,
    refusal: &Refusal,
    otherwise: (&str, &str),
) -> Diagnostic {
    let code = refusal.code.and_then(aadsts::find);
    let (meaning, cure) = code.map_or(otherwise, |code| (code.meaning, code.cure));
    rule.at(place, format!("{meaning}{}", number(refusal))).help(cure)
}

fn number(refusal: &Refusal) -> String {
    refusal.code.map(|number| format!(" (AADSTS{number})")).unwrap_or_default()
}

/// The mode, which determines the required permissions.
pub(super) fn mode(draft: &Draft) -> Seen<Mode> {
    draft.registration().mode.ok_or_else(|| {
        Unseen::new(Cause::Follows, "the mode is missing or invalid, so the required permissions are unknown")
    })
}

/// How an administrator grants consent. The address is always Microsoft's own and ignores `entra.authority`:
/// users open it in a browser, and a settings file may come from anyone.
pub(super) fn consent(draft: &Draft) -> String {
    let registration = draft.registration();
    let id = |id: Option<&IdText>| id.and_then(IdText::guid);
    match (id(registration.tenant_id), id(registration.client_id)) {
        (Some(tenant), Some(client)) => {
            let login = format!("https://{}", draft.entra.cloud.unwrap_or_default().login_host());
            format!("grant admin consent: {}", build_consent_address(&login, tenant, client))
        }
        _ => "grant admin consent under API permissions".to_owned(),
    }
}

/// The key of the client id.
pub(super) fn client_id(draft: &Draft) -> Key {
    draft.registration().keys.client_id()
}

/// The key of the tenant id.
pub(super) fn tenant_id(draft: &Draft) -> Key {
    draft.registration().keys.tenant_id()
}

/// The key of the mode, which requires the permissions.
pub(super) fn mode_key(draft: &Draft) -> Key {
    draft.registration().keys.mode()
}

/// The key that names the certificate.
pub(super) fn certificate_key(draft: &Draft) -> Key {
    let fields = draft.federated_services.as_ref();
    let has_thumbprint = fields.is_some_and(|fields| fields.certificate_thumbprint.is_some());
    if has_thumbprint { keys::CERTIFICATE_THUMBPRINT } else { keys::CERTIFICATE }
}

/// The registered certificate that the settings name; of several entries with it, the one that ends last.
pub(super) fn registered_certificate(tenant: &Snapshot) -> Seen<Option<&CertificateSeen>> {
    let wanted = tenant.certificate.clone()?;
    let registration = tenant.registration()?;
    let same = registration.certificates.iter().filter(|one| one.thumbprint == Some(wanted));
    Ok(same.max_by_key(|one| one.ends))
}

/// The place of the client secret, or where it is missing.
pub(super) fn secret_place(draft: &Draft) -> Place {
    let registration = draft.registration();
    let key = registration.keys.client_secret();
    if registration.names_a_secret { Place::Value(key) } else { Place::Missing(key) }
}

/// Creates a finding for a refused read, unless the reason is a missing permission.
pub(super) fn unreadable(
    rule: &Rule,
    (draft, tenant): (&Draft, &Snapshot),
    read: &Seen<Read>,
    (need, what): (&Need, &str),
) -> Seen<Option<Diagnostic>> {
    let (status, code) = match read.as_ref().map_err(Clone::clone)? {
        Read::Allowed(_) => return Ok(None),
        Read::Refused(status, code) => (status, code),
    };
    let (token, help) = match tenant.roles() {
        // `permission-missing` already reports the cause.
        Ok(roles) if !need.is_met_by(roles) => return Ok(None),
        Ok(_) => (
            "although the token holds the permission",
            "try again in some minutes; then check the tenant's sign-in logs and Conditional Access policies"
                .to_owned(),
        ),
        Err(_) => (
            "and the permissions in the token are unknown",
            format!(
                "make sure that the application has {} as type Application, then {}",
                need.name,
                consent(draft)
            ),
        ),
    };
    let code = code.as_ref().map(|code| format!(", {}", shown(code))).unwrap_or_default();
    let message = format!("Microsoft Graph refuses to read {what} (HTTP {status}{code}), {token}");
    Ok(Some(rule.at(client_id(draft), message).help(help)))
}
