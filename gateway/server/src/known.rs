//! What earlier requests had to ask the store for: whose a key is, which connection and job a submission names.
//!
//! Most submissions come with the same few keys for the same few jobs. What is remembered may have been revoked or removed
//! since, by another process too; so it serves only where the store asks again as it writes.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

use wellspring_model::{
    digest::Digest,
    id::{ConnectionId, KeyId, PostingId, TenantId},
};

use crate::auth::Caller;

/// How much of each kind is remembered.
const MOST: usize = 10_000;

/// What is remembered of keys and jobs, and how often keys were refused.
#[derive(Default)]
pub struct Known {
    pub refused: Refused,
    pub callers: Remembered<Digest, Caller>,
    pub jobs: Remembered<NamedJob, (ConnectionId, PostingId)>,
}

/// How often keys were refused since it was last written down. A row for each request would let anybody fill the trail.
#[derive(Default)]
pub struct Refused(Mutex<BTreeMap<Option<(TenantId, KeyId)>, u32>>);

impl Refused {
    /// Counts one more: of a key that was revoked, or of one that nobody has.
    pub fn count(&self, key: Option<(TenantId, KeyId)>) {
        let times = &mut *self.lock();
        // There are no more than were ever revoked.
        let times = times.entry(key).or_default();
        *times = times.saturating_add(1);
    }

    /// What was counted; from here on it is counted anew.
    pub fn take(&self) -> BTreeMap<Option<(TenantId, KeyId)>, u32> {
        std::mem::take(&mut *self.lock())
    }

    /// Puts back what could not be written down.
    pub fn put_back(&self, key: Option<(TenantId, KeyId)>, times: u32) {
        let kept = &mut *self.lock();
        let kept = kept.entry(key).or_default();
        *kept = kept.saturating_add(times);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Option<(TenantId, KeyId)>, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection and a job as a request names them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NamedJob {
    pub tenant: TenantId,
    pub connection: String,
    pub job: String,
}

/// A bounded number of answers.
pub struct Remembered<K, V>(Mutex<HashMap<K, V>>);

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Copy> Remembered<K, V> {
    pub fn get(&self, key: &K) -> Option<V> {
        self.lock().get(key).copied()
    }

    pub fn keep(&self, key: K, value: V) {
        let mut kept = self.lock();
        // Begun anew rather than sorted by age: what is in use is back with the next request.
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, value);
    }

    pub fn forget(&self, key: &K) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let remembered = Remembered::default();
        (0..=MOST).for_each(|number| remembered.keep(number, number));
        assert_eq!((remembered.get(&0), remembered.get(&MOST)), (None, Some(MOST)));
        remembered.forget(&MOST);
        assert_eq!(remembered.get(&MOST), None);
    }
}
