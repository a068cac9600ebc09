//! The parts of an admin form, for any application that shows one: what fields there are, what a file holds, what was found, and what a
//! posted form means as changes of the file.
//!
//! ```text
//! JSON Schema ──▶ Form ──┐
//! file ──check──▶ Checked ──▶ Values ──▶ the form on the screen
//!                   │                         │
//!                   └──── changes ◀── Posted ◀┘
//! ```
//!
//! Nothing here is a secret's way out: of a stored secret a form learns where it is kept, and never what it is.
//!
//! Someone else may get hold of a form's session. Therefore a form shows addresses, the CA file, the administrator's client ID and
//! `command` references ([`READ_ONLY_IN_FORMS`](crate::settings::keys::READ_ONLY_IN_FORMS)), and does not change them: [`Posted`] and [`take`]
//! refuse it. Save with [`edit::apply_from_form`](crate::edit::apply_from_form), which compares these values once more before it writes.

mod description;
mod findings;
mod merge;
mod outcome;
mod posted;
mod shown;
mod values;

pub use description::{Choice, Condition, Field, Form, Kind, Section, Way};
pub use findings::{Finding, Related, findings};
pub use merge::{By, Difference, differences, take};
pub use outcome::{Look, look};
pub use posted::{NotOfThisForm, Posted};
pub use values::{Cell, Row, SecretValue, Value, Values};
