//! The scopes of a token request: the resource and the permissions.
//!
//! <https://learn.microsoft.com/en-us/entra/identity-platform/scopes-oidc>

use uuid::Uuid;

use super::super::hosts::GRAPH_HOSTS;
use super::super::permissions::GRAPH_APP_ID;
use super::refusal::{Refusal, repeated};

/// The scopes that are no permissions of a resource.
const OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// The request of a user's client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequestedScopes {
    /// The resource, as the audience of the token.
    pub(super) audience: String,
    /// Names of permissions without the resource; `.default` for all declared ones.
    pub(super) permissions: Vec<String>,
    /// `openid`, `profile`, `email`, `offline_access`.
    pub(super) openid: Vec<String>,
}

impl RequestedScopes {
    /// Whether one of the OpenID scopes was requested.
    pub(super) fn has(&self, scope: &str) -> bool {
        self.openid.iter().any(|found| found == scope)
    }
}

/// The resource of an application's own token: exactly one `/.default`.
pub(super) fn of_application(text: &str, base: &str, tenant: Uuid) -> Result<String, Refusal> {
    let mut audience: Option<String> = None;
    for scope in text.split_whitespace() {
        let Some(resource) = scope.strip_suffix("/.default") else {
            return Err(Refusal::new(
                1002012,
                format!(
                    "The provided value for scope {} is not valid. Client credential flows must have a scope value with \
                     /.default suffixed to the resource identifier (application ID URI).",
                    repeated(scope)
                ),
            ));
        };
        let found = resource_of(resource, base).ok_or_else(|| unknown_resource(resource, tenant))?;
        if audience.as_ref().is_some_and(|other| *other != found) {
            return Err(Refusal::new(
                700022,
                format!(
                    "The provided value for the input parameter scope {} is not valid: it names more than one resource.",
                    repeated(text)
                ),
            ));
        }
        audience = Some(found);
    }
    audience.ok_or_else(|| Refusal::missing("scope"))
}

/// The scopes of a user's token.
pub(super) fn of_user(text: &str, base: &str, tenant: Uuid) -> Result<RequestedScopes, Refusal> {
    let mut audience: Option<String> = None;
    let (mut permissions, mut openid) = (Vec::new(), Vec::new());
    for scope in text.split_whitespace() {
        if OPENID.contains(&scope) {
            openid.push(scope.to_owned());
            continue;
        }
        let (found, name) = match scope.rsplit_once('/') {
            Some((resource, name)) => {
                (resource_of(resource, base).ok_or_else(|| unknown_resource(resource, tenant))?, name)
            }
            None => (default_audience(), scope),
        };
        if audience.as_ref().is_some_and(|other| *other != found) {
            return Err(invalid(text));
        }
        audience = Some(found);
        permissions.push(name.to_owned());
    }
    let has_default = permissions.iter().any(|name| name == ".default");
    let is_name = |name: &String| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if (has_default && permissions.len() > 1) || !permissions.iter().all(is_name) {
        return Err(invalid(text));
    }
    Ok(RequestedScopes { audience: audience.unwrap_or_else(default_audience), permissions, openid })
}

fn default_audience() -> String {
    GRAPH_HOSTS.first().copied().unwrap_or_default().to_owned()
}

fn invalid(text: &str) -> Refusal {
    Refusal::new(
        70011,
        format!(
            "The provided request must include a 'scope' input parameter. The scope '{}' is not valid.",
            repeated(text)
        ),
    )
}

fn unknown_resource(resource: &str, tenant: Uuid) -> Refusal {
    Refusal::new(
        500011,
        format!(
            "The resource principal named {} was not found in the tenant named {tenant}. This can happen if the application \
             has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have \
             sent your authentication request to the wrong tenant.",
            repeated(resource)
        ),
    )
}

/// The audience of a supported resource: the emulator itself, or Microsoft Graph by address or by id.
fn resource_of(resource: &str, base: &str) -> Option<String> {
    let plain = resource.trim_end_matches('/');
    let is_known = plain == base || GRAPH_HOSTS.contains(&plain) || plain == GRAPH_APP_ID.to_string();
    is_known.then(|| plain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://localhost:8443";

    #[test]
    fn application_scope_is_the_default_of_one_resource() {
        for (text, expected) in [
            ("https://graph.microsoft.com/.default", Ok("https://graph.microsoft.com")),
            ("https://graph.microsoft.com//.default", Ok("https://graph.microsoft.com")),
            ("https://localhost:8443/.default", Ok(BASE)),
            ("00000003-0000-0000-c000-000000000000/.default", Ok("00000003-0000-0000-c000-000000000000")),
            (
                "https://graph.microsoft.com/.default https://graph.microsoft.com/.default",
                Ok("https://graph.microsoft.com"),
            ),
            ("https://graph.microsoft.com/.default https://localhost:8443/.default", Err(700022)),
            ("https://graph.microsoft.com/User.Read", Err(1002012)),
            ("User.Read", Err(1002012)),
            ("api://not-a-registered-resource/.default", Err(500011)),
            ("https://localhost:8444/.default", Err(500011)),
            (" ", Err(900144)),
        ] {
            let found = of_application(text, BASE, Uuid::nil()).map_err(|refusal| refusal.code);
            assert_eq!(found.as_deref(), expected.as_deref(), "{text}");
        }
    }

    #[test]
    fn user_scope_has_permissions_of_one_resource_and_openid_scopes() {
        let asked = of_user("openid https://localhost:8443/User.Read offline_access", BASE, Uuid::nil())
            .expect("valid");
        assert_eq!(
            (asked.audience.as_str(), asked.permissions.as_slice()),
            (BASE, ["User.Read".to_owned()].as_slice())
        );
        assert!(asked.has("openid") && asked.has("offline_access") && !asked.has("email"));
        assert_eq!(
            of_user("User.Read", BASE, Uuid::nil()).expect("valid").audience,
            "https://graph.microsoft.com"
        );
        for (text, code) in [
            ("https://graph.microsoft.com/.default User.Read", 70011),
            ("https://localhost:8443/User.Read User.Read", 70011),
            ("User.Read;Mail.Read", 70011),
            ("api://x/Read", 500011),
        ] {
            assert_eq!(of_user(text, BASE, Uuid::nil()).map_err(|refusal| refusal.code), Err(code), "{text}");
        }
    }
}
