//! Tenants as plain data: one that is well, and for each rule that looks at a tenant one that is not.

use swyx_teams::entra::aadsts::{self, Kind};
use swyx_teams::entra::snapshot::{
    Cause, Read, Refusal, Registration, SecretSeen, SignIn, Snapshot, Tried, Unseen,
};
use swyx_teams::secret::SecretFault;

/// When every tenant of the tests was seen.
pub const SEEN_AT: &str = "2026-03-01T12:00:00Z";

/// A tenant in which all is as mode 2 needs it, seen by an administrator too.
pub fn healthy() -> Snapshot {
    let both = || vec!["Presence.ReadWrite.All".to_owned(), "User.ReadBasic.All".to_owned()];
    Snapshot {
        seen_at: SEEN_AT.parse().expect("a time"),
        clock_ahead: Some(0),
        secret_fault: None,
        sign_in: Ok(SignIn::Accepted { roles: Some(both()) }),
        directory: Ok(Read::Allowed(Tried::RealUser)),
        presence: Ok(Read::Allowed(Tried::MadeUpUser)),
        registration: Ok(Registration {
            audience: "AzureADMyOrg".to_owned(),
            declared: both(),
            declared_delegated: vec!["User.Read".to_owned()],
            granted: both(),
            granted_delegated: Ok(Vec::new()),
            secrets: vec![secret("north", "2026-08-01T00:00:00Z", Some(true))],
            public_client: false,
            public_redirects: 0,
            enabled: true,
        }),
    }
}

/// A secret of the registration.
pub fn secret(name: &str, ends: &str, may_be_ours: Option<bool>) -> SecretSeen {
    SecretSeen {
        key_id: uuid::Uuid::nil(),
        name: Some(name.to_owned()),
        begins: None,
        ends: ends.parse().expect("a time"),
        may_be_ours,
    }
}

/// The parts that only an administrator can read.
pub fn not_asked() -> Unseen {
    Unseen::new(Cause::NotAsked, "only an administrator can read the registration; add --as-admin")
}

/// The healthy tenant with other permissions in its token, without the registration.
pub fn with_roles(roles: &[&str]) -> Snapshot {
    let roles = Some(roles.iter().map(|role| (*role).to_owned()).collect());
    Snapshot { sign_in: Ok(SignIn::Accepted { roles }), registration: Err(not_asked()), ..healthy() }
}

/// A tenant that refuses the sign-in with a code of the table.
pub fn refusing(code: u32) -> Snapshot {
    refusing_as(Some(code), aadsts::find(code).expect("a known code").kind)
}

/// A tenant that refuses the sign-in.
pub fn refusing_as(code: Option<u32>, kind: Kind) -> Snapshot {
    let refused = || Err(Unseen::refused());
    Snapshot {
        sign_in: Ok(SignIn::Refused(Refusal { code, kind, request: None })),
        directory: refused(),
        presence: refused(),
        registration: Err(not_asked()),
        ..healthy()
    }
}

/// The healthy tenant with another registration.
pub fn registered(change: impl FnOnce(&mut Registration)) -> Snapshot {
    let mut tenant = healthy();
    change(tenant.registration.as_mut().expect("seen"));
    tenant
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The tenant in which this rule finds something; nothing if the rule looks at no tenant.
pub fn bad(rule: &str) -> Option<Snapshot> {
    Some(match rule {
        "tenant-not-found" => refusing(90002),
        "application-not-found" => refusing(700016),
        "secret-rejected" => Snapshot { secret_fault: Some(SecretFault::Guid), ..refusing(7000215) },
        "secret-expired" => refusing(7000222),
        "sign-in-disabled" => refusing(53003),
        "permission-missing" => with_roles(&["Presence.Read.All"]),
        "directory-unreadable" => Snapshot {
            directory: Ok(Read::Refused(403, Some("Authorization_RequestDenied".to_owned()))),
            ..healthy()
        },
        "presence-unreadable" => Snapshot { presence: Ok(Read::Refused(401, None)), ..healthy() },
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
        "application-multi-tenant" => registered(|registration| {
            registration.audience = "AzureADMultipleOrgs".to_owned();
        }),
        "public-client" => registered(|registration| registration.public_client = true),
        _ => return None,
    })
}
