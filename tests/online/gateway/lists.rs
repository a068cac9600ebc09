//! Lists page by page, and lists without an end.

use std::sync::Arc;

use serde_json::{Value, json};
use swyx_teams::http::{Request, Response, SendFuture, Transport};
use swyx_teams::swyx::GatewayError;

use super::script::*;

fn user(id: &str, name: &str) -> Value {
    json!({"id": id, "name": name, "email": null, "enabled": true})
}

fn page(users: &[Value], next: Option<&str>) -> Reply {
    json(&json!({"users": users, "next": next}))
}

#[tokio::test]
async fn pages_are_joined_without_duplicates() {
    let script = Script::new([
        page(&[user("c", "first"), user("a", "")], Some("p 2&")),
        page(&[], Some("p3")),
        page(&[user("b", ""), user("c", "second")], None),
    ]);
    let users = gateway(&script).users().await.unwrap();
    let names = users.iter().map(|user| (&*user.id, &*user.name)).collect::<Vec<_>>();
    assert_eq!(names, [("a", ""), ("b", ""), ("c", "first")]);
    let address = format!("GET {ADDRESS}/v1/users");
    assert_eq!(
        script.lines(),
        [address.clone(), format!("{address}?after=p%202%26"), format!("{address}?after=p3")]
    );
}

#[tokio::test]
async fn cursor_of_the_first_page_is_used() {
    let status = |id: &str| json!({"id": id, "status": "Away", "inCall": false, "sequence": 1});
    let script = Script::new([
        json(&json!({"cursor": "c1", "statuses": [status("a")], "next": "p2"})),
        json(&json!({"cursor": "c2", "statuses": [status("a"), status("b")], "next": null})),
    ]);
    let read = gateway(&script).statuses(Some(&cursor("c0"))).await.unwrap();
    assert_eq!(read.cursor, cursor("c1"));
    assert_eq!(read.statuses.len(), 3);
    let address = format!("GET {ADDRESS}/v1/statuses?since=c0");
    assert_eq!(script.lines(), [address.clone(), format!("{address}&after=p2")]);
}

fn assert_endless(error: &GatewayError) {
    assert!(matches!(error, GatewayError::EndlessPages { .. }), "{error}");
    assert!(!error.is_transient());
}

#[tokio::test]
async fn page_loops_end() {
    let script = Script::new([page(&[], Some("p2")), page(&[], Some("p3")), page(&[], Some("p2"))]);
    assert_endless(&gateway(&script).users().await.unwrap_err());
    assert_eq!(script.lines().len(), 3);
}

#[tokio::test]
async fn page_with_invalid_token_is_rejected() {
    for next in ["", &"x".repeat(1025)] {
        let error = gateway(&Script::new([page(&[], Some(next))])).users().await.unwrap_err();
        assert!(matches!(error, GatewayError::NotAGateway { .. }), "{error}");
    }
    // The cross-check: a token of 1,024 characters is valid.
    let script = Script::new([page(&[], Some(&"x".repeat(1024))), page(&[], None)]);
    assert!(gateway(&script).users().await.is_ok());
}

/// Gives page after page, each with `users` elements and `blanks` between them and the end.
struct Endless {
    users: usize,
    blanks: usize,
    pages: std::sync::Mutex<usize>,
}

impl Transport for Endless {
    fn send(&self, _: Request) -> SendFuture<'_> {
        let mut pages = self.pages.lock().unwrap();
        *pages += 1;
        let users = (0..self.users)
            .map(|user| format!(r#"{{"id":"{pages}-{user}","name":"","enabled":true}}"#))
            .collect::<Vec<_>>()
            .join(",");
        let body = format!(r#"{{"users":[{users}],"next":"{pages}"{}}}"#, " ".repeat(self.blanks));
        Box::pin(async move { Ok(Response::new(body.into_bytes())) })
    }
}

#[tokio::test]
async fn endless_pages_end() {
    for (users, blanks, most) in [(0, 0, 20_001), (50_000, 0, 21), (0, 8_000_000, 34)] {
        let endless = Arc::new(Endless { users, blanks, pages: Default::default() });
        assert_endless(&over(Arc::clone(&endless) as _, once()).users().await.unwrap_err());
        assert_eq!(*endless.pages.lock().unwrap(), most, "{users} {blanks}");
    }
}
