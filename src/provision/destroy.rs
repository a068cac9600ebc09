//! Deletes what was provisioned.

use super::Provisioner;
use super::classification::name_of;
use super::failure::Failure;
use super::name::{self};
use crate::entra::snapshot::objects::Application;

/// What to delete.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Removal {
    /// The application, because provisioning created it. It can be restored for 30 days.
    /// Source: <https://learn.microsoft.com/graph/api/application-delete>.
    Application,
    /// The secrets that were created for this installation; the application existed before, and stays.
    Secrets(Vec<uuid::Uuid>),
}

impl Provisioner<'_> {
    /// What to delete for an application.
    pub fn plan_removal(&self, application: &Application) -> Removal {
        if application.unique_name.as_deref().is_some_and(name::is_ours) {
            return Removal::Application;
        }
        let ours = application
            .secrets
            .iter()
            .filter(|secret| name_of(secret).is_some_and(|name| name.is_of(self.installation)));
        Removal::Secrets(ours.map(|secret| secret.key_id).collect())
    }

    /// Deletes it.
    ///
    /// # Errors
    /// [`Failure`] says why it stopped.
    pub async fn destroy(&self, application: &Application, removal: &Removal) -> Result<(), Failure> {
        match removal {
            Removal::Application => self.delete_application(application.id).await,
            Removal::Secrets(all) => {
                for key_id in all {
                    self.remove_secret(application.id, *key_id).await?;
                }
                Ok(())
            }
        }
    }
}
