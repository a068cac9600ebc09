//! The program while it runs, and what it gave in the end.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use super::world::World;
use crate::common::Run;
use crate::common::system::signal;

/// A program that runs.
pub struct Running<'a> {
    world: &'a World,
    lines: Receiver<String>,
    seen: String,
    out: JoinHandle<String>,
}

/// The command line as it is given to a system that does not show it as a file.
fn line_elsewhere(command: &Command) -> Vec<u8> {
    if cfg!(target_os = "linux") {
        return Vec::new();
    }
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.flat_map(|word| [word.as_encoded_bytes(), b" "].concat()).collect()
}

impl<'a> Running<'a> {
    pub fn start(world: &'a World, command: &mut Command) -> Self {
        let gate = world.gate();
        gate.count.store(0, Ordering::SeqCst);
        *gate.command_lines.lock().unwrap() = line_elsewhere(command);
        // At its first request the gate finds it here.
        let mut place = gate.child.lock().unwrap();
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.expect("the program starts");
        let (stdout, stderr) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        *place = Some(child);
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(stderr).lines().map(|line| line.expect("UTF-8 on standard error"));
            lines.for_each(|line| sender.send(line).unwrap_or_default());
        });
        let out = std::thread::spawn(move || {
            let mut text = String::new();
            BufReader::new(stdout).read_to_string(&mut text).expect("UTF-8 on standard output");
            text
        });
        Self { world, lines, seen: String::new(), out }
    }

    /// Waits for a text on standard error.
    pub fn until(&mut self, words: &str) {
        while let Ok(line) = self.lines.recv() {
            self.seen.extend([&line, "\n"]);
            if line.contains(words) {
                return;
            }
        }
        panic!("it ended without `{words}`:\n{}", self.seen);
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        signal(self.world.gate().child.lock().unwrap().as_mut().expect("a program"), name);
    }

    /// Waits for its end, and sees that nothing secret is where it does not belong. One that was killed has no exit code.
    pub fn end(mut self) -> Run {
        while let Ok(line) = self.lines.recv() {
            self.seen.extend([&line, "\n"]);
        }
        let out = self.out.join().expect("read");
        let mut child = self.world.gate().child.lock().unwrap().take().expect("a program");
        let code = child.wait().expect("it ends").code();
        let run = Run { code, out, err: self.seen };
        self.world.assert_silent(&run);
        run
    }
}
