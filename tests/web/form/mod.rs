//! The admin form as a page: what it shows, saves, refuses, keeps and never tells. Its guards have tests of their own.

mod conflict;
mod jobs;
mod live;
mod malformed;
mod page;
mod place;
mod read_only;
mod rows;
mod saving;
mod secrets;
#[cfg(unix)]
mod stopping;
mod untouched;
