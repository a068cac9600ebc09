//! Sets up, checks and runs SwyxWare's Microsoft Teams presence synchronisation.
//!
//! ```
//! use swyx_teams::edit::{self, Change, NewValue};
//! use swyx_teams::settings::{keys, schema::{Dialect, schema}};
//!
//! # let temporary = tempfile::tempdir()?;
//! # let folder = temporary.path();
//! # std::fs::write(folder.join("north.toml"), include_str!("../schema/swyx-teams.example.toml").replace("SyncMode = 2", "SyncMode = 3"))?;
//! let path = &folder.join("north.toml");
//! let checked = swyx_teams::check::file("north.toml", path);
//! for found in checked.diagnostics() {
//!     let start = checked.source().span(&found.place).start;
//!     println!("{}:{}: {}", start.line, start.column, found.message);
//! }
//! edit::apply_to_file("north.toml", path, &[Change::Set(keys::MODE, NewValue::Integer(2))])?;
//! std::fs::write(folder.join("swyx-teams.schema.json"), schema(Dialect::Draft2020_12).to_string())?;
//! # assert!(!checked.diagnostics().is_empty() && std::fs::read_to_string(path)?.contains("SyncMode = 2"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The map
//!
//! A straight pipe with a pure middle; input and output only at its ends.
//!
//! ```text
//! text ──source──▶ tree ──settings──▶ Draft ──rules──▶ diagnostics        no I/O, no clock, no async
//!                                       │      ▲
//!                                    resolve   └────────────┐
//!                                       ▼                   │
//!                                    Settings ──probe──▶ Snapshot         over `entra::graph`, which alone speaks to Microsoft
//!                                    Wanted ──probe──▶ Objects ──provision──▶ Plan ──▶ Graph, and the files
//!                                    Settings ──users──▶ pairs ──sync──▶ SwyxServer (over `swyx`) and Teams (over `entra::graph`)
//! ```
//!
//! | group | module | what it is |
//! |---|---|---|
//! | core | [`check`] | the one pipeline: bytes or a file in, findings out |
//! | | [`edit`] | the one way to change a file: lock, read, change, check, save |
//! | | [`form`] | the parts of an admin form: its fields, what they hold, what was found, what a posted one changes |
//! | | [`source`] | the text of one file: key to line and column, masking |
//! | | [`settings`] | the draft, the settings, their values, the JSON Schema |
//! | | [`secret`] | the secret type, its shapes, where secrets are kept, fetching them, trust |
//! | | [`entra`] | permissions, error codes and the snapshot of a tenant as plain data; client, sign-in and probe |
//! | | [`rules`] | the table of rules, a file each |
//! | | [`diagnostic`] | what a finding is |
//! | | [`sheet`] | what to type into Control Center |
//! | | [`endpoint`], `text` | web addresses; texts from outside and how they are shown |
//! | | [`os`] | all that differs between systems |
//! | online | `http` | requests and answers over HTTPS: transport, one way to send |
//! | | `provision` | what is to be done in a tenant for the settings to work: planned, done, kept up, deleted |
//! | | `swyx` | the client of the SwyxServer gateway, and its contract |
//! | | `users` | which Swyx user is which Teams user |
//! | | `sync` | carries the statuses both ways |
//! | program | `report` | findings in seven formats |
//! | | `web` | the admin form as a page, served on this machine |
//! | | `emulator` | Entra ID, Microsoft Graph and a gateway for trying and testing; uses nothing else of this crate |
//! | | `cli` | the command line |
//!
//! # What always holds
//!
//! 1. Reading never fails: it gives a draft and diagnostics. Only an unreadable file, a wrong encoding or a syntax error leaves no draft.
//! 2. [`settings::Settings`] come only from a file without errors, so whoever holds one checks nothing.
//! 3. Rules are pure: what they know of a tenant is a [`entra::snapshot::Snapshot`], and "now" is when it was seen. A diagnostic names a key; only
//!    [`source::Source`] knows where keys are.
//! 4. A secret has no Display, Debug or Serialize text; one function exposes it, and a test lists that function's callers. No message,
//!    snippet, fix or diff holds it, and a syntax error shows no snippet at all.
//! 5. A settings file is hostile: checking opens no socket, starts no process and resolves no secret. Signing in and fetching a secret
//!    use only hosts of Microsoft's clouds and what the user trusts by name ([`secret::Trust`], [`settings::Draft::untrusted`]); this
//!    machine is not trusted by itself. A secret reference names no variable of this program except SWYX_TEAMS_CLIENT_SECRET.
//! 6. Library code writes to a `Write` that it was given; nothing but `main` ends the process.
//!
//! 7. The emulator uses nothing else of this crate: a mistake that it shared with the client would make both agree.
//!
//! # Features
//!
//! Without a feature there are the modules of the group core. `online`, `report`, `web` and `emulator` bring those of that name, each
//! alone; `cli`, on by default, brings all of them and the command line.

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

/// The README's examples are tests, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
