//! The gateway through its public face: real router, real SQLite, real connector component, no mocked store.

mod access;
mod badge;
mod deliveries;
mod examples;
mod gateway;
mod gathering;
mod idempotency;
mod issuer_site;
mod refusals;
mod reports;
mod retention;
mod submissions;
mod trust;
