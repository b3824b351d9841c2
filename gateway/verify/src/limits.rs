//! How much one input may cost.

/// Bounds on an input and on the work it causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the input.
    pub bytes: usize,
    /// Levels of arrays and objects; more than 120 counts as 120.
    pub depth: usize,
    /// Credentials within the input, at all levels.
    pub nested: usize,
    /// Documents that the input may ask to be fetched.
    pub references: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 4 << 20, depth: 64, nested: 1_000, references: 64 }
    }
}
