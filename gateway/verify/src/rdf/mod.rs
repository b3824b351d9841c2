//! RDF datasets, their N-Quads form and their canonical form (RDFC-1.0).
