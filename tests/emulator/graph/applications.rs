//! Registrations: made, found, changed, deleted, restored.

use std::time::Duration;

use serde_json::{Value, json};

use crate::graph::tenant::Tenant;

const OWN: &[&str] = &["Application.ReadWrite.OwnedBy"];

#[tokio::test(start_paused = true)]
async fn application_is_created_and_found_by_every_key() {
    let tenant = Tenant::ready();
    let admin = tenant.admin();
    let body = json!({"displayName": "It's new", "signInAudience": "AzureADMyOrg", "uniqueName": "swyx-it's", "notes": "n",
        "tags": ["a"], "web": {"homePageUrl": "https://a.example"}, "owners@odata.bind": ["https://x.example"]});
    let made = tenant.post(&admin, "/applications", body).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.text("@odata.context"), "https://localhost:8443/v1.0/$metadata#applications/$entity");
    assert_eq!(
        (made.text("displayName"), made.text("publisherDomain")),
        ("It's new".into(), "contoso.example".into())
    );
    assert_eq!(made.body["web"]["redirectUris"], json!([]), "what was not said is there, too");
    assert_eq!(made.body["api"]["requestedAccessTokenVersion"], 2);
    assert_eq!(made.text("createdDateTime").len(), "2026-01-31T12:00:00.1234567Z".len());
    let (id, app_id) = (made.text("id"), made.text("appId"));
    assert_ne!(id, app_id);
    for path in [
        format!("/applications/{id}"),
        format!("/applications('{id}')"),
        format!("/applications(appId='{app_id}')"),
        "/applications(uniqueName='swyx-it''s')".to_owned(),
        "/applications(uniqueName='swyx-it%27%27s')".to_owned(),
    ] {
        assert_eq!(tenant.get(&admin, &path).await.text("appId"), app_id, "{path}");
    }
    for filter in [
        format!("appId eq '{app_id}'"),
        "displayName eq 'it''s NEW'".to_owned(),
        "startswith(displayName,'It''s')".to_owned(),
        "tags/any(t:t eq 'a')".to_owned(),
    ] {
        let path = format!("/applications?$select=appId&$filter={}", filter.replace(' ', "%20"));
        assert_eq!(tenant.get(&admin, &path).await.each("appId"), [app_id.as_str()], "{filter}");
    }
    let selected = tenant.get(&admin, &format!("/applications/{id}?$select=id,tags")).await;
    let context = "https://localhost:8443/v1.0/$metadata#applications(id,tags)/$entity";
    assert_eq!(selected.body, json!({"@odata.context": context, "id": id, "tags": ["a"]}));
}

#[tokio::test(start_paused = true)]
async fn missing_and_invalid_objects_are_rejected() {
    let tenant = Tenant::ready();
    let admin = tenant.admin();
    let nobody = "11111111-1111-4111-8111-111111111111";
    for (path, status, code) in [
        (format!("/applications/{nobody}"), 404, "Request_ResourceNotFound"),
        (format!("/applications(appId='{nobody}')"), 404, "Request_ResourceNotFound"),
        ("/applications(uniqueName='x')".to_owned(), 404, "Request_ResourceNotFound"),
        ("/applications/x".to_owned(), 400, "Request_BadRequest"),
        ("/applications(name='x')".to_owned(), 400, "Request_BadRequest"),
        ("/applications?$select=x".to_owned(), 400, "BadRequest"),
        ("/applications?$expand=owners".to_owned(), 400, "Request_UnsupportedQuery"),
        ("/nothing".to_owned(), 400, "BadRequest"),
    ] {
        tenant.get(&admin, &path).await.assert_refused(status, code);
    }
    let twice = json!([{"resourceAppId": nobody, "resourceAccess": [{"id": nobody, "type": "Role"}, {"id": nobody, "type": "Role"}]}]);
    for body in [
        json!({}),
        json!({"displayName": ""}),
        json!({"displayName": 1}),
        json!({"displayName": "x".repeat(121), "signInAudience": "AzureADMyOrg"}),
        json!({"displayName": "x".repeat(91)}),
        json!({"displayName": "x", "signInAudience": "Everybody"}),
        json!({"displayName": "x", "appId": nobody}),
        json!({"displayName": "x", "wrong": 1}),
        json!({"displayName": "x", "tags": [1]}),
        json!({"displayName": "x", "web": []}),
        json!({"displayName": "x", "passwordCredentials": [{"displayName": "y"}]}),
        json!({"displayName": "x", "requiredResourceAccess": [{"resourceAppId": nobody}]}),
        json!({"displayName": "x", "requiredResourceAccess": [{"resourceAppId": nobody, "resourceAccess": [{"id": nobody, "type": "role"}]}]}),
        json!({"displayName": "x", "requiredResourceAccess": twice}),
    ] {
        tenant.post(&admin, "/applications", body).await.assert_refused(400, "Request_BadRequest");
    }
    let longest = json!({"displayName": "x".repeat(120), "signInAudience": "AzureADMyOrg"});
    assert_eq!(tenant.post(&admin, "/applications", longest).await.status, 201);
    tenant
        .call(&admin, "PUT", "/applications", Some(json!({})))
        .await
        .assert_refused(405, "Request_BadRequest");
    let untyped = tenant.call(&admin, "POST", "/applications", None).await;
    untyped.assert_refused(400, "BadRequest");
}

#[tokio::test(start_paused = true)]
async fn an_upsert_creates_once_and_then_changes() {
    let tenant = Tenant::ready();
    let admin = tenant.admin();
    let path = "/applications(uniqueName='swyx')";
    let wish = [("prefer", "return=minimal, create-if-missing")];
    let body = |name: &str| Some(json!({"displayName": name, "signInAudience": "AzureADMyOrg"}));
    tenant.call(&admin, "PATCH", path, body("one")).await.assert_refused(404, "Request_ResourceNotFound");
    tenant
        .call_with(&admin, "PATCH", path, Some(json!({"notes": "n"})), &wish)
        .await
        .assert_refused(400, "Request_BadRequest");
    let made = tenant.call_with(&admin, "PATCH", path, body("one"), &wish).await;
    assert_eq!((made.status, made.text("uniqueName")), (201, "swyx".into()));
    tenant
        .call_with(&admin, "PATCH", path, Some(json!({"notes": "n"})), &wish)
        .await
        .assert_refused(400, "Request_BadRequest");
    let changed = tenant.call_with(&admin, "PATCH", path, body("two"), &wish).await;
    assert_eq!((changed.status, changed.body), (204, Value::Null));
    let read = tenant.get(&admin, path).await;
    assert_eq!((read.text("id"), read.text("displayName")), (made.text("id"), "two".into()));
    let again = json!({"displayName": "three", "uniqueName": "swyx"});
    tenant
        .post(&admin, "/applications", again)
        .await
        .assert_refused(409, "Request_MultipleObjectsWithSameKeyValue");
    let renamed = tenant.call(&admin, "PATCH", path, Some(json!({"uniqueName": "other"}))).await;
    renamed.assert_refused(400, "Request_BadRequest");
}

#[tokio::test(start_paused = true)]
async fn application_and_service_principal_are_restored_separately() {
    let tenant = Tenant::ready();
    let admin = tenant.admin();
    let app_id = tenant.emulator.facts().client_id.clone().unwrap();
    let path = format!("/applications(appId='{app_id}')");
    let id = tenant.get(&admin, &path).await.text("id");
    let principal = tenant.principal(&app_id).await;
    let principal = format!("/servicePrincipals/{principal}");
    let deleted = format!("/directory/deletedItems/{id}");
    let roles = format!("{principal}/appRoleAssignments");

    assert_eq!(tenant.call(&admin, "DELETE", &path, None).await.status, 204);
    tenant.get(&admin, &path).await.assert_refused(404, "Request_ResourceNotFound");
    tenant.get(&admin, &principal).await.assert_refused(404, "Request_ResourceNotFound");
    let list = tenant.get(&admin, "/directory/deletedItems/microsoft.graph.application").await;
    assert_eq!(list.each("id"), [id.as_str()]);
    assert!(list.body["value"][0]["deletedDateTime"].is_string());

    let restored = tenant.call(&admin, "POST", &format!("{deleted}/restore"), None).await;
    assert_eq!((restored.status, restored.text("id")), (200, id.clone()));
    assert_eq!(tenant.get(&admin, &path).await.status, 200);
    tenant.get(&admin, &principal).await.assert_refused(404, "Request_ResourceNotFound");
    let (client, secret) = (app_id.as_str(), tenant.emulator.facts().client_secret.clone().unwrap());
    assert_eq!(tenant.sign_in(client, &secret).await.body["error_codes"], json!([7000229]));

    let list =
        format!("/directory/deletedItems/microsoft.graph.servicePrincipal?$filter=appId eq '{app_id}'");
    let found = tenant.get(&admin, &list.replace(' ', "%20")).await;
    let item = format!("/directory/deletedItems/{}", found.each("id")[0]);
    assert!(tenant.get(&admin, &item).await.body["deletedDateTime"].is_string());
    assert_eq!(tenant.call(&admin, "POST", &format!("{item}/restore"), None).await.status, 200);
    assert_eq!(tenant.get(&admin, &roles).await.each("id").len(), 2, "its grants come back");
    assert_eq!(tenant.sign_in(client, &secret).await.status, 200);

    assert_eq!(tenant.call(&admin, "DELETE", &path, None).await.status, 204);
    assert_eq!(tenant.call(&admin, "DELETE", &deleted, None).await.status, 204);
    tenant.get(&admin, &deleted).await.assert_refused(404, "Request_ResourceNotFound");
    tenant
        .call(&admin, "POST", &format!("{deleted}/restore"), None)
        .await
        .assert_refused(404, "Request_ResourceNotFound");
    assert_eq!(tenant.get(&admin, "/servicePrincipals").await.each("displayName"), ["Microsoft Graph"]);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_application_is_gone_after_thirty_days() {
    let roles: &[&[&str]] = &[&["Application.ReadWrite.All"]];
    let tenant = Tenant::with(roles, json!({"tenant": {}}));
    let day = Duration::from_secs(24 * 3600);
    let body = || json!({"displayName": "x", "uniqueName": "x", "signInAudience": "AzureADMyOrg"});
    let token = tenant.app(0).await;
    let id = tenant.post(&token, "/applications", body()).await.text("id");
    assert_eq!(tenant.call(&token, "DELETE", &format!("/applications/{id}"), None).await.status, 204);
    let list = "/directory/deletedItems/microsoft.graph.application";
    for (days, found, status) in [(29, 1, 409), (1, 0, 201)] {
        tokio::time::advance(day * days).await;
        let token = tenant.app(0).await;
        assert_eq!(tenant.get(&token, list).await.each("id").len(), found, "{days}");
        assert_eq!(tenant.post(&token, "/applications", body()).await.status, status, "its name");
    }
    let restore = format!("/directory/deletedItems/{id}/restore");
    let late = tenant.call(&tenant.app(0).await, "POST", &restore, None).await;
    late.assert_refused(404, "Request_ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn read_only_and_mistyped_members_are_rejected() {
    let tenant = Tenant::ready();
    let admin = tenant.admin();
    let app_id = tenant.emulator.facts().client_id.clone().unwrap();
    for (collection, wrong) in [
        ("applications", json!({"isDisabled": true})),
        ("applications", json!({"publisherDomain": "x"})),
        ("applications", json!({"tags": "x"})),
        ("servicePrincipals", json!({"tags": "x"})),
        ("servicePrincipals", json!({"notes": 1})),
        ("servicePrincipals", json!({"appRoles": []})),
    ] {
        let path = format!("/{collection}(appId='{app_id}')");
        let answer = tenant.call(&admin, "PATCH", &path, Some(wrong)).await;
        answer.assert_refused(400, "Request_BadRequest");
        let right = json!({"tags": ["x"], "notes": null});
        assert_eq!(tenant.call(&admin, "PATCH", &path, Some(right)).await.status, 204);
        assert_eq!(tenant.get(&admin, &path).await.body["tags"], json!(["x"]));
    }
    let selected = tenant.get(&admin, &format!("/applications(appId='{app_id}')?$select=isDisabled")).await;
    assert_eq!(selected.body["isDisabled"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn owned_by_permission_is_limited_to_own_applications() {
    let tenant = Tenant::with(&[OWN, OWN], json!({}));
    let (one, two) = (tenant.app(0).await, tenant.app(1).await);
    let made = tenant.post(&one, "/applications", json!({"displayName": "mine"})).await;
    assert_eq!(made.status, 201);
    let path = format!("/applications/{}", made.text("id"));
    let body = || Some(json!({"notes": "n"}));
    assert_eq!(tenant.call(&one, "PATCH", &path, body()).await.status, 204);
    assert_eq!(tenant.call(&one, "POST", &format!("{path}/addPassword"), None).await.status, 200);
    tenant.call(&two, "PATCH", &path, body()).await.assert_refused(403, "Authorization_RequestDenied");
    tenant.call(&two, "DELETE", &path, None).await.assert_refused(403, "Authorization_RequestDenied");
    assert_eq!(tenant.get(&two, &path).await.status, 200, "reading is allowed");
    let principal = json!({"appId": made.text("appId")});
    tenant
        .post(&two, "/servicePrincipals", principal.clone())
        .await
        .assert_refused(403, "Authorization_RequestDenied");
    assert_eq!(tenant.post(&one, "/servicePrincipals", principal).await.status, 201);
}
