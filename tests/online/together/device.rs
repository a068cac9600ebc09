//! The device code: one prompt for a tenant, whatever the number of files, and the three ways in which it can end.

use std::sync::{Arc, Mutex};

use swyx_teams::emulator::{DeviceCode, Options, Scenario};
use swyx_teams::entra::GraphError;
use swyx_teams::entra::sign_in::{AdminSignIn, Administrators, DevicePrompt, TO_READ};
use swyx_teams::http::{Request, Response, SendFuture, Transport, TransportError};

use super::memory::{Place, place};

/// Administrators who sign in with a code, and the prompts that were shown.
fn administrators() -> (Administrators, Arc<Mutex<Vec<DevicePrompt>>>) {
    let prompts = Arc::new(Mutex::new(Vec::new()));
    let shown = Arc::clone(&prompts);
    let way = AdminSignIn::DeviceCode(Box::new(move |prompt| shown.lock().unwrap().push(prompt.clone())));
    (Administrators::new(way, TO_READ, std::time::Duration::from_secs(60)), prompts)
}

fn with(device_code: DeviceCode) -> Place {
    place(Options::default().scenario(Scenario::NoConsent).device_code(device_code).device_polls(3))
}

#[tokio::test(start_paused = true)]
async fn one_prompt_serves_every_file_of_a_tenant() {
    let place = with(DeviceCode::Approve);
    let (administrators, prompts) = administrators();
    let start = tokio::time::Instant::now();
    let mut tenant = place.application().await;
    for _ in 0..3 {
        let token = administrators
            .fetch_token(&place.settings().access, Arc::clone(&place.transport))
            .await
            .expect("approved");
        place.registration(&mut tenant, token).await;
        assert_eq!(place.rules(&tenant), ["permission-not-consented", "permission-not-consented"]);
    }
    let prompts = prompts.lock().unwrap();
    assert_eq!(prompts.len(), 1);
    assert!(prompts[0].address.starts_with("https://") && prompts[0].code.len() >= 6, "{prompts:?}");
    assert_eq!(prompts[0].lifetime.as_secs(), 900);
    // Three answers of "not yet", five seconds apart as was asked for.
    assert!((15..=20).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    let polls = place.emulator.log().iter().filter(|entry| entry.path.ends_with("/token")).count();
    assert_eq!(polls, 1 + 4, "the application's own sign-in, three answers of not yet, and the token");
}

#[tokio::test(start_paused = true)]
async fn rejected_or_expired_code_is_requested_once() {
    for (way, words) in [(DeviceCode::Decline, "sign-in refused"), (DeviceCode::Expire, "")] {
        let place = with(way);
        let (administrators, prompts) = administrators();
        let mut said = Vec::new();
        for _ in 0..2 {
            let failed =
                administrators.fetch_token(&place.settings().access, Arc::clone(&place.transport)).await;
            said.push(failed.expect_err("no token").to_string());
        }
        assert_eq!(said[0], said[1]);
        assert!(said[0].contains(words), "{said:?}");
        assert_eq!(prompts.lock().unwrap().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn rejections_are_distinguished() {
    let refused = |way| async move {
        let place = with(way);
        administrators()
            .0
            .fetch_token(&place.settings().access, Arc::clone(&place.transport))
            .await
            .expect_err("no token")
    };
    match refused(DeviceCode::Decline).await {
        GraphError::SignIn(refused) => assert_eq!(refused.error.as_str(), Some("authorization_declined")),
        other => panic!("{other}"),
    }
    match refused(DeviceCode::Expire).await {
        GraphError::SignIn(refused) => assert_eq!(refused.error.as_str(), Some("expired_token")),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn refused_administrator_is_told_what_to_do() {
    for (code, cure) in [(90_099, "Partner Center"), (50_105, "Microsoft Graph Command Line Tools")] {
        let fault = format!("refuse-administrator={code}").parse().expect("a fault");
        let place = place(Options::default().faults([fault]));
        let (administrators, _) = administrators();
        let refused =
            administrators.fetch_token(&place.settings().access, Arc::clone(&place.transport)).await;
        let text = refused.expect_err("no token").to_string();
        assert!(text.contains(&format!("AADSTS{code}")) && text.contains(cure), "{text}");
    }
}

/// An address that does not answer.
struct Nowhere;

impl Transport for Nowhere {
    fn send(&self, _: Request) -> SendFuture<'_> {
        Box::pin(async { Err(TransportError::Unreachable("no route to this host")) })
    }
}

#[tokio::test(start_paused = true)]
async fn unreachable_file_does_not_block_other_sign_ins() {
    let place = with(DeviceCode::Approve);
    let (administrators, prompts) = administrators();
    let failed =
        administrators.fetch_token(&place.settings().access, Arc::new(Nowhere)).await.expect_err("nowhere");
    assert!(failed.is_silence());
    administrators
        .fetch_token(&place.settings().access, Arc::clone(&place.transport))
        .await
        .expect("approved");
    assert_eq!(prompts.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_code_is_limited_to_a_minute() {
    /// Asks for a day's patience.
    struct Tomorrow;

    impl Transport for Tomorrow {
        fn send(&self, _: Request) -> SendFuture<'_> {
            Box::pin(async {
                let mut response = Response::new(Vec::new());
                *response.status_mut() = 429.try_into().unwrap();
                response.headers_mut().insert("retry-after", "86400".parse().unwrap());
                Ok(response)
            })
        }
    }

    let start = tokio::time::Instant::now();
    let failed = administrators()
        .0
        .fetch_token(&with(DeviceCode::Approve).settings().access, Arc::new(Tomorrow))
        .await;
    assert!(failed.expect_err("no code").to_string().contains("asked to wait 86400 s"));
    assert!(start.elapsed().as_secs() <= 60);
}
