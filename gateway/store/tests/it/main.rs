//! The store as its callers meet it, on real SQLite files.

mod aggregates;
mod audit;
mod files;
mod queue;
mod queue_model;
mod secrets;
mod world;
mod writer;
