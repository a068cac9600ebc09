//! Matches Swyx users to Teams users.
//!
//! ```text
//! a CSV file, or the gateway ──▶ Swyx users ─┐
//!                                            ├─ match_users ──▶ pairs, and findings
//! Graph ───────────────────────▶ Teams users ┘
//! ```
//!
//! ```
//! use swyx_teams::swyx::SwyxUser;
//! use swyx_teams::users::{FindingKind, match_users};
//!
//! let swyx = [SwyxUser::new("1042", "Jane Roe").email("jane.roe@example.com"), SwyxUser::new("1043", "Lobby").enabled(false)];
//! let matching = match_users(&swyx, &[], &[]);
//! assert_eq!((matching.pairs.len(), matching.disabled), (0, 1));
//! assert_eq!(matching.findings[0].kind(), FindingKind::UNMATCHED_SWYX);
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `csv` | the list of Swyx users as a file |
//! | `pair` | a Swyx user and a Teams user of the same person |
//! | `matching` | matches by overrides, account names and mail addresses only |
//! | `finding` | what to know about a matching |
//! | `kinds` | the kinds of findings, with their texts |
//! | `likely` | the probable match of an unmatched user |
//! | `spelling` | equal and similar spellings |
//! | `index` | an index of users by a text |

pub mod csv;
mod finding;
mod index;
mod kinds;
mod likely;
mod matching;
mod pair;
mod spelling;

pub use finding::{Finding, FindingKind, Likely, Lists, Reason};
pub use matching::{Matching, match_users};
pub use pair::{By, Pair};
