//! Consent by someone else: on the page, where the administrator's own token does not suffice.

use http::Request;
use serde_json::{Value, json};
use swyx_teams::emulator::{Options, PrincipalSnapshot};

use crate::faults::fault;
use crate::graph::tenant::{SYNC, Tenant, state};

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const READ_PRESENCES: &str = "a70e0c2d-e793-494c-94c4-118fa0a67f42";

/// An application without a service principal that declares what the synchronisation needs, and a permission of a user.
fn declaring() -> Value {
    json!({"applications": [{"appId": Tenant::app_id(0), "servicePrincipal": false, "secrets": [{"value": "secret-0"}],
        "declared": {"application": SYNC, "delegated": ["User.Read"]}}]})
}

/// Opens the page, and returns its status, redirect and text.
async fn open(tenant: &Tenant, segment: &str, query: &str) -> (u16, String, String) {
    let request = Request::get(format!("https://localhost:8443/{segment}/adminconsent?{query}"));
    let answer = tenant.emulator.answer(request.body(Vec::new()).unwrap()).await;
    let place = answer.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    let body = answer.into_body().bytes().await.unwrap();
    (status, place.unwrap_or_default(), String::from_utf8(body).unwrap())
}

fn principal(tenant: &Tenant) -> Option<PrincipalSnapshot> {
    tenant.emulator.snapshot().applications.remove(0).service_principal
}

#[tokio::test(start_paused = true)]
async fn consent_without_redirect_shows_an_error_page() {
    let tenant = Tenant::with(&[], declaring());
    let query = format!("client_id={}", Tenant::app_id(0));
    for _ in 0..2 {
        let (status, _, text) = open(&tenant, "contoso.example", &query).await;
        assert_eq!(status, 400);
        assert!(text.contains("AADSTS500113: No reply address is registered for the application."), "{text}");
        let given = principal(&tenant).expect("it was made");
        assert_eq!(
            (given.granted, given.granted_delegated),
            (SYNC.iter().map(|&s| s.to_owned()).collect(), vec!["User.Read".to_owned()])
        );
    }
    assert_eq!(tenant.sign_in(&Tenant::app_id(0), "secret-0").await.roles(), SYNC);
}

#[tokio::test(start_paused = true)]
async fn consent_redirects_to_the_redirect_uri() {
    let tenant = Tenant::with(&[], declaring());
    let path = format!("/applications(appId='{}')", Tenant::app_id(0));
    let addresses =
        json!({"publicClient": {"redirectUris": ["https://a.example/done?x=1", "http://localhost"]}});
    assert_eq!(tenant.call(&tenant.admin(), "PATCH", &path, Some(addresses)).await.status, 204);
    let id = &tenant.emulator.facts().tenant_id.clone();
    let query = format!("client_id={}&state=a%20b", Tenant::app_id(0));

    let (status, _, text) = open(&tenant, id, &format!("{query}&redirect_uri=http://evil.example")).await;
    assert!(status == 400 && text.contains("AADSTS50011"), "{text}");
    assert_eq!(principal(&tenant), None);

    let (status, place, _) = open(&tenant, id, &query).await;
    let expected = format!("https://a.example/done?x=1&admin_consent=True&tenant={id}&state=a+b");
    assert_eq!((status, place), (302, expected));
    let (_, place, _) =
        open(&tenant, "organizations", &format!("{query}&redirect_uri=http%3A%2F%2Flocalhost")).await;
    assert!(place.starts_with("http://localhost/?admin_consent=True&"), "{place}");
    assert!(principal(&tenant).is_some());
}

#[tokio::test(start_paused = true)]
async fn exactly_the_declared_permissions_are_granted() {
    let declared = json!({"application": ["User.ReadBasic.All"], "delegated": ["Presence.Read"]});
    let granted = json!({"application": ["User.ReadBasic.All", "Mail.Read"], "delegated": ["User.Read"]});
    let application = json!({"appId": Tenant::app_id(0), "declared": declared, "granted": granted});
    let tenant = Tenant::with(&[], json!({"applications": [application]}));
    let query = format!("client_id={}", Tenant::app_id(0));
    let before = principal(&tenant).expect("there is one");
    open(&tenant, "contoso.example", &query).await;
    let mut expected = before;
    expected.granted = vec!["User.ReadBasic.All".to_owned()];
    expected.granted_delegated = vec!["Presence.Read".to_owned()];
    assert_eq!(principal(&tenant), Some(expected.clone()));

    // Unknown permissions are ignored, and without a declaration nothing is granted.
    let path = format!("/applications(appId='{}')", Tenant::app_id(0));
    let unknown = json!([{"resourceAppId": GRAPH, "resourceAccess": [{"id": Tenant::app_id(9), "type": "Role"}]},
        {"resourceAppId": Tenant::app_id(8), "resourceAccess": [{"id": READ_PRESENCES, "type": "Role"}]}]);
    let body = Some(json!({"requiredResourceAccess": unknown}));
    assert_eq!(tenant.call(&tenant.admin(), "PATCH", &path, body).await.status, 204);
    open(&tenant, "contoso.example", &query).await;
    (expected.granted, expected.granted_delegated) = (vec![], vec![]);
    assert_eq!(principal(&tenant), Some(expected));
}

#[tokio::test(start_paused = true)]
async fn consent_page_reports_errors() {
    let faults = vec![fault("replication-lag=20")];
    let tenant = Tenant::of(Options::default().state(state(&[], json!({}))).faults(faults));
    let made = tenant.post(&tenant.admin(), "/applications", json!({"displayName": "young"})).await;
    let young = format!("client_id={}", made.text("appId"));
    for (segment, query, code) in [
        ("contoso.example", young.as_str(), 700_016),
        ("contoso.example", "client_id=11111111-1111-4111-8111-111111111111", 700_016),
        ("contoso.example", "client_id=%3Cb%3E", 700_016),
        ("contoso.example", "", 900_144),
        ("fabrikam.example", young.as_str(), 90_002),
        ("consumers", young.as_str(), 90_002),
    ] {
        let (status, _, text) = open(&tenant, segment, query).await;
        assert!(status == 400 && text.contains(&format!("AADSTS{code}: ")), "{query}: {text}");
        assert!(!text.contains("<b>"), "{text}");
    }
    assert_eq!(principal(&tenant), None);
}

#[tokio::test(start_paused = true)]
async fn forbidden_consent_affects_only_the_administrator() {
    let both: &[&str] = &[
        "AppRoleAssignment.ReadWrite.All",
        "Application.Read.All",
        "DelegatedPermissionGrant.ReadWrite.All",
    ];
    for forbidden in [true, false] {
        let tenant = Tenant::with(&[both, &[]], json!({"policies": {"consentForbidden": forbidden}}));
        let (client, graph) = (tenant.principal(&Tenant::app_id(1)).await, tenant.principal(GRAPH).await);
        let role = |id: &str| json!({"principalId": client, "resourceId": graph, "appRoleId": id});
        let scope = json!({"clientId": client, "consentType": "AllPrincipals", "resourceId": graph, "scope": "User.Read"});
        let to = format!("/servicePrincipals/{graph}/appRoleAssignedTo");
        let of = format!("/servicePrincipals/{client}/appRoleAssignments");
        let admin = tenant.admin();
        for (path, body) in [
            (&to, role(READ_PRESENCES)),
            (&of, role("97235f07-e226-4f63-ace3-39588e11d3a1")),
            (&"/oauth2PermissionGrants".to_owned(), scope.clone()),
        ] {
            let answer = tenant.post(&admin, path, body).await;
            if forbidden {
                answer.assert_refused(403, "Authorization_RequestDenied");
                assert_eq!(answer.message(), "Insufficient privileges to complete the operation.");
            } else {
                assert_eq!(answer.status, 201, "{}", answer.body);
            }
        }
        // All else is allowed: reading, making, secrets.
        assert_eq!(tenant.get(&admin, &of).await.status, 200);
        let made = tenant.post(&admin, "/applications", json!({"displayName": "x"})).await;
        let path = format!("/applications/{}/addPassword", made.text("id"));
        assert_eq!(tenant.post(&admin, &path, json!({})).await.status, 200);
        let body = json!({"appId": made.text("appId")});
        assert_eq!(tenant.post(&admin, "/servicePrincipals", body).await.status, 201);
        let app = tenant.app(0).await;
        let other = role("df021288-bdef-4463-88db-98f22de89214");
        assert_eq!(tenant.post(&app, &to, other).await.status, 201);
        if forbidden {
            let made = tenant.post(&app, "/oauth2PermissionGrants", scope).await;
            let path = format!("/oauth2PermissionGrants/{}", made.text("id"));
            let wider = Some(json!({"scope": "User.Read Presence.Read"}));
            let answer = tenant.call(&admin, "PATCH", &path, wider).await;
            answer.assert_refused(403, "Authorization_RequestDenied");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn another_administrator_can_consent() {
    let mut state = declaring();
    state["policies"] = json!({"consentForbidden": true});
    let tenant = Tenant::with(&[], state);
    open(&tenant, "contoso.example", &format!("client_id={}", Tenant::app_id(0))).await;
    assert_eq!(principal(&tenant).expect("it was made").granted, SYNC);
}
