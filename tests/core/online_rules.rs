//! The online rules: each kind of rejection, grant, read and date, and the reasons of skipped rules.

use crate::common::{GOOD, tenants};
use swyx_teams::check::{self, Checked};
use swyx_teams::diagnostic::Place;
use swyx_teams::entra::aadsts::{self, Kind};
use swyx_teams::entra::snapshot::{
    Cause, Deletion, Read, Registration, RegistrationStatus, SecretPolicy, SignIn, Snapshot, Unseen,
};
use swyx_teams::rules::{ALL, Rule};
use swyx_teams::secret::SecretFault;
use swyx_teams::settings::keys;
use tenants::{changed, healthy, refusing, registered, rejecting_with_kind, secret, with_roles};

fn checked(text: &str, tenant: &Snapshot) -> Checked {
    check::check_with_tenant(check::check_bytes("a.toml", text.as_bytes().to_vec(), false), tenant)
}

/// The rules that find something in a file that has no fault of its own.
fn found(tenant: &Snapshot) -> Vec<&'static str> {
    found_in(GOOD, tenant)
}

fn found_in(text: &str, tenant: &Snapshot) -> Vec<&'static str> {
    checked(text, tenant).diagnostics().iter().map(|found| found.rule).collect()
}

/// The messages of a rule, with their help.
fn said(rule: &str, tenant: &Snapshot) -> Vec<String> {
    let checked = checked(GOOD, tenant);
    let of_rule = checked.diagnostics().iter().filter(|found| found.rule == rule);
    of_rule.map(|found| format!("{}: {}", found.message, found.help.as_deref().unwrap_or_default())).collect()
}

/// The rules that could not be applied for this reason.
fn skipped(tenant: &Snapshot, why: &Unseen) -> Vec<&'static str> {
    let checked = checked(GOOD, tenant);
    checked.skipped().iter().filter(|skipped| skipped.why == *why).map(|skipped| skipped.rule).collect()
}

const SIGN_IN: [&str; 6] = [
    "tenant-not-found",
    "application-not-found",
    "service-principal-missing",
    "secret-rejected",
    "secret-expired",
    "sign-in-disabled",
];
const ADMIN: [&str; 7] = [
    "certificate-not-registered",
    "permission-not-consented",
    "permission-delegated",
    "secret-expires-soon",
    "credential-ends-wrong",
    "application-multi-tenant",
    "public-client",
];

/// In mode 1.
fn from_teams() -> String {
    GOOD.replace("SyncMode = 2", "SyncMode = 1")
}

#[test]
fn complete_tenant_is_fully_checked_without_findings() {
    let checked = checked(GOOD, &healthy());
    assert_eq!((checked.diagnostics().len(), checked.skipped()), (0, &[][..]));
    // Without a tenant, no online rule runs, and none is listed as skipped.
    assert_eq!(check::check_bytes("a.toml", GOOD.into(), false).skipped(), []);
}

#[test]
fn skipped_rules_have_a_reason() {
    let why = Unseen::new(Cause::Silence, "nobody answered");
    // Only files with an automation application can break this one.
    let is_for_all =
        |rule: &&swyx_teams::rules::Rule| rule.is_online() && rule.id != "automation-key-expires-soon";
    let all = ALL.iter().filter(is_for_all).map(|rule| rule.id).collect::<Vec<_>>();
    assert_eq!(all.len(), 17);
    assert_eq!(skipped(&Snapshot::unseen(healthy().seen_at, &why), &why), all);

    let mut tenant = healthy();
    tenant.sign_in = Err(why.clone());
    assert_eq!(skipped(&tenant, &why), [&SIGN_IN[..], &["permission-missing", "permission-excess"]].concat());
    let mut tenant = healthy();
    tenant.directory = Err(why.clone());
    assert_eq!(skipped(&tenant, &why), ["directory-unreadable"]);
    let mut tenant = healthy();
    tenant.presence = Err(why.clone());
    assert_eq!(skipped(&tenant, &why), ["presence-unreadable"]);
    let mut tenant = healthy();
    tenant.registration = Err(why.clone());
    assert_eq!(skipped(&tenant, &why), ADMIN);
    assert_eq!(found(&tenant), Vec::<&str>::new());
}

#[test]
fn invalid_settings_skip_every_rule() {
    let checked = checked("[x\n", &healthy());
    assert_eq!(checked.skipped().len(), 18);
    assert!(checked.skipped().iter().all(|skipped| skipped.why.cause == Cause::Follows));
    let without_mode = GOOD.replace("MsTeamsStatusSyncMode = 2\n", "");
    let checked = self::checked(&without_mode, &healthy());
    let rules = checked.skipped().iter().map(|skipped| skipped.rule).collect::<Vec<_>>();
    assert_eq!(
        rules,
        ["permission-missing", "permission-excess", "permission-not-consented", "permission-delegated"]
    );
}

#[test]
fn every_rejection_belongs_to_one_rule_or_none() {
    for kind in Kind::ALL {
        let tenant = rejecting_with_kind(None, kind);
        let expected = match kind {
            Kind::TenantNotFound | Kind::WrongCloud => Some("tenant-not-found"),
            Kind::ApplicationNotFound => Some("application-not-found"),
            Kind::ServicePrincipalMissing => Some("service-principal-missing"),
            Kind::SecretRejected => Some("secret-rejected"),
            Kind::SecretExpired => Some("secret-expired"),
            Kind::SignInDisabled => Some("sign-in-disabled"),
            Kind::NotConsented => Some("permission-missing"),
            Kind::AssertionRejected
            | Kind::Administrator
            | Kind::Transient
            | Kind::Request
            | Kind::Unknown => None,
            other => panic!("{other:?} has no expectation"),
        };
        assert_eq!(found(&tenant), expected.into_iter().collect::<Vec<_>>(), "{kind:?}");
        let checked = checked(GOOD, &tenant);
        let worst = checked.skipped().iter().map(|skipped| skipped.why.cause).max();
        let cause = if expected.is_some() { Cause::Follows } else { Cause::Answer };
        assert_eq!(worst, Some(cause), "{kind:?}");
    }
}

#[test]
fn every_code_has_its_own_message() {
    for code in aadsts::list() {
        let tenant = refusing(code.number);
        let checked = checked(GOOD, &tenant);
        for found in checked.diagnostics() {
            assert!(found.message.starts_with(code.meaning), "{}", found.message);
            assert!(found.message.contains(&format!("(AADSTS{})", code.number)), "{}", found.message);
            let help = found.help.as_deref().unwrap_or_default();
            assert!(help == code.cure || help.starts_with("grant admin consent: https://"), "{help}");
        }
    }
    assert_ne!(said("sign-in-disabled", &refusing(7000112)), said("sign-in-disabled", &refusing(53003)));
}

#[test]
fn rejected_sign_in_skips_dependent_rules() {
    let refused = Unseen::refused();
    let of_sign_in = |code| {
        let open = skipped(&refusing(code), &refused);
        open.into_iter().filter(|rule| SIGN_IN.contains(rule)).collect::<Vec<_>>()
    };
    assert_eq!(of_sign_in(90002), SIGN_IN[1..]);
    assert_eq!(of_sign_in(700016), SIGN_IN[2..]);
    assert_eq!(of_sign_in(7000229), SIGN_IN[3..]);
    assert_eq!(of_sign_in(7000215), ["service-principal-missing", "sign-in-disabled"]);
    assert_eq!(of_sign_in(7000222), ["service-principal-missing", "sign-in-disabled"]);
    assert_eq!(of_sign_in(7000112), SIGN_IN[3..5]);
}

#[test]
fn wrong_cloud_is_reported_at_the_cloud_key() {
    let place_and_message = |text: &str| {
        let checked = checked(text, &refusing(90038));
        (checked.diagnostics()[0].place.clone(), checked.diagnostics()[0].message.clone())
    };
    let (place, message) = place_and_message(GOOD);
    assert_eq!(place, Place::Missing(keys::CLOUD));
    assert!(message.contains("entra.cloud is not set"), "{message}");
    let (place, message) = place_and_message(&format!("{GOOD}[entra]\ncloud = \"us_gov_l4\"\n"));
    assert_eq!(place, Place::Value(keys::CLOUD));
    assert!(!message.contains("not set"), "{message}");
}

#[test]
fn rejected_secret_shows_its_form() {
    let said = |fault| {
        said("secret-rejected", &changed(refusing(7000215), |tenant| tenant.secret_fault = fault)).remove(0)
    };
    let plain = said(None);
    assert!(!plain.contains("; the secret "), "{plain}");
    for (fault, words) in [
        (SecretFault::Guid, "has the form of a Secret ID"),
        (SecretFault::SurroundingBlank, "has whitespace around it"),
        (SecretFault::Placeholder, "is a placeholder"),
        (SecretFault::Empty, "is empty"),
        (SecretFault::Reference, "is a reference, typed as text"),
        (SecretFault::NotAscii(None), "not printable ASCII"),
        (SecretFault::Quoted, "quotation marks"),
        (SecretFault::UrlEncoded, "URL-encoded"),
        (SecretFault::Length, "shorter than 16"),
        (SecretFault::Unusual, "does not have the form"),
    ] {
        let text = said(Some(fault));
        assert!(text.contains(words), "{text}");
    }
    // It is worth a word only where the secret is at fault.
    let tenant = changed(refusing(700016), |tenant| tenant.secret_fault = Some(SecretFault::Guid));
    assert_eq!(found(&tenant), ["application-not-found"]);
}

#[test]
fn disabled_service_principal_is_found_as_administrator() {
    let off = registered(|registration| registration.enabled = false);
    assert_eq!(found(&off), ["sign-in-disabled"]);
    let unseen = Err(Unseen::new(Cause::Use, "no secret"));
    let found_with = |sign_in| found(&changed(off.clone(), |tenant| tenant.sign_in = sign_in));
    assert_eq!(found_with(unseen), ["sign-in-disabled"]);
    // Another reason for the rejection must be fixed first.
    assert_eq!(found_with(refusing(700016).sign_in), ["application-not-found"]);
    assert_eq!(found_with(refusing(7000112).sign_in), ["sign-in-disabled"]);
}

#[test]
fn each_switch_that_disables_an_application_has_its_own_cure() {
    let deactivated = |registration: &mut Registration| {
        registration.status = RegistrationStatus::new(Some(true), None);
    };
    let by_microsoft = |registration: &mut Registration| {
        let status = "DisabledDueToViolationOfServicesAgreement".to_owned();
        registration.status = RegistrationStatus::new(None, Some(status));
    };
    let principal = |registration: &mut Registration| registration.enabled = false;
    for (tenant, reason, cure) in [
        (registered(deactivated), "deactivated", "activate it in the Entra portal"),
        (registered(by_microsoft), "Microsoft disabled the application", "Microsoft's support"),
        (registered(principal), "service principal is disabled", "under Enterprise applications"),
    ] {
        // With the documented code, with a code that is not known, and without a sign-in.
        for sign_in in [
            refusing(7000112).sign_in,
            rejecting_with_kind(Some(7_009_999), Kind::Unknown).sign_in,
            Err(Unseen::new(Cause::Use, "no secret")),
        ] {
            let tenant = changed(tenant.clone(), |tenant| tenant.sign_in = sign_in.clone());
            let said = said("sign-in-disabled", &tenant);
            assert_eq!(said.len(), 1, "{said:?}");
            assert!(said[0].contains(reason) && said[0].contains(cure), "{said:?}");
        }
    }
}

#[test]
fn deleted_application_is_found_with_its_cure() {
    let deleted = |sign_in: &Snapshot| {
        changed(healthy(), |tenant| {
            tenant.sign_in = sign_in.sign_in.clone();
            tenant.registration = Err(Unseen::new(Cause::Follows, "not registered"));
            tenant.deletion = Some(Deletion::new(Some("2026-02-03T12:00:00Z".parse().expect("a time"))));
        })
    };
    let unseen = changed(healthy(), |tenant| tenant.sign_in = Err(Unseen::new(Cause::Use, "no secret")));
    for sign_in in [refusing(700016), unseen] {
        let said = said("application-not-found", &deleted(&sign_in)).remove(0);
        assert!(
            said.contains("was deleted on 2026-02-03") && said.contains("Deleted applications"),
            "{said}"
        );
    }
    let said = said("application-not-found", &refusing(700016)).remove(0);
    assert!(!said.contains("deleted"), "{said}");
}

#[test]
fn missing_service_principal_is_found_as_administrator() {
    let missing = registered(|registration| registration.has_principal = false);
    for sign_in in [
        Err(Unseen::new(Cause::Use, "no secret")),
        rejecting_with_kind(Some(7_009_999), Kind::Unknown).sign_in,
        refusing(7_000_229).sign_in,
    ] {
        let tenant = changed(missing.clone(), |tenant| tenant.sign_in = sign_in);
        let said = said("service-principal-missing", &tenant);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("swyx-teams apply"), "{said:?}");
        assert!(!found(&tenant).contains(&"sign-in-disabled"));
    }
}

#[test]
fn policy_against_new_secrets_changes_the_cure_of_an_expiring_one() {
    let expiring = |forbids| {
        registered(|registration| {
            registration.secrets = vec![secret("north", "2026-03-13T18:00:00Z", Some(true))];
            let mut policy = SecretPolicy::default();
            policy.forbids_secrets = forbids;
            registration.secret_policy = Ok(policy);
        })
    };
    let text = said("secret-expires-soon", &expiring(true)).remove(0);
    assert!(text.contains("forbids new client secrets") && text.contains("certificate"), "{text}");
    let text = said("secret-expires-soon", &expiring(false)).remove(0);
    assert!(text.contains("create a new one") && !text.contains("forbids"), "{text}");
}

#[test]
fn missing_and_excessive_permissions_are_distinguished() {
    let (missing, excess) = ("permission-missing", "permission-excess");
    for (roles, both_ways, from_teams_only) in [
        (&["Presence.ReadWrite.All", "User.ReadBasic.All"][..], &[][..], &[excess][..]),
        (&["Presence.Read.All", "User.ReadBasic.All"], &[missing], &[]),
        (&["Presence.Read.All", "Presence.ReadWrite.All", "User.ReadBasic.All"], &[], &[excess]),
        (&["Presence.ReadWrite.All", "User.Read.All"], &[excess], &[excess, excess]),
        (&["Presence.ReadWrite.All", "Directory.Read.All"], &[excess], &[excess, excess]),
        (&["Presence.ReadWrite.All", "User.ReadBasic.All", "Mail.Read"], &[excess], &[excess, excess]),
        (&["User.ReadBasic.All"], &[missing], &[missing]),
        (&["Presence.ReadWrite.All"], &[missing], &[missing, excess]),
        (&[], &[missing, missing], &[missing, missing]),
    ] {
        assert_eq!(found(&with_roles(roles)), both_ways, "{roles:?}, mode 2");
        assert_eq!(found_in(&from_teams(), &with_roles(roles)), from_teams_only, "{roles:?}, mode 1");
    }
    let said = said(missing, &with_roles(&[]));
    assert!(said.iter().all(|text| text.contains("holds no permissions")), "{said:?}");
    let consent = "https://login.microsoftonline.com/7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34/adminconsent?client_id=2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16";
    assert!(said[0].contains("Presence.ReadWrite.All") && said[0].ends_with(consent), "{said:?}");
}

#[test]
fn consent_link_uses_microsofts_host_of_the_cloud() {
    let text = format!(
        "{GOOD}[entra]\ncloud = \"us_gov_l4\"\nauthority = \"https://evil.example\"\ngraph = \"https://evil.example/v1.0\"\n"
    );
    let checked = checked(&text, &with_roles(&[]));
    let help = checked.diagnostics()[0].help.clone().expect("help");
    assert!(help.contains(" https://login.microsoftonline.us/") && !help.contains("evil"), "{help}");
}

#[test]
fn names_from_tokens_are_escaped() {
    let said = said(
        "permission-excess",
        &with_roles(&["Presence.ReadWrite.All", "User.ReadBasic.All", "\u{1b}[2J\u{202e}x"]),
    );
    assert!(said[0].contains("\\u{1b}[2J\\u{202e}x"), "{said:?}");
}

#[test]
fn unreadable_token_is_judged_by_reads() {
    let opaque = |directory, presence| {
        changed(healthy(), |tenant| {
            tenant.sign_in = Ok(SignIn::Accepted { roles: None });
            tenant.directory = directory;
            tenant.presence = presence;
            tenant.registration = Err(Unseen::new(Cause::NotAsked, "nobody asked"));
        })
    };
    let fine = opaque(healthy().directory, healthy().presence);
    assert_eq!(found(&fine), Vec::<&str>::new());
    let why = fine.roles().expect_err("not seen");
    assert_eq!(
        (why.cause, skipped(&fine, &why)),
        (Cause::Follows, vec!["permission-missing", "permission-excess"])
    );
    // Where an administrator looked, the grants say what the token does not.
    let mut granted = healthy().registration.expect("seen");
    granted.granted = vec!["Presence.Read.All".to_owned(), "User.ReadBasic.All".to_owned()];
    let less = changed(fine, |tenant| tenant.registration = Ok(granted));
    assert_eq!(found(&less), ["permission-not-consented"]);
    let refused = || Ok(Read::Refused(403, None));
    assert_eq!(found(&opaque(refused(), refused())), ["directory-unreadable", "presence-unreadable"]);
}

#[test]
fn rejected_read_is_reported_unless_a_permission_is_missing() {
    let refused = |roles: &[&str]| {
        changed(with_roles(roles), |tenant| {
            tenant.directory = Ok(Read::Refused(403, Some("Forbidden".to_owned())));
            tenant.presence = Ok(Read::Refused(403, None));
        })
    };
    assert_eq!(found(&refused(&[])), ["permission-missing", "permission-missing"]);
    let both = ["directory-unreadable", "presence-unreadable"];
    assert_eq!(found(&refused(&["Presence.ReadWrite.All", "User.ReadBasic.All"])), both);
    // What is missing is the permission to write; the read has another reason.
    assert_eq!(
        found(&refused(&["Presence.Read.All"])),
        ["permission-missing", "permission-missing", "presence-unreadable"]
    );
}

#[test]
fn unconsented_and_delegated_permissions_are_distinguished() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (consent, delegated) = ("permission-not-consented", "permission-delegated");
    for (declared, declared_delegated, granted_delegated, expected) in [
        (&["Presence.ReadWrite.All"][..], &[][..], &[][..], &[consent][..]),
        (&["Presence.ReadWrite.All"], &["Presence.ReadWrite", "User.Read.All"], &[], &[consent, delegated]),
        (&[], &["Presence.ReadWrite", "User.ReadBasic.All"], &[], &[delegated, delegated]),
        (&[], &[], &["Presence.Read.All"], &[delegated]),
        (&[], &["Directory.Read.All"], &[], &[delegated]),
        // Every new registration has it.
        (&[], &["User.Read"], &["User.Read"], &[]),
        (&[], &["Mail.Read"], &[], &[]),
        (&["User.Read.All"], &[], &[], &[consent]),
    ] {
        let tenant = registered(|registration| {
            registration.granted = Vec::new();
            registration.declared = names(declared);
            registration.declared_delegated = names(declared_delegated);
            registration.granted_delegated = Ok(names(granted_delegated));
        });
        assert_eq!(found(&tenant), expected, "{declared:?} {declared_delegated:?} {granted_delegated:?}");
    }
    // What is granted in the right type makes a delegated one harmless.
    let beside = registered(|registration| registration.declared_delegated = names(&["Presence.ReadWrite"]));
    assert_eq!(found(&beside), Vec::<&str>::new());
}

#[test]
fn unreadable_delegated_grants_skip_only_their_rule() {
    let why = Unseen::new(Cause::Answer, "not allowed");
    let unread = registered(|registration| registration.granted_delegated = Err(why.clone()));
    assert_eq!(skipped(&unread, &why), Vec::<&str>::new());
    let needed = registered(|registration| {
        registration.granted_delegated = Err(why.clone());
        registration.granted = Vec::new();
        registration.declared = Vec::new();
    });
    assert_eq!(skipped(&needed, &why), ["permission-delegated"]);
}

/// The messages about the expiry of secrets, for a result of the sign-in.
fn ends(tenant: Snapshot, secrets: &[(&str, Option<bool>)]) -> String {
    let mut tenant = tenant;
    let registration = registered(|registration| {
        let secrets = secrets.iter().enumerate();
        registration.secrets =
            secrets.map(|(at, (ends, ours))| secret(&format!("s{at}"), ends, *ours)).collect();
    });
    tenant.registration = registration.registration;
    said("secret-expires-soon", &tenant).join("\n")
}

#[test]
fn secret_is_reported_before_its_expiry() {
    let one = |end: &str| ends(healthy(), &[(end, Some(true))]);
    assert_eq!(one("2026-04-01T00:00:00Z"), "");
    assert!(one("2026-03-31T12:00:00Z").contains("\"s0\" expires on 2026-03-31, in 30 days"));
    assert_eq!(one("2026-03-31T12:00:01Z"), "");
    assert!(one("2026-03-02T12:00:00Z").contains("in 1 day:"));
    assert!(one("2026-03-01T13:00:00Z").contains("in less than a day"));
    let text = format!("{GOOD}[entra]\nrenew_before_days = 7\n");
    let tenant = |end: &str| registered(|one| one.secrets = vec![secret("s", end, Some(true))]);
    assert_eq!(found_in(&text, &tenant("2026-03-09T00:00:00Z")), Vec::<&str>::new());
    assert_eq!(found_in(&text, &tenant("2026-03-08T00:00:00Z")), ["secret-expires-soon"]);
}

#[test]
fn earliest_possible_secret_in_use_counts() {
    let (soon, sooner, late, gone_by) =
        ("2026-03-20T00:00:00Z", "2026-03-10T00:00:00Z", "2026-09-01T00:00:00Z", "2026-02-01T00:00:00Z");
    let accepted = |secrets: &[_]| ends(healthy(), secrets);
    // Others than ours do not count.
    assert_eq!(accepted(&[(soon, Some(false)), (late, Some(true))]), "");
    assert_eq!(accepted(&[(soon, None), (late, Some(true))]), "");
    let ours = accepted(&[(late, Some(false)), (soon, Some(true))]);
    assert!(ours.contains("\"s1\"") && !ours.contains("guess"), "{ours}");
    let two = accepted(&[(soon, Some(true)), (sooner, Some(true))]);
    assert!(two.contains("\"s1\" expires on 2026-03-10") && two.contains("guess"), "{two}");
    let unknown = accepted(&[(soon, None), (late, None), (late, Some(false))]);
    assert!(unknown.contains("\"s0\"") && unknown.contains("guess"), "{unknown}");
    // One that has ended did not sign in; the only other one did.
    assert_eq!(accepted(&[(gone_by, Some(true)), (late, Some(true))]), "");
    let only = accepted(&[(gone_by, None), (soon, None)]);
    assert!(only.contains("\"s1\"") && !only.contains("guess"), "{only}");
    let unseen = || changed(healthy(), |tenant| tenant.sign_in = Err(Unseen::new(Cause::Use, "no secret")));
    let only = ends(unseen(), &[(gone_by, None), (soon, None)]);
    assert!(only.contains("\"s1\"") && only.contains("guess"), "{only}");
    // All secrets are expired, and no sign-in shows it.
    let gone = ends(unseen(), &[(gone_by, Some(true))]);
    assert!(gone.contains("\"s0\" expired on 2026-02-01"), "{gone}");
    assert_eq!(ends(refusing(7000222), &[(gone_by, Some(true)), (soon, Some(true))]), "");
}

#[test]
fn secret_missing_from_the_registration_skips_its_rule() {
    let without = |tenant| {
        let secrets = vec![secret("s", "2026-03-02T00:00:00Z", Some(false))];
        changed(tenant, |tenant| tenant.registration = registered(|one| one.secrets = secrets).registration)
    };
    let why = |tenant: &Snapshot| {
        let checked = checked(GOOD, tenant);
        let skipped = checked.skipped().iter().find(|skipped| skipped.rule == "secret-expires-soon");
        skipped.map(|skipped| skipped.why.cause)
    };
    assert_eq!(why(&without(healthy())), Some(Cause::Answer));
    assert_eq!(why(&without(refusing(7000215))), Some(Cause::Follows));
    assert_eq!(why(&without(refusing(7000112))), Some(Cause::Follows));
    assert_eq!(why(&healthy()), None);
}

#[test]
fn secret_used_as_a_name_is_not_shown() {
    let tenant = registered(|registration| {
        let name = "abc8Q~swordfish_swordfish_swordfish_1234";
        registration.secrets = vec![secret(name, "2026-03-02T00:00:00Z", Some(true))];
    });
    let said = said("secret-expires-soon", &tenant);
    assert!(said[0].contains("\"****\"") && !said[0].contains("swordfish"), "{said:?}");
}

#[test]
fn registration_is_compared_with_a_single_tenant_application() {
    let audience = |audience: &str| registered(|one| one.audience = audience.to_owned());
    assert_eq!(found(&audience("AzureADandPersonalMicrosoftAccount")), ["application-multi-tenant"]);
    let unknown = audience("");
    assert_eq!(found(&unknown), Vec::<&str>::new());
    assert_eq!(checked(GOOD, &unknown).skipped()[0].rule, "application-multi-tenant");
    assert_eq!(found(&registered(|one| one.public_redirects = 1)), ["public-client"]);
}

#[test]
fn allow_of_an_online_rule_is_unused_only_if_the_rule_ran() {
    let line = "MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"";
    let text = GOOD.replace(line, &format!("{line} # swyx-teams: allow(permission-excess) shared"));
    let offline = check::check_bytes("a.toml", text.clone().into_bytes(), false);
    assert_eq!(offline.diagnostics(), []);
    let excess = with_roles(&["Presence.ReadWrite.All", "User.Read.All"]);
    assert_eq!(found(&excess), ["permission-excess"]);
    assert_eq!(found_in(&text, &excess), Vec::<&str>::new());
    assert_eq!(found_in(&text, &healthy()), ["unused-allow"]);
    assert_eq!(found_in(&text, &refusing(90002)), ["tenant-not-found"]);
    // An error is silenced by nothing.
    let text = text.replace("permission-excess", "permission-missing");
    assert_eq!(
        found_in(&text, &with_roles(&["Presence.ReadWrite.All"])),
        ["permission-missing", "unused-allow"]
    );
}

#[test]
fn every_online_rule_names_its_flag() {
    for rule in ALL.iter().filter(|rule| rule.is_online()) {
        assert!(rule.doc.contains("With `--online"), "{}", rule.id);
        let needs_admin = ADMIN.contains(&rule.id) || rule.id == "automation-key-expires-soon";
        assert_eq!(rule.doc.contains("With `--online --as-admin`"), needs_admin, "{}", rule.id);
    }
    assert!(Rule::find("permission-missing").is_some_and(Rule::is_online));
    assert!(!Rule::find("mode-needs-secret").is_some_and(Rule::is_online));
}

#[test]
fn unknown_code_is_an_answer_without_a_finding() {
    let tenant = changed(rejecting_with_kind(Some(7_009_999), Kind::Unknown), |tenant| {
        let Ok(SignIn::Refused(refusal)) = &mut tenant.sign_in else { panic!("refused") };
        refusal.error = Some("invalid_client".to_owned());
    });
    assert_eq!(found(&tenant), Vec::<&str>::new());
    let checked = checked(GOOD, &tenant);
    let why = checked.skipped().iter().find(|skipped| skipped.rule == "secret-rejected").expect("skipped");
    assert_eq!(why.why.cause, Cause::Answer);
    let text = &why.why.reason;
    assert!(text.starts_with("sign-in refused with AADSTS7009999: this program does not know"), "{text}");
    assert!(text.contains("https://login.microsoftonline.com/error?code=7009999"), "{text}");
    assert!(text.contains("invalid_client often means that the credential is not accepted, or "), "{text}");
}

#[test]
fn missing_service_principal_is_not_a_wrong_secret() {
    assert_eq!(found(&refusing(7_000_229)), ["service-principal-missing"]);
    let text = said("service-principal-missing", &refusing(7_000_229)).remove(0);
    assert!(text.contains("no service principal in this tenant") && text.contains("consent"), "{text}");
    assert_eq!(found(&refusing(700_011)), ["service-principal-missing"]);
}

/// With an automation application that signed in, and whose certificate ends at that time.
#[test]
fn the_end_of_the_automation_key_is_watched() {
    let automation =
        "[entra.automation]\nclient_id = '6b1e9d02-7f4a-4c85-a3d6-0e9b2f81c574'\nkey = { file = 'a.pem' }\n";
    let ends = |text: &str, end: &str| {
        let mut tenant = healthy();
        tenant.automation_key_ends = Ok(end.parse().expect("a time"));
        found_in(&format!("{text}\n{automation}"), &tenant)
    };
    let rule = "automation-key-expires-soon";
    assert_eq!(ends(GOOD, "2026-03-20T12:00:00Z"), [rule]);
    assert_eq!(ends(GOOD, "2026-06-20T12:00:00Z"), Vec::<&str>::new());
    assert_eq!(ends(&format!("{GOOD}\n[entra]\nrenew_before_days = 150\n"), "2026-06-20T12:00:00Z"), [rule]);
    let mut tenant = healthy();
    tenant.automation_key_ends = Ok("2026-03-20T12:00:00Z".parse().expect("a time"));
    assert_eq!(found_in(GOOD, &tenant), Vec::<&str>::new(), "the file has no automation application");
    let why = Unseen::new(Cause::NotAsked, "it did not sign in");
    tenant.automation_key_ends = Err(why.clone());
    let checked = checked(&format!("{GOOD}\n{automation}"), &tenant);
    let skipped = checked.skipped().iter().map(|skipped| (skipped.rule, &skipped.why)).collect::<Vec<_>>();
    assert_eq!(skipped, [(rule, &why)]);
}
