//! Frameworks made ready for scoring, kept: an employer's are the same for application after application, and a large one
//! takes longer to read than many credentials to score.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use wellspring_model::id::{FrameworkId, TenantId};
use wellspring_score::Frameworks;
use wellspring_store::StoreError;

use crate::state::App;

/// Items and associations that are kept at most, over all tenants: about 400 bytes each.
const ROOM: usize = 1_000_000;

/// Kept by the editions that they were made from, which never change. Those that were not used for longest go first.
#[derive(Default)]
pub struct Prepared(Mutex<VecDeque<Entry>>);

struct Entry {
    tenant: TenantId,
    editions: Vec<FrameworkId>,
    size: usize,
    frameworks: Arc<Frameworks>,
}

/// Why they could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("framework {0} is no longer there")]
    Gone(FrameworkId),
    #[error("the thread ended early")]
    Thread(#[from] tokio::task::JoinError),
}

impl Prepared {
    fn get(&self, tenant: TenantId, editions: &[FrameworkId]) -> Option<Arc<Frameworks>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|entry| entry.tenant == tenant && entry.editions == editions)?;
        let entry = kept.remove(place)?;
        let frameworks = Arc::clone(&entry.frameworks);
        kept.push_back(entry);
        Some(frameworks)
    }

    fn keep(&self, entry: Entry) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut size = entry.size;
        kept.push_back(entry);
        size += kept.iter().rev().skip(1).map(|entry| entry.size).sum::<usize>();
        // One that is larger than all room is kept alone: it is the one that is in use.
        while size > ROOM && kept.len() > 1 {
            size -= kept.pop_front().map_or(0, |entry| entry.size);
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
        if let Some(known) = self.prepared.get(tenant, &editions) {
            return Ok(known);
        }
        let mut read = Vec::with_capacity(editions.len());
        for id in &editions {
            let stored = self.store.framework(tenant, *id).await?.ok_or(PrepareError::Gone(*id))?;
            let version = stored.version();
            read.push((stored.framework, version));
        }
        let size = read.iter().map(|(framework, _)| framework.items.len() + framework.associations.len()).sum();
        let frameworks = Arc::new(self.compute(move || Frameworks::new(&read)).await?);
        self.prepared.keep(Entry { tenant, editions, size, frameworks: Arc::clone(&frameworks) });
        Ok(frameworks)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn entry(number: u128, size: usize) -> Entry {
        Entry {
            tenant: TenantId::from_uuid(Uuid::from_u128(1)),
            editions: vec![FrameworkId::from_uuid(Uuid::from_u128(number))],
            size,
            frameworks: Arc::default(),
        }
    }

    fn has(kept: &Prepared, number: u128) -> bool {
        let Entry { tenant, editions, .. } = entry(number, 0);
        kept.get(tenant, &editions).is_some()
    }

    #[test]
    fn what_was_not_used_for_longest_makes_room() {
        let kept = Prepared::default();
        (1..=3).for_each(|number| kept.keep(entry(number, ROOM / 3)));
        assert!(has(&kept, 1));
        kept.keep(entry(4, ROOM / 3));
        assert_eq!([1, 2, 3, 4].map(|number| has(&kept, number)), [true, false, true, true]);
        kept.keep(entry(5, ROOM * 2));
        assert_eq!([1, 3, 4, 5].map(|number| has(&kept, number)), [false, false, false, true]);
    }

    #[test]
    fn another_tenant_has_none_of_it() {
        let kept = Prepared::default();
        kept.keep(entry(1, 1));
        assert!(kept.get(TenantId::from_uuid(Uuid::from_u128(2)), &entry(1, 1).editions).is_none());
    }
}
