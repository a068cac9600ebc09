//! Each state of a tenant gives the right rules, at the right keys, and a sound one gives none.

use crate::emulated::*;

const SECRET: &str = "control_center.MsTeamsClientSecret";
const CLIENT: &str = "control_center.MsTeamsClientId";
const TENANT: &str = "control_center.MsTeamsTenantId";

/// The scenario, the mode, what is found with the application's own sign-in, and with an administrator's beside it.
const SCENARIOS: &[(&str, u8, &[&str], &[&str])] = &[
    ("ready", 2, &[], &[]),
    ("user-mismatch", 2, &[], &[]),
    (
        "empty",
        2,
        &["error application-not-found MsTeamsClientId"],
        &["error application-not-found MsTeamsClientId"],
    ),
    (
        "no-consent",
        2,
        &["error permission-missing MsTeamsClientId", "error permission-missing MsTeamsClientId"],
        &["error permission-not-consented MsTeamsClientId", "error permission-not-consented MsTeamsClientId"],
    ),
    (
        "delegated-only",
        2,
        &["error permission-missing MsTeamsClientId", "error permission-missing MsTeamsClientId"],
        &["error permission-delegated MsTeamsClientId", "error permission-delegated MsTeamsClientId"],
    ),
    (
        "read-only",
        2,
        &["error permission-missing MsTeamsClientId"],
        &["error permission-missing MsTeamsClientId"],
    ),
    ("read-only", 1, &[], &[]),
    (
        "excess",
        2,
        &["warning permission-excess MsTeamsClientId", "warning permission-excess MsTeamsClientId"],
        &["warning permission-excess MsTeamsClientId", "warning permission-excess MsTeamsClientId"],
    ),
    (
        "expired-secret",
        2,
        &["error secret-expired MsTeamsClientSecret"],
        &["error secret-expired MsTeamsClientSecret"],
    ),
    ("expiring-secret", 2, &[], &["warning secret-expires-soon MsTeamsClientSecret"]),
    ("disabled", 2, &["error sign-in-disabled MsTeamsClientId"], &["error sign-in-disabled MsTeamsClientId"]),
    (
        "deactivated",
        2,
        &["error sign-in-disabled MsTeamsClientId"],
        &["error sign-in-disabled MsTeamsClientId"],
    ),
    (
        "disabled-by-microsoft",
        2,
        &["error sign-in-disabled MsTeamsClientId"],
        &["error sign-in-disabled MsTeamsClientId"],
    ),
    (
        "graph-disabled",
        2,
        &["error sign-in-disabled MsTeamsClientId"],
        &["error sign-in-disabled MsTeamsClientId"],
    ),
    (
        "deleted",
        2,
        &["error application-not-found MsTeamsClientId"],
        &["error application-not-found MsTeamsClientId"],
    ),
    (
        "no-service-principal",
        2,
        &["error service-principal-missing MsTeamsClientId"],
        &[
            "error permission-not-consented MsTeamsClientId",
            "error permission-not-consented MsTeamsClientId",
            "error service-principal-missing MsTeamsClientId",
        ],
    ),
    ("assignment-required", 2, &[], &[]),
    ("secrets-forbidden", 2, &[], &[]),
];

#[test]
fn quiet_check_prints_results_only() {
    for (scenario, first) in
        [("ready", "a.toml: the sign-in works\n"), ("empty", "error[application-not-found]")]
    {
        let emulated = Emulated::scenario(scenario);
        emulated.write("a.toml", &emulated.settings(2));
        let secret = emulated.fact("client_secret");
        let mut command = emulated.program();
        command.args(["check", "--quiet", "--online", "a.toml"]).env("SECRET", secret);
        let run = emulated.finish(&mut command, secret);
        assert!(run.out.starts_with(first), "{}", run.out);
        assert!(!run.out.contains("note: ") && !run.out.ends_with("\n\n"), "{}", run.out);
        assert_eq!(run.err, "");
    }
}

#[test]
fn every_scenario_gives_exactly_its_rules() {
    for (scenario, mode, own, admin) in SCENARIOS {
        let emulated = Emulated::scenario(scenario);
        emulated.write("a.toml", &emulated.settings(*mode));
        let run = emulated.check(&["--format", "json", "a.toml"]);
        let expected = |found: &[&str]| {
            let mut all =
                found.iter().map(|one| one.replace("MsTeams", "control_center.MsTeams")).collect::<Vec<_>>();
            all.sort();
            all
        };
        let found = |run| {
            let mut all = findings(run);
            all.sort();
            all
        };
        assert_eq!(found(&run), expected(own), "{scenario}");
        let has_errors = own.iter().any(|one| one.starts_with("error"));
        assert_eq!(run.code, Some(i32::from(has_errors)), "{scenario}: {}", run.err);

        let run = emulated.check(&["--format", "json", "--as-admin", "a.toml"]);
        assert_eq!(found(&run), expected(admin), "{scenario} as admin: {}", run.err);
        let has_errors = admin.iter().any(|one| one.starts_with("error"));
        assert_eq!(run.code, Some(i32::from(has_errors)), "{scenario} as admin: {}", run.err);
    }
}

#[test]
fn skipped_rules_are_listed_with_the_reason() {
    let emulated = Emulated::scenario("expired-secret");
    emulated.write("a.toml", &emulated.settings(2));
    let skipped = skipped(&emulated.check(&["--format", "json", "a.toml"]));
    let reason =
        |rule: &str| skipped.iter().find(|(name, _)| name == rule).map(|(_, reason)| reason.as_str());
    assert_eq!(reason("permission-missing"), Some("the sign-in was refused"));
    assert_eq!(reason("presence-unreadable"), Some("the sign-in was refused"));
    assert_eq!(
        reason("public-client"),
        Some("only an administrator can read the registration; add --as-admin")
    );
    assert_eq!(reason("tenant-not-found"), None, "a tenant that refuses a secret is there");
}

#[test]
fn valid_file_needs_two_requests_and_an_administrator_two_more() {
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    let token = format!("POST /{}/oauth2/v2.0/token", emulated.fact("tenant_id"));
    let batch = "POST /v1.0/$batch".to_owned();
    assert_eq!(emulated.check(&["a.toml"]).code, Some(0));
    assert_eq!(emulated.requests(), [token.clone(), batch.clone()]);
    assert_eq!(emulated.check(&["--as-admin", "a.toml"]).code, Some(0));
    assert_eq!(emulated.requests()[2..], [token.clone(), batch.clone(), batch.clone()]);

    // Without an accepted sign-in, one more request finds a deactivated registration.
    let before = emulated.requests().len();
    let wrong = "Zz98Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";
    assert_eq!(emulated.check_with(wrong, &["--as-admin", "a.toml"]).code, Some(1));
    let beta = format!("GET /beta/applications(appId='{}')", emulated.fact("client_id"));
    assert_eq!(emulated.requests()[before..], [token.clone(), batch.clone(), beta]);

    let before = emulated.requests().len();
    let run = emulated.check(&["--thorough", "a.toml"]);
    assert_eq!(run.code, Some(0));
    assert!(run.out.contains("  presences can be read\n"), "{}", run.out);
    assert_eq!(emulated.requests()[before..], [token, batch.clone(), batch]);
}

#[test]
fn each_way_of_being_disabled_has_its_own_cure() {
    for (scenario, reason, cure) in [
        ("disabled", "service principal is disabled in this tenant", "Enabled for users to sign-in"),
        ("deactivated", "registration is deactivated", "activate it in the Entra portal"),
        ("disabled-by-microsoft", "Microsoft disabled the application", "ask Microsoft's support"),
        ("deleted", "it was deleted on 2", "Deleted applications"),
        ("graph-disabled", "Microsoft Graph is disabled in this tenant", "renew the subscription"),
    ] {
        let emulated = Emulated::scenario(scenario);
        emulated.write("a.toml", &emulated.settings(2));
        let run = emulated.check(&["--format", "json", "--as-admin", "a.toml"]);
        assert_eq!(run.code, Some(1), "{scenario}: {}", run.err);
        assert!(run.out.contains(reason) && run.out.contains(cure), "{scenario}: {}", run.out);
    }
}

#[test]
fn unknown_code_is_no_finding_but_a_failure() {
    let emulated = Emulated::start(&["--fault", "refuse-application=7009999"]);
    emulated.write("a.toml", &emulated.settings(2));
    let run = emulated.check(&["--format", "json", "a.toml"]);
    assert_eq!((findings(&run), run.code), (Vec::new(), Some(3)), "{}", run.err);
    let words = "error: a.toml: sign-in refused with AADSTS7009999: this program does not know this code, see https://login.microsoftonline.com/error?code=7009999; invalid_client often means that ";
    assert!(run.err.contains(words), "{}", run.err);
    assert!(
        skipped(&run).iter().any(|(rule, why)| rule == "secret-rejected" && why.contains("AADSTS7009999"))
    );
}

#[test]
fn the_verdict_says_what_is_proven_and_what_is_inferred() {
    let emulated = Emulated::scenario("ready");
    emulated.write("a.toml", &emulated.settings(2));
    let run = emulated.check(&["a.toml"]);
    for words in [
        "a.toml: the sign-in works\n",
        "  permissions: Presence.ReadWrite.All, User.ReadBasic.All\n",
        "  the directory can be read\n",
        "  presences can probably be read: only a made-up user was looked up (inferred; --thorough looks up a real one)\n",
        "1 file checked: nothing found\n",
    ] {
        assert!(run.out.contains(words), "{words}\n{}", run.out);
    }
}

#[test]
fn id_and_secret_findings_are_at_their_keys() {
    let emulated = Emulated::scenario("ready");
    let other = NOBODY;
    let settings = emulated.settings(2);
    for (text, secret, finding, words) in [
        (
            settings.replace(emulated.fact("tenant_id"), other),
            emulated.fact("client_secret"),
            format!("error tenant-not-found {TENANT}"),
            "AADSTS90002",
        ),
        (
            settings.replace(emulated.fact("client_id"), other),
            emulated.fact("client_secret"),
            format!("error application-not-found {CLIENT}"),
            "AADSTS7000",
        ),
        (
            settings.clone(),
            "Zz98Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d",
            format!("error secret-rejected {SECRET}"),
            "AADSTS7000215",
        ),
        (settings.clone(), other, format!("error secret-rejected {SECRET}"), "has the form of a Secret ID"),
    ] {
        emulated.write("a.toml", &text);
        let run = emulated.check_with(secret, &["--format", "json", "a.toml"]);
        assert_eq!(findings(&run), [finding], "{}", run.err);
        assert_eq!(run.code, Some(1));
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
}

#[test]
fn allow_works_online_and_is_kept_for_skipped_rules() {
    let emulated = Emulated::scenario("excess");
    let allow = "# swyx-teams: allow(permission-excess) also used for mail\n";
    emulated.write(
        "a.toml",
        &emulated.settings(2).replace("MsTeamsClientId", &format!("{allow}MsTeamsClientId")),
    );
    let run = emulated.check(&["--fail-on", "info", "a.toml"]);
    assert_eq!(run.code, Some(0), "{}", run.out);
    let offline = crate::common::run(emulated.folder(), &["check", "--fail-on", "info", "a.toml"]);
    assert_eq!(offline.code, Some(0), "{}", offline.out);

    let ready = Emulated::scenario("ready");
    ready.write("a.toml", &ready.settings(2).replace("MsTeamsClientId", &format!("{allow}MsTeamsClientId")));
    let run = ready.check(&["--format", "json", "a.toml"]);
    assert_eq!(findings(&run).len(), 1);
    assert!(findings(&run)[0].starts_with("warning unused-allow"));
}
