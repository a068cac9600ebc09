//! The client of a token request: a registered application, or one of Microsoft's public clients.

use jiff::Timestamp;
use uuid::{Uuid, uuid};

use super::super::shared::Shared;
use super::super::state::{Application, Directory, ServicePrincipal, Tenant};
use super::super::token::Proof;
use super::assertion;
use super::form::Form;
use super::refusal::Refusal;

/// Microsoft's own public clients: Graph Command Line Tools, Azure CLI, Azure PowerShell, Graph Explorer.
///
/// <https://learn.microsoft.com/en-us/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in>
const FIRST_PARTY: [(Uuid, &str); 4] = [
    (GRAPH_TOOLS, "Microsoft Graph Command Line Tools"),
    (AZURE_CLI, "Microsoft Azure CLI"),
    (uuid!("1950a258-227b-4e31-a9cf-717495945fc2"), "Microsoft Azure PowerShell"),
    (uuid!("de8bc8b5-d9f9-48b1-a8ad-b748da725064"), "Graph Explorer"),
];

/// Microsoft Graph Command Line Tools.
pub(in crate::emulator) const GRAPH_TOOLS: Uuid = uuid!("14d82eec-204b-4c2f-b7e8-296a70dab67e");
/// Microsoft Azure CLI.
pub(super) const AZURE_CLI: Uuid = uuid!("04b07795-8ddb-461a-bbee-02f9e1bf7b46");

/// The client.
pub(super) enum Client<'a> {
    /// An application of the tenant that may sign in.
    Registered(&'a Application, &'a ServicePrincipal),
    /// One of Microsoft's applications, with its name.
    FirstParty(Uuid, &'static str),
}

impl Client<'_> {
    /// The application id.
    pub(super) fn id(&self) -> Uuid {
        match self {
            Self::Registered(application, _) => application.app_id,
            Self::FirstParty(id, _) => *id,
        }
    }

    /// The name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Registered(application, _) => &application.display_name,
            Self::FirstParty(_, name) => name,
        }
    }

    /// Whether it may sign users in without a credential.
    pub(super) fn is_public(&self) -> bool {
        match self {
            Self::Registered(application, _) => application.is_fallback_public_client == Some(true),
            Self::FirstParty(..) => true,
        }
    }
}

/// Finds the client that the form names.
pub(super) fn find<'a>(
    shared: &Shared,
    directory: &'a Directory,
    form: &Form,
) -> Result<Client<'a>, Refusal> {
    let given = form.need("client_id")?;
    let id = given.parse::<Uuid>().map_err(|_| unknown(given, directory))?;
    if let Some((id, name)) = FIRST_PARTY.iter().find(|(known, _)| *known == id) {
        return Ok(Client::FirstParty(*id, name));
    }
    let application = directory.applications.by_app_id(id);
    let application = application.filter(|application| shared.is_replicated(application.created));
    let principal = directory.service_principals.by_app_id(id);
    let principal = principal.filter(|principal| shared.is_replicated(principal.created));
    let Some(application) = application else {
        return Err(if is_of_another_object(id, directory) {
            Refusal::new(700038, format!("{id} is not a valid application identifier."))
        } else {
            unknown(given, directory)
        });
    };
    let Some(principal) = principal else { return Err(without_principal(id, directory)) };
    // Which code a deactivated registration has is inferred.
    if !principal.account_enabled || application.is_stopped() {
        let name = &application.display_name;
        return Err(Refusal::new(7000112, format!("Application '{id}'({name}) is disabled.")));
    }
    Ok(Client::Registered(application, principal))
}

/// The error for an application without a service principal in the tenant.
fn without_principal(id: Uuid, directory: &Directory) -> Refusal {
    let text = format!(
        "The application '{id}' is missing a service principal in the tenant '{}'.",
        directory.tenant.id
    );
    Refusal::new(7000229, text)
}

/// The error for an id that no visible application has.
pub(super) fn unknown(given: &str, directory: &Directory) -> Refusal {
    // The given text may be a secret in the wrong place, so only an id is repeated.
    let given = given.parse::<Uuid>().map_or_else(|_| "…".to_owned(), |id| id.to_string());
    let text = format!(
        "Application with identifier '{given}' was not found in the directory '{}'. This can happen if the application has not \
         been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your \
         authentication request to the wrong tenant.",
        directory.tenant.name
    );
    Refusal::new(700016, text)
}

/// Whether an id belongs to another object: an object id or Secret ID instead of the client id, or zero.
///
/// Both 700016 and 700038 were observed for unknown ids; when the service uses which is inferred.
fn is_of_another_object(id: Uuid, directory: &Directory) -> bool {
    let of_application = |application: &Application| {
        application.id == id || application.secrets().any(|secret| secret.key_id == id)
    };
    id.is_nil()
        || id == directory.tenant.id
        || directory.applications.iter().any(of_application)
        || directory.service_principals.get(id).is_some()
        || directory.users.place(id).is_some()
}

/// How an accepted request authenticated its client.
pub(super) fn proof(form: &Form) -> Proof {
    if form.get("client_assertion").is_some() {
        Proof::Certificate
    } else if form.get("client_secret").is_some() {
        Proof::Secret
    } else {
        Proof::None
    }
}

/// Checks the credential of an application's own sign-in: a secret or the assertion of a certificate. Federated credentials are not
/// emulated.
pub(super) fn authenticate(
    shared: &Shared,
    tenant: &Tenant,
    client: &Client<'_>,
    form: &Form,
) -> Result<(), Refusal> {
    let id = client.id();
    if let Some(given) = form.get("client_assertion") {
        let Client::Registered(application, _) = client else { return Err(public(id)) };
        return assertion::check(shared, tenant, application, form, given);
    }
    let Some(secret) = form.get("client_secret") else {
        let text =
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        return Err(Refusal::new(7000218, text));
    };
    let Client::Registered(application, _) = client else {
        return Err(public(id));
    };
    match judge(shared, application, secret, shared.clock.now()) {
        Verdict::Valid => Ok(()),
        Verdict::Ended => {
            Err(Refusal::new(7000222, format!("The provided client secret keys for app '{id}' are expired.")))
        }
        Verdict::Unknown => Err(Refusal::new(
            7000215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the \
                 client secret ID, for a secret added to app '{id}'."
            ),
        )),
    }
}

/// A public client that sent a secret.
pub(super) fn public(id: Uuid) -> Refusal {
    let text = format!(
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented: '{id}'."
    );
    Refusal::new(700025, text)
}

enum Verdict {
    Valid,
    /// It was valid in the past.
    Ended,
    /// It does not belong to the application, or is not valid yet.
    Unknown,
}

/// The validity of a secret at `now`.
fn judge(shared: &Shared, application: &Application, given: &str, now: Timestamp) -> Verdict {
    let same = application.password_credentials.iter().filter(|credential| credential.secret == given);
    let seen = same.filter(|credential| shared.sees_secret(credential)).collect::<Vec<_>>();
    if seen.iter().any(|credential| credential.is_valid(now)) {
        Verdict::Valid
    } else if seen.iter().any(|credential| credential.end <= now) {
        Verdict::Ended
    } else {
        Verdict::Unknown
    }
}
