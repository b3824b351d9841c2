//! The Ashby connector.

mod inbound;
mod outgoing;
mod prism;
mod world;
