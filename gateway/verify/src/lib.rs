//! Verification of learner records: Open Badges 3.0 and CLR 2.0, pure and synchronous.
//!
//! [`parse`] turns bytes (JSON, a token, a picture with either inside) into an [`UnverifiedPresentation`], which names the
//! documents its judgement needs ([`UnverifiedPresentation::references`]). The caller gathers them as [`Material`];
//! [`verify`] then judges every credential by itself, at a given time, without looking anywhere else. The same arguments
//! always give the same answer.

mod achievement;
mod around;
mod baked;
mod cache;
mod did;
mod document;
mod endorsement;
mod evidence;
mod form;
mod holder;
mod issuer_key;
mod json;
mod judge;
mod jwt;
mod key;
mod key_document;
mod limits;
mod material;
mod parse;
mod policy;
mod proof;
mod refresh;
mod registry;
mod schema;
mod secured;
mod status;
mod structure;
mod subject;
mod trust;
mod validity;
mod vcdm;
mod verify;

pub mod jsonld;
pub mod rdf;
pub mod sign;

pub use cache::{Cache, Question};
pub use evidence::evidence_of;
pub use json::{ParseError, check_json, read_json};
pub use limits::Limits;
pub use material::{Absence, Document, Material};
pub use parse::{UnverifiedPresentation, check, parse};
pub use policy::{Challenge, Policy};
pub use registry::{Registry, RegistryError};
pub use trust::{Trusted, trust_in};
pub use verify::{Verification, verify};
