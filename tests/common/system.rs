//! What the tests do differently on Unix and Windows: rights, links, scripts, and ending a process.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

/// The exit code of a process that was killed.
pub const KILLED: Option<i32> = if cfg!(windows) { Some(1) } else { None };

/// A device that every system has.
pub const NULL_DEVICE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// Separates the folders in `PATH`.
pub const PATH_SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

/// The variables without which nothing can be started here.
pub fn minimal_environment() -> impl Iterator<Item = (&'static str, std::ffi::OsString)> {
    let names: &[&str] =
        if cfg!(windows) { &["PATH", "SYSTEMROOT", "TEMP", "TMP", "COMSPEC"] } else { &["PATH"] };
    names.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)))
}

/// Gives a command a console of its own on Windows. Without one, nothing can send it Ctrl-C alone.
pub fn with_own_console(command: &mut Command) -> &mut Command {
    #[cfg(windows)]
    {
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        std::os::windows::process::CommandExt::creation_flags(command, CREATE_NO_WINDOW);
    }
    command
}

/// Asks a process to end: by a signal, or on Windows by Ctrl-C in its console. `interrupt` is a program that `tests/windows` builds.
/// `KILL` ends it at once.
pub fn signal(child: &mut Child, name: &str) {
    if name == "KILL" {
        child.kill().expect("killed");
        return;
    }
    let id = child.id().to_string();
    let mut command = if cfg!(windows) { Command::new("interrupt.exe") } else { Command::new("kill") };
    if !cfg!(windows) {
        command.args(["-s", name]);
    }
    assert!(command.arg(id).status().expect("it is built").success(), "{name} cannot be sent");
}

/// Links to a file or folder. `to` is relative to the link.
pub fn link(to: impl AsRef<Path>, from: impl AsRef<Path>) {
    let (to, from) = (to.as_ref(), from.as_ref());
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(to, from);
    // Windows takes nothing else between folders in a link.
    #[cfg(windows)]
    let to = PathBuf::from(to.to_string_lossy().replace('/', "\\"));
    #[cfg(windows)]
    let linked = match from.parent().is_some_and(|folder| folder.join(&to).is_dir()) {
        true => std::os::windows::fs::symlink_dir(to, from),
        false => std::os::windows::fs::symlink_file(to, from),
    };
    linked.expect("linked");
}

/// Permission bits that a file keeps when it is saved; on Windows attributes: hidden.
pub const MODES: &[u32] = if cfg!(windows) { &[0x2] } else { &[0o644, 0o640] };

/// The permission bits of a file, or on Windows its attributes as far as they are in [`MODES`].
pub fn mode_of(path: &Path) -> u32 {
    let metadata = std::fs::metadata(path).expect("there");
    #[cfg(unix)]
    return std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    #[cfg(windows)]
    return std::os::windows::fs::MetadataExt::file_attributes(&metadata) & MODES[0];
}

/// Sets the permission bits of a file, or on Windows its attributes. A test of other bits than [`MODES`] cannot run there.
pub fn set_mode(path: &Path, mode: u32) {
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("set");
    #[cfg(windows)]
    {
        assert_eq!(mode, MODES[0], "{}", path.display());
        assert!(Command::new("attrib").arg("+h").arg(path).status().expect("attrib runs").success());
    }
}

/// Checks that only the owner can access a file or folder.
pub fn assert_private(path: &Path) {
    assert!(path.exists(), "{}", path.display());
    #[cfg(unix)]
    assert_eq!(mode_of(path) & 0o077, 0, "{}", path.display());
}

/// Makes a file accessible for its owner only. On Windows the temporary folder already gives its files such rights.
pub fn make_private(path: &Path) {
    #[cfg(unix)]
    set_mode(path, 0o600);
    assert!(path.exists());
}

/// Lets everybody read a file.
pub fn make_public(path: &Path) {
    #[cfg(unix)]
    set_mode(path, 0o644);
    #[cfg(windows)]
    {
        let done = Command::new("icacls").arg(path).args(["/grant", "*S-1-1-0:R"]).output();
        assert!(done.expect("icacls runs").status.success());
    }
    assert!(is_public(path));
}

/// Whether everybody may read a file.
pub fn is_public(path: &Path) -> bool {
    #[cfg(unix)]
    return mode_of(path) & 0o004 != 0;
    #[cfg(windows)]
    {
        let list = Command::new("icacls").arg(path).output().expect("icacls runs");
        assert!(list.status.success());
        String::from_utf8_lossy(&list.stdout).contains("Everyone:")
    }
}

/// Makes a file read-only, or not.
pub fn set_read_only(path: &Path, is_read_only: bool) {
    #[cfg(unix)]
    set_mode(path, if is_read_only { 0o444 } else { 0o644 });
    #[cfg(windows)]
    {
        let mut rights = std::fs::metadata(path).expect("there").permissions();
        rights.set_readonly(is_read_only);
        std::fs::set_permissions(path, rights).expect("set");
    }
}

/// A command of the shell, as an array in TOML. `unix` is for `sh`, `windows` for `cmd`.
pub fn shell(unix: &str, windows: &str) -> String {
    let words = if cfg!(windows) { ["cmd", "/c", windows] } else { ["sh", "-c", unix] };
    let quoted = words.map(|word| format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\"")));
    format!("[{}]", quoted.join(", "))
}

/// Writes a script that `PATH` leads to: `unix` for `sh`, or on Windows `windows` for `cmd`, with the extension `.cmd`.
pub fn script(folder: &Path, name: &str, unix: &str, windows: &str) -> io::Result<PathBuf> {
    if cfg!(windows) {
        let path = folder.join(format!("{name}.cmd"));
        std::fs::write(&path, format!("@echo off\r\n{windows}\r\n"))?;
        return Ok(path);
    }
    let (draft, path) = (folder.join(format!("{name}.draft")), folder.join(name));
    std::fs::write(&draft, format!("#!/bin/sh\n{unix}\n"))?;
    // Another process copies it: a child that another test starts meanwhile would inherit our open file, and nobody may run what is
    // open for writing.
    let done = Command::new("install").args(["-m", "755"]).arg(&draft).arg(&path).status()?;
    assert!(done.success());
    Ok(path)
}

/// Holds a file until the result is dropped: by a lock of its folder, or on Windows without sharing the file.
pub fn hold(path: &Path) -> std::fs::File {
    #[cfg(unix)]
    {
        let folder = std::fs::File::open(path.parent().expect("a folder")).expect("open");
        folder.lock().expect("locked");
        folder
    }
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        std::fs::OpenOptions::new().read(true).share_mode(0).open(path).expect("open")
    }
}

/// The program with a limit of the size of files in bytes, a multiple of 512: a write fails half-way, as on a full disk. Windows
/// has no such limit; the program that `tests/windows` builds sets that of the system below Wine.
pub fn with_small_files(bytes: u32) -> Command {
    let program = env!("CARGO_BIN_EXE_swyx-teams");
    if cfg!(windows) {
        let mut command = Command::new("limit.exe");
        command.args([bytes.to_string().as_str(), program]);
        return command;
    }
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", bytes / 512);
    let mut command = Command::new("sh");
    command.args(["-c", &script, program]);
    command
}

/// A program that copies a file in small pieces into an existing one.
pub fn write_in_place(from: &Path, to: &str) -> Command {
    if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.arg("/c").arg("type").arg(from).args([">", to]);
        return command;
    }
    let mut command = Command::new("dd");
    command.args([format!("if={}", from.display()), format!("of={to}"), "bs=512".to_owned()]);
    command
}

/// Whether a process was ended by a signal, or on Windows by Ctrl-C.
pub fn is_ended_by(status: std::process::ExitStatus, signal: i32) -> bool {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::signal(&status) == Some(signal);
    #[cfg(windows)]
    {
        const STATUS_CONTROL_C_EXIT: u32 = 0xC000_013A;
        const SIGINT: i32 = 2;
        const CODE_OF_WINE: i32 = 0;
        let is_code = |code| code == STATUS_CONTROL_C_EXIT.cast_signed() || code == CODE_OF_WINE;
        signal == SIGINT && status.code().is_some_and(is_code)
    }
}

/// The environment that a process has, as other processes can read it. `environment` is a program that `tests/windows` builds.
#[cfg(any(target_os = "linux", windows))]
pub fn environment_of(id: u32) -> String {
    let shown = if cfg!(windows) {
        let output = Command::new("environment.exe").arg(id.to_string()).output().expect("it is built");
        assert!(output.status.success());
        output.stdout
    } else {
        std::fs::read(format!("/proc/{id}/environ")).expect("readable")
    };
    String::from_utf8_lossy(&shown).into_owned()
}

/// The local and the other address of each TCP socket of this machine.
#[cfg(windows)]
pub fn sockets() -> Vec<(String, String)> {
    let output = Command::new("netstat").arg("-an").output().expect("netstat runs");
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let sockets = lines.filter(|fields| fields.len() > 2 && fields[0] == "TCP");
    sockets.map(|fields| (fields[1].to_owned(), fields[2].to_owned())).collect()
}

/// Makes a named pipe.
#[cfg(unix)]
pub fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}

/// An unprivileged user, because root can write everywhere.
#[cfg(unix)]
pub mod unprivileged {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    const ID: u32 = 65_534;

    pub fn is_root() -> bool {
        std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
    }

    /// Runs a command as this user, if this process is root.
    pub fn lower(command: &mut Command) {
        if is_root() {
            command.uid(ID).gid(ID);
        }
    }

    /// Makes this user the owner of a file.
    pub fn give_away(path: &Path) {
        if is_root() {
            std::os::unix::fs::chown(path, Some(ID), Some(ID)).expect("given away");
        }
    }

    /// Copies the program to a folder that every user can search.
    pub fn copy_program(folder: &Path) -> PathBuf {
        let copy = folder.join("swyx-teams");
        // Another process copies it: a child that another test starts meanwhile would inherit our open file, and nobody may run a
        // program that is open for writing.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_swyx-teams")).arg(&copy).status();
        assert!(copied.expect("cp runs").success());
        super::set_mode(folder, 0o755);
        copy
    }
}
