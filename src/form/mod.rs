//! The parts of an admin form for any application: its fields, the values of a file, the findings, and the
//! changes that a posted form means.
//!
//! ```text
//! JSON Schema ──▶ Form ──┐
//! file ──check──▶ Checked ──▶ Values ──▶ the form on the screen
//!                   │                         │
//!                   └──── changes ◀── Posted ◀┘
//! ```
//!
//! No secret leaves through a form: it gets the storage place of a stored secret, never the secret itself.
//!
//! The session of a form may be hijacked. Therefore a form shows addresses, the CA file, the administrator's
//! client ID and `command` references ([`READ_ONLY_IN_FORMS`](crate::settings::keys::READ_ONLY_IN_FORMS)),
//! but does not change them: [`Posted`] and [`merge_keys`] refuse such changes. Save with
//! [`edit::apply_from_form`](crate::edit::apply_from_form), which compares these values again before it
//! writes.

mod description;
mod findings;
mod merge;
mod posted;
mod preview;
mod rows;
mod shown;
mod values;

pub use description::{Choice, Condition, Field, Form, Kind, SecretMethod, Section};
pub use findings::{Finding, Related, collect_findings};
pub use merge::{Difference, compare_versions, merge_keys};
pub use posted::{FormMismatch, Posted};
pub use preview::{Preview, preview};
pub use rows::By;
pub use values::{Cell, Row, SecretValue, Value, Values};
