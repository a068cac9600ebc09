//! What reads see of young things while replication lags, and what writes know of them all the same.

use std::time::Duration;

use serde_json::{Value, json};
use swyx_teams::emulator::Options;

use crate::faults::fault;
use crate::graph::tenant::{Answer, Tenant, state};

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const READ_PRESENCES: &str = "a70e0c2d-e793-494c-94c4-118fa0a67f42";
const OWN: &[&str] = &["Application.ReadWrite.OwnedBy"];

/// A tenant in which everything takes 20 seconds: nothing is seen in the first 10.
fn lagging(roles: &[&[&str]]) -> Tenant {
    let faults = vec![fault("replication-lag=20")];
    Tenant::of(Options::default().state(state(roles, json!({}))).faults(faults))
}

async fn replicated() {
    tokio::time::advance(Duration::from_secs(20)).await;
}

async fn make(tenant: &Tenant, name: &str) -> Answer {
    let body = json!({"displayName": name, "uniqueName": name, "signInAudience": "AzureADMyOrg"});
    let made = tenant.post(&tenant.admin(), "/applications", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made
}

#[tokio::test(start_paused = true)]
async fn new_application_is_not_visible() {
    let tenant = lagging(&[]);
    let admin = tenant.admin();
    let made = make(&tenant, "young").await;
    let keys = [
        format!("/applications/{}", made.text("id")),
        format!("/applications(appId='{}')", made.text("appId")),
        "/applications(uniqueName='young')".to_owned(),
    ];
    let filters = [
        format!("/applications?$filter=appId%20eq%20'{}'", made.text("appId")),
        "/applications?$filter=displayName%20eq%20'young'".to_owned(),
        "/applications?$filter=uniqueName%20eq%20'young'".to_owned(),
    ];
    let calls = |key: &str| {
        let notes = Some(json!({"notes": "n"}));
        [
            ("GET", key.to_owned(), None),
            ("PATCH", key.to_owned(), notes),
            ("POST", format!("{key}/addPassword"), None),
        ]
    };
    let batch = || {
        let urls = keys.iter().chain(&filters).enumerate();
        let parts = urls.map(|(id, url)| json!({"id": id.to_string(), "method": "GET", "url": url}));
        json!({"requests": parts.collect::<Vec<_>>()})
    };
    for key in &keys {
        for (method, path, body) in calls(key) {
            let answer = tenant.call(&admin, method, &path, body).await;
            answer.assert_refused(404, "Request_ResourceNotFound");
            assert!(
                answer.message().contains("does not exist or one of its queried reference-property objects")
            );
        }
        tenant.call(&admin, "DELETE", key, None).await.assert_refused(404, "Request_ResourceNotFound");
    }
    for filter in &filters {
        assert_eq!(tenant.get(&admin, filter).await.each("id"), [""; 0], "{filter}");
    }
    let parts = tenant.post(&admin, "/$batch", batch()).await.parts();
    assert_eq!(parts.iter().map(|part| part.status).collect::<Vec<_>>(), [404, 404, 404, 200, 200, 200]);
    assert!(parts[3..].iter().all(|part| part.body["value"] == json!([])));

    replicated().await;
    let parts = tenant.post(&admin, "/$batch", batch()).await.parts();
    assert!(parts[..3].iter().all(|part| part.text("id") == made.text("id")));
    assert!(parts[3..].iter().all(|part| part.each("id") == [made.text("id")]));
    for (method, path, body) in keys.iter().flat_map(|key| calls(key)) {
        assert!(tenant.call(&admin, method, &path, body).await.status < 300, "{method} {path}");
    }
}

#[tokio::test(start_paused = true)]
async fn new_application_gets_no_service_principal() {
    let tenant = lagging(&[OWN]);
    let (admin, app) = (tenant.admin(), tenant.app(0).await);
    let made = tenant.post(&app, "/applications", json!({"displayName": "young"})).await;
    let body = json!({"appId": made.text("appId")});
    let by_user = tenant.post(&admin, "/servicePrincipals", body.clone()).await;
    by_user.assert_refused(400, "Request_BadRequest");
    assert!(by_user.message().contains("does not reference a valid application object"));
    let by_app = tenant.post(&app, "/servicePrincipals", body.clone()).await;
    by_app.assert_refused(403, "Authorization_RequestDenied");
    assert!(by_app.message().contains("backing application of the service principal being created"));
    replicated().await;
    assert_eq!(tenant.post(&admin, "/servicePrincipals", body).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn new_unique_name_is_reserved_before_it_is_visible() {
    let tenant = lagging(&[]);
    let admin = tenant.admin();
    make(&tenant, "young").await;
    let upsert = async || {
        let (path, wish) = ("/applications(uniqueName='young')", [("prefer", "create-if-missing")]);
        let body = json!({"displayName": "young", "signInAudience": "AzureADMyOrg"});
        tenant.call_with(&admin, "PATCH", path, Some(body), &wish).await
    };
    let again =
        tenant.post(&admin, "/applications", json!({"displayName": "x", "uniqueName": "young"})).await;
    for refused in [again, upsert().await] {
        refused.assert_refused(409, "Request_MultipleObjectsWithSameKeyValue");
        let message = "Another object with the same value for property uniqueName already exists.";
        assert_eq!(refused.message(), message);
    }
    assert_eq!(tenant.emulator.snapshot().applications.len(), 1);
    replicated().await;
    assert_eq!(upsert().await.status, 204);
}

#[tokio::test(start_paused = true)]
async fn new_service_principal_gets_no_grant() {
    let tenant = lagging(&[]);
    let admin = tenant.admin();
    let app_id = make(&tenant, "young").await.text("appId");
    replicated().await;
    let young = tenant.post(&admin, "/servicePrincipals", json!({"appId": app_id})).await.text("id");
    let graph = tenant.principal(GRAPH).await;
    let role = json!({"principalId": young, "resourceId": graph, "appRoleId": READ_PRESENCES});
    let scope =
        json!({"clientId": young, "consentType": "AllPrincipals", "resourceId": graph, "scope": "User.Read"});
    let (of, to) = (
        format!("/servicePrincipals/{young}/appRoleAssignments"),
        format!("/servicePrincipals/{graph}/appRoleAssignedTo"),
    );
    let by_app_id = format!("/servicePrincipals(appId='{app_id}')");

    tenant.get(&admin, &by_app_id).await.assert_refused(404, "Request_ResourceNotFound");
    let list = tenant.get(&admin, &format!("/servicePrincipals?$filter=appId%20eq%20'{app_id}'")).await;
    assert_eq!(list.each("id"), [""; 0]);
    let again = tenant.post(&admin, "/servicePrincipals", json!({"appId": app_id})).await;
    again.assert_refused(409, "Request_MultipleObjectsWithSameKeyValue");
    tenant.post(&admin, &of, role.clone()).await.assert_refused(404, "Request_ResourceNotFound");
    let by_resource = tenant.post(&admin, &to, role.clone()).await;
    by_resource.assert_refused(400, "Request_BadRequest");
    assert_eq!(by_resource.message(), "Not a valid reference update.");
    let delegated = tenant.post(&admin, "/oauth2PermissionGrants", scope.clone()).await;
    delegated.assert_refused(404, "Request_ResourceNotFound");

    replicated().await;
    assert_eq!(tenant.get(&admin, &by_app_id).await.text("id"), young);
    assert_eq!(tenant.post(&admin, &to, role).await.status, 201);
    assert_eq!(tenant.post(&admin, "/oauth2PermissionGrants", scope).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn new_grant_is_invisible_and_granted_once() {
    let tenant = lagging(&[&[]]);
    let admin = tenant.admin();
    let (client, graph) = (tenant.principal(&Tenant::app_id(0)).await, tenant.principal(GRAPH).await);
    let role = json!({"principalId": client, "resourceId": graph, "appRoleId": READ_PRESENCES});
    let (of, to) = (
        format!("/servicePrincipals/{client}/appRoleAssignments"),
        format!("/servicePrincipals/{graph}/appRoleAssignedTo"),
    );
    let made = tenant.post(&admin, &to, role.clone()).await;
    assert_eq!(made.status, 201);
    let again = tenant.post(&admin, &of, role).await;
    again.assert_refused(400, "Request_BadRequest");
    assert_eq!(again.message(), "Permission being assigned already exists on the object");
    let one = format!("{of}/{}", made.text("id"));
    for list in [&of, &to] {
        assert_eq!(tenant.get(&admin, list).await.each("id"), [""; 0], "{list}");
    }
    tenant.get(&admin, &one).await.assert_refused(404, "Request_ResourceNotFound");
    tenant.call(&admin, "DELETE", &one, None).await.assert_refused(404, "Request_ResourceNotFound");
    let roles = async || tenant.sign_in(&Tenant::app_id(0), "secret-0").await.roles();
    assert_eq!(roles().await, [""; 0]);
    let principal = tenant.emulator.snapshot().applications.remove(0).service_principal;
    assert_eq!(principal.expect("there is one").granted, ["Presence.Read.All"]);

    replicated().await;
    assert_eq!(roles().await, ["Presence.Read.All"]);
    for list in [&of, &to] {
        assert_eq!(tenant.get(&admin, list).await.each("id"), [made.text("id")], "{list}");
    }
}

#[tokio::test(start_paused = true)]
async fn new_secret_is_rejected_and_removed_one_still_works() {
    let tenant = lagging(&[&[]]);
    let (admin, id) = (tenant.admin(), Tenant::app_id(0));
    let path = format!("/applications(appId='{id}')");
    let change =
        async |action: &str, body: Value| tenant.post(&admin, &format!("{path}/{action}"), body).await;
    let listed = async || {
        let read = tenant.get(&admin, &path).await;
        read.body["passwordCredentials"].as_array().expect("a list").len()
    };
    let code = async |secret: &str| {
        let answer = tenant.sign_in(&id, secret).await;
        (answer.status, answer.body["error_codes"][0].as_u64())
    };
    let accepts = |secret: &str| tenant.emulator.accepts(id.parse().expect("an id"), secret);
    let added = change("addPassword", json!({})).await;
    let (secret, key) = (added.text("secretText"), json!({"keyId": added.text("keyId")}));
    assert_eq!((code(&secret).await, listed().await, accepts(&secret)), ((401, Some(7_000_215)), 1, true));
    replicated().await;
    assert_eq!((code(&secret).await, listed().await), ((200, None), 2));

    assert_eq!(change("removePassword", key.clone()).await.status, 204);
    assert_eq!((code(&secret).await, listed().await, accepts(&secret)), ((200, None), 2, false));
    let again = change("removePassword", key).await;
    again.assert_refused(400, "Request_BadRequest");
    assert_eq!(tenant.emulator.snapshot().applications[0].secrets.len(), 1);
    replicated().await;
    assert_eq!((code(&secret).await, listed().await), ((401, Some(7_000_215)), 1));

    // A secret that is not visible yet can be removed, and never becomes visible.
    let added = change("addPassword", json!({})).await;
    assert_eq!(change("removePassword", json!({"keyId": added.text("keyId")})).await.status, 204);
    replicated().await;
    assert_eq!((code(&added.text("secretText")).await.0, listed().await), (401, 1));
}

#[tokio::test(start_paused = true)]
async fn limits_count_invisible_objects() {
    let more =
        json!({"applications": [{"signInAudience": "AzureADandPersonalMicrosoftAccount", "secrets": [{}]}]});
    let faults = vec![fault("replication-lag=20")];
    let tenant = Tenant::of(Options::default().state(state(&[], more)).faults(faults));
    let admin = tenant.admin();
    let path =
        format!("/applications(appId='{}')", tenant.emulator.facts().client_id.clone().expect("an id"));
    let add = async || tenant.call(&admin, "POST", &format!("{path}/addPassword"), None).await;
    let added = add().await;
    add().await.assert_refused(400, "Request_BadRequest");
    let key = json!({"keyId": added.text("keyId")});
    assert_eq!(tenant.post(&admin, &format!("{path}/removePassword"), key).await.status, 204);
    assert_eq!(add().await.status, 200, "its place is free at once");
}
