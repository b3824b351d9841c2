//! In what form a framework is sent.

use wellspring_model::{case::FaultCode, pointer::Pointer, rsd};
use wellspring_verify::{Limits, ParseError, check_json};

use super::Unreadable;

/// Descriptors are read as a whole, which takes many times their length: ten thousand of them have about 30 MB.
const MOST_DESCRIPTORS: usize = 32 << 20;

pub use wellspring_model::rsd::SkillSet;

/// What the bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A CASE package, or Rich Skill Descriptors in JSON, which are told apart by their looks.
    Json(SkillSet),
    /// Rich Skill Descriptors as a table.
    Csv(SkillSet),
}

impl Form {
    /// The CASE package that the bytes are, or that is made of them.
    pub(super) fn package(self, bytes: Vec<u8>, limits: &Limits) -> Result<Vec<u8>, Unreadable> {
        match self {
            Self::Json(set) => {
                check_json(&bytes, limits).map_err(Unreadable::Json)?;
                if !rsd::is_rsd(&bytes) {
                    return Ok(bytes);
                }
                within(&bytes)?;
                made(&set, rsd::from_json(&bytes).map_err(Unreadable::Faults)?)
            }
            Self::Csv(set) => {
                within(&bytes)?;
                made(&set, rsd::from_csv(&bytes).map_err(Unreadable::Faults)?)
            }
        }
    }
}

fn within(bytes: &[u8]) -> Result<(), Unreadable> {
    let limit = MOST_DESCRIPTORS;
    if bytes.len() > limit { Err(Unreadable::Json(ParseError::TooLarge { limit })) } else { Ok(()) }
}

fn made(set: &SkillSet, skills: Vec<rsd::Skill>) -> Result<Vec<u8>, Unreadable> {
    if skills.is_empty() {
        return Err(Unreadable::fault(FaultCode::Empty, Pointer::root(), "there is no skill in it"));
    }
    let package = rsd::package(set, skills);
    serde_json::to_vec(&package)
        .map_err(|error| Unreadable::fault(FaultCode::WrongType, Pointer::root(), error.to_string()))
}
