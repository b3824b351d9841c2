//! The gateway through its public face: real router, real SQLite, real connector component, no mocked store.

mod access;
mod audit;
mod badge;
mod crosswalk_commands;
mod crosswalk_refusals;
mod crosswalks;
mod deliveries;
mod events;
mod events_peers;
mod examples;
mod frameworks;
mod gateway;
mod gathering;
mod idempotency;
mod issued;
mod issuer_site;
mod log;
mod receiver;
mod rechecks;
mod refusals;
mod reports;
mod retention;
mod submissions;
mod trust;
mod unmapped;
mod worked_example;
