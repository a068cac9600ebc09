//! The guards of the admin form. Each attack is tried against all guards, and against all but the one that stands in its way: then it
//! succeeds, or the test would prove nothing.

mod changes;
mod headers;
mod hosts;
mod limits;
mod links;
mod path;
mod yard;
