//! An administrator's sign-in: what the application itself cannot read or do.
//!
//! In this order: a token that was brought along, the Azure CLI, a device code. One administrator of one tenant is asked once, however
//! many files are about that tenant, and one after the other, for a person cannot enter two codes at a time.

use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::Mutex;

use super::grants::{DevicePrompt, as_administrator};
use super::token::Token;
use crate::entra::GraphError;
use crate::http::Transport;
use crate::os::process::{CancellationToken, RunError, Runner};
use crate::secret::Secret;
use crate::settings::{Access, ClientId, TenantId};

/// How an administrator signs in.
pub enum AdminWay {
    /// With a token that was brought along.
    Token(Secret),
    /// With the account of the Azure CLI: `az account get-access-token`.
    AzureCli,
    /// With a device code, which this function shows.
    DeviceCode(Box<dyn Fn(&DevicePrompt) + Send + Sync>),
}

/// The administrators who signed in, for as long as one command runs.
pub struct Administrators {
    way: AdminWay,
    scopes: &'static [&'static str],
    patience: Duration,
    cancellation: CancellationToken,
    signed_in: Mutex<HashMap<Asked, Result<Token, GraphError>>>,
}

/// What one sign-in is for: where, in which tenant, as which application, and for which Graph.
type Asked = (String, TenantId, ClientId, &'static str);

/// What reading a registration and its grants takes: the least that Microsoft names, and `Directory.Read.All` for the delegated grants.
/// Source: <https://learn.microsoft.com/graph/api/application-get> and <https://learn.microsoft.com/graph/api/serviceprincipal-list-oauth2permissiongrants>.
pub const TO_READ: &[&str] = &["Application.Read.All", "Directory.Read.All"];
/// What provisioning takes: the least that Microsoft names for changing a registration and its secrets, and for granting permissions.
/// Source: <https://learn.microsoft.com/graph/api/application-update> and
/// <https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto>.
pub const TO_PROVISION: &[&str] = &["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"];
/// How long a token is good that does not say so: the command that uses it lasts minutes.
const BROUGHT_ALONG: Duration = Duration::from_secs(60 * 60);

impl Administrators {
    /// Administrators who sign in in one way, for the permissions in `scopes`. The Azure CLI, and Entra ID for a code, have as long as
    /// `patience`; a person has as long as the code is valid.
    pub fn new(way: AdminWay, scopes: &'static [&'static str], patience: Duration) -> Self {
        let cancellation = CancellationToken::default();
        Self { way, scopes, patience, cancellation, signed_in: Mutex::default() }
    }

    /// The same, with a token that ends the Azure CLI while it runs.
    #[must_use]
    pub fn with_cancellation(self, cancellation: CancellationToken) -> Self {
        Self { cancellation, ..self }
    }

    /// Whether a person is asked to enter a code.
    pub fn ask_a_person(&self) -> bool {
        matches!(self.way, AdminWay::DeviceCode(_))
    }

    /// A token of an administrator of the tenant of `access`.
    ///
    /// # Errors
    /// [`GraphError`] says why there is none.
    pub async fn token(&self, access: &Access, transport: Arc<dyn Transport>) -> Result<Token, GraphError> {
        let mut signed_in = self.signed_in.lock().await;
        let graph = access.cloud.graph_host();
        let key = (access.login_address(), access.tenant_id, access.admin_client_id, graph);
        if let Some(known) = signed_in.get(&key) {
            return known.clone();
        }
        let token = self.sign_in(access, transport).await.and_then(|token| of_tenant(token, access));
        // What a person or Entra ID said holds for every file; that one file's way did not lead there does not.
        if matches!(
            token,
            Ok(_) | Err(GraphError::SignIn(_) | GraphError::Administrator(_) | GraphError::TooLate(_))
        ) {
            signed_in.insert(key, token.clone());
        }
        token
    }

    async fn sign_in(&self, access: &Access, transport: Arc<dyn Transport>) -> Result<Token, GraphError> {
        match &self.way {
            AdminWay::Token(secret) => Ok(Token::new(secret.clone(), Some(BROUGHT_ALONG))),
            AdminWay::AzureCli => from_azure_cli(access, self.patience, &self.cancellation).await,
            AdminWay::DeviceCode(prompt) => {
                as_administrator(transport, access, self.scopes, self.patience, &**prompt).await
            }
        }
    }
}

/// The token, unless it says that it is another tenant's.
fn of_tenant(token: Token, access: &Access) -> Result<Token, GraphError> {
    match token.tenant() {
        Some(tenant) if !access.tenant_id.is(tenant) => Err(GraphError::Administrator(
            "the administrator's token is for another tenant than the settings",
        )),
        _ => Ok(token),
    }
}

/// What `az account get-access-token` prints. Source: <https://learn.microsoft.com/cli/azure/account>.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AzureShape {
    access_token: String,
}

/// The output of the Azure CLI has this many bytes at most.
const MAX_AZURE_CLI_BYTES: usize = 64 * 1024;

async fn from_azure_cli(
    access: &Access,
    patience: Duration,
    cancellation: &CancellationToken,
) -> Result<Token, GraphError> {
    let resource = format!("https://{}", access.cloud.graph_host());
    let mut runner = Runner::new("az", MAX_AZURE_CLI_BYTES, patience);
    let command = runner.command();
    command.args(["account", "get-access-token", "--resource", &resource]);
    command.args(["--tenant", &access.tenant_id.to_string(), "--output", "json"]);
    command.envs(its_own());
    let output = runner.output_async(cancellation).await.map_err(|error| match error {
        RunError::TimedOut => GraphError::TooLate("the Azure CLI (az) gave no token in time"),
        RunError::NotStarted(_) => {
            GraphError::Administrator("the Azure CLI (az) cannot be started; is it installed?")
        }
        RunError::TooMuchOutput => GraphError::Administrator("az printed something else than a token"),
        RunError::Cancelled => GraphError::Administrator("the Azure CLI (az) was stopped"),
        RunError::Lost(_) => GraphError::Administrator("the Azure CLI (az) failed"),
    })?;
    if !output.status.success() {
        return Err(GraphError::Administrator(
            "az has no token for this tenant; run az login --tenant with its id first",
        ));
    }
    let shape = serde_json::from_slice::<AzureShape>(&output.stdout);
    let shape = shape.map_err(|_| GraphError::Administrator("az printed something else than a token"))?;
    Ok(Token::new(Secret::new(shape.access_token), Some(BROUGHT_ALONG)))
}

/// The variables that lead the Azure CLI to its account, and to the Internet. Any other may be a secret of some settings file.
fn its_own() -> impl Iterator<Item = (OsString, OsString)> {
    let is_its_own = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.starts_with("AZURE_")
            || name.ends_with("_PROXY")
            || name.ends_with("_CA_BUNDLE")
            || name.starts_with("SSL_CERT_")
    };
    std::env::vars_os().filter(move |(name, _)| name.to_str().is_some_and(is_its_own))
}
