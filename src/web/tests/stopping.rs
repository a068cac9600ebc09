//! Stop ends the command that a job waits for, together with its descendants.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use crate::secret::{CommandLimits, RevealError, SecretSource, Trust, reveal_within};
use crate::web::actions::{Action, Actions, Done, Progress, Verdict};

use super::descendants::{Descendant, ENDLESS};
use super::jobs::stop;
use super::place::{GOOD, Place, Sheet};

/// Fetches a secret from a command that never ends by itself, and reports the result to the test.
struct Fetching {
    folder: PathBuf,
    report: Sender<Option<RevealError>>,
}

impl Actions for Fetching {
    fn perform(&self, _: Action, progress: &Arc<dyn Progress>) -> Done {
        let source = SecretSource::Command(["sh", "-c", ENDLESS].map(str::to_owned).to_vec());
        let limits = CommandLimits::new(Duration::from_secs(3600), progress.cancellation());
        let fetched = reveal_within(&source, &self.folder, &Trust::everything(), &limits);
        self.report.send(fetched.err()).unwrap();
        Done { verdict: Verdict::Failed, headline: "a result".to_owned(), parts: Vec::new() }
    }
}

#[tokio::test]
async fn stop_ends_a_secret_command_with_its_descendants() {
    let folder = tempfile::tempdir().expect("a folder");
    let (report, reported) = channel();
    let place = Place::with(Arc::new(Fetching { folder: folder.path().to_path_buf(), report }));
    place.write(GOOD);
    let form = place.form().await.and("action", "check");
    let address = place.post("/act", &form).await.to.expect("an address");
    let descendant = Descendant::of(folder.path());
    let stopped = place.post(&stop(&address), &Sheet(vec![])).await;
    assert_eq!(stopped.to.as_deref(), Some(&*address));
    assert!(matches!(reported.recv().expect("the job ends"), Some(RevealError::Cancelled)));
    descendant.assert_ends();
    let page = place.get(&address).await;
    assert!(page.body.contains("Stopped") && !page.body.contains("a result"), "{}", page.body);
}
