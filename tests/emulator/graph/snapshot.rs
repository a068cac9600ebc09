//! Compares the real directory with the responses of Graph.

use std::time::Duration;

use serde_json::json;

use crate::graph::tenant::{SYNC, Tenant};

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

#[tokio::test(start_paused = true)]
async fn snapshot_shows_the_application() {
    let tenant = Tenant::with(&[], json!({}));
    let admin = tenant.admin();
    let body = json!({
        "displayName": "New", "uniqueName": "new", "signInAudience": "AzureADMyOrg", "isFallbackPublicClient": true,
        "publicClient": {"redirectUris": ["http://localhost"]},
        "requiredResourceAccess": [
            {"resourceAppId": GRAPH, "resourceAccess": [
                {"id": "97235f07-e226-4f63-ace3-39588e11d3a1", "type": "Role"},
                {"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope"},
                {"id": "00000000-0000-4000-8000-000000000009", "type": "Role"}]},
            {"resourceAppId": Tenant::app_id(7), "resourceAccess": [
                {"id": "97235f07-e226-4f63-ace3-39588e11d3a1", "type": "Scope"}]}],
    });
    let made = tenant.post(&admin, "/applications", body).await;
    let path = format!("/applications/{}", made.text("id"));
    let asked = json!({"passwordCredential": {"displayName": "host", "endDateTime": "2099-07-30T00:00:00Z"}});
    let secret = tenant.post(&admin, &format!("{path}/addPassword"), asked).await;
    let found = tenant.emulator.snapshot().applications.remove(0);
    assert_eq!((found.id.to_string(), found.app_id.to_string()), (made.text("id"), made.text("appId")));
    assert_eq!((found.display_name.as_str(), found.unique_name.as_deref()), ("New", Some("new")));
    assert_eq!((found.sign_in_audience.as_str(), found.deleted), ("AzureADMyOrg", None));
    assert_eq!(
        (found.is_fallback_public_client, found.public_redirect_uris),
        (Some(true), vec!["http://localhost".to_owned()])
    );
    assert_eq!(found.declared.application, ["User.ReadBasic.All"]);
    assert_eq!(found.declared.delegated, ["User.Read"]);
    let foreign = found.declared.foreign.iter();
    let foreign =
        foreign.map(|(resource, id, kind)| (resource.to_string(), id.to_string(), *kind)).collect::<Vec<_>>();
    assert_eq!(
        foreign,
        [
            (GRAPH.to_owned(), "00000000-0000-4000-8000-000000000009".to_owned(), "Role"),
            (Tenant::app_id(7), "97235f07-e226-4f63-ace3-39588e11d3a1".to_owned(), "Scope"),
        ]
    );
    assert_eq!(found.service_principal, None);
    let [shown] = found.secrets.as_slice() else { panic!("{:?}", found.secrets) };
    assert_eq!((shown.key_id.to_string(), shown.hint.clone()), (secret.text("keyId"), secret.text("hint")));
    assert_eq!(
        (shown.display_name.as_deref(), shown.end.to_string()),
        (Some("host"), "2099-07-30T00:00:00Z".to_owned())
    );
    assert!(!format!("{:?}", tenant.emulator.snapshot()).contains(&secret.text("secretText")));

    assert_eq!(tenant.call(&admin, "DELETE", &path, None).await.status, 204);
    assert!(tenant.emulator.snapshot().applications[0].deleted.is_some());
    assert!(!tenant.emulator.accepts(found.app_id, &secret.text("secretText")));
    let purge = format!("/directory/deletedItems/{}", found.id);
    assert_eq!(tenant.call(&admin, "DELETE", &purge, None).await.status, 204);
    assert!(tenant.emulator.snapshot().applications.is_empty());
}

#[tokio::test(start_paused = true)]
async fn snapshot_shows_the_permissions() {
    let tenant = Tenant::with(&[SYNC], json!({}));
    let admin = tenant.admin();
    let (client, graph) = (tenant.principal(&Tenant::app_id(0)).await, tenant.principal(GRAPH).await);
    let scope = json!({"clientId": client, "consentType": "AllPrincipals", "resourceId": graph, "scope": "User.Read Presence.Read"});
    assert_eq!(tenant.post(&admin, "/oauth2PermissionGrants", scope).await.status, 201);
    let off = json!({"accountEnabled": false});
    assert_eq!(
        tenant.call(&admin, "PATCH", &format!("/servicePrincipals/{client}"), Some(off)).await.status,
        204
    );
    let found = tenant.emulator.snapshot().applications.remove(0).service_principal.expect("there is one");
    assert_eq!((found.id.to_string(), found.account_enabled), (client, false));
    assert_eq!(found.granted, SYNC);
    assert_eq!(found.granted_delegated, ["User.Read", "Presence.Read"]);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_accepted_by_the_emulators_clock() {
    let secrets = json!([{"value": "now", "endsInDays": 1}, {"value": "ended", "endsInDays": -1},
        {"value": "later", "startDateTime": "2099-01-01T00:00:00Z", "endDateTime": "2099-06-01T00:00:00Z"}]);
    let tenant =
        Tenant::with(&[], json!({"applications": [{"appId": Tenant::app_id(0), "secrets": secrets}, {}]}));
    let accepts = |app: usize, secret: &str| {
        tenant.emulator.accepts(Tenant::app_id(app).parse().expect("an id"), secret)
    };
    assert!(accepts(0, "now") && !accepts(0, "ended") && !accepts(0, "later") && !accepts(0, ""));
    assert!(!accepts(1, "now"));
    tokio::time::advance(Duration::from_secs(24 * 3600)).await;
    assert!(!accepts(0, "now"));
}
