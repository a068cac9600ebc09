//! Faults by chance, many seeds of them: a tenant is seen as it is, or not at all.

use swyx_teams::emulator::{Fault, Options, Scenario};
use swyx_teams::entra::snapshot::{Cause, Snapshot};

use super::memory::place;
use crate::faults::fault;

/// Each scenario with what may be found in it: all of it, or less where something was not seen.
const TRUTH: [(Scenario, &[&str]); 4] = [
    (Scenario::Ready, &[]),
    (Scenario::NoConsent, &["permission-missing", "permission-missing"]),
    (Scenario::ExpiredSecret, &["secret-expired"]),
    (Scenario::Disabled, &["sign-in-disabled"]),
];

fn is_seen(tenant: &Snapshot) -> bool {
    let parts = [tenant.sign_in.is_ok(), tenant.directory.is_ok(), tenant.presence.is_ok()];
    parts.iter().all(|seen| *seen)
}

fn weight(tenant: &Snapshot) -> Option<Cause> {
    let directory = tenant.directory.as_ref().err().map(|why| why.cause);
    directory.max(tenant.presence.as_ref().err().map(|why| why.cause))
}

#[tokio::test(start_paused = true)]
async fn no_fault_makes_a_tenant_look_like_another() {
    let mixes: [&[Fault]; 5] = [
        &[fault("unavailable=0.3")],
        &[fault("throttle=0.5")],
        &[fault("html-body=0.3"), fault("drop-reply=0.2")],
        &[fault("throttle=0.3"), fault("unavailable=0.3"), fault("html-body=0.1"), fault("drop-reply=0.1")],
        &[fault("throttle=1")],
    ];
    let (mut seen, mut unseen) = (0, 0);
    for seed in 0..20 {
        for mix in mixes {
            for (scenario, truth) in TRUTH {
                let options = Options::default().scenario(scenario).faults(mix.to_vec()).seed(seed);
                let place = place(options);
                let tenant = place.application().await;
                let rules = place.rules(&tenant);
                if tenant.sign_in.is_ok() {
                    assert_eq!(rules, truth, "{scenario:?} {mix:?} {seed}");
                } else {
                    assert!(rules.is_empty(), "{scenario:?} {mix:?} {seed}: {rules:?}");
                }
                if is_seen(&tenant) {
                    seen += 1
                } else {
                    unseen += 1
                }
                assert!(is_seen(&tenant) || weight(&tenant).is_some_and(|cause| cause >= Cause::Follows));
            }
        }
    }
    // The proof is worth something only if both happened, and often.
    assert!(seen > 75 && unseen > 75, "{seen} seen, {unseen} not");
}

/// The cross-check: Graph rejects an expired token like a missing permission, so the failed reads are detected.
#[tokio::test(start_paused = true)]
async fn tenant_that_rejects_valid_tokens_is_found() {
    let place = place(Options::default().faults(vec![fault("expired-token=1")]));
    let tenant = place.application().await;
    assert_eq!(place.rules(&tenant), ["directory-unreadable", "presence-unreadable"]);
}

#[tokio::test(start_paused = true)]
async fn client_stays_within_enforced_graph_limits() {
    let place = place(Options::default().enforce_limits(true));
    for _ in 0..50 {
        let tenant = place.application().await;
        assert!(is_seen(&tenant) && place.rules(&tenant).is_empty());
    }
    assert!(place.emulator.log().iter().all(|entry| entry.status == 200));
}
