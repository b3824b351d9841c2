//! The Ashby connector.

mod inbound;
mod ordered;
mod outgoing;
mod prism;
mod world;
