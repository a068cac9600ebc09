//! What the application management policies of a tenant say about new client secrets.

/// The restrictions on new client secrets of one application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretPolicy {
    /// Whether new secrets are forbidden.
    pub forbids_secrets: bool,
    /// The maximum lifetime of a new secret in days, if it is limited.
    pub max_days: Option<i64>,
    /// Whether the policy names accounts that are exempt. Whether the administrator is one is unknown.
    pub has_exempt_accounts: bool,
    /// Restrictions that this program does not know.
    pub unknown: Vec<String>,
}
