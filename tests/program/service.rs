//! `service` on Linux, with a program in place of `systemctl`, and another folder for units.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Run, finished, program};

const SYSTEMCTL: &str = "\
#!/bin/sh
here=$(dirname \"$0\")
echo \"$*\" >> \"$here/calls\"
[ \"$2\" != show ] || cat \"$here/state\"
[ \"$2\" != \"$(cat \"$here/fails\" 2> /dev/null)\" ]
";

const ABSENT: &str = "LoadState=not-found\nActiveState=inactive\nUnitFileState=\nMainPID=0\n";

/// A machine with systemd.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    /// Outside of `/tmp`, which a service does not see.
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("service-").tempdir_in(env!("CARGO_TARGET_TMPDIR"));
        let machine = Self { folder: folder.expect("a folder") };
        fs::set_permissions(machine.folder.path(), Permissions::from_mode(0o755)).expect("set");
        for folder in ["bin", "units"] {
            fs::create_dir(machine.path(folder)).expect("made");
        }
        machine.write("bin/systemctl", SYSTEMCTL, 0o755);
        machine.write("bin/state", ABSENT, 0o644);
        machine.write("a.secret", "made-up-secret\n", 0o600);
        machine.write("a.token", "made-up-token\n", 0o600);
        let secret = "{ file = \"a.secret\" }";
        machine.write("a.toml", &settings(secret, "{ file = \"a.token\" }"), 0o600);
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str, mode: u32) {
        fs::write(self.path(name), text).expect("written");
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).expect("set");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.folder.path());
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", self.path("bin").display()));
        command.arg("service").args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        finished(self.command(arguments).output().expect("the program runs"))
    }

    /// Installs with the unit in the folder of the test.
    fn install(&self, arguments: &[&str]) -> Run {
        let units = self.path("units").display().to_string();
        self.run(&[&["install", "--unit-folder", &units], arguments].concat())
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.path("bin/calls")).unwrap_or_default().replace("--no-ask-password ", "")
    }

    fn unit(&self) -> Option<String> {
        fs::read_to_string(self.path("units/swyx-teams.service")).ok()
    }

    /// That nothing was installed.
    fn assert_unchanged(&self) {
        assert_eq!(fs::read_dir(self.path("units")).expect("a folder").count(), 0);
        assert_eq!(self.calls(), "");
    }
}

fn settings(secret: &str, token: &str) -> String {
    format!(
        "[control_center]
MsTeamsStatusSyncMode = 2
MsTeamsTenantId = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"
MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"
MsTeamsClientSecret = {secret}

[swyx]
gateway = \"https://swyx.example.com:9180\"
gateway_token = {token}
"
    )
}

/// The name of the account that runs the tests.
fn account() -> String {
    let output = Command::new("id").arg("-un").output().expect("id runs");
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").expect("there").uid() == 0
}

const CREDENTIALS: &str = "/run/credentials/swyx-teams.service";

/// Settings whose secrets systemd passes, and the options for them.
fn with_credentials(machine: &Machine) -> [String; 4] {
    let reference = |name: &str| format!("{{ file = \"{CREDENTIALS}/{name}\" }}");
    machine.write("a.toml", &settings(&reference("a.secret"), &reference("a.token")), 0o644);
    let option = |name: &str| format!("{name}:{}", machine.path(name).display());
    ["--credential".to_owned(), option("a.secret"), "--credential".to_owned(), option("a.token")]
}

fn words(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[test]
fn install_writes_a_unit_and_enables_it() {
    let machine = Machine::new();
    let run = machine.install(&["a.toml", "--user", &account(), "--metrics", "127.0.0.1:9464", "--yes"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(run.out.contains("start it with `swyx-teams service start`"), "{}", run.out);
    let unit = machine.unit().expect("written");
    let path = machine.path("a.toml");
    let exec = format!(
        "\nExecStart={} sync {} --trust=swyx.example.com:9180 --metrics 127.0.0.1:9464\n",
        env!("CARGO_BIN_EXE_swyx-teams"),
        path.display()
    );
    assert!(unit.contains(&exec), "{unit}");
    assert!(unit.contains(&format!("\nUser={}\n", account())) && !unit.contains("DynamicUser"), "{unit}");
    let mode = fs::metadata(machine.path("units/swyx-teams.service")).expect("there").mode();
    assert_eq!(mode & 0o777, 0o644);
    let calls = machine.calls();
    assert!(calls.starts_with("daemon-reload\nenable -- swyx-teams.service\nshow "), "{calls}");
    for secret in ["made-up-secret", "made-up-token"] {
        assert!(![&unit, &run.out, &run.err].iter().any(|text| text.contains(secret)));
    }
    // A second installation changes the unit.
    let run =
        machine.install(&["a.toml", "--user", &account(), "--trust=swyx.example.com,other.example.com"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let unit = machine.unit().expect("written");
    assert!(unit.contains(" --trust=swyx.example.com:9180,swyx.example.com,other.example.com\n"), "{unit}");
}

#[test]
fn trust_is_never_given_without_consent() {
    let machine = Machine::new();
    for arguments in [&["a.toml", "--user", &account()][..], &["a.toml", "--user", &account(), "--print"]] {
        let run = machine.install(arguments);
        assert_eq!(run.code, Some(2));
        let expected = "add --trust=swyx.example.com:9180 or --yes; nothing was changed";
        assert!(run.err.contains(expected) && run.err.contains("`swyx.gateway` leads to"), "{}", run.err);
        assert_eq!(run.out, "");
    }
    machine.assert_unchanged();
}

#[test]
fn secrets_that_a_service_cannot_fetch_are_refused_with_a_way_out() {
    let machine = Machine::new();
    let file = "{ file = \"a.token\" }";
    let me = account();
    let way = format!("set control_center.MsTeamsClientSecret to file:{CREDENTIALS}/secret");
    for (secret, arguments, expected) in [
        ("{ env = \"CLIENT_SECRET\" }", &["--user", &me][..], "a service does not have it"),
        (
            "{ keyring = \"swyx-teams/north\" }",
            &["--user", &me],
            "cannot read the secret store of your account",
        ),
        ("\"made-up-secret-in-the-file\"", &[], "every account could read this file"),
        ("{ file = \"a.secret\" }", &[], "only read a file that every account can read"),
        ("{ file = \"/run/credentials/swyx-teams.service/x\" }", &[], "no option --credential passes it"),
        (
            "{ file = \"/run/credentials/other.service/x\" }",
            &["--user", &me],
            "no option --credential passes it",
        ),
    ] {
        machine.write("a.toml", &settings(secret, file), 0o600);
        let run = machine.install(&[&["a.toml", "--yes"], arguments].concat());
        assert_eq!(run.code, Some(2), "{secret}");
        assert!(run.err.contains(expected), "{secret}: {}", run.err);
        assert!(run.err.contains("--credential ID:PATH") || run.err.contains(&way), "{secret}: {}", run.err);
        assert!(!run.err.contains("made-up"), "{}", run.err);
    }
    // All secrets are reported, not only the first.
    machine.write("a.toml", &settings("{ env = \"A\" }", "{ env = \"B\" }"), 0o600);
    let run = machine.install(&["a.toml", "--yes"]);
    assert_eq!(run.err.matches("a service does not have it").count(), 2, "{}", run.err);
    machine.assert_unchanged();
}

#[test]
fn secret_that_cannot_be_fetched_is_found_before_the_installation() {
    let machine = Machine::new();
    fs::remove_file(machine.path("a.secret")).expect("removed");
    let run = machine.install(&["a.toml", "--user", &account(), "--yes"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("`control_center.MsTeamsClientSecret`: the secret file"), "{}", run.err);
    assert!(run.err.contains("cannot use the files above; no service was installed"), "{}", run.err);
    // The same for a secret that systemd passes, and for an option without a use.
    let options = with_credentials(&machine);
    let run = machine.install(&[&["a.toml", "--yes", "--credential", "x:/x"], &words(&options)[..]].concat());
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("--credential a.secret: the secret file"), "{}", run.err);
    assert!(
        run.err.contains(&format!("--credential x is not used: no settings file names {CREDENTIALS}/x")),
        "{}",
        run.err
    );
    machine.assert_unchanged();
}

#[test]
fn each_credential_is_given_once() {
    let machine = Machine::new();
    let options = with_credentials(&machine);
    for print in [&[][..], &["--print"]] {
        let arguments =
            [&["a.toml", "--yes", "--credential", "a.token:/x"], &words(&options)[..], print].concat();
        let run = machine.install(&arguments);
        assert_eq!(run.code, Some(2));
        assert!(run.err.contains("--credential a.token is defined twice"), "{}", run.err);
    }
    machine.assert_unchanged();
}

#[test]
fn secret_id_in_the_place_of_the_secret_is_a_warning() {
    let machine = Machine::new();
    let id = "8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f";
    machine.write("a.secret", &format!("{id}\n"), 0o600);
    let command = format!("{{ command = [\"cat\", \"{}\"] }}", machine.path("a.secret").display());
    for secret in [command.as_str(), "{ file = \"a.secret\" }"] {
        machine.write("a.toml", &settings(secret, "{ file = \"a.token\" }"), 0o600);
        let run = machine.install(&["a.toml", "--user", &account(), "--yes"]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert!(
            run.err.contains("the secret has the form of a Secret ID; copy the column \"Value\""),
            "{}",
            run.err
        );
        assert!(!run.err.contains(id), "{}", run.err);
    }
}

/// An ordinary account, which may not read the secrets of root.
#[test]
fn unreadable_credential_leads_to_sudo() {
    if !is_root() || !others_can_reach(Path::new(env!("CARGO_TARGET_TMPDIR"))) {
        return;
    }
    let machine = Machine::new();
    let options = with_credentials(&machine);
    let units = machine.path("units").display().to_string();
    let program = machine.path("swyx-teams");
    assert!(
        Command::new("cp")
            .arg(env!("CARGO_BIN_EXE_swyx-teams"))
            .arg(&program)
            .status()
            .expect("runs")
            .success()
    );
    let mut command = Command::new(&program);
    command.args(["service", "install", "--unit-folder", &units, "a.toml", "--yes"]).args(words(&options));
    command.current_dir(machine.folder.path()).env("PATH", machine.path("bin")).uid(65_534).gid(65_534);
    let run = finished(command.env("COLUMNS", "1000").output().expect("runs"));
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("permission denied; run the command with sudo"), "{}", run.err);
}

/// The account exists only while the service runs; root proves what such an account can read.
#[test]
fn account_of_the_service_must_be_able_to_read_the_settings() {
    let machine = Machine::new();
    let options = with_credentials(&machine);
    let arguments = [&["a.toml", "--yes"], &words(&options)[..]].concat();
    if !is_root() {
        let run = machine.install(&arguments);
        assert!(run.code == Some(2) && run.err.contains("needs root"), "{}", run.err);
        machine.assert_unchanged();
        return;
    }
    machine.write("a.toml", &fs::read_to_string(machine.path("a.toml")).expect("read"), 0o600);
    let run = machine.install(&arguments);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("no service was installed"), "{}", run.err);
    machine.assert_unchanged();
    if !others_can_reach(Path::new(env!("CARGO_BIN_EXE_swyx-teams"))) {
        assert!(run.err.contains("put the program where every account can start it"), "{}", run.err);
        return;
    }
    assert!(run.err.contains("permission denied"), "{}", run.err);
    machine.write("a.toml", &fs::read_to_string(machine.path("a.toml")).expect("read"), 0o644);
    let run = machine.install(&arguments);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let unit = machine.unit().expect("written");
    let line = format!("\nLoadCredential=a.secret:{}\n", machine.path("a.secret").display());
    assert!(unit.contains(&line) && unit.contains("\nDynamicUser=yes\n"), "{unit}");
}

/// Whether every account can reach a file.
fn others_can_reach(path: &Path) -> bool {
    path.ancestors().all(|path| fs::metadata(path).is_ok_and(|found| found.mode() & 0o001 != 0))
}

#[test]
fn other_accounts_need_root() {
    let machine = Machine::new();
    let run = machine.install(&["a.toml", "--yes", "--user", "no-such-account"]);
    assert!(run.err.contains("--user no-such-account: there is no such account"), "{}", run.err);
    machine.write("a.toml", &settings("{ command = [\"true\"] }", "{ command = [\"true\"] }"), 0o644);
    let units = machine.path("units").display().to_string();
    let mut command =
        machine.command(&["install", "--unit-folder", &units, "--yes", "--user", "root", "a.toml"]);
    if is_root() {
        // An account without rights.
        command.uid(65534).gid(65534);
    }
    match command.output() {
        Ok(output) => {
            let run = finished(output);
            assert_eq!(run.code, Some(2));
            let expected = "needs root: run the command with sudo; nothing was changed";
            assert!(run.err.contains(expected), "{}", run.err);
        }
        Err(error) => assert!(!others_can_reach(Path::new(env!("CARGO_BIN_EXE_swyx-teams"))), "{error}"),
    }
    machine.assert_unchanged();
}

#[test]
fn print_needs_neither_systemctl_nor_root() {
    let machine = Machine::new();
    let options = with_credentials(&machine);
    let mut command = machine.command(&["install", "--print", "a.toml", "--name", "north"]);
    let text = fs::read_to_string(machine.path("a.toml"))
        .expect("read")
        .replace("swyx-teams.service", "north.service");
    machine.write("a.toml", &text, 0o644);
    let run = finished(
        command
            .args(words(&options))
            .arg("--trust=swyx.example.com:9180")
            .env("PATH", "/nowhere")
            .output()
            .expect("the program runs"),
    );
    assert_eq!((run.code, &*run.err), (Some(0), ""));
    assert!(run.out.starts_with("# Written by `swyx-teams service install`.\n[Unit]\n"), "{}", run.out);
    assert!(
        run.out.contains("LoadCredential=a.token:") && run.out.contains("\nLimitCORE=0\n"),
        "{}",
        run.out
    );
    machine.assert_unchanged();
}

#[test]
fn folder_that_a_service_does_not_see_is_refused() {
    let machine = Machine::new();
    let other = tempfile::Builder::new().tempdir_in("/tmp").expect("a folder");
    let path = other.path().join("a.toml");
    fs::copy(machine.path("a.toml"), &path).expect("copied");
    let path = path.display().to_string();
    let run = machine.install(&[&path, "--yes", "--user", &account()]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("a service has its own /tmp; move the file elsewhere"), "{}", run.err);
    machine.assert_unchanged();
}

#[test]
fn status_shows_the_state_and_its_exit_code() {
    let machine = Machine::new();
    for (load, active, file, shown, code) in [
        ("loaded", "active", "enabled", "running (process 41), starts with the system", 0),
        ("loaded", "inactive", "disabled", "not running, does not start with the system", 1),
        ("loaded", "failed", "enabled", "failed, starts with the system", 1),
        ("not-found", "inactive", "", "not installed", 1),
    ] {
        let state = format!("LoadState={load}\nActiveState={active}\nUnitFileState={file}\nMainPID=41\n");
        machine.write("bin/state", &state, 0o644);
        let run = machine.run(&["status", "--name", "north"]);
        assert_eq!((run.code, run.out), (Some(code), format!("north: {shown}\n")));
    }
    assert!(
        machine.calls().lines().all(|call| call.starts_with("show ") && call.ends_with(" -- north.service"))
    );
}

#[test]
fn start_and_stop_call_systemctl_and_show_its_failure() {
    let machine = Machine::new();
    let run = machine.run(&["start"]);
    assert!(
        run.code == Some(2) && run.err.contains("there is no service swyx-teams: install it"),
        "{}",
        run.err
    );
    machine.write("bin/state", &ABSENT.replace("not-found", "loaded"), 0o644);
    for verb in ["start", "stop"] {
        let run = machine.run(&[verb]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert!(machine.calls().ends_with(&format!("{verb} -- swyx-teams.service\n")));
    }
    machine.write("bin/fails", "start", 0o644);
    let run = machine.run(&["start"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("`journalctl --unit swyx-teams.service` shows the log"), "{}", run.err);
}

#[test]
fn uninstall_removes_only_what_install_wrote() {
    let machine = Machine::new();
    let units = machine.path("units").display().to_string();
    let uninstall = || machine.run(&["uninstall", "--unit-folder", &units]);
    let run = uninstall();
    assert!(run.code == Some(2) && run.err.contains("there is no service swyx-teams"), "{}", run.err);
    machine.write("units/swyx-teams.service", "[Unit]\n", 0o644);
    for run in [uninstall(), machine.install(&["a.toml", "--yes", "--user", &account()])] {
        assert!(run.code == Some(2) && run.err.contains("did not write this unit"), "{}", run.err);
    }
    assert_eq!((machine.unit().as_deref(), &*machine.calls()), (Some("[Unit]\n"), ""));
    fs::remove_file(machine.path("units/swyx-teams.service")).expect("removed");
    assert_eq!(machine.install(&["a.toml", "--yes", "--user", &account()]).code, Some(0));
    // While the service cannot be stopped, it stays.
    machine.write("bin/fails", "disable", 0o644);
    assert_eq!(uninstall().code, Some(2));
    assert!(machine.unit().is_some());
    fs::remove_file(machine.path("bin/fails")).expect("removed");
    let run = uninstall();
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(machine.unit(), None);
    assert!(machine.calls().ends_with("disable --now -- swyx-teams.service\ndaemon-reload\n"));
    assert!(machine.path("a.toml").exists() && machine.path("a.secret").exists());
}

#[test]
fn machine_without_systemd_is_reported() {
    let machine = Machine::new();
    let run = finished(machine.command(&["status"]).env("PATH", "/nowhere").output().expect("runs"));
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("there is no `systemctl` on this machine"), "{}", run.err);
}

#[test]
fn system_that_systemd_does_not_run_is_reported() {
    let machine = Machine::new();
    let script = "#!/bin/sh\n\
        echo \"System has not been booted with systemd as init system (PID 1). Can't operate.\" >&2\n\
        echo 'Failed to connect to bus: Host is down' >&2\nexit 1\n";
    machine.write("bin/systemctl", script, 0o755);
    let units = machine.path("units").display().to_string();
    for arguments in [
        &["status"][..],
        &["start"],
        &["install", "a.toml", "--yes", "--user", &account(), "--unit-folder", &units],
    ] {
        let run = machine.run(arguments);
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains("this system is not run by systemd"), "{}", run.err);
        assert!(!run.err.contains("PID 1") && !run.err.contains("bus"), "{}", run.err);
    }
    machine.assert_unchanged();
    // Other messages are shown.
    machine.write("bin/systemctl", "#!/bin/sh\necho 'Access denied' >&2\nexit 1\n", 0o755);
    let run = machine.run(&["status"]);
    assert!(run.code == Some(2) && run.err.contains("Access denied\n"), "{}", run.err);
}

#[test]
fn command_of_the_windows_service_is_hidden_and_refused() {
    let machine = Machine::new();
    let run = machine.run(&["--help"]);
    assert!(
        run.out.contains("install") && !run.out.contains("prove") && !run.out.contains("\n  run "),
        "{}",
        run.out
    );
    let run = machine.run(&["run", "--name", "north", "--log", "x", "a.toml"]);
    assert!(run.code == Some(2) && run.err.contains("service manager of Windows"), "{}", run.err);
    machine.assert_unchanged();
}
