//! What the demo shows: a role with eight competencies, and eight people who apply for it.

pub mod applicants;
pub mod competencies;
pub mod credentials;
pub mod explained;
pub mod table;
pub mod vendor;
