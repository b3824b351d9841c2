//! Scoring, from evidence to the assessment.

mod apart;
mod guard;
mod levels;
mod properties;
mod recency;
mod told;
mod unmapped;
mod ways;
mod world;
