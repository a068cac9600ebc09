//! Which Swyx user is which Teams user.
//!
//! The vendor finds the Teams user by the e-mail address of the Swyx user's configuration, which has to be the account name in Teams
//! (<https://help.enreach.com/controlcenter/14.10/web/Swyx/en-US/help/chap_serverconfiguration.06.34.html>). Here the mail address counts,
//! too, and what only that brought together is said, for SwyxServer itself would not find it.
//!
//! | file | what it is |
//! |---|---|
//! | `csv` | a list of Swyx users from a file |
//! | `matching` | who is who |
//! | `finding` | what is wrong with the lists |
//! | `address` | how addresses are compared |

mod address;
pub mod csv;
mod finding;
mod matching;

pub use finding::{Finding, Kind};
pub use matching::{By, Matching, Pair, matching};
