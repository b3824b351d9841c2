//! Scoring, from evidence to the assessment.

mod properties;
mod ways;
mod world;
