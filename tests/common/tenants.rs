//! Tenants as plain data: one that is well, and for each rule that looks at a tenant one that is not.

use swyx_teams::entra::aadsts::{self, Kind};
use swyx_teams::entra::snapshot::{
    Cause, CertificateSeen, Read, Refusal, Registration, SecretSeen, SignIn, Snapshot, Tried, Unseen,
};
use swyx_teams::secret::SecretFault;

/// When every tenant of the tests was seen.
pub const SEEN_AT: &str = "2026-03-01T12:00:00Z";

/// A tenant in which all is as mode 2 needs it, seen by an administrator too.
pub fn healthy() -> Snapshot {
    let both = || vec!["Presence.ReadWrite.All".to_owned(), "User.ReadBasic.All".to_owned()];
    let mut registration = Registration::new("AzureADMyOrg");
    registration.declared = both();
    registration.declared_delegated = vec!["User.Read".to_owned()];
    registration.granted = both();
    registration.secrets = vec![secret("north", "2026-08-01T00:00:00Z", Some(true))];
    let nothing = Snapshot::unseen(SEEN_AT.parse().expect("a time"), &not_asked());
    changed(nothing, |tenant| {
        tenant.clock_ahead = Some(0);
        tenant.sign_in = Ok(SignIn::Accepted { roles: Some(both()) });
        tenant.directory = Ok(Read::Allowed(Tried::RealUser));
        tenant.presence = Ok(Read::Allowed(Tried::MadeUpUser));
        tenant.registration = Ok(registration);
    })
}

/// A tenant with a change.
pub fn changed(mut tenant: Snapshot, change: impl FnOnce(&mut Snapshot)) -> Snapshot {
    change(&mut tenant);
    tenant
}

/// A secret of the registration.
pub fn secret(name: &str, ends: &str, may_be_ours: Option<bool>) -> SecretSeen {
    let mut secret = SecretSeen::new(uuid::Uuid::nil(), ends.parse().expect("a time"));
    secret.name = Some(name.to_owned());
    secret.may_be_ours = may_be_ours;
    secret
}

/// The parts that only an administrator can read.
pub fn not_asked() -> Unseen {
    Unseen::new(Cause::NotAsked, "only an administrator can read the registration; add --as-admin")
}

/// The healthy tenant with other permissions in its token, without the registration.
pub fn with_roles(roles: &[&str]) -> Snapshot {
    let roles = Some(roles.iter().map(|role| (*role).to_owned()).collect());
    changed(healthy(), |tenant| {
        tenant.sign_in = Ok(SignIn::Accepted { roles });
        tenant.registration = Err(not_asked());
    })
}

/// A tenant that refuses the sign-in with a code of the table.
pub fn refusing(code: u32) -> Snapshot {
    rejecting_with_kind(Some(code), aadsts::find(code).expect("a known code").kind)
}

/// A tenant that refuses the sign-in.
pub fn rejecting_with_kind(code: Option<u32>, kind: Kind) -> Snapshot {
    changed(healthy(), |tenant| {
        tenant.sign_in = Ok(SignIn::Refused(Refusal::new(code, kind)));
        tenant.directory = Err(Unseen::refused());
        tenant.presence = Err(Unseen::refused());
        tenant.registration = Err(not_asked());
    })
}

/// The healthy tenant with another registration.
pub fn registered(change: impl FnOnce(&mut Registration)) -> Snapshot {
    changed(healthy(), |tenant| change(tenant.registration.as_mut().expect("seen")))
}

/// A tenant that 14.25 needs, with the certificate of the settings file if it ends at a time.
pub fn with_certificate(ends: Option<&str>) -> Snapshot {
    let thumbprint = THUMBPRINT.parse().expect("a thumbprint");
    let mut tenant = registered(|registration| {
        registration.granted = names(&["Presence.ReadWrite.All", "User.Read.All"]);
        registration.declared.clone_from(&registration.granted);
        registration.secrets.clear();
        let ends = ends.map(|ends| ends.parse().expect("a time"));
        let seen = ends.map(|ends| CertificateSeen::new(uuid::Uuid::nil(), ends, Some(thumbprint)));
        registration.certificates = seen.into_iter().collect();
    });
    let why = Unseen::new(Cause::NotAsked, "SwyxServer has the key");
    (tenant.sign_in, tenant.directory, tenant.presence) = (Err(why.clone()), Err(why.clone()), Err(why));
    tenant.certificate = Ok(thumbprint);
    tenant
}

/// The thumbprint in the settings files of the rules about certificates.
const THUMBPRINT: &str = "6F1C5A0E2B93D47781AC3E59C048B2169DE70AF3";

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The tenant in which this rule finds something; nothing if the rule looks at no tenant.
pub fn bad(rule: &str) -> Option<Snapshot> {
    Some(match rule {
        "tenant-not-found" => refusing(90002),
        "application-not-found" => refusing(700016),
        "service-principal-missing" => refusing(7000229),
        "secret-rejected" => {
            changed(refusing(7000215), |tenant| tenant.secret_fault = Some(SecretFault::Guid))
        }
        "secret-expired" => refusing(7000222),
        "sign-in-disabled" => refusing(53003),
        "permission-missing" => with_roles(&["Presence.Read.All"]),
        "directory-unreadable" => changed(healthy(), |tenant| {
            tenant.directory = Ok(Read::Refused(403, Some("Authorization_RequestDenied".to_owned())));
        }),
        "presence-unreadable" => changed(healthy(), |tenant| tenant.presence = Ok(Read::Refused(401, None))),
        "permission-excess" => with_roles(&["Presence.ReadWrite.All", "User.Read.All", "Mail.Read"]),
        "permission-not-consented" => registered(|registration| {
            registration.granted = names(&["Presence.ReadWrite.All"]);
        }),
        "permission-delegated" => registered(|registration| {
            registration.declared = names(&["User.ReadBasic.All"]);
            registration.granted = names(&["User.ReadBasic.All"]);
            registration.declared_delegated = names(&["User.Read", "Presence.ReadWrite"]);
        }),
        "secret-expires-soon" => registered(|registration| {
            registration.secrets = vec![secret("north", "2026-03-13T18:00:00Z", Some(true))];
        }),
        "automation-key-expires-soon" => changed(healthy(), |tenant| {
            tenant.automation_key_ends = Ok("2026-03-13T18:00:00Z".parse().expect("a time"));
        }),
        "application-multi-tenant" => registered(|registration| {
            registration.audience = "AzureADMultipleOrgs".to_owned();
        }),
        "certificate-not-registered" => with_certificate(None),
        "credential-ends-wrong" => with_certificate(Some("2026-05-29T22:30:00Z")),
        "public-client" => registered(|registration| registration.public_client = true),
        _ => return None,
    })
}
