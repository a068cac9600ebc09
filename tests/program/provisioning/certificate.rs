//! Certificates: files that cannot be used, rotation, and the end in the settings file.

use super::federated::*;
use super::world::*;
use crate::certificates::{ec_key, issue, other_rsa_key, rsa_key, valid};

/// A tenant whose application has the certificate, as `apply` made it.
fn applied() -> (World, String) {
    let world = World::empty();
    let thumbprint = put_certificate(&world, "old");
    world.write("a.toml", &federated(&world, "14.25", "certificate", "both", None));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    (world, thumbprint)
}

fn thumbprints(world: &World) -> Vec<String> {
    world.application().certificates.into_iter().map(|one| one.thumbprint).collect()
}

#[test]
fn file_that_is_no_usable_certificate_is_named_before_anything_is_sent() {
    let world = World::empty();
    world.write("a.toml", &federated(&world, "14.25", "certificate", "both", None));
    let good = valid("good");
    let weak = include_bytes!("../../common/weak.cer");
    for (content, words) in [
        (good.pem_with_key().into_bytes(), "contains a private key"),
        (good.pair.serialize_der(), "contains a private key"),
        ([good.pem(), good.pem()].concat().into_bytes(), "several certificates"),
        (good.der[..good.der.len() / 2].to_vec(), "is incomplete"),
        ([&[0x30, 0x82, 0x0a, 0x00, 0x02, 0x01, 0x03, 0x30][..], &[0; 40]].concat(), "PFX file (PKCS #12)"),
        (issue(ec_key(), "curve", 2020, 2090).der, "has no RSA key"),
        (weak.to_vec(), "has 1024 bits; Entra ID needs at least 2,048"),
        (Vec::new(), "the file is empty"),
        (b"<html>".to_vec(), "not a certificate in DER or PEM format"),
    ] {
        std::fs::write(world.path(CERTIFICATE_FILE), content).expect("written");
        for command in [&["plan"][..], &["apply", "--yes"], &["rotate"]] {
            let run = world.ends(2, &[command, &["a.toml"]].concat());
            assert!(run.err.contains("`federated_services.certificate`: swyx.cer: "), "{}", run.err);
            assert!(run.err.contains(words), "{command:?}: {}", run.err);
            assert!(world.requests().is_empty(), "{words}");
        }
    }
    for (issued, words) in [
        (issue(rsa_key(), "old", 2001, 2002), "the certificate expired on 2002-01-01"),
        (issue(rsa_key(), "new", 2080, 2090), "the certificate is not valid before 2080-01-01 00:00 (UTC)"),
    ] {
        std::fs::write(world.path(CERTIFICATE_FILE), issued.der).expect("written");
        let run = world.ends(2, &["apply", "--yes", "a.toml"]);
        assert!(run.err.contains(words) && world.changes().is_empty(), "{}", run.err);
    }
    std::fs::remove_file(world.path(CERTIFICATE_FILE)).expect("removed");
    let run = world.ends(2, &["plan", "a.toml"]);
    assert!(run.err.contains("`federated_services.certificate`: swyx.cer: "), "{}", run.err);
    assert!(world.applications().is_empty());
}

#[test]
fn new_certificate_is_added_beside_the_old_one_until_finish() {
    let (world, old) = applied();
    let again = world.ends(2, &["rotate", "a.toml"]);
    assert!(again.err.contains("a new certificate is needed: create it in Control Center"), "{}", again.err);
    let not_due = world.ends(0, &["rotate", "--if-due", "a.toml"]);
    assert_eq!(not_due.out, "a.toml: not due: the certificate is valid until 2089-12-31\n");

    let issued = issue(other_rsa_key(), "new", 2020, 2085);
    std::fs::write(world.path(CERTIFICATE_FILE), issued.pem()).expect("written");
    let run = world.ends(0, &["rotate", "a.toml"]);
    let beginning = "a.toml: added the new certificate, valid until 2084-12-31; the old one stays, valid until 2089-12-31\n";
    assert!(run.out.starts_with(beginning), "{}", run.out);
    assert!(run.out.contains("then run `swyx-teams rotate --finish a.toml` to remove the old certificate"));
    assert_eq!(thumbprints(&world), [old.clone(), issued.thumbprint()]);
    assert!(world.read("a.toml").contains("credential_ends = 2084-12-31\n"), "{}", world.read("a.toml"));
    let pending = world.ends(0, &["rotate", "a.toml"]);
    assert!(
        pending.out.starts_with("a.toml: the application has the new certificate; the old one"),
        "{}",
        pending.out
    );
    assert!(world.changes().is_empty());

    let finish = world.ends(0, &["rotate", "--finish", "a.toml"]);
    assert_eq!(finish.out, "a.toml: removed the old certificate\n");
    assert_eq!(thumbprints(&world), [issued.thumbprint()]);
    let finish = world.ends(0, &["rotate", "--finish", "a.toml"]);
    assert!(
        finish.out.starts_with("a.toml: nothing to remove: swyx-teams replaced no other"),
        "{}",
        finish.out
    );
    assert!(world.changes().is_empty());
}

#[test]
fn certificate_of_another_program_is_never_removed() {
    let (world, own) = applied();
    let other = issue(other_rsa_key(), "payroll", 2020, 2090);
    let mut all = registration(&world)["keyCredentials"].as_array().expect("a list").clone();
    all.push(serde_json::json!({"type": "AsymmetricX509Cert", "usage": "Verify", "key": other.key()}));
    let path = format!("/applications/{}", world.application().id);
    world.send("PATCH", &path, &serde_json::json!({"keyCredentials": all}));
    let new = issue(rsa_key(), "new", 2021, 2085);
    std::fs::write(world.path(CERTIFICATE_FILE), &new.der).expect("written");
    world.ends(0, &["rotate", "a.toml"]);
    world.ends(0, &["rotate", "--finish", "a.toml"]);
    assert_eq!(thumbprints(&world), [other.thumbprint(), new.thumbprint()]);
    assert!(!thumbprints(&world).contains(&own));
    // A thumbprint that the application does not have proves nothing about the others.
    let text = world
        .read("a.toml")
        .replace("certificate = \"swyx.cer\"", &format!("certificate_thumbprint = \"{own}\""));
    world.write("a.toml", &text);
    let run = world.ends(2, &["rotate", "--finish", "a.toml"]);
    assert!(run.err.contains("so no other certificate was removed"), "{}", run.err);
    assert_eq!(thumbprints(&world).len(), 2);
}

#[test]
fn wrong_end_is_reported_and_fixed() {
    let (world, thumbprint) = applied();
    let right = world.read("a.toml");
    let colons = thumbprint
        .as_bytes()
        .chunks(2)
        .map(|pair| String::from_utf8_lossy(pair))
        .collect::<Vec<_>>()
        .join(":");
    let by_thumbprint =
        right.replace("certificate = \"swyx.cer\"", &format!("certificate_thumbprint = \"{colons}\""));
    for right in [right.clone(), by_thumbprint] {
        for wrong in ["2089-12-30", "\"2089-12-30\""] {
            world.write("a.toml", &right.replace("2089-12-31", wrong));
            let check = ["check", "--online", "--as-admin", "--fail-on", "warning", "a.toml"];
            let run = world.run_without_log(&check);
            assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
            assert!(
                run.out.contains("the certificate ends on 2089-12-31 in Entra ID, not on 2089-12-30"),
                "{}",
                run.out
            );
            let run = world.run_without_log(&[&check[..], &["--fix"]].concat());
            assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
            assert_eq!(world.read("a.toml"), right);
        }
    }
    // Before 14.20 too.
    let world = World::empty();
    world.write("a.toml", &world.settings(IN_FILE));
    world.ends(0, &["apply", "--yes", "a.toml"]);
    let right = world.read("a.toml");
    let end = world.application().secrets[0].end.strftime("%Y-%m-%d").to_string();
    assert!(right.ends_with(&format!("credential_ends = {end}\n")), "{right}");
    world.write("a.toml", &right.replace(&end, "2088-01-01"));
    let run = world.run_without_log(&["check", "--online", "--as-admin", "--fix", "a.toml"]);
    assert_eq!((run.code, world.read("a.toml")), (Some(0), right), "{}{}", run.out, run.err);
}
