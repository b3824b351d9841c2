//! What each target asserts of any input.

pub mod egress;
pub mod jsonld;
pub mod jwt;
pub mod png;
pub mod status;
pub mod svg;
