//! Which Swyx user is which Teams user.
//!
//! ```text
//! a CSV file, or the gateway ──▶ Swyx users ─┐
//!                                            ├─ matching ──▶ pairs, and findings
//! Graph ───────────────────────▶ Teams users ┘
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `csv` | the list of Swyx users as a file |
//! | `pair` | two users who are one person |
//! | `matching` | who is whom: overrides, account names, mail addresses; nothing else, and no guess |
//! | `finding` | what a person should know of it |
//! | `kinds` | the kinds of findings, with their texts |
//! | `likely` | whom an unmatched user was perhaps meant to be |
//! | `spelling` | when two spellings are one, and when they only look it |
//! | `index` | users by a text of theirs |

pub mod csv;
mod finding;
mod index;
mod kinds;
mod likely;
mod matching;
mod pair;
mod spelling;

pub use finding::{Finding, FindingKind, Likely, Lists, Reason};
pub use matching::{Matching, matching};
pub use pair::{By, Pair};
