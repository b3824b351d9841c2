//! The half that touches wasm: it instantiates connectors, calls them, and answers what they ask. It knows no secret and has no way
//! out but [`Outside`], so it can run in a process of its own (`apart`).

mod bindings;
mod blob;
mod executor;
mod failure;
mod imports;
mod multipart;
mod runner;
mod state;
mod words;

pub(crate) use executor::{Executor, Handle};
