//! What scoring goes by, made ready and kept: an employer's frameworks and a job's requirements are the same for application
//! after application, and take longer to make ready than many credentials to score.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wellspring_model::id::{FrameworkId, ProfileId, ScoringPolicyId, TenantId};
use wellspring_score::{Frameworks, Requirements};
use wellspring_store::StoreError;

use crate::{recent::Recent, scoring, state::App};

/// Items and associations that are kept at most, over all tenants: about 400 bytes each.
const MOST_ITEMS: usize = 1_000_000;
/// Bytes of requirements that are kept at most, over all tenants.
const MOST_BYTES: usize = 64 << 20;

/// Editions of a tenant's frameworks.
type Editions = (TenantId, Vec<FrameworkId>);

/// A profile over editions, by a scoring policy. None: the one that comes with the product.
type Asked = (Editions, ProfileId, Option<ScoringPolicyId>);

/// Kept by the editions that they were made from, the profile and the scoring policy. None of these ever changes.
pub struct Prepared(Mutex<Kept>);

/// Requirements hold the frameworks that they go by, and so are kept no longer than these.
struct Kept {
    frameworks: Recent<Editions, Frameworks>,
    requirements: Recent<Asked, Requirements>,
}

/// Why they could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("framework {0} is no longer there")]
    Gone(FrameworkId),
    #[error("profile {0} is no longer there")]
    ProfileGone(ProfileId),
    #[error("the thread ended early")]
    Thread(#[from] tokio::task::JoinError),
}

impl Default for Prepared {
    fn default() -> Self {
        Self(Mutex::new(Kept { frameworks: Recent::new(MOST_ITEMS), requirements: Recent::new(MOST_BYTES) }))
    }
}

impl Prepared {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn keep_frameworks(&mut self, editions: Editions, frameworks: Arc<Frameworks>, items: usize) {
        let gone = self.frameworks.keep(editions, frameworks, items);
        if !gone.is_empty() {
            self.requirements.retain(|(editions, ..)| !gone.contains(editions));
        }
    }

    fn keep_requirements(&mut self, asked: Asked, requirements: Arc<Requirements>) {
        let bytes = requirements.size();
        // Larger ones are made ready each time, as if nothing were kept.
        if self.frameworks.has(&asked.0) && bytes <= MOST_BYTES {
            self.requirements.keep(asked, requirements, bytes);
        }
    }
}

impl App {
    /// These editions of a tenant, ready for scoring.
    ///
    /// # Errors
    /// One of them is not there, or cannot be read.
    pub async fn frameworks(
        &self,
        tenant: TenantId,
        editions: Vec<FrameworkId>,
    ) -> Result<Arc<Frameworks>, PrepareError> {
        let editions = (tenant, editions);
        let known = self.prepared.kept().frameworks.get(&editions);
        if let Some(known) = known {
            return Ok(known);
        }
        let mut read = Vec::with_capacity(editions.1.len());
        for id in &editions.1 {
            let stored = self.store.framework(tenant, *id).await?.ok_or(PrepareError::Gone(*id))?;
            let version = stored.version();
            read.push((stored.framework, version));
        }
        let items = read.iter().map(|(framework, _)| framework.items.len() + framework.associations.len()).sum();
        let frameworks = Arc::new(self.compute(move || Frameworks::new(&read)).await?);
        self.prepared.kept().keep_frameworks(editions, Arc::clone(&frameworks), items);
        Ok(frameworks)
    }

    /// What a profile asks for over these editions, ready for scoring by this policy.
    ///
    /// # Errors
    /// The profile or one of the editions is not there, or cannot be read.
    pub async fn requirements(
        &self,
        tenant: TenantId,
        profile: ProfileId,
        editions: Vec<FrameworkId>,
        scoring: &scoring::InForce,
    ) -> Result<Arc<Requirements>, PrepareError> {
        let frameworks = self.frameworks(tenant, editions.clone()).await?;
        let key = ((tenant, editions), profile, scoring.id);
        let known = self.prepared.kept().requirements.get(&key);
        if let Some(known) = known {
            return Ok(known);
        }
        let read = self.store.profile(tenant, profile).await?.ok_or(PrepareError::ProfileGone(profile))?;
        let policy = Arc::clone(&scoring.policy);
        let requirements = Arc::new(self.compute(move || Requirements::new(&read, frameworks, policy)).await?);
        self.prepared.kept().keep_requirements(key, Arc::clone(&requirements));
        Ok(requirements)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wellspring_model::competency::Profile;

    use super::*;

    fn editions(tenant: u128) -> Editions {
        (TenantId::from_uuid(Uuid::from_u128(tenant)), vec![FrameworkId::from_uuid(Uuid::from_u128(1))])
    }

    fn id() -> ProfileId {
        ProfileId::from_uuid(Uuid::from_u128(1))
    }

    fn requirements() -> Arc<Requirements> {
        let profile = Profile { id: id(), title: String::new(), framework: Vec::new(), requirements: Vec::new() };
        Arc::new(Requirements::new(&profile, Arc::default(), Arc::default()))
    }

    fn has(kept: &mut Kept, tenant: u128) -> [bool; 2] {
        let frameworks = kept.frameworks.get(&editions(tenant)).is_some();
        [frameworks, kept.requirements.get(&(editions(tenant), id(), None)).is_some()]
    }

    #[test]
    fn another_tenant_has_none_of_it() {
        let prepared = Prepared::default();
        let mut kept = prepared.kept();
        kept.keep_frameworks(editions(1), Arc::default(), 1);
        kept.keep_requirements((editions(1), id(), None), requirements());
        assert_eq!((has(&mut kept, 1), has(&mut kept, 2)), ([true, true], [false, false]));
    }

    #[test]
    fn requirements_are_kept_no_longer_than_their_frameworks() {
        let prepared = Prepared::default();
        let mut kept = prepared.kept();
        kept.keep_requirements((editions(1), id(), None), requirements());
        assert_eq!(has(&mut kept, 1), [false, false], "their frameworks have gone while they were made ready");
        kept.keep_frameworks(editions(1), Arc::default(), MOST_ITEMS);
        kept.keep_requirements((editions(1), id(), None), requirements());
        kept.keep_frameworks(editions(2), Arc::default(), 1);
        assert_eq!(has(&mut kept, 1), [false, false]);
    }
}
