//! Scores verified evidence against what a job asks for, with a reason for every line.
//!
//! Pure and exact: no clock, no network, no floating point in the arithmetic. The same inputs give the same bytes. Only
//! [`VerifiedCredential`](wellspring_model::credential::VerifiedCredential) is accepted as evidence, and it carries
//! nothing that scoring must not see: no name, address, date of birth, picture or school. The day of an achievement is shown
//! and, unless an employer has a rule about it, changes nothing.

mod assess;
mod barred;
mod claim;
mod frameworks;
mod index;
mod inputs;
mod landing;
mod level;
mod lines;
mod policy;
mod profile;
mod reach;
mod recency;
mod requirements;
mod share;
mod unmapped;
mod ways;

pub use assess::assess;
pub use frameworks::Frameworks;
pub use policy::{Factors, PolicyFault, ScoringPolicy};
pub use profile::{ProfileFault, fault_of};
pub use recency::RecencyRule;
pub use requirements::Requirements;
pub use unmapped::unmapped;
