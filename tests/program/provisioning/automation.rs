//! `[entra.automation]`: an application signs in with its certificate, so that no person needs to.

use serde_json::{Value, json};
use swyx_teams::emulator::Options;

use super::world::*;
use crate::certificates::{Issued, issue, other_rsa_key, valid};
use crate::common::Run;
use crate::common::system::make_private;

/// The application of the telephone system, and the one that signs in instead of an administrator.
const APPLICATION: &str = "00000000-0000-4000-8000-000000000001";
const AUTOMATION: &str = "00000000-0000-4000-8000-000000000002";
const SECRET: &str = "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";

/// A tenant with both, in which the certificate is registered, with settings that name a key file.
fn world(ends_in_days: i32, certificate: &Issued) -> World {
    let permissions = json!({"application": ["Presence.ReadWrite.All", "User.ReadBasic.All"]});
    let may = json!({"application": ["Application.ReadWrite.All", "Directory.Read.All", "Policy.Read.All"]});
    let state = json!({"applications": [
        {"appId": APPLICATION, "displayName": NAME, "secrets": [{"value": SECRET, "endsInDays": ends_in_days}],
            "declared": permissions, "granted": permissions},
        {"appId": AUTOMATION, "displayName": "swyx-teams automation", "granted": may},
    ]});
    let world = World::with(Options::default().state(state.to_string())).keeping(&[SECRET_FILE, "key.pem"]);
    let answer = register(&world, certificate);
    assert_eq!(answer, 204);
    world.write(SECRET_FILE, &format!("{SECRET}\n"));
    make_private(&world.path(SECRET_FILE));
    world.write("a.toml", &settings(&world, "{ file = \"key.pem\" }"));
    world.write("key.pem", &certificate.pem_with_key());
    world
}

fn register(world: &World, certificate: &Issued) -> u16 {
    let key = json!([{"type": "AsymmetricX509Cert", "usage": "Verify", "key": certificate.key()}]);
    let request = http::Request::patch(format!("/v1.0/applications(appId='{AUTOMATION}')"))
        .header("authorization", format!("Bearer {}", world.facts().admin_token))
        .header("content-type", "application/json");
    let body = json!({"keyCredentials": key}).to_string().into_bytes();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let answer = runtime.block_on(world.emulator().answer(request.body(body).expect("a request")));
    answer.status().as_u16()
}

fn settings(world: &World, key: &str) -> String {
    let text = with_client_id(&world.settings(IN_FILE), APPLICATION);
    format!("{text}\n[entra.automation]\nclient_id = \"{AUTOMATION}\"\nkey = {key}\n")
}

/// Runs the program without an administrator, and checks that no output contains a part of the key.
fn unattended(world: &World, words: &[&str]) -> Run {
    let mut command = world.program();
    let run = world.go(command.args(words).arg("-vvv"));
    let key = std::fs::read_to_string(world.path("key.pem")).unwrap_or_default();
    for line in key.lines().filter(|line| line.len() == 64) {
        assert!(!run.out.contains(line) && !run.err.contains(line), "{}{}", run.out, run.err);
    }
    run
}

#[test]
fn audit_and_rotation_need_no_person() {
    let world = world(10, &valid("automation"));
    let check = unattended(&world, &["check", "--online", "--as-admin", "--format", "json", "a.toml"]);
    let report =
        serde_json::from_str::<Value>(&check.out).unwrap_or_else(|_| panic!("{}{}", check.out, check.err));
    assert!(check.out.contains("secret-expires-soon"), "{report:#}");
    assert!(!check.err.contains("administrator"), "{}", check.err);
    // The end of the key is known only if the automation application signed in.
    let rule = "automation-key-expires-soon";
    let as_admin = world.run(&["check", "--online", "--as-admin", "--format", "json", "a.toml"]);
    assert!(!check.out.contains(rule) && as_admin.out.contains(rule), "{}{}", check.out, as_admin.out);

    let rotated = unattended(&world, &["rotate", "--if-due", "a.toml"]);
    assert_eq!(rotated.code, Some(0), "{}{}", rotated.out, rotated.err);
    let new = world.read(SECRET_FILE).trim().to_owned();
    assert!(new != SECRET && world.emulator().accepts(APPLICATION.parse().expect("an id"), &new));
    let again = unattended(&world, &["rotate", "--if-due", "a.toml"]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(world.changes().is_empty());
    let plan = unattended(&world, &["plan", "a.toml"]);
    assert_eq!(plan.code, Some(0), "{}", plan.err);
}

#[test]
fn a_named_sign_in_comes_before_the_automation_application() {
    let world = world(100, &valid("automation"));
    for (words, why) in [
        (&["plan", "--device-code", "a.toml"][..], "nobody can enter a device code"),
        (&["plan", "--browser", "a.toml"], "nobody can enter a device code or use a browser"),
        (&["check", "--online", "--as-admin", "--device-code", "a.toml"], "nobody can enter a device code"),
    ] {
        let run = unattended(&world, words);
        assert_eq!(run.code, Some(2), "{words:?}: {}", run.err);
        assert!(run.err.contains(why), "{words:?}: {}", run.err);
    }
    let two = unattended(&world, &["plan", "--browser", "--device-code", "a.toml"]);
    assert_eq!(two.code, Some(2), "{}", two.err);
    // The token of an administrator is also preferred.
    std::fs::remove_file(world.path("key.pem")).expect("removed");
    assert_eq!(world.run(&["plan", "a.toml"]).code, Some(0));
}

#[test]
fn an_unusable_key_is_described() {
    let world = world(100, &valid("automation"));
    let certificate = valid("automation");
    let mismatch = Issued { pair: other_rsa_key(), der: certificate.der.clone() };
    let expired = issue(certificate.pair, "old", 2001, 2002);
    for (content, code, why) in [
        (certificate.pem(), 2, "`entra.automation.key`: the key file contains no private key"),
        (
            mismatch.pem_with_key(),
            2,
            "`entra.automation.key`: the private key does not belong to the certificate",
        ),
        (
            expired.pem_with_key(),
            2,
            "`entra.automation.key`: the certificate of the key expired on 2002-01-01",
        ),
        ("no key".to_owned(), 2, "`entra.automation.key`: the key file is neither a PEM nor a PFX file"),
        (valid("other").pem_with_key(), 3, "`entra.automation`: sign-in refused: AADSTS700027"),
    ] {
        world.write("key.pem", &content);
        let run = unattended(&world, &["plan", "a.toml"]);
        assert_eq!(run.code, Some(code), "{why}: {}", run.err);
        assert!(run.err.contains(why), "{why}: {}", run.err);
        assert!(
            world.to_graph() == 0 && world.changes().iter().all(|change| change.ends_with("/token")),
            "{why}"
        );
    }
    std::fs::remove_file(world.path("key.pem")).expect("removed");
    let run = unattended(&world, &["plan", "a.toml"]);
    assert!(
        run.code == Some(2) && run.err.contains("`entra.automation.key`: the secret file"),
        "{}",
        run.err
    );
}

#[test]
fn a_password_is_only_referred_to_and_not_shown() {
    let certificate = valid("automation");
    let world = world(100, &certificate).keeping(&[SECRET_FILE, "key.pem", "key.pfx"]);
    let password = "Made-up-password-47";
    let key = p12_keystore::PrivateKey::from_der(certificate.pair.serialized_der()).expect("a key");
    let chain = p12_keystore::Certificate::from_der(&certificate.der).expect("a certificate");
    let chain = p12_keystore::PrivateKeyChain::new("id", key, [chain]);
    let mut store = p12_keystore::KeyStore::new();
    store.add_entry("entry", p12_keystore::KeyStoreEntry::PrivateKeyChain(chain));
    std::fs::write(world.path("key.pfx"), store.writer(password).write().expect("a file")).expect("written");
    let text = settings(&world, "{ file = \"key.pfx\" }\nkey_password = { env = \"KEY_PASSWORD\" }");
    world.write("a.toml", &text);
    let with = |value: &str| {
        let mut command = world.program();
        let run = world.go(command.args(["plan", "a.toml", "-vvv"]).env("KEY_PASSWORD", value));
        assert!(!run.out.contains(value) && !run.err.contains(value), "{}{}", run.out, run.err);
        run
    };
    let run = with(password);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let run = with("Another-password-11");
    assert_eq!(run.code, Some(2), "{}", run.err);
    let why = "`entra.automation.key_password`: the password of the PFX file is wrong";
    assert!(run.err.contains(why), "{}", run.err);

    let listed = world.run_without_log(&["list", "a.toml"]);
    assert!(
        listed.out.contains("the environment variable KEY_PASSWORD") && !listed.out.contains(password),
        "{}",
        listed.out
    );
    // In the file itself, a password or a key is an error, and not shown.
    for line in [format!("key_password = \"{password}\""), format!("key = \"{password}\"")] {
        let name = line.split(' ').next().expect("a name");
        let without =
            text.lines().filter(|known| !known.starts_with(&format!("{name} ="))).collect::<Vec<_>>();
        world.write("a.toml", &format!("{}\n{line}\n", without.join("\n")));
        let run = world.run_without_log(&["check", "a.toml"]);
        assert_eq!(run.code, Some(1), "{line}: {}{}", run.out, run.err);
        assert!(run.out.contains("invalid-value") && !run.out.contains(password), "{line}: {}", run.out);
    }
}
