//! A framework of 20,000 items and 100,000 associations: imported, looked up, published, read again from our own CASE service.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    Latencies, Row,
    large_framework::{DOCUMENT, Size, item_guid},
};
use crate::{Failure, client::Client, gateway::Gateway};

const LARGE: Size = Size { items: 20_000, associations: 100_000, edition: 1 };
const SMALL: Size = Size { items: 20, associations: 100, edition: 1 };
/// Lookups of each kind.
const LOOKUPS: usize = 500;
/// For whole packages on a slow machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// An employer without an ATS.
struct Owner {
    tenant: String,
    client: Client,
}

/// Measures, and prints a row for each figure.
///
/// # Errors
/// Something does not work, or comes back otherwise than it went in.
pub async fn run(store: &str, database: &str) -> Result<(), Failure> {
    let mut gateway = Gateway::create(database)?;
    let origin = gateway.url();
    gateway.configure(|config| format!("{config}\n[egress]\nframework_origins = [\"{origin}\"]\n"))?;
    gateway.start().await?;
    let (owner, other, small) = (owner(&gateway)?, owner(&gateway)?, owner(&gateway)?);
    let file = written(&gateway, "large.json", LARGE)?;
    let size = std::fs::metadata(&file)?.len() / 1_000_000;
    let print = |what: &str, measured: String| {
        println!("{}", Row { what: format!("{store}: {what}"), measured, ..Row::default() });
    };
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());

    let (id, time, longest) = imported(&gateway, &owner, &file.to_string_lossy()).await?;
    let what = format!("import of 20,000 items and 100,000 associations ({size} MB) on the command line");
    print(&what, format!("{}; another write waited {} at most", seconds(time), seconds(longest)));
    let (again, time, _) = imported(&gateway, &owner, &file.to_string_lossy()).await?;
    if again != id {
        return Err(Failure::new("the same bytes were taken for another edition"));
    }
    print("the same bytes again", seconds(time));

    owner.client.put(&format!("/v1/frameworks/{id}/publication"), &json!({"published": true})).await?;
    let base = format!("{origin}/case/{}/ims/case", owner.tenant);
    for version in ["v1p1", "v1p0"] {
        let began = Instant::now();
        let (status, text) = owner.client.open(&format!("{base}/{version}/CFPackages/{DOCUMENT}")).await?;
        let is_right = status == 200 && (version == "v1p0" || text.as_bytes() == std::fs::read(&file)?);
        if !is_right {
            return Err(Failure::new(format!("the package came back otherwise ({version}, {status})")));
        }
        print(&format!("the whole package as {version}"), seconds(began.elapsed()));
    }
    let (_, time, _) = imported(&gateway, &other, &format!("{base}/v1p1/CFPackages/{DOCUMENT}")).await?;
    print("the same read again from our own CASE service, by another tenant", seconds(time));
    lookups(store, &gateway, &owner, &small).await?;

    let next = written(&gateway, "next.json", Size { edition: 2, ..LARGE })?;
    let (id, time, _) = imported(&gateway, &owner, &next.to_string_lossy()).await?;
    print("the next edition, compared with the one before", seconds(time));
    let began = Instant::now();
    let changes = owner.client.get(&format!("/v1/frameworks/{id}/changes")).await?;
    let changed = changes["items"]["changed"].as_array().map_or(0, Vec::len);
    if changed != LARGE.items / 100 {
        return Err(Failure::new(format!("{changed} items are said to be changed")));
    }
    print("what is different, item by item", seconds(began.elapsed()));
    Ok(())
}

/// Single objects of the large framework beside those of a small one.
async fn lookups(store: &str, gateway: &Gateway, large: &Owner, small: &Owner) -> Result<(), Failure> {
    let file = written(gateway, "small.json", SMALL)?;
    imported(gateway, small, &file.to_string_lossy()).await?;
    for (what, owner, size) in [("20", small, SMALL), ("20,000", large, LARGE)] {
        for collection in ["CFItems", "CFItemAssociations"] {
            let mut latencies = Latencies::default();
            for n in 0..LOOKUPS {
                let guid = item_guid(1 + (n * 7_919) % size.items);
                let path = format!("/case/{}/ims/case/v1p1/{collection}/{guid}", owner.tenant);
                let began = Instant::now();
                let found: Value = owner.client.get(&path).await?;
                latencies.add(began.elapsed());
                if !found.to_string().contains(&guid) {
                    return Err(Failure::new(format!("{path} answered something else")));
                }
            }
            let what = format!("{store}: `{collection}/…` of a framework of {what} items");
            println!("{}", Row { what, latencies: Some(latencies), ..Row::default() });
        }
    }
    Ok(())
}

fn owner(gateway: &Gateway) -> Result<Owner, Failure> {
    let tenant = gateway.command(&["tenant", "create", "--name", "Example"])?;
    let key = gateway.command(&["key", "create", "--tenant", &tenant, "--label", "measure"])?;
    Ok(Owner { tenant, client: Client::waiting(&gateway.url(), &key, PATIENCE)? })
}

fn written(gateway: &Gateway, name: &str, size: Size) -> Result<PathBuf, Failure> {
    let path = gateway.folder().join(name);
    std::fs::write(&path, serde_json::to_vec(&size.package())?)?;
    Ok(path)
}

/// Imports on the command line, as an operator does. The id, how long it took, and how long other writes waited meanwhile.
async fn imported(gateway: &Gateway, owner: &Owner, from: &str) -> Result<(String, Duration, Duration), Failure> {
    let is_over = Arc::new(AtomicBool::new(false));
    let beside = tokio::spawn(write_beside(owner.client.clone(), Arc::clone(&is_over)));
    let command = gateway.run(&["framework", "import", from, "--tenant", &owner.tenant])?;
    let began = Instant::now();
    let output = tokio::process::Command::from(command).output().await?;
    let time = began.elapsed();
    is_over.store(true, Ordering::Relaxed);
    let longest = beside.await??;
    if !output.status.success() {
        return Err(Failure::new(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok((String::from_utf8_lossy(&output.stdout).trim().to_owned(), time, longest))
}

async fn write_beside(client: Client, is_over: Arc<AtomicBool>) -> Result<Duration, Failure> {
    let mut longest = Duration::ZERO;
    while !is_over.load(Ordering::Relaxed) {
        let began = Instant::now();
        client.post("/v1/trust/policies", &json!({"title": "beside", "rules": {}})).await?;
        longest = longest.max(began.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(longest)
}
