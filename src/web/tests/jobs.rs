//! The actions of the page besides editing: started, done, stopped and shown, without losing unsaved
//! input.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use crate::web::actions::{Action, Actions, Code, Done, Part, Progress, Verdict};
use axum::http::StatusCode;

use super::place::{Answer, GOOD, Place, Sheet};

/// The next step of a job, controlled by the test.
enum Control {
    Say(&'static str),
    Ask(Code),
    End(Done),
    Panic,
}

/// A job that performs the steps of the test, and reports each one.
struct ControlledJob {
    controls: Mutex<Receiver<Control>>,
    done: Mutex<Sender<()>>,
}

impl Actions for ControlledJob {
    fn perform(&self, _: Action, progress: &Arc<dyn Progress>) -> Done {
        loop {
            let order = self.controls.lock().unwrap().recv();
            match order.unwrap_or(Control::Panic) {
                Control::Say(what) => progress.report(what),
                Control::Ask(code) => progress.request_sign_in(code),
                Control::End(done) => return done,
                Control::Panic => std::panic::resume_unwind(Box::new(())),
            }
            self.done.lock().unwrap().send(()).unwrap();
        }
    }
}

struct Jobs {
    place: Place,
    controls: Sender<Control>,
    done: Receiver<()>,
}

impl Jobs {
    fn new() -> Self {
        let (controls, ordered) = channel();
        let (follow, done) = channel();
        let actions = ControlledJob { controls: Mutex::new(ordered), done: Mutex::new(follow) };
        let place = Place::with(Arc::new(actions));
        place.write(GOOD);
        Self { place, controls, done }
    }

    fn send(&self, order: Control) {
        self.controls.send(order).unwrap();
        self.done.recv().unwrap();
    }

    /// Starts a job from the current form, and returns the address of its page.
    async fn begin(&self, name: &str) -> String {
        let form = self.place.form().await.and("action", name);
        let answer = self.place.post("/act", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.to.expect("an address")
    }

    /// The page of a job that ends now. Its thread cannot be joined, so the page is polled.
    async fn ended(&self, address: &str, order: Control) -> Answer {
        self.controls.send(order).unwrap();
        loop {
            let page = self.place.get(address).await;
            assert_eq!(page.refresh, None, "no page reloads by itself");
            if !is_open(&page) {
                return page;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// Whether the page shows a running job.
fn is_open(page: &Answer) -> bool {
    page.body.contains(" data-progress=")
}

fn done(parts: Vec<Part>) -> Done {
    Done { verdict: Verdict::Good, headline: "it is <well>".to_owned(), parts }
}

/// The address that stops a job.
pub(super) fn stop(address: &str) -> String {
    address.replace("/job?", "/stop?")
}

fn code(address: &str) -> Code {
    Code { address: address.to_owned(), code: "<B>ABCD".to_owned(), minutes: 15 }
}

#[tokio::test]
async fn job_shows_progress_then_its_result() {
    let jobs = Jobs::new();
    let address = jobs.begin("check").await;
    jobs.send(Control::Say("signing <in>"));
    let page = jobs.place.get(&address).await;
    assert!(page.body.contains("signing &lt;in&gt;"), "{}", page.body);
    // Without a script, a link shows the page again.
    let link = format!("<a href=\"{}\">Refresh</a>", address.trim_start_matches('/'));
    assert!(is_open(&page) && page.body.contains(&link), "{}", page.body);
    assert_eq!(page.refresh, None, "a browser would reload its own error page, too");
    let parts = vec![Part::Verbatim("a  <b>".to_owned()), Part::Numbered("By hand", vec!["<i>".to_owned()])];
    let page = jobs.ended(&address, Control::End(done(parts))).await;
    for text in ["it is &lt;well&gt;", "a  &lt;b&gt;", "By hand", "&lt;i&gt;", "Run again"] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
}

#[tokio::test]
async fn sign_in_code_is_shown_until_the_job_ends() {
    let jobs = Jobs::new();
    let address = jobs.begin("plan").await;
    jobs.send(Control::Ask(code("https://login.example/device")));
    let page = jobs.place.get(&address).await;
    assert!(page.body.contains("<code>&lt;B&gt;ABCD</code>"), "{}", page.body);
    assert!(page.body.contains("href=\"https://login.example/device\""), "{}", page.body);
    // Anything except a web address is shown as text.
    jobs.send(Control::Ask(code("javascript:alert(1)")));
    assert!(!jobs.place.get(&address).await.body.contains("href=\"javascript"));
    assert!(!jobs.ended(&address, Control::End(done(vec![]))).await.body.contains("ABCD"));
}

/// The answer for the script of a job's page.
#[tokio::test]
async fn progress_version_changes_with_the_page() {
    let jobs = Jobs::new();
    let address = jobs.begin("plan").await;
    let progress = async || {
        let answer = jobs.place.get(&address.replace("/job?", "/progress?")).await;
        let json: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        json["version"].as_str().expect("a version").to_owned()
    };
    let mut versions = vec![progress().await];
    for order in [Control::Say("signing in"), Control::Ask(code("https://login.example/device"))] {
        jobs.send(order);
        let version = progress().await;
        assert!(
            jobs.place.get(&address).await.body.contains(&format!("data-version=\"{}\"", escaped(&version)))
        );
        versions.push(version);
    }
    jobs.ended(&address, Control::End(done(vec![]))).await;
    versions.push(progress().await);
    versions.dedup();
    assert_eq!(versions.len(), 4, "{versions:?}");
    assert_eq!(jobs.place.get("/progress?id=x").await.status, StatusCode::NOT_FOUND);
}

fn escaped(text: &str) -> String {
    text.replace('<', "&lt;").replace('>', "&gt;")
}

#[tokio::test]
async fn jobs_run_one_at_a_time_and_stopped_jobs_show_nothing() {
    let jobs = Jobs::new();
    let first = jobs.begin("plan").await;
    assert_eq!(jobs.begin("check").await, first, "the one that runs is shown");
    jobs.send(Control::Ask(code("https://login.example/")));
    let form = Sheet(vec![]);
    assert_eq!(jobs.place.post(&stop(&first), &form).await.to.as_deref(), Some(&*first));
    let page = jobs.place.get(&first).await;
    assert!(!is_open(&page) && page.body.contains("Stopped") && !page.body.contains("ABCD"));
    jobs.send(Control::Ask(code("https://login.example/")));
    assert!(!jobs.place.get(&first).await.body.contains("ABCD"));
    assert_ne!(jobs.begin("sheet").await, first);
}

#[tokio::test]
async fn number_of_stopped_waiting_jobs_is_limited() {
    let jobs = Jobs::new();
    for _ in 0..4 {
        let address = jobs.begin("plan").await;
        jobs.place.post(&stop(&address), &Sheet(vec![])).await;
    }
    let answer = jobs.place.post("/act", &jobs.place.form().await.and("action", "plan")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn panicking_job_ends_with_a_message() {
    let jobs = Jobs::new();
    let address = jobs.begin("check").await;
    let page = jobs.ended(&address, Control::Panic).await;
    assert!(page.body.contains("interrupted by a bug"), "{}", page.body);
}

#[tokio::test]
async fn unsaved_changes_block_a_job_and_are_preserved() {
    let jobs = Jobs::new();
    let key = "control_center.MsTeamsTenantId";
    let changed = "00112233-4455-4677-8899-aabbccddeeff";
    let form = jobs.place.form().await.with(key, changed).and("action", "check");
    let answer = jobs.place.post("/act", &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("Save first"), "{}", answer.body);
    assert_eq!(Sheet::read(&answer.body).value(key), changed);
    assert_eq!(jobs.place.text(), GOOD);
}

#[tokio::test]
async fn unknown_actions_are_rejected_and_get_starts_no_job() {
    let jobs = Jobs::new();
    for name in ["", "apply", "CHECK"] {
        let form = jobs.place.form().await.and("action", name);
        assert_eq!(jobs.place.post("/act", &form).await.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(jobs.place.get("/act?action=check").await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(jobs.place.get("/job?id=x").await.status, StatusCode::NOT_FOUND);
    // A page without actions has no buttons.
    let plain = Place::new(GOOD);
    assert!(!plain.get("/").await.body.contains("formaction=\"act\""));
    assert!(jobs.place.get("/").await.body.contains("formaction=\"act\""));
    let form = plain.form().await.and("action", "check");
    assert_eq!(plain.post("/act", &form).await.status, StatusCode::BAD_REQUEST);
}
