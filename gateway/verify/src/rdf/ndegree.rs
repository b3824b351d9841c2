//! Hash N-Degree Quads (RDFC-1.0, sections 4.7 and 4.8): telling apart nodes by how they hang together.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    dataset::Quad,
    issuer::Issuer,
    rdfc::{State, WorkLimit},
};

/// How far the recursion may go, so that a long chain of equal nodes cannot exhaust the stack.
const MAX_DEPTH: usize = 256;

pub(super) struct NDegree {
    pub(super) hash: String,
    pub(super) issuer: Issuer,
}

impl State<'_> {
    pub(super) fn hash_n_degree(
        &mut self,
        blank: usize,
        mut issuer: Issuer,
        depth: usize,
    ) -> Result<NDegree, WorkLimit> {
        if depth > MAX_DEPTH {
            return Err(WorkLimit);
        }
        let mut data = String::new();
        for (related_hash, related) in self.related(blank, &issuer)? {
            data.push_str(&related_hash);
            let chosen = self.choose_path(related, &issuer, depth)?;
            data.push_str(&chosen.path);
            issuer = chosen.issuer;
        }
        Ok(NDegree { hash: self.hash.hex(&data), issuer })
    }

    /// The nodes that share a statement with `blank`, by the hash of how they do.
    fn related(&mut self, blank: usize, issuer: &Issuer) -> Result<BTreeMap<String, Vec<usize>>, WorkLimit> {
        self.spend(1 + self.mentions[blank].len())?;
        let mut related: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for quad in &self.mentions[blank] {
            for (position, other) in quad.blank_positions().filter(|(_, other)| *other != blank) {
                related.entry(self.hash_related(other, quad, issuer, position)).or_default().push(other);
            }
        }
        Ok(related)
    }

    fn hash_related(&self, related: usize, quad: &Quad, issuer: &Issuer, position: u8) -> String {
        let mut input = String::new();
        input.push(char::from(position));
        if position != b'g' {
            input.push_str(self.dataset.text(quad.predicate));
        }
        if !self.push_label(&mut input, related, issuer) {
            input.push_str(&self.first_degree[related]);
        }
        self.hash.hex(&input)
    }

    /// The smallest path over all orders of nodes that look alike from here (4.8, step 5).
    fn choose_path(&mut self, mut related: Vec<usize>, issuer: &Issuer, depth: usize) -> Result<Path, WorkLimit> {
        related.sort_unstable();
        let mut chosen: Option<Path> = None;
        loop {
            let bound = chosen.as_ref().map(|chosen| chosen.path.as_str());
            if let Some(path) = self.walk(&related, issuer, bound, depth)?
                && bound.is_none_or(|bound| path.path.as_str() < bound)
            {
                chosen = Some(path);
            }
            if !next_permutation(&mut related) {
                break;
            }
        }
        // The first order has no bound and so always gives a path.
        chosen.ok_or(WorkLimit)
    }

    /// One order. `None` as soon as its path is larger than one already found.
    fn walk(
        &mut self,
        order: &[usize],
        issuer: &Issuer,
        bound: Option<&str>,
        depth: usize,
    ) -> Result<Option<Path>, WorkLimit> {
        self.spend(1 + order.len() + issuer.order().len())?;
        let mut issuer = issuer.clone();
        let mut path = String::new();
        let mut recurse = Vec::new();
        for &related in order {
            if self.canonical.get(related).is_none() && issuer.get(related).is_none() {
                recurse.push(related);
                issuer.issue(related);
            }
            self.push_label(&mut path, related, &issuer);
            if bound.is_some_and(|bound| path.as_str() > bound) {
                return Ok(None);
            }
        }
        for related in recurse {
            let result = self.hash_n_degree(related, issuer, depth + 1)?;
            issuer = result.issuer;
            self.push_label(&mut path, related, &issuer);
            path.push('<');
            path.push_str(&result.hash);
            path.push('>');
            if bound.is_some_and(|bound| path.as_str() > bound) {
                return Ok(None);
            }
        }
        Ok(Some(Path { path, issuer }))
    }

    /// Appends the label a node has by now, canonical first; false when it has none.
    fn push_label(&self, out: &mut String, blank: usize, issuer: &Issuer) -> bool {
        let (prefix, number) = match (self.canonical.get(blank), issuer.get(blank)) {
            (Some(number), _) => ("c14n", number),
            (None, Some(number)) => ("b", number),
            (None, None) => return false,
        };
        // Writing to a String cannot fail.
        let _ = write!(out, "_:{prefix}{number}");
        true
    }

    fn spend(&mut self, work: usize) -> Result<(), WorkLimit> {
        self.work_left = self.work_left.checked_sub(work).ok_or(WorkLimit)?;
        Ok(())
    }
}

struct Path {
    path: String,
    issuer: Issuer,
}

/// The next order of a list in lexicographic order; equal members are not swapped with each other.
fn next_permutation(list: &mut [usize]) -> bool {
    let Some(pivot) = list.windows(2).rposition(|pair| pair[0] < pair[1]) else { return false };
    let Some(swap) = list.iter().rposition(|&member| member > list[pivot]) else { return false };
    list.swap(pivot, swap);
    list[pivot + 1..].reverse();
    true
}

#[cfg(test)]
mod tests {
    use super::next_permutation;

    #[test]
    fn every_order_comes_once() {
        let mut list = [1, 2, 3, 4];
        let mut seen = std::collections::BTreeSet::from([list]);
        while next_permutation(&mut list) {
            assert!(seen.insert(list));
        }
        assert_eq!(seen.len(), 24);
    }
}
