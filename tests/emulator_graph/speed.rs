//! A large tenant answers what is asked of it, and counts the same.

use serde_json::json;
use swyx_teams::emulator::Options;

use crate::tenant::Tenant;

/// How many users there are.
const USERS: u32 = 100_000;

#[tokio::test]
async fn presences_of_650_out_of_100_000_users_are_read() {
    let tenant = Tenant::of(Options { users: Some(USERS), ..Options::default() });
    let token = tenant.first().await;
    let users = tenant.get(&token, "/users?$top=650&$select=id").await;
    let ids = users.each("id");
    let mut times = (0..101).map(|_| std::time::Duration::ZERO).collect::<Vec<_>>();
    for time in &mut times {
        let began = std::time::Instant::now();
        let found = tenant.post(&token, "/communications/getPresencesByUserId", json!({"ids": ids})).await;
        *time = began.elapsed();
        assert_eq!(found.each("id"), ids);
    }
    times.sort_unstable();
    // Told, not tested: how fast the machine is decides it.
    eprintln!("median of getPresencesByUserId with 650 ids, with reading the answer: {:?}", times[50]);
}
