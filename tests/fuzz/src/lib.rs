//! What the fuzz targets have in common: documents to start from, mutations that keep JSON whole, and second opinions to
//! compare the verifier's answers with. Each target is a small program in `bin`.

pub mod documents;
pub mod judged;
pub mod mutate;
pub mod oracles;
pub mod pictures;
pub mod rewrite;
pub mod seeds;
pub mod targets;
pub mod wire;
pub mod words;
