//! What the gateway speaks of: tenants, submissions, credentials, competencies, connections, deliveries, events.
//!
//! This crate knows no network, no database, no wall clock and no randomness. Every other crate shares these types, so
//! that one word means one thing in Rust, SQL, JSON, WIT and the documentation.

pub mod achievement;
pub mod assessment;
pub mod ats;
pub mod canonical;
pub mod case;
pub mod competency;
pub mod connection;
pub mod credential;
pub mod crosswalk;
pub mod delivery;
pub mod digest;
pub mod ed25519;
pub mod event;
pub mod finding;
pub mod id;
pub mod pointer;
pub mod posting;
pub mod report;
pub mod rsd;
pub mod scale;
pub mod scoring;
pub mod submission;
pub mod time;
pub mod trace;
pub mod trust;
pub mod unmapped;
pub mod version;

pub use jiff::{Timestamp, civil::Date};
pub use secrecy::{ExposeSecret, SecretString};
