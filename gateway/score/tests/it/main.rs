//! Scoring, from evidence to the assessment.

mod guard;
mod levels;
mod properties;
mod told;
mod ways;
mod world;
