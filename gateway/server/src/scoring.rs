//! By which scoring policy an employer's candidates are assessed, for one job or for all: which one is in force, and which
//! one an assessment names.

use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use wellspring_model::{
    Timestamp,
    canonical::canonical_json,
    digest::Digest,
    id::{PostingId, ScoringPolicyId, TenantId},
    scoring::KeptScoringPolicy,
};
use wellspring_score::ScoringPolicy;
use wellspring_store::StoreError;

use crate::state::App;

/// A policy as it applies, and where it comes from.
#[derive(Debug, Clone)]
pub struct InForce {
    /// None: the one that comes with the product.
    pub id: Option<ScoringPolicyId>,
    pub policy: Arc<ScoringPolicy>,
}

impl InForce {
    /// The policy for a job, or for all jobs that have none of their own.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(app: &App, tenant: TenantId, posting: Option<PostingId>) -> Result<Self, StoreError> {
        match app.store.scoring_policy_in_force(tenant, posting).await? {
            Some(kept) => Self::kept(&kept),
            None => Ok(Self::shipped(app)),
        }
    }

    /// The policy that an assessment names, `name@version`. None: it is one that this program does not have any more.
    ///
    /// # Errors
    /// The store's.
    pub async fn named(app: &App, tenant: TenantId, reference: &str) -> Result<Option<Self>, StoreError> {
        if app.scoring.reference() == reference {
            return Ok(Some(Self::shipped(app)));
        }
        let Some((name, version)) = reference.split_once('@') else { return Ok(None) };
        let kept = app.store.scoring_policy_named(tenant, name, version).await?;
        kept.as_ref().map(Self::kept).transpose()
    }

    /// The one that comes with the product.
    pub fn shipped(app: &App) -> Self {
        Self { id: None, policy: Arc::clone(&app.scoring) }
    }

    /// One that was kept: whatever this program once accepted, it goes on reading.
    ///
    /// # Errors
    /// The row was changed by somebody else.
    pub fn kept(kept: &KeptScoringPolicy) -> Result<Self, StoreError> {
        let read = serde_json::from_value(kept.rules.clone());
        let policy = read.map_err(|_| StoreError::Corrupt {
            table: "scoring_policies",
            column: "policy",
            row: kept.id.to_string(),
        })?;
        Ok(Self { id: Some(kept.id), policy: Arc::new(policy) })
    }
}

/// A policy as it is kept, if it has a canonical form.
pub fn to_keep(id: ScoringPolicyId, policy: &ScoringPolicy, now: Timestamp) -> Option<KeptScoringPolicy> {
    let rules = serde_json::to_value(policy).ok()?;
    let (name, version) = (policy.name.clone(), policy.version.clone());
    Some(KeptScoringPolicy { id, name, version, digest: digest_of(&rules)?, rules, created_at: now })
}

/// SHA-256 over the canonical JSON of a policy.
pub fn digest_of(rules: &Value) -> Option<Digest> {
    Some(Digest::from_bytes(Sha256::digest(canonical_json(rules)?).into()))
}
