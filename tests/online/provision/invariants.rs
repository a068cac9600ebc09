//! What must hold at every moment, and what at the end.

use std::collections::BTreeSet;

use swyx_teams::emulator::{ApplicationSnapshot, Snapshot};
use uuid::Uuid;

use super::stage::{Stage, State};

/// What is wrong at this moment, if anything is.
pub fn breach(stage: &Stage, snapshot: &Snapshot, state: &mut State) -> Option<String> {
    let [application] = snapshot.applications.as_slice() else {
        let count = snapshot.applications.len();
        let had = state.control_center.is_some() || !state.bystanders.is_empty();
        return (count > 1 || had).then(|| format!("{count} applications"));
    };
    let works = |secret: &String| stage.emulator.accepts(application.app_id, secret);
    if state.control_center.as_ref().is_some_and(|secret| !works(secret)) {
        return Some("Control Center's secret does not work".to_owned());
    }
    if !state.bystanders.iter().all(works) {
        return Some("a secret is gone that is none of provisioning's business".to_owned());
    }
    let one_works = [&state.kept, &state.control_center].into_iter().flatten().any(works);
    if state.has_worked && !one_works {
        return Some("no secret works".to_owned());
    }
    state.has_worked |= one_works;
    if !state.foreign.iter().all(|foreign| application.declared.foreign.contains(foreign)) {
        return Some("a declared permission on another resource is gone".to_owned());
    }
    let granted = granted(application);
    let distinct = granted.iter().collect::<BTreeSet<_>>().len();
    (distinct != granted.len()).then(|| format!("granted twice: {granted:?}"))
}

fn granted(application: &ApplicationSnapshot) -> &[String] {
    application.service_principal.as_ref().map_or(&[], |principal| &principal.granted)
}

/// The required state of a tenant after a completed run.
pub struct End<'a> {
    /// Names of the granted application permissions.
    pub granted: &'a [&'a str],
    /// Names of the declared application permissions.
    pub declared: &'a [&'a str],
    /// How many secrets there may be too many.
    pub too_many: usize,
}

/// What is not as it should be in the end. Too many are the secrets that are neither kept, nor Control Center's, nor such as
/// were kept before and need not be gone yet, nor anybody else's.
pub fn shortcoming(stage: &Stage, end: &End<'_>) -> Result<(), String> {
    let snapshot = stage.emulator.snapshot();
    let [application] = snapshot.applications.as_slice() else {
        return Err(format!("{} applications", snapshot.applications.len()));
    };
    let state = stage.state();
    if state.client_id.as_deref() != Some(application.app_id.to_string().as_str()) {
        return Err("the client id is not kept".to_owned());
    }
    let works = |secret: &String| stage.emulator.accepts(application.app_id, secret);
    if !state.kept.as_ref().is_some_and(works) {
        return Err("the secret that is kept does not work".to_owned());
    }
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let found = granted(application).iter().cloned().collect::<BTreeSet<_>>();
    if application.service_principal.is_none() || found != set(end.granted) {
        return Err(format!("granted is {found:?}"));
    }
    let found = application.declared.application.iter().cloned().collect::<BTreeSet<_>>();
    if found != set(end.declared) {
        return Err(format!("declared is {found:?}"));
    }
    let mine = [&state.kept, &state.control_center].into_iter().flatten();
    let mine = mine
        .chain(&state.earlier)
        .chain(&state.bystanders)
        .filter(|secret| works(secret))
        .collect::<BTreeSet<_>>();
    let too_many = application.secrets.len().saturating_sub(mine.len());
    // Of two secrets with the same first characters it is unknown which is which; this happens to one pair in 200,000.
    let hints = application.secrets.iter().map(|secret| &secret.hint).collect::<BTreeSet<_>>();
    if too_many > end.too_many && hints.len() == application.secrets.len() {
        let names = application.secrets.iter().map(|secret| secret.display_name.as_deref().unwrap_or("-"));
        return Err(format!("{too_many} secrets too many: {:?}", names.collect::<Vec<_>>()));
    }
    Ok(())
}

/// A declared permission on another resource than Microsoft Graph: the resource, the permission, `Role` or `Scope`.
pub type Foreign = (Uuid, Uuid, &'static str);
