//! The values for Control Center, and the remaining manual steps.
//!
//! No public interface writes these fields, so you must enter them by hand. The sheet uses the terms of
//! Control Center and the portal.
//!
//! ```
//! let text = r#"
//! [control_center]
//! MsTeamsStatusSyncMode = 2
//! MsTeamsTenantId = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34"
//! MsTeamsClientId = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
//! MsTeamsClientSecret = { env = "SWYX_TEAMS_CLIENT_SECRET" }
//! "#;
//! let settings = swyx_teams::check::check_bytes("a.toml", text.into(), false).settings()?;
//! let sheet = swyx_teams::sheet::Sheet::new(&settings);
//! assert_eq!((sheet.fields[0].label, sheet.fields[0].value.as_deref()), ("MsTeamsStatusSyncMode", Some("2")));
//! # Ok::<(), swyx_teams::settings::Unresolved>(())
//! ```

use crate::settings::{Mode, Settings, SwyxVersion};

/// The sheet of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sheet {
    /// Where the fields are in Control Center.
    pub place: &'static str,
    /// The fields with their values. A secret is represented by its storage place.
    pub fields: Vec<Field>,
    /// The manual steps, in order.
    pub steps: Vec<String>,
    /// Notes.
    pub notes: Vec<&'static str>,
}

/// One field of Control Center.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Control Center's label, or a description if the label is not documented.
    pub label: &'static str,
    /// The Entra portal's label, if the value comes from there.
    pub portal: Option<&'static str>,
    /// The value to enter; `None` for a secret.
    pub value: Option<String>,
    /// Where the secret is stored.
    pub kept: Option<String>,
}

impl Sheet {
    /// Creates the sheet for the settings.
    pub fn new(settings: &Settings) -> Self {
        let federated =
            settings.swyx_version.is_some_and(|version| version >= SwyxVersion::FEDERATED_SERVICES);
        let mut fields = if federated { Vec::new() } else { vec![mode(settings.mode)] };
        let id = |label, portal, value| Field { label, portal: Some(portal), value: Some(value), kept: None };
        let (tenant, client) = (settings.access.tenant_id.to_string(), settings.client_id.to_string());
        fields.push(id("Directory (tenant) ID", "Directory (tenant) ID", tenant));
        fields.push(id("Application (client) ID", "Application (client) ID", client));
        if let Some(secret) = settings.client_secret() {
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
        Mode::FromTeams | Mode::Undocumented | Mode::Off => ("Presence.Read.All", "from Teams to Swyx only"),
    };
    let mut steps = vec![format!(
        "In the Entra portal, check that the application has the permissions {presence} and User.ReadBasic.All, both of type Application, with admin consent. `swyx-teams apply` sets them."
    )];
    if federated {
        steps.push(format!(
            "In the identity provider configuration, switch the Teams synchronisation on: {direction}."
        ));
    }
    steps.extend([
        "For every user, check that the e-mail address in SwyxWare is the account name in Teams.".to_owned(),
        "In SwyxWare, check that status signalling is set up between the users or groups that should see each other's status.".to_owned(),
    ]);
    if settings.client_secret().is_some() {
        steps.push(
            "Note the expiry date of the client secret: the synchronisation stops silently on that day."
                .to_owned(),
        );
    }
    steps
}

fn notes(federated: bool) -> Vec<&'static str> {
    let busy = "A call in Swyx does not make Teams reject calls: Busy-on-Busy ignores it (according to the vendor, a bug that Microsoft has confirmed).";
    if federated {
        return vec![
            "The vendor's guide also asks for the redirect URI swyxware://auth and public client flows. An application that signs in with a secret needs neither (inferred). `swyx-teams apply --as-in-the-guide` sets them.",
            "Since 14.20 a certificate can replace the secret, and the vendor recommends it.",
            "The vendor does not document the permissions for 14.20 and later; those above apply to 14.10.",
            busy,
        ];
    }
    vec![
        "The vendor's guide also asks for the redirect URI https://localhost/ and public client flows. An application that signs in with a secret needs neither (inferred). `swyx-teams apply --as-in-the-guide` sets them.",
        "Control Center's names for the two id fields are not documented; the labels here are those of the portal.",
        busy,
    ]
}
