//! Events to endpoints, as Standard Webhooks: signed here, so that no signing key leaves this room for another server.

mod send;
mod sign;

pub use send::{WebhookAnswer, WebhookMessage, Webhooks};
pub use sign::make_keys;

#[cfg(test)]
pub(crate) use sign::signatures;
