//! The registration of 14.20 and later, over versions, logins, directions and states of the tenant.

use serde_json::{Value, json};

use super::world::*;
use crate::certificates::valid;

/// The file of the certificate.
pub const CERTIFICATE_FILE: &str = "swyx.cer";

/// A settings file at 14.20 or later. `id` is the client id, if there is one.
pub fn federated(world: &World, version: &str, login: &str, presence: &str, id: Option<&str>) -> String {
    let facts = world.facts();
    let id = id.map(|id| format!("client_id = \"{id}\"\n")).unwrap_or_default();
    let credential = match login {
        "secret" => format!("client_secret = {IN_FILE}"),
        _ => format!("certificate = \"{CERTIFICATE_FILE}\""),
    };
    format!(
        "[swyx]\nversion = \"{version}\"\n\n[federated_services]\ntenant_id = \"{}\"\n{id}login = \"{login}\"\n{credential}\n\
         presence = \"{presence}\" # the direction\n\n[entra]\nauthority = \"{}\"\ngraph = \"{}\"\n",
        facts.tenant_id, facts.authority, facts.graph
    )
}

/// Puts the certificate with this name where the settings say.
pub fn put_certificate(world: &World, name: &str) -> String {
    let issued = valid(name);
    std::fs::write(world.path(CERTIFICATE_FILE), &issued.der).expect("written");
    issued.thumbprint()
}

/// The registration of the only application, as the portal shows it.
pub fn registration(world: &World) -> Value {
    let select =
        "$select=identifierUris,api,publicClient,isFallbackPublicClient,signInAudience,keyCredentials";
    world.send("GET", &format!("/applications/{}?{select}", world.application().id), &Value::Null)
}

/// The states of the tenant. The last one cannot have a secret.
const STATES: [&str; 10] = [
    "empty",
    "complete",
    "over-privileged",
    "no service principal",
    "disabled",
    "deactivated",
    "disabled by Microsoft",
    "deleted",
    "Graph disabled",
    "secrets forbidden",
];

fn world_in(state: &str) -> World {
    let needed = ["Presence.ReadWrite.All", "User.Read.All", "User.ReadBasic.All"];
    let mut granted = json!({"application": needed});
    let mut application = json!({"displayName": NAME, "secrets": [{"displayName": "SwyxServer"}]});
    let mut tenant = json!({});
    match state {
        "over-privileged" => {
            let more = ["Mail.Read", "Directory.ReadWrite.All"];
            let all = [&needed[..], &more].concat();
            granted = json!({"application": all});
        }
        "no service principal" => application["servicePrincipal"] = json!(false),
        "disabled" => application["accountEnabled"] = json!(false),
        "deactivated" => application["isDisabled"] = json!(true),
        "disabled by Microsoft" => {
            application["disabledByMicrosoftStatus"] = json!("DisabledDueToViolationOfServicesAgreement");
        }
        "deleted" => application["deleted"] = json!(true),
        "Graph disabled" => tenant = json!({"graphEnabled": false}),
        _ => {}
    }
    (application["declared"], application["granted"]) = (granted.clone(), granted);
    let applications =
        if state == "empty" || state == "secrets forbidden" { json!([]) } else { json!([application]) };
    let policies = json!({"secretsBanned": state == "secrets forbidden"});
    World::state(&json!({"applications": applications, "tenant": tenant, "policies": policies}))
}

/// The exit code of `plan --exit-code`, and words of the plan or of the error.
fn expected(state: &str, login: &str) -> (i32, &'static str) {
    match (state, login) {
        ("empty", _) => (1, "does not exist yet"),
        ("complete" | "over-privileged" | "Graph disabled", _) => (1, "found by the client id"),
        ("no service principal", _) => (1, "+ service principal"),
        ("disabled", _) => (1, "sign-in enabled again"),
        ("deactivated" | "disabled by Microsoft", _) => (2, "; nothing was changed. To solve it: "),
        ("deleted", _) => (2, "was deleted on"),
        ("secrets forbidden", "secret") => (2, "forbids new client secrets"),
        ("secrets forbidden", _) => (1, "does not exist yet"),
        _ => panic!("{state}"),
    }
}

/// Each version with each login and each direction.
fn list_combinations() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut all = Vec::new();
    for version in ["14.20", "14.25"] {
        for login in ["secret", "certificate"] {
            all.extend(["off", "from_teams", "both"].map(|presence| (version, login, presence)));
        }
    }
    all
}

#[test]
fn plan_of_every_version_login_direction_and_state_removes_nothing() {
    let mut count = 0;
    for state in STATES {
        let world = world_in(state);
        let secret = world.facts().client_secret.clone();
        if let Some(secret) = secret.filter(|_| state != "deleted") {
            world.write(SECRET_FILE, &format!("{secret}\n"));
        }
        put_certificate(&world, "SwyxServer");
        let id = world.facts().client_id.clone();
        for (version, login, presence) in list_combinations() {
            let case = format!("{state}, {version}, {login}, {presence}");
            world.write("a.toml", &federated(&world, version, login, presence, id.as_deref()));
            let run = world.run(&["plan", "--exit-code", "a.toml"]);
            let (code, words) = expected(state, login);
            assert_eq!(run.code, Some(code), "{case}\n{}{}", run.out, run.err);
            assert!(run.out.contains(words) || run.err.contains(words), "{case}\n{}{}", run.out, run.err);
            assert!(!run.out.contains("\n  - grant") && !run.out.contains("\n  - declared"), "{case}");
            assert!(code == 2 || run.out.contains(", 0 to remove\n"), "{case}\n{}", run.out);
            assert!(world.changes().is_empty(), "{case}");
            assert!(world.to_graph() <= 3, "{case}: {} requests", world.to_graph());
            let is_added = |line: &str| line.starts_with("  + ") && line.contains(login);
            assert!(code == 2 || login == "secret" || run.out.lines().any(is_added), "{case}\n{}", run.out);
            count += 1;
        }
        // Before 14.20, nothing of this is planned.
        let text = if let Some(id) = &id {
            with_client_id(&world.settings(IN_FILE), id)
        } else {
            world.settings(IN_FILE)
        };
        world.write("a.toml", &format!("[swyx]\nversion = \"14.10\"\n{text}"));
        let run = world.run(&["plan", "a.toml"]);
        assert!(!run.out.contains("exposed API") && !run.out.contains("certificate"), "{state}\n{}", run.out);
        assert!(world.to_graph() <= 3, "{state}");
    }
    assert_eq!(count, 120);
}

#[test]
fn audit_takes_at_most_six_requests_and_a_certificate_is_no_failure() {
    for (state, codes) in [("complete", [0, 1]), ("disabled", [0, 1]), ("over-privileged", [0, 1])] {
        let world = world_in(state);
        put_certificate(&world, "SwyxServer");
        let id = world.facts().client_id.clone();
        world.write("a.toml", &federated(&world, "14.25", "certificate", "both", id.as_deref()));
        let run = world.run_without_log(&["check", "--online", "a.toml"]);
        assert_eq!((run.code, run.err.as_str()), (Some(codes[0]), ""), "{state}\n{}", run.out);
        assert!(run.out.contains("SwyxServer signs in with a certificate"), "{state}\n{}", run.out);
        assert_eq!(world.requests().len(), 0, "nothing to sign in with");
        let run = world.run_without_log(&["check", "--online", "--as-admin", "a.toml"]);
        assert_eq!(run.code, Some(codes[1]), "{state}\n{}{}", run.out, run.err);
        assert!(run.out.contains("certificate-not-registered"), "{state}\n{}", run.out);
        assert!(!run.out.contains("permission-excess"), "{state}\n{}", run.out);
        assert!(world.requests().len() <= 6, "{state}: {:?}", world.requests());
    }
}

#[test]
fn audit_with_a_certificate_finds_a_missing_permission() {
    let users = json!({"application": ["User.Read.All"]});
    let application = json!({"displayName": NAME, "declared": users, "granted": users});
    let world = World::state(&json!({"applications": [application]}));
    put_certificate(&world, "SwyxServer");
    let id = world.facts().client_id.clone();
    for (presence, is_missing) in [("off", false), ("both", true)] {
        world.write("a.toml", &federated(&world, "14.25", "certificate", presence, id.as_deref()));
        let run = world.run_without_log(&["check", "--online", "--as-admin", "a.toml"]);
        let message = "the application permission Presence.ReadWrite.All is missing; it is needed";
        let out = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(out.contains(message), is_missing, "{presence}\n{}", run.out);
    }
}

#[test]
fn apply_completes_the_registration_with_a_secret_or_a_certificate() {
    for login in ["secret", "certificate"] {
        let world = World::empty();
        let thumbprint = put_certificate(&world, "SwyxServer");
        world.write("a.toml", &federated(&world, "14.25", login, "both", None));
        let run = world.ends(0, &["apply", "--yes", "a.toml"]);
        let application = world.application();
        let shown = registration(&world);
        assert_eq!(shown["signInAudience"], "AzureADMyOrg");
        assert_eq!(shown["identifierUris"], json!([format!("api://{}", application.app_id)]));
        assert_eq!(shown["isFallbackPublicClient"], true);
        assert_eq!(shown["publicClient"]["redirectUris"], json!(["swyxware://auth"]));
        let scopes = shown["api"]["oauth2PermissionScopes"].as_array().expect("a list");
        assert_eq!(
            (scopes.len(), &scopes[0]["value"], &scopes[0]["isEnabled"]),
            (1, &json!("SwyxWare"), &json!(true))
        );
        assert_eq!(scopes[0]["type"], "User");
        let needed = ["Presence.ReadWrite.All", "User.Read.All"];
        assert_eq!(application.declared.application, needed);
        assert_eq!(application.service_principal.expect("one").granted, needed);
        let text = world.read("a.toml");
        assert!(text.contains(&format!("client_id = \"{}\"", application.app_id)), "{text}");
        let end = match login {
            "secret" => {
                world.kept_in(SECRET_FILE);
                assert!(application.certificates.is_empty());
                application.secrets[0].end
            }
            _ => {
                assert!(application.secrets.is_empty());
                assert_eq!(application.certificates[0].thumbprint, thumbprint);
                assert!(run.out.contains("swyx-teams cannot sign in with the certificate"), "{}", run.out);
                application.certificates[0].end
            }
        };
        assert!(text.contains(&format!("credential_ends = {}\n", end.strftime("%Y-%m-%d"))), "{text}");
        let plan = world.ends(0, &["plan", "--exit-code", "a.toml"]);
        assert!(plan.out.contains("nothing to do"), "{}", plan.out);
        let check = world.run_without_log(&["check", "--online", "--as-admin", "a.toml"]);
        assert_eq!(check.code, Some(0), "{login}\n{}{}", check.out, check.err);
        assert!(!check.out.contains("error[") && !check.out.contains("warning["), "{login}\n{}", check.out);
        world.assert_silent(&run);
    }
}

#[test]
fn nothing_that_exists_is_removed_narrowed_or_changed() {
    let world = world_in("over-privileged");
    let id = world.application().id;
    let others = ["first", "second"].map(|name| {
        json!({"type": "AsymmetricX509Cert", "usage": "Verify", "key": crate::certificates::issue(
            crate::certificates::rsa_key(), name, 2020, 2080).key(), "displayName": name, "customKeyIdentifier": "b3RoZXI="})
    });
    let scope = json!({"id": "1d0b6a7e-9c2f-4b7a-8f35-6c1e2d3a4b50", "value": "SwyxWare", "type": "Admin", "isEnabled": false});
    let before = json!({
        "identifierUris": ["https://contoso.example/swyx"], "signInAudience": "AzureADMultipleOrgs",
        "publicClient": {"redirectUris": ["http://localhost"]}, "keyCredentials": others,
        "api": {"requestedAccessTokenVersion": 1, "oauth2PermissionScopes": [scope]},
    });
    world.send("PATCH", &format!("/applications/{id}"), &before);
    let (declared, old) = (world.application().declared, registration(&world));
    let thumbprint = put_certificate(&world, "SwyxServer");
    let client_id = world.facts().client_id.clone();
    world.write("a.toml", &federated(&world, "14.20", "certificate", "both", client_id.as_deref()));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    let new = registration(&world);
    let app_id = world.application().app_id;
    assert_eq!(new["identifierUris"], json!(["https://contoso.example/swyx", format!("api://{app_id}")]));
    assert_eq!(new["signInAudience"], old["signInAudience"]);
    assert_eq!(new["publicClient"]["redirectUris"], json!(["http://localhost", "swyxware://auth"]));
    assert_eq!(new["api"]["requestedAccessTokenVersion"], 1);
    let scopes = new["api"]["oauth2PermissionScopes"].as_array().expect("a list");
    assert_eq!((scopes.len(), &scopes[0], &scopes[1]["value"]), (2, &scope, &json!("SwyxWareLogin")));
    let (before, after) = (&old["keyCredentials"], new["keyCredentials"].as_array().expect("a list"));
    assert_eq!(json!(&after[..2]), *before, "existing certificates are the same in every member");
    assert_eq!(world.application().certificates[2].thumbprint, thumbprint);
    assert_eq!(world.application().declared, declared);
    assert_eq!(world.ends(0, &["plan", "--exit-code", "a.toml"]).out.matches("nothing to do").count(), 1);
}
