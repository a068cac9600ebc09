//! Tenants with an obstacle, or with objects from an earlier setup.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use swyx_teams::entra::snapshot::objects::FoundBy;
use swyx_teams::provision::{Options, Plan, RotateRequest, Step};

use super::stage::{Ended, Stage};
use super::world::{Start, World, graph};

const ID: &str = "7d3f1c2a-5b6e-4a8d-9c0b-2e4f6a8c0d1e";
const NAME: &str = "SwyxMSTeamsPresenceSync";
const NEW: RotateRequest = RotateRequest::New { again: false, remove_old: false };

fn stage(tenant: &Value, mode: u8) -> Arc<Stage> {
    Stage::new(0, tenant.to_string(), mode, Duration::ZERO)
}

/// A stage with one application, whose first secret is kept and typed into Control Center.
fn with_application(application: Value, mode: u8) -> Arc<Stage> {
    let kept = application["secrets"][0]["value"].as_str().map(str::to_owned);
    let stage = stage(&json!({"applications": [application]}), mode);
    stage.state().client_id = Some(ID.to_owned());
    (stage.state().kept, stage.state().control_center) = (kept.clone(), kept);
    stage
}

fn plain() -> Value {
    json!({"appId": ID, "displayName": NAME, "secrets": [{"displayName": "SwyxServer", "value": "Abc8Q~the-first-one-of-all"}]})
}

/// What was planned and done.
#[track_caller]
fn done(ended: Ended<(Plan, Option<swyx_teams::provision::Applied>)>, stage: &Stage) -> Plan {
    assert_eq!(stage.state().breach, None);
    match ended {
        Ended::Done((plan, _)) => plan,
        ended => panic!("{ended:?}"),
    }
}

/// Why a run failed, without having changed anything.
#[track_caller]
fn refused<T: std::fmt::Debug>(ended: Ended<T>, stage: &Stage) -> String {
    assert_eq!(stage.state().breach, None);
    match ended {
        Ended::Failed(why) => why,
        ended => panic!("{ended:?}"),
    }
}

#[track_caller]
fn assert_words(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word} in {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_applications_of_one_name_need_a_decision() {
    let tenant = json!({"applications": [{"appId": ID, "displayName": NAME}, {"displayName": NAME}]});
    let stage = stage(&tenant, 2);
    let before = stage.emulator.snapshot();
    match stage.apply().await {
        Ended::Failed(why) => assert_words(
            &why,
            &["2 applications have the name", ID, "swyx-teams set control_center.MsTeamsClientId ID"],
        ),
        ended => panic!("{ended:?}"),
    }
    assert_eq!((stage.state().writes, stage.emulator.snapshot()), (0, before.clone()));
    stage.state().client_id = Some(ID.to_owned());
    assert!(
        matches!(stage.apply().await, Ended::Done((plan, _)) if plan.found_by == Some(FoundBy::ClientId))
    );
    let after = stage.emulator.snapshot();
    assert_eq!((after.applications.len(), &after.applications[1]), (2, &before.applications[1]));
}

#[tokio::test(start_paused = true)]
async fn application_is_found_by_each_identifier() {
    let unique = "swyx-teams-swyxmsteamspresencesync-cefbbafe";
    for (application, id, found_by) in [
        (json!({"appId": ID, "displayName": "another"}), Some(ID), FoundBy::ClientId),
        (json!({"appId": ID, "displayName": "another", "uniqueName": unique}), None, FoundBy::UniqueName),
        (json!({"appId": ID, "displayName": NAME}), None, FoundBy::DisplayName),
    ] {
        let stage = stage(&json!({"applications": [application]}), 2);
        stage.state().client_id = id.map(str::to_owned);
        assert_eq!(done(stage.apply().await, &stage).found_by, Some(found_by));
        let snapshot = stage.emulator.snapshot();
        assert_eq!((snapshot.applications.len(), stage.state().client_id.as_deref()), (1, Some(ID)));
        assert_eq!(done(stage.apply().await, &stage).steps, []);
    }
}

#[tokio::test(start_paused = true)]
async fn declarations_for_other_resources_stay_unchanged() {
    let stage = World::new(1, Start::Portal, 2, Duration::ZERO).await.stage;
    let id = stage.state().client_id.clone().expect("an id");
    let path = format!("/applications(appId='{id}')?$select=requiredResourceAccess");
    let declared = async || graph(&stage, "GET", &path, Value::Null).await["requiredResourceAccess"].clone();
    let before = declared().await;
    assert_eq!(before.as_array().expect("a list").len(), 2);
    done(stage.apply().await, &stage);
    let after = declared().await;
    assert_eq!(after[1].to_string(), before[1].to_string());
    let (old, new) = (before[0]["resourceAccess"].as_array(), after[0]["resourceAccess"].as_array());
    let (old, new) = (old.expect("a list"), new.expect("a list"));
    assert!(old.iter().all(|one| new.contains(one)) && new.len() == old.len() + 2, "{after}");
    let plan = done(stage.apply_with(Options::default().prune(true)).await, &stage);
    assert!(plan.steps.iter().any(|step| matches!(step, Step::Revoke { .. })), "{plan:?}");
    let pruned = declared().await;
    assert_eq!(pruned[1].to_string(), before[1].to_string());
    // Modes ignore delegated permissions.
    let snapshot = stage.emulator.snapshot().applications.remove(0);
    assert_eq!(snapshot.declared.delegated, ["User.Read"]);
    assert_eq!(snapshot.declared.application, ["Presence.ReadWrite.All", "User.ReadBasic.All"]);
}

#[tokio::test(start_paused = true)]
async fn deleted_application_error_says_how_to_restore() {
    for is_named in [true, false] {
        let stage = stage(&json!({}), 2);
        done(stage.apply().await, &stage);
        let id = stage.emulator.snapshot().applications[0].id;
        graph(&stage, "DELETE", &format!("/applications/{id}"), Value::Null).await;
        // Deleting it is deliberate: nothing works without it.
        stage.state().has_worked = false;
        if !is_named {
            stage.state().client_id = None;
        }
        let writes = stage.state().writes;
        let why = refused(stage.apply().await, &stage);
        assert_words(&why, &["was deleted on", "can be restored for 30 days", &format!("{id}/restore")]);
        let instead = [
            "swyx-teams set entra.application_name",
            "remove `control_center.MsTeamsClientId` from the file",
        ];
        assert_words(&why, &[instead[usize::from(is_named)]]);
        assert_eq!(stage.state().writes, writes);
        graph(&stage, "POST", &format!("/directory/deletedItems/{id}/restore"), json!({})).await;
        let plan = done(stage.apply().await, &stage);
        assert!(matches!(plan.steps[usize::from(!is_named)], Step::RestorePrincipal { .. }), "{plan:?}");
        let plan = done(stage.apply().await, &stage);
        assert!(plan.steps.is_empty() && plan.found_by.is_some(), "{plan:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn full_secret_list_error_has_the_count() {
    let mut application = plain();
    let secrets =
        (1..1_200).map(|number| json!({"displayName": format!("secret {number}"), "endsInDays": 9}));
    application["secrets"].as_array_mut().expect("a list").extend(secrets);
    let stage = with_application(application, 2);
    let before = stage.emulator.snapshot();
    assert_words(&refused(stage.rotate(NEW).await, &stage), &["the application has 1200 client secrets"]);
    assert_eq!(stage.emulator.snapshot(), before);
}

#[tokio::test(start_paused = true)]
async fn tenant_policies_are_named_and_nothing_changes() {
    for (policies, words) in [
        (json!({"secretsBanned": true}), "forbids new client secrets, so none can be created"),
        (json!({"maxSecretDays": 90}), "limits a new client secret to 90 days"),
        (json!({"secretsBanned": true, "unreadable": true}), "forbids new client secrets"),
        (
            json!({"maxSecretDays": 90, "unreadable": true}),
            "does not allow a client secret that is valid for 180 days",
        ),
    ] {
        let stage = stage(&json!({"applications": [plain()], "policies": policies}), 2);
        stage.state().client_id = Some(ID.to_owned());
        stage.state().kept = Some("Abc8Q~the-first-one-of-all".to_owned());
        let before = stage.emulator.snapshot();
        assert_words(&refused(stage.rotate(NEW).await, &stage), &[words, "application management policy"]);
        assert_eq!(stage.emulator.snapshot(), before);
        assert_eq!(stage.state().kept.as_deref(), Some("Abc8Q~the-first-one-of-all"));
    }
}

#[tokio::test(start_paused = true)]
async fn new_secret_waits_while_the_sign_in_has_an_unknown_code() {
    let stage = stage(&json!({}), 2);
    let fault = "refuse-application=7009999".parse().expect("a fault");
    stage.emulator.set_faults(&[fault]);
    let ends_later = async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        stage.emulator.set_faults(&[]);
    };
    let (applied, ()) = tokio::join!(stage.apply(), ends_later);
    done(applied, &stage);
    assert_eq!(stage.emulator.snapshot().applications[0].secrets.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn purged_service_principal_is_created_again() {
    let stage = stage(&json!({}), 2);
    done(stage.apply().await, &stage);
    let before = stage.emulator.snapshot().applications.remove(0);
    let id = before.service_principal.expect("one").id;
    graph(&stage, "DELETE", &format!("/servicePrincipals/{id}"), Value::Null).await;
    stage.state().has_worked = false;
    graph(&stage, "DELETE", &format!("/directory/deletedItems/{id}"), Value::Null).await;
    // It can no longer be restored, so a new one is created and gets the grants.
    let plan = done(stage.apply().await, &stage);
    assert!(matches!(plan.steps[0], Step::CreatePrincipal), "{plan:?}");
    let after = stage.emulator.snapshot().applications.remove(0).service_principal.expect("one");
    assert_ne!(after.id, id);
    assert_eq!(after.granted.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn disabled_sign_in_is_enabled() {
    let mut application = plain();
    application["accountEnabled"] = false.into();
    let stage = with_application(application, 2);
    let plan = done(stage.apply().await, &stage);
    assert!(plan.steps.contains(&Step::EnablePrincipal), "{plan:?}");
    let snapshot = stage.emulator.snapshot().applications.remove(0);
    assert!(snapshot.service_principal.is_some_and(|principal| principal.account_enabled));
    assert_eq!(snapshot.secrets.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_mode_gets_its_permissions_and_only_prune_removes() {
    const WRITE: &str = "Presence.ReadWrite.All";
    const READ: &str = "Presence.Read.All";
    const USERS: &str = "User.ReadBasic.All";
    for (mode, prune, before, after) in [
        (1, false, vec![], vec![READ, USERS]),
        (2, false, vec![], vec![WRITE, USERS]),
        (1, false, vec![WRITE, "User.Read.All"], vec![WRITE, "User.Read.All"]),
        (1, true, vec![WRITE, "User.Read.All"], vec![READ, USERS]),
        (2, false, vec![READ, USERS], vec![READ, USERS, WRITE]),
        // It allows nothing that the needed one does not.
        (2, true, vec![READ, USERS, "Mail.Read"], vec![READ, USERS, WRITE]),
    ] {
        let mut application = plain();
        application["declared"] = json!({"application": before});
        application["granted"] = application["declared"].clone();
        let stage = with_application(application, mode);
        let options = Options::default().prune(prune);
        let plan = done(stage.apply_with(options).await, &stage);
        let snapshot = stage.emulator.snapshot().applications.remove(0);
        let granted = snapshot.service_principal.expect("one").granted;
        assert_eq!((&granted, &snapshot.declared.application), (&granted, &granted), "{mode} {prune}");
        let mut expected = after;
        expected.sort_unstable();
        let mut granted = granted;
        granted.sort_unstable();
        assert_eq!(granted, expected, "{mode} {prune} {before:?}");
        assert_eq!(done(stage.apply_with(options).await, &stage).steps, [], "{plan:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_replication_wait_has_a_reason() {
    let stage = Stage::new(0, json!({}).to_string(), 2, Duration::from_secs(60));
    done(stage.apply().await, &stage);
    let story = stage.state().story.join("\n");
    for reason in [
        "Entra ID is still replicating the new application",
        "Entra ID is still replicating the new service principal",
        "Entra ID does not accept the sign-in yet (AADSTS7000215",
    ] {
        assert!(story.contains(reason), "{reason}\n{story}");
    }
    // Once it is done, the next one waits for nothing but what is not seen.
    tokio::time::sleep(stage.lag).await;
    let progress = stage.state().story.len();
    assert_eq!(done(stage.apply().await, &stage).steps, []);
    assert!(!stage.state().story[progress..].iter().any(|line| line.contains("waits")));
}
