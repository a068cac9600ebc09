//! The client of the SwyxServer gateway against scripted answers, in virtual time: what it sends, what it makes of answers good and
//! bad, that lists end, that the stream of events is read whatever its pieces are, and that nothing it says holds the token.

mod calls;
mod contract;
mod events;
mod hostile;
mod lists;
mod pieces;
mod refusals;
mod script;
