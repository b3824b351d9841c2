//! The only way out: every request the gateway makes to somebody else's server passes here.
//!
//! Addresses are judged after resolution and the connection goes to the judged address; redirects are not followed (or,
//! for public documents, only within one origin, each as a request of its own); sizes, times and the number of requests are
//! bounded; credentials are added after the caller has finished its request, and taken out of the answer should the other
//! side echo them. No other crate names `reqwest` or `oauth2`.

mod address;
pub mod allowance;
mod authorities;
mod client;
mod connection;
mod credential;
mod error;
mod fetch;
mod headers;
mod judge;
mod limits;
mod operator;
mod path;
mod read;
mod scrub;
#[cfg(test)]
mod tests;
mod token;
mod turns;
mod webhook;

pub use address::is_public;
pub use authorities::Authorities;
pub use connection::{ConnectionClient, ConnectionEgress, OutboundBody, OutboundRequest, OutboundResponse};
pub use credential::Credential;
pub use error::{EgressError, FetchFailure, SendFailure};
pub use fetch::{FetchedDocument, Fetcher, FetcherConfig};
pub use limits::EgressLimits;
pub use operator::OperatorClient;
pub use scrub::Scrubber;
pub use webhook::{WebhookAnswer, WebhookMessage, Webhooks, make_keys};
