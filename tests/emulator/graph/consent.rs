//! Service principals, application permissions from both sides, delegated permissions, and the tenant itself.

use serde_json::{Value, json};

use crate::graph::tenant::Tenant;

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const READ_PRESENCES: &str = "a70e0c2d-e793-494c-94c4-118fa0a67f42";
const DELEGATED_READ_PRESENCES: &str = "9c7a330d-35b3-4aa1-963d-cb2b9f927841";

#[tokio::test(start_paused = true)]
async fn graphs_own_principal_lists_the_permissions() {
    let tenant = Tenant::ready();
    let path =
        format!("/servicePrincipals(appId='{GRAPH}')?$select=id,appId,appRoles,oauth2PermissionScopes");
    let graph = tenant.get(&tenant.admin(), &path).await;
    let named = |list: &str, value: &str| {
        let found = graph.body[list].as_array().unwrap().iter().find(|entry| entry["value"] == value);
        found.map(|entry| entry["id"].clone())
    };
    assert_eq!(named("appRoles", "Presence.Read.All"), Some(json!(READ_PRESENCES)));
    assert_eq!(named("oauth2PermissionScopes", "Presence.Read.All"), Some(json!(DELEGATED_READ_PRESENCES)));
    assert_eq!(named("appRoles", "Presence.ReadWrite"), None);
    assert_eq!(named("oauth2PermissionScopes", "Presence.ReadWrite.All"), None);
    let deletion =
        tenant.call(&tenant.admin(), "DELETE", &format!("/servicePrincipals(appId='{GRAPH}')"), None).await;
    deletion.assert_refused(403, "Authorization_RequestDenied");
}

#[tokio::test(start_paused = true)]
async fn service_principal_is_created_once_changed_and_deleted() {
    let tenant = Tenant::ready();
    let admin = tenant.admin();
    let app_id = tenant.post(&admin, "/applications", json!({"displayName": "New"})).await.text("appId");
    let made = tenant.post(&admin, "/servicePrincipals", json!({"appId": app_id, "tags": ["t"]})).await;
    assert_eq!(
        (made.status, made.text("displayName"), made.text("servicePrincipalType")),
        (201, "New".into(), "Application".into())
    );
    assert_eq!(made.body["servicePrincipalNames"], json!([app_id]));
    let again = tenant.post(&admin, "/servicePrincipals", json!({"appId": app_id})).await;
    again.assert_refused(409, "Request_MultipleObjectsWithSameKeyValue");
    let nobody = json!({"appId": "11111111-1111-4111-8111-111111111111"});
    tenant.post(&admin, "/servicePrincipals", nobody).await.assert_refused(400, "Request_BadRequest");

    let path = format!("/servicePrincipals/{}", made.text("id"));
    let change = |body: Value| tenant.call(&admin, "PATCH", &path, Some(body));
    assert_eq!(change(json!({"accountEnabled": false, "appRoleAssignmentRequired": true})).await.status, 204);
    let read = tenant.get(&admin, &path).await;
    assert_eq!(
        (&read.body["accountEnabled"], &read.body["appRoleAssignmentRequired"]),
        (&json!(false), &json!(true))
    );
    for wrong in
        [json!({"accountEnabled": null}), json!({"id": "x"}), json!({"wrong": 1}), json!({"displayName": 1})]
    {
        change(wrong).await.assert_refused(400, "Request_BadRequest");
    }
    assert_eq!(tenant.call(&admin, "DELETE", &path, None).await.status, 204);
    tenant.get(&admin, &path).await.assert_refused(404, "Request_ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn role_is_assigned_from_both_sides_and_revoked() {
    let tenant = Tenant::with(&[&[]], json!({}));
    let admin = tenant.admin();
    let (client, graph) = (tenant.principal(&Tenant::app_id(0)).await, tenant.principal(GRAPH).await);
    let body = |role: &str| json!({"principalId": client, "resourceId": graph, "appRoleId": role});
    let to = format!("/servicePrincipals(appId='{GRAPH}')/appRoleAssignedTo");
    let of = format!("/servicePrincipals/{client}/appRoleAssignments");

    let made = tenant.post(&admin, &to, body(READ_PRESENCES)).await;
    assert_eq!(made.status, 201);
    let context = format!(
        "https://localhost:8443/v1.0/$metadata#servicePrincipals('{graph}')/appRoleAssignedTo/$entity"
    );
    assert_eq!(made.text("@odata.context"), context);
    let names = ["principalDisplayName", "principalType", "resourceDisplayName"].map(|name| made.text(name));
    assert_eq!(names, ["App 0", "ServicePrincipal", "Microsoft Graph"]);
    let again = tenant.post(&admin, &of, body(READ_PRESENCES)).await;
    again.assert_refused(400, "Request_BadRequest");
    assert_eq!(again.message(), "Permission being assigned already exists on the object");
    let delegated = tenant.post(&admin, &to, body(DELEGATED_READ_PRESENCES)).await;
    delegated.assert_refused(400, "Request_BadRequest");
    assert!(delegated.message().starts_with("Permission being assigned was not found on application"));
    let mut stranger = body(READ_PRESENCES);
    stranger["principalId"] = json!("11111111-1111-4111-8111-111111111111");
    assert_eq!(tenant.post(&admin, &to, stranger).await.message(), "Not a valid reference update.");
    let users = "df021288-bdef-4463-88db-98f22de89214";
    assert_eq!(tenant.post(&admin, &of, body(users)).await.status, 201);

    for path in [&of, &to] {
        assert_eq!(tenant.get(&admin, path).await.each("appRoleId"), [READ_PRESENCES, users]);
    }
    let one = tenant.get(&admin, &format!("{of}?$top=1")).await;
    let next = tenant.get(&admin, &one.text("@odata.nextLink")).await;
    assert_eq!((one.each("appRoleId"), next.each("appRoleId")), (vec![READ_PRESENCES], vec![users]));
    assert!(next.body.get("@odata.nextLink").is_none());

    let id = made.text("id");
    assert_eq!(tenant.get(&admin, &format!("{of}/{id}")).await.text("id"), id);
    assert_eq!(tenant.call(&admin, "DELETE", &format!("{to}/{id}"), None).await.status, 204);
    tenant
        .call(&admin, "DELETE", &format!("{to}/{id}"), None)
        .await
        .assert_refused(404, "Request_ResourceNotFound");
    assert_eq!(tenant.get(&admin, &of).await.each("appRoleId"), [users]);
}

#[tokio::test(start_paused = true)]
async fn new_role_is_only_in_the_next_token() {
    let tenant = Tenant::with(&[&[]], json!({}));
    let before = tenant.app(0).await;
    let (client, graph) = (tenant.principal(&Tenant::app_id(0)).await, tenant.principal(GRAPH).await);
    let body = json!({"principalId": client, "resourceId": graph, "appRoleId": "97235f07-e226-4f63-ace3-39588e11d3a1"});
    tenant.get(&before, "/users").await.assert_refused(403, "Authorization_RequestDenied");
    assert_eq!(
        tenant
            .post(&tenant.admin(), &format!("/servicePrincipals/{graph}/appRoleAssignedTo"), body)
            .await
            .status,
        201
    );
    tenant.get(&before, "/users").await.assert_refused(403, "Authorization_RequestDenied");
    assert_eq!(tenant.get(&tenant.app(0).await, "/users").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn delegated_consent_is_granted_once_and_changed() {
    let tenant = Tenant::with(&[&[]], json!({}));
    let admin = tenant.admin();
    let (client, graph) = (tenant.principal(&Tenant::app_id(0)).await, tenant.principal(GRAPH).await);
    let all = json!({"clientId": client, "consentType": "AllPrincipals", "principalId": null, "resourceId": graph, "scope": "User.Read"});
    let with = |name: &str, value: Value| {
        let mut body = all.clone();
        body[name] = value;
        body
    };
    let made = tenant.post(&admin, "/oauth2PermissionGrants", all.clone()).await;
    assert_eq!((made.status, made.text("scope")), (201, "User.Read".into()));
    let again = tenant.post(&admin, "/oauth2PermissionGrants", all.clone()).await;
    again.assert_refused(409, "Request_MultipleObjectsWithSameKeyValue");
    for wrong in
        [with("consentType", json!("Principal")), with("consentType", json!("All")), with("wrong", json!(1))]
    {
        tenant.post(&admin, "/oauth2PermissionGrants", wrong).await.assert_refused(400, "Request_BadRequest");
    }
    let unknown = with("clientId", json!("11111111-1111-4111-8111-111111111111"));
    tenant
        .post(&admin, "/oauth2PermissionGrants", unknown)
        .await
        .assert_refused(404, "Request_ResourceNotFound");

    let path = format!("/oauth2PermissionGrants/{}", made.text("id"));
    let scope = json!({"scope": "User.Read Presence.Read.All"});
    assert_eq!(tenant.call(&admin, "PATCH", &path, Some(scope)).await.status, 204);
    assert_eq!(tenant.get(&admin, &path).await.text("scope"), "User.Read Presence.Read.All");
    for list in [
        format!("/servicePrincipals/{client}/oauth2PermissionGrants"),
        format!(
            "/oauth2PermissionGrants?$filter=clientId%20eq%20'{client}'%20and%20consentType%20eq%20'AllPrincipals'"
        ),
    ] {
        assert_eq!(tenant.get(&admin, &list).await.each("resourceId"), [graph.as_str()], "{list}");
    }
    assert_eq!(
        tenant.get(&admin, &format!("/servicePrincipals/{graph}/oauth2PermissionGrants")).await.each("id"),
        [""; 0]
    );
    assert_eq!(tenant.call(&admin, "DELETE", &path, None).await.status, 204);
    tenant.get(&admin, &path).await.assert_refused(404, "Request_ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn organization_is_readable() {
    let tenant = Tenant::ready();
    let admin = tenant.admin();
    let organization = tenant.get(&admin, "/organization?$select=id,verifiedDomains").await;
    assert_eq!(organization.each("id"), [tenant.emulator.facts().tenant_id.as_str()]);
    assert_eq!(organization.body["value"][0]["verifiedDomains"][0]["name"], "contoso.example");
    assert_eq!(tenant.get(&admin, "/domains").await.each("id"), ["contoso.example"]);
    assert_eq!(tenant.get(&admin, "/domains/contoso.example").await.body["isVerified"], true);
    tenant.get(&admin, "/domains/other.example").await.assert_refused(404, "Request_ResourceNotFound");
    tenant.post(&admin, "/domains", json!({})).await.assert_refused(400, "BadRequest");
}
