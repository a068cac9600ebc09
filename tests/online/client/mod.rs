//! The client of Entra ID and Graph against scripted answers, in virtual time: what it sends, when it sends it again, what it makes
//! of answers that are none, and that nothing it says holds a secret or a token.

mod answers;
mod batches;
mod hostile;
mod presences;
mod script;
mod tokens;
mod users;
