//! A host, guests, and calls for tests.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use serde_json::{Map, json};
use uuid::Uuid;
use wellspring_host::{ConnectionView, DeliverCall, Host, HostConfig, InMemory, Limits, Work, Workplace};
use wellspring_model::{
    SecretString, Timestamp,
    connection::{Connection, ConnectorId},
    delivery::{ApplicationResult, DeliveryFailure, Receipt},
    id::{ConnectionId, TenantId},
    time::{Clock, Entropy},
};

/// 23 November 2026, whenever the tests run.
pub const NOW_MS: i64 = 1_795_392_000_000;

pub struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(NOW_MS).expect("in range")
    }
}

struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Four calls at a time for one connection, which has a quarter.
const SLOTS: u32 = 16;

/// Limits that let a test of each end soon.
pub fn tight() -> Limits {
    Limits { cpu_ticks: 30, wall: Duration::from_secs(20), ..Limits::default() }
}

pub fn host(limits: Limits) -> Host {
    host_of(limits, SLOTS)
}

/// A host with so many slots.
pub fn host_of(limits: Limits, slots: u32) -> Host {
    let config = HostConfig { limits, slots, ..HostConfig::default() };
    Host::new(config, Arc::new(InMemory::default()), Arc::new(StoppedClock), Arc::new(Sevens)).expect("an engine")
}

/// A host whose guests have a process of their own: the program beside the tests that Cargo builds along with them.
pub async fn apart(limits: Limits, arguments: &[&str]) -> Host {
    let tests = std::env::current_exe().expect("this program");
    let folder = tests.parent().and_then(|deps| deps.parent()).expect("Cargo's folder");
    let program = folder.join("examples/guests");
    assert!(program.is_file(), "{} is built with the tests", program.display());
    let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let config = HostConfig { limits, slots: SLOTS, ..HostConfig::default() };
    let program = Workplace::Child { program, arguments };
    Host::apart(config, program, Arc::new(InMemory::default()), Arc::new(StoppedClock)).await.expect("it starts")
}

/// A built guest's bytes.
pub fn guest(name: &str) -> Vec<u8> {
    built(name).unwrap_or_else(|| panic!("{name}.wasm is not built: run `cargo xtask connectors`"))
}

/// The bytes of a guest that may not have been built here.
pub fn built(name: &str) -> Option<Vec<u8>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read(root.join("target/connectors").join(name).with_extension("wasm")).ok()
}

/// Installs built guests.
pub async fn install(host: &Host, names: &[&str]) {
    for name in names {
        host.install(guest(name)).await.expect("the guest installs");
    }
}

pub fn id(name: &str) -> ConnectorId {
    name.parse().expect("a connector id")
}

pub fn tenant() -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(1))
}

/// A connection that approves `bases` and gives `secrets`.
pub fn connection(connector: &str, bases: &[(&str, &str)], secrets: &[(&str, &str)]) -> ConnectionView {
    let text = |text: &&str| (*text).to_owned();
    let connection = Connection {
        id: ConnectionId::from_uuid(Uuid::from_u128(2)),
        tenant: tenant(),
        name: "test".to_owned(),
        connector: id(connector),
        settings: Map::new(),
        bases: bases.iter().map(|(name, url)| (text(name), url.parse().expect("a base"))).collect(),
        credentials: secrets.iter().map(|(name, _)| text(name)).collect(),
        private_origins: Vec::new(),
        created_at: Timestamp::UNIX_EPOCH,
    };
    let secrets: BTreeMap<_, _> =
        secrets.iter().map(|(name, value)| (text(name), SecretString::from(*value))).collect();
    ConnectionView { connection, secrets }
}

/// A result as `deliver` gets it.
pub fn result() -> ApplicationResult {
    serde_json::from_value(json!({
        "submission": "sub_00000000000000000000000000000003",
        "application": {
            "id": "61001",
            "candidate": { "id": "501", "name": "Ana Ruiz", "email": "ana.ruiz@example.org" }
        },
        "job": { "id": "job_00000000000000000000000000000004", "external_id": "7001", "title": "Data technician" },
        "language": "en",
        "marker": "[wellspring:con_00000000000000000000000000000002:61001]",
        "outcome": "passed",
        "headline": "5 of 7 required skills verified",
        "summary": "Spreadsheets: verified\nSQL: verified",
        "score": { "value": 71.25, "low": 64.5, "high": 71.25 },
        "coverage": { "with_evidence": 5, "of": 7 },
        "musts": { "met": 2, "of": 3 },
        "lines": [
            {
                "requirement": "Writes SQL queries", "must": true, "code": "EXACT_MATCH", "state": "verified",
                "evidence": "SQL basics", "issuer": "did:web:college.example"
            },
            { "requirement": "Explains a chart", "must": false, "code": "NO_EVIDENCE", "state": "no evidence" }
        ],
        "report_url": "https://gateway.example/r/abc"
    }))
    .expect("an application result")
}

/// An origin where nobody listens.
pub const NOBODY: &str = "http://127.0.0.1:9";

pub fn call(connector: &str, key: &str) -> DeliverCall {
    let mut connection = connection(connector, &[("api", NOBODY)], &[]);
    connection.connection.private_origins = vec![NOBODY.to_owned()];
    DeliverCall {
        tenant: tenant(),
        connection,
        call_id: "dlv_test".to_owned(),
        idempotency_key: key.to_owned(),
        attempt: 1,
        deadline: Duration::from_secs(60),
        work: Work::Result { result: Box::new(result()), attachments: Vec::new() },
        trace: None,
    }
}

/// Delivers through a guest; `key` tells those that have a choice what to do.
pub async fn deliver(host: &Host, connector: &str, key: &str) -> Result<Receipt, DeliveryFailure> {
    host.deliver(&id(connector), call(connector, key)).await.result
}
