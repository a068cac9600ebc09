//! Takes away what was provisioned.

use super::Provisioner;
use super::failure::Failure;
use super::name::{self};
use super::standing::name_of;
use crate::entra::snapshot::objects::Application;

/// What is to be taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// The application, which provisioning made. It can be restored for 30 days.
    /// Source: <https://learn.microsoft.com/graph/api/application-delete>.
    Application,
    /// The secrets that were made for this installation; the application was there before, and stays.
    Secrets(Vec<uuid::Uuid>),
}

impl Provisioner<'_> {
    /// What there is to be taken away of an application.
    pub fn removal(&self, application: &Application) -> Removal {
        if application.unique_name.as_deref().is_some_and(name::is_ours) {
            return Removal::Application;
        }
        let ours = application
            .secrets
            .iter()
            .filter(|secret| name_of(secret).is_some_and(|name| name.is_of(self.installation)));
        Removal::Secrets(ours.map(|secret| secret.key_id).collect())
    }

    /// Takes it away.
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
