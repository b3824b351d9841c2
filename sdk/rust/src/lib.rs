//! Write a connector for Wellspring Gateway.
//!
//! A connector brings results to one kind of ATS. Implement [`Connector`], put [`macro@connector`] before the implementation, and
//! a `connector.toml` beside `Cargo.toml`, which says what the connector is and what it asks for:
//!
//! ```ignore
//! use serde::Deserialize;
//! use serde_json::json;
//! use wellspring_sdk::{ApplicationResult, Connector, Context, Error, Receipt, Request, connector, find_or_write};
//!
//! struct Acme;
//!
//! #[derive(Deserialize)]
//! struct Note {
//!     id: u64,
//!     text: String,
//! }
//!
//! #[connector]
//! impl Connector for Acme {
//!     fn deliver(_: &Context, result: ApplicationResult) -> Result<Receipt, Error> {
//!         let path = format!("/applications/{}/notes", Request::segment(&result.application.id));
//!         let notes: Vec<Note> = Request::get("api", &path).credential("main").send()?.json()?;
//!         let notes = notes.into_iter().map(|note| Ok((note.id, note.text)));
//!         let note = find_or_write(result.note_marker(), notes, || {
//!             let note = Request::post("api", &path).credential("main").json(&json!({ "text": result.note() }));
//!             note.send()?.json::<Note>().map(|note| note.id)
//!         })?;
//!         Ok(note.receipt())
//!     }
//! }
//! ```
//!
//! What to know before you write one:
//!
//! - You name a base and a credential of your manifest; the host knows addresses and secrets, you do not.
//! - `deliver` may be called again for the same work, also where the last call succeeded and its answer was lost. Search for
//!   the marker at the ATS before you write: [`find_or_write`].
//! - Every call runs in a fresh instance: nothing stays in memory between calls.
//! - `?` on an HTTP failure becomes the right answer to the host: wait as long as the ATS asked, try again, or give up.

extern crate self as wellspring_sdk;

mod blob;
mod body;
mod connector;
mod domain;
mod error;
pub mod fields;
pub mod host;
pub mod ids;
mod inbound;
mod jobs;
mod marked;
#[cfg(any(test, target_arch = "wasm32"))]
mod memory;
mod note;
mod pages;
mod panic;
mod request;
mod response;

/// Of guests alone: the SDK's tests on this machine have its own.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: memory::Memory = memory::Memory::new();

/// What wit-bindgen generates from `plugins/wit/0.1`. Connectors rarely need it.
#[doc(hidden)]
#[expect(clippy::too_many_arguments, reason = "generated: records are flattened into arguments")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../plugins/wit/0.1",
        world: "connector",
        runtime_path: "wellspring_sdk::wit_bindgen::rt",
        default_bindings_module: "wellspring_sdk::bindings",
        pub_export_macro: true,
    });
}

#[doc(hidden)]
pub use wit_bindgen;

/// Makes an implementation of [`Connector`] the component's exports, once per crate, which is built as a `cdylib`. What the connector
/// is comes from `connector.toml`; where the two do not fit together, the compiler says so.
pub use wellspring_sdk_macros::connector;

pub use bindings::wellspring::connector::types::{CheckLine, Context, Receipt};
pub use blob::Blob;
pub use body::Part;
pub use connector::{Connector, Described, Description, Exports};
pub use domain::{
    Application, ApplicationResult, Attachment, Candidate, Correction, Coverage, Job, Line, LineCode, Musts, Order,
    Outcome, Score, Withdrawal,
};
pub use error::{Error, ErrorCode, Retry};
pub use inbound::{
    Answer, AssessmentOffers, AtsApplication, AtsApplicationStatus, AtsCandidate, AtsEvent, AtsJobRef, Happened,
    InboundRequest, Offer,
};
pub use jobs::{AtsJob, AtsJobStatus, JobsPage};
pub use marked::{Marked, find_marked, find_or_write};
pub use pages::{Pages, by_cursor};
pub use request::Request;
pub use response::Response;
