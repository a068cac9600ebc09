//! Compares the current state with the settings, and returns the steps between them. Pure: sends nothing, changes nothing.
//!
//! Least privilege: only what the mode needs is declared and granted. Additional grants stay unless they are pruned; declarations for
//! resources other than Microsoft Graph always stay.

mod certificate;

use jiff::Timestamp;
use serde_json::Value;

use super::ProvisioningSnapshot;
use super::classification::{Absence, SecretClassification, classify, list_candidates};
use super::day::{day, days_left, utc_day};
use super::name::Installation;
use super::obstacle::{self, Obstacle};
use super::scope;
use super::step::{Guide, Permission, Sign, Step};
use crate::entra::permission::{is_excess, list_needs};
use crate::entra::probe::GRAPH_APP_ID;
use crate::entra::snapshot::SecretSeen;
use crate::entra::snapshot::objects::{Application, Declared, FoundBy, Objects};
use crate::settings::{Cloud, Generation, Mode, SwyxVersion, Wanted};

/// Optional additions to the plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Remove grants and declarations that the mode does not need.
    pub prune: bool,
    /// Set the redirect URI and the public client flows of the vendor's guide.
    pub as_in_the_guide: bool,
    /// Create another secret even if the current one may be stored somewhere.
    pub new_secret: bool,
}

impl Options {
    /// Sets whether grants and declarations that the mode does not need are removed.
    #[must_use]
    pub fn prune(self, prune: bool) -> Self {
        Self { prune, ..self }
    }

    /// Sets whether to apply the redirect URI and the public client flows of the vendor's guide.
    #[must_use]
    pub fn as_in_the_guide(self, as_in_the_guide: bool) -> Self {
        Self { as_in_the_guide, ..self }
    }

    /// Sets whether to create another secret even if the current one may be stored somewhere.
    #[must_use]
    pub fn new_secret(self, new_secret: bool) -> Self {
        Self { new_secret, ..self }
    }
}

/// The steps from the current to the wanted state; none if they are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// How the application was found; `None` if it will be created.
    pub found_by: Option<FoundBy>,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// Notes to show: what stays, what was left out, and why.
    pub notes: Vec<String>,
}

/// The plan for `wanted`, made from a probe of the tenant.
///
/// # Errors
/// [`Obstacle`] says why nothing can be planned.
pub fn plan(
    wanted: &Wanted,
    snapshot: &ProvisioningSnapshot,
    installation: &Installation,
    options: Options,
) -> Result<Plan, Obstacle> {
    let objects = &snapshot.objects;
    let permissions = Permissions::of(wanted, objects)?;
    let mut plan = Plan { found_by: None, steps: Vec::new(), notes: Vec::new() };
    let guide = guide(wanted, objects, options, &mut plan.notes);
    match &objects.application {
        None => {
            Obstacle::to_a_new_one(wanted, objects)?;
            plan.notes.extend(objects.deleted.iter().map(|deleted| {
                format!("a new application will be created; {}", obstacle::restorable(deleted))
            }));
            plan.steps.push(Step::CreateApplication {
                name: wanted.name().to_owned(),
                declare: permissions.needed.clone(),
                guide,
            });
            plan.expose_api(wanted, None);
            // By the second step, the application is visible; an invisible client id in the settings would be an obstacle.
            plan.steps.extend([Step::CreatePrincipal, Step::StoreClientId]);
            plan.steps.extend(permissions.needed.into_iter().map(Step::Grant));
        }
        Some((found_by, application)) => {
            Obstacle::of_status(application)?;
            plan.found_by = Some(*found_by);
            plan.registration(wanted, application, &permissions, options.prune, guide);
            plan.expose_api(wanted, Some(application));
            plan.grants(objects, application, &permissions, options.prune);
        }
    }
    if wanted.credential.is_certificate() {
        plan.certificate(wanted, snapshot, installation)?;
    } else {
        plan.secrets(wanted, snapshot, installation, options.new_secret)?;
    }
    Ok(plan)
}

impl Plan {
    /// How many lines add, change and remove something.
    pub fn count(&self, (keys, mode): (Generation, Mode), sign: Sign) -> usize {
        self.steps.iter().flat_map(|step| step.lines(keys, mode)).filter(|line| line.sign == sign).count()
    }

    fn registration(
        &mut self,
        wanted: &Wanted,
        application: &Application,
        permissions: &Permissions,
        prunes: bool,
        guide: Option<Guide>,
    ) {
        let declared = permissions.declared_by(application);
        let declare = permissions.missing_from(&declared, prunes);
        let excess = permissions.excess_of(&declared);
        let undeclare = if prunes { excess } else { Vec::new() };
        let rename = wanted.application_name.clone().filter(|name| *name != application.name);
        if rename.is_some() || !declare.is_empty() || !undeclare.is_empty() || guide.is_some() {
            self.steps.push(Step::ChangeApplication { rename, declare, undeclare, guide });
        }
        if wanted.client_id.is_none() {
            self.steps.push(Step::StoreClientId);
        }
        if application.audience != "AzureADMyOrg" {
            self.notes.push(format!(
                "the application is open to others than this tenant ({}); this stays unchanged because others may use it",
                application.audience
            ));
        }
    }

    fn grants(
        &mut self,
        objects: &Objects,
        application: &Application,
        permissions: &Permissions,
        prunes: bool,
    ) {
        let Some(principal) = &application.principal else {
            self.steps.push(match application.deleted_principal {
                Some(id) => Step::RestorePrincipal { id },
                None => Step::CreatePrincipal,
            });
            self.steps.extend(permissions.needed.iter().cloned().map(Step::Grant));
            return;
        };
        if !principal.enabled {
            self.steps.push(Step::EnablePrincipal);
        }
        let (ours, others): (Vec<_>, Vec<_>) =
            principal.grants.iter().partition(|grant| grant.resource == objects.graph.id);
        let granted = ours.iter().filter_map(|grant| objects.graph.find_name(grant.role)).collect::<Vec<_>>();
        self.steps.extend(permissions.missing_from(&granted, prunes).into_iter().map(Step::Grant));
        let excess = permissions.excess_of(&granted);
        if prunes {
            let revoked = ours.iter().filter_map(|grant| {
                let permission = excess.iter().find(|one| one.id == grant.role)?.clone();
                Some(Step::Revoke { assignment: grant.id.clone(), permission })
            });
            self.steps.extend(revoked);
        } else if !excess.is_empty() {
            let names = excess.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
            self.notes.push(format!("granted but not needed by the mode: {names}; --prune removes it"));
        }
        if !others.is_empty() {
            let mut names = others.iter().map(|grant| grant.resource_name.as_str()).collect::<Vec<_>>();
            names.sort_unstable();
            names.dedup();
            self.notes.push(format!("permissions on {} stay unchanged", names.join(", ")));
        }
    }

    /// From 14.20 on, the Swyx clients sign in with the exposed API.
    fn expose_api(&mut self, wanted: &Wanted, application: Option<&Application>) {
        if wanted.generation == Generation::ExpertSettings {
            return;
        }
        let uri = match application {
            None => Some("api://, followed by the client ID".to_owned()),
            Some(application) => {
                let uri = scope::api_uri(application.client_id);
                (!application.identifier_uris.contains(&uri)).then_some(uri)
            }
        };
        let api = application.map_or(&Value::Null, |application| &application.api);
        let scope = (!scope::is_exposed(api)).then(|| scope::select_name(api));
        if uri.is_some() || scope.is_some() {
            self.steps.push(Step::ExposeApi { uri, scope });
        }
    }

    fn secrets(
        &mut self,
        wanted: &Wanted,
        snapshot: &ProvisioningSnapshot,
        installation: &Installation,
        new_secret: bool,
    ) -> Result<(), Obstacle> {
        let secrets = &*snapshot.secrets();
        let classified = classify(secrets, &snapshot.stored, installation);
        let now = snapshot.objects.seen_at;
        self.steps.extend(classified.left_over.iter().map(|secret| Step::RemoveSecret {
            key_id: secret.key_id,
            name: secret.name.clone().unwrap_or_default(),
        }));
        let why = if new_secret {
            Some("another one was requested".to_owned())
        } else {
            self.why_a_new_secret(wanted, snapshot, secrets, &classified)
        };
        let Some(why) = why else { return Ok(()) };
        // The new secret names the one that it replaces, and `rotate --finish` removes that one.
        let candidates = list_candidates(secrets);
        if !candidates.is_empty() {
            return Err(Obstacle::ambiguous(&candidates));
        }
        Obstacle::to_a_new_secret(wanted, &snapshot.objects, &mut self.notes)?;
        self.steps.push(Step::AddSecret {
            // It does not replace a secret that may be in use: that one stays until an administrator confirms that it is unused.
            after: classified.undecided(now).or(classified.current).map(|secret| secret.key_id),
            why,
            days: wanted.secret_lifetime_days,
            place: wanted.client_secret().map(|source| {
                if source.is_stored_by_hand() {
                    format!("which you store {}", source.place())
                } else {
                    format!("stored {}", source.place())
                }
            }),
        });
        Ok(())
    }

    /// Why a secret must be created; without a reason, notes what to know about the current one.
    fn why_a_new_secret(
        &mut self,
        wanted: &Wanted,
        snapshot: &ProvisioningSnapshot,
        secrets: &[SecretSeen],
        classified: &SecretClassification<'_>,
    ) -> Option<String> {
        let now = snapshot.objects.seen_at;
        match (classified.current, &snapshot.stored.secret) {
            (Some(current), _) if current.ends <= now => {
                Some(format!("the current one expired on {}", day(current.ends)))
            }
            (Some(current), _) => {
                let ends = utc_day(current.ends);
                if list_candidates(secrets).is_empty()
                    && wanted.credential_ends.is_some_and(|day| day.date() != ends)
                {
                    self.steps.push(Step::StoreEnd(ends));
                }
                self.note_current(wanted, now, current, classified);
                None
            }
            (None, Ok(_)) if snapshot.is_accepted => None,
            (None, Ok(_)) => Some("the stored one does not belong to the application".to_owned()),
            (None, Err(Absence::OutOfReach(why))) if secrets.iter().any(|one| one.ends > now) => {
                let advice = "--new-secret creates another one";
                self.notes.push(format!("the stored secret was not checked: {why}; {advice}"));
                None
            }
            (None, Err(_)) => Some("there is no secret yet".to_owned()),
        }
    }

    fn note_current(
        &mut self,
        wanted: &Wanted,
        now: Timestamp,
        current: &SecretSeen,
        classified: &SecretClassification<'_>,
    ) {
        if days_left(current.ends, now) <= i64::from(wanted.renew_before_days) {
            self.notes.push(format!(
                "the client secret expires on {}; `swyx-teams rotate` creates a new one",
                day(current.ends)
            ));
        }
        if classified.replaced.is_some_and(|replaced| replaced.ends > now) {
            self.notes.push(
                "the previous secret is still valid; once Control Center has the current one, run `swyx-teams rotate --finish` to remove it"
                    .to_owned(),
            );
        }
    }
}

/// What the mode needs, with the ids of this tenant.
struct Permissions {
    generation: Generation,
    mode: Mode,
    needed: Vec<Permission>,
    roles: Vec<(String, uuid::Uuid)>,
}

impl Permissions {
    fn of(wanted: &Wanted, objects: &Objects) -> Result<Self, Obstacle> {
        let needed = list_needs(wanted.generation, wanted.mode).into_iter().map(|need| {
            let id = *objects.graph.roles.get(need.name).ok_or(Obstacle::NoSuchPermission(need.name))?;
            let is_known = id.to_string() == need.id;
            if wanted.access.cloud == Cloud::Global && !is_known {
                return Err(Obstacle::StrangePermission(need.name));
            }
            Ok(Permission { name: need.name.to_owned(), id, purpose: need.purpose.to_owned() })
        });
        let roles = objects.graph.roles.iter().map(|(name, id)| (name.clone(), *id)).collect();
        Ok(Self {
            generation: wanted.generation,
            mode: wanted.mode,
            needed: needed.collect::<Result<_, _>>()?,
            roles,
        })
    }

    /// The needed permissions that `names` do not include. When pruning, only the exact permission counts.
    fn missing_from(&self, names: &[&str], prunes: bool) -> Vec<Permission> {
        let needs = list_needs(self.generation, self.mode).into_iter().zip(&self.needed);
        let missing = needs.filter(
            |(need, _)| {
                if prunes { !names.contains(&need.name) } else { !need.is_met_by(names) }
            },
        );
        missing.map(|(_, permission)| permission.clone()).collect()
    }

    /// Those of `names` that allow more than the mode needs.
    fn excess_of(&self, names: &[&str]) -> Vec<Permission> {
        let excess = self.roles.iter().filter(|(name, _)| {
            names.contains(&name.as_str()) && is_excess(self.generation, self.mode, name)
        });
        let purpose = || format!("mode {} does not need it", self.mode.number());
        excess.map(|(name, id)| Permission { name: name.clone(), id: *id, purpose: purpose() }).collect()
    }

    /// The application permissions of Graph that an application declares, by name.
    fn declared_by(&self, application: &Application) -> Vec<&str> {
        let ours = application.declared.iter().filter(|one| is_graphs_role(one));
        let name =
            |one: &Declared| self.roles.iter().find(|(_, id)| *id == one.id).map(|(name, _)| name.as_str());
        ours.filter_map(name).collect()
    }
}

/// Whether a declared permission is an application permission of Microsoft Graph.
pub(super) fn is_graphs_role(declared: &Declared) -> bool {
    declared.kind == "Role" && declared.resource.eq_ignore_ascii_case(GRAPH_APP_ID)
}

/// What to set of the vendor's guide; left-out parts become notes.
fn guide(wanted: &Wanted, objects: &Objects, options: Options, notes: &mut Vec<String>) -> Option<Guide> {
    let redirect = match wanted.swyx_version {
        Some(version) if version >= SwyxVersion::FEDERATED_SERVICES => "swyxware://auth",
        _ => "https://localhost/",
    };
    let is_there = objects.application.as_ref().is_some_and(|(_, application)| {
        application.public_client && application.redirects.iter().any(|one| one == redirect)
    });
    if is_there {
        return None;
    }
    if !options.as_in_the_guide && wanted.generation == Generation::ExpertSettings {
        notes.push(format!(
            "not set from the vendor's guide: the redirect URI {redirect} and public client flows; an application that signs in with a secret needs neither (inferred); --as-in-the-guide sets them"
        ));
        return None;
    }
    Some(Guide { redirect })
}

#[cfg(test)]
mod tests;
