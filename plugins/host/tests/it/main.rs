//! The sandbox with real components: `cargo xtask connectors` builds them from tests/fixtures/guests. Where they are
//! absent, these tests say so and pass over them.

mod admission;
mod apart;
mod cache;
mod calls;
mod connect;
mod contract;
mod limits;
mod package;
mod released;
mod rights;
mod support;
