//! A large tenant answers what is asked of it. How fast it does is measured by the benchmark, for no test depends on the machine.

use serde_json::json;
use swyx_teams::emulator::Options;

use crate::graph::tenant::Tenant;

#[tokio::test(start_paused = true)]
async fn a_tenant_of_100_000_users_answers_for_650_of_them() {
    let tenant = Tenant::of(Options::default().users(100_000));
    let token = tenant.first().await;
    let last = tenant.user("admin@contoso.example").await;
    let users = tenant.get(&token, "/users?$top=649&$select=id").await;
    let ids = [users.each("id"), vec![&last]].concat();
    tenant.emulator.set_teams_status(&last, Some("Busy/Busy")).expect("a status");
    let found = tenant.post(&token, "/communications/getPresencesByUserId", json!({"ids": ids})).await;
    assert_eq!((found.each("id"), found.each("availability")[649]), (ids, "Busy"));
}
