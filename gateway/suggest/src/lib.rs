//! Proposes associations between the items of two frameworks, for people to decide upon.
//!
//! It is given items of frameworks and nothing else: no credential, no submission and no person can come in here. What it
//! proposes goes into a crosswalk as `suggested`. Scoring does not know this crate (see ARCHITECTURE.md), so a proposal
//! cannot count before somebody has approved it.

mod lexical;
mod words;

pub use lexical::Lexical;
use wellspring_model::{assessment::Ppm, competency::Item};

/// A way of finding items that may mean the same.
///
/// A trait, since words in common are only the first way: embeddings find what is said in other words. They can take the
/// place of [`Lexical`], or stand beside it, and the queue, the decisions and the editions around it stay as they are.
pub trait Suggest: Send + Sync {
    /// `name@version`, as it is kept with every suggestion.
    fn name(&self) -> &'static str;

    /// At most `most` destinations for each origin, best first. The same items give the same suggestions, on every machine.
    fn suggest<'a>(&self, origins: &[&'a Item], destinations: &[&'a Item], most: usize) -> Vec<Suggested<'a>>;
}

/// Two items that may belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested<'a> {
    pub origin: &'a Item,
    pub destination: &'a Item,
    /// How much of what the two say they have in common.
    pub score: Ppm,
    /// The words of the origin that both have, as they stand there.
    pub matched: Vec<String>,
}
