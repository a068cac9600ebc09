//! Reads the application management policies of a tenant.
//!
//! Source of the members and of their order:
//! <https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy>. Policies act when a
//! secret is added; existing secrets keep working.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use crate::entra::snapshot::SecretPolicy;

/// A policy: `tenantAppManagementPolicy` or `appManagementPolicy`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PolicyShape {
    is_enabled: Option<bool>,
    /// The default policy of the tenant has this member.
    application_restrictions: Option<RestrictionsShape>,
    /// A policy that is assigned to an application has this one.
    restrictions: Option<RestrictionsShape>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RestrictionsShape {
    password_credentials: Option<Vec<RestrictionShape>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RestrictionShape {
    restriction_type: String,
    state: Option<String>,
    max_lifetime: Option<String>,
    restrict_for_apps_created_after_date_time: Option<Timestamp>,
    exclude_actors: Option<Value>,
}

impl SecretPolicy {
    /// The restrictions for an application created at `created`, or whose age is unknown. An enabled policy that
    /// is assigned to it replaces the tenant's default.
    pub(super) fn of(default: PolicyShape, assigned: Vec<PolicyShape>, created: Option<Timestamp>) -> Self {
        let is_on = |policy: &PolicyShape| policy.is_enabled == Some(true);
        let assigned = assigned.into_iter().find(is_on).map(|policy| policy.restrictions);
        let default = || is_on(&default).then_some(default.application_restrictions);
        let restrictions = assigned.or_else(default).flatten().unwrap_or_default();
        let mut policy = Self::default();
        for restriction in restrictions.password_credentials.unwrap_or_default() {
            let is_disabled = restriction.state.as_deref().is_some_and(|state| state != "enabled");
            let since = restriction.restrict_for_apps_created_after_date_time;
            let is_older = created.zip(since).is_some_and(|(created, since)| created < since);
            if !is_disabled && !is_older {
                policy.add(&restriction);
            }
        }
        policy
    }

    fn add(&mut self, restriction: &RestrictionShape) {
        match restriction.restriction_type.as_str() {
            "passwordAddition" => self.forbids_secrets = true,
            "passwordLifetime" => {
                let days = restriction.max_lifetime.as_deref().and_then(days_of);
                self.max_days = self.max_days.into_iter().chain(days).min();
            }
            // These are about symmetric keys, and about secrets whose value the client chooses.
            "symmetricKeyAddition" | "symmetricKeyLifetime" | "customPasswordAddition" => return,
            unknown => {
                self.unknown.push(unknown.chars().take(MAX_NAME_LEN).collect());
                return;
            }
        }
        self.has_exempt_accounts |= restriction.exclude_actors.as_ref().is_some_and(|value| !value.is_null());
    }
}

const MAX_NAME_LEN: usize = 60;

/// The whole days of an ISO 8601 duration such as `P180D`.
fn days_of(duration: &str) -> Option<i64> {
    let span = duration.parse::<Span>().ok()?;
    // A year and a month have no fixed length. These are shorter than most of their kind, so that a
    // lifetime of this many days is never refused.
    let start = "2026-02-01T00:00:00Z".parse::<Timestamp>().ok()?.to_zoned_datetime(TimeZone::UTC);
    let end = start.checked_add(span).ok()?;
    Some(end.timestamp().duration_since(start.timestamp()).as_hours() / 24)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(value: Value) -> PolicyShape {
        serde_json::from_value(value).expect("a policy")
    }

    fn restricting(kind: &str, more: Value) -> Value {
        let mut restriction = json!({"restrictionType": kind, "state": "enabled", "maxLifetime": null,
            "restrictForAppsCreatedAfterDateTime": "2026-01-01T00:00:00Z", "excludeActors": null});
        let more = more.as_object().expect("members").clone();
        restriction.as_object_mut().expect("members").extend(more);
        json!({"passwordCredentials": [restriction], "keyCredentials": []})
    }

    fn default_of(kind: &str, more: Value) -> PolicyShape {
        policy(json!({"isEnabled": true, "applicationRestrictions": restricting(kind, more)}))
    }

    fn assigned(is_enabled: bool, restrictions: Value) -> Vec<PolicyShape> {
        vec![policy(json!({"isEnabled": is_enabled, "restrictions": restrictions}))]
    }

    #[test]
    fn only_enabled_restrictions_of_an_enabled_policy_count() {
        let forbids = |default| SecretPolicy::of(default, Vec::new(), None).forbids_secrets;
        assert!(forbids(default_of("passwordAddition", json!({}))));
        assert!(forbids(default_of("passwordAddition", json!({"state": null}))));
        assert!(!forbids(default_of("passwordAddition", json!({"state": "disabled"}))));
        assert!(!forbids(default_of("customPasswordAddition", json!({}))));
        let restrictions = restricting("passwordAddition", json!({}));
        assert!(!forbids(policy(json!({"isEnabled": false, "applicationRestrictions": restrictions}))));
        assert!(!forbids(policy(json!({"isEnabled": true}))));
    }

    #[test]
    fn restriction_applies_to_applications_created_since_its_date() {
        let forbids = |created: Option<&str>| {
            let created = created.map(|at| at.parse().expect("a time"));
            SecretPolicy::of(default_of("passwordAddition", json!({})), Vec::new(), created).forbids_secrets
        };
        assert!(!forbids(Some("2025-12-31T23:59:59Z")));
        assert!(forbids(Some("2026-01-01T00:00:00Z")) && forbids(None));
    }

    #[test]
    fn assigned_policy_replaces_the_default_if_it_is_enabled() {
        let default = || default_of("passwordAddition", json!({}));
        let none = json!({"passwordCredentials": []});
        assert!(!SecretPolicy::of(default(), assigned(true, none.clone()), None).forbids_secrets);
        assert!(SecretPolicy::of(default(), assigned(false, none), None).forbids_secrets);
        let lifetime = restricting("passwordLifetime", json!({"maxLifetime": "P30D"}));
        let policy = SecretPolicy::of(default(), assigned(true, lifetime), None);
        assert_eq!((policy.forbids_secrets, policy.max_days), (false, Some(30)));
    }

    #[test]
    fn lifetimes_are_read_in_days() {
        for (text, days) in [
            ("P180D", Some(180)),
            ("P4DT12H30M5S", Some(4)),
            ("P1Y", Some(365)),
            ("P1M", Some(28)),
            ("x", None),
        ] {
            let default = default_of("passwordLifetime", json!({"maxLifetime": text}));
            assert_eq!(SecretPolicy::of(default, Vec::new(), None).max_days, days, "{text}");
        }
    }

    #[test]
    fn exempt_accounts_and_unknown_restrictions_are_noted() {
        let exempt = json!({"excludeActors": {"customSecurityAttributes": []}});
        let policy = SecretPolicy::of(default_of("passwordAddition", exempt), Vec::new(), None);
        assert!(policy.forbids_secrets && policy.has_exempt_accounts);
        let policy = SecretPolicy::of(default_of("passwordMoonPhase", json!({})), Vec::new(), None);
        assert_eq!((policy.forbids_secrets, policy.unknown), (false, vec!["passwordMoonPhase".to_owned()]));
    }
}
