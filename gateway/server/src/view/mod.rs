//! What the API and the command line show: wire shapes made from domain values, with their sentences.

pub mod assessment;
pub mod explanation;
pub mod report;
pub mod submission;
pub mod verification;
