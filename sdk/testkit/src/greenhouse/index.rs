//! Where records are, by their ids: an ATS with a hundred thousand applications answers as fast as a small one.

use std::collections::HashMap;

use super::seed::GreenhouseSeed;

/// Places in the lists of the seed. Records are added and changed, never moved.
pub(super) struct Index {
    candidates: HashMap<u64, usize>,
    applications: HashMap<u64, usize>,
    notes: HashMap<u64, Vec<usize>>,
}

impl Index {
    pub(super) fn new(seed: &GreenhouseSeed) -> Self {
        let mut index = Self {
            candidates: seed.candidates.iter().enumerate().map(|(place, one)| (one.id, place)).collect(),
            applications: seed.applications.iter().enumerate().map(|(place, one)| (one.id, place)).collect(),
            notes: HashMap::new(),
        };
        for (place, note) in seed.notes.iter().enumerate() {
            index.note(note.candidate_id, place);
        }
        index
    }

    /// A note about this candidate was added at `place`.
    pub(super) fn note(&mut self, candidate: u64, place: usize) {
        self.notes.entry(candidate).or_default().push(place);
    }

    pub(super) fn candidate(&self, id: u64) -> Option<usize> {
        self.candidates.get(&id).copied()
    }

    pub(super) fn application(&self, id: u64) -> Option<usize> {
        self.applications.get(&id).copied()
    }

    pub(super) fn notes_about(&self, candidate: u64) -> &[usize] {
        self.notes.get(&candidate).map_or(&[], Vec::as_slice)
    }
}

/// The places that these ids name, in the order of the list; all `count` of them where no ids were given.
pub(super) fn places<I: IntoIterator<Item = usize>>(
    ids: Option<&Vec<u64>>,
    count: usize,
    of: impl Fn(u64) -> I,
) -> Vec<usize> {
    let Some(ids) = ids else { return (0..count).collect() };
    let mut places: Vec<usize> = ids.iter().flat_map(|id| of(*id)).collect();
    places.sort_unstable();
    places.dedup();
    places
}
