//! The sandbox with real components: `cargo xtask connectors` builds them from tests/fixtures/guests. Where they are
//! absent, these tests say so and pass over them.

mod admission;
mod apart;
mod bombs;
mod cache;
mod calls;
mod cancelled;
mod canned;
mod connect;
mod contract;
mod handles;
mod handmade;
mod languages;
mod limits;
#[cfg(target_os = "linux")]
mod lock_down;
mod memory;
mod package;
mod released;
mod requests;
mod rights;
mod same;
mod signed;
mod support;
mod tenants;
mod texts;
