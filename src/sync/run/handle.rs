//! How a run is controlled and observed from outside.

use tokio::sync::{mpsc, watch};

use super::site::Control;
use super::view::View;

/// Sends controls to a run. The run stops when this is dropped.
pub struct Controller(mpsc::Sender<Control>);

impl Controller {
    /// Sends a control, and says whether the run still takes it.
    pub async fn send(&self, control: Control) -> bool {
        self.0.send(control).await.is_ok()
    }
}

/// Shows how a run is.
#[derive(Clone, Debug)]
pub struct ViewReader(watch::Receiver<View>);

impl ViewReader {
    /// Reads something from the latest view.
    pub fn read<T>(&self, read: impl FnOnce(&View) -> T) -> T {
        read(&self.0.borrow())
    }

    /// Waits for a view that is as wanted, and says whether one came before the run ended.
    pub async fn wait_for(&mut self, is_wanted: impl FnMut(&View) -> bool) -> bool {
        self.0.wait_for(is_wanted).await.is_ok()
    }
}

/// The run's own end of both.
pub struct RunChannel {
    pub(super) controls: mpsc::Receiver<Control>,
    pub(super) view: watch::Sender<View>,
}

/// The ends of a new run: for who controls it, for who observes it, and for [`run`](super::run).
pub fn channel() -> (Controller, ViewReader, RunChannel) {
    // A few controls may wait while the run carries out one.
    let (controller, controls) = mpsc::channel(8);
    let (view, reader) = watch::channel(View::default());
    (Controller(controller), ViewReader(reader), RunChannel { controls, view })
}
