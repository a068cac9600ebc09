//! The certificate that the settings name.

use std::path::Path;

use crate::certificate::Certificate;
use crate::os;
use crate::settings::{self, Credential, Thumbprint, keys};

/// The maximum size of a certificate's file.
const MAX_BYTES: usize = 64 * 1024;

/// The certificate that the settings name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WantedCertificate {
    /// None: SwyxServer signs in with a secret, or the certificate does not exist yet.
    #[default]
    None,
    /// Only its thumbprint, so it cannot be uploaded.
    Thumbprint(Thumbprint),
    /// From its file.
    File(Box<Certificate>),
}

impl WantedCertificate {
    /// Reads the certificate with which SwyxServer signs in. `folder` is the folder of the settings file.
    ///
    /// # Errors
    /// Says why the file cannot be used.
    pub fn read(credential: &Credential, folder: &Path) -> Result<Self, String> {
        match credential {
            Credential::Certificate(Some(settings::Certificate::File(path))) => {
                let content = os::read_regular(&folder.join(path), MAX_BYTES);
                let of_file = |why: &dyn std::fmt::Display| {
                    format!("`{}`: {}: {why}", keys::CERTIFICATE, path.display())
                };
                let (content, _) = content.map_err(|error| of_file(&error))?;
                let read = Certificate::parse(&content).map_err(|error| of_file(&error))?;
                Ok(Self::File(Box::new(read)))
            }
            Credential::Certificate(Some(settings::Certificate::Thumbprint(thumbprint))) => {
                Ok(Self::Thumbprint(*thumbprint))
            }
            Credential::Certificate(None) | Credential::Secret(_) => Ok(Self::None),
        }
    }

    /// Its thumbprint.
    pub fn thumbprint(&self) -> Option<Thumbprint> {
        match self {
            Self::None => None,
            Self::Thumbprint(thumbprint) => Some(*thumbprint),
            Self::File(certificate) => Some(certificate.thumbprint),
        }
    }
}
