//! What several rules that look at a tenant share.

use super::{Rule, application_not_found, permission_missing, secret_expired, secret_rejected};
use super::{sign_in_disabled, tenant_not_found};
use crate::aadsts::{self, Kind};
use crate::diagnostic::{Diagnostic, Place, shown};
use crate::permission::Need;
use crate::settings::{Draft, IdText, Mode, keys};
use crate::tenant::{Cause, Read, Refusal, Seen, SignIn, Tenant, Unseen};

/// The rule that reports a refusal of this kind; none if the refusal says nothing of the settings.
pub(crate) fn of_refusal(kind: Kind) -> Option<&'static Rule> {
    match kind {
        Kind::TenantNotFound | Kind::WrongCloud => Some(&tenant_not_found::RULE),
        Kind::ApplicationNotFound => Some(&application_not_found::RULE),
        Kind::SecretRejected => Some(&secret_rejected::RULE),
        Kind::SecretExpired => Some(&secret_expired::RULE),
        Kind::SignInDisabled => Some(&sign_in_disabled::RULE),
        Kind::NotConsented => Some(&permission_missing::RULE),
        Kind::Administrator | Kind::Transient | Kind::Request | Kind::Unknown => None,
    }
}

/// The refusal of the sign-in, if it is `rule` that reports it; nothing if `rule` has nothing to report.
///
/// A refusal has one reason. What it leaves open beside that is unseen: whoever knows no such tenant has not looked at the secret.
pub(super) fn refusal<'a>(rule: &Rule, tenant: &'a Tenant) -> Seen<Option<&'a Refusal>> {
    let refusal = match &tenant.sign_in {
        Err(why) => return Err(why.clone()),
        Ok(SignIn::Accepted { .. }) => return Ok(None),
        Ok(SignIn::Refused(refusal)) => refusal,
    };
    let Some(reporting) = of_refusal(refusal.kind) else {
        let known = refusal.code.and_then(aadsts::find);
        let more = known.map(|code| format!(": {}; {}", code.meaning, code.cure)).unwrap_or_default();
        let reason = format!(
            "the sign-in was refused, for a reason that is not in the settings{}{more}",
            number(refusal)
        );
        return Err(Unseen::new(Cause::Answer, reason));
    };
    if reporting.id == rule.id {
        return Ok(Some(refusal));
    }
    let answered = answered_by(refusal.kind);
    if answered.iter().any(|answered| answered.id == rule.id) { Ok(None) } else { Err(Unseen::refused()) }
}

/// The rules that a refusal shows to have nothing to report: who speaks of the secret has found the application.
fn answered_by(kind: Kind) -> &'static [&'static Rule] {
    const TENANT: &Rule = &tenant_not_found::RULE;
    const APPLICATION: &Rule = &application_not_found::RULE;
    match kind {
        Kind::ApplicationNotFound => &[TENANT],
        Kind::SecretRejected | Kind::SecretExpired => {
            &[TENANT, APPLICATION, &secret_rejected::RULE, &secret_expired::RULE]
        }
        Kind::SignInDisabled | Kind::NotConsented => &[TENANT, APPLICATION],
        Kind::TenantNotFound | Kind::WrongCloud => &[],
        Kind::Administrator | Kind::Transient | Kind::Request | Kind::Unknown => &[],
    }
}

/// A finding of a refusal, in the words of its code; `meaning` and `cure` where the code has none.
pub(super) fn refused(
    rule: &Rule,
    place: impl Into<Place>,
    refusal: &Refusal,
    (meaning, cure): (&str, &str),
) -> Diagnostic {
    let code = refusal.code.and_then(aadsts::find);
    let (meaning, cure) = code.map_or((meaning, cure), |code| (code.meaning, code.cure));
    rule.at(place, format!("{meaning}{}", number(refusal))).help(cure)
}

fn number(refusal: &Refusal) -> String {
    refusal.code.map(|number| format!(" (AADSTS{number})")).unwrap_or_default()
}

/// The mode, on which it depends what is needed.
pub(super) fn mode(draft: &Draft) -> Seen<Mode> {
    draft
        .control_center
        .mode
        .ok_or_else(|| Unseen::new(Cause::Follows, "the mode is not known, so it is not known what it needs"))
}

/// How an administrator consents. The address is always Microsoft's own, whatever `entra.authority` says: a person opens it in a
/// browser, and a settings file may come from anyone.
pub(super) fn consent(draft: &Draft) -> String {
    let id = |id: &Option<IdText>| id.as_ref().and_then(IdText::guid);
    match (id(&draft.control_center.tenant_id), id(&draft.control_center.client_id)) {
        (Some(tenant), Some(client)) => {
            let login = draft.entra.cloud.unwrap_or_default().login_host();
            format!("grant admin consent: https://{login}/{tenant}/adminconsent?client_id={client}")
        }
        _ => "grant admin consent under API permissions".to_owned(),
    }
}

/// Where the client secret stands, or would.
pub(super) fn secret_place(draft: &Draft) -> Place {
    if draft.control_center.names_a_secret {
        Place::Value(keys::CLIENT_SECRET)
    } else {
        Place::Missing(keys::CLIENT_SECRET)
    }
}

/// A finding of a read that was refused for another reason than a permission that is known to be missing.
pub(super) fn unreadable(
    rule: &Rule,
    (draft, tenant): (&Draft, &Tenant),
    read: &Seen<Read>,
    (need, what): (&Need, &str),
) -> Seen<Option<Diagnostic>> {
    let (status, code) = match read.as_ref().map_err(Clone::clone)? {
        Read::Allowed(_) => return Ok(None),
        Read::Refused(status, code) => (status, code),
    };
    let (token, help) = match tenant.roles() {
        // It follows from what `permission-missing` reports.
        Ok(roles) if !need.is_met_by(roles) => return Ok(None),
        Ok(_) => (
            "although the token holds the permission",
            "try again in some minutes; then look at the tenant's sign-in logs and Conditional Access policies".to_owned(),
        ),
        Err(_) => (
            "and what the token holds cannot be seen",
            format!("make sure that {} is there as type Application, then {}", need.name, consent(draft)),
        ),
    };
    let code = code.as_ref().map(|code| format!(", {}", shown(code))).unwrap_or_default();
    let message = format!("Microsoft Graph refuses to read {what} (HTTP {status}{code}), {token}");
    Ok(Some(rule.at(keys::CLIENT_ID, message).help(help)))
}
