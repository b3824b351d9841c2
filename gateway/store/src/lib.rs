//! Durable state: everything the gateway has acknowledged, and the work that is still to be done.
//!
//! One SQLite file (write-ahead log, `synchronous=FULL`, one writer) or PostgreSQL (any number of nodes), with the same
//! SQL. Writes are committed in groups. Every call takes a tenant and sees that tenant's rows only. Times and ids are
//! arguments, but leases use the database's clock. This crate is the only one that names `sqlx` and `object_store`.

mod accept;
mod announce;
mod ats;
mod audit;
mod backup;
mod claim;
mod clock;
mod connection;
mod connection_state;
mod connector;
mod correction;
mod crosswalk;
mod database;
mod delivery;
mod destination;
mod endpoint;
mod endpoint_keys;
mod error;
mod event;
mod figures;
mod framework;
mod gate;
mod ground;
mod idempotency;
mod migrations;
mod open;
mod page;
mod payload;
mod policies;
mod posting;
mod probe;
mod profile;
mod queue;
mod recheck;
mod replay;
mod retention;
mod row;
mod schedule;
mod scoring;
mod seal;
mod share;
mod sql;
mod standing;
mod submission;
mod task;
mod tenant;
mod told;
mod told_before;
mod transaction;
mod trust;
mod unmapped;
mod withdrawal;
mod writer;

pub use accept::{Accepted, NewSubmission};
pub use ats::{AtsCandidateNow, Heard, NewAtsEvent, OrderAsked, Ordered};
pub use audit::{
    Action, AuditExport, AuditFilter, AuditKey, AuditLine, AuditNote, AuditPublicKey, AuditRow, AuditSignature, Broken,
    Endorsement, ExportCheck, ExportError, ExportFault, ExportRange, Fault, LOOKED_AT, Signed, SignedHead, TrailCheck,
    check_export, detail_of,
};
pub use backup::{Copied, CopyError, back_up, restore};
pub use claim::Claimed;
pub use connection_state::KeepState;
pub use connector::{ConnectorVersion, NewConnectorVersion, VersionState};
pub use correction::NewCorrection;
pub use crosswalk::{AssociationFilter, Decide, NewEdition, Settled, Settlement};
pub use database::Database;
pub use delivery::{Ended, NewDelivery, Pushed};
pub use error::StoreError;
pub use event::{Outgoing, TestEvent, Tested};
pub use framework::{Added, FrameworkEdition, NewFramework, Readers, StoredFramework, StoredObject};
pub use gate::{GateId, GateView, Passage, Rate};
pub use ground::{DueSource, Ground, Looked, SourceId, Watch};
pub use idempotency::{Earlier, Idempotency};
pub use open::{Store, WorkWatch};
pub use page::Page;
pub use payload::{Payload, PayloadPlace, PayloadSettings, S3};
pub use queue::{QueueFigures, TaskFigures};
pub use recheck::Asked;
pub use replay::{DeliveryFilter, EndState, MOST_REPLAYED, Replay};
pub use seal::MasterKey;
pub use share::{NewShare, Share};
pub use submission::NewAssessment;
pub use task::{LeaseToken, Leased, TaskKind};
pub use tenant::{ApiKey, NamedKey};
pub use told_before::ToldBefore;
pub use unmapped::{NoPlace, UnmappedPlace};
pub use withdrawal::{NewWithdrawal, Withdraw};
