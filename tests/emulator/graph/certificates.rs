//! Certificates of an application: a write replaces all of them, existing entries must come back unchanged, and reads lag.

use std::time::Duration;

use serde_json::{Value, json};
use swyx_teams::emulator::Options;

use crate::certificates::{Issued, ec_key, issue, other_rsa_key, pem, rsa_key, valid};
use crate::faults::fault;
use crate::graph::tenant::{Answer, Tenant, state};

fn path() -> String {
    format!("/applications(appId='{}')", Tenant::app_id(0))
}

fn entry(certificate: &Issued) -> Value {
    json!({"type": "AsymmetricX509Cert", "usage": "Verify", "key": certificate.key()})
}

fn entry_with(certificate: &Issued, more: &Value) -> Value {
    let mut entry = entry(certificate);
    for (name, value) in more.as_object().expect("members") {
        entry[name] = value.clone();
    }
    entry
}

async fn write(tenant: &Tenant, entries: &[Value]) -> Answer {
    tenant.call(&tenant.admin(), "PATCH", &path(), Some(json!({"keyCredentials": entries}))).await
}

async fn read(tenant: &Tenant, select: &str) -> Vec<Value> {
    let answer = tenant.get(&tenant.admin(), &format!("{}{select}", path())).await;
    answer.body["keyCredentials"].as_array().expect("a list").clone()
}

fn names(entries: &[Value]) -> Vec<&str> {
    entries.iter().filter_map(|entry| entry["displayName"].as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_write_replaces_all_certificates() {
    let tenant = Tenant::with(&[&[]], json!({}));
    let (first, second) = (valid("first"), issue(other_rsa_key(), "second", 2020, 2090));
    assert_eq!(write(&tenant, &[entry(&first)]).await.status, 204);
    let before = read(&tenant, "").await;
    assert_eq!(names(&before), ["CN=first"]);
    assert_eq!((&before[0]["key"], &before[0]["usage"]), (&Value::Null, &json!("Verify")));
    assert_eq!(before[0]["customKeyIdentifier"], first.thumbprint());
    let with_key = read(&tenant, "?$select=id,keyCredentials").await;
    assert_eq!(with_key[0]["key"], first.key());

    // Both forms of the existing entry are kept: without and with its key.
    for existing in [&before[0], &with_key[0]] {
        let added = entry_with(&second, &json!({"displayName": "new"}));
        assert_eq!(write(&tenant, &[existing.clone(), added]).await.status, 204);
        let after = read(&tenant, "").await;
        assert_eq!((names(&after), &after[0]), (vec!["CN=first", "new"], &before[0]));
    }
    // A tool that forgets an entry removes it.
    assert_eq!(write(&tenant, &[entry_with(&second, &json!({"displayName": "alone"}))]).await.status, 204);
    assert_eq!(names(&read(&tenant, "").await), ["alone"]);
    let snapshot = tenant.emulator.snapshot();
    let left = &snapshot.applications[0].certificates;
    assert_eq!((left.len(), left[0].thumbprint.as_str()), (1, second.thumbprint().as_str()));
    assert_eq!(write(&tenant, &[]).await.status, 204);
    assert!(read(&tenant, "").await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_existing_certificate_cannot_be_changed() {
    let tenant = Tenant::with(&[&[]], json!({}));
    let id = "1d0b6a7e-9c2f-4b7a-8f35-6c1e2d3a4b50";
    let first = entry_with(&valid("first"), &json!({"keyId": id, "endDateTime": "2080-01-01T00:00:00Z"}));
    assert_eq!(write(&tenant, &[first]).await.status, 204);
    let before = read(&tenant, "").await;
    assert_eq!(before[0]["keyId"], id);
    for (name, value) in [
        ("customKeyIdentifier", json!(null)),
        ("displayName", json!("other")),
        ("endDateTime", json!("2081-01-01T00:00:00Z")),
        ("startDateTime", json!(null)),
        ("usage", json!("Sign")),
        ("type", json!("Symmetric")),
        ("key", json!(valid("other").key())),
    ] {
        let mut changed = before[0].clone();
        changed[name] = value;
        let refused = write(&tenant, &[changed.clone()]).await;
        refused.assert_refused(400, "KeyNotUpdatable");
        let message = format!("Update to existing credential with KeyId '{id}' is not allowed.");
        assert_eq!(refused.message(), message, "{name}");
        changed.as_object_mut().expect("members").remove(name);
        let expected = if name == "key" { 204 } else { 400 };
        assert_eq!(write(&tenant, &[changed]).await.status, expected, "without {name}");
    }
    // Another notation of the same time is the same time.
    let mut same = before[0].clone();
    same["endDateTime"] = json!("2080-01-01T00:00:00Z");
    assert_eq!(write(&tenant, &[same]).await.status, 204);
    assert_eq!(read(&tenant, "").await, before);
}

#[tokio::test(start_paused = true)]
async fn invalid_certificates_are_rejected() {
    let tenant = Tenant::with(&[&[]], json!({}));
    let good = valid("good");
    let private = pem("PRIVATE KEY", good.pair.serialized_der());
    let base64 = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let short = Issued { pair: good.pair, der: good.der[..good.der.len() - 1].to_vec() };
    for (entry, code) in [
        (entry_with(&good, &json!({"key": null})), "Request_BadRequest"),
        (entry_with(&good, &json!({"key": "no base64"})), "Request_BadRequest"),
        (entry_with(&good, &json!({"key": base64(&private)})), "Request_BadRequest"),
        (entry(&short), "Request_BadRequest"),
        (entry_with(&good, &json!({"usage": "verify"})), "Request_BadRequest"),
        (entry_with(&good, &json!({"type": "X509CertAndPassword"})), "Request_BadRequest"),
        (entry_with(&good, &json!({"wrong": 1})), "Request_BadRequest"),
        (entry_with(&good, &json!({"customKeyIdentifier": "A".repeat(48)})), "Request_BadRequest"),
        (entry_with(&good, &json!({"endDateTime": "2091-01-01T00:00:00Z"})), "KeyCredentialsInvalidEndDate"),
        (entry_with(&good, &json!({"endDateTime": "2021-01-01T00:00:00Z"})), "KeyCredentialsInvalidEndDate"),
        (entry(&issue(rsa_key(), "expired", 2001, 2002)), "KeyCredentialsInvalidEndDate"),
        (
            entry_with(&good, &json!({"startDateTime": "2019-01-01T00:00:00Z"})),
            "KeyCredentialsInvalidStartDate",
        ),
    ] {
        let shown = entry.to_string();
        let refused = write(&tenant, &[entry]).await;
        assert_eq!((refused.status, refused.code()), (400, code), "{shown}: {}", refused.body);
    }
    assert!(read(&tenant, "").await.is_empty());
    // Stored without complaint: an elliptic-curve key, with which no sign-in works, and Base64 of PEM instead of DER.
    assert_eq!(write(&tenant, &[entry(&issue(ec_key(), "curve", 2020, 2090))]).await.status, 204);
    assert_eq!(write(&tenant, &[entry_with(&good, &json!({"key": base64(&good.pem())}))]).await.status, 204);
    assert_eq!(read(&tenant, "?$select=keyCredentials").await[0]["key"], good.key());
}

#[tokio::test(start_paused = true)]
async fn a_certificate_without_an_end_is_valid_for_a_year_or_until_its_own_end() {
    let tenant = Tenant::with(&[&[]], json!({}));
    assert_eq!(write(&tenant, &[entry(&valid("long"))]).await.status, 204);
    let entries = read(&tenant, "").await;
    let time =
        |name: &str| entries[0][name].as_str().expect("a time").parse::<jiff::Timestamp>().expect("a time");
    let days = (time("endDateTime").as_second() - time("startDateTime").as_second()) / 86_400;
    assert!((365..=366).contains(&days), "{days}");
    let created = json!({"displayName": "created with one", "keyCredentials": [entry(&valid("own"))]});
    let created = tenant.post(&tenant.admin(), "/applications", created).await;
    assert_eq!(
        (created.status, names(created.body["keyCredentials"].as_array().expect("a list"))),
        (201, vec!["CN=own"])
    );
}

#[tokio::test(start_paused = true)]
async fn reads_of_certificates_lag() {
    let options =
        Options::default().state(state(&[&[]], json!({}))).faults(vec![fault("replication-lag=20")]);
    let tenant = Tenant::of(options);
    assert_eq!(write(&tenant, &[entry(&valid("old"))]).await.status, 204);
    assert!(read(&tenant, "").await.is_empty());
    tokio::time::advance(Duration::from_secs(20)).await;
    let old = read(&tenant, "").await;
    assert_eq!(names(&old), ["CN=old"]);
    let new = entry(&issue(other_rsa_key(), "new", 2020, 2090));
    assert_eq!(write(&tenant, &[old[0].clone(), new]).await.status, 204);
    // A second write from the list read too early loses the new certificate.
    let stale = read(&tenant, "").await;
    assert_eq!(names(&stale), ["CN=old"]);
    assert_eq!(write(&tenant, &stale).await.status, 204);
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_eq!(names(&read(&tenant, "").await), ["CN=old"]);
}

/// Ownership of one application is enough, and it ends with the ownership.
#[tokio::test(start_paused = true)]
async fn owners_may_change_their_application_with_owned_by() {
    let tenant =
        Tenant::with(&[&[], &["Application.ReadWrite.OwnedBy"], &["Application.Read.All"]], json!({}));
    let body = json!({"keyCredentials": [entry(&valid("own"))]});
    let owners = format!("{}/owners", path());
    let (owner, reader) = (tenant.app(1).await, tenant.app(2).await);
    let mut ids = Vec::new();
    for number in [1, 2] {
        let principal = format!("/servicePrincipals(appId='{}')", Tenant::app_id(number));
        let id = tenant.get(&tenant.admin(), &principal).await.body["id"].as_str().expect("an id").to_owned();
        let reference =
            json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}")});
        // An owner cannot make itself one.
        let own = tenant.call(&owner, "POST", &format!("{owners}/$ref"), Some(reference.clone())).await;
        own.assert_refused(403, "Authorization_RequestDenied");
        let add =
            tenant.call(&tenant.admin(), "POST", &format!("{owners}/$ref"), Some(reference.clone())).await;
        assert_eq!(add.status, 204);
        let again = tenant.call(&tenant.admin(), "POST", &format!("{owners}/$ref"), Some(reference)).await;
        again.assert_refused(400, "Request_BadRequest");
        ids.push(id);
    }
    let listed = tenant.get(&tenant.admin(), &owners).await.body["value"].clone();
    assert_eq!((&listed[0]["id"], &listed[1]["id"]), (&json!(ids[0]), &json!(ids[1])));
    assert_eq!(tenant.call(&owner, "PATCH", &path(), Some(body.clone())).await.status, 204);
    // The ownership without the permission is not enough, and neither is the permission for another application.
    let refused = tenant.call(&reader, "PATCH", &path(), Some(body.clone())).await;
    refused.assert_refused(403, "Authorization_RequestDenied");
    let other = format!("/applications(appId='{}')", Tenant::app_id(2));
    let refused = tenant.call(&owner, "PATCH", &other, Some(body.clone())).await;
    refused.assert_refused(403, "Authorization_RequestDenied");
    let gone = tenant.call(&tenant.admin(), "DELETE", &format!("{owners}/{}/$ref", ids[0]), None).await;
    assert_eq!(gone.status, 204);
    let refused = tenant.call(&owner, "PATCH", &path(), Some(body)).await;
    refused.assert_refused(403, "Authorization_RequestDenied");
}

#[tokio::test(start_paused = true)]
async fn certificates_need_the_permission_to_change_the_application() {
    let tenant = Tenant::with(&[&[], &["Application.ReadWrite.OwnedBy"]], json!({}));
    let body = json!({"keyCredentials": [entry(&valid("own"))]});
    for number in [0, 1] {
        let token = tenant.app(number).await;
        let refused = tenant.call(&token, "PATCH", &path(), Some(body.clone())).await;
        refused.assert_refused(403, "Authorization_RequestDenied");
    }
}
