//! Egress against servers on loopback that answer honestly, badly, slowly, or with what they should not know.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod answers;
mod apart;
mod bounds;
mod credentials;
mod documents;
mod framing;
mod names;
mod operator;
mod redirects;
mod server;
mod webhooks;
mod wire;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::SignedDuration;
use server::Server;
use wellspring_model::{Timestamp, time::Clock};

use crate::{
    Authorities, ConnectionClient, ConnectionEgress, Credential, EgressLimits, OutboundBody, OutboundRequest,
    judge::{Lookup, system_lookup},
};

/// A clock that stands until it is moved.
struct Standing(Mutex<Timestamp>);

impl Standing {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-01-02T03:04:05Z".parse().unwrap())))
    }

    fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(by).unwrap();
    }
}

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Small, so that tests are quick.
fn limits() -> EgressLimits {
    EgressLimits {
        body_bytes: 64 * 1024,
        connect: Duration::from_millis(300),
        first_byte: Duration::from_millis(400),
        between_bytes: Duration::from_millis(300),
        total: Duration::from_millis(900),
        ..EgressLimits::default()
    }
}

/// The rights to reach one server on loopback.
fn rights(server: &Server, credentials: BTreeMap<String, Credential>) -> ConnectionEgress {
    ConnectionEgress {
        bases: BTreeMap::from([("api".to_owned(), format!("{}/v3", server.origin()).parse().unwrap())]),
        private_origins: vec![server.origin()],
        credentials,
    }
}

fn client(rights: ConnectionEgress) -> ConnectionClient {
    client_with(rights, limits(), system_lookup())
}

fn client_with(rights: ConnectionEgress, limits: EgressLimits, lookup: Lookup) -> ConnectionClient {
    ConnectionClient::with_lookup(rights, Arc::new(Authorities::new(None)), Standing::new(), limits, lookup)
}

fn plain(server: &Server) -> ConnectionClient {
    client(rights(server, BTreeMap::new()))
}

fn get(path: &str) -> OutboundRequest {
    OutboundRequest {
        method: "GET".into(),
        base: "api".into(),
        path: path.into(),
        query: Vec::new(),
        headers: Vec::new(),
        body: OutboundBody::None,
        credential: None,
        timeout: None,
    }
}

fn get_as(path: &str, credential: &str) -> OutboundRequest {
    OutboundRequest { credential: Some(credential.into()), ..get(path) }
}
