//! Users: lists, pages, filters, keys, and what the basic permission hides.

use serde_json::{Value, json};
use swyx_teams::emulator::Options;

use crate::graph::tenant::{SYNC, Tenant};

const ALL: &[&str] = &["User.Read.All"];

#[tokio::test(start_paused = true)]
async fn pages_are_followed_to_the_end() {
    let tenant = Tenant::of(Options::default().users(1234));
    let token = tenant.first().await;
    for (first, sizes) in [
        ("/users", vec![100; 12].into_iter().chain([34]).collect::<Vec<_>>()),
        ("/users?$top=999&$select=id,mail", vec![999, 235]),
        ("/users?%24top=617&%24select=id", vec![617, 617]),
    ] {
        let (mut next, mut seen, mut found) =
            (Some(first.to_owned()), std::collections::HashSet::new(), Vec::new());
        while let Some(path) = next {
            let page = tenant.get(&token, &path).await;
            assert_eq!(page.status, 200, "{}", page.body);
            found.push(page.each("id").len());
            seen.extend(page.each("id").into_iter().map(str::to_owned));
            next = page.body.get("@odata.nextLink").map(|link| link.as_str().unwrap().to_owned());
            assert!(next.as_ref().is_none_or(|link| link.starts_with("https://localhost:8443/v1.0/users?")));
        }
        assert_eq!((found, seen.len()), (sizes, 1234), "{first}");
    }
}

#[tokio::test(start_paused = true)]
async fn filters_find_by_address_in_any_case() {
    let tenant = Tenant::with(&[ALL, SYNC], json!({}));
    let (all, basic) = (tenant.app(0).await, tenant.app(1).await);
    let cases: &[(&str, &[&str])] = &[
        ("mail eq 'ada.l@CONTOSO.example'", &["Ada"]),
        ("userPrincipalName eq 'BOB@contoso.example'", &["Bob"]),
        ("mail eq null and displayName eq 'Bob'", &["Bob"]),
        ("userPrincipalName in ('ada@contoso.example','lobby@contoso.example')", &["Ada", "Lobby"]),
        ("startswith(displayName,'l') or surname eq 'L'", &["Ada", "Lobby"]),
        ("mail eq 'nobody@contoso.example'", &[]),
    ];
    for (filter, names) in cases {
        let path = format!("/users?$filter={}", filter.replace(' ', "%20"));
        for token in [&all, &basic] {
            assert_eq!(&tenant.get(token, &path).await.each("displayName"), names, "{filter}");
        }
    }
    let hidden: &[(&str, &[&str])] = &[
        ("proxyAddresses/any(p:p eq 'smtp:COUNTESS@contoso.example')", &["Ada"]),
        ("accountEnabled eq false", &["Bob"]),
        ("userType eq 'Guest'", &[]),
    ];
    for (filter, names) in hidden {
        let path = format!("/users?$filter={}", filter.replace(' ', "%20"));
        assert_eq!(&tenant.get(&all, &path).await.each("displayName"), names, "{filter}");
        tenant.get(&basic, &path).await.assert_refused(403, "Authorization_RequestDenied");
    }
    for (filter, code) in [
        ("wrong%20eq%20'x'", "BadRequest"),
        ("mail%20ne%20null", "Request_UnsupportedQuery"),
        ("mail", "BadRequest"),
    ] {
        tenant.get(&all, &format!("/users?$filter={filter}")).await.assert_refused(400, code);
    }
    let eventual = [("consistencylevel", "eventual")];
    let path = "/users?$filter=mail%20ne%20null&$count=true";
    let found = tenant.call_with(&all, "GET", path, None, &eventual).await;
    assert_eq!((found.each("displayName"), &found.body["@odata.count"]), (vec!["Ada"], &json!(1)));
    let path = "/users/$count?$filter=startswith(userPrincipalName,'bob')";
    let counted = tenant.call_with(&all, "GET", path, None, &eventual).await;
    assert_eq!((counted.status, counted.body), (200, json!(1)));
    tenant.get(&all, "/users/$count").await.assert_refused(400, "Request_BadRequest");
}

#[tokio::test(start_paused = true)]
async fn a_user_is_found_by_id_or_name() {
    let tenant = Tenant::with(
        &[SYNC],
        json!({"users": [
            {"userPrincipalName": "x_y.example#EXT#@contoso.example", "guest": true},
            {"userPrincipalName": "o'neil@contoso.example"},
        ]}),
    );
    let token = tenant.app(0).await;
    for (path, name) in [
        ("/users/x_y.example%23EXT%23@contoso.example", "x_y.example#EXT#@contoso.example"),
        ("/users/o'neil%40contoso.example", "o'neil@contoso.example"),
        ("/users('O''Neil@contoso.example')", "o'neil@contoso.example"),
    ] {
        let found = tenant.get(&token, path).await;
        assert_eq!(found.text("userPrincipalName"), name, "{path}");
        let by_id = tenant.get(&token, &format!("/users/{}", found.text("id"))).await;
        assert_eq!(by_id.body, found.body);
        assert_eq!(found.text("@odata.context"), "https://localhost:8443/v1.0/$metadata#users/$entity");
        assert_eq!(found.body["businessPhones"], json!([]));
    }
    tenant.get(&token, "/users/nobody@contoso.example").await.assert_refused(404, "Request_ResourceNotFound");
    tenant.get(&token, "/users/nobody@contoso.example?$select=wrong").await.assert_refused(400, "BadRequest");
    tenant.get(&token, "/users/delta").await.assert_refused(400, "BadRequest");
}

#[tokio::test(start_paused = true)]
async fn the_basic_permission_hides_members() {
    let tenant = Tenant::with(&[ALL, SYNC], json!({}));
    let path = "/users/ada@contoso.example?$select=mail,accountEnabled,proxyAddresses,userType,assignedPlans";
    let all = tenant.get(&tenant.app(0).await, path).await;
    assert_eq!((&all.body["accountEnabled"], &all.body["userType"]), (&json!(true), &json!("Member")));
    assert_eq!(all.body["proxyAddresses"].as_array().map(Vec::len), Some(2));
    let basic = tenant.get(&tenant.app(1).await, path).await;
    assert_eq!(basic.text("mail"), "Ada.L@contoso.example");
    assert_eq!((&basic.body["accountEnabled"], &basic.body["userType"]), (&Value::Null, &Value::Null));
    assert_eq!((&basic.body["proxyAddresses"], &basic.body["assignedPlans"]), (&json!([]), &json!([])));
}

#[tokio::test(start_paused = true)]
async fn me_requires_a_user() {
    let tenant = Tenant::with(&[SYNC], json!({}));
    let me = tenant.get(&tenant.admin(), "/me").await;
    assert_eq!(me.text("userPrincipalName"), "admin@contoso.example");
    tenant.get(&tenant.app(0).await, "/me").await.assert_refused(400, "BadRequest");
    tenant.get(&tenant.app(0).await, "/me/presence").await.assert_refused(400, "BadRequest");
}
