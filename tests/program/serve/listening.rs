//! The addresses of `serve`, and the requirements for other addresses.

use crate::common::{program, run};
use crate::serve::browser::Served;

/// 127.0.0.1 and every address, as [`listened_at`] names them.
const LOCAL: &str = if cfg!(windows) { "127.0.0.1" } else { "0100007F" };
const EVERYWHERE: &str = if cfg!(windows) { "0.0.0.0" } else { "00000000" };

/// The local addresses that are listened at on a port, as Linux writes them.
/// Source: <https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html>.
#[cfg(target_os = "linux")]
fn listened_at(port: u16) -> Vec<String> {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| std::fs::read_to_string(path).expect("a table"));
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    let pairs = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    let listening = pairs.filter(|fields| fields[3] == "0A");
    let addresses = listening.filter_map(|fields| fields[1].split_once(':'));
    let here = addresses.filter(|(_, found)| u16::from_str_radix(found, 16) == Ok(port));
    here.map(|(address, _)| address.to_owned()).collect()
}

/// The local addresses that are listened at on a port. Wine lists no listening sockets, so it connects: 127.0.0.2 is this machine,
/// too, and a socket at 127.0.0.1 does not get that connection.
#[cfg(windows)]
fn listened_at(port: u16) -> Vec<String> {
    let is_open = |address: &str| std::net::TcpStream::connect((address, port)).is_ok();
    assert!(is_open(LOCAL));
    vec![if is_open("127.0.0.2") { EVERYWHERE } else { LOCAL }.to_owned()]
}

#[cfg(any(target_os = "linux", windows))]
#[test]
fn serve_listens_locally_on_any_free_port() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = Served::start(folder.path(), &["a.toml"], &[]);
    let other = Served::start(folder.path(), &["a.toml"], &[]);
    assert_ne!(one.host, other.host);
    for served in [one, other] {
        let port = served.host.rsplit(':').next().expect("a port").parse().expect("a number");
        assert_eq!(listened_at(port), [LOCAL]);
    }
    // The table would show it: here is one that listens everywhere.
    let everywhere = std::net::TcpListener::bind("0.0.0.0:0").expect("a port");
    assert_eq!(listened_at(everywhere.local_addr().expect("an address").port()), [EVERYWHERE]);
}

#[test]
fn file_in_a_missing_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = run(folder.path(), &["serve", "missing/a.toml"]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    assert_eq!(run.err, "error: missing/a.toml: there is no folder missing\n");
}

#[test]
fn other_addresses_require_a_certificate() {
    let folder = tempfile::tempdir().expect("a folder");
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let run = run(folder.path(), &["serve", "--listen", listen, "a.toml"]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{}", run.err);
        for option in ["--certificate", "--key", "--host"] {
            assert!(run.err.contains(option), "{option}: {}", run.err);
        }
    }
}

#[test]
fn link_token_is_printed_once_and_not_logged() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(folder.path(), &["a.toml"], &[]);
    let token = served.link.rsplit('/').next().expect("a token").to_owned();
    assert_eq!(token.len(), 43);
    let said = served.end();
    assert!(!said.contains(&token), "{said}");
    assert!(said.contains("The link opens once"), "{said}");
}

#[test]
fn secret_path_is_only_in_the_redirect() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut served = Served::start(folder.path(), &["a.toml"], &[]);
    let path = served.home.trim_matches('/').to_owned();
    assert_eq!(path.len(), 43);
    assert!(!served.link.contains(&path));
    let form = served.home.clone();
    for asked in [
        form.as_str(),
        "/",
        "/nowhere",
        "/proof?1",
        "/style.css",
        &served.at("nowhere"),
        &served.at("job?id=x"),
    ] {
        let page = served.ask("GET", asked, "");
        assert!(!page.head.contains(&path) && !page.body.contains(&path), "{asked}: {}", page.head);
    }
    // All that was answered and logged: the path is in two headers of the answer that opened the link.
    let said = served.end();
    let lines = said.lines().filter(|line| line.contains(&path)).collect::<Vec<_>>();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines.iter().all(|line| line.starts_with("location: ") || line.starts_with("set-cookie: ")),
        "{lines:?}"
    );
}

#[test]
fn serve_ends_with_its_supervisor() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::unopened(program(folder.path()).args(["serve", "a.toml"]), &[]);
    let host = served.host.clone();
    served.end();
    assert!(std::net::TcpStream::connect(host).is_err());
}
