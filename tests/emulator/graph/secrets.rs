//! Client secrets: shown once, narrowed by limits and policies.

use serde_json::{Value, json};

use crate::graph::tenant::Tenant;

#[tokio::test(start_paused = true)]
async fn a_secret_is_shown_once_and_works_until_it_is_removed() {
    let tenant = Tenant::with(&[&[]], json!({}));
    let admin = tenant.admin();
    let path = format!("/applications(appId='{}')", Tenant::app_id(0));
    let asked = json!({"passwordCredential": {"displayName": "host", "endDateTime": "2099-07-30T00:00:00Z", "keyId": null}});
    let added = tenant.post(&admin, &format!("{path}/addPassword"), asked).await;
    assert_eq!((added.status, added.text("endDateTime")), (200, "2099-07-30T00:00:00.0000000Z".into()));
    let (secret, key) = (added.text("secretText"), added.text("keyId"));
    assert!((16..=64).contains(&secret.len()) && secret.starts_with(&added.text("hint")));
    assert_eq!(added.text("hint").len(), 3);

    let usual = tenant.call(&admin, "POST", &format!("{path}/addPassword"), None).await;
    let span = |name| usual.text(name).parse::<jiff::Timestamp>().unwrap();
    let days = (span("endDateTime").as_second() - span("startDateTime").as_second()) / 86_400;
    assert!((730..=731).contains(&days), "two years, not {days} days");

    let read = tenant.get(&admin, &path).await;
    let shown = read.body["passwordCredentials"].as_array().unwrap();
    assert_eq!(shown.len(), 3);
    assert!(shown.iter().all(|shown| shown["secretText"].is_null() && shown["hint"].is_string()));
    assert!(!read.body.to_string().contains(&secret));

    let remove = format!("{path}/removePassword");
    assert_eq!(tenant.post(&admin, &remove, json!({"keyId": key})).await.status, 204);
    let again = tenant.post(&admin, &remove, json!({"keyId": key})).await;
    again.assert_refused(400, "Request_BadRequest");
    assert!(again.message().starts_with("No password credential found with keyId"));
    for body in [
        json!({"passwordCredential": {"endDateTime": "2001-01-01T00:00:00Z"}}),
        json!({"passwordCredential": {"startDateTime": "2099-01-02T00:00:00Z", "endDateTime": "2099-01-01T00:00:00Z"}}),
        json!({"passwordCredential": {"endDateTime": "soon"}}),
        json!({"passwordCredential": {"secretText": "mine"}}),
        json!({"passwordCredential": {"wrong": 1}}),
        json!({"passwordCredential": 1}),
    ] {
        tenant
            .post(&admin, &format!("{path}/addPassword"), body)
            .await
            .assert_refused(400, "Request_BadRequest");
    }
}

#[tokio::test(start_paused = true)]
async fn personal_accounts_limit_the_number_of_secrets() {
    let tenant = Tenant::with(
        &[],
        json!({"applications": [{"signInAudience": "AzureADandPersonalMicrosoftAccount", "secrets": [{}]}]}),
    );
    let admin = tenant.admin();
    let path =
        format!("/applications(appId='{}')/addPassword", tenant.emulator.facts().client_id.clone().unwrap());
    assert_eq!(tenant.post(&admin, &path, json!({})).await.status, 200);
    tenant.post(&admin, &path, json!({})).await.assert_refused(400, "Request_BadRequest");
}

#[tokio::test(start_paused = true)]
async fn policies_reject_new_secrets() {
    let cases = [
        (json!({}), None, json!([])),
        (
            json!({"secretsBanned": true}),
            Some("CredentialTypeNotAllowedAsPerAppPolicy"),
            json!(["passwordAddition"]),
        ),
        (
            json!({"maxSecretDays": 90}),
            Some("CredentialInvalidLifetimeAsPerAppPolicy"),
            json!(["passwordLifetime"]),
        ),
        (json!({"maxSecretDays": 200}), None, json!(["passwordLifetime"])),
    ];
    for (policies, refusal, restrictions) in cases {
        let tenant = Tenant::with(&[&[]], json!({"policies": policies}));
        let admin = tenant.admin();
        let path = format!("/applications(appId='{}')", Tenant::app_id(0));
        let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(180 * 24);
        let asked = json!({"passwordCredential": {"endDateTime": end.to_string()}});
        let added = tenant.post(&admin, &format!("{path}/addPassword"), asked).await;
        match refusal {
            Some(code) => added.assert_refused(400, code),
            None => assert_eq!(added.status, 200),
        }
        let policy = tenant.get(&admin, "/policies/defaultAppManagementPolicy").await;
        let shown = policy.body["applicationRestrictions"]["passwordCredentials"].as_array().unwrap();
        let members = ["state", "maxLifetime", "restrictForAppsCreatedAfterDateTime", "excludeActors"];
        assert!(members.iter().all(|member| shown.iter().all(|shown| shown.get(member).is_some())));
        let shown = shown.iter().map(|shown| shown["restrictionType"].clone()).collect::<Value>();
        assert_eq!(
            (shown, policy.body["isEnabled"].clone()),
            (restrictions.clone(), json!(restrictions != json!([])))
        );
        assert_eq!(tenant.get(&admin, &format!("{path}/appManagementPolicies")).await.each("id"), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn full_list_rejects_secrets_until_one_is_removed() {
    let named =
        |number: usize| json!({"displayName": format!("secret {number}"), "endsInDays": 1 + number % 700});
    let secrets = |many: usize| (0..many).map(named).collect::<Value>();
    for (many, status) in [(1_199, 200), (1_200, 400)] {
        let tenant = Tenant::with(
            &[],
            json!({"applications": [{"appId": Tenant::app_id(0), "secrets": secrets(many)}]}),
        );
        let admin = tenant.admin();
        let path = format!("/applications(appId='{}')", Tenant::app_id(0));
        let add = async || tenant.post(&admin, &format!("{path}/addPassword"), json!({})).await;
        let answer = add().await;
        assert_eq!(answer.status, status, "{many}");
        // The list is full either way by now.
        let refused = add().await;
        refused.assert_refused(400, "Request_BadRequest");
        assert_eq!(
            refused.message(),
            "The maximum number of passwordCredentials on the application is reached."
        );
        let read = tenant.get(&admin, &path).await;
        let listed = read.body["passwordCredentials"].as_array().unwrap();
        assert_eq!((listed.len(), listed[700]["displayName"].as_str()), (1_200, Some("secret 700")));
        let remove = json!({"keyId": listed[3]["keyId"]});
        assert_eq!(tenant.post(&admin, &format!("{path}/removePassword"), remove).await.status, 204);
        assert_eq!(add().await.status, 200);
    }
}
