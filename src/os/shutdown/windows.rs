//! The events of a console, or the stop of a service.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::windows::{
    CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown, ctrl_break, ctrl_c, ctrl_close, ctrl_logoff,
    ctrl_shutdown,
};
use tokio::sync::Notify;

use super::urgency::{ConsoleEvent, Urgency};

static IS_SERVICE: AtomicBool = AtomicBool::new(false);
/// Keeps one stop until it is waited for.
static STOP: Notify = Notify::const_new();

/// From now on, only [`request_shutdown`] ends this process. Windows tells a service about each user who logs off, which must not end it.
pub(crate) fn listen_to_service_manager() {
    IS_SERVICE.store(true, Ordering::SeqCst);
}

/// The service manager stops this service.
pub(crate) fn request_shutdown() {
    STOP.notify_one();
}

pub(super) enum Signals {
    Service,
    Console(Box<Console>),
}

pub(super) struct Console {
    c: CtrlC,
    r#break: CtrlBreak,
    close: CtrlClose,
    log_off: CtrlLogoff,
    shutdown: CtrlShutdown,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        if IS_SERVICE.load(Ordering::SeqCst) {
            return Ok(Self::Service);
        }
        Ok(Self::Console(Box::new(Console {
            c: ctrl_c()?,
            r#break: ctrl_break()?,
            // After these, tokio keeps the handler of the system waiting until the process ends.
            close: ctrl_close()?,
            log_off: ctrl_logoff()?,
            shutdown: ctrl_shutdown()?,
        })))
    }

    pub(super) async fn next(&mut self) -> Urgency {
        match self {
            Self::Service => {
                STOP.notified().await;
                Urgency::Patient
            }
            Self::Console(console) => console.next().await.urgency(),
        }
    }
}

impl Console {
    async fn next(&mut self) -> ConsoleEvent {
        tokio::select! {
            _ = self.c.recv() => ConsoleEvent::CtrlC,
            _ = self.r#break.recv() => ConsoleEvent::CtrlBreak,
            _ = self.close.recv() => ConsoleEvent::Close,
            _ = self.log_off.recv() => ConsoleEvent::LogOff,
            _ = self.shutdown.recv() => ConsoleEvent::Shutdown,
        }
    }
}
