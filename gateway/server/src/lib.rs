//! The gateway's edge: HTTP, pages, background work, configuration and the command line.
//!
//! This is the only crate that knows every other one; it holds no rule of verification, scoring or storage itself. It
//! decodes, calls one domain step, stores what came of it, and answers.

pub mod auth;
pub mod body;
pub mod cli;
pub mod clock;
mod comparison;
pub mod config;
mod ends;
pub mod frameworks;
mod idempotency;
pub mod installed;
mod kept;
pub mod known;
pub mod metrics;
pub mod pace;
pub mod pages;
mod prepared;
pub mod problem;
pub mod readiness;
mod recent;
mod registries;
pub mod routes;
mod scoring;
pub mod sentences;
mod share;
pub mod start;
pub mod state;
pub mod telemetry;
mod trust;
pub mod view;
pub mod work;
