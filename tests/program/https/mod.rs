//! The program against real sockets on this machine: certificates that do not verify, redirects, proxies, and files that nobody
//! trusts. What counts is the exit code, the words, and what reached the other side.

mod answers;
mod certificates;
mod proxies;
mod replies;
mod server;
mod streams;
mod trust;
