//! Each call with each permission: those that suffice pass, all others are refused.

use serde_json::{Value, json};

use crate::graph::tenant::Tenant;

/// Each of these is tried with each call.
const ALL: &[&str] = &[
    "Presence.Read.All",
    "Presence.ReadWrite.All",
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "Organization.Read.All",
    "Domain.Read.All",
    "Policy.Read.All",
];

const READ_PRESENCES: &[&str] = &["Presence.Read.All", "Presence.ReadWrite.All"];
const READ_APPLICATIONS: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const CREATE: &[&str] = &["Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"];
const CHANGE: &[&str] = &["Application.ReadWrite.All"];
const USERS: &[&str] = &[
    "User.ReadBasic.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const DIRECTORY: &[&str] = &["Directory.Read.All", "Directory.ReadWrite.All"];

#[tokio::test(start_paused = true)]
async fn only_sufficient_roles_are_accepted() {
    let roles = ALL.chunks(1).collect::<Vec<_>>();
    let tenant = Tenant::with(&roles, json!({}));
    let user = tenant.user("ada@contoso.example").await;
    let app = format!("/applications(appId='{}')", Tenant::app_id(0));
    let principal = format!("/servicePrincipals(appId='{}')", Tenant::app_id(0));
    let directory_or = |more: &'static str| [&[more], DIRECTORY].concat();
    let organization = [&["Organization.Read.All", "User.Read.All"], DIRECTORY].concat();
    let presence = |action: &str| format!("/users/{user}/presence/{action}");
    // A request, its body, the permissions that allow it, and the error for others.
    let calls: Vec<(&str, String, Value, Vec<&str>, &str)> = vec![
        ("GET", "/users".into(), Value::Null, USERS.into(), DENIED),
        ("GET", format!("/users/{user}"), Value::Null, USERS.into(), DENIED),
        ("GET", presence("").trim_end_matches('/').into(), Value::Null, READ_PRESENCES.into(), "Forbidden"),
        (
            "POST",
            "/communications/getPresencesByUserId".into(),
            json!({"ids": []}),
            READ_PRESENCES.into(),
            "Forbidden",
        ),
        (
            "POST",
            presence("setPresence"),
            json!({"sessionId": "SELF", "availability": "Away", "activity": "Away"}),
            vec!["Presence.ReadWrite.All"],
            "Forbidden",
        ),
        (
            "POST",
            presence("clearUserPreferredPresence"),
            json!({}),
            vec!["Presence.ReadWrite.All"],
            "Forbidden",
        ),
        ("GET", "/applications".into(), Value::Null, READ_APPLICATIONS.into(), DENIED),
        ("GET", app.clone(), Value::Null, READ_APPLICATIONS.into(), DENIED),
        ("POST", "/applications".into(), json!({"displayName": "x"}), CREATE.into(), DENIED),
        ("PATCH", app.clone(), json!({"notes": "x"}), CHANGE.into(), DENIED),
        ("POST", format!("{app}/addPassword"), json!({}), CHANGE.into(), DENIED),
        ("GET", "/servicePrincipals".into(), Value::Null, READ_APPLICATIONS.into(), DENIED),
        ("PATCH", principal.clone(), json!({"notes": "x"}), CHANGE.into(), DENIED),
        ("GET", format!("{principal}/appRoleAssignments"), Value::Null, READ_APPLICATIONS.into(), DENIED),
        ("GET", format!("{principal}/appRoleAssignedTo"), Value::Null, READ_APPLICATIONS.into(), DENIED),
        (
            "GET",
            "/oauth2PermissionGrants".into(),
            Value::Null,
            directory_or("DelegatedPermissionGrant.ReadWrite.All"),
            DENIED,
        ),
        (
            "GET",
            "/directory/deletedItems/microsoft.graph.application".into(),
            Value::Null,
            READ_APPLICATIONS.into(),
            DENIED,
        ),
        ("GET", "/organization".into(), Value::Null, organization, DENIED),
        ("GET", "/domains".into(), Value::Null, directory_or("Domain.Read.All"), DENIED),
        ("GET", "/policies/defaultAppManagementPolicy".into(), Value::Null, vec!["Policy.Read.All"], DENIED),
        ("GET", "/policies/appManagementPolicies".into(), Value::Null, vec!["Policy.Read.All"], DENIED),
        (
            "GET",
            "/directory/deletedItems/microsoft.graph.servicePrincipal".into(),
            Value::Null,
            READ_APPLICATIONS.into(),
            DENIED,
        ),
    ];
    for (number, role) in ALL.iter().enumerate() {
        let token = tenant.app(number).await;
        for (method, path, body, sufficient, code) in &calls {
            let body = body.to_string().replace("SELF", &Tenant::app_id(number)).parse::<Value>().unwrap();
            let answer = tenant.call(&token, method, path, Some(body).filter(|body| !body.is_null())).await;
            if sufficient.contains(role) {
                assert!((200..300).contains(&answer.status), "{role}: {method} {path}: {}", answer.body);
            } else {
                assert_eq!((answer.status, answer.code()), (403, *code), "{role}: {method} {path}");
            }
        }
    }
}

const DENIED: &str = "Authorization_RequestDenied";

#[tokio::test(start_paused = true)]
async fn role_assignment_requires_reading_applications() {
    let both = ["AppRoleAssignment.ReadWrite.All", "Application.Read.All"];
    let tenant = Tenant::with(&[&both, &both[..1], &both[1..], &[]], json!({}));
    let (client, graph) = (
        tenant.principal(&Tenant::app_id(3)).await,
        tenant.principal("00000003-0000-0000-c000-000000000000").await,
    );
    let body = json!({"principalId": client, "resourceId": graph, "appRoleId": "a70e0c2d-e793-494c-94c4-118fa0a67f42"});
    for (number, status) in [(1, 403), (2, 403), (3, 403), (0, 201)] {
        let token = tenant.app(number).await;
        let answer =
            tenant.post(&token, &format!("/servicePrincipals/{graph}/appRoleAssignedTo"), body.clone()).await;
        assert_eq!(answer.status, status, "{number}: {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn user_tokens_are_limited_to_their_scopes() {
    let tenant = Tenant::with(&[&[]], json!({}));
    let ada = tenant.user("ada@contoso.example").await;
    let set = json!({"sessionId": "14d82eec-204b-4c2f-b7e8-296a70dab67e", "availability": "Away", "activity": "Away"});
    let many = json!({"ids": [ada]});
    let secret = format!("/applications(appId='{}')/addPassword", Tenant::app_id(0));
    let calls = [
        ("GET", "/me".to_owned(), Value::Null, [200, 403, 403, 200, 403, 200]),
        ("GET", "/organization".to_owned(), Value::Null, [200, 403, 403, 403, 403, 200]),
        ("GET", "/users".to_owned(), Value::Null, [403, 403, 403, 200, 403, 200]),
        ("GET", format!("/users/{ada}"), Value::Null, [403, 403, 403, 200, 403, 200]),
        ("GET", "/me/presence".to_owned(), Value::Null, [403, 200, 200, 403, 200, 403]),
        ("GET", format!("/users/{ada}/presence"), Value::Null, [403, 403, 403, 403, 200, 403]),
        ("POST", "/communications/getPresencesByUserId".to_owned(), many, [403, 403, 403, 403, 200, 403]),
        ("POST", "/me/presence/setPresence".to_owned(), set.clone(), [403, 403, 200, 403, 403, 403]),
        ("POST", format!("/users/{ada}/presence/setPresence"), set, [403; 6]),
        ("GET", "/applications".to_owned(), Value::Null, [403, 403, 403, 403, 403, 200]),
        ("POST", secret, json!({}), [403, 403, 403, 403, 403, 200]),
    ];
    let scopes = [
        "User.Read",
        "Presence.Read",
        "Presence.ReadWrite",
        "User.ReadBasic.All",
        "Presence.Read.All",
        "Directory.ReadWrite.All",
    ];
    for (place, scope) in scopes.into_iter().enumerate() {
        let token = tenant.user_token(scope).await;
        for (method, path, body, statuses) in &calls {
            let body = Some(body.clone()).filter(|body| !body.is_null());
            let answer = tenant.call(&token, method, path, body).await;
            assert_eq!(answer.status, statuses[place], "{scope}: {method} {path}: {}", answer.body);
        }
    }
}
