//! The store as its callers meet it, on real SQLite files.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod aggregates;
mod audit;
mod clock;
mod files;
mod queue;
mod queue_model;
mod replay;
mod schedule;
mod secrets;
mod silent;
mod trust;
mod upgrade;
mod world;
mod writer;
