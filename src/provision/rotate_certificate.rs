//! Replaces the certificate of the application with the new one that Control Center created.
//!
//! The key stays in SwyxServer, so no sign-in can test it. The new certificate is added beside the old one, which stays until an
//! administrator confirms that SwyxServer signs in with the new one.

use super::act::Registered;
use super::day::{days_left, utc_day};
use super::failure::Failure;
use super::obstacle::Obstacle;
use super::registered::{find, list_predecessors, select_replaced};
use super::rotate::{RotateRequest, Rotated, rotatable};
use super::store::{SecretStore, StoreOutcome};
use super::wanted_certificate::WantedCertificate;
use super::{Provisioner, ProvisioningSnapshot};
use crate::certificate::Certificate;
use crate::entra::snapshot::CertificateSeen;
use crate::entra::snapshot::objects::Application;
use crate::settings::keys;

impl Provisioner<'_> {
    /// Carries out `request` for a certificate, based on the probe `snapshot`.
    ///
    /// # Errors
    /// [`Failure`] says why it stopped. The old certificate is still registered then.
    pub async fn rotate_certificate(
        &self,
        snapshot: &ProvisioningSnapshot,
        request: RotateRequest,
        store: &mut dyn SecretStore,
    ) -> Result<Rotated, Failure> {
        let application = rotatable(snapshot)?;
        let (seen, now) = (snapshot.certificates(), snapshot.objects.seen_at);
        let current = snapshot.certificate.thumbprint().and_then(|thumbprint| find(&seen, thumbprint));
        match (request, current, &snapshot.certificate) {
            (RotateRequest::Finish, Some(current), _) if current.ends > now => {
                let old = list_predecessors(&seen, current, self.installation);
                self.remove_old(application, &old).await
            }
            (RotateRequest::Finish, ..) => Err(Failure::NotStored(NOT_REGISTERED.to_owned())),
            (_, None, WantedCertificate::File(certificate)) => {
                certificate
                    .check_validity(now)
                    .map_err(|error| Failure::Refused(Obstacle::Certificate(error)))?;
                self.add_new_certificate(application, &seen, (certificate, snapshot), store).await
            }
            (request, current, _) => {
                if let Some(current) = current {
                    let day = utc_day(current.ends);
                    if self.wanted.credential_ends.map(|day| day.date()) != Some(day) {
                        store.store_end(day)?;
                    }
                    let old = list_predecessors(&seen, current, self.installation);
                    if let Some(old) = old.iter().rev().find(|old| old.ends > now) {
                        return Ok(Rotated::Pending { until: old.ends });
                    }
                    let is_due = days_left(current.ends, now) <= i64::from(self.wanted.renew_before_days);
                    if request == RotateRequest::IfDue && !is_due {
                        return Ok(Rotated::NotDue(current.ends));
                    }
                }
                Err(Failure::NotStored(format!(
                    "{NEEDED} `{}` to its file, and run this again",
                    keys::CERTIFICATE
                )))
            }
        }
    }

    async fn add_new_certificate(
        &self,
        application: &Application,
        seen: &[CertificateSeen],
        (certificate, snapshot): (&Certificate, &ProvisioningSnapshot),
        store: &mut dyn SecretStore,
    ) -> Result<Rotated, Failure> {
        Obstacle::of_status(application)?;
        let now = snapshot.objects.seen_at;
        let after = select_replaced(seen, self.wanted.credential_ends, self.installation, now);
        let of = Registered { id: application.id, client_id: application.client_id };
        let addition = self.add_certificate(of, certificate, after, &application.keys);
        let ends = self.patience.during("adding the new certificate", addition).await?;
        store.store_end(utc_day(ends))?;
        let old_until = seen.iter().find(|old| Some(old.key_id) == after).map(|old| old.ends);
        Ok(Rotated::Made { kept: StoreOutcome::InPlace, ends, old_until })
    }

    async fn remove_old(
        &self,
        application: &Application,
        old: &[&CertificateSeen],
    ) -> Result<Rotated, Failure> {
        if old.is_empty() {
            return Ok(Rotated::Finished(0));
        }
        let of = Registered { id: application.id, client_id: application.client_id };
        let key_ids = old.iter().map(|one| one.key_id).collect::<Vec<_>>();
        let removal = self.remove_certificates(of, &key_ids, &application.keys);
        self.patience.during("removing the old certificates", removal).await?;
        Ok(Rotated::Finished(old.len()))
    }
}

const NOT_REGISTERED: &str = "the application does not have the certificate in the settings, or it has expired, so no other certificate was removed";
const NEEDED: &str = "a new certificate is needed: create it in Control Center under General settings, Federated Services, Change Credentials; download it, set";
