//! A host with one connector in it, and work for it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use serde_json::{Map, Value, json};
use uuid::Uuid;
use wellspring_host::{ConnectionView, DeliverCall, Delivered, Host, HostConfig, InMemory, Work};
use wellspring_model::{
    SecretString, Timestamp,
    ats::{Withdrawal, WithdrawalReason},
    connection::Connection,
    delivery::{ApplicationResult, Correction},
    id::{ConnectionId, TenantId},
    time::{Clock, Entropy},
};
use wellspring_tests::gateway::component;

struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

impl Entropy for Standing {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// A host with this connector installed.
pub async fn host_with(connector: &str) -> Host {
    let config = HostConfig { slots: 2, ..HostConfig::default() };
    let host = Host::new(config, Arc::new(InMemory::default()), Arc::new(Standing), Arc::new(Standing));
    let host = host.expect("an engine");
    let file = component(connector).expect("`cargo xtask connectors` has built it");
    host.install(std::fs::read(file).expect("it can be read")).await.expect("it installs");
    host
}

/// A connection to a double at `origin`. Secrets are members of JSON objects.
pub fn connection(
    connector: &str,
    origin: &str,
    settings: &[(&str, Value)],
    bases: &[(&str, String)],
    secrets: &[(&str, Value)],
) -> ConnectionView {
    let connection = Connection {
        id: ConnectionId::from_uuid(Uuid::from_u128(2)),
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        name: "test".to_owned(),
        connector: connector.parse().expect("an id"),
        settings: settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Map<_, _>>(),
        bases: bases.iter().map(|(name, url)| ((*name).to_owned(), url.parse().expect("a base"))).collect(),
        credentials: secrets.iter().map(|(name, _)| (*name).to_owned()).collect(),
        private_origins: vec![origin.to_owned()],
        created_at: Timestamp::UNIX_EPOCH,
    };
    let secrets = secrets.iter().map(|(name, value)| ((*name).to_owned(), SecretString::from(value.to_string())));
    ConnectionView { connection, secrets: secrets.collect::<BTreeMap<_, _>>() }
}

/// Work that goes through the host.
pub async fn deliver(host: &Host, view: &ConnectionView, deadline: Duration, work: Work) -> Delivered {
    let call = DeliverCall {
        tenant: view.connection.tenant,
        connection: view.clone(),
        call_id: "dlv_test".to_owned(),
        idempotency_key: "key".to_owned(),
        attempt: 1,
        deadline,
        work,
        trace: None,
    };
    host.deliver(&view.connection.connector, call).await
}

/// A result as work.
pub fn work(result: ApplicationResult) -> Work {
    Work::Result { result: Box::new(result), attachments: Vec::new() }
}

/// A result for this application of this candidate.
pub fn result(application: &str, candidate: &str) -> ApplicationResult {
    serde_json::from_value(json!({
        "submission": "sub_00000000000000000000000000000003",
        "application": {
            "id": application,
            "candidate": { "id": candidate, "name": "Ana Ruiz", "email": "ana.ruiz@example.org" }
        },
        "job": { "id": "job_00000000000000000000000000000004", "external_id": "7001", "title": "Junior data analyst" },
        "language": "en",
        "marker": format!("[wellspring:con_00000000000000000000000000000002:{application}]"),
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

/// The same result, corrected to nothing.
pub fn corrected(before: &ApplicationResult) -> ApplicationResult {
    let mut after = before.clone();
    after.score = serde_json::from_value(json!({ "value": 0, "low": 0, "high": 0 })).expect("a score");
    after.headline = "0 of 7 required skills verified".to_owned();
    after.lines[0].state = "failed".to_owned();
    after.correction = Some(Correction {
        marker: before.marker.replace("[wellspring:", "[wellspring-correction:").replace(']', ":asm_5]"),
        headline: "Correction: 0 of 7 required skills verified".to_owned(),
        changes: "SQL basics: Failed (before: Passed)".to_owned(),
    });
    after
}

/// The same result, taken back.
pub fn withdrawal(of: &ApplicationResult) -> Withdrawal {
    Withdrawal {
        submission: of.submission,
        application: of.application.clone(),
        job: of.job.clone(),
        language: of.language,
        marker: of.marker.clone(),
        correction_markers: Vec::new(),
        withdrawal_marker: of.marker.replace("[wellspring:", "[wellspring-withdrawal:"),
        lines: u32::try_from(of.lines.len()).expect("few lines"),
        reason: WithdrawalReason::Applicant,
        headline: "The applicant has withdrawn the verified skills.".to_owned(),
        order: of.order,
    }
}
