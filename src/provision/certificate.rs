//! Adds and removes a certificate of the application (`keyCredentials`).
//!
//! A change replaces the whole collection, and reads may be older than the last change. So a list that lacks a known entry is never used,
//! existing entries are sent back exactly as they were read, and after the change the list is read until it is complete several times in a
//! row. Sources: <https://learn.microsoft.com/graph/applications-how-to-add-certificate>, `application-update`, and reports of other
//! tools that lost certificates.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::act::Registered;
use super::failure::Failure;
use super::name::CertificateName;
use super::step::CHANGE;
use super::{Provisioner, ProvisioningSnapshot};
use crate::certificate::Certificate;
use crate::entra::GraphError;
use crate::entra::graph::Change;
use crate::entra::probe::list_certificates;
use crate::entra::snapshot::CertificateSeen;

/// How often in a row the list must be complete. Consecutive reads may come from different servers.
const COMPLETE_READS: usize = 3;

impl ProvisioningSnapshot {
    /// The certificates of the application.
    pub(crate) fn certificates(&self) -> Vec<CertificateSeen> {
        let entries = self.objects.application.as_ref().map(|(_, application)| &application.keys);
        list_certificates(entries.map(Vec::as_slice).unwrap_or_default())
    }
}

impl Provisioner<'_> {
    /// Adds `certificate`, which replaces the one with the key id `after`, to the entries `known`.
    /// Returns when the new entry ends.
    pub(super) async fn add_certificate(
        &self,
        of: Registered,
        certificate: &Certificate,
        after: Option<Uuid>,
        known: &[Value],
    ) -> Result<Timestamp, Failure> {
        let (key_id, now) = (Uuid::new_v4(), self.admin.now());
        // Entra ID refuses dates outside the validity of the certificate.
        let second = SignedDuration::from_secs(1);
        let begins = now.max(certificate.not_before + second);
        let ends = certificate.not_after - second;
        let name = CertificateName::new(self.installation, after).to_string();
        let entry = json!({
            "keyId": key_id, "type": "AsymmetricX509Cert", "usage": "Verify", "key": certificate.key(),
            "displayName": name, "startDateTime": in_seconds(begins), "endDateTime": in_seconds(ends),
        });
        let mut entries = self.read_keys(of, &key_ids(known)).await?;
        let is_there = |seen: &CertificateSeen| seen.thumbprint == Some(certificate.thumbprint);
        if let Some(seen) = list_certificates(&entries).iter().find(|seen| is_there(seen)) {
            return Ok(seen.ends);
        }
        entries.push(entry);
        self.replace_keys(of, entries, None).await?;
        Ok(ends)
    }

    /// Removes the certificates with these key ids.
    pub(super) async fn remove_certificates(
        &self,
        of: Registered,
        removed: &[Uuid],
        known: &[Value],
    ) -> Result<(), Failure> {
        let entries = self.read_keys(of, &key_ids(known)).await?;
        let is_kept = |entry: &Value| key_id(entry).is_none_or(|id| !removed.contains(&id));
        let entries = entries.into_iter().filter(is_kept).collect();
        self.replace_keys(of, entries, Some(removed)).await
    }

    /// Sends the list, and reads it until it is complete.
    async fn replace_keys(
        &self,
        of: Registered,
        entries: Vec<Value>,
        removed: Option<&[Uuid]>,
    ) -> Result<(), Failure> {
        let expected = key_ids(&entries);
        let change = Change::patch(format!("/applications/{}", of.id), json!({"keyCredentials": entries}));
        self.admin.change(&change).await.map_err(refused)?;
        let is_done = |seen: &[Uuid]| {
            expected.iter().all(|id| seen.contains(id))
                && removed.is_none_or(|gone| gone.iter().all(|id| !seen.contains(id)))
        };
        self.await_keys(of, "Entra ID is still replicating the certificates", COMPLETE_READS, is_done)
            .await?;
        Ok(())
    }

    /// The entries exactly as read, once none of the `known` ones is missing.
    async fn read_keys(&self, of: Registered, known: &[Uuid]) -> Result<Vec<Value>, Failure> {
        let why = "Entra ID does not show all certificates of the application; one may have been removed in the meantime";
        self.await_keys(of, why, 1, |seen| known.iter().all(|id| seen.contains(id))).await
    }

    /// Reads the entries until `is_done` accepts them `times` in a row.
    async fn await_keys(
        &self,
        of: Registered,
        why: &str,
        times: usize,
        is_done: impl Fn(&[Uuid]) -> bool,
    ) -> Result<Vec<Value>, Failure> {
        // Without `$select`, the answer has the entries without their keys, the form in which they are sent back.
        let path = format!("/applications/{}", of.id);
        let mut complete = 0;
        let settled = self.patience.settle(why, async || {
            loop {
                let mut read = self.admin.get(&path).await?;
                let entries = match read.get_mut("keyCredentials").map(Value::take) {
                    Some(Value::Array(entries)) => entries,
                    _ => Vec::new(),
                };
                complete = if is_done(&key_ids(&entries)) { complete + 1 } else { 0 };
                match complete {
                    0 => return Ok(None),
                    complete if complete >= times => return Ok(Some(entries)),
                    _ => {}
                }
            }
        });
        settled.await.map_err(|failure| match failure {
            Failure::Graph(error) => Failure::of(error, "reading the application", CHANGE),
            failure => failure,
        })
    }
}

fn key_id(entry: &Value) -> Option<Uuid> {
    entry.get("keyId")?.as_str()?.parse().ok()
}

fn key_ids(entries: &[Value]) -> Vec<Uuid> {
    entries.iter().filter_map(key_id).collect()
}

/// The form that Microsoft's examples use.
fn in_seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The error for a refused change. The codes are those that users report for application management policies.
fn refused(error: GraphError) -> Failure {
    let code = match &error {
        GraphError::Refused { code, .. } => code.as_str().unwrap_or_default(),
        _ => "",
    };
    match code {
        "CredentialInvalidLifetimeAsPerAppPolicy" => Failure::CertificateRefused(
            "limits the lifetime of certificates: create one with an earlier expiration date in Control Center",
        ),
        "CredentialTypeNotAllowedAsPerAppPolicy" => Failure::CertificateRefused(
            "forbids this certificate: ask the policy's administrator to exempt this application",
        ),
        _ => Failure::of(error, "adding a certificate", CHANGE),
    }
}
