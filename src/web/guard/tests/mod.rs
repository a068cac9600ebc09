//! The guards of the admin form. Each attack is tried against all guards, and against all except the one that
//! blocks it: then it must succeed, otherwise the test would prove nothing.

mod changes;
mod fixture;
mod headers;
mod hosts;
mod limits;
mod links;
mod path;
