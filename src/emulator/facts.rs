//! What a client needs to use the emulated tenant: the ready line.

use serde_json::json;

/// The members of the ready line. Debug is not implemented because some are secrets, although of an emulated tenant.
#[derive(Clone)]
#[non_exhaustive]
pub struct Facts {
    /// The address of Entra ID: `https://localhost:8443`.
    pub authority: String,
    /// The address of Microsoft Graph: `https://localhost:8443/v1.0`.
    pub graph: String,
    /// The address of the gateway: `https://localhost:8443/swyx`.
    pub gateway: String,
    /// The PEM certificate of the authority that signed the server's certificate; none in memory.
    pub ca_file: Option<String>,
    /// The directory (tenant) id.
    pub tenant_id: String,
    /// The application (client) id of the first application; none without an application.
    pub client_id: Option<String>,
    /// The value of its first client secret; none without a secret.
    pub client_secret: Option<String>,
    /// A token of the tenant's Global Administrator for Microsoft Graph, valid for 24 hours.
    pub admin_token: String,
    /// The bearer token of the gateway.
    pub gateway_token: String,
}

impl Facts {
    /// One line of JSON with the members in the order of this struct; missing ones are null.
    pub fn to_json(&self) -> String {
        json!({"authority": self.authority, "graph": self.graph, "gateway": self.gateway, "ca_file": self.ca_file,
            "tenant_id": self.tenant_id, "client_id": self.client_id, "client_secret": self.client_secret,
            "admin_token": self.admin_token, "gateway_token": self.gateway_token})
        .to_string()
    }
}
