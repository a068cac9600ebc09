//! The part of a plan for a certificate.

use jiff::Timestamp;

use super::super::day::{day, days_left, utc_day};
use super::super::name::Installation;
use super::super::obstacle::Obstacle;
use super::super::registered::{find, select_replaced};
use super::super::step::Step;
use super::super::wanted_certificate::WantedCertificate;
use super::{Plan, ProvisioningSnapshot};
use crate::entra::snapshot::CertificateSeen;
use crate::settings::{Wanted, keys};

impl Plan {
    /// Adds the certificate that Control Center created, unless the application has it.
    pub(super) fn certificate(
        &mut self,
        wanted: &Wanted,
        snapshot: &ProvisioningSnapshot,
        installation: &Installation,
    ) -> Result<(), Obstacle> {
        let (seen, now) = (snapshot.certificates(), snapshot.objects.seen_at);
        let Some(thumbprint) = snapshot.certificate.thumbprint() else {
            self.notes.push(format!(
                "no certificate yet: create it in Control Center under General settings, Federated Services, Change Credentials; download it, set `{}` to its file, and run swyx-teams apply again",
                keys::CERTIFICATE
            ));
            return Ok(());
        };
        if let WantedCertificate::File(certificate) = &snapshot.certificate {
            certificate.check_validity(now).map_err(Obstacle::Certificate)?;
        }
        match (find(&seen, thumbprint), &snapshot.certificate) {
            (Some(registered), _) => {
                self.note_end(wanted, registered, now);
            }
            (None, WantedCertificate::File(certificate)) => self.steps.push(Step::AddCertificate {
                certificate: certificate.clone(),
                after: select_replaced(&seen, wanted.credential_ends, installation, now),
            }),
            (None, _) => self.notes.push(format!(
                "the application does not have the certificate {thumbprint}: to upload it, download it from Control Center, and set `{}` to its file instead of `{}`",
                keys::CERTIFICATE,
                keys::CERTIFICATE_THUMBPRINT
            )),
        }
        Ok(())
    }

    fn note_end(&mut self, wanted: &Wanted, registered: &CertificateSeen, now: Timestamp) {
        let ends = utc_day(registered.ends);
        if wanted.credential_ends.map(|day| day.date()) != Some(ends) {
            self.steps.push(Step::StoreEnd(ends));
        }
        if days_left(registered.ends, now) <= i64::from(wanted.renew_before_days) {
            self.notes.push(format!(
                "the certificate expires on {}; create a new one in Control Center, then run swyx-teams rotate",
                day(registered.ends)
            ));
        }
    }
}
