//! The sandbox for connectors: wasmtime, its limits, and what a guest may reach.
//!
//! A connector is a WebAssembly component with its manifest inside ([`package`]). It imports three interfaces of ours and
//! nothing else. [`Host::install`] inspects, compiles, links and tries it once without any rights; [`Host::deliver`] and
//! [`Host::check`] run it in a fresh instance that is bounded in memory, processor time, wall-clock time and calls of the
//! host ([`limits`]), and is dropped afterwards. What it can reach is what its manifest asks for *and* an operator granted
//! ([`grants`]). Secrets stay outside: `wellspring-egress` adds them to requests.
//!
//! Every way to fail has a name ([`wellspring_model::delivery::FailureCode`]). This is the only crate that names wasmtime.

pub mod admission;
mod bindings;
pub mod calls;
mod clients;
pub mod compile;
mod connect;
pub mod consent;
mod contract;
pub mod engine;
mod failure;
pub mod grants;
mod host;
mod imports;
mod inspection;
pub mod limits;
pub mod manifest;
pub mod package;
mod receipt;
mod redact;
mod registry;
mod runner;
pub mod signature;
mod state;
pub mod trust;

pub use admission::{AdmissionError, Admitted, Candidate, Unsigned, admit};
pub use calls::{CheckLine, ConnectionView, DeliverCall, Delivered};
pub use compile::{Cache, CacheKey, CompileLimits, Compiler, CompilerFigures, Workplace};
pub use connect::{Accepted, Refusal};
pub use consent::{Right, Rights, RightsChange};
pub use engine::{Allocation, HostError};
pub use host::{APPLICATION_RESULT, Host, HostConfig};
pub use inspection::Inspection;
pub use limits::Limits;
pub use manifest::Manifest;
pub use package::{PackageError, inspect, pack};
pub use registry::Connector;
pub use signature::{SIGNATURE_MAX, SignatureError, Signed, Statement};
pub use trust::{TrustError, TrustFile, TrustFileError};
