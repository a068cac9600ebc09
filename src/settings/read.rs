//! Reads a [`Source`] into a [`Draft`], and reports every structural fault in one pass.
//!
//! To add a key, add one line here and its field in [`super::draft`].
//! [`super::section`] reads the values.

use std::ops::Range;
use std::str::FromStr;

use super::automation;
use super::draft::{ControlCenter, Draft, Entra, Swyx, Sync, User};
use super::keys;
use super::section::Section;
use super::values::{Mode, PresencePair, SwyxStatus};
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
        control_center: root.required_table("control_center", control_center),
        entra: root.table("entra", entra),
        sync: root.table("sync", sync),
        users: root.tables("user", user),
        readable_by_others: false,
    };
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
