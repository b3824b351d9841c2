//! Durable state: everything the gateway has acknowledged, and the work that is still to be done.
//!
//! One SQLite file (write-ahead log, `synchronous=FULL`, one writer) or PostgreSQL (any number of nodes), with the same
//! SQL. Writes are committed in groups. Every call takes a tenant and sees that tenant's rows only. Times and ids are
//! arguments, but leases use the database's clock. This crate is the only one that names `sqlx` and `object_store`.

mod accept;
mod audit;
mod claim;
mod clock;
mod connection;
mod database;
mod delivery;
mod error;
mod framework;
mod gate;
mod idempotency;
mod migrations;
mod open;
mod page;
mod payload;
mod posting;
mod profile;
mod replay;
mod retention;
mod row;
mod schedule;
mod seal;
mod share;
mod sql;
mod standing;
mod submission;
mod task;
mod tenant;
mod transaction;
mod trust;
mod writer;

pub use accept::{Accepted, NewSubmission};
pub use audit::{AuditRow, BrokenChain};
pub use database::Database;
pub use delivery::{Ended, NewDelivery};
pub use error::StoreError;
pub use framework::StoredFramework;
pub use gate::{GateId, GateView, Passage, Rate};
pub use idempotency::{Earlier, Idempotency};
pub use open::{Store, WorkWatch};
pub use page::Page;
pub use payload::{Payload, PayloadPlace, PayloadSettings, S3};
pub use replay::{DeliveryFilter, EndState, MOST_REPLAYED, Replay};
pub use seal::MasterKey;
pub use share::{NewShare, Share};
pub use submission::NewAssessment;
pub use task::{LeaseToken, Leased, TaskKind};
