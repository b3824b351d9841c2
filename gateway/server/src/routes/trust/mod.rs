//! `/v1/trust`: whom an employer relies on, for all jobs or for one.

pub mod in_force;
pub mod policies;
pub mod preview;

use wellspring_model::{id::TrustPolicyId, pointer::Pointer, trust::TrustPolicy, trust::TrustRules};

use crate::{auth::Caller, problem::Problem, state::App};

/// Entries in all the lists of one policy together.
const MOST_ENTRIES: usize = 10_000;

/// A trust policy of the caller's.
///
/// # Errors
/// There is none of this id.
pub async fn known_policy(app: &App, caller: Caller, id: &str, at: Pointer) -> Result<TrustPolicy, Problem> {
    let id: TrustPolicyId = id.parse().map_err(|_| Problem::unknown_trust_policy(at.clone()))?;
    app.store.trust_policy(caller.tenant, id).await?.ok_or_else(|| Problem::unknown_trust_policy(at))
}

/// What is wrong with rules that somebody hands in.
fn check(app: &App, rules: &TrustRules, at: &Pointer) -> Result<(), Problem> {
    let lists = [&rules.trusted_issuers, &rules.denied_issuers, &rules.accreditors, &rules.status_issuers];
    let creators = rules.creators.values().map(|creators| creators.len() + 1).sum::<usize>();
    let entries = lists.iter().map(|list| list.len()).sum::<usize>() + rules.registries.len() + creators;
    if entries > MOST_ENTRIES {
        let why = format!("a policy holds at most {MOST_ENTRIES} entries; a registry holds any number");
        return Err(Problem::invalid_request(at.clone(), why));
    }
    let known = app.verification.standing.registries();
    match rules.registries.iter().position(|name| !known.contains_key(name)) {
        Some(index) => {
            let why = "the operator keeps no registry of this name; `GET /v1/trust` lists those there are";
            Err(Problem::invalid_request(at.key("registries").index(index), why))
        }
        None => Ok(()),
    }
}
