//! Things kept for as long as there is room: those that were not used for longest go first.

use std::{collections::HashMap, hash::Hash, sync::Arc};

/// Things by what they were made from, which never changes.
pub struct Recent<K, V> {
    room: usize,
    size: usize,
    /// How often anything was looked up or kept.
    turn: u64,
    entries: HashMap<K, Entry<V>>,
}

struct Entry<V> {
    value: Arc<V>,
    size: usize,
    used: u64,
}

impl<K: Hash + Eq + Clone, V> Recent<K, V> {
    pub fn new(room: usize) -> Self {
        Self { room, size: 0, turn: 0, entries: HashMap::new() }
    }

    pub fn has(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    pub fn get(&mut self, key: &K) -> Option<Arc<V>> {
        self.turn += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.turn;
        Some(Arc::clone(&entry.value))
    }

    /// Keeps one more, and says what had to go. One that is larger than all room is kept alone: it is the one that is in use.
    pub fn keep(&mut self, key: K, value: Arc<V>, size: usize) -> Vec<K> {
        self.turn += 1;
        self.remove(&key);
        self.entries.insert(key, Entry { value, size, used: self.turn });
        self.size = self.size.saturating_add(size);
        let mut gone = Vec::new();
        while self.size > self.room && self.entries.len() > 1 {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            gone.extend(oldest.inspect(|key| self.remove(key)));
        }
        gone
    }

    /// Keeps only those whose key says so.
    pub fn retain(&mut self, stays: impl Fn(&K) -> bool) {
        self.entries.retain(|key, _| stays(key));
        self.size = self.entries.values().map(|entry| entry.size).sum();
    }

    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.size = self.size.saturating_sub(entry.size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 300;

    type Numbers = Recent<u32, ()>;

    fn kept(recent: &mut Numbers, numbers: &[u32]) -> Vec<bool> {
        numbers.iter().map(|number| recent.get(number).is_some()).collect()
    }

    #[test]
    fn what_was_not_used_for_longest_makes_room() {
        let mut recent = Numbers::new(ROOM);
        (1..=3).for_each(|number| assert!(recent.keep(number, Arc::default(), ROOM / 3).is_empty()));
        assert!(recent.get(&1).is_some());
        assert_eq!(recent.keep(4, Arc::default(), ROOM / 3), [2]);
        assert_eq!(kept(&mut recent, &[1, 2, 3, 4]), [true, false, true, true]);
        assert_eq!(recent.keep(5, Arc::default(), ROOM * 2), [1, 3, 4], "one that is too large is kept alone");
        assert_eq!(kept(&mut recent, &[1, 3, 4, 5]), [false, false, false, true]);
    }

    #[test]
    fn what_is_kept_again_or_has_gone_takes_no_room() {
        let mut recent = Numbers::new(ROOM);
        (0..9).for_each(|_| assert!(recent.keep(1, Arc::default(), ROOM).is_empty()));
        recent.retain(|_| false);
        assert!(recent.keep(2, Arc::default(), ROOM).is_empty());
        assert_eq!(kept(&mut recent, &[1, 2]), [false, true]);
    }
}
