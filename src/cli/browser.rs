//! The browser of this machine, for an administrator's sign-in.

use std::ffi::OsString;

/// Whether a browser of this machine can show a page to the user of this terminal, and can send an answer back to this program.
pub(super) fn is_available() -> bool {
    can_show(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
}

fn can_show(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| variable(name).is_some());
    // The user sits at another machine, whose browser does not reach this one.
    if has(&["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"]) {
        return false;
    }
    // Windows and macOS always have a desktop. Under WSL, the browser of Windows is used.
    cfg!(any(windows, target_os = "macos"))
        || has(&["BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "WSL_INTEROP"])
}

/// Opens a page. The browser may run as long as it likes, so nothing waits for it; whether it has opened the page is not known.
pub(super) fn open(address: &str) {
    let address = address.to_owned();
    // The user sees the address in any case.
    std::thread::spawn(move || webbrowser::open(&address).is_ok());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_needs_a_desktop_at_this_machine() {
        let shown = |names: &[&str]| can_show(|name| names.contains(&name).then(|| "x".into()));
        let always = cfg!(any(windows, target_os = "macos"));
        for (names, expected) in [
            (&[][..], always),
            (&["TERM"], always),
            (&["DISPLAY"], true),
            (&["WAYLAND_DISPLAY"], true),
            (&["BROWSER"], true),
            (&["WSL_DISTRO_NAME"], true),
            (&["DISPLAY", "SSH_CONNECTION"], false),
            (&["BROWSER", "SSH_TTY"], false),
        ] {
            assert_eq!(shown(names), expected, "{names:?}");
        }
    }
}
