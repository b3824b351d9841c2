//! The host's side of what a guest may import: `http`, `host`, and the types of `inbound` and `types`.
//!
//! Each call is counted first. Nothing a guest hands over is used before egress has checked it.

mod host;
mod http;

use super::{
    bindings::wellspring::connector::{inbound, types},
    state::CallState,
};

impl types::Host for CallState {}

impl inbound::Host for CallState {}
