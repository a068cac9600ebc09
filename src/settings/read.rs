//! Reads a [`Source`] into a [`Draft`], and reports every structural fault in one pass.
//!
//! To add a key, add one line here and its field in [`super::draft`].
//! [`super::section`] reads the values.

use std::ops::Range;
use std::str::FromStr;

use super::automation;
use super::draft::{ControlCenter, Draft, Entra, FederatedServices, Swyx, Sync, User};
use super::generation::Generation;
use super::keys;
use super::section::Section;
use super::values::{Login, Mode, PresencePair, SwyxStatus};
use crate::diagnostic::{Diagnostic, Place, Severity, id};
use crate::endpoint::Endpoint;
use crate::secret::Secret;
use crate::source::Source;
use crate::source::tree::Tree;
use crate::text::{InvalidFormat, describe_character, find_disguise};

/// Reads a file that is valid TOML, and masks the parts that must never be shown.
pub(crate) fn read(source: &mut Source) -> (Draft, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut masks = Vec::new();
    let mut draft = read_root(source.tree(), &mut found, &mut masks);
    draft.readable_by_others = source.is_readable_by_others();
    for (_, secret) in draft.inline_secrets() {
        masks.extend(source.occurrences(Secret::expose(secret)));
    }
    source.mask(masks);
    (draft, found)
}

fn read_root(tree: &Tree, found: &mut Vec<Diagnostic>, masks: &mut Vec<Range<usize>>) -> Draft {
    let mut root = Section::root(tree, found, masks);
    let draft = Draft {
        swyx: root.table("swyx", swyx),
        control_center: root.optional_table("control_center", control_center),
        federated_services: root.optional_table("federated_services", federated_services),
        entra: root.table("entra", entra),
        sync: root.table("sync", sync),
        users: root.tables("user", user),
        readable_by_others: false,
    };
    if draft.registrations().next().is_none() {
        root.require_table(match draft.generation() {
            Generation::ExpertSettings => "control_center",
            Generation::FederatedServices => "federated_services",
        });
    }
    root.finish(Severity::Error);
    draft
}

fn swyx(section: &mut Section<'_>) -> Swyx {
    let swyx = Swyx {
        version: section.parsed("version"),
        gateway: section.parsed("gateway"),
        gateway_token: section.secret("gateway_token"),
    };
    if section.has("gateway") && !section.has("gateway_token") {
        let found = Diagnostic::error(
            id::MISSING_KEY,
            Place::Missing(keys::GATEWAY_TOKEN),
            "`gateway_token` is missing",
        );
        let found = found.related(Place::Key(keys::GATEWAY), "the gateway that requires it");
        section
            .add(found.help("set it to a secret reference, for example `{ env = \"SWYX_GATEWAY_TOKEN\" }`"));
    }
    section.finish(Severity::Error);
    swyx
}

fn control_center(section: &mut Section<'_>) -> ControlCenter {
    let mut fields = ControlCenter {
        mode: section.mode("MsTeamsStatusSyncMode"),
        tenant_id: section.id("MsTeamsTenantId"),
        client_id: section.id("MsTeamsClientId"),
        client_secret: section.secret("MsTeamsClientSecret"),
        names_a_secret: section.has("MsTeamsClientSecret"),
    };
    section.require(
        "MsTeamsStatusSyncMode",
        "set it to 1 (Teams to Swyx) or 2 (also \"Speaking\" in Swyx to Teams)",
    );
    section.require("MsTeamsTenantId", "copy \"Directory (tenant) ID\" from the portal");
    section.require("MsTeamsClientId", "copy \"Application (client) ID\" from the portal");
    // A misspelt secret is one finding. In mode 2, nothing works without it.
    if section.finish(Severity::Warning).contains(&"MsTeamsClientSecret") {
        fields.names_a_secret = true;
        if fields.mode == Some(Mode::BothWays) {
            section.raise_unknown("MsTeamsClientSecret");
        }
    }
    fields
}

fn federated_services(section: &mut Section<'_>) -> FederatedServices {
    let fields = FederatedServices {
        name: section.name("name"),
        tenant_id: section.id("tenant_id"),
        client_id: section.id("client_id"),
        login: section.choice("login"),
        client_secret: section.secret("client_secret"),
        certificate: section.text("certificate"),
        certificate_thumbprint: section.parsed("certificate_thumbprint"),
        presence: section.choice("presence"),
        contacts: section.boolean("contacts"),
        calendar: section.boolean("calendar"),
        on_identity_removed: section.choice("on_identity_removed"),
        display_names: section.boolean("display_names"),
        names_a_secret: section.has("client_secret"),
    };
    section.check(&fields);
    section.require("tenant_id", "copy \"Directory (tenant) ID\" from the portal");
    section.require("client_id", "copy \"Application (client) ID\" from the portal");
    section
        .require("login", "set it to \"secret\" or \"certificate\", the Login data type in Control Center");
    match fields.login {
        Some(Login::Secret) => {
            let help = "set it to a secret reference, for example `{ env = \"SWYX_TEAMS_CLIENT_SECRET\" }`";
            section.require("client_secret", help);
        }
        Some(Login::Certificate) => advise_certificate(section),
        None => {}
    }
    if section.has("certificate") && section.has("certificate_thumbprint") {
        let place = Place::Key(keys::CERTIFICATE_THUMBPRINT);
        let found = Diagnostic::error(
            id::INVALID_VALUE,
            place,
            "`certificate` and `certificate_thumbprint` are both set",
        );
        let found = found.related(Place::Key(keys::CERTIFICATE), "the file of the certificate");
        section.add(found.help("keep one of them: the file also contains the thumbprint"));
    }
    section.finish(Severity::Error);
    fields
}

/// Only a warning: before Control Center has created the certificate, there is none.
fn advise_certificate(section: &mut Section<'_>) {
    if section.has("certificate") || section.has("certificate_thumbprint") {
        return;
    }
    let message = "the certificate is unknown: neither `certificate` nor `certificate_thumbprint` is set";
    let mut found = Diagnostic::error(id::MISSING_KEY, Place::Missing(keys::CERTIFICATE), message);
    found.severity = Severity::Warning;
    section
        .add(found.help("download the certificate from Control Center, and set `certificate` to its file"));
    section.required.push("certificate");
}

/// The address of a proxy, with its own help: a proxy usually has a port and no https.
struct ProxyAddress(Endpoint);

impl FromStr for ProxyAddress {
    type Err = InvalidFormat;

    fn from_str(text: &str) -> Result<Self, InvalidFormat> {
        let help = "the address of a proxy must have the form http://host:port or https://host:port";
        text.parse().map(Self).map_err(|_| InvalidFormat(help))
    }
}

fn entra(section: &mut Section<'_>) -> Entra {
    let entra = Entra {
        cloud: section.choice("cloud"),
        application_name: section.text("application_name"),
        secret_lifetime_days: section.integer("secret_lifetime_days"),
        renew_before_days: section.integer("renew_before_days"),
        credential_ends: section.date("credential_ends"),
        admin_client_id: section.id("admin_client_id"),
        authority: section.parsed("authority"),
        graph: section.parsed("graph"),
        ca_file: section.text("ca_file"),
        proxy: section.parsed::<ProxyAddress>("proxy").map(|address| address.0),
        automation: section.table("automation", automation::read),
    };
    section.check(&entra);
    section.finish(Severity::Error);
    entra
}

fn sync(section: &mut Section<'_>) -> Sync {
    let sync = Sync {
        read_interval_seconds: section.integer("read_interval_seconds"),
        session_minutes: section.integer("session_minutes"),
        requests_per_30_seconds: section.integer("requests_per_30_seconds"),
        status: section.table("status", statuses),
    };
    section.check(&sync);
    section.finish(Severity::Error);
    sync
}

fn statuses(section: &mut Section<'_>) -> Vec<(PresencePair, SwyxStatus)> {
    let names = section.entries().map(|(_, node)| node.name.clone()).collect::<Vec<_>>();
    let mut statuses = Vec::new();
    for name in names {
        let status = section.choice_named(&name);
        match name.parse::<PresencePair>() {
            Ok(pair) => statuses.extend(status.map(|status| (pair, status))),
            Err(wrong) => {
                let place = Place::Key(section.key.child(&name));
                let why = find_disguise(&name).map(describe_character);
                let why = why.map(|why| format!(": it contains {why}")).unwrap_or_default();
                let message = format!("not a Microsoft Graph presence{why}");
                let found = Diagnostic::error(id::INVALID_VALUE, place, message);
                section.add(found.help(wrong.to_string()));
            }
        }
    }
    statuses
}

fn user(section: &mut Section<'_>) -> User {
    let user = User { swyx: section.name("swyx"), teams: section.name("teams") };
    section.require("swyx", "set it to the user's name in Swyx");
    section.require("teams", "set it to the user's account name in Teams, for example jane.roe@example.com");
    section.finish(Severity::Error);
    user
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first line of a file after reading, as a report shows it.
    fn shown(line: &str) -> String {
        let (mut source, _) = Source::new("a.toml", line.as_bytes().to_vec(), false);
        read(&mut source);
        source.shown_lines().swap_remove(0)
    }

    #[test]
    fn shows_typing_errors() {
        for line in [
            r#"swyx.version = "14,10""#,
            r#"entra.cloud = "germny""#,
            r#"entra.graph = "htps://graph.microsoft.com""#,
            r#"control_center.MsTeamsTenantId = "8f1c2d3e-0000-4000-8000-123456789ab""#,
            r#"control_center.MsTeamsClientId = "{8f1c2d3e-0000-4000-8000-123456789abc}""#,
            r#"control_center.MsTeamsStatusSyncMode = "two""#,
            r#"sync.status."Busy/InACall" = "Awya""#,
        ] {
            assert_eq!(shown(line), line);
        }
    }

    fn found(text: &str) -> Vec<(&'static str, Option<String>)> {
        let checked = crate::check::check_bytes("a.toml", text.as_bytes().to_vec(), false);
        let found = checked.diagnostics().iter();
        found.map(|found| (found.rule, found.place.key().map(|key| key.to_string()))).collect()
    }

    #[test]
    fn federated_services_requires_its_keys_and_one_credential() {
        let ids = "tenant_id = \"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\nclient_id = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\n";
        let file =
            |text: &str| found(&format!("[swyx]\nversion = \"14.25\"\n[federated_services]\n{ids}{text}"));
        let at = |rule, key: &str| (rule, Some(format!("federated_services.{key}")));
        assert_eq!(file(""), [at("missing-key", "login")]);
        assert_eq!(file("login = \"secret\"\n"), [at("missing-key", "client_secret")]);
        assert_eq!(file("login = \"secret\"\nclient_secret = { env = \"X\" }\n"), []);
        assert_eq!(file("login = \"certificate\"\n"), [at("missing-key", "certificate")]);
        let thumbprint = "certificate_thumbprint = \"6F1C5A0E2B93D47781AC3E59C048B2169DE70AF3\"\n";
        assert_eq!(file(&format!("login = \"certificate\"\n{thumbprint}")), []);
        let both = file(&format!("login = \"certificate\"\ncertificate = \"a.cer\"\n{thumbprint}"));
        assert_eq!(both, [at("invalid-value", "certificate_thumbprint")]);
        assert_eq!(
            file("login = \"certificate\"\ncertificat = \"a.cer\"\n"),
            [at("unknown-key", "certificat")]
        );
    }

    #[test]
    fn table_follows_the_version() {
        let missing = |table: &str| vec![("missing-key", Some(table.to_owned()))];
        assert_eq!(found("[swyx]\nversion = \"14.10\"\n"), missing("control_center"));
        assert_eq!(found(""), missing("control_center"));
        assert_eq!(found("[swyx]\nversion = \"14.20\"\n"), missing("federated_services"));
        let both = |version: &str| {
            let text = format!("[swyx]\nversion = \"{version}\"\n[control_center]\n[federated_services]\n");
            let wrong = found(&text).into_iter().filter(|found| found.0 != "missing-key");
            wrong.map(|(rule, key)| (rule, key.unwrap_or_default())).collect::<Vec<_>>()
        };
        assert_eq!(both("14.10"), [("invalid-value", "federated_services".to_owned())]);
        assert_eq!(both("14.20"), [("invalid-value", "control_center".to_owned())]);
        let needs =
            |text: &str| found(text).iter().any(|found| found.0 == "federated-services-needs-version");
        assert!(
            needs("[federated_services]\n") && needs("[swyx]\nversion = \"14.10\"\n[federated_services]\n")
        );
        assert!(!needs("[swyx]\nversion = \"14.20\"\n[federated_services]\n"));
    }

    #[test]
    fn rules_apply_to_the_keys_of_both_tables() {
        let text = |table: &str, names: [&str; 3], version: &str, values: [&str; 3]| {
            let lines = names.iter().zip(values).map(|(name, value)| format!("{name} = \"{value}\"\n"));
            let more = if table == "control_center" {
                "MsTeamsStatusSyncMode = 2\n"
            } else {
                "login = \"secret\"\n"
            };
            format!("[swyx]\nversion = \"{version}\"\n[{table}]\n{more}{}", lines.collect::<String>())
        };
        let id = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34";
        let good = "Ab18Q~zY7xW6vU5tS4rQ3pO2nM1lK0jI9hG8fE7d";
        for (rule, values) in [
            ("placeholder", ["<tenant-id>", id, good]),
            ("ids-equal", [id, id, good]),
            ("client-id-is-microsofts", [id, "00000003-0000-0000-c000-000000000000", good]),
            ("tenant-not-guid", ["contoso.onmicrosoft.com", id, good]),
            (
                "surrounding-blank",
                [" 7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34", "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16", good],
            ),
            (
                "secret-id-as-value",
                [id, "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16", "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f17"],
            ),
            ("secret-shape", [id, "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16", "short"]),
            ("secret-inline", [id, "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16", good]),
        ] {
            let expert = ["MsTeamsTenantId", "MsTeamsClientId", "MsTeamsClientSecret"];
            let federated = ["tenant_id", "client_id", "client_secret"];
            let rules = |text: String| found(&text).into_iter().map(|found| found.0).collect::<Vec<_>>();
            let older = rules(text("control_center", expert, "14.10", values));
            assert!(older.contains(&rule), "{rule}: {older:?}");
            assert_eq!(rules(text("federated_services", federated, "14.25", values)), older, "{rule}");
        }
    }

    #[test]
    fn hides_what_may_be_a_secret() {
        let hexadecimal = "0123456789abcdef".repeat(4);
        for (line, expected) in [
            (
                r#"entra.graph = "https//me:pass@host/a?key=1""#.to_owned(),
                r#"entra.graph = "https//*******@host/a?*****""#,
            ),
            (
                r#"entra.graph = "https//me\u003apass@host""#.to_owned(),
                r#"entra.graph = "************************""#,
            ),
            (
                r#"swyx.version = "AbC8Q~0123456789abcdefghijklmnopqrstuvwx""#.to_owned(),
                r#"swyx.version = "****************************************""#,
            ),
            (
                r#"entra.cloud = "Zm9vYmFyYmF6cXV4Zm9v1A==""#.to_owned(),
                r#"entra.cloud = "************************""#,
            ),
            (format!(r#"entra.cloud = ["{hexadecimal}"]"#), &format!("entra.cloud = {}", "*".repeat(68))),
            (
                format!(r#"control_center.MsTeamsClientId = "{hexadecimal}""#),
                &format!(r#"control_center.MsTeamsClientId = "{}""#, "*".repeat(64)),
            ),
            (
                r#"control_center.MsTeamsClientId = "hunter2""#.to_owned(),
                r#"control_center.MsTeamsClientId = "*******""#,
            ),
            (
                r#"control_center.MsTeamsClientSecret = "hunter2""#.to_owned(),
                r#"control_center.MsTeamsClientSecret = "*******""#,
            ),
            (r#"swyx.verson = "14.10""#.to_owned(), r#"swyx.verson = "*****""#),
        ] {
            assert_eq!(shown(&line), expected);
        }
    }
}
