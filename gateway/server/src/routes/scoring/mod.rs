//! `/v1/scoring`: how an employer scores, for all jobs or for one.

pub mod compare;
pub mod in_force;
pub mod policies;

use wellspring_model::{id::ScoringPolicyId, pointer::Pointer, scoring::KeptScoringPolicy};

use crate::{auth::Caller, problem::Problem, state::App};

/// A scoring policy of the caller's.
///
/// # Errors
/// There is none of this id.
pub async fn known_policy(app: &App, caller: Caller, id: &str, at: Pointer) -> Result<KeptScoringPolicy, Problem> {
    let id: ScoringPolicyId = id.parse().map_err(|_| Problem::unknown_scoring_policy(at.clone()))?;
    app.store.scoring_policy(caller.tenant, id).await?.ok_or_else(|| Problem::unknown_scoring_policy(at))
}
