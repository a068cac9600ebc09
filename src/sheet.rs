//! What to type into Control Center, and what is left to do by hand.
//!
//! No public interface writes these fields, so a person has to. The words on the sheet are Control Center's and the portal's own.

use crate::settings::{Mode, Settings, SwyxVersion};

/// The sheet for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Where the fields are in Control Center.
    pub place: &'static str,
    /// The fields with their values; a secret is said by where it is kept.
    pub fields: Vec<Field>,
    /// What is left to do by hand, in this order.
    pub steps: Vec<String>,
    /// What to know about it.
    pub notes: Vec<&'static str>,
}

/// One field of Control Center.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// What Control Center calls it, or, where no public page says, what it holds.
    pub label: &'static str,
    /// What the Entra portal calls it, where it comes from there.
    pub portal: Option<&'static str>,
    /// What to type; nothing for a secret.
    pub value: Option<String>,
    /// Where the secret is kept.
    pub kept: Option<String>,
}

impl Sheet {
    /// The sheet of some settings.
    pub fn new(settings: &Settings) -> Self {
        let federated =
            settings.swyx_version.is_some_and(|version| version >= SwyxVersion::FEDERATED_SERVICES);
        let mut fields = if federated { Vec::new() } else { vec![mode(settings.mode)] };
        let id = |label, portal, value| Field { label, portal: Some(portal), value: Some(value), kept: None };
        let (tenant, client) = (settings.access.tenant_id.to_string(), settings.client_id.to_string());
        fields.push(id("Directory (tenant) ID", "Directory (tenant) ID", tenant));
        fields.push(id("Application (client) ID", "Application (client) ID", client));
        if let Some(secret) = &settings.client_secret {
            fields.push(Field {
                label: if federated { "Client Secret" } else { "MsTeamsClientSecret" },
                portal: Some("Value (not Secret ID) of the client secret"),
                value: None,
                kept: Some(secret.describe()),
            });
        }
        let place = if federated { FEDERATED } else { EXPERT };
        Self { place, fields, steps: steps(settings, federated), notes: notes(federated) }
    }
}

const EXPERT: &str = "Control Center, General settings, expert settings";
const FEDERATED: &str =
    "Control Center, General settings / Federated Services, an identity provider configuration for Entra ID";

fn mode(mode: Mode) -> Field {
    Field { label: "MsTeamsStatusSyncMode", portal: None, value: Some(mode.number().to_string()), kept: None }
}

fn steps(settings: &Settings, federated: bool) -> Vec<String> {
    let (presence, direction) = match settings.mode {
        Mode::BothWays => ("Presence.ReadWrite.All", "both ways, Teams to Swyx and \"Speaking\" to Teams"),
        Mode::FromTeams | Mode::Undocumented => ("Presence.Read.All", "from Teams to Swyx only"),
    };
    let mut steps = vec![format!(
        "In the Entra portal, see that the application has the permissions {presence} and User.ReadBasic.All, both of type Application, with admin consent; swyx-teams apply does it."
    )];
    if federated {
        steps.push(format!(
            "In the identity provider configuration, switch the Teams synchronisation on, {direction}."
        ));
    }
    steps.extend([
        "For every user, see that the e-mail address in SwyxWare is the account name in Teams.".to_owned(),
        "In SwyxWare, see that status signalling is defined between the users or groups that are to see each other.".to_owned(),
    ]);
    if settings.client_secret.is_some() {
        steps.push(
            "Note when the client secret ends; the synchronisation stops on that day without a word."
                .to_owned(),
        );
    }
    steps
}

fn notes(federated: bool) -> Vec<&'static str> {
    let busy = "A call in Swyx does not make Teams reject calls: Busy-on-Busy ignores it (a bug that Microsoft has confirmed, says the vendor).";
    if federated {
        return vec![
            "The vendor's guide also asks for the redirect URI swyxware://auth and public client flows. An application that signs in with a secret needs neither (inferred); swyx-teams apply --as-in-the-guide sets them.",
            "From 14.20 on a certificate can take the place of the secret, and the vendor recommends it.",
            "Which permissions the synchronisation of 14.20 and later needs is not in the vendor's public pages; those above are of 14.10.",
            busy,
        ];
    }
    vec![
        "The vendor's guide also asks for the redirect URI https://localhost/ and public client flows. An application that signs in with a secret needs neither (inferred); swyx-teams apply --as-in-the-guide sets them.",
        "What Control Center calls the fields of the two ids is in no public page; the labels here are the portal's.",
        busy,
    ]
}
