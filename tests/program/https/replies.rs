//! Complete runs against a faulty Entra ID and Graph: opaque tokens, another cloud, next pages on other hosts.

use serde_json::{Value, json};

use super::certificates::{check, settings};
use super::server::*;
use crate::common::Run;

/// A JSON answer.
fn reply(status: &str, body: &Value) -> String {
    http(status, "content-type: application/json\r\n", &body.to_string())
}

/// One run with `--as-admin` against a server that answers sign-ins with `token` and batches part by part with `part`.
fn against(
    token: (&'static str, Value),
    part: impl Fn(&str) -> Value + Send + Sync + 'static,
    more: &[&str],
) -> (Run, Vec<String>) {
    let authority = Authority::new("the authority");
    let folder = tempfile::tempdir().expect("a folder");
    authority.save(&folder.path().join("ca.pem"));
    let (address, seen) = https(authority.leaf(|_| {}), move |request| {
        if request.contains("/oauth2/v2.0/token") {
            return reply(token.0, &token.1);
        }
        let (_, body) = request.split_once("\r\n\r\n").expect("a body");
        let body: Value = serde_json::from_str(body).expect("a batch");
        let answers = body["requests"].as_array().expect("parts").iter().map(
            |one| json!({"id": one["id"], "status": 200, "body": part(one["url"].as_str().expect("a path"))}),
        );
        reply("200 OK", &json!({"responses": answers.collect::<Vec<_>>()}))
    });
    settings(folder.path(), address.port());
    (
        check(folder.path(), more, &[("SWYX_TEAMS_ADMIN_TOKEN", "an-administrators-opaque-token")]),
        seen.connections(),
    )
}

fn opaque() -> (&'static str, Value) {
    (
        "200 OK",
        json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "an-opaque-token-that-is-no-jwt"}),
    )
}

#[test]
fn opaque_token_is_judged_by_its_reads() {
    let (run, seen) = against(opaque(), |_| json!({"value": []}), &[]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert_eq!(seen.len(), 2);
    assert!(run.out.contains("permissions: unknown, the token cannot be decoded\n"), "{}", run.out);
    assert!(run.out.contains("could not be checked (the token cannot be decoded"), "{}", run.out);
    assert!(!run.out.contains("an-opaque-token") && !run.err.contains("an-opaque-token"));
}

#[test]
fn tenant_of_another_cloud_is_a_finding() {
    let refused = json!({"error": "invalid_request", "error_codes": [90_038], "error_description": "AADSTS90038: elsewhere"});
    let (run, seen) = against(("400 Bad Request", refused), |_| Value::Null, &["--format", "concise"]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    assert_eq!(seen.len(), 1);
    assert!(run.out.contains("error[tenant-not-found]") && run.out.contains("AADSTS90038"), "{}", run.out);
    assert!(run.out.contains("entra.cloud is not set, so the global cloud was used"), "{}", run.out);
}

/// What an administrator reads of a sound registration, with `next` as the next page of its grants.
fn registration(url: &str, next: Option<&str>) -> Value {
    let role = "83cded22-8297-4ff6-a7fa-e97e9545a259";
    let graph = "7c1f9d5a-02f3-4a3e-9a61-1f1c5f0c7f10";
    if url.contains("/appRoleAssignments") {
        let mut page = json!({"value": [{"id": "x", "appRoleId": role, "resourceId": graph}]});
        if let Some(next) = next {
            page["@odata.nextLink"] = json!(next);
        }
        page
    } else if url.contains("00000003-0000-0000-c000-000000000000") {
        json!({"id": graph, "appRoles": [{"id": role, "value": "Presence.ReadWrite.All"}], "oauth2PermissionScopes": []})
    } else if url.contains("/servicePrincipals") && !url.contains("oauth2") {
        json!({"id": "0b9f6f3e-2f0d-4c54-9f3a-6d1c8e7b5a42", "accountEnabled": true})
    } else if url.contains("/applications") {
        json!({"signInAudience": "AzureADMyOrg", "passwordCredentials": [], "requiredResourceAccess": []})
    } else {
        json!({"value": []})
    }
}

#[test]
fn next_page_on_another_host_gets_no_token() {
    let (elsewhere, received) = listener();
    for next in [
        format!("https://127.0.0.1:{}/v1.0/x", elsewhere.port()),
        format!("http://localhost:{}/v1.0/x", elsewhere.port()),
    ] {
        let (run, seen) = against(opaque(), move |url| registration(url, Some(&next)), &["--as-admin"]);
        assert_eq!(run.code, Some(3), "{}{}", run.out, run.err);
        assert!(
            run.err.contains("localhost: the next page of a list is on another host and was not requested"),
            "{}",
            run.err
        );
        assert_eq!(seen.len(), 3);
    }
    assert_eq!(received.connections(), Vec::<String>::new());

    // The cross-check: without the page, the same registration is read.
    let (run, _) = against(opaque(), |url| registration(url, None), &["--as-admin"]);
    assert!(run.out.contains("the registration can be read"), "{}{}", run.out, run.err);
}
