//! Presences over time, as set and read by applications and users.

use std::time::Duration;

use serde_json::{Value, json};

use crate::graph::tenant::{Answer, SYNC, Tenant};

/// One user and an application that may do all.
struct Ada {
    tenant: Tenant,
    token: String,
    path: String,
}

impl Ada {
    async fn new(more: Value) -> Self {
        let tenant = Tenant::with(&[SYNC, &["Presence.Read.All"]], more);
        let token = tenant.app(0).await;
        let path = format!("/users/{}/presence", tenant.user("ada@contoso.example").await);
        Self { tenant, token, path }
    }

    async fn act(&self, action: &str, body: Value) -> Answer {
        self.tenant.post(&self.token, &format!("{}/{action}", self.path), body).await
    }

    async fn set(&self, availability: &str, activity: &str, duration: &str) -> Answer {
        let session = Tenant::app_id(0);
        let mut body = json!({"sessionId": session, "availability": availability, "activity": activity});
        if !duration.is_empty() {
            body["expirationDuration"] = json!(duration);
        }
        self.act("setPresence", body).await
    }

    async fn clear(&self) -> Answer {
        self.act("clearPresence", json!({"sessionId": Tenant::app_id(0)})).await
    }

    async fn seen(&self) -> String {
        let read = self.tenant.get(&self.token, &self.path).await;
        assert_eq!(read.status, 200, "{}", read.body);
        format!("{}/{}", read.text("availability"), read.text("activity"))
    }

    fn teams(&self, status: Option<&str>) {
        self.tenant.emulator.set_teams_status("ada@contoso.example", status).expect("a status");
    }
}

async fn pass(minutes: u64) {
    tokio::time::advance(Duration::from_secs(60 * minutes)).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_begins_and_ends() {
    let ada = Ada::new(json!({})).await;
    assert_eq!(ada.seen().await, "Offline/Offline");
    let set = ada.set("Busy", "InACall", "PT10M").await;
    assert_eq!((set.status, &set.body), (200, &Value::Null));
    assert_eq!(ada.seen().await, "Busy/InACall");
    pass(9).await;
    assert_eq!(ada.seen().await, "Busy/InACall");
    pass(1).await;
    assert_eq!(ada.seen().await, "Offline/Offline");
    ada.clear().await.assert_refused(404, "NotFound");
    assert_eq!(ada.set("Busy", "InACall", "").await.status, 200);
    assert_eq!((ada.clear().await.status, ada.seen().await), (200, "Offline/Offline".into()));
    ada.clear().await.assert_refused(404, "NotFound");
    assert_eq!(ada.set("Busy", "InAConferenceCall", "").await.status, 200);
    pass(5).await;
    assert_eq!(ada.seen().await, "Offline/Offline", "five minutes unless asked");
}

#[tokio::test(start_paused = true)]
async fn availability_expires_unless_renewed() {
    let ada = Ada::new(json!({})).await;
    ada.set("Available", "Available", "PT50M").await;
    for (minutes, expected) in [
        (4, "Available/Available"),
        (1, "Available/AvailableInactive"),
        (5, "Away/Away"),
        (40, "Offline/Offline"),
    ] {
        pass(minutes).await;
        assert_eq!(ada.seen().await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn session_and_client_presence_are_aggregated() {
    let ada = Ada::new(json!({})).await;
    ada.teams(Some("Busy/InAMeeting"));
    ada.set("Away", "Away", "PT1H").await;
    assert_eq!(ada.seen().await, "Busy/InAMeeting");
    ada.teams(Some("Available/Available"));
    assert_eq!(ada.seen().await, "Available/Available");
    ada.set("Busy", "InACall", "PT1H").await;
    assert_eq!(ada.seen().await, "Busy/InACall");
    ada.teams(Some("DoNotDisturb/DoNotDisturb"));
    assert_eq!(ada.seen().await, "DoNotDisturb/DoNotDisturb");
    ada.teams(None);
    assert_eq!(ada.seen().await, "Busy/InACall");
}

#[tokio::test(start_paused = true)]
async fn preferred_presence_wins_with_documented_exceptions() {
    for (by_vendor, busy) in [(false, "Busy/Busy"), (true, "Busy/InACall")] {
        let ada = Ada::new(json!({"presence": {"manualStatusByVendor": by_vendor}})).await;
        let preferred =
            ada.act("setUserPreferredPresence", json!({"availability": "Busy", "activity": "Busy"})).await;
        assert_eq!(
            (preferred.status, ada.seen().await),
            (200, "Offline/Offline".into()),
            "there is no session"
        );
        ada.set("Busy", "InACall", "PT4H").await;
        assert_eq!(ada.seen().await, busy);
        let away = json!({"availability": "Away", "activity": "Away", "expirationDuration": "PT8M"});
        ada.act("setUserPreferredPresence", away).await;
        assert_eq!(ada.seen().await, "Away/Away");
        pass(8).await;
        assert_eq!(ada.seen().await, "Busy/InACall");
        ada.act("setUserPreferredPresence", json!({"availability": "Offline", "activity": "OffWork"})).await;
        assert_eq!(ada.seen().await, "Offline/OffWork");
        assert_eq!(ada.act("clearUserPreferredPresence", json!({})).await.status, 200);
        assert_eq!(ada.seen().await, "Busy/InACall");
        let bodyless = format!("{}/clearUserPreferredPresence", ada.path);
        assert_eq!(ada.tenant.call(&ada.token, "POST", &bodyless, None).await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn only_documented_pairs_and_durations_are_accepted() {
    let ada = Ada::new(json!({})).await;
    for duration in ["PT5M", "PT4H", "PT300S", "0:05:00", "4:00:00"] {
        assert_eq!(ada.set("Busy", "InACall", duration).await.status, 200, "{duration}");
    }
    for duration in ["PT4M59S", "PT4H1S", "0:04:59", "-PT5M", "PT0S", "5", "five"] {
        ada.set("Busy", "InACall", duration).await.assert_refused(400, "InvalidArgument");
    }
    for (availability, activity) in [
        ("Busy", "Busy"),
        ("DoNotDisturb", "DoNotDisturb"),
        ("Busy", "InAMeeting"),
        ("", ""),
        ("Offline", "OffWork"),
    ] {
        ada.set(availability, activity, "PT5M").await.assert_refused(400, "InvalidArgument");
        let preferred = json!({"availability": availability, "activity": activity});
        let status = ada.act("setUserPreferredPresence", preferred).await.status;
        assert_eq!(
            status == 200,
            ["Busy", "DoNotDisturb", "OffWork"].contains(&activity),
            "{availability}/{activity}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn session_id_must_be_the_application_id() {
    let ada = Ada::new(json!({})).await;
    let pair = |session: Value| json!({"sessionId": session, "availability": "Busy", "activity": "InACall"});
    let reader = ada.tenant.app(1).await;
    let path = format!("{}/setPresence", ada.path);
    for missing in [Value::Null, json!(""), json!(1)] {
        for token in [&ada.token, &reader] {
            let refused = ada.tenant.post(token, &path, pair(missing.clone())).await;
            refused.assert_refused(400, "InvalidArgument");
            assert_eq!(refused.message(), "[SessionId]: The SessionId field is required.");
        }
    }
    ada.act("setPresence", pair(json!(Tenant::app_id(1)))).await.assert_refused(400, "InvalidArgument");
    ada.tenant.post(&reader, &path, pair(json!(Tenant::app_id(1)))).await.assert_refused(403, "Forbidden");
    assert_eq!(
        ada.act("microsoft.graph.setPresence", pair(json!(Tenant::app_id(0).to_uppercase()))).await.status,
        200
    );
}

#[tokio::test(start_paused = true)]
async fn many_presences_are_read_at_once() {
    for answered in [false, true] {
        let ada = Ada::new(json!({"presence": {"unknownIdsAnswered": answered}})).await;
        let (tenant, nobody) = (&ada.tenant, "11111111-1111-4111-8111-111111111111");
        let (ada_id, lobby) =
            (tenant.user("ada@contoso.example").await, tenant.user("lobby@contoso.example").await);
        ada.set("Busy", "InACall", "").await;
        let read = tenant.app(1).await;
        let ask =
            |ids: Value| tenant.post(&read, "/communications/getPresencesByUserId", json!({"ids": ids}));
        let found = ask(json!([ada_id, nobody, lobby])).await;
        let (ids, states) = (found.each("id"), found.each("availability"));
        if answered {
            assert_eq!(
                (ids, states),
                (vec![&*ada_id, nobody, &*lobby], vec!["Busy", "PresenceUnknown", "PresenceUnknown"])
            );
        } else {
            assert_eq!((ids, states), (vec![&*ada_id, &*lobby], vec!["Busy", "PresenceUnknown"]));
        }
        let first = &found.body["value"][0];
        assert_eq!(first["outOfOfficeSettings"], json!({"message": null, "isOutOfOffice": false}));
        assert!(first["sequenceNumber"].is_string() && first["workLocation"].is_null());
        assert_eq!(ask(json!(vec![nobody; 650])).await.status, 200);
        ask(json!(vec![nobody; 651])).await.assert_refused(400, "InvalidArgument");
        ask(json!(["ada@contoso.example"])).await.assert_refused(400, "InvalidArgument");
        ask(json!("x")).await.assert_refused(400, "InvalidArgument");
        assert_eq!(ask(json!([])).await.each("id"), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn all_paths_return_the_same_presence() {
    let ada = Ada::new(json!({})).await;
    let id = ada.tenant.user("ada@contoso.example").await;
    let one = ada.tenant.get(&ada.token, &ada.path).await;
    let context = format!("https://localhost:8443/v1.0/$metadata#users('{id}')/presence/$entity");
    assert_eq!(one.text("@odata.context"), context);
    let same = ada.tenant.get(&ada.token, &format!("/communications/presences/{id}")).await;
    assert_eq!(one.body, same.body);
    ada.tenant.get(&ada.token, "/users/ada@contoso.example/presence").await.assert_refused(404, "NotFound");
    let lobby = ada.tenant.user("lobby@contoso.example").await;
    let set = json!({"sessionId": Tenant::app_id(0), "availability": "Busy", "activity": "InACall"});
    ada.tenant
        .post(&ada.token, &format!("/users/{lobby}/presence/setPresence"), set)
        .await
        .assert_refused(404, "NotFound");
    ada.act("setPosture", json!({})).await.assert_refused(400, "BadRequest");
}

#[tokio::test(start_paused = true)]
async fn user_sets_only_the_own_presence() {
    let ada = Ada::new(json!({})).await;
    let admin = ada.tenant.admin();
    let tools = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
    let body = json!({"sessionId": tools, "availability": "Away", "activity": "Away"});
    assert_eq!(ada.tenant.post(&admin, "/me/presence/setPresence", body.clone()).await.status, 200);
    let me = ada.tenant.get(&admin, "/me/presence").await;
    assert_eq!((me.status, me.text("availability")), (200, "Away".into()));
    let other = ada.tenant.post(&admin, &format!("{}/setPresence", ada.path), body).await;
    other.assert_refused(403, "Forbidden");
    assert_eq!(other.message(), "Cannot set the presence of another user");
    assert_eq!(ada.tenant.get(&admin, &ada.path).await.status, 200, "reading all is granted");
}

#[tokio::test(start_paused = true)]
async fn status_message_is_kept_until_it_expires() {
    let ada = Ada::new(json!({})).await;
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(30);
    let until = until.strftime("%Y-%m-%dT%H:%M:%S%.7f").to_string();
    let message = |zone: &str, content: &str| {
        json!({"statusMessage": {"message": {"content": content, "contentType": "text"},
        "expiryDateTime": {"dateTime": until, "timeZone": zone}}})
    };
    assert_eq!(ada.act("setStatusMessage", message("UTC", "back soon")).await.status, 200);
    let read = || async { ada.tenant.get(&ada.token, &ada.path).await.body["statusMessage"].clone() };
    let shown = read().await;
    assert_eq!(shown["message"]["content"], "back soon");
    assert_eq!(shown["publishedDateTime"]["timeZone"], "UTC");
    pass(31).await;
    assert_eq!(read().await, Value::Null);
    for wrong in [json!({}), json!({"statusMessage": {}}), message("Moon", "x")] {
        ada.act("setStatusMessage", wrong).await.assert_refused(400, "InvalidArgument");
    }
}
