//! Sets up, checks and runs SwyxWare's Microsoft Teams presence synchronisation.
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
//!                                    Settings ──observe──▶ Tenant         over `graph`, which alone speaks to Microsoft
//!                                    Wanted ──observe──▶ Objects ──provision──▶ Plan ──▶ Graph, and the files
//!                                    Settings ──users──▶ pairs ──sync──▶ SwyxServer (over `swyx`) and Teams (over `graph`)
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`check`] | the one pipeline: bytes or a file in, findings out |
//! | [`change`] | the one way to change a file: lock, read, change, check, save |
//! | [`form`] | the parts of an admin form: its fields, what they hold, what was found, what a posted one changes |
//! | `web` | the admin form as a page, served on this machine |
//! | [`source`] | the text of one file: key to line and column, masking |
//! | [`settings`] | the draft, the settings, their values, the writer, the JSON Schema |
//! | [`rules`] | the table of rules, a file each |
//! | [`diagnostic`] | what a finding is |
//! | [`graph`] | the client of Entra ID and Microsoft Graph: sign-in, one way to send, batches, pages |
//! | [`observe`] | looks at a tenant once, in as few requests as it takes |
//! | [`tenant`] | what was seen there, as plain data |
//! | [`provision`] | what is to be done there for the settings to work: planned, done, kept up, taken away |
//! | [`swyx`] | the client of the SwyxServer gateway, and its contract |
//! | [`users`] | which Swyx user is which Teams user |
//! | [`sync`] | carries the statuses both ways |
//! | [`permission`] | the permissions that a mode needs |
//! | [`aadsts`] | what the codes of Entra ID's refusals mean |
//! | [`sheet`] | what to type into Control Center |
//! | `secret_form` | how a client secret of Entra looks, wherever it was pasted |
//! | `emulator` | Entra ID and Microsoft Graph for trying and testing; uses nothing else of this crate |
//! | [`os`] | all that differs between systems |
//!
//! # What always holds
//!
//! 1. Reading never fails: it gives a draft and diagnostics. Only an unreadable file, a wrong encoding or a syntax error leaves no draft.
//! 2. [`settings::Settings`] come only from a file without errors, so whoever holds one checks nothing.
//! 3. Rules are pure: what they know of a tenant is a [`tenant::Tenant`], and "now" is when it was seen. A diagnostic names a key; only
//!    [`source::Source`] knows where keys are.
//! 4. A secret has no Display, Debug or Serialize text; one function exposes it, and a test lists that function's callers. No message,
//!    snippet, fix or diff holds it, and a syntax error shows no snippet at all.
//! 5. A settings file is hostile: checking opens no socket, starts no process and resolves no secret. Signing in and fetching a secret
//!    use only hosts of Microsoft's clouds and what the user trusts by name ([`settings::Trust`], [`settings::Draft::untrusted`]); this
//!    machine is not trusted by itself. A secret reference names no variable of this program except SWYX_TEAMS_CLIENT_SECRET.
//! 6. Library code writes to a `Write` that it was given; nothing but `main` ends the process.
//!
//! 7. The emulator uses nothing else of this crate: a mistake that it shared with the client would make both agree.
//!
//! The feature `cli`, on by default, holds what only the program needs: the command line, the renderers and the emulator.

pub mod aadsts;
pub mod change;
pub mod check;
#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
#[cfg(feature = "cli")]
pub mod emulator;
pub mod form;
pub mod graph;
pub mod observe;
pub mod os;
pub mod permission;
pub mod provision;
#[cfg(feature = "cli")]
pub mod report;
pub mod rules;
mod secret_form;
pub mod settings;
pub mod sheet;
pub mod source;
pub mod swyx;
pub mod sync;
pub mod tenant;
pub mod users;
#[cfg(feature = "cli")]
pub mod web;

/// The README's examples are tests, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
