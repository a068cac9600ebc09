//! The admin form as a page: what it shows, saves, refuses, keeps and never reveals. Its guards have their
//! own tests.

mod conflict;
#[cfg(unix)]
#[path = "../../../tests/common/descendants.rs"]
#[allow(unreachable_pub, dead_code, reason = "shared with the integration tests")]
mod descendants;
mod jobs;
mod kept;
mod live;
mod malformed;
mod merged;
mod page;
mod place;
mod read_only;
mod rows;
mod saving;
mod secrets;
#[cfg(unix)]
mod stopping;
mod untouched;
