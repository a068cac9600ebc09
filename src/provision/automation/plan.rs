//! Compares the tenant with the wanted automation application. Pure: sends nothing, changes nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;

use super::{AutomationScope, AutomationState, WantedAutomation};
use crate::provision::step::{CHANGE, CREATE, GRANT, Line, Permission, Sign};
use crate::settings::{ClientId, keys};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Registers the application.
    Register,
    /// Makes a key with its certificate, and stores it.
    MakeKey,
    /// Adds the certificate to the application.
    AddCertificate,
    /// Creates the service principal.
    CreatePrincipal,
    /// Grants a permission.
    Grant(Permission),
    /// Makes it an owner of the application of SwyxWare.
    MakeOwner,
    /// Writes `[entra.automation]` into the settings file.
    StoreSettings,
}

/// The steps, with their description.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AutomationPlan {
    pub(super) steps: Vec<Step>,
    /// The displayed lines.
    pub lines: Vec<Line>,
    /// What to know about the permissions.
    pub notes: Vec<String>,
}

/// Plans the automation application. A key that ends within `renew_before_days` is replaced.
pub fn plan_automation(
    state: &AutomationState,
    wanted: &WantedAutomation,
    renew_before_days: u16,
) -> AutomationPlan {
    let limit = SignedDuration::from_hours(i64::from(renew_before_days) * 24);
    let kept = wanted.stored.as_ref().filter(|key| state.seen_at.duration_until(key.ends) > limit);
    let mut steps = Vec::new();
    if state.application.is_none() {
        steps.push(Step::Register);
    }
    match kept {
        None => steps.extend([Step::MakeKey, Step::AddCertificate]),
        Some(key) if !is_registered(state, &key.certificate) => steps.push(Step::AddCertificate),
        Some(_) => {}
    }
    if state.principal.is_none() {
        steps.push(Step::CreatePrincipal);
    }
    let names =
        wanted.scopes.iter().flat_map(|scope| scope.permissions().iter().map(move |name| (*scope, *name)));
    let missing = names.filter_map(|(scope, name)| Some((scope, name, *state.graph.roles.get(name)?)));
    let missing = missing.filter(|(_, _, id)| !state.granted.contains(id));
    steps.extend(missing.map(|(scope, name, id)| {
        Step::Grant(Permission { name: name.to_owned(), id, purpose: purpose(scope).to_owned() })
    }));
    let rotates = wanted.scopes.contains(&AutomationScope::Rotate);
    if rotates && !state.is_owner {
        steps.push(Step::MakeOwner);
    }
    if wanted.client_id.is_none() {
        steps.push(Step::StoreSettings);
    }
    let lines = steps.iter().map(|step| line(step, wanted, state.target_id)).collect();
    AutomationPlan { steps, lines, notes: notes(rotates) }
}

/// Graph shows the certificate in Base64, if the list of certificates was named in the request.
fn is_registered(state: &AutomationState, certificate: &[u8]) -> bool {
    let text = STANDARD.encode(certificate);
    let keys = state.application.iter().flat_map(|one| &one.keys);
    keys.filter_map(|key| key.get("key")?.as_str()).any(|key| key == text)
}

fn purpose(scope: AutomationScope) -> &'static str {
    match scope {
        AutomationScope::Rotate => "renew the secret of the application that it owns",
        AutomationScope::Audit => "read registrations and grants",
    }
}

fn notes(rotates: bool) -> Vec<String> {
    let stays = "the automation application stays after `destroy`; `destroy --automation` deletes it";
    let owned = "Application.ReadWrite.OwnedBy cannot be limited to one application: it also allows the automation application to create other applications, and to change those that it owns";
    let mut notes = vec![stays.to_owned()];
    if rotates {
        notes.insert(0, owned.to_owned());
    }
    notes
}

fn line(step: &Step, wanted: &WantedAutomation, target: ClientId) -> Line {
    let (sign, object, what, reason, role) = match step {
        Step::Register => {
            let why = "--automation: no automation application exists for this application";
            (
                Sign::Add,
                "application",
                format!("swyx-teams automation for {target}"),
                why.to_owned(),
                Some(CREATE),
            )
        }
        Step::MakeKey => {
            let what =
                format!("made on this machine, valid for {} days, {}", wanted.days, wanted.key.place());
            let why = match &wanted.stored {
                Some(key) => format!("the certificate ends on {}", key.ends.strftime("%Y-%m-%d")),
                None => "there is no key yet".to_owned(),
            };
            (Sign::Add, "private key", what, why, None)
        }
        Step::AddCertificate => {
            let what = "the certificate of the key; others stay".to_owned();
            (
                Sign::Add,
                "certificate",
                what,
                "Entra ID needs it to check the sign-in".to_owned(),
                Some(CHANGE),
            )
        }
        Step::CreatePrincipal => {
            let why = "without it, the application cannot sign in here or get permissions";
            (Sign::Add, "service principal", "of the application".to_owned(), why.to_owned(), Some(CREATE))
        }
        Step::Grant(one) => {
            (Sign::Add, "grant", one.name.clone(), format!("needed to {}", one.purpose), Some(GRANT))
        }
        Step::MakeOwner => {
            let what = format!("the automation application owns {target}");
            (Sign::Add, "owner", what, "needed to renew its secret".to_owned(), Some(CHANGE))
        }
        Step::StoreSettings => {
            let what = format!("[{}]", keys::AUTOMATION);
            (
                Sign::Change,
                "settings file",
                what,
                "the settings need the application's id and its key".to_owned(),
                None,
            )
        }
    };
    Line { sign, object, what, key: keys::AUTOMATION, reason, role }
}
