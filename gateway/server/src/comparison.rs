//! What two scoring policies make of the same evidence.

use serde::Serialize;
use utoipa::ToSchema;
use wellspring_model::{
    assessment::{Assessment, Line, LineCode, Ppm, Score},
    competency::ItemId,
};

/// One candidate by both policies.
#[derive(Debug, Serialize, ToSchema)]
pub struct Comparison {
    pub before: Outcome,
    pub after: Outcome,
    /// The requirements that differ.
    pub lines: Vec<Difference>,
}

/// What one policy comes to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedOutcome)]
pub struct Outcome {
    /// `name@version`.
    pub policy: String,
    /// `{"value","low","high"}`, percentages with two decimals.
    #[schema(value_type = Object)]
    pub score: Score,
}

/// A requirement that one policy finds shown otherwise than the other one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedLine)]
pub struct Difference {
    #[schema(value_type = String)]
    pub item: ItemId,
    pub statement: String,
    pub before: Share,
    pub after: Share,
}

/// How far one policy finds a requirement shown, in parts per million, and by which code.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedShare)]
pub struct Share {
    #[schema(value_type = String)]
    pub code: LineCode,
    #[schema(value_type = u32)]
    pub score: Ppm,
}

impl Comparison {
    /// Of two assessments by the same profile.
    pub fn new(before: &Assessment, after: &Assessment) -> Self {
        let pairs = before.lines.iter().zip(&after.lines);
        let lines = pairs.filter(|(before, after)| (before.code, before.score) != (after.code, after.score));
        Self {
            lines: lines.map(|(before, after)| Difference::new(before, after)).collect(),
            before: Outcome::new(before),
            after: Outcome::new(after),
        }
    }
}

impl Outcome {
    fn new(assessment: &Assessment) -> Self {
        Self { policy: assessment.policy.clone(), score: assessment.score }
    }
}

impl Difference {
    fn new(before: &Line, after: &Line) -> Self {
        let share = |line: &Line| Share { code: line.code, score: line.score };
        Self {
            item: before.item.clone(),
            statement: before.statement.clone(),
            before: share(before),
            after: share(after),
        }
    }
}
