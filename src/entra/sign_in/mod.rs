//! Signing in: tokens for the application by client credentials, and for an administrator.
//!
//! | file | what it is |
//! |---|---|
//! | `grants` | client credentials, and the device code |
//! | `administrator` | an administrator's sign-in: provided token, Azure CLI, device code |
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
mod grants;
mod token;

pub use administrator::{AdminSignIn, Administrators, TO_PROVISION, TO_READ};
pub(crate) use grants::as_application;
pub use grants::{Credential, DevicePrompt};
pub use token::Token;
