//! `/v1/submissions`: credentials come in with an application, and what came of them is read.

pub mod accept;
pub mod explanation;
pub mod input;
pub mod recheck;
pub mod replay;
pub mod show;
pub mod withdrawal;
