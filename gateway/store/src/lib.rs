//! Durable state: everything the gateway has acknowledged, and the work that is still to be done.
//!
//! One SQLite file with a write-ahead log, `synchronous=FULL`, and one writer that commits in groups. Every call takes a
//! tenant and sees that tenant's rows only. Times and ids are arguments, but leases use the database's clock. The SQL is
//! portable; this crate is the only one that names `sqlx`.

mod audit;
mod connection;
mod delivery;
mod error;
mod framework;
mod idempotency;
mod open;
mod page;
mod posting;
mod profile;
mod row;
mod seal;
mod share;
mod submission;
mod task;
mod tenant;
mod trust;
mod writer;

pub use audit::{AuditRow, BrokenChain};
pub use delivery::NewDelivery;
pub use error::StoreError;
pub use framework::StoredFramework;
pub use idempotency::{Earlier, Idempotency};
pub use open::{Store, StoreConfig};
pub use page::Page;
pub use seal::MasterKey;
pub use share::{NewShare, Share};
pub use submission::{Accepted, NewAssessment, NewSubmission, Payload};
pub use task::{LeaseToken, Leased, TaskKind};
