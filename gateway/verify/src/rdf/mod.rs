//! RDF datasets, their N-Quads form and their canonical form (RDFC-1.0).

mod dataset;
mod issuer;
mod lines;
mod ndegree;
mod nquads;
mod rdfc;

pub use dataset::{Dataset, DatasetFull, Quad, Term};
pub use nquads::is_iri;
pub(crate) use nquads::{has_scheme, is_space};
pub use rdfc::{CanonicalDataset, Hash, WorkLimit, canonicalize};

/// The type of a node.
pub const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
/// A list cell's value.
pub const RDF_FIRST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
/// A list cell's successor.
pub const RDF_REST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
/// The empty list.
pub const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";
/// The datatype of strings with a language tag, and of nothing else.
pub const RDF_LANG_STRING: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString";
/// The datatype of a JSON literal.
pub const RDF_JSON: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";
/// The datatype that N-Quads leave out.
pub const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";
/// `true` and `false`.
pub const XSD_BOOLEAN: &str = "http://www.w3.org/2001/XMLSchema#boolean";
/// Whole numbers.
pub const XSD_INTEGER: &str = "http://www.w3.org/2001/XMLSchema#integer";
/// All other numbers.
pub const XSD_DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";
