//! Labels given to blank nodes in order of first request (RDFC-1.0, 4.5).

use std::collections::HashMap;

/// An identifier issuer. A label is its number; the prefix depends on who prints it.
#[derive(Debug, Clone, Default)]
pub(super) struct Issuer {
    numbers: HashMap<usize, u32>,
    order: Vec<usize>,
}

impl Issuer {
    pub(super) fn get(&self, blank: usize) -> Option<u32> {
        self.numbers.get(&blank).copied()
    }

    pub(super) fn issue(&mut self, blank: usize) -> u32 {
        let next = self.order.len() as u32;
        *self.numbers.entry(blank).or_insert_with(|| {
            self.order.push(blank);
            next
        })
    }

    /// The blank nodes that have a label, in the order in which they got it.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }
}
