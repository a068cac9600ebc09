//! Sets up, checks and runs SwyxWare's Microsoft Teams presence synchronisation.
//!
//! ```
//! use swyx_teams::edit::{self, Change, NewValue};
//! use swyx_teams::settings::{keys, schema::{Dialect, generate}};
//!
//! # let temporary = tempfile::tempdir()?;
//! # let folder = temporary.path();
//! # std::fs::write(folder.join("north.toml"), include_str!("../schema/swyx-teams.example.toml").replace("SyncMode = 2", "SyncMode = 3"))?;
//! let path = &folder.join("north.toml");
//! let checked = swyx_teams::check::check_file("north.toml", path);
//! for found in checked.diagnostics() {
//!     let start = checked.source().span(&found.place).start;
//!     println!("{}:{}: {}", start.line, start.column, found.message);
//! }
//! edit::apply_to_file("north.toml", path, &[Change::Set(keys::MODE, NewValue::Integer(2))])?;
//! std::fs::write(folder.join("swyx-teams.schema.json"), generate(Dialect::Draft2020_12).to_string())?;
//! # assert!(!checked.diagnostics().is_empty() && std::fs::read_to_string(path)?.contains("SyncMode = 2"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Architecture
//!
//! A pipeline with a pure core; input and output are only at its ends.
//!
//! ```text
//! text ──source──▶ tree ──settings──▶ Draft ──rules──▶ diagnostics        no I/O, no clock, no async
//!                                       │      ▲
//!                                    resolve   └────────────┐
//!                                       ▼                   │
//!                                    Settings ──probe──▶ Snapshot         over `entra::graph`, the only client of Microsoft Graph
//!                                    Wanted ──probe──▶ Objects ──provision──▶ Plan ──▶ Graph, and the files
//!                                    Settings ──users──▶ pairs ──sync──▶ SwyxServer (over `swyx`) and Teams (over `entra::graph`)
//! ```
//!
//! | group | module | what it is |
//! |---|---|---|
//! | core | [`check`] | the pipeline: bytes or a file in, findings out |
//! | | [`edit`] | the only way to change a file: lock, read, change, check, save |
//! | | [`form`] | the parts of an admin form: its fields, their values, the findings, the changes of a posted form |
//! | | [`source`] | the text of one file: key to line and column, masking |
//! | | [`settings`] | the draft, the settings, their values, the JSON Schema |
//! | | [`secret`] | the secret type, its formats, the sources of secrets, fetching them, trust |
//! | | [`entra`] | permissions, error codes and the snapshot of a tenant as plain data; client, sign-in and probe |
//! | | [`rules`] | the table of rules, one file each |
//! | | [`diagnostic`] | the type of a finding |
//! | | [`sheet`] | the values for Control Center |
//! | | [`endpoint`], `text` | web addresses; texts from outside, and their printable form |
//! | | [`os`] | all differences between operating systems |
//! | online | `http` | requests and responses over HTTPS: the transport, and the only way to send |
//! | | `certificate` | the certificate of an application, read from a file |
//! | | `provision` | plans, creates, maintains and deletes what the settings need in a tenant |
//! | | `swyx` | the client of the SwyxServer gateway, and its contract |
//! | | `users` | matches Swyx users to Teams users |
//! | | `sync` | synchronises the statuses both ways |
//! | program | `report` | findings in seven formats |
//! | | `web` | the admin form as a local web page |
//! | | `emulator` | Entra ID, Microsoft Graph and a gateway for trials and tests; uses no other module |
//! | | `cli` | the command line |
//!
//! # Invariants
//!
//! 1. Reading never fails: it returns a draft and diagnostics. Only an unreadable file, a wrong encoding or a syntax error gives no draft.
//! 2. [`settings::Settings`] only come from a file without errors, so their users need no checks.
//! 3. Rules are pure: their only data of a tenant is a [`entra::snapshot::Snapshot`], and "now" is its time. A diagnostic names a key; only
//!    [`source::Source`] knows the positions of keys.
//! 4. A secret has no Display, Debug or Serialize text; one function exposes it, and a test lists that function's callers. No message,
//!    snippet, fix or diff contains it, and a syntax error shows no snippet.
//! 5. A settings file may be hostile: checking opens no socket, starts no process and fetches no secret. Signing in and fetching a secret
//!    only use hosts of Microsoft's clouds and what the user trusts by name ([`secret::Trust`], [`settings::Draft::untrusted`]); this
//!    machine is not trusted by default. A secret reference names no variable of this program except SWYX_TEAMS_CLIENT_SECRET.
//! 6. Library code only writes to a given `Write`; only `main` ends the process.
//! 7. The emulator uses no other module of this crate: a shared mistake would go unnoticed in tests against it.
//!
//! # Features
//!
//! Without features, there are the modules of the group core. `online`, `report`, `web` and `emulator` each add the modules of that name;
//! `cli`, on by default, adds all of them and the command line.

#[cfg(feature = "online")]
pub mod certificate;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
pub mod edit;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod endpoint;
pub mod entra;
pub mod form;
#[cfg(feature = "online")]
pub mod http;
pub mod os;
#[cfg(feature = "online")]
pub mod provision;
#[cfg(feature = "report")]
pub mod report;
pub mod rules;
pub mod secret;
pub mod settings;
pub mod sheet;
pub mod source;
#[cfg(feature = "online")]
pub mod swyx;
#[cfg(feature = "online")]
pub mod sync;
mod text;
#[cfg(feature = "online")]
pub mod users;
#[cfg(feature = "web")]
pub mod web;

/// The README's examples are also tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// So are the examples of the page about the library.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct LibraryPage;
