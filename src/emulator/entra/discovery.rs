//! The published documents of Entra ID: the OpenID document, the aliases of its hosts, the keys.
//!
//! <https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc>; names and fixed values as the live document of July
//! 2026 has them. Inferred: all values but the fixed ones, the members of the keys, and which of them have an `issuer`.

use serde_json::{Value, json};
use uuid::Uuid;

use super::tenant::Place;

/// The OpenID document. For a tenant, its addresses contain the tenant's id, otherwise the requested word, with an issuer template.
pub(super) fn openid(base: &str, tenant: Uuid, place: Place, is_v2: bool) -> Value {
    let id = match place {
        Place::Tenant => tenant.to_string(),
        Place::Common => "common".to_owned(),
        Place::Organizations => "organizations".to_owned(),
        Place::Consumers => "consumers".to_owned(),
    };
    let in_issuer = if place == Place::Tenant { id.as_str() } else { "{tenantid}" };
    let issuer = if is_v2 {
        format!("{base}/{in_issuer}/v2.0")
    } else {
        format!("https://sts.windows.net/{in_issuer}/")
    };
    let region = if place == Place::Tenant { json!("EU") } else { Value::Null };
    let at = |path: &str| format!("{base}/{id}/{path}");
    json!({
        "token_endpoint": at("oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported":
            ["client_secret_post", "private_key_jwt", "client_secret_basic", "self_signed_tls_client_auth"],
        "jwks_uri": at("discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{base}/oidc/userinfo"),
        "authorization_endpoint": at("oauth2/v2.0/authorize"),
        "device_authorization_endpoint": at("oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": at("oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name",
            "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce",
            "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"],
        "kerberos_endpoint": at("kerberos"),
        "mtls_endpoint_aliases": {"token_endpoint": at("oauth2/v2.0/token")},
        "tls_client_certificate_bound_access_tokens": true,
        "tenant_region_scope": region,
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    })
}

/// The hosts of the same cloud: only the emulator's own.
pub(super) fn instance(base: &str) -> Value {
    let host = base.strip_prefix("https://").unwrap_or(base);
    json!({"tenant_discovery_endpoint": format!("{base}/common/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}]})
}

/// The published keys.
pub(super) fn keys(base: &str, tenant: Uuid, key: &Value) -> Value {
    let mut key = key.clone();
    if let Some(key) = key.as_object_mut() {
        key.insert("issuer".to_owned(), format!("{base}/{tenant}/v2.0").into());
    }
    json!({"keys": [key]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openid_document_contains_the_tenant_or_a_placeholder() {
        let base = "https://localhost:8443";
        let of_tenant = openid(base, Uuid::from_u128(7), Place::Tenant, true);
        assert_eq!(of_tenant["issuer"], format!("{base}/{}/v2.0", Uuid::from_u128(7)));
        assert_eq!(of_tenant["tenant_region_scope"], "EU");
        let common = openid(base, Uuid::from_u128(7), Place::Common, true);
        assert_eq!(common["issuer"], "https://localhost:8443/{tenantid}/v2.0");
        assert_eq!(common["jwks_uri"], "https://localhost:8443/common/discovery/v2.0/keys");
        assert_eq!(instance(base)["metadata"][0]["aliases"][0], "localhost:8443");
    }
}
