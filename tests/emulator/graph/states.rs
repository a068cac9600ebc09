//! The switches that disable an application, and the policies for secrets, as Graph shows them.

use serde_json::{Value, json};
use swyx_teams::emulator::{Options, Scenario};

use crate::graph::tenant::{Answer, Tenant};

fn application(tenant: &Tenant) -> String {
    format!("/applications(appId='{}')", tenant.emulator.facts().client_id.clone().expect("an application"))
}

#[tokio::test(start_paused = true)]
async fn only_the_beta_version_has_is_disabled() {
    let tenant = Tenant::of(Options::default().scenario(Scenario::Deactivated));
    let admin = tenant.admin();
    let path = application(&tenant);
    let refused = tenant.get(&admin, &format!("{path}?$select=isDisabled")).await;
    refused.assert_refused(400, "BadRequest");
    assert!(refused.message().contains("Could not find a property named 'isDisabled'"), "{}", refused.body);
    assert_eq!(tenant.get(&admin, &path).await.body.get("isDisabled"), None);

    let read = tenant.get_beta(&admin, &format!("{path}?$select=isDisabled")).await;
    assert_eq!((read.status, &read.body["isDisabled"]), (200, &json!(true)));
    assert!(
        read.text("@odata.context").contains("/beta/$metadata#applications(isDisabled)"),
        "{}",
        read.body
    );
    // The service principal stays enabled.
    let principal = path.replace("applications", "servicePrincipals");
    assert_eq!(tenant.get(&admin, &principal).await.body["accountEnabled"], json!(true));
    // It can be activated again, in the beta version.
    let activate = |address: String| {
        let admin = admin.clone();
        let tenant = &tenant;
        async move { tenant.call(&admin, "PATCH", &address, Some(json!({"isDisabled": false}))).await }
    };
    activate(path.clone()).await.assert_refused(400, "Request_BadRequest");
    assert_eq!(activate(format!("https://localhost:8443/beta{path}")).await.status, 204);
    let facts = tenant.emulator.facts();
    let (client, secret) = (facts.client_id.clone().unwrap(), facts.client_secret.clone().unwrap());
    assert_eq!(tenant.sign_in(&client, &secret).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn microsofts_status_is_shown_on_both_objects() {
    let tenant = Tenant::of(Options::default().scenario(Scenario::DisabledByMicrosoft));
    let path = application(&tenant);
    for path in [path.clone(), path.replace("applications", "servicePrincipals")] {
        let read = tenant.get(&tenant.admin(), &format!("{path}?$select=disabledByMicrosoftStatus")).await;
        assert_eq!(read.text("disabledByMicrosoftStatus"), "DisabledDueToViolationOfServicesAgreement");
    }
}

async fn add_secret(tenant: &Tenant) -> Answer {
    tenant.post(&tenant.admin(), &format!("{}/addPassword", application(tenant)), json!({})).await
}

fn with(policies: Value, application: Value) -> Tenant {
    let state = json!({"applications": [application], "policies": policies});
    Tenant::of(Options::default().state(state.to_string()))
}

#[tokio::test(start_paused = true)]
async fn assigned_policy_replaces_the_default_if_it_is_enabled() {
    const FORBIDDEN: &str = "CredentialTypeNotAllowedAsPerAppPolicy";
    let banned = || json!({"secretsBanned": true});
    for (policies, own, is_allowed) in [
        (banned(), json!({}), true),
        (banned(), json!({"isEnabled": false}), false),
        (json!({}), banned(), false),
    ] {
        let tenant = with(policies, json!({"policy": own}));
        let added = add_secret(&tenant).await;
        if is_allowed {
            assert_eq!(added.status, 200)
        } else {
            added.assert_refused(400, FORBIDDEN)
        }
        let assigned = format!("{}/appManagementPolicies", application(&tenant));
        let listed = tenant.get(&tenant.admin(), &assigned).await;
        assert_eq!(listed.each("id").len(), 1);
        let all = tenant.get(&tenant.admin(), "/policies/appManagementPolicies").await;
        assert_eq!(all.each("id"), listed.each("id"));
    }
    // An application that is older than the policy is not restricted.
    let policies = |from: &str| json!({"secretsBanned": true, "restrictedFrom": from});
    assert_eq!(add_secret(&with(policies("2199-01-01T00:00:00Z"), json!({}))).await.status, 200);
    add_secret(&with(policies("2019-01-01T00:00:00Z"), json!({}))).await.assert_refused(400, FORBIDDEN);
}

#[tokio::test(start_paused = true)]
async fn unreadable_policies_still_apply() {
    let tenant = with(json!({"secretsBanned": true, "unreadable": true}), json!({}));
    let own = format!("{}/appManagementPolicies", application(&tenant));
    for path in ["/policies/defaultAppManagementPolicy", "/policies/appManagementPolicies", &own] {
        tenant.get(&tenant.admin(), path).await.assert_refused(403, "Authorization_RequestDenied");
    }
    add_secret(&tenant).await.assert_refused(400, "CredentialTypeNotAllowedAsPerAppPolicy");
}
