//! Reads, checks and judges credentials. Pure: no network, no clock, no randomness.

pub mod jsonld;
pub mod rdf;
