//! RDF Dataset Canonicalization 1.0, section 4.4.
//!
//! Honest credentials mostly have blank nodes that differ in their own statements; for them the labels follow from one
//! sorted pass. Only nodes that look alike go through [`super::ndegree`], which has a limit: its cost grows with the
//! factorial of the symmetry, and a document can be made to abuse that.

use sha2::{Digest, Sha256, Sha384};

use super::{
    dataset::{Dataset, Quad},
    issuer::Issuer,
    lines::{self, Lines},
};

/// The hash algorithm inside RDFC-1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hash {
    #[default]
    Sha256,
    Sha384,
}

impl Hash {
    /// The lower-case hexadecimal digest, which is what RDFC-1.0 sorts and hashes again.
    pub(super) fn hex(self, data: &str) -> String {
        self.hex_of([data])
    }

    /// The same over several pieces, one after the other.
    pub(super) fn hex_of<'a>(self, pieces: impl IntoIterator<Item = &'a str>) -> String {
        fn over<'a, D: Digest>(pieces: impl IntoIterator<Item = &'a str>) -> String {
            let mut digest = D::new();
            pieces.into_iter().for_each(|piece| digest.update(piece));
            hex(&digest.finalize())
        }
        match self {
            Self::Sha256 => over::<Sha256>(pieces),
            Self::Sha384 => over::<Sha384>(pieces),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

/// The dataset is too symmetric to be canonicalised within the work allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("canonicalisation needs more work than allowed")]
pub struct WorkLimit;

/// A canonicalised dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalDataset {
    /// Sorted N-Quads lines, each ended by a line feed.
    pub nquads: String,
    /// For each blank node that occurs, by its number, the number in its canonical label `_:c14n<number>`.
    pub labels: Vec<Option<u32>>,
}

/// A dataset with what the two hash algorithms look up all the time.
pub(super) struct State<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) hash: Hash,
    /// For each blank node, the quads that mention it.
    pub(super) mentions: Vec<Vec<Quad>>,
    pub(super) first_degree: Vec<String>,
    pub(super) canonical: Issuer,
    pub(super) work_left: usize,
}

/// Canonicalises a dataset. `work` bounds the effort spent on blank nodes that look alike, in units of about one
/// statement visited, one label compared or one label copied; memory is bounded with it.
///
/// # Errors
/// [`WorkLimit`] when the work does not suffice. Nothing is known about the dataset then.
pub fn canonicalize(mut dataset: Dataset, hash: Hash, work: usize) -> Result<CanonicalDataset, WorkLimit> {
    dataset.quads.sort_unstable();
    dataset.quads.dedup();
    let mut state = State {
        mentions: mentions(&dataset),
        dataset: &dataset,
        hash,
        first_degree: Vec::new(),
        canonical: Issuer::default(),
        work_left: work,
    };
    state.first_degree = state.first_degree_hashes();
    state.label()?;
    let labels: Vec<_> = (0..dataset.blank_count()).map(|blank| state.canonical.get(blank)).collect();
    Ok(CanonicalDataset { nquads: lines::write(&dataset, &labels), labels })
}

impl State<'_> {
    fn label(&mut self) -> Result<(), WorkLimit> {
        let mut by_hash: Vec<usize> = (0..self.mentions.len()).filter(|&b| !self.mentions[b].is_empty()).collect();
        by_hash.sort_by(|a, b| self.first_degree[*a].cmp(&self.first_degree[*b]));
        let groups: Vec<Vec<usize>> =
            by_hash.chunk_by(|a, b| self.first_degree[*a] == self.first_degree[*b]).map(<[usize]>::to_vec).collect();
        for group in &groups {
            if let [only] = group[..] {
                self.canonical.issue(only);
            }
        }
        for group in groups.iter().filter(|group| group.len() > 1) {
            self.label_alike(group)?;
        }
        Ok(())
    }

    /// Section 4.4.3, step 5: nodes whose own statements do not tell them apart.
    fn label_alike(&mut self, group: &[usize]) -> Result<(), WorkLimit> {
        let mut results = Vec::new();
        for &blank in group {
            if self.canonical.get(blank).is_some() {
                continue;
            }
            let mut issuer = Issuer::default();
            issuer.issue(blank);
            results.push(self.hash_n_degree(blank, issuer, 0)?);
        }
        results.sort_by(|a, b| a.hash.cmp(&b.hash));
        for result in results {
            for &blank in result.issuer.order() {
                self.canonical.issue(blank);
            }
        }
        Ok(())
    }

    /// Section 4.6 for every blank node.
    fn first_degree_hashes(&self) -> Vec<String> {
        let mut lines = Lines::default();
        let mentioning = self.mentions.iter().enumerate();
        mentioning
            .map(|(blank, quads)| {
                lines.clear();
                for quad in quads {
                    lines.push(self.dataset, quad, |other| if other == blank { "_:a" } else { "_:z" });
                }
                self.hash.hex_of(lines.sorted())
            })
            .collect()
    }
}

fn mentions(dataset: &Dataset) -> Vec<Vec<Quad>> {
    let mut mentions: Vec<Vec<Quad>> = vec![Vec::new(); dataset.blank_count()];
    for quad in &dataset.quads {
        for (_, blank) in quad.blank_positions() {
            // A quad that mentions a node twice still is one quad of that node.
            if mentions[blank].last() != Some(quad) {
                mentions[blank].push(*quad);
            }
        }
    }
    mentions
}
