//! Signing in: tokens for the application by client credentials, and for an administrator.
//!
//! | file | what it is |
//! |---|---|
//! | `grants` | client credentials with a secret, and the device code |
//! | `assertion`, `key` | client credentials with a certificate, and its private key |
//! | `browser` | the authorization code with PKCE, and the answer on loopback |
//! | `administrator` | an administrator's sign-in: provided token, Azure CLI, browser, device code |
//! | `token` | an access token and its claims |
//!
//! ```
//! use std::time::Duration;
//! use swyx_teams::entra::sign_in::{AdminSignIn, Administrators, TO_READ};
//!
//! let show = |prompt: &swyx_teams::entra::sign_in::DevicePrompt| println!("{} {}", prompt.address, prompt.code);
//! let administrators = Administrators::new(AdminSignIn::DeviceCode(Box::new(show)), TO_READ, Duration::from_secs(30));
//! assert!(administrators.are_interactive());
//! ```

mod administrator;
mod assertion;
mod browser;
mod grants;
mod key;
mod token;

pub(crate) use administrator::INACTIVE_ROLE;
pub use administrator::{AdminSignIn, Administrators, TO_AUTOMATE, TO_PROVISION, TO_READ};
pub use assertion::as_automation;
pub use browser::BrowserPrompt;
#[cfg(feature = "cli")]
pub(crate) use grants::CODE_EXPIRED;
pub(crate) use grants::as_application;
pub use grants::{Credential, DevicePrompt};
pub use key::{KeyError, SigningKey};
pub use token::Token;
