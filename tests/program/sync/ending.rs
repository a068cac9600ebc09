//! Signals, and notifications of the supervisor.

#[cfg(unix)]
use std::os::unix::net::UnixDatagram;

use super::running::{Running, until};
use super::site::{Fault, Site};
use crate::common::system::{KILLED, signal};

fn carrying(site: &Site) -> Running<'_> {
    site.write("a.toml", &site.settings());
    let running = site.start(&["sync", "a.toml", "-vvv"]);
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    running
}

#[test]
fn both_signals_clear_sessions_and_exit_with_0() {
    for signal in ["TERM", "INT"] {
        let site = Site::new();
        let mut running = carrying(&site);
        running.signal(signal);
        let run = running.end();
        assert_eq!((run.code, site.sessions()), (Some(0), 0), "{}", run.err);
        assert!(run.err.contains("stopping: clearing the presences in Teams"), "{}", run.err);
        assert!(!run.err.contains("left"), "{}", run.err);
    }
}

#[test]
fn closed_outputs_stop_nothing() {
    use crate::common::closed_pipe;
    let site = Site::new();
    site.write("a.toml", &site.settings());
    let mut command = site.command(&["sync", "a.toml", "-vvv"]);
    let mut child = command.stdout(closed_pipe()).stderr(closed_pipe()).spawn().expect("it starts");
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    signal(&mut child, "TERM");
    assert_eq!((child.wait().expect("it ends").code(), site.sessions()), (Some(0), 0));
}

#[test]
fn second_signal_exits_at_once_and_reports_sessions() {
    let site = Site::new();
    let mut running = carrying(&site);
    site.let_go(Fault::NoResponse);
    running.signal("TERM");
    running.says("In a call is over");
    let start = std::time::Instant::now();
    running.signal("TERM");
    let run = running.end();
    assert_eq!(run.code, Some(4), "{}", run.err);
    let left = "1 presence is left in Teams; \"In a call\" ends there by itself by ";
    let (_, by) = run.err.split_once(left).unwrap_or_else(|| panic!("{}", run.err));
    assert!(by.get(2..3) == Some(":") && by.contains(" UTC"), "{by}");
    // With one signal it would have been 25 seconds.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn next_run_clears_sessions_of_a_killed_process() {
    let site = Site::new();
    let mut running = carrying(&site);
    running.signal("KILL");
    assert_eq!(running.end().code, KILLED);
    assert_eq!(site.sessions(), 1, "no more than its session");
    site.call(false);
    let next = site.start(&["sync", "a.toml"]);
    until("it is taken back", || site.sessions() == 0);
    assert_eq!(next.stop().code, Some(0));
}

only_on_unix!(supervisor_is_notified_of_start_and_stop, "systemd is of Linux");
#[cfg(unix)]
#[test]
fn supervisor_is_notified_of_start_and_stop() {
    let site = Site::new();
    site.write("a.toml", &site.settings());
    let socket = UnixDatagram::bind(site.path("notify")).expect("a socket");
    socket.set_read_timeout(Some(std::time::Duration::from_secs(90))).expect("set");
    let heard = || {
        let mut bytes = [0; 64];
        let length = socket.recv(&mut bytes).expect("something is said");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    let mut command = site.command(&["sync", "a.toml"]);
    let mut running = Running::start(&site, command.env("NOTIFY_SOCKET", site.path("notify")));
    assert_eq!(heard(), "READY=1");
    running.signal("TERM");
    assert_eq!(heard(), "STOPPING=1");
    assert_eq!(running.end().code, Some(0));
    // One that cannot begin is never ready.
    site.write("a.toml", "[swyx");
    let mut command = site.command(&["sync", "a.toml"]);
    let run = Running::start(&site, command.env("NOTIFY_SOCKET", site.path("notify"))).end();
    assert_eq!(run.code, Some(1));
    socket.set_nonblocking(true).expect("set");
    assert!(socket.recv(&mut [0; 64]).is_err(), "no notification");
}

only_on_unix!(supervisors_watchdog_is_answered, "systemd is of Linux");
#[cfg(unix)]
#[test]
fn supervisors_watchdog_is_answered() {
    let site = Site::new();
    site.write("a.toml", &site.settings());
    let socket = UnixDatagram::bind(site.path("notify")).expect("a socket");
    socket.set_read_timeout(Some(std::time::Duration::from_secs(90))).expect("set");
    let mut command = site.command(&["sync", "a.toml"]);
    command.env("NOTIFY_SOCKET", site.path("notify")).env("WATCHDOG_USEC", "20000");
    let running = Running::start(&site, &mut command);
    let mut bytes = [0; 64];
    for expected in ["READY=1", "WATCHDOG=1", "WATCHDOG=1"] {
        let length = socket.recv(&mut bytes).expect("something is said");
        assert_eq!(&bytes[..length], expected.as_bytes());
    }
    assert_eq!(running.stop().code, Some(0));
}
