//! What earlier requests had to ask the store for: whose a key is, which connection and job a submission names.
//!
//! Most submissions come with the same few keys for the same few jobs. What is remembered may have been revoked or removed
//! since, by another process too; so it serves only where the store asks again as it writes.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

use wellspring_model::{
    digest::Digest,
    id::{ConnectionId, PostingId, TenantId},
};

use crate::auth::Caller;

/// How much of each kind is remembered.
const MOST: usize = 10_000;

/// What is remembered of keys and jobs.
#[derive(Default)]
pub struct Known {
    pub callers: Remembered<Digest, Caller>,
    pub jobs: Remembered<NamedJob, (ConnectionId, PostingId)>,
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
