//! The store as its callers meet it, on real SQLite files.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod aggregates;
mod ats;
mod audit;
mod audit_export;
mod audit_forgery;
mod backup;
mod clock;
mod connection_state;
mod connectors;
mod crosswalks;
mod destinations;
mod events;
mod figures;
mod files;
mod frameworks;
mod ordering;
mod payloads;
mod queue;
mod queue_model;
mod rechecks;
mod replay;
mod retention;
mod s3;
mod schedule;
mod scoring;
mod secrets;
mod silent;
mod told_before;
mod trust;
mod unmapped;
mod upgrade;
mod withdrawals;
mod world;
mod writer;
