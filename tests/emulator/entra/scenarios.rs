//! What a sign-in shows in each scenario, and tenants out of a file.

use std::time::Duration;

use swyx_teams::emulator::{Emulator, Options, Scenario};

use crate::entra::client::{Tenant, verified_by};

fn of(scenario: Scenario) -> Tenant {
    Tenant::new(Options::default().scenario(scenario))
}

/// The roles of the application's token; none where the claim is missing.
async fn roles(tenant: &Tenant) -> Option<Vec<String>> {
    let answer = tenant.sign_in().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
    let claims = tenant.verified(&token).await.expect("it verifies").claims;
    let roles = claims.get("roles")?.as_array().expect("a list").iter();
    Some(roles.map(|role| role.as_str().expect("a name").to_owned()).collect())
}

#[tokio::test(start_paused = true)]
async fn application_token_is_valid_with_graph_claims() {
    let tenant = of(Scenario::Ready);
    let answer = tenant.sign_in().await.json();
    let members = answer.as_object().expect("an object").keys().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(members, ["token_type", "expires_in", "ext_expires_in", "access_token"]);
    assert_eq!((answer["expires_in"].as_u64(), answer["token_type"].as_str()), (Some(3599), Some("Bearer")));
    let token = answer["access_token"].as_str().expect("a token");
    let read = tenant.verified(token).await.expect("it verifies");
    let claims = &read.claims;
    for (name, value) in [
        ("aud", "https://graph.microsoft.com".to_owned()),
        ("iss", format!("https://sts.windows.net/{}/", tenant.id())),
        ("appid", tenant.client_id()),
        ("appidacr", "1".to_owned()),
        ("idtyp", "app".to_owned()),
        ("tid", tenant.id()),
        ("ver", "1.0".to_owned()),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    assert_eq!((&claims["oid"], claims.get("scp")), (&claims["sub"], None));
    assert_eq!(claims["exp"].as_i64(), claims["iat"].as_i64().map(|begin| begin + 3599));
    assert_eq!(claims["roles"], serde_json::json!(["Presence.ReadWrite.All", "User.ReadBasic.All"]));
}

#[tokio::test(start_paused = true)]
async fn tampered_and_foreign_tokens_are_invalid() {
    let (ours, other) = (of(Scenario::Ready), of(Scenario::Ready));
    let token = ours.sign_in().await.json()["access_token"].as_str().expect("a token").to_owned();
    assert!(ours.verified(&token).await.is_ok());
    assert!(other.verified(&token).await.is_err());
    let [head, body, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let swapped =
        body.replacen(&body[10..12], &body.chars().skip(10).take(2).collect::<String>().to_uppercase(), 1);
    let other_body = if swapped == body { format!("A{}", &body[1..]) } else { swapped };
    assert!(ours.verified(&format!("{head}.{other_body}.{signature}")).await.is_err());
    assert!(
        verified_by(
            "no token",
            &serde_json::from_value(serde_json::json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"}))
                .expect("a key")
        )
        .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn each_scenario_grants_its_roles() {
    let both = ["Presence.ReadWrite.All", "User.ReadBasic.All"];
    for (scenario, expected) in [
        (Scenario::Ready, Some(both.to_vec())),
        (Scenario::NoConsent, None),
        (Scenario::DelegatedOnly, None),
        (Scenario::ReadOnly, Some(vec!["Presence.Read.All", "User.ReadBasic.All"])),
        (Scenario::Excess, Some([both.as_slice(), &["Directory.ReadWrite.All", "Mail.Read"]].concat())),
        (Scenario::ExpiringSecret, Some(both.to_vec())),
        (Scenario::UserMismatch, Some(both.to_vec())),
    ] {
        let expected = expected.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(roles(&of(scenario)).await, expected, "{scenario:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn sign_in_is_rejected_as_the_scenario_says() {
    let answer = of(Scenario::ExpiredSecret).sign_in().await;
    assert_eq!((answer.code(), answer.json()["error"].as_str()), ((7000222, 401), Some("invalid_client")));
    let answer = of(Scenario::Disabled).sign_in().await;
    assert_eq!(
        (answer.code(), answer.json()["error"].as_str()),
        ((7000112, 400), Some("unauthorized_client"))
    );
    for scenario in [Scenario::Deactivated, Scenario::DisabledByMicrosoft] {
        assert_eq!(of(scenario).sign_in().await.code(), (7000112, 400), "{scenario:?}");
    }
    let answer = of(Scenario::NoServicePrincipal).sign_in().await;
    assert_eq!((answer.code(), answer.json()["error"].as_str()), ((7000229, 401), Some("invalid_client")));
    let answer = of(Scenario::GraphDisabled).sign_in().await;
    assert_eq!((answer.code(), answer.json()["error"].as_str()), ((500014, 400), Some("invalid_resource")));
    assert_eq!(of(Scenario::Deleted).sign_in().await.code(), (700016, 400));
    // An application does not need an assignment for its own sign-in, and a policy leaves existing secrets valid.
    for scenario in [Scenario::AssignmentRequired, Scenario::SecretsForbidden] {
        assert_eq!(of(scenario).sign_in().await.status, 200, "{scenario:?}");
    }
    let (empty, ready) = (of(Scenario::Empty), of(Scenario::Ready));
    assert_eq!(empty.sign_in_with(&ready.client_id(), &ready.secret()).await.code(), (700016, 400));
}

#[tokio::test(start_paused = true)]
async fn secrets_expire() {
    let tenant = of(Scenario::ExpiringSecret);
    tokio::time::advance(Duration::from_secs(10 * 24 * 3600 - 60)).await;
    assert_eq!(tenant.sign_in().await.status, 200);
    tokio::time::advance(Duration::from_secs(120)).await;
    assert_eq!(tenant.sign_in().await.code(), (7000222, 401));
}

#[tokio::test(start_paused = true)]
async fn ids_are_the_same_in_every_run_and_secrets_are_not() {
    let (one, two) = (of(Scenario::Ready), of(Scenario::Excess));
    assert_eq!((one.id(), one.client_id()), (two.id(), two.client_id()));
    assert_ne!(one.secret(), two.secret());
    assert_eq!((one.secret().len(), &one.secret()[4..6]), (40, "Q~"));
}

/// The users as the administrator sees them, by a member of each.
async fn users(tenant: &Tenant, member: &str) -> Vec<Option<String>> {
    let token = tenant.facts().admin_token.clone();
    let answer =
        tenant.graph(&token, "/users?$top=999&$select=id,mail,userPrincipalName,accountEnabled").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let list = answer.json()["value"].as_array().expect("a list").clone();
    list.iter().map(|user| user[member].as_str().map(str::to_owned)).collect()
}

#[tokio::test(start_paused = true)]
async fn seed_decides_user_ids_but_not_their_number() {
    let of = |seed| Tenant::new(Options::default().seed(seed).users(40));
    let (one, same, other) = (of(1), of(1), of(2));
    let ids = users(&one, "id").await;
    assert_eq!((ids.len(), &ids), (40, &users(&same, "id").await));
    assert_ne!(ids, users(&other, "id").await);
    assert_eq!(users(&one, "mail").await, users(&other, "mail").await);
    assert_eq!(users(&Tenant::new(Options::default()), "id").await.len(), 25);
}

#[tokio::test(start_paused = true)]
async fn mismatch_scenario_has_every_kind_of_user() {
    let tenant = of(Scenario::UserMismatch);
    let (mails, names) = (users(&tenant, "mail").await, users(&tenant, "userPrincipalName").await);
    assert!(mails.iter().any(Option::is_none));
    assert!(mails.iter().filter(|mail| mail.as_deref() == Some("info@contoso.example")).count() == 2);
    assert!(mails.iter().zip(&names).any(|(mail, name)| mail.is_some() && mail != name));
    assert!(names.iter().flatten().any(|name| name.contains("#EXT#")));
    assert!(mails.iter().zip(&names).any(|(mail, name)| mail == name));
}

#[tokio::test(start_paused = true)]
async fn facts_match_the_ready_line() {
    let tenant = of(Scenario::Ready);
    let line = tenant.facts().to_json();
    let facts = serde_json::from_str::<serde_json::Value>(&line).expect("JSON");
    let members = facts.as_object().expect("an object").keys().map(String::as_str).collect::<Vec<_>>();
    let all = "authority graph gateway ca_file tenant_id client_id client_secret admin_token gateway_token";
    assert_eq!(members, all.split(' ').collect::<Vec<_>>());
    assert!(!line.contains('\n') && facts["ca_file"].is_null());
    let claims =
        tenant.verified(facts["admin_token"].as_str().expect("a token")).await.expect("it verifies").claims;
    assert!(
        claims["scp"]
            .as_str()
            .expect("scopes")
            .split(' ')
            .any(|scope| scope == "AppRoleAssignment.ReadWrite.All")
    );
    assert_eq!(
        (claims["upn"].as_str(), claims["idtyp"].as_str()),
        (Some("admin@contoso.example"), Some("user"))
    );
}

#[tokio::test(start_paused = true)]
async fn tenant_can_be_read_from_a_file() {
    let text = r#"{
        "users": [{"userPrincipalName": "eva@fabrikam.example", "id": "1f0e2d3c-4b5a-4697-8f9e-0d1c2b3a4f5e", "presence": "Busy/InAMeeting"}],
        "tenant": {"id": "9d2f6b1c-0a4e-4c7d-8b3f-5e6a7c8d9f01", "domain": "Fabrikam.Example", "name": "Fabrikam"},
        "applications": [
            {"appId": "7e1d2c3b-4a59-4687-9c0d-1e2f3a4b5c6d", "displayName": "A",
             "secrets": [{"value": "first-value-of-a-secret", "endsInDays": -3}, {"value": "second-value-of-a-secret"}],
             "granted": {"application": ["presence.read.all"]}},
            {"servicePrincipal": false, "secrets": [{"value": "x"}], "appId": "8f2e3d4c-5b6a-4798-8d1e-2f3a4b5c6d7e"}]}"#;
    let tenant = Tenant::new(Options::default().state(text));
    assert_eq!(tenant.id(), "9d2f6b1c-0a4e-4c7d-8b3f-5e6a7c8d9f01");
    let (first, second) = (tenant.client_id(), "8f2e3d4c-5b6a-4798-8d1e-2f3a4b5c6d7e");
    assert_eq!(tenant.sign_in_with(&first, "first-value-of-a-secret").await.code(), (7000222, 401));
    let scope = [("scope", "https://graph.microsoft.com/.default")];
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", &first),
        ("client_secret", "second-value-of-a-secret"),
    ];
    let answer = tenant.token("fabrikam.example", &[fields.as_slice(), &scope].concat()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(tenant.sign_in_with(second, "x").await.code(), (7000229, 401), "it has no service principal");
    let token = answer.json()["access_token"].as_str().expect("a token").to_owned();
    let presence = tenant.graph(&token, "/users/1f0e2d3c-4b5a-4697-8f9e-0d1c2b3a4f5e/presence").await.json();
    assert_eq!(
        (presence["availability"].as_str(), presence["activity"].as_str()),
        (Some("Busy"), Some("InAMeeting"))
    );
}

#[test]
fn invalid_tenant_file_is_rejected() {
    for (text, told) in [
        (r#"{"tenants": []}"#, "invalid state: line 1, column 10: unknown member"),
        (
            r#"{"applications": [{"granted": {"application": ["User.Read"]}}]}"#,
            "invalid state: application 0: unknown application permission User.Read",
        ),
        (
            r#"{"users": [{"userPrincipalName": "a@b"}, {"userPrincipalName": "A@B"}]}"#,
            "invalid state: duplicate sign-in names",
        ),
        (
            r#"{"applications": [{}, {"appId": "c2b7f0d8-94e1-4a36-8c5d-1f6e3b7a9d20"}]}"#,
            "invalid state: duplicate application ids",
        ),
    ] {
        let error = Emulator::new(Options::default().state(text)).err().expect(text);
        assert_eq!(error.to_string(), told);
    }
    let many = Emulator::new(Options::default().users(1_000_001)).err().expect("too many");
    assert_eq!(many.to_string(), "a tenant has at most 1000000 users");
}
