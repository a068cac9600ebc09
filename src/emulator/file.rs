//! The JSON format of a tenant, used by `--state` and by the scenarios.

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

/// A tenant. All members are optional; an unknown member is an error.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct State {
    /// `{"id", "domain", "name"}` of the tenant.
    pub(super) tenant: TenantState,
    /// Applications; the first one appears in the ready line.
    pub(super) applications: Vec<ApplicationState>,
    /// Users; the administrator is added if no user has `"administrator": true`.
    pub(super) users: Vec<UserState>,
    /// The restrictions of policies.
    pub(super) policies: PolicyState,
    /// The behaviour of presences where the documentation is open.
    pub(super) presence: PresenceState,
    /// SwyxServer.
    pub(super) swyx: SwyxState,
}

/// The tenant's names.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TenantState {
    /// The tenant id.
    pub(super) id: Option<Uuid>,
    /// The verified domain.
    pub(super) domain: Option<String>,
    /// The name.
    pub(super) name: Option<String>,
    /// Whether the service principal of Microsoft Graph is enabled; true by default.
    pub(super) graph_enabled: bool,
}

// By hand because of the default for a missing member.
impl Default for TenantState {
    fn default() -> Self {
        Self { id: None, domain: None, name: None, graph_enabled: true }
    }
}

/// An application with its service principal, secrets and permissions.
#[derive(Clone, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ApplicationState {
    /// The object id.
    pub(super) id: Option<Uuid>,
    /// The application (client) id.
    pub(super) app_id: Option<Uuid>,
    /// The name.
    pub(super) display_name: String,
    /// The immutable name.
    pub(super) unique_name: Option<String>,
    /// `AzureADMyOrg` by default.
    pub(super) sign_in_audience: String,
    /// Whether it may sign in without a credential.
    pub(super) is_fallback_public_client: Option<bool>,
    /// Whether it has a service principal; true by default.
    pub(super) service_principal: bool,
    /// Whether sign-in is on; true by default.
    pub(super) account_enabled: bool,
    /// Whether users and applications must be assigned to it.
    pub(super) assignment_required: bool,
    /// Whether the registration is deactivated.
    pub(super) is_disabled: Option<bool>,
    /// Why Microsoft disabled it.
    pub(super) disabled_by_microsoft_status: Option<String>,
    /// Whether it is deleted, with its service principal.
    pub(super) deleted: bool,
    /// The application management policy that is assigned to it.
    pub(super) policy: Option<OwnPolicyState>,
    /// Its client secrets.
    pub(super) secrets: Vec<SecretState>,
    /// Names of declared permissions of Microsoft Graph.
    pub(super) declared: PermissionsState,
    /// Names of granted permissions of Microsoft Graph.
    pub(super) granted: PermissionsState,
}

// By hand because the defaults for missing members differ from the type's default.
impl Default for ApplicationState {
    fn default() -> Self {
        Self {
            id: None,
            app_id: None,
            display_name: "SwyxWare presence".to_owned(),
            unique_name: None,
            sign_in_audience: "AzureADMyOrg".to_owned(),
            is_fallback_public_client: None,
            service_principal: true,
            account_enabled: true,
            assignment_required: false,
            is_disabled: None,
            disabled_by_microsoft_status: None,
            deleted: false,
            policy: None,
            secrets: Vec::new(),
            declared: PermissionsState::default(),
            granted: PermissionsState::default(),
        }
    }
}

// By hand because of the secrets.
impl std::fmt::Debug for ApplicationState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApplicationState").field("display_name", &self.display_name).finish_non_exhaustive()
    }
}

/// A policy that is assigned to an application.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct OwnPolicyState {
    /// Whether it is in force; true by default.
    pub(super) is_enabled: bool,
    /// New client secrets are rejected.
    pub(super) secrets_banned: bool,
    /// The maximum lifetime of a new client secret, in days.
    pub(super) max_secret_days: Option<u32>,
}

// By hand because of the default for a missing member.
impl Default for OwnPolicyState {
    fn default() -> Self {
        Self { is_enabled: true, secrets_banned: false, max_secret_days: None }
    }
}

/// A client secret.
#[derive(Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SecretState {
    /// The Secret ID.
    pub(super) key_id: Option<Uuid>,
    /// The description.
    pub(super) display_name: Option<String>,
    /// The value; generated if missing.
    pub(super) value: Option<String>,
    /// Valid from; a day before the start by default.
    pub(super) start_date_time: Option<Timestamp>,
    /// Valid until; 180 days after the start by default.
    pub(super) end_date_time: Option<Timestamp>,
    /// Instead of `endDateTime`: days from the start, negative for an expired secret.
    pub(super) ends_in_days: Option<i32>,
}

/// Names of permissions of Microsoft Graph by type.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PermissionsState {
    /// Application permissions.
    pub(super) application: Vec<String>,
    /// Delegated permissions.
    pub(super) delegated: Vec<String>,
}

/// A user.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct UserState {
    /// The sign-in name.
    pub(super) user_principal_name: String,
    /// The object id.
    #[serde(default)]
    pub(super) id: Option<Uuid>,
    /// The displayed name; the sign-in name by default.
    #[serde(default)]
    pub(super) display_name: Option<String>,
    /// The first name.
    #[serde(default)]
    pub(super) given_name: Option<String>,
    /// The last name.
    #[serde(default)]
    pub(super) surname: Option<String>,
    /// The mail address; null or missing for none.
    #[serde(default)]
    pub(super) mail: Option<String>,
    /// Further addresses, `SMTP:` before the primary, `smtp:` before aliases.
    #[serde(default)]
    pub(super) proxy_addresses: Vec<String>,
    /// Whether the account may sign in.
    #[serde(default = "yes")]
    pub(super) account_enabled: bool,
    /// A guest.
    #[serde(default)]
    pub(super) guest: bool,
    /// Has Teams.
    #[serde(default = "yes")]
    pub(super) teams: bool,
    /// Signs in with a device code.
    #[serde(default)]
    pub(super) administrator: bool,
    /// The presence of the Teams client: `Busy/InAMeeting`; missing for a user who is not signed in to Teams.
    #[serde(default)]
    pub(super) presence: Option<String>,
}

fn yes() -> bool {
    true
}

/// The restrictions of policies.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PolicyState {
    /// New client secrets are rejected.
    pub(super) secrets_banned: bool,
    /// The maximum lifetime of a new client secret, in days.
    pub(super) max_secret_days: Option<u32>,
    /// The two restrictions apply to applications created since then; to all by default.
    pub(super) restricted_from: Option<Timestamp>,
    /// The policies cannot be read.
    pub(super) unreadable: bool,
    /// The administrator may not consent.
    pub(super) consent_forbidden: bool,
}

/// Points that the documentation leaves open.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PresenceState {
    /// `getPresencesByUserId` answers for unknown ids with `PresenceUnknown` instead of leaving them out.
    pub(super) unknown_ids_answered: bool,
    /// A status set by the user follows the table of SwyxWare's vendor instead of Graph's precedence.
    pub(super) manual_status_by_vendor: bool,
}

/// SwyxServer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SwyxState {
    /// Its users; by default one for each member with Teams and a mail address.
    pub(super) users: Option<Vec<SwyxUserState>>,
    /// The statuses that its gateway can set; all four by default.
    pub(super) settable: Option<Vec<String>>,
    /// Whether default users have the mail address as it is written, or none; otherwise they have the sign-in name.
    #[serde(skip)]
    pub(super) emails_as_mailed: bool,
}

/// A user of SwyxServer.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SwyxUserState {
    /// The id, 1 to 200 characters.
    pub(super) id: String,
    /// The displayed name; the id by default.
    #[serde(default)]
    pub(super) name: Option<String>,
    /// The e-mail address; null or missing for none.
    #[serde(default)]
    pub(super) email: Option<String>,
    /// Whether the account is enabled.
    #[serde(default = "yes")]
    pub(super) enabled: bool,
}

/// Why a tenant in JSON is invalid.
///
/// All members are optional, except a user's `userPrincipalName` and the `id` of a SwyxServer user; an unlisted member is an error. Ids
/// are GUIDs, generated if missing; times have the format of RFC 3339.
///
/// | in | members |
/// |---|---|
/// | `tenant` | `id`, `domain` (`contoso.example`), `name` (`Contoso`), `graphEnabled` (true; false: the service principal of Microsoft Graph is disabled) |
/// | `applications` | a list; the first is the one of [`super::Facts`]. `id`, `appId`, `displayName`, `uniqueName` (none), `signInAudience` (`AzureADMyOrg`), `isFallbackPublicClient` (null), `servicePrincipal` (true: there is one), `accountEnabled` (true), `assignmentRequired` (false), `isDisabled` (null; true: deactivated), `disabledByMicrosoftStatus` (null), `deleted` (false; true: can be restored), `policy` (none assigned), `secrets`, `declared`, `granted` |
/// | `policy` | `isEnabled` (true; then it replaces the default policy), `secretsBanned` (false), `maxSecretDays` (no limit) |
/// | `secrets` | a list of `keyId`, `displayName`, `value` (made up), `startDateTime` (a day ago), `endDateTime` or, from now, `endsInDays` (180; negative for an expired one) |
/// | `declared`, `granted` | `application` and `delegated`: lists of names of permissions of Microsoft Graph, in any case |
/// | `users` | a list of `userPrincipalName`, `id`, `displayName` (the sign-in name), `givenName`, `surname`, `mail`, `proxyAddresses` (`SMTP:` before the primary, `smtp:` before others), `accountEnabled` (true), `guest` (false), `teams` (true), `administrator` (false; one is added where there is none), `presence` (not signed in to Teams; else a pair as [`super::Emulator::set_teams_status`] takes it) |
/// | `policies` | `secretsBanned` (false), `maxSecretDays` (no limit), `restrictedFrom` (the time from which on created applications are restricted; all), `unreadable` (false; true: reading them is refused with 403), `consentForbidden` (false; the page `adminconsent` still works) |
/// | `presence` | `unknownIdsAnswered` (false), `manualStatusByVendor` (false): the behaviour where the documentation is open |
/// | `swyx` | `users` (one for each member who has Teams and a mail address; else a list of `id`, 1 to 200 characters, `name` (the id), `email` (null), `enabled` (true)), `settable` (the statuses that the gateway can set: `Available`, `Away`, `DoNotDisturb`, `Speaking`) |
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Not JSON, an unknown member, or a value of a wrong type. The value is not repeated because it might be a secret.
    #[error("line {line}, column {column}: {what}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The error.
        what: &'static str,
    },
    /// An unknown permission, or one of another type.
    #[error("application {application}: unknown {kind} permission {name}")]
    Permission {
        /// The index of the application in its list.
        application: usize,
        /// `application` or `delegated`.
        kind: &'static str,
        /// The given name, if it looks like one.
        name: String,
    },
    /// A presence that Teams cannot show.
    #[error(
        "user {0}: invalid presence; expected a pair of availability and activity that Teams shows, such as Busy/InAMeeting"
    )]
    Presence(usize),
    /// An id of SwyxServer's that is empty or has more than 200 characters.
    #[error("swyx: user {0}: an id must have 1 to 200 characters")]
    SwyxId(usize),
    /// A status that no gateway can set.
    #[error("swyx: settable: expected Available, Away, DoNotDisturb or Speaking")]
    SwyxStatus,
    /// Two objects share an id, or two users a sign-in name.
    #[error("duplicate {0}")]
    Duplicate(&'static str),
}

/// Parses a tenant.
pub(super) fn read(text: &str) -> Result<State, StateError> {
    serde_json::from_str(text).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data if error.to_string().starts_with("unknown field") => {
                "unknown member"
            }
            serde_json::error::Category::Data => "value of a wrong type, or missing member",
            _ => "invalid JSON",
        };
        StateError::Json { line: error.line(), column: error.column(), what }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_members_have_defaults() {
        let state = read(r#"{"applications": [{}], "users": [{"userPrincipalName": "a@b.example"}]}"#)
            .expect("a state");
        let application = &state.applications[0];
        assert!(application.service_principal && application.account_enabled);
        assert_eq!(application.sign_in_audience, "AzureADMyOrg");
        assert!(state.users[0].account_enabled && state.users[0].teams && !state.users[0].guest);
    }

    #[test]
    fn errors_show_the_position_and_not_the_value() {
        for (text, told) in [
            ("{\n \"aplications\": []}", "line 2, column 14: unknown member"),
            (
                r#"{"applications": [{"secrets": ["Ab18Q~zY7xW6"]}]}"#,
                "line 1, column 45: value of a wrong type, or missing member",
            ),
            (
                r#"{"users": [{"mail": "a@b"}]}"#,
                "line 1, column 26: value of a wrong type, or missing member",
            ),
            (r#"{"users": "#, "line 1, column 10: invalid JSON"),
        ] {
            assert_eq!(read(text).expect_err(text).to_string(), told);
        }
    }
}
