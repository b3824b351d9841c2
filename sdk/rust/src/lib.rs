//! Write a connector for Wellspring Gateway.
//!
//! A connector says what it is and brings results to one kind of ATS. Implement [`Connector`], name the type in
//! [`export!`], and put a `connector.toml` beside `Cargo.toml`:
//!
//! ```no_run
//! use wellspring_sdk::{ApplicationResult, Connector, Context, Description, DisplayLevel, Error, Event, Receipt, Request};
//!
//! struct Acme;
//!
//! impl Connector for Acme {
//!     fn describe() -> Description {
//!         Description::new("acme/ats", env!("CARGO_PKG_VERSION"), DisplayLevel::Note, &[Event::Deliver])
//!     }
//!
//!     fn deliver(_: &Context, result: ApplicationResult) -> Result<Receipt, Error> {
//!         let note: serde_json::Value = Request::post("api", "/notes")
//!             .credential("main")
//!             .json(&serde_json::json!({ "application": result.application.id, "text": result.summary }))
//!             .send()?
//!             .json()?;
//!         Ok(Receipt::written(note["id"].to_string()))
//!     }
//! }
//!
//! wellspring_sdk::export!(Acme);
//! ```
//!
//! What to know before you write one:
//!
//! - You name a base and a credential of your manifest; the host knows addresses and secrets, you do not.
//! - `deliver` may be called again for the same work, also where the last call succeeded and its answer was lost. Search for
//!   [`ApplicationResult::marker`] at the ATS before you write.
//! - Every call runs in a fresh instance: nothing stays in memory between calls.
//! - `?` on an HTTP failure becomes the right answer to the host: wait as long as the ATS asked, try again, or give up.

extern crate self as wellspring_sdk;

mod connector;
mod domain;
mod error;
pub mod host;
mod pages;
mod panic;
mod request;

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

pub use bindings::wellspring::connector::types::{CheckLine, Context, Receipt};
pub use connector::{Connector, Description, DisplayLevel, Event, Exports};
pub use domain::{
    Application, ApplicationResult, Candidate, Correction, Coverage, Job, Line, LineCode, Musts, Outcome, Score,
};
pub use error::{Error, ErrorCode, Retry};
pub use pages::Pages;
pub use request::{Request, Response};
