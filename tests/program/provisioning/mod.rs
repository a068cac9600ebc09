//! `plan`, `apply`, `rotate` and `destroy` as processes: what they print, what they change, with how many requests, and with which exit
//! code; and that nothing is lost or left over however they end.

mod events;
mod gate;
mod running;
mod world;

mod adopted;
mod apply;
mod automation;
mod automation_application;
mod certificate;
mod closed;
mod demo;
mod federated;
mod handed_over;
mod hostile;
mod interrupted;
mod killed;
mod places;
mod plan;
mod refused;
mod rotate;
mod setup;
mod together;
mod twins;
