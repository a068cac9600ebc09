//! The rules: one file for each rule, and a table of all rules.
//!
//! Adding a rule: copy a file, rename it, add its two lines here, add `fixtures/rules/<id>/` with `bad.toml`
//! and `good.toml`, and run `UPDATE=1 cargo test`. A rule is pure: no file, no clock, no network. It checks
//! the draft, returns early if a key is absent or unreadable (`missing-key` and `wrong-type` report that),
//! and never puts a value into a message. A rule that checks a tenant reports what it could not see: it uses
//! `?` on that part of the [`Snapshot`]. Its good and bad tenants are in `tests/common`.
//!
//! ```
//! use swyx_teams::rules::{ALL, Rule};
//!
//! let rule = Rule::find("plain-http").expect("a rule");
//! assert!(rule.doc.contains("## Fix") && !rule.is_online());
//! assert!(ALL.iter().any(Rule::is_online));
//! ```

mod application_multi_tenant;
mod application_not_found;
mod automation_key_expires_soon;
mod certificate_not_registered;
mod client_id_is_microsofts;
mod cloud_without_presence;
mod credential_ends_wrong;
mod directory_unreadable;
mod encoding;
mod end;
mod federated_services_needs_version;
mod ids_equal;
mod invalid_value;
mod missing_key;
mod mode_as_text;
mod mode_needs_secret;
mod mode_needs_version;
mod mode_undocumented;
mod moved_to_federated_services;
mod online;
mod permission_delegated;
mod permission_excess;
mod permission_missing;
mod permission_not_consented;
mod placeholder;
mod plain_http;
mod presence_unreadable;
mod public_client;
mod read_budget;
mod read_only_in_form;
mod refusal;
mod renewal_too_late;
mod rule;
mod secret_expired;
mod secret_expires_soon;
mod secret_file_exposed;
mod secret_id_as_value;
mod secret_inline;
mod secret_reference_as_text;
mod secret_rejected;
mod secret_shape;
mod service_principal_missing;
mod sign_in_disabled;
mod status_duplicate;
mod surrounding_blank;
mod syntax;
mod tenant_not_found;
mod tenant_not_guid;
mod tenant_twice;
mod unknown_key;
mod unreadable;
mod unused_allow;
mod user_duplicate;
mod user_email;
mod wrong_type;

use jiff::civil::Date;

use crate::diagnostic::Diagnostic;
use crate::entra::snapshot::{Cause, Snapshot, Unseen};
use crate::settings::{Draft, Settings};

pub use refusal::find_for_refusal;
pub(crate) use rule::Check;
pub use rule::Rule;

/// All rules, in the order in which they are listed and checked.
pub static ALL: &[Rule] = &[
    syntax::RULE,
    encoding::RULE,
    unreadable::RULE,
    unknown_key::RULE,
    missing_key::RULE,
    wrong_type::RULE,
    invalid_value::RULE,
    mode_needs_secret::RULE,
    mode_needs_version::RULE,
    mode_undocumented::RULE,
    mode_as_text::RULE,
    moved_to_federated_services::RULE,
    federated_services_needs_version::RULE,
    secret_id_as_value::RULE,
    secret_reference_as_text::RULE,
    secret_shape::RULE,
    secret_inline::RULE,
    secret_file_exposed::RULE,
    placeholder::RULE,
    ids_equal::RULE,
    client_id_is_microsofts::RULE,
    tenant_not_guid::RULE,
    tenant_twice::RULE,
    surrounding_blank::RULE,
    plain_http::RULE,
    cloud_without_presence::RULE,
    user_email::RULE,
    user_duplicate::RULE,
    status_duplicate::RULE,
    renewal_too_late::RULE,
    tenant_not_found::RULE,
    application_not_found::RULE,
    service_principal_missing::RULE,
    secret_rejected::RULE,
    secret_expired::RULE,
    sign_in_disabled::RULE,
    certificate_not_registered::RULE,
    permission_missing::RULE,
    directory_unreadable::RULE,
    presence_unreadable::RULE,
    permission_excess::RULE,
    permission_not_consented::RULE,
    permission_delegated::RULE,
    secret_expires_soon::RULE,
    automation_key_expires_soon::RULE,
    credential_ends_wrong::RULE,
    application_multi_tenant::RULE,
    public_client::RULE,
    read_budget::RULE,
    unused_allow::RULE,
];

/// The rules of a posted form. No file can break them, so [`ALL`] does not contain them.
pub static OF_FORMS: &[Rule] = &[read_only_in_form::RULE];

impl Rule {
    /// Returns the rule of files or tenants with this id.
    pub fn find(id: &str) -> Option<&'static Self> {
        ALL.iter().find(|rule| rule.id == id)
    }
}

/// A rule that could not be applied, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// The rule's id.
    pub rule: &'static str,
    /// What could not be seen.
    pub why: Unseen,
}

/// Applies every online rule, and returns the rules that could not be applied.
pub(crate) fn apply_online(draft: &Draft, tenant: &Snapshot, found: &mut Vec<Diagnostic>) -> Vec<Skipped> {
    let mut skipped = Vec::new();
    for rule in ALL {
        if let Check::Snapshot(check) | Check::SnapshotOrDay(check, _) = rule.check
            && let Err(why) = check(draft, tenant, found)
        {
            skipped.push(Skipped { rule: rule.id, why });
        }
    }
    skipped
}

/// Returns every online rule as skipped, because there is no draft to compare with the tenant.
pub(crate) fn without_draft() -> Vec<Skipped> {
    let why = || Unseen::new(Cause::Follows, "the settings could not be read");
    ALL.iter().filter(|rule| rule.is_online()).map(|rule| Skipped { rule: rule.id, why: why() }).collect()
}

/// Applies every rule that checks the draft.
pub(crate) fn apply(draft: &Draft) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in ALL {
        if let Check::Draft(check) = rule.check {
            check(draft, &mut found);
        }
    }
    found
}

/// Applies the rules about the end of the secret or certificate, as the file names it, on a day (UTC).
///
/// If the tenant already showed the end, the file adds nothing.
pub(crate) fn apply_on_day(draft: &Draft, today: Date, found: &mut Vec<Diagnostic>) {
    let checks = ALL.iter().filter_map(|rule| match rule.check {
        Check::SnapshotOrDay(_, check) => Some((rule.id, check)),
        _ => None,
    });
    let checks = checks.collect::<Vec<_>>();
    if found.iter().all(|found| checks.iter().all(|(id, _)| *id != found.rule)) {
        checks.iter().for_each(|(_, check)| check(draft, today, found));
    }
}

/// Applies the rules that need the number of matched users.
pub(crate) fn apply_counted(settings: &Settings, users: usize) -> Vec<Diagnostic> {
    let checks = ALL.iter().filter_map(|rule| match rule.check {
        Check::Counted(check) => Some(check),
        _ => None,
    });
    checks.filter_map(|check| check(settings, users)).collect()
}

/// Applies the rules that compare several files.
pub(crate) fn apply_to_several(draft: &Draft, other: &str, count: usize) -> Vec<Diagnostic> {
    let checks = ALL.iter().filter_map(|rule| match rule.check {
        Check::Several(check) => Some(check),
        _ => None,
    });
    checks.filter_map(|check| check(draft, other, count)).collect()
}

/// Checks whether the presences of this many users can be read at the configured interval. If not, returns a
/// warning of the rule `read-budget` with the shortest possible interval.
pub fn check_read_budget(settings: &Settings, users: usize) -> Option<Diagnostic> {
    apply_counted(settings, users).into_iter().find(|found| found.rule == read_budget::RULE.id)
}
