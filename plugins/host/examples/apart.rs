//! What a process of their own costs guests: the same calls in this process and in another, `cargo run --release -p wellspring-host
//! --example apart -- FOLDER`, where FOLDER holds `echoes.wasm` and `strays.wasm`, and `guests` is built beside this program.

use std::{
    collections::BTreeMap,
    error::Error,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Map, json};
use wellspring_host::{ConnectionView, DeliverCall, Host, HostConfig, InMemory, Work, Workplace};
use wellspring_model::{
    Timestamp,
    connection::Connection,
    id::{ConnectionId, TenantId},
    time::{Clock, Entropy},
};

const CALLS: usize = 2_000;

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

impl Entropy for Stopped {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the folder of the guests")?;
    let program = std::env::current_exe()?.with_file_name("guests");
    let kept = || Arc::new(InMemory::default());
    let here = Host::new(HostConfig::default(), kept(), Arc::new(Stopped), Arc::new(Stopped))?;
    let child = Workplace::Child { program, arguments: Vec::new() };
    let apart = Host::apart(HostConfig::default(), child, kept(), Arc::new(Stopped)).await?;
    println!("| a call | here, p50 | apart, p50 | more |\n| --- | --- | --- | --- |");
    for (guest, key, what) in [("echoes", "", "that asks for nothing"), ("strays", "base", "that asks for one request")]
    {
        let package = std::fs::read(Path::new(&folder).join(guest).with_extension("wasm"))?;
        for host in [&here, &apart] {
            host.install(package.clone()).await?;
        }
        // In turn, so that whatever else the machine does befalls both.
        let (mut times, call) = ([Vec::new(), Vec::new()], call(guest, key)?);
        for _ in 0..CALLS {
            for (host, times) in [&here, &apart].into_iter().zip(&mut times) {
                let began = Instant::now();
                let _delivered = host.deliver(&guest.parse()?, call.clone()).await;
                times.push(began.elapsed());
            }
        }
        let [here, apart] = times.map(median);
        println!("| {what} | {here:.1?} | {apart:.1?} | {:.1?} |", apart.saturating_sub(here));
    }
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn call(guest: &str, key: &str) -> Result<DeliverCall, Box<dyn Error>> {
    let tenant: TenantId = "ten_00000000000000000000000000000001".parse()?;
    let id: ConnectionId = "con_00000000000000000000000000000002".parse()?;
    let connection = Connection {
        id,
        tenant,
        name: "bench".to_owned(),
        connector: guest.parse()?,
        settings: Map::new(),
        bases: BTreeMap::from([("api".to_owned(), "https://ats.example".parse()?)]),
        credentials: Vec::new(),
        private_origins: Vec::new(),
        created_at: Timestamp::UNIX_EPOCH,
    };
    let result = serde_json::from_value(json!({
        "submission": "sub_00000000000000000000000000000003",
        "application": {"id": "61001", "candidate": {"id": "501", "name": "Ana Ruiz", "email": "ana.ruiz@example.org"}},
        "job": {"id": "job_00000000000000000000000000000004", "external_id": "7001", "title": "Data technician"},
        "language": "en", "marker": "[wellspring:con:61001]", "outcome": "passed",
        "headline": "5 of 7 required skills verified", "summary": "Spreadsheets: verified",
        "score": {"value": 71.25, "low": 71.25, "high": 71.25}, "coverage": {"with_evidence": 5, "of": 7},
        "musts": {"met": 2, "of": 3}, "lines": [], "report_url": "https://gateway.example/r/abc"
    }))?;
    Ok(DeliverCall {
        tenant,
        connection: ConnectionView { connection, secrets: BTreeMap::new() },
        call_id: "bench".to_owned(),
        idempotency_key: key.to_owned(),
        attempt: 1,
        deadline: Duration::from_secs(60),
        work: Work::Result { result: Box::new(result), attachments: Vec::new() },
        trace: None,
    })
}
