//! Off this machine: by TLS, under the one name that the certificate is for.

use std::path::PathBuf;
use std::sync::Arc;

use reqwest::header;
use swyx_teams::web::{Listening, Refused, Site, Tls, listen};

/// What no answer may hold.
const CANARY: &str = "Canary~Q8kept.secret_0123456789abcdefghi";
const TEXT: &str = "[control_center]\nMsTeamsStatusSyncMode = 1\nMsTeamsClientSecret = \"Canary~Q8kept.secret_0123456789abcdefghi\"\n";
const NAME: &str = "form.example.com";

/// A folder with a certificate, its key, and settings.
struct Files(tempfile::TempDir, String);

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = rcgen::KeyPair::generate().expect("a key");
        let parameters = rcgen::CertificateParams::new(vec![NAME.to_owned()]).expect("parameters");
        let certificate = parameters.self_signed(&key).expect("a certificate").pem();
        for (name, text) in
            [("a.pem", certificate.as_str()), ("a.key", &key.serialize_pem()), ("a.toml", TEXT)]
        {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        Self(folder, certificate)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn listening(&self, certificate: &str, key: &str) -> Listening {
        let tls = Tls::new(self.path(certificate), self.path(key), NAME);
        Listening::new(([127, 0, 0, 1], 0).into()).tls(tls)
    }
}

#[tokio::test]
async fn tls_session_is_bound_to_the_host_name() {
    let files = Files::new();
    let bound = listen(&files.listening("a.pem", "a.key")).await.expect("an address");
    let origin = bound.names().origin();
    assert!(origin.starts_with("https://form.example.com:"), "{origin}");
    let port = origin.rsplit(':').next().expect("a port").parse::<u16>().expect("a number");
    let site = Arc::new(Site::new("a.toml", files.path("a.toml")));
    let guarded = bound.guard(site).expect("random bytes");
    let authenticator = Arc::clone(guarded.authenticator());
    tokio::spawn(guarded.serve(std::future::pending()));

    let certificate = reqwest::Certificate::from_pem(files.1.as_bytes()).expect("a certificate");
    let client = reqwest::Client::builder().tls_certs_only([certificate]).no_proxy();
    let client =
        client.resolve(NAME, ([127, 0, 0, 1], port).into()).redirect(reqwest::redirect::Policy::none());
    let client = client.build().expect("a client");
    let opened = client.get(authenticator.link().expect("a link")).send().await.expect("an answer");
    assert_eq!(opened.status(), 303);
    let set = opened.headers()[header::SET_COOKIE].to_str().expect("text");
    assert!(set.starts_with(&format!("__Secure-swyx-teams-{port}=")), "{set}");
    let home = opened.headers()[header::LOCATION].to_str().expect("text").to_owned();
    assert!(set.ends_with(&format!("; HttpOnly; SameSite=Strict; Path={home}; Secure")), "{set}");
    assert_eq!(opened.headers()[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    let cookie = set.split(';').next().expect("a cookie").to_owned();
    let status = async |host: &str| {
        let request =
            client.get(format!("{origin}{home}")).header(header::COOKIE, &cookie).header(header::HOST, host);
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(status(&format!("{NAME}:{port}")).await, 200);
    // This machine's own names are none of the certificate's.
    for host in [NAME.to_owned(), format!("localhost:{port}"), format!("127.0.0.1:{port}")] {
        assert_eq!(status(&host).await, 421, "{host}");
    }
}

#[tokio::test]
async fn invalid_certificate_or_key_is_reported_without_content() {
    let files = Files::new();
    for (certificate, key) in
        [("a.toml", "a.key"), ("a.pem", "a.toml"), ("a.pem", "a.pem"), ("none", "a.key")]
    {
        let refused = listen(&files.listening(certificate, key)).await.err().expect("refused");
        assert!(matches!(refused, Refused::Certificate { .. }), "{refused:?}");
        let said = format!("{refused} {refused:?}");
        assert!(!said.contains("BEGIN") && !said.contains(CANARY), "{said}");
    }
}
