//! An administrator's sign-in, for everything that the application itself cannot read or do.
//!
//! It uses a provided token, the Azure CLI, the browser or a device code. The administrator of a tenant
//! signs in once, even for several files of that tenant. Sign-ins run one after another, because a user
//! cannot enter two codes at a time.

use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::Mutex;

use super::browser::{BrowserPrompt, with_browser};
use super::grants::{DevicePrompt, as_administrator};
use super::token::Token;
use crate::entra::GraphError;
use crate::http::Transport;
use crate::os::process::{CancellationToken, RunError, Runner};
use crate::secret::Secret;
use crate::settings::{Access, ClientId, TenantId};

/// How an administrator signs in.
#[non_exhaustive]
pub enum AdminSignIn {
    /// With a provided token.
    Token(Secret),
    /// With the account of the Azure CLI: `az account get-access-token`.
    AzureCli,
    /// With the browser of this machine, which this function opens.
    Browser(Box<dyn Fn(&BrowserPrompt) + Send + Sync>),
    /// With a device code, which this function shows.
    DeviceCode(Box<dyn Fn(&DevicePrompt) + Send + Sync>),
}

/// The administrators who are signed in while one command runs.
pub struct Administrators {
    method: AdminSignIn,
    scopes: &'static [&'static str],
    patience: Duration,
    cancellation: CancellationToken,
    signed_in: Mutex<HashMap<SignInKey, Result<Token, GraphError>>>,
}

/// The key of a sign-in: address, tenant, application and Graph host.
type SignInKey = (String, TenantId, ClientId, &'static str);

/// The permissions to read a registration and its grants: the least that Microsoft documents, and
/// `Directory.Read.All` for the delegated grants. Source:
/// <https://learn.microsoft.com/graph/api/application-get> and
/// <https://learn.microsoft.com/graph/api/serviceprincipal-list-oauth2permissiongrants>.
pub const TO_READ: &[&str] = &["Application.Read.All", "Directory.Read.All"];
/// The permissions for provisioning: the least that Microsoft documents for changing a registration and its
/// secrets, and for granting permissions. Source: <https://learn.microsoft.com/graph/api/application-update>
/// and <https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto>.
pub const TO_PROVISION: &[&str] = &["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"];
/// The permissions for the automation application: also to read and add owners. Source:
/// <https://learn.microsoft.com/graph/api/application-post-owners>.
pub const TO_AUTOMATE: &[&str] =
    &["Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All"];
/// Why an administrator who has the role may still be refused. Source: <https://learn.microsoft.com/entra/id-governance/privileged-identity-management/pim-how-to-activate-role>
/// and <https://learn.microsoft.com/partner-center/customers/gdap-introduction>.
pub(crate) const INACTIVE_ROLE: &str = "A role of Privileged Identity Management (PIM) must be active: activate it, wait a few minutes and sign in again. A partner (GDAP) needs the role in the relationship with the customer, and must be in a group that has it there";
/// The assumed lifetime of a token without one: the command that uses it takes only minutes.
const ASSUMED_LIFETIME: Duration = Duration::from_secs(60 * 60);

impl Administrators {
    /// Administrators who use one sign-in method for the permissions in `scopes`. `patience` is the time
    /// limit for the Azure CLI and for requests to Entra ID; the administrator has as long as the code or the
    /// sign-in page is valid.
    pub fn new(method: AdminSignIn, scopes: &'static [&'static str], patience: Duration) -> Self {
        let cancellation = CancellationToken::default();
        Self { method, scopes, patience, cancellation, signed_in: Mutex::default() }
    }

    /// Sets a cancellation token that stops the Azure CLI while it runs.
    #[must_use]
    pub fn with_cancellation(self, cancellation: CancellationToken) -> Self {
        Self { cancellation, ..self }
    }

    /// Whether the administrator must sign in to the application that the settings name.
    pub fn are_interactive(&self) -> bool {
        matches!(self.method, AdminSignIn::Browser(_) | AdminSignIn::DeviceCode(_))
    }

    /// Returns a token of an administrator of the tenant of `access`.
    ///
    /// # Errors
    /// [`GraphError`] if there is no token.
    pub async fn fetch_token(
        &self,
        access: &Access,
        transport: Arc<dyn Transport>,
    ) -> Result<Token, GraphError> {
        let mut signed_in = self.signed_in.lock().await;
        let graph = access.cloud.graph_host();
        let key = (access.login_address(), access.tenant_id, access.admin_client_id, graph);
        if let Some(known) = signed_in.get(&key) {
            return known.clone();
        }
        let token = self.sign_in(access, transport).await.and_then(|token| of_tenant(token, access));
        // An answer from the administrator or Entra ID applies to every file. A network error of one file
        // does not.
        if matches!(
            token,
            Ok(_) | Err(GraphError::SignIn(_) | GraphError::Administrator(_) | GraphError::TooLate(_))
        ) {
            signed_in.insert(key, token.clone());
        }
        token
    }

    async fn sign_in(&self, access: &Access, transport: Arc<dyn Transport>) -> Result<Token, GraphError> {
        match &self.method {
            AdminSignIn::Token(secret) => Ok(Token::new(secret.clone(), Some(ASSUMED_LIFETIME))),
            AdminSignIn::AzureCli => from_azure_cli(access, self.patience, &self.cancellation).await,
            AdminSignIn::Browser(prompt) => {
                with_browser(transport, access, self.scopes, self.patience, &**prompt).await
            }
            AdminSignIn::DeviceCode(prompt) => {
                as_administrator(transport, access, self.scopes, self.patience, &**prompt).await
            }
        }
    }
}

/// Returns the token unless it is for another tenant.
pub(super) fn of_tenant(token: Token, access: &Access) -> Result<Token, GraphError> {
    match token.tenant() {
        Some(tenant) if !access.tenant_id.is(tenant) => Err(GraphError::Administrator(
            "the administrator's token is for another tenant than the one in the settings; sign in with an account that may manage that tenant",
        )),
        _ => Ok(token),
    }
}

/// The output of `az account get-access-token`. Source: <https://learn.microsoft.com/cli/azure/account>.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AzureShape {
    access_token: String,
}

/// The maximum size of the output of the Azure CLI.
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
    command.envs(azure_cli_environment());
    let output = runner.output_async(cancellation).await.map_err(|error| match error {
        RunError::TimedOut => GraphError::TooLate("the Azure CLI (az) did not return a token in time"),
        RunError::NotStarted(_) => {
            GraphError::Administrator("the Azure CLI (az) cannot be started; check that it is installed")
        }
        RunError::TooMuchOutput => GraphError::Administrator("the output of az is not a token"),
        RunError::Cancelled => GraphError::Administrator("the Azure CLI (az) was stopped"),
        RunError::Lost(_) => GraphError::Administrator("the Azure CLI (az) failed"),
    })?;
    if !output.status.success() {
        return Err(GraphError::Administrator(
            "az has no token for this tenant; run az login --allow-no-subscriptions --tenant with the tenant id first, and az cloud set before it for a national cloud",
        ));
    }
    let shape = serde_json::from_slice::<AzureShape>(&output.stdout);
    let shape = shape.map_err(|_| GraphError::Administrator("the output of az is not a token"))?;
    Ok(Token::new(Secret::new(shape.access_token), Some(ASSUMED_LIFETIME)))
}

/// The variables that the Azure CLI needs for its account and for the Internet. Any other variable may
/// contain a secret of a settings file.
fn azure_cli_environment() -> impl Iterator<Item = (OsString, OsString)> {
    let is_its_own = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.starts_with("AZURE_")
            || name.ends_with("_PROXY")
            || name.ends_with("_CA_BUNDLE")
            || name.starts_with("SSL_CERT_")
    };
    std::env::vars_os().filter(move |(name, _)| name.to_str().is_some_and(is_its_own))
}
