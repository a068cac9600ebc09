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
//! | `matching` | who is whom: overrides, account names, mail addresses; nothing else, and no guess |
//! | `finding` | what is worth saying of it, in words |
//! | `likely` | whom an unmatched user was perhaps meant to be |
//! | `spelling` | when two spellings are one, and when they only look it |
//! | `index` | users by a text of theirs |

pub mod csv;
mod finding;
mod index;
mod likely;
mod matching;
mod spelling;

pub use finding::{Ambiguity, Finding, Kind, Likely, Lists, Reason, Side};
pub use matching::{By, Matching, Pair, matching};
