//! What stands between this machine and Microsoft: a proxy that is not there, that asks for a password, that refuses; and variables of
//! the environment that name nothing of use, which must not be passed over in silence.

use super::certificates::check;
use super::server::*;
use crate::common::{GOOD, Run};

/// A check of a file that leads to Microsoft, through `proxy` if one is named, with these variables, without time for a second try.
fn through(proxy: Option<&str>, environment: &[(&str, &str)]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    let entra = proxy.map(|proxy| format!("\n[entra]\nproxy = \"{proxy}\"\n")).unwrap_or_default();
    std::fs::write(folder.path().join("a.toml"), format!("{GOOD}{entra}")).expect("written");
    let address = proxy.and_then(|proxy| proxy.split_once("://")).map(|(_, address)| address.to_owned());
    let trust = address.map(|address| format!("--trust={address}"));
    let mut words = vec!["--timeout", "1"];
    words.extend(trust.as_deref());
    check(folder.path(), &words, environment)
}

/// A proxy that answers every request for a tunnel like this.
fn proxy(status: &'static str) -> String {
    let (address, _) = serve(move |stream, _| {
        use std::io::Write;
        let _ = request(stream);
        let _ = stream.write_all(http(status, "", "").as_bytes());
    });
    format!("http://{address}")
}

#[test]
fn proxy_errors_name_the_proxy() {
    let nobody =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    for (proxy, words, code) in [
        (format!("http://{nobody}"), "the proxy cannot be reached", 4),
        (
            proxy("407 Proxy Authentication Required"),
            "the proxy (entra.proxy or HTTPS_PROXY) requires a user name and password",
            3,
        ),
        (proxy("403 Forbidden"), "the proxy (entra.proxy or HTTPS_PROXY) refused the connection", 3),
    ] {
        for run in [through(Some(&proxy), &[]), through(None, &[("HTTPS_PROXY", &proxy)])] {
            assert!(
                run.err.contains(&format!("error: a.toml: login.microsoftonline.com: {words}")),
                "{}",
                run.err
            );
            assert_eq!(run.code, Some(code), "{words}");
        }
    }
}

#[test]
fn invalid_proxy_variable_is_reported_before_any_request() {
    for value in [":::junk", "htp://127.0.0.1:9", "socks5://127.0.0.1:9"] {
        let run = through(None, &[("HTTPS_PROXY", value)]);
        assert_eq!(run.code, Some(2), "{value}: {}", run.err);
        assert!(
            run.err.contains(
                "the environment variable HTTPS_PROXY is not a valid proxy address; use http://host:port"
            ),
            "{}",
            run.err
        );
    }
    let (address, seen) = listener();
    let proxy = format!("http://{address}");
    let run = through(Some(&proxy), &[("SSL_CERT_FILE", "/not/there.pem")]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("the environment variable SSL_CERT_FILE names the file /not/there.pem, which cannot be read: no such file or directory"), "{}", run.err);
    assert_eq!(seen.connections(), Vec::<String>::new());
}
