//! Controls and observes a run from outside.

use tokio::sync::{mpsc, watch};

use super::site::Control;
use super::view::View;

/// Sends controls to a run. Dropping it stops the run.
pub struct Controller(mpsc::Sender<Control>);

impl Controller {
    /// Sends a control, and returns whether the run still receives it.
    pub async fn send(&self, control: Control) -> bool {
        self.0.send(control).await.is_ok()
    }
}

/// Reads the state of a run.
#[derive(Clone, Debug)]
pub struct ViewReader(watch::Receiver<View>);

impl ViewReader {
    /// Reads data from the latest view.
    pub fn read<T>(&self, read: impl FnOnce(&View) -> T) -> T {
        read(&self.0.borrow())
    }

    /// Waits for a matching view, and returns whether one came before the run ended.
    pub async fn wait_for(&mut self, is_wanted: impl FnMut(&View) -> bool) -> bool {
        self.0.wait_for(is_wanted).await.is_ok()
    }
}

/// The run's end of both channels.
pub struct RunChannel {
    pub(super) controls: mpsc::Receiver<Control>,
    pub(super) view: watch::Sender<View>,
}

/// The ends of a new run: for its controller, for its observer, and for [`run`](super::run).
pub fn channel() -> (Controller, ViewReader, RunChannel) {
    // A few controls may wait while the run handles one.
    let (controller, controls) = mpsc::channel(8);
    let (view, reader) = watch::channel(View::default());
    (Controller(controller), ViewReader(reader), RunChannel { controls, view })
}
