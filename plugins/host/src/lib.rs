//! The sandbox for connectors: wasmtime, its limits, and what a guest may reach.
//!
//! A connector is a WebAssembly component with its manifest inside ([`package`]). It imports three interfaces of ours and
//! nothing else. [`Host::install`] inspects, compiles, links and tries it once without any rights; [`Host::deliver`],
//! [`Host::inbound`], [`Host::check`] and [`Host::list_jobs`] run it in a fresh instance that is bounded in memory, processor time, wall-clock time and calls of the
//! host ([`limits`]), and is dropped afterwards. What it can reach is what its manifest asks for *and* an operator granted
//! ([`grants`]). Secrets stay outside: `wellspring-egress` adds them to requests.
//!
//! Every way to fail has a name ([`wellspring_model::delivery::FailureCode`]). This is the only crate that names wasmtime.

pub mod admission;
mod apart;
pub mod calls;
mod clients;
pub mod compile;
mod connect;
pub mod consent;
mod contract;
mod deliver;
pub mod engine;
mod enter;
mod errand;
mod failure;
mod genuine;
pub mod grants;
mod guest;
mod guests;
mod host;
mod inbound;
#[cfg(target_os = "linux")]
mod inherited;
mod inspection;
mod kept;
mod lent;
pub mod limits;
pub mod manifest;
mod outbound;
pub mod package;
mod receipt;
mod redact;
mod registry;
pub mod signature;
pub mod trust;
mod turns;

pub use admission::{AdmissionError, Admitted, Candidate, Unsigned, admit};
#[cfg(unix)]
pub use apart::child::run as run_guests;
pub use calls::{
    Answered, Attachment, CheckLine, ConnectionView, DeliverCall, Delivered, InboundCall, InboundRequest,
    InboundResponse, JobsPage, NotAnswered, Purpose, Work,
};
pub use compile::{Cache, CacheKey, CompileLimits, Compiler, CompilerFigures, Workplace};
pub use connect::{Accepted, Refusal};
pub use consent::{Right, Rights, RightsChange};
pub use deliver::{APPLICATION_RESULT, WITHDRAWAL};
pub use engine::{Allocation, HostError};
pub use host::{Host, HostConfig};
pub use inbound::{ASSESSMENT_OFFERS, ATS_EVENT, ATS_JOB};
pub use inspection::Inspection;
pub use kept::{ConnectionState, InMemory, NotKept};
pub use limits::Limits;
pub use manifest::Manifest;
pub use outbound::Outbound;
pub use package::{PackageError, inspect, pack};
pub use registry::Connector;
pub use signature::{SIGNATURE_MAX, SignatureError, Signed, Statement};
pub use trust::{TrustError, TrustFile, TrustFileError};
