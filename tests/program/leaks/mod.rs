//! No secret is in any output: secrets of five shapes, in every right and wrong place of a file and of a command line, are looked for
//! in all that the program prints.

mod commands;
mod files;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::canary::{CANARIES, Canary, Sweep};
use commands::{FILE, Line, OTHERS, on_file, wrong_use};
use files::{CLEAN, File, files};

/// One file of one canary, with the command lines to run on it.
struct Job {
    canary: &'static Canary,
    file: File,
    lines: Vec<Line>,
}

/// An administrator's token, which is no business of any output either.
const TOKEN: &str = "eyJ0ZXN0-kX9vB2nM5qW8zR1tY4uI7oP0aS3dF6gH";

/// All command lines for the shape of today, for which every place is tried; of the other shapes every eighth, each file another
/// eighth. The outputs differ by place, seldom by shape.
fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    for canary in &CANARIES {
        for (number, file) in files(canary).into_iter().enumerate() {
            let lines = on_file(&file.content, file.is_toml).into_iter().enumerate();
            let lines =
                lines.filter(|(at, _)| canary.is_modern() || (at + number) % 8 == 0).map(|(_, line)| line);
            jobs.push(Job { canary, lines: lines.collect(), file });
        }
        let content = CLEAN.as_bytes().to_vec();
        let file = File { name: "wrong use".to_owned(), other: content.clone(), content, is_toml: true };
        jobs.push(Job { canary, file, lines: wrong_use(canary) });
    }
    jobs
}

/// Runs one command line in `folder` and gives what it prints.
fn run(folder: &Path, line: &Line) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_swyx-teams"));
    if line.has_token {
        command.env("SWYX_TEAMS_ADMIN_TOKEN", TOKEN);
    } else {
        command.env_remove("SWYX_TEAMS_ADMIN_TOKEN");
    }
    let mut child = command
        .args(&line.arguments)
        .current_dir(folder)
        .env("RUST_BACKTRACE", "full")
        // A line break must not hide a part of a secret.
        .env("COLUMNS", "100000")
        .env_remove("SWYX_TEAMS_TRUST")
        // Every sign-in fails, and no other machine gets a request.
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("https_proxy", "http://127.0.0.1:9")
        // What no `--config` names, is not to be read.
        .env("SWYX_TEAMS_CONFIG", FILE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // Most commands end without reading it; then the pipe is closed.
    let _ = stdin.write_all(line.input.as_deref().unwrap_or_default());
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    let code = output.status.code();
    assert!(matches!(code, Some(0..=4)), "{:?} ended with {code:?}", line.arguments);
    [output.stdout, output.stderr].concat()
}

/// Does one job, and gives the leaks.
fn work(job: &Job, folder: &Path) -> Vec<String> {
    let path = folder.join(FILE);
    let write = |name: &str, content: &[u8]| std::fs::write(folder.join(name), content).expect("a file");
    let sweep = Sweep::new(&[job.canary.secret, job.canary.other, TOKEN]);
    let mut leaks = Vec::new();
    let Job { canary, file, .. } = job;
    write(FILE, &file.content);
    write(OTHERS[0], CLEAN.as_bytes());
    write(OTHERS[1], &file.other);
    for line in &job.lines {
        let output = run(folder, line);
        let about = || format!("{} secret, {}: {:?}", canary.name, file.name, line.arguments);
        if let Some(form) = sweep.find(&output) {
            leaks.push(format!("{} ({form})\n{}", about(), String::from_utf8_lossy(&output)));
        }
        if line.writes {
            let mut left = std::fs::read_dir(folder)
                .expect("the folder")
                .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
                .collect::<Vec<_>>();
            left.sort();
            assert_eq!(left, [FILE, OTHERS[0], OTHERS[1]], "{}", about());
            if std::fs::read(&path).expect("the file") != file.content {
                write(FILE, &file.content);
            }
        }
    }
    leaks
}

#[test]
fn no_output_contains_a_secret() {
    const FEWEST: usize = 2_000;
    let jobs = jobs();
    let count = jobs.iter().map(|job| job.lines.len()).sum::<usize>();
    assert!(count >= FEWEST, "only {count} command lines");
    println!("{count} command lines");
    let next = AtomicUsize::new(0);
    let leaks = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from) * 2;
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let folder = tempfile::tempdir().expect("a folder");
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = work(job, folder.path());
                    leaks.lock().expect("no thread panicked").extend(found);
                }
            });
        }
    });
    let leaks = leaks.into_inner().expect("no thread panicked");
    let shown = leaks.iter().take(20).map(String::as_str).collect::<Vec<_>>();
    assert!(leaks.is_empty(), "{} of {count} command lines leak:\n\n{}", leaks.len(), shown.join("\n"));
}

/// The files are what they are called; else the commands would not reach what they are to be tried on.
#[test]
fn test_files_have_the_errors_in_their_names() {
    for canary in &CANARIES {
        for file in files(canary) {
            let checked = swyx_teams::check::check_bytes(FILE, file.content, false);
            let is_toml = checked.source().is_sound();
            assert_eq!(
                is_toml,
                file.is_toml,
                "{} secret, {}: {:?}",
                canary.name,
                file.name,
                checked.diagnostics()
            );
        }
    }
}
