//! Plans for tenants as plain data.

use std::path::Path;

use uuid::Uuid;

use super::super::classification::StoredSecret;
use super::*;
use crate::entra::snapshot::objects::{Grant, GraphPrincipal, Principal};
use crate::entra::snapshot::{RegistrationStatus, SecretPolicy};
use crate::secret::Secret;
use crate::settings::{ClientId, Credential};

const ID: &str = "7d3f1c2a-5b6e-4a8d-9c0b-2e4f6a8c0d1e";
const READ: &str = "a70e0c2d-e793-494c-94c4-118fa0a67f42";
const WRITE: &str = "83cded22-8297-4ff6-a7fa-e97e9545a259";
const ALL_USERS: &str = "df021288-bdef-4463-88db-98f22de89214";
const USERS: &str = "97235f07-e226-4f63-ace3-39588e11d3a1";
const MAIL: &str = "810c84a8-4a9e-49e6-bf7d-12d183f40d01";
const ELSEWHERE: &str = "00000002-0000-0ff1-ce00-000000000000";

fn id(text: &str) -> Uuid {
    text.parse().expect("an id")
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().expect("a time")
}

fn wanted(mode: u8, more: &str) -> Wanted {
    let text = format!(
        "{more}[control_center]\nMsTeamsStatusSyncMode = {mode}\nMsTeamsTenantId = \"{USERS}\"\nMsTeamsClientId = \"{ID}\"\n\
         MsTeamsClientSecret = {{ file = \"teams.secret\" }}\n"
    );
    crate::check::check_bytes("a.toml", text.into_bytes(), false).wanted().expect("no errors")
}

/// A tenant with everything that mode 2 needs, and a stored secret.
fn snapshot() -> ProvisioningSnapshot {
    let declared =
        |id_of: &&str| Declared { resource: GRAPH_APP_ID.to_owned(), id: id(id_of), kind: "Role".to_owned() };
    let grants = [WRITE, USERS].map(|role| grant(role, Uuid::nil())).to_vec();
    let application = Application {
        id: Uuid::nil(),
        client_id: ClientId::new(id(ID)),
        name: "SwyxMSTeamsPresenceSync".to_owned(),
        unique_name: None,
        audience: "AzureADMyOrg".to_owned(),
        declared: [WRITE, USERS].iter().map(declared).collect(),
        public_client: false,
        redirects: Vec::new(),
        secrets: vec![SecretSeen {
            key_id: Uuid::max(),
            name: Some("SwyxServer".to_owned()),
            begins: Some(now()),
            ends: "2026-09-01T00:00:00Z".parse().expect("a time"),
            may_be_ours: Some(true),
        }],
        identifier_uris: Vec::new(),
        api: serde_json::Value::Null,
        keys: Vec::new(),
        status: RegistrationStatus::default(),
        principal: Some(Principal { id: Uuid::nil(), enabled: true, grants }),
        deleted_principal: None,
    };
    let roles = [
        ("Presence.Read.All", READ),
        ("Presence.ReadWrite.All", WRITE),
        ("User.ReadBasic.All", USERS),
        ("User.Read.All", ALL_USERS),
        ("Mail.Read", MAIL),
    ];
    let objects = Objects {
        seen_at: now(),
        graph: GraphPrincipal {
            id: Uuid::nil(),
            roles: roles.map(|(name, role)| (name.to_owned(), id(role))).into(),
        },
        application: Some((FoundBy::ClientId, application)),
        namesakes: Vec::new(),
        deleted: Vec::new(),
        is_foreign: false,
        secret_policy: Ok(SecretPolicy::default()),
    };
    let stored = StoredSecret { secret: Ok(Secret::new("Abc8Q~")), since: Some(now()) };
    ProvisioningSnapshot::new(objects, stored)
}

fn grant(role: &str, resource: Uuid) -> Grant {
    Grant { id: role.to_owned(), resource, resource_name: "Office 365".to_owned(), role: id(role) }
}

/// The snapshot of a tenant with some differences.
fn snapshot_with(change: impl FnOnce(&mut ProvisioningSnapshot, &mut Application)) -> ProvisioningSnapshot {
    let mut snapshot = snapshot();
    let (found_by, mut application) = snapshot.objects.application.take().expect("one");
    change(&mut snapshot, &mut application);
    snapshot.objects.application = Some((found_by, application));
    snapshot
}

fn planned(wanted: &Wanted, snapshot: &ProvisioningSnapshot, options: Options) -> (Vec<String>, String) {
    let installation = Installation::new("SWYX01", Path::new("/a.toml"));
    let plan = plan(wanted, snapshot, &installation, options).expect("no obstacle");
    let lines = plan.steps.iter().flat_map(|step| step.lines(wanted.keys, wanted.mode));
    let sign = |sign| match sign {
        Sign::Add => '+',
        Sign::Change => '~',
        Sign::Remove => '-',
    };
    (
        lines.map(|line| format!("{} {} {}", sign(line.sign), line.object, line.what)).collect(),
        plan.notes.join("\n"),
    )
}

fn lines(snapshot: &ProvisioningSnapshot, options: Options) -> Vec<String> {
    planned(&wanted(2, ""), snapshot, options).0
}

const PRUNE: Options = Options { prune: true, as_in_the_guide: false, new_secret: false };

#[test]
fn complete_tenant_needs_no_steps() {
    assert_eq!(lines(&snapshot(), Options::default()), [""; 0]);
    assert_eq!(lines(&snapshot(), PRUNE), [""; 0]);
}

#[test]
fn empty_tenant_gets_every_step_in_dependency_order() {
    let mut snapshot = snapshot();
    snapshot.objects.application = None;
    snapshot.stored.secret = Err(Absence::Empty);
    let wanted = Wanted { client_id: None, ..wanted(1, "") };
    let (lines, notes) = planned(&wanted, &snapshot, Options::default());
    assert_eq!(
        lines,
        [
            "+ application SwyxMSTeamsPresenceSync, for this tenant only",
            "+ declared permission Presence.Read.All",
            "+ declared permission User.ReadBasic.All",
            "+ service principal of the application",
            "~ settings file control_center.MsTeamsClientId",
            "+ grant Presence.Read.All",
            "+ grant User.ReadBasic.All",
            "+ client secret valid for 180 days, stored in the file teams.secret",
        ]
    );
    assert!(notes.contains("not set from the vendor's guide"), "{notes}");
}

#[test]
fn secret_that_the_user_stores_is_described_as_such() {
    let mut snapshot = snapshot();
    snapshot.stored.secret = Err(Absence::Empty);
    let source = crate::secret::SecretSource::Env("TEAMS".to_owned());
    let wanted = Wanted { credential: Credential::Secret(Some(source)), ..wanted(2, "") };
    let (lines, _) = planned(&wanted, &snapshot, Options { new_secret: true, ..Options::default() });
    let expected = "+ client secret valid for 180 days, which you store in the environment variable TEAMS";
    assert!(lines.iter().any(|line| line == expected), "{lines:?}");
}

#[test]
fn missing_objects_are_created_and_disabled_ones_enabled() {
    let snapshot = snapshot_with(|_, application| {
        application.declared.pop();
        let principal = application.principal.as_mut().expect("one");
        (principal.enabled, _) = (false, principal.grants.remove(0));
    });
    let expected = [
        "+ declared permission User.ReadBasic.All",
        "~ service principal sign-in enabled again",
        "+ grant Presence.ReadWrite.All",
    ];
    assert_eq!(lines(&snapshot, Options::default()), expected);
    let snapshot = snapshot_with(|_, application| application.principal = None);
    let all = [
        "+ service principal of the application",
        "+ grant Presence.ReadWrite.All",
        "+ grant User.ReadBasic.All",
    ];
    assert_eq!(lines(&snapshot, Options::default()), all);
}

#[test]
fn excess_permissions_are_reported_and_removed_only_by_prune() {
    let snapshot = snapshot_with(|_, application| {
        let principal = application.principal.as_mut().expect("one");
        principal.grants.extend([grant(MAIL, Uuid::nil()), grant(MAIL, Uuid::max())]);
        let resource = ELSEWHERE.to_owned();
        application.declared.push(Declared { resource, id: id(MAIL), kind: "Role".to_owned() });
    });
    let (lines, notes) = planned(&wanted(2, ""), &snapshot, Options::default());
    assert_eq!(lines, [""; 0]);
    assert!(notes.contains("granted but not needed by the mode: Mail.Read"), "{notes}");
    assert!(notes.contains("permissions on Office 365 stay unchanged"), "{notes}");
    // The permission of another resource has the same id and stays.
    assert_eq!(self::lines(&snapshot, PRUNE), ["- grant Mail.Read"]);
    // Mode 1 needs less: more is enough, unless it is pruned.
    let (lines, _) = planned(&wanted(1, ""), &self::snapshot(), Options::default());
    assert_eq!(lines, [""; 0]);
    let (lines, _) = planned(&wanted(1, ""), &self::snapshot(), PRUNE);
    let expected = [
        "+ declared permission Presence.Read.All",
        "- declared permission Presence.ReadWrite.All",
        "+ grant Presence.Read.All",
        "- grant Presence.ReadWrite.All",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn secret_is_created_with_a_reason_if_none_is_known_to_work() {
    let why = |snapshot: &ProvisioningSnapshot, options| {
        let installation = Installation::new("SWYX01", Path::new("/a.toml"));
        let plan = plan(&wanted(2, ""), snapshot, &installation, options).expect("no obstacle");
        match plan.steps.as_slice() {
            [] => plan.notes.last().cloned().unwrap_or_default(),
            [Step::AddSecret { after, why, .. }] => format!("{why}; after {}", after.is_some()),
            steps => panic!("{steps:?}"),
        }
    };
    let usual = Options::default();
    let ended = snapshot_with(|snapshot, _| {
        snapshot.objects.seen_at = "2026-10-01T00:00:00Z".parse().expect("a time")
    });
    assert_eq!(why(&ended, usual), "the current one expired on 2026-09-01; after true");
    let soon = snapshot_with(|snapshot, _| {
        snapshot.objects.seen_at = "2026-08-20T00:00:00Z".parse().expect("a time")
    });
    assert!(why(&soon, usual).starts_with("the client secret expires on 2026-09-01"));
    let another = Options { new_secret: true, ..usual };
    assert_eq!(why(&snapshot(), another), "another one was requested; after true");
    let unknown = |is_accepted| {
        snapshot_with(|snapshot, application| {
            (snapshot.is_accepted, application.secrets[0].may_be_ours) = (is_accepted, Some(false));
        })
    };
    assert_eq!(why(&unknown(false), usual), "the stored one does not belong to the application; after false");
    assert!(why(&unknown(true), usual).starts_with("not set from the vendor's guide"));
    let absent = |why| {
        snapshot_with(|snapshot, application| {
            (snapshot.stored.secret, application.secrets[0].may_be_ours) = (Err(why), None);
        })
    };
    assert_eq!(why(&absent(Absence::Empty), usual), "there is no secret yet; after false");
    let out_of_reach = absent(Absence::OutOfReach("no such variable".to_owned()));
    assert!(why(&out_of_reach, usual).contains("was not checked: no such variable"));
    assert_eq!(why(&out_of_reach, another), "another one was requested; after false");
}

#[test]
fn permissions_with_unexpected_ids_are_obstacles() {
    let installation = Installation::new("SWYX01", Path::new("/a.toml"));
    let refused = |snapshot: &ProvisioningSnapshot, wanted: &Wanted| {
        plan(wanted, snapshot, &installation, Options::default()).expect_err("an obstacle")
    };
    let mut snapshot = snapshot();
    snapshot.objects.graph.roles.insert("User.ReadBasic.All".to_owned(), Uuid::max());
    assert_eq!(refused(&snapshot, &wanted(2, "")), Obstacle::StrangePermission("User.ReadBasic.All"));
    snapshot.objects.graph.roles.remove("User.ReadBasic.All");
    assert_eq!(refused(&snapshot, &wanted(2, "")), Obstacle::NoSuchPermission("User.ReadBasic.All"));
}

#[test]
fn redirect_uri_of_the_guide_depends_on_the_version() {
    let guided = Options { as_in_the_guide: true, ..Options::default() };
    let old = wanted(2, "[swyx]\nversion = \"14.10\"\n");
    let new = wanted(2, "[swyx]\nversion = \"14.20\"\n");
    for (wanted, redirect) in [(old, "https://localhost/"), (new, "swyxware://auth")] {
        let line = format!("~ application redirect URI {redirect}, and public client flows allowed");
        assert!(planned(&wanted, &snapshot(), guided).0.contains(&line), "{redirect}");
        let there = snapshot_with(|_, application| {
            (application.public_client, application.redirects) = (true, vec![redirect.to_owned()]);
        });
        let lines = planned(&wanted, &there, guided).0;
        assert!(lines.iter().all(|line| !line.contains("redirect")), "{lines:?}");
    }
}

#[test]
fn permissions_depend_on_the_generation_and_nothing_is_removed_from_14_20_on() {
    let new = wanted(2, "[swyx]\nversion = \"14.20\"\n");
    let with_more = snapshot_with(|_, application| {
        let principal = application.principal.as_mut().expect("a principal");
        principal.grants.push(grant(MAIL, Uuid::nil()));
    });
    let prunes = Options { prune: true, ..Options::default() };
    for options in [Options::default(), prunes] {
        let lines = planned(&new, &with_more, options).0;
        let expected = [
            "+ declared permission User.Read.All",
            "~ application redirect URI swyxware://auth, and public client flows allowed",
            &format!("+ exposed API application ID URI api://{ID}"),
            "+ exposed API scope SwyxWare for administrators and users",
            "+ grant User.Read.All",
        ];
        assert_eq!(lines, expected);
    }
}

#[test]
fn application_is_renamed_and_its_audience_is_unchanged() {
    let snapshot = snapshot_with(|_, application| application.audience = "AzureADMultipleOrgs".to_owned());
    let (lines, notes) =
        planned(&wanted(2, "[entra]\napplication_name = \"Presence\"\n"), &snapshot, Options::default());
    assert_eq!(lines, ["~ application is called Presence"]);
    assert!(notes.contains("open to others than this tenant (AzureADMultipleOrgs)"), "{notes}");
}

fn refused(snapshot: &ProvisioningSnapshot, more: &str) -> String {
    let installation = Installation::new("SWYX01", Path::new("/a.toml"));
    let plan = plan(&wanted(2, more), snapshot, &installation, Options::default());
    plan.expect_err("an obstacle").to_string()
}

/// A tenant with this policy, in which a new secret is needed.
fn with_policy(policy: SecretPolicy) -> ProvisioningSnapshot {
    snapshot_with(|snapshot, application| {
        application.secrets.clear();
        snapshot.stored.secret = Err(Absence::Empty);
        snapshot.objects.secret_policy = Ok(policy);
    })
}

fn forbidding() -> SecretPolicy {
    SecretPolicy { forbids_secrets: true, ..SecretPolicy::default() }
}

#[test]
fn policy_against_secrets_is_an_obstacle_only_for_a_new_secret() {
    let why = refused(&with_policy(forbidding()), "");
    assert!(why.contains("forbids new client secrets"), "{why}");
    assert!(why.ends_with("14.20 and later also accept a certificate"), "{why}");
    let why = refused(&with_policy(forbidding()), "[swyx]\nversion = \"14.10\"\n");
    assert!(why.contains("This version of SwyxWare accepts only a client secret"), "{why}");
    let why = refused(&with_policy(forbidding()), "[swyx]\nversion = \"14.20\"\n");
    assert!(why.ends_with("Or use a certificate, which this version of SwyxWare also accepts"), "{why}");
    let mut snapshot = snapshot();
    snapshot.objects.secret_policy = Ok(forbidding());
    assert_eq!(lines(&snapshot, Options::default()), [""; 0]);
}

#[test]
fn uncertain_policy_is_a_note() {
    let notes = |policy| planned(&wanted(2, ""), &with_policy(policy), Options::default()).1;
    let exempt = notes(SecretPolicy { has_exempt_accounts: true, ..forbidding() });
    assert!(exempt.contains("only if your account is exempt, which is unknown"), "{exempt}");
    let unknown = SecretPolicy { unknown: vec!["passwordMoonPhase".to_owned()], ..SecretPolicy::default() };
    assert!(notes(unknown).contains("may refuse the new client secret: passwordMoonPhase"));
    assert!(!notes(SecretPolicy::default()).contains("policy"));
}

#[test]
fn lifetime_above_the_limit_of_a_policy_is_an_obstacle() {
    let limited =
        |max_days| with_policy(SecretPolicy { max_days: Some(max_days), ..SecretPolicy::default() });
    let why = refused(&limited(90), "");
    assert!(why.contains("90 days, but `entra.secret_lifetime_days` is 180"), "{why}");
    assert!(why.contains("renew_before_days 22 entra.secret_lifetime_days 90"), "{why}");
    let (lines, _) = planned(&wanted(2, ""), &limited(180), Options::default());
    assert_eq!(lines.len(), 1, "{lines:?}");
}

#[test]
fn disabled_registration_is_an_obstacle() {
    let status = |is_deactivated, by_microsoft: Option<&str>| {
        snapshot_with(|_, application| {
            application.status = RegistrationStatus::new(is_deactivated, by_microsoft.map(str::to_owned));
        })
    };
    assert!(refused(&status(Some(true), None), "").contains("deactivated"));
    let violation = Some("DisabledDueToViolationOfServicesAgreement");
    assert!(refused(&status(None, violation), "").contains("Microsoft disabled the application"));
    assert_eq!(lines(&status(None, Some("NotDisabled")), Options::default()), [""; 0]);
}

#[test]
fn deleted_service_principal_is_restored_instead_of_created() {
    let missing = |deleted| {
        snapshot_with(|_, application| {
            (application.principal, application.deleted_principal) = (None, deleted);
        })
    };
    let restored = lines(&missing(Some(Uuid::max())), Options::default());
    assert_eq!(restored[0], "+ service principal restored, with the grants that it had");
    assert_eq!(lines(&missing(None), Options::default())[0], "+ service principal of the application");
}
