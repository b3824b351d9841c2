//! Scoring, from evidence to the assessment.

mod guard;
mod levels;
mod properties;
mod unmapped;
mod ways;
mod world;
