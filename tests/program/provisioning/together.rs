//! Concurrent runs for one settings file: a later run finds what exists, or removes what it created.

use std::process::Stdio;

use super::world::*;

/// Runs the same command several times at once, and returns the exit code and output of each.
fn at_once(world: &World, count: usize, words: &[&str]) -> Vec<(Option<i32>, String)> {
    let start = |_| {
        let mut command = world.command(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let children = (0..count).map(start).collect::<Vec<_>>();
    let ended = children.into_iter().map(|child| child.wait_with_output().expect("it ends"));
    ended.map(|output| (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())).collect()
}

only_on_unix!(bound_socket_of_another_user_blocks_nothing, "Linux's abstract sockets");
/// Any user can bind a name of the abstract socket space, which has no permissions.
#[cfg(target_os = "linux")]
#[test]
fn bound_socket_of_another_user_blocks_nothing() {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixListener};
    let world = World::empty();
    let path = world.write("a.toml", &world.settings(IN_FILE));
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("a name");
    let name =
        swyx_teams::provision::Installation::new(host.trim(), &path.canonicalize().expect("there")).mark();
    let bound = SocketAddr::from_abstract_name(&name).and_then(|address| UnixListener::bind_addr(&address));
    let _bound = bound.expect("bound");
    world.ends(0, &["apply", "--yes", "a.toml"]);
    world.ends(0, &["rotate", "a.toml"]);
}

#[test]
fn concurrent_runs_create_one_application_and_one_secret() {
    const COUNT: usize = 4;
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    let ended = at_once(&world, COUNT, &["apply", "--yes", "a.toml"]);
    assert!(ended.iter().any(|(code, _)| *code == Some(0)), "{ended:#?}");
    for (code, said) in &ended {
        let is_late = *code == Some(2)
            && said.contains("another swyx-teams is running for this settings file: wait until it ends; nothing was changed");
        assert!(*code == Some(0) || is_late, "{code:?} {said}");
    }
    let kept = world.kept_in(SECRET_FILE);
    let granted = world.application().service_principal.expect("one").granted;
    assert_eq!(granted, ["Presence.ReadWrite.All", "User.ReadBasic.All"], "none twice");
    world.ends(0, &["apply", "--yes", "a.toml"]);
    assert_eq!((world.application().secrets.len(), world.kept_in(SECRET_FILE)), (1, kept.clone()));
    assert_eq!(world.files(), ["a.toml", SECRET_FILE]);

    let ended = at_once(&world, COUNT, &["rotate", "a.toml"]);
    assert!(ended.iter().any(|(code, _)| *code == Some(0)), "{ended:#?}");
    let new = world.kept_in(SECRET_FILE);
    assert!(world.accepts(&kept), "Control Center has the old one");
    world.ends(0, &["rotate", "a.toml"]);
    assert_eq!((world.kept_in(SECRET_FILE), world.accepts(&kept)), (new.clone(), true));
    world.ends(0, &["rotate", "--finish", "a.toml"]);
    assert_eq!((world.application().secrets.len(), world.accepts(&new)), (1, true));
}
