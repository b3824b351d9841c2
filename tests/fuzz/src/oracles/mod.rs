//! Second opinions: the same questions answered in another, plainer way.

pub mod list;
pub mod nquads;
pub mod png;
pub mod svg;
pub mod tokens;
