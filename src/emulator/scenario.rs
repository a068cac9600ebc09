//! The content of the tenant in each scenario, in the format of a state file.

use super::file::{ApplicationState, PermissionsState, SecretState, State, UserState};
use super::options::Scenario;

/// The permissions for a synchronisation in both directions.
const NEEDED: [&str; 2] = ["Presence.ReadWrite.All", "User.ReadBasic.All"];

/// The tenant of a scenario, without its plain users.
pub(super) fn state(scenario: Scenario, domain: &str) -> State {
    let mut state = State::default();
    if scenario == Scenario::Empty {
        return state;
    }
    let mut application = ApplicationState {
        secrets: vec![SecretState { display_name: Some("SwyxServer".to_owned()), ..SecretState::default() }],
        declared: application(&NEEDED),
        granted: application(&NEEDED),
        ..ApplicationState::default()
    };
    match scenario {
        Scenario::Ready | Scenario::Empty => {}
        Scenario::NoConsent => application.granted = PermissionsState::default(),
        Scenario::DelegatedOnly => {
            application.declared =
                delegated(&["Presence.Read.All", "Presence.ReadWrite", "User.ReadBasic.All"]);
            application.granted = application.declared.clone();
        }
        Scenario::ReadOnly => {
            application.declared = self::application(&["Presence.Read.All", "User.ReadBasic.All"]);
            application.granted = application.declared.clone();
        }
        Scenario::Excess => {
            let more = ["Directory.ReadWrite.All", "Mail.Read"];
            application.declared = self::application(&[NEEDED.as_slice(), &more].concat());
            application.granted = application.declared.clone();
        }
        Scenario::ExpiredSecret => ends_in(&mut application, -1),
        Scenario::ExpiringSecret => ends_in(&mut application, 10),
        Scenario::Disabled => application.account_enabled = false,
        Scenario::Deactivated => application.is_disabled = Some(true),
        Scenario::DisabledByMicrosoft => {
            let status = "DisabledDueToViolationOfServicesAgreement";
            application.disabled_by_microsoft_status = Some(status.to_owned());
        }
        Scenario::Deleted => application.deleted = true,
        Scenario::NoServicePrincipal => application.service_principal = false,
        Scenario::GraphDisabled => state.tenant.graph_enabled = false,
        Scenario::AssignmentRequired => application.assignment_required = true,
        Scenario::SecretsForbidden => state.policies.secrets_banned = true,
        Scenario::UserMismatch => {
            state.users = mismatched(domain);
            state.swyx.emails_as_mailed = true;
        }
    }
    state.applications.push(application);
    state
}

fn application(names: &[&str]) -> PermissionsState {
    PermissionsState { application: owned(names), delegated: Vec::new() }
}

fn delegated(names: &[&str]) -> PermissionsState {
    PermissionsState { application: Vec::new(), delegated: owned(names) }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn ends_in(application: &mut ApplicationState, days: i32) {
    for secret in &mut application.secrets {
        secret.ends_in_days = Some(days);
    }
}

/// Users that a comparison of addresses does not find, or finds twice.
fn mismatched(domain: &str) -> Vec<UserState> {
    let user = |name: &str, shown: &str, mail: Option<&str>| UserState {
        user_principal_name: format!("{name}@{domain}"),
        id: None,
        display_name: Some(shown.to_owned()),
        given_name: None,
        surname: None,
        mail: mail.map(|mail| format!("{mail}@{domain}")),
        proxy_addresses: Vec::new(),
        account_enabled: true,
        guest: false,
        teams: true,
        administrator: false,
        presence: None,
    };
    let mut married = user("anna.schmidt", "Anna Meyer", Some("anna.meyer"));
    married.proxy_addresses =
        vec![format!("SMTP:anna.meyer@{domain}"), format!("smtp:anna.schmidt@{domain}")];
    let mut guest = user("partner_fabrikam.example#EXT#", "Guest of Fabrikam", None);
    (guest.guest, guest.mail) = (true, Some("partner@fabrikam.example".to_owned()));
    let mut left = user("karl.alt", "Karl Alt", Some("karl.alt"));
    left.account_enabled = false;
    let mut phone = user("lobby.phone", "Phone in the Lobby", None);
    phone.teams = false;
    vec![
        married,
        user("BERND.GROSS", "Bernd Gross", Some("Bernd.Gross")),
        user("clara.ohne", "Clara Ohne", None),
        user("info.eins", "Info One", Some("info")),
        user("info.zwei", "Info Two", Some("info")),
        guest,
        left,
        phone,
    ]
}
