//! The switches of a registration that stop its sign-in in every tenant.
//!
//! They are independent of the service principal's `accountEnabled`, which stops it in one tenant. Sources:
//! <https://learn.microsoft.com/graph/api/resources/application> and
//! <https://learn.microsoft.com/entra/identity/enterprise-apps/deactivate-application-portal>.

/// Whether a registration is disabled, and which switch disables it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistrationStatus {
    /// `isDisabled`: whether its owner or an administrator deactivated it; `None` if unknown. Only Graph's
    /// beta version is known to have it.
    pub is_deactivated: Option<bool>,
    /// `disabledByMicrosoftStatus`, if Microsoft disabled it.
    pub disabled_by_microsoft: Option<String>,
}

/// Why a registration cannot sign in, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DisabledReason {
    /// The reason: lower case, no full stop.
    pub reason: &'static str,
    /// What to do, in the imperative.
    pub cure: &'static str,
}

impl RegistrationStatus {
    /// Creates the status from the members of an application.
    pub fn new(is_deactivated: Option<bool>, disabled_by_microsoft: Option<String>) -> Self {
        let disabled_by_microsoft = disabled_by_microsoft.filter(|status| status != NOT_DISABLED);
        Self { is_deactivated, disabled_by_microsoft }
    }

    /// Why the registration cannot sign in; empty if it can.
    pub fn list_reasons(&self) -> Vec<DisabledReason> {
        let by_microsoft = self.disabled_by_microsoft.is_some().then_some(BY_MICROSOFT);
        let deactivated = (self.is_deactivated == Some(true)).then_some(DEACTIVATED);
        by_microsoft.into_iter().chain(deactivated).collect()
    }
}

impl DisabledReason {
    /// The service principal is disabled (`accountEnabled`).
    pub const OF_PRINCIPAL: Self = Self {
        reason: "the application's service principal is disabled in this tenant",
        cure: "under Enterprise applications, Properties, set \"Enabled for users to sign-in\" to Yes",
    };
}

const NOT_DISABLED: &str = "NotDisabled";

const BY_MICROSOFT: DisabledReason = DisabledReason {
    reason: "Microsoft disabled the application because of a violation of its services agreement",
    cure: "ask Microsoft's support, because only Microsoft can lift it; or register another application",
};

const DEACTIVATED: DisabledReason = DisabledReason {
    reason: "the application registration is deactivated, which stops its sign-in in every tenant",
    cure: "activate it in the Entra portal, under App registrations, the application, as Cloud Application Administrator or its owner; \"Enabled for users to sign-in\" is another switch",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_switch_has_its_own_reason() {
        let reasons = |is_deactivated, by_microsoft: Option<&str>| {
            let status = RegistrationStatus::new(is_deactivated, by_microsoft.map(str::to_owned));
            status.list_reasons().iter().map(|one| one.reason).collect::<Vec<_>>()
        };
        assert_eq!(reasons(None, None), [""; 0]);
        assert_eq!(reasons(Some(false), Some("NotDisabled")), [""; 0]);
        assert_eq!(reasons(Some(true), None), [DEACTIVATED.reason]);
        let violation = Some("DisabledDueToViolationOfServicesAgreement");
        assert_eq!(reasons(None, violation), [BY_MICROSOFT.reason]);
        assert_eq!(reasons(Some(true), violation).len(), 2);
    }
}
